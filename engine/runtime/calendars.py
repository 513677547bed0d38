"""The statutory work calendar of mainland China, for the apps whose time zone lies there.

The days come from ``chinesecalendar`` (announcements of the State Council, years 2004 to 2026); years without an
announcement are Mondays to Fridays. Apps in other zones have Mondays to Fridays.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

from chinese_calendar import constants

from engine.kernel.clocks import day_number
from engine.language.calendars import Calendar, calendar_of

MAINLAND = (
    "Asia/Shanghai",
    "Asia/Urumqi",
    "Asia/Chongqing",
    "Asia/Chungking",
    "Asia/Harbin",
    "Asia/Kashgar",
    "PRC",
)
"""Every name of a time zone of mainland China."""


@lru_cache(maxsize=1)
def statutory() -> Calendar:
    """Return the calendar of mainland China."""
    return calendar_of(map(day_number, constants.holidays), map(day_number, constants.workdays))


def calendars() -> Mapping[str, Calendar]:
    """Return the work calendar of every time zone that has one of its own."""
    return MappingProxyType(dict.fromkeys(MAINLAND, statutory()))
