"""Charts over days: months whose days are graded, and bars from one day to another."""

from __future__ import annotations

import calendar
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from engine.runtime.charts.figures import grade

GRADES: Final = 4
"""So many shades there are beside none."""

MOST_MONTHS: Final = 4
"""So many months a calendar shows, the latest ones; the table has all."""


@dataclass(frozen=True, slots=True)
class Day:
    """A day of a month: how great its figure is, and its row, if it has one."""

    day: date
    grade: int = 0
    row: int | None = None


@dataclass(frozen=True, slots=True)
class Month:
    """A month in weeks from Monday to Sunday; None stands for days of other months."""

    first: date
    weeks: tuple[tuple[Day | None, ...], ...]


def months(figures: Mapping[date, tuple[int, float | None]]) -> tuple[Month, ...]:
    """Return the months in which there are days, the latest first, given the row and the figure of each day."""
    if not figures:
        return ()
    greatest = max((abs(value) for _, value in figures.values() if value is not None), default=0.0)
    last = max(figures)
    wanted = [(last.year, last.month)]
    first = min(figures)
    while wanted[0] > (first.year, first.month) and len(wanted) < MOST_MONTHS:
        year, month = wanted[0]
        wanted.insert(0, (year - (month == 1), (month - 2) % 12 + 1))
    return tuple(_month(year, month, figures, greatest) for year, month in reversed(wanted))


def _month(year: int, month: int, figures: Mapping[date, tuple[int, float | None]], greatest: float) -> Month:
    def day(number: int) -> Day | None:
        if not number:
            return None
        one = date(year, month, number)
        row, value = figures.get(one, (None, None))
        return Day(one, grade(value, greatest, GRADES), row)

    weeks = calendar.Calendar().monthdayscalendar(year, month)
    return Month(date(year, month, 1), tuple(tuple(day(number) for number in week) for week in weeks))


@dataclass(frozen=True, slots=True)
class Span:
    """A bar in percent of the width: where it begins and how long it is; ``is_open`` says that a day is missing."""

    left: float
    width: float
    is_open: bool = False


@dataclass(frozen=True, slots=True)
class Schedule:
    """Bars on one line of time: its days, where today is in percent, and a bar for each row that has a day at all."""

    first: date
    last: date
    today: float | None
    spans: tuple[Span | None, ...]


_HUNDRED: Final = 100.0
_LEAST: Final = 1.2
"""How long the bar of a single day is at least, in percent: less could not be seen."""


def schedule(rows: Sequence[tuple[date | None, date | None]], today: date) -> Schedule | None:
    """Return the bars of these days, both ends included; None where no row has a day.

    Where the end is missing the bar goes on until today, or is one day if it begins later; where the beginning is, the
    bar is the day of the end. An end before the beginning is turned round.
    """
    filled = [_ends(begun, ended, today) for begun, ended in rows]
    there = [one for one in filled if one is not None]
    if not there:
        return None
    first, last = min(one[0] for one in there), max(one[1] for one in there)
    days = (last - first).days + 1

    def percent(day: date) -> float:
        return round((day - first).days / days * _HUNDRED, 2)

    spans: list[Span | None] = []
    for (begun, ended), pair in zip(rows, filled, strict=True):
        if pair is None:
            spans.append(None)
            continue
        left = percent(pair[0])
        width = round(((pair[1] - pair[0]).days + 1) / days * _HUNDRED, 2)
        width = max(width, _LEAST)
        spans.append(Span(min(left, _HUNDRED - width), width, begun is None or ended is None))
    inside = first <= today <= last
    return Schedule(first, last, percent(today) if inside else None, tuple(spans))


def _ends(begun: date | None, ended: date | None, today: date) -> tuple[date, date] | None:
    if begun is None or ended is None:
        one = begun or ended
        if one is None:
            return None
        return (one, max(one, today)) if begun is not None else (one, one)
    return (begun, ended) if begun <= ended else (ended, begun)
