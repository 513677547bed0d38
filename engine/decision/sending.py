"""When boards are sent to those who want them by mail: on workdays, at an hour; it knows no board and no mail.

A subscription is sent by a message that waits for its moment (``BOARD_DUE``) and sends the one after it, whatever
becomes of the letter (``BOARD_MAIL``). After a time in which nothing ran there is one letter, not one for each day.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Final, Literal

from engine.kernel.clocks import Moment, datetime_of, day_number, moment_number, zone

if TYPE_CHECKING:
    from datetime import date

BOARD_DUE: Final = "board"
BOARD_MAIL: Final = "board_mail"
BOARD_SLOT: Final = "board_slot"
"""The message by which an app sends a board to all who are to have it: it leaves a letter for each."""

Period = Literal["daily", "weekly", "monthly"]
PERIODS: Final[tuple[Period, ...]] = ("daily", "weekly", "monthly")
_FARTHEST: Final = 93
"""Within so many days there is a workday that begins a month, whatever the holidays."""


def next_slot(period: Period, hour: int, after: Moment, zone_name: str, is_workday: Callable[[int], bool]) -> Moment:
    """Return the next moment at which something is sent: each workday, or the first one of a week or of a month.

    ``hour`` is by the zone; ``is_workday`` is asked with numbers of days.
    """
    day = datetime_of(after).astimezone(zone(zone_name)).date()
    for _ in range(_FARTHEST):
        at = moment_number(datetime.combine(day, time(hour), zone(zone_name)))
        if at > after and is_workday(day_number(day)) and not _earlier(period, day, is_workday):
            return at
        day += timedelta(days=1)
    return moment_number(datetime.combine(day, time(hour), zone(zone_name)))


def _earlier(period: Period, day: date, is_workday: Callable[[int], bool]) -> bool:
    """Tell whether the week or month of a day has a workday before it."""
    before = {"daily": 0, "weekly": day.weekday(), "monthly": day.day - 1}[period]
    return any(is_workday(day_number(day - timedelta(days=back))) for back in range(1, before + 1))
