"""Days of a zone: fast ways agree with the plain one, and a day's start divides all moments."""

from __future__ import annotations

from datetime import datetime

from hypothesis import given
from hypothesis import strategies as st

from engine.kernel import clocks
from engine.kernel.clocks import DAY_MS, FIRST_DAY, LAST_DAY
from engine.language.backends.python import runtime
from engine.language.zones import day_of, day_start, moment_at, moments_of_days
from tests.property.language.worlds import ZONES

zones = st.sampled_from((*ZONES, "Asia/Kolkata", "America/New_York", "Africa/Monrovia"))
moments = st.integers((FIRST_DAY + 2) * DAY_MS, (LAST_DAY - 2) * DAY_MS)
days = st.integers(FIRST_DAY, LAST_DAY)


@given(moments, zones)
def test_day_is_that_of_the_calendar_when_any_moment_is_asked(moment, zone):
    assert day_of(moment, zone) == clocks.day_of(moment, zone)


@given(st.integers(FIRST_DAY + 3, LAST_DAY - 3), zones, st.lists(st.integers(-3 * DAY_MS, 3 * DAY_MS)))
def test_start_divides_earlier_days_from_later_when_a_day_has_one(day, zone, distances):
    start = day_start(day, zone)
    if start is not None:
        for moment in (start - 1, start, *(start + distance for distance in distances)):
            found = day_of(moment, zone)
            assert found is not None
            assert (found >= day) == (moment >= start)


def test_day_has_no_start_when_clocks_went_back_over_midnight():
    newfoundland = clocks.day_number(clocks.date_of(0).replace(year=2007, month=11, day=4))
    assert day_start(newfoundland, "America/St_Johns") is None
    assert day_start(newfoundland, "Asia/Shanghai") is not None


@given(zones)
def test_moments_without_a_day_are_outside_when_a_zone_is_ahead_or_behind(zone):
    first, last = moments_of_days(zone)
    assert day_of(first, zone) == FIRST_DAY or first == clocks.FIRST_MOMENT
    assert day_of(last, zone) == LAST_DAY or last == clocks.LAST_MOMENT
    assert day_of(first - 1, zone) is None or first == clocks.FIRST_MOMENT
    assert day_of(last + 1, zone) is None or last == clocks.LAST_MOMENT


@given(days, st.integers(-200_000, 200_000))
def test_months_are_counted_as_they_are_added_when_days_are_shifted(day, months):
    shifted = runtime.add_months(day, months)
    if shifted is not None:
        assert runtime.months_between(day, shifted) == months
        assert clocks.date_of(shifted).day <= clocks.date_of(day).day


@given(days)
def test_month_ends_before_the_next_begins_when_a_day_is_given(day):
    end = runtime.end_of_month(day)
    assert end >= day
    assert runtime.month(end) == runtime.month(day)
    assert end == LAST_DAY or runtime.day_of_month(end + 1) == 1


@given(st.integers(FIRST_DAY + 3, LAST_DAY - 3), st.integers(0, DAY_MS // 1000 - 1), zones)
def test_moment_is_the_first_that_clocks_show_when_a_time_of_day_is_given(day, seconds, zone):
    hour, minute, second = seconds // 3600, seconds // 60 % 60, seconds % 60
    date = clocks.date_of(day)
    local = datetime(date.year, date.month, date.day, hour, minute, second, tzinfo=clocks.zone(zone))
    assert moment_at(day, hour, minute, second, zone) == clocks.moment_number(local)


@given(st.integers(2000, 2030), st.integers(0, 400), st.integers(-4, 4), st.sampled_from(ZONES))
def test_moment_keeps_the_law_when_clocks_have_just_changed(year, day, quarter, zone):
    """Every change of the clocks since 2000: a skipped time is later, a doubled one the first."""
    first = clocks.day_number(clocks.date_of(0).replace(year=year)) + day
    for minutes in (0, 1, 30, 60, 61, 90, 120, 150, 180):
        hour, minute = divmod(max(minutes + quarter * 15, 0), 60)
        date = clocks.date_of(first)
        local = datetime(date.year, date.month, date.day, hour, minute, tzinfo=clocks.zone(zone))
        assert moment_at(first, hour, minute, 0, zone) == clocks.moment_number(local)
