"""Time counted in working hours: every workday of a calendar has the same ones, by the clocks of a zone.

Working time is counted from the first workday of the year 1, so that every question is a difference of two counts, or
the moment at which a count is reached. Clocks are what counts: where they are changed within working hours, the day
has as many of them as any other.
"""

from __future__ import annotations

from engine.kernel.clocks import DAY_MS, LAST_DAY, Moment
from engine.language.calendars import Calendar, Spans
from engine.language.zones import day_of, local_of, moment_shown

MINUTE_MS = 60_000


def of_a_day(hours: Spans) -> int:
    """Return how many milliseconds one works on a workday."""
    return sum(end - begin for begin, end in hours) * MINUTE_MS


def between(first: Moment, second: Moment, calendar: Calendar, zone: str) -> int | None:
    """Return the milliseconds of working time from one moment to another, negative backwards; None outside of years."""
    begun, ended = _worked(first, calendar, zone), _worked(second, calendar, zone)
    return None if begun is None or ended is None else ended - begun


def shifted(moment: Moment, milliseconds: int, calendar: Calendar, zone: str) -> Moment | None:
    """Return the first moment with so much more working time; for 0 the moment itself, whenever that is.

    With less of it, the last such moment. None outside the years 1 to 9999.
    """
    if milliseconds == 0:
        return moment
    worked = _worked(moment, calendar, zone)
    if worked is None:
        return None
    daily, wanted, ahead = of_a_day(calendar.hours), worked + milliseconds, milliseconds > 0
    count = -(-wanted // daily) if ahead else wanted // daily + 1
    day = calendar.nth(count)
    if day is None:
        return None
    clock = _clock_at(wanted - (count - 1) * daily, calendar.hours, ahead=ahead)
    return None if day == LAST_DAY and clock == DAY_MS else moment_shown(day * DAY_MS + clock, zone)


def _worked(moment: Moment, calendar: Calendar, zone: str) -> int | None:
    """Return the working time up to a moment, in milliseconds."""
    day = day_of(moment, zone)
    if day is None:
        return None
    before = calendar.count(day - 1) * of_a_day(calendar.hours)
    if not calendar.is_workday(day):
        return before
    clock = local_of(moment, zone) - day * DAY_MS
    spans = ((begin * MINUTE_MS, end * MINUTE_MS) for begin, end in calendar.hours)
    return before + sum(max(0, min(clock, end) - begin) for begin, end in spans)


def _clock_at(worked: int, hours: Spans, *, ahead: bool) -> int:
    """Return what the clock shows after so much of a day's working time: at the end of a span, or the next one's begin.

    In milliseconds from midnight.
    """
    left = worked
    for begin, end in hours:
        long = (end - begin) * MINUTE_MS
        if left < long or (ahead and left == long):
            return begin * MINUTE_MS + left
        left -= long
    return hours[-1][1] * MINUTE_MS
