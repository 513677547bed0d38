"""Laws of attention: in whatever order, nobody is interrupted too often, nothing is lost and nothing told twice."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from email.utils import parsedate_to_datetime
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.decision.telling import DIGEST, TELL
from engine.jobs.delivering import LOOKS
from engine.kernel.clocks import datetime_of
from engine.storage import outbox
from tests.integration.telling.conftest import Shop, telling
from tests.support.letterbox import body_of

MINUTE, HOUR = 60_000, 3_600_000
DAY = 24 * HOUR
CHINA = ZoneInfo("Asia/Shanghai")
CODE = re.compile(r"K\d+[ABCD]\b")
URGENT = "C"
QUIET = {"from": "21:00", "to": "07:30"}
RULES = (
    telling("mail", key="plain", amount="worth", text={"zh": "{{code}}A", "en": "a"}),
    telling("mail", key="hourly", digest="hourly", text={"zh": "{{code}}B", "en": "b"}),
    telling("mail", key="urgent", urgent=True, text={"zh": "{{code}}C", "en": "c"}),
    telling("mail", key="night", quiet_hours=QUIET, text={"zh": "{{code}}D", "en": "d"}),
)
CODES = count(1)

STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("told"), st.integers(0, 9)),
        st.tuples(st.just("later"), st.sampled_from([MINUTE, 20 * MINUTE, HOUR, 5 * HOUR, 11 * HOUR])),
        st.tuples(st.just("fails"), st.integers(1, 3)),
        st.tuples(st.just("dies"), st.integers(1, 4)),
    ),
    min_size=3,
    max_size=14,
)


def die(here: Shop, many: int) -> set[str]:
    """Let a worker tell what is due, as far as it comes, and die before it is noted; return the ids of its letters."""
    lane, before = outbox.Lane(frozenset({TELL, DIGEST}), beside=False), len(here.box.raw)
    here.box.answers.clear()
    with here.site.database.write() as connection:
        clocks = {"business_now": here.site.business(), "real_now": here.site.real()}
        held = outbox.claim(connection, **clocks, lease=1, limit=many, lane=lane)
    for message in held:
        LOOKS[message.kind](here.site.services.execution, message)
    here.site.real.moment += 2
    return {one["Message-ID"] for one in here.box.letters[before:]}


def play(here: Shop, steps: Sequence[tuple[str, int]]) -> tuple[set[str], set[str]]:
    """Play steps and let everything come to rest; return what was told, and the letters that may come once more."""
    codes, unsure = set[str](), set[str]()
    for step, value in steps:
        match step:
            case "told":
                code = f"K{next(CODES)}"
                codes.add(code)
                here.customer(code, value)
                here.site.jobs().run_once(("main",))
                here.site.jobs().run_once(("main",))
            case "later":
                here.later(value)
            case "fails":
                here.box.answers.extend(["451 later"] * value)
            case "dies":
                unsure |= die(here, value)
    here.box.answers.clear()
    for _ in range(5):
        here.later(12 * HOUR)
    return codes, unsure


def kinds(here: Shop) -> dict[str, tuple[str, Any]]:
    """Return how each message outside came to be, by its id."""
    found = here.site.query("SELECT id, kind, payload FROM youju_outbox WHERE kind IN ('tell', 'digest')")
    return {row[0]: (row[1], row[2]) for row in found}


def is_of_a_morning(kind: str, payload: str) -> bool:
    moment = re.search(r'"at":(\d+)', payload)
    return kind == DIGEST and moment is not None and datetime_of(int(moment[1])).astimezone(CHINA).hour == 8


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(STEPS, st.integers(0, 3))
def check(here: Shop, steps: Sequence[tuple[str, int]], limit: int) -> None:
    here.interrupted(limit)
    first, mornings = len(here.box.raw), len(mornings_of(here))
    codes, unsure = play(here, steps)
    letters, origins = here.box.letters[first:], kinds(here)
    by_day, ways, late = defaultdict(set), defaultdict(set), set()
    for letter in letters:
        id, said = letter["Message-ID"], set(CODE.findall(body_of(letter)))
        kind, payload = origins[id.strip("<>").partition("@")[0]]
        day = parsedate_to_datetime(letter["Date"]).astimezone(CHINA).date()
        if is_of_a_morning(kind, payload):
            late |= said
        elif not all(code.endswith(URGENT) for code in said):
            by_day[day].add(id)
        for code in said:
            ways[code].add(id)
    assert all(len(ids) <= limit for ids in by_day.values())
    assert set(ways) == {f"{code}{rule}" for code in codes for rule in "ABCD"}
    assert all(len(ids - unsure) <= 1 for ids in ways.values())
    kept = sum(mornings_of(here)[mornings:])
    hourly = {code for code in late if code.endswith("B")}
    assert len(late - hourly) <= kept <= len(late) + len({code for code in ways if ways[code] & unsure})


def mornings_of(here: Shop) -> list[int]:
    """Return of how many things each message of a morning told inside, in their order."""
    found = here.site.query("SELECT text_zh FROM youju_notification WHERE text_zh LIKE '留到今早%' ORDER BY id")
    return [int(row[0].partition("的 ")[2].partition(" 条")[0]) for row in found]


def test_nobody_is_interrupted_too_often_and_nothing_is_lost_or_told_twice(opened: Callable[..., Shop]) -> None:
    here = opened(*RULES)
    here.reach("lei", "mail", None)
    check(here)
