"""Two clocks, both injected: business time, which a test clock may move, and real time, which nothing moves.

Moments are whole milliseconds since 1970-01-01 UTC; days are whole days since 1970-01-01.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

Moment = int
Day = int

EPOCH = date(1970, 1, 1)
EPOCH_MOMENT = datetime(1970, 1, 1, tzinfo=UTC)
DAY_MS = 86_400_000
FIRST_DAY = (date.min - EPOCH).days
LAST_DAY = (date.max - EPOCH).days
FIRST_MOMENT = FIRST_DAY * DAY_MS
LAST_MOMENT = (LAST_DAY + 1) * DAY_MS - 1


def real_moment() -> Moment:
    """Return the machine's moment."""
    return time.time_ns() // 1_000_000


@dataclass(frozen=True)
class Clocks:
    """The two clocks of a process."""

    business: Callable[[], Moment] = real_moment
    real: Callable[[], Moment] = real_moment


@lru_cache(maxsize=64)
def zone(name: str) -> ZoneInfo:
    """Return the time zone of that IANA name."""
    return ZoneInfo(name)


@lru_cache(maxsize=1_024)
def day_of(moment: Moment, zone_name: str) -> Day:
    """Return the calendar day of ``moment`` in the zone."""
    return (datetime_of(moment).astimezone(zone(zone_name)).date() - EPOCH).days


def start_of_day(day: Day, zone_name: str) -> Moment:
    """Return the first moment of a calendar day in the zone."""
    return moment_number(datetime.combine(date_of(day), datetime.min.time(), zone(zone_name)))


def datetime_of(moment: Moment) -> datetime:
    """Return the moment as an aware datetime in UTC."""
    return EPOCH_MOMENT + timedelta(milliseconds=moment)


def date_of(day: Day) -> date:
    """Return the day as a date."""
    return EPOCH + timedelta(days=day)


def day_number(day: date) -> Day:
    """Return the number of a date."""
    return (day - EPOCH).days


def moment_number(moment: datetime) -> Moment:
    """Return the moment of an aware datetime; what is finer than a millisecond is cut off."""
    return (moment - EPOCH_MOMENT) // timedelta(milliseconds=1)


def moment_read(text: str) -> Moment:
    """Return the moment of an ISO text with its zone, such as ``moment_text`` writes."""
    return moment_number(datetime.fromisoformat(text))


def moment_text(moment: Moment) -> str:
    """Return the moment as ISO text in UTC with ``Z``, with milliseconds only where there are any."""
    at = datetime_of(moment)
    return at.isoformat(timespec="milliseconds" if moment % 1000 else "seconds").replace("+00:00", "Z")
