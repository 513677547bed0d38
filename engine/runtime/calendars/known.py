"""The statutory work calendar of mainland China, for the apps whose time zone lies there.

Whatever an administrator says of a day goes before it (``days_off``). The days come from ``chinesecalendar``
(announcements of the State Council, years 2004 to 2026); years without an announcement are Mondays to Fridays. Apps in
other zones have Mondays to Fridays.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from types import MappingProxyType

from chinese_calendar import Holiday, constants

from engine.kernel.canonical import Json
from engine.kernel.clocks import Day, day_number
from engine.kernel.problems import Text
from engine.language.calendars import WEEKDAYS, Calendar, calendar_of
from engine.runtime.calendars.hours import hours_said

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


HOME = MAINLAND[0]
"""Under which of them what is changed is kept."""

Changes = Mapping[str, Json]
"""What was said of days and hours: by the zone, ``{"2026-12-31": {"works": false, "note": "…"}, "hours": […]}``."""


@dataclass(frozen=True)
class Said:
    """What was said of a day; ``note`` may be empty."""

    works: bool
    note: str = ""


def home_of(zone: str) -> str:
    """Return the zone under which the days of a zone are kept: one for all of mainland China."""
    return HOME if zone in MAINLAND else zone


@lru_cache(maxsize=1)
def statutory() -> Calendar:
    """Return the calendar of mainland China."""
    return calendar_of(map(day_number, constants.holidays), map(day_number, constants.workdays))


@lru_cache(maxsize=1)
def statutory_names() -> Mapping[Day, Text]:
    """Return for which feast a day is off, or is worked to make up."""
    names = {one.value: Text(str(getattr(one, "chinese", one.value)), one.value) for one in Holiday}
    return MappingProxyType(
        {day_number(day): names[name] for day, name in (constants.holidays | constants.workdays).items()}
    )


def usual(zone: str) -> Calendar:
    """Return the calendar of a zone as it is where nobody has said anything of a day."""
    return statutory() if home_of(zone) == HOME else WEEKDAYS


def said(kept: Json) -> dict[Day, Said]:
    """Return what was said of each day in the JSON that is kept of a zone."""
    days = kept.items() if isinstance(kept, dict) else ()
    return {
        day_number(date.fromisoformat(day)): Said(bool(one["works"]), str(one.get("note", "")))
        for day, one in days
        if isinstance(one, dict)
    }


def _own(zone: str, kept: Json) -> Calendar:
    days = usual(zone).changed({day: one.works for day, one in said(kept).items()})
    hours = hours_said(kept)
    return days if hours is None else days.with_hours(hours)


def calendars(changes: Changes = MappingProxyType({})) -> Mapping[str, Calendar]:
    """Return the work calendar of every time zone that has one of its own, with what was said of its days and hours."""
    own = {zone: _own(zone, kept) for zone, kept in changes.items()}
    return MappingProxyType(own | dict.fromkeys(MAINLAND, own.get(HOME, statutory())))
