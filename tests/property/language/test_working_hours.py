"""Working hours: what is added is what lies between, it adds up, and it never leads outside of them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from engine.kernel.clocks import DAY_MS, LAST_MOMENT, Moment
from engine.language.calendars import USUAL_HOURS, calendar_of
from engine.language.working_hours import MINUTE_MS, between, of_a_day, shifted
from engine.language.zones import day_of, local_of, moment_at

ZONE = "Asia/Shanghai"
BASE = 20_512
"""A Monday."""
HOUR = 3_600_000
_BEGIN: Moment = BASE * DAY_MS
near = st.integers(BASE, BASE + 60)
moments = st.integers(_BEGIN, _BEGIN + 60 * DAY_MS) | st.builds(
    lambda day, hour, minute: moment_at(day, hour, minute, 0, ZONE),
    near,
    st.sampled_from((0, 9, 12, 13, 18, 23)),
    st.sampled_from((0, 0, 30)),
)
lengths = st.integers(1, 200 * HOUR) | st.integers(1, 100).map(lambda hours: hours * HOUR)


@st.composite
def _spans(draw):
    marks = sorted(draw(st.sets(st.integers(0, 1440), min_size=2, max_size=8)))
    return tuple(zip(marks[::2], marks[1::2], strict=False))


calendars = st.builds(
    lambda off, made_up, hours: calendar_of(off, made_up).with_hours(hours),
    st.sets(near, max_size=20),
    st.sets(near, max_size=20),
    st.just(USUAL_HOURS) | _spans(),
)


def _is_within(moment, calendar):
    """Whether a moment lies in working hours, their ends counted."""
    # The end of a day is its midnight, which the clock gives to the day after.
    return any(
        calendar.is_workday(day)
        and any(begin <= (at - day * DAY_MS) / MINUTE_MS <= end for begin, end in calendar.hours)
        for at in (local_of(moment, ZONE),)
        for day in (at // DAY_MS, at // DAY_MS - 1)
    )


def _one_by_one(first, second, calendar):
    """The minutes of working hours between two whole minutes, gone through."""
    count = 0
    for minute in range(first, second, MINUTE_MS):
        day, at = day_of(minute, ZONE), local_of(minute, ZONE) % DAY_MS // MINUTE_MS
        count += calendar.is_workday(day) and any(begin <= at < end for begin, end in calendar.hours)
    return count * MINUTE_MS


@given(calendars, st.integers(0, 10 * 1440), st.integers(0, 4 * 1440))
def test_time_between_is_what_going_through_the_minutes_counts(calendar, start, more):
    first = _BEGIN + start * MINUTE_MS
    second = first + more * MINUTE_MS
    assert between(first, second, calendar, ZONE) == _one_by_one(first, second, calendar)
    assert between(second, first, calendar, ZONE) == -between(first, second, calendar, ZONE)


@given(calendars, moments, lengths, st.sampled_from((1, -1)))
def test_what_is_added_lies_between_and_ends_within_working_hours(calendar, moment, length, sign):
    found = shifted(moment, sign * length, calendar, ZONE)
    assert between(moment, found, calendar, ZONE) == sign * length
    assert _is_within(found, calendar)
    assert (found - moment) * sign >= length


@given(calendars, moments, lengths, lengths, st.sampled_from((1, -1)))
def test_lengths_add_up(calendar, moment, first, second, sign):
    by_parts = shifted(shifted(moment, sign * first, calendar, ZONE), sign * second, calendar, ZONE)
    assert by_parts == shifted(moment, sign * (first + second), calendar, ZONE)


@given(calendars, moments, moments, lengths, st.sampled_from((1, -1)))
def test_what_begins_later_is_over_no_earlier(calendar, one, other, length, sign):
    early, late = sorted((one, other))
    assert shifted(early, sign * length, calendar, ZONE) <= shifted(late, sign * length, calendar, ZONE)


@given(calendars, moments, lengths)
def test_more_time_is_over_later(calendar, moment, length):
    assert shifted(moment, length, calendar, ZONE) < shifted(moment, length + 1, calendar, ZONE)


@given(calendars, moments, lengths, st.dictionaries(near, st.booleans(), max_size=10))
def test_a_day_that_becomes_one_off_puts_nothing_forward(calendar, moment, length, said):
    off = {day: False for day, works in said.items() if not works}
    up = {day: True for day, works in said.items() if works and day not in off}
    found = shifted(moment, length, calendar, ZONE)
    assert shifted(moment, length, calendar.changed(off), ZONE) >= found
    assert shifted(moment, length, calendar.changed(up), ZONE) <= found


@given(calendars, near)
def test_a_make_up_day_has_the_hours_of_any_other_and_a_holiday_none(calendar, day):
    daily = of_a_day(calendar.hours)
    start, end = (moment_at(one, 0, 0, 0, ZONE) for one in (day, day + 1))
    assert between(start, end, calendar.changed({day: True}), ZONE) == daily
    assert between(start, end, calendar.changed({day: False}), ZONE) == 0


def test_nothing_is_found_outside_the_years_1_to_9999():
    calendar = calendar_of((), ())
    assert shifted(LAST_MOMENT - 2 * DAY_MS, 100 * HOUR, calendar, "UTC") is None
    assert shifted(LAST_MOMENT, 0, calendar, "UTC") == LAST_MOMENT
    assert shifted(LAST_MOMENT, 1, calendar, ZONE) is None
