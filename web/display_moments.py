"""Moments as people read and type them: local days and times of a zone; it knows no fields."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from engine.kernel.canonical import Json
from web.texts import current_language, gettext, ngettext

_WHOLE: Final = re.compile(r"(?<!\d)(\d{4}-\d{2}-\d{2}(?!\d)|\d[\d.,]*[万亿]?·\d+[天月年]?)")
HOURS_OF_DAY: Final = 24
USUAL_ZONE: Final = "Asia/Shanghai"
"""The zone in which moments are shown where no form names one."""


def moment_words(moment: str, zone: str = USUAL_ZONE) -> str:
    """Return an ISO moment as local day and time, to the minute."""
    at = parsed_moment(moment)
    return at.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M") if at else moment


def day_words(moment: str, zone: str = USUAL_ZONE) -> str:
    """Return the day of an ISO moment as people say it: 11月22日 周日, Sun 22 Nov."""
    at = parsed_moment(moment)
    if at is None:
        return moment
    local = at.astimezone(ZoneInfo(zone))
    if current_language() == "zh":
        return f"{local.month}月{local.day}日 周{'一二三四五六日'[local.weekday()]}"
    return f"{local:%a} {local.day} {local:%b}"


def until_words(moment: str, zone: str = USUAL_ZONE) -> str:
    """Return until when something lasts, as people say it: the last whole day, else the day and the time."""
    at = parsed_moment(moment)
    if at is None:
        return moment
    local = at.astimezone(ZoneInfo(zone))
    whole = (local.hour, local.minute) == (0, 0)
    day = local - timedelta(days=1) if whole else local
    clock = "" if whole else f" {local:%H:%M}"
    return (f"{day.month}月{day.day}日" if current_language() == "zh" else f"{day.day} {day:%b}") + clock


def from_words(moment: str, zone: str = USUAL_ZONE) -> str:
    """Return since when something lasts, as people say it: the day, and the time where it is not the whole day."""
    at = parsed_moment(moment)
    if at is None:
        return moment
    local = at.astimezone(ZoneInfo(zone))
    clock = "" if (local.hour, local.minute) == (0, 0) else f" {local:%H:%M}"
    return (f"{local.month}月{local.day}日" if current_language() == "zh" else f"{local.day} {local:%b}") + clock


def waited_words(length: int) -> str:
    """Return how long something has waited, by its length in milliseconds: whole hours, whole days from one day on."""
    hours = length // 3_600_000
    if hours < 1:
        return gettext("less than an hour")
    if hours < HOURS_OF_DAY:
        return ngettext("%(num)s hour", "%(num)s hours", hours)
    return ngettext("%(num)s day", "%(num)s days", hours // HOURS_OF_DAY)


def around_figures(text: str) -> list[str]:
    """Return a text in pieces, of which every second stays on one line: a day as 2026-11-07, figures as 7.35万·16天.

    A dot between two names stays with the second of them: no line ends with it.
    """
    return _WHOLE.split(text.replace(" · ", " ·\N{NO-BREAK SPACE}"))


def parsed_moment(moment: str) -> datetime | None:
    """Return the aware datetime that an ISO text with a zone names, or None."""
    try:
        at = datetime.fromisoformat(moment)
    except ValueError:
        return None
    return at if at.tzinfo is not None else None


def local_input(moment: Json, zone: str) -> str:
    """Return what ``<input type="datetime-local">`` shows for a moment, else the text itself."""
    at = parsed_moment(str(moment)) if moment else None
    return at.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%dT%H:%M") if at else str(moment or "")


def moment_of_input(typed: str, zone: str) -> str:
    """Return the moment (UTC, ``Z``) of a local day and time; what cannot be read is passed on."""
    try:
        local = datetime.fromisoformat(typed)
        at = local.replace(tzinfo=ZoneInfo(zone)) if local.tzinfo is None else local
        return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    except (ValueError, OverflowError):
        return typed
