"""Moments and durations: making them, moving them, measuring them, and the mends where a number stands for one."""

import json

import pytest

from engine.kernel.clocks import DAY_MS, LAST_MOMENT
from engine.language.cases import shown
from engine.language.compiling import compile_expression
from engine.language.expressions import Plain
from engine.language.scope import FieldScope, FormScope, Scope
from engine.language.types import LONGEST_DURATION, DateTimeType, DateType, DurationType, NumberType
from engine.storage.language_runner import run_lines
from tests.unit.language.deals import problems_of

FIELDS = {
    "spent": DurationType(),
    "left": DurationType(),
    "seen": DateTimeType(),
    "due": DateType(),
    "rate": NumberType(2),
}
SCOPE = Scope(FormScope("a", "b", {key: FieldScope(key, key, kind) for key, kind in FIELDS.items()}))
ROW = {"spent": 3_600_000, "left": None, "seen": 1_790_000_000_123, "due": 20_717, "rate": 150}


def value(source, zone="Asia/Shanghai", **row):
    expression = compile_expression(source, SCOPE)
    return shown(expression.evaluate(ROW | row, Plain.at(1_790_000_000_000, zone)), expression.type)


@pytest.mark.parametrize(
    ("source", "zone", "expected"),
    [
        ("datetime(2026-01-31)", "Asia/Shanghai", "2026-01-30T16:00:00Z"),
        ("datetime(2026-01-31, 9, 30, 5)", "Asia/Shanghai", "2026-01-31T01:30:05Z"),
        ("datetime(2026-01-31, 9)", "America/New_York", "2026-01-31T14:00:00Z"),
        ("datetime(2026-03-08, 2, 30)", "America/New_York", "2026-03-08T07:30:00Z"),
        ("datetime(2026-11-01, 1, 30)", "America/New_York", "2026-11-01T05:30:00Z"),
        ("datetime(2026-11-01, 2)", "America/New_York", "2026-11-01T07:00:00Z"),
        ("datetime(2011-12-30, 12)", "Pacific/Apia", "2011-12-30T22:00:00Z"),
        ("datetime(2018-11-04)", "America/Sao_Paulo", "2018-11-04T03:00:00Z"),
        ("datetime(seen, 0)", "Asia/Shanghai", "2026-09-20T16:00:00Z"),
        ("datetime(2026-01-31, 24)", "UTC", None),
        ("datetime(2026-01-31, 0, 60)", "UTC", None),
        ("datetime(2026-01-31, 0, 0, -1)", "UTC", None),
        ("datetime(2026-01-31, empty)", "UTC", None),
        ("datetime(0001-01-01)", "Asia/Shanghai", None),
        ("datetime(9999-12-31, 23, 59, 59)", "UTC", "9999-12-31T23:59:59Z"),
        ("datetime(9999-12-31, 23)", "America/New_York", None),
    ],
)
def test_moment_is_that_of_the_zone_when_it_is_made_of_parts(source, zone, expected):
    assert value(source, zone) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("seen + hours(1)", "2026-09-21T15:13:20.123Z"),
        ("hours(1) + seen", "2026-09-21T15:13:20.123Z"),
        ("seen - days(1) - spent", "2026-09-20T13:13:20.123Z"),
        ("seen + -spent", "2026-09-21T13:13:20.123Z"),
        ("seen + left", None),
        ("seen + empty", None),
        ("seen + days(3000000)", None),
        ("seen - seen", "0"),
        ("spent + minutes(30)", "5400000"),
        ("spent - hours(2)", "-3600000"),
        ("spent * 1.5", "5400000"),
        ("1.5 * spent", "5400000"),
        ("spent / 7", "514286"),
        ("spent / 0", None),
        ("spent / rate", "2400000"),
        ("spent / minutes(7)", "8.571429"),
        ("spent / (spent - spent)", None),
        ("spent * empty", None),
        ("-hours(2)", "-7200000"),
        ("-(spent - hours(2))", "3600000"),
        ("hours(rate)", "5400000"),
        ("seconds(0.0005)", "1"),
        ("seconds(-0.0005)", "-1"),
        ("days(3652059)", None),
        ("days(3652058)", str(3_652_058 * DAY_MS)),
        ("days(rate * 99999999)", None),
        ("spent * 99999999999999", None),
        ("min(spent, hours(2))", "3600000"),
        ("max(spent, seen - seen)", "3600000"),
        ("spent = hours(1)", True),
        ("spent != left", True),
        ("left < hours(1)", False),
        ("now() - seen < hours(1)", True),
        ("spent in [hours(1), days(1)]", True),
        ("hours_between(seen, seen + minutes(50))", "0.833333"),
        ("hours_since(now() - hours(2))", "2"),
        ("小时(1) = 分钟(60) 且 天(1) = 小时(24) 且 秒(60) = 分钟(1)", True),
        ("coalesce(left, spent)", "3600000"),
        ("if(left is empty, days(1), left)", "86400000"),
    ],
)
def test_durations_are_exact_when_moments_and_numbers_meet_them(source, expected):
    assert value(source) == expected


def test_duration_is_blank_when_it_is_longer_than_the_calendar():
    assert value("spent + seconds(0.001)", spent=LONGEST_DURATION) is None
    assert value("spent - seconds(0.001)", spent=-LONGEST_DURATION) is None
    assert value("seen + seconds(0.001)", seen=LAST_MOMENT) is None


@pytest.mark.parametrize(
    ("source", "place", "mend"),
    [
        ("seen + 2", "2", "hours(2) or days(1)"),
        ("2 + seen", "2", "hours(2) or days(1)"),
        ("seen - 15 > now()", "15", "hours(2) or days(1)"),
        ("spent + 2", "2", "hours(2) or days(1)"),
        ("2 - spent", "2", "hours(2) or days(1)"),
        ("due + hours(1)", "hours(1)", "make it a moment with datetime(…)"),
        ("hours(1) + due", "hours(1)", "make it a moment with datetime(…)"),
        ("spent * spent", "spent", "Make it a number"),
        ("2 / spent", "spent", "Make it a number"),
        ("spent > 5", "spent > 5", "hours(2) or days(1)"),
    ],
)
def test_mend_names_a_duration_when_a_number_stands_for_one(source, place, mend):
    problem = problems_of(source, SCOPE)[0]
    assert source[problem.start : problem.end] == place
    assert mend in problem.hint.en
    assert problem.code in {"LANG-030", "LANG-031"}


def test_duration_travels_as_milliseconds_when_a_case_brings_it():
    case = {"id": "1", "expr": "f * 2", "fields": {"f": {"type": "duration"}}, "record": {"f": "1500"}}
    expected = {"id": "1", "type": "duration", "python": "3000", "sqlite": "3000"}
    assert [json.loads(line) for line in run_lines([json.dumps(case)], ["python", "sqlite"])] == [expected]


@pytest.mark.parametrize("raw", ["1.5", str(LONGEST_DURATION + 1), "PT1H", True])
def test_case_is_refused_when_its_duration_is_none(raw):
    case = {"id": "1", "expr": "f", "fields": {"f": {"type": "duration"}}, "record": {"f": raw}}
    assert json.loads(next(iter(run_lines([json.dumps(case)], ["python"]))))["error"]["code"] == "LANG-060"
