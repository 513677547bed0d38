"""JavaScript counts as Python does: numbers within and beyond 2^53, the whole calendar, days of all kinds of zones."""

import random
from zoneinfo import available_timezones

import pytest

from engine.kernel.clocks import DAY_MS, FIRST_DAY, FIRST_MOMENT, LAST_DAY, LAST_MOMENT
from engine.language.backends.javascript.zone_tables import zone_table
from engine.language.backends.python import runtime
from engine.language.zones import day_of, moment_at
from tests.property.language.worlds import ZONES
from tests.support.node import told

CHANCE = random.Random(1)  # noqa: S311
EDGES = (0, 1, 2, 3, 5, 7, 10, 49, 50, 51, 999, 2**52, 2**53 - 1, 2**53, 2**53 + 1, 10**15 - 1, 10**18 + 1, 3**60)
NUMBERS = sorted(
    {sign * edge for edge in EDGES for sign in (1, -1)} | {CHANCE.randrange(-(10**20), 10**20) for _ in range(9)}
)
PAIRS = [(left, right) for left in NUMBERS for right in NUMBERS]

OPERATIONS = {
    "add": lambda x, y: x + y,
    "subtract": lambda x, y: x - y,
    "multiply": lambda x, y: x * y,
    "divide": runtime.quotient,
    "floor divide": runtime.floor_divide,
    "modulo": runtime.modulo,
    "least": min,
    "greatest": max,
    "<": lambda x, y: x < y,
    "equal": lambda x, y: x == y,
}
EVALUATED = """
  return given.trees.map((tree) => language.show(language.compile([1, tree]).evaluate({}, {}), given.type));
"""


def _constant(number):
    return ["big", str(number)] if abs(number) > 2**53 - 1 else number


def _shown(value):
    return value if value is None or isinstance(value, bool) else str(value)


def _evaluated(trees):
    return told(EVALUATED, {"trees": trees, "type": "duration"})


@pytest.mark.parametrize("code", OPERATIONS)
def test_arithmetic_is_exact_when_numbers_are_of_any_length(code):
    trees = [[code, _constant(left), _constant(right)] for left, right in PAIRS]
    expected = [_shown(OPERATIONS[code](left, right)) for left, right in PAIRS]
    found = [value == "true" if value in ("true", "false") else value for value in _evaluated(trees)]
    assert found == expected


@pytest.mark.parametrize(
    ("code", "rounded"),
    [("round", runtime.round_half), ("round up", runtime.round_up), ("round down", runtime.round_down)],
)
def test_rounding_is_exact_when_numbers_are_of_any_length(code, rounded):
    cases = [
        (number, scale, places) for number in NUMBERS for scale, places in ((1, 0), (6, 2), (2, -3), (0, -16), (20, 3))
    ]
    trees = [
        [code, _constant(number), _constant(10 ** (scale - places)), _constant(10 ** max(0, -places))]
        for number, scale, places in cases
    ]
    assert _evaluated(trees) == [str(rounded(*case)) for case in cases]


CALENDAR = """
  const codes = ["year", "month", "day", "weekday", "end of month"];
  const parts = codes.map((code) => language.compile([1, [code, ["field", "day"]]]).evaluate);
  return given.map((day) => parts.map((part) => part({ day }, {})));
"""


def test_calendar_is_the_same_when_days_are_of_any_year():
    days = [FIRST_DAY, LAST_DAY, *range(-1_500, 1_500), *range(47_000, 47_800), *range(FIRST_DAY, LAST_DAY, 997)]
    days += range(FIRST_DAY, FIRST_DAY + 800)
    parts = (runtime.year, runtime.month, runtime.day_of_month, runtime.weekday, runtime.end_of_month)
    assert told(CALENDAR, days) == [[part(day) for part in parts] for day in days]


ODD_ZONES = ("Africa/Casablanca", "Africa/Monrovia", "America/Juneau", "Antarctica/Troll", "Asia/Gaza", "Asia/Manila",
             "Europe/Amsterdam", "Europe/Dublin", "Pacific/Kwajalein", "Australia/Lord_Howe")  # fmt: skip
DAYS = """
  const { dayOf, momentAt } = language.zoneOf(given.zone);
  return [given.moments.map(dayOf), given.times.map((time) => momentAt(...time))];
"""


def _moments(table):
    """Around every change, at the calendar's ends, and anywhere."""
    near = [cut * 1000 + shift for cut in table["cuts"] for shift in (-1, 0, 1, 3_600_000, -3_600_000, DAY_MS // 2)]
    ends = [FIRST_MOMENT, FIRST_MOMENT + DAY_MS, LAST_MOMENT, LAST_MOMENT - DAY_MS]
    return [*near, *ends, *(CHANCE.randint(FIRST_MOMENT, LAST_MOMENT) for _ in range(2_000))]


@pytest.mark.parametrize("zone", [*ZONES, *ODD_ZONES])
def test_days_and_moments_are_those_of_the_server_when_a_zone_has_changed(zone):
    assert zone in available_timezones()
    table = zone_table(zone)
    moments = _moments(table)
    days = [moment // DAY_MS for moment in moments]
    times = [(day, CHANCE.randint(-1, 24), CHANCE.randint(0, 60), CHANCE.choice((0, 59, 60))) for day in days]
    found, at = told(DAYS, {"zone": table, "moments": moments, "times": times})
    assert found == [day_of(moment, zone) for moment in moments]
    assert at == [moment_at(*time, zone) for time in times]
