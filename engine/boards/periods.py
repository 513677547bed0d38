"""The buckets of time before one, and those between two; knows the calendar and nothing of what is counted."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Final

from engine.boards.definitions import Bucket, Period
from engine.kernel.clocks import FIRST_DAY, Day, date_of, day_number

BUCKET_OF: Final[Mapping[Period, Bucket]] = MappingProxyType({"daily": "day", "weekly": "week", "monthly": "month"})
"""Into which buckets of time the periods fall of which figures are kept."""

CRON_OF: Final[Mapping[Period, str]] = MappingProxyType(
    {"daily": "0 0 * * *", "weekly": "0 0 * * 1", "monthly": "0 0 1 * *"}
)
"""When a period is over: with the first moment of the next one."""

KEPT: Final[Mapping[Period, int]] = MappingProxyType({"daily": 800, "weekly": 320, "monthly": 240})
"""The figures of so many periods are kept: two years of days, six of weeks, twenty of months."""

_WEEK = 7
_MONTHS = 12


def first_of(bucket: Bucket, day: Day) -> Day:
    """Return the first day of the bucket in which a day lies."""
    found = date_of(day)
    return day - {"day": 0, "week": found.weekday(), "month": found.day - 1}[bucket]


def earlier(bucket: Bucket, first: Day, back: int) -> Day | None:
    """Return the first day of the bucket so many before the one that begins on ``first``; None before the calendar."""
    if bucket != "month":
        day = first - back * (_WEEK if bucket == "week" else 1)
        return day if day >= FIRST_DAY else None
    begun = date_of(first)
    year, month = divmod(begun.year * _MONTHS + begun.month - 1 - back, _MONTHS)
    return day_number(begun.replace(year=year, month=month + 1)) if year > 0 else None


def buckets(bucket: Bucket | None, days: Collection[Day], most: int) -> list[Day]:
    """Return the first days of the buckets from the earliest to the latest of these, at most so many of the latest."""
    if bucket is None or not days:
        return []
    found, first = [max(days)], min(days)
    while len(found) < most and (before := earlier(bucket, found[-1], 1)) is not None and before >= first:
        found.append(before)
    return found[::-1]
