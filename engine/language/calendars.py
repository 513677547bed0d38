"""Work calendars: Mondays to Fridays, less days off, plus make-up workdays; it knows no country's days itself.

Workdays are counted from the first day of the year 1, so that every question is a difference of two counts or one
search: the day that has a given count. A calendar keeps the days that differ from Mondays to Fridays with running
counts; years without any such day are plain weeks.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import accumulate

from engine.kernel.clocks import FIRST_DAY, LAST_DAY, Day

WEEK, WORKING_WEEK = 7, 5

Spans = tuple[tuple[int, int], ...]
"""Working hours of a day: minutes from its midnight, one span after the other, each before its end."""

USUAL_HOURS: Spans = ((540, 720), (780, 1080))
"""09:00 to 12:00 and 13:00 to 18:00: eight hours."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """A work calendar; make it with ``calendar_of``.

    ``days`` are those that differ, in order; ``shifts`` how many more workdays than Mondays to Fridays there were up
    to and including each of them, ``counts`` how many workdays. ``hours`` are those of every workday. ``text`` spells
    the days that differ, and the hours.
    """

    days: tuple[Day, ...] = ()
    shifts: tuple[int, ...] = ()
    counts: tuple[int, ...] = ()
    text: str = "|540-720 780-1080"
    hours: Spans = USUAL_HOURS

    def count(self, day: Day) -> int:
        """Return how many workdays there were up to and including the day."""
        place = bisect_right(self.days, day)
        return _plain_count(day) + (self.shifts[place - 1] if place else 0)

    def nth(self, count: int) -> Day | None:
        """Return the workday that has this count, or None outside the years 1 to 9999."""
        place = bisect_left(self.counts, count)
        found = _plain_day(count - (self.shifts[place - 1] if place else 0))
        if place < len(self.days):
            found = min(found, self.days[place])
        return found if FIRST_DAY <= found <= LAST_DAY else None

    def is_workday(self, day: Day) -> bool:
        """Tell whether one works on the day."""
        place = bisect_left(self.days, day)
        return _is_weekday(day) != (place < len(self.days) and self.days[place] == day)

    def changed(self, works: Mapping[Day, bool]) -> Calendar:
        """Return this calendar but for some days, on which one works or does not."""
        kept = frozenset(self.days).difference(works)
        differing = kept.union(day for day, working in works.items() if working != _is_weekday(day))
        return _calendar_by(differing).with_hours(self.hours)

    def with_hours(self, hours: Spans) -> Calendar:
        """Return this calendar with other working hours."""
        return replace(self, hours=hours, text=_spelled(self.days, hours))

    def between(self, first: Day, second: Day) -> int:
        """Return how many workdays lie after the first day, up to and including the second; negative backwards."""
        return self.count(second) - self.count(first)

    def shifted(self, day: Day, workdays: int) -> Day | None:
        """Return the n-th workday after the day, or before it where n is negative; for 0 the day itself.

        A day off counts neither way: one workday after a Saturday is the Monday, one before it the Friday. None outside
        the years 1 to 9999.
        """
        if workdays == 0:
            return day
        return self.nth(self.count(day) + workdays if workdays > 0 else self.count(day - 1) + 1 + workdays)


WEEKDAYS = Calendar()
"""Mondays to Fridays."""


def calendar_of(non_working: Iterable[Day], make_up: Iterable[Day]) -> Calendar:
    """Return the calendar; days off at weekends and make-up days in the week say nothing, of both a workday it is."""
    made_up = frozenset(make_up)
    gained = {day: 1 for day in made_up if not _is_weekday(day)}
    lost = {day: -1 for day in non_working if _is_weekday(day) and day not in made_up}
    differing = sorted((gained | lost).items())
    days = tuple(day for day, _ in differing)
    shifts = tuple(accumulate(change for _, change in differing))
    counts = tuple(_plain_count(day) + shift for day, shift in zip(days, shifts, strict=True))
    return Calendar(days, shifts, counts, _spelled(days, USUAL_HOURS))


@lru_cache(maxsize=16)
def calendar_from(text: str) -> Calendar:
    """Return the calendar that ``Calendar.text`` spells."""
    days, _, hours = text.partition("|")
    spans = tuple((int(begin), int(end)) for begin, _, end in (one.partition("-") for one in hours.split()))
    return _calendar_by(frozenset(map(int, days.split()))).with_hours(spans)


def _spelled(days: Iterable[Day], hours: Spans) -> str:
    return f"{' '.join(map(str, days))}|{' '.join(f'{begin}-{end}' for begin, end in hours)}"


def _calendar_by(differing: frozenset[Day]) -> Calendar:
    """Return the calendar on which these days are not what their weekday says."""
    return calendar_of(
        (day for day in differing if _is_weekday(day)), (day for day in differing if not _is_weekday(day))
    )


def _is_weekday(day: Day) -> bool:
    return (day - FIRST_DAY) % WEEK < WORKING_WEEK


def _plain_count(day: Day) -> int:
    """Return how many Mondays to Fridays there were; the first day of the year 1 was a Monday."""
    weeks, rest = divmod(day - FIRST_DAY, WEEK)
    return WORKING_WEEK * weeks + min(rest + 1, WORKING_WEEK)


def _plain_day(count: int) -> Day:
    """Return the day with which there have been so many Mondays to Fridays."""
    weeks, rest = divmod(count - 1, WORKING_WEEK)
    return FIRST_DAY + WEEK * weeks + rest
