"""Laws of slots: however late a scheduler comes, it plays what its schedule says, in order, none twice."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from engine.jobs.scheduling import STALE_MS, slots_of
from engine.rules.schedules import latest_slot, slot_after
from engine.storage.schedules import Schedule

LINES = ("0 * * * *", "*/7 3-5 * * *", "30 2 * * *", "0 9 * * 1-5", "15 0 1 * *", "0 2 29 2 *")
ZONES = ("Asia/Shanghai", "Europe/Berlin", "America/New_York", "UTC")
BEGIN = 1_760_000_000_000
WEEK = 604_800_000

moments = st.integers(BEGIN, BEGIN + 80 * WEEK)
lines, zones = st.sampled_from(LINES), st.sampled_from(ZONES)


def schedule(line: str, zone: str, since: int) -> Schedule:
    return Schedule("shop", "r", 0, line, zone, slot_after(line, zone, since))


@given(lines, zones, moments)
def test_the_latest_slot_is_the_one_before_the_next_when_a_slot_has_come(line, zone, moment):
    following = slot_after(line, zone, moment)
    assert following > moment
    assert latest_slot(line, zone, following) == following
    assert latest_slot(line, zone, following - 1) <= moment


@given(lines, zones, moments, st.integers(0, WEEK))
def test_all_missed_slots_are_played_in_order_when_a_schedule_catches_up_on_all(line, zone, since, late):
    seen, now = schedule(line, zone, since), since + late
    if seen.next_slot > now:
        return
    expected = [seen.next_slot]
    while (following := slot_after(line, zone, expected[-1])) <= now:
        expected.append(following)
    assert list(slots_of(seen, "all", now)) == expected
    assert slots_of(seen, "latest", now) == (expected[-1],)
    assert slots_of(seen, "none", now) == ((expected[-1],) if now - expected[-1] <= STALE_MS else ())


@given(lines, zones, moments, st.lists(st.integers(0, WEEK), min_size=1, max_size=6))
def test_no_slot_is_played_twice_or_left_out_when_the_scheduler_comes_at_any_times(line, zone, since, pauses):
    here, seen, played = since, schedule(line, zone, since), []
    for pause in pauses:
        here += pause
        if seen.next_slot <= here:
            played += slots_of(seen, "all", here)
            seen = Schedule("shop", "r", 0, line, zone, slot_after(line, zone, here))
    at_once = schedule(line, zone, since)
    assert played == (list(slots_of(at_once, "all", here)) if at_once.next_slot <= here else [])
