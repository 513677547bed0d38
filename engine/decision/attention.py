"""How often people are interrupted: whether something that is told now goes out at once, or waits for the morning.

An interruption is one thing that is told to one person outside, on however many ways. So many of them a day are let
through for everybody; what is urgent always is. It knows no clock, no storage and no way.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from engine.kernel.clocks import Day

Standing = Literal["counted", "urgent", "morning"]
COUNTED: Final = "counted"
URGENT: Final = "urgent"
MORNING: Final = "morning"

USUAL_LIMIT: Final = 5
MOST_ALLOWED: Final = 100


@dataclass(frozen=True, slots=True)
class Place:
    """How one thing stands to one person: it goes out on that day, counted or urgent, or it waits for the morning."""

    standing: Standing
    day: Day


def placed(before: Place | None, taken: int, limit: int, day: Day, *, is_urgent: bool) -> Place:
    """Return how something stands to somebody who has been interrupted ``taken`` times on that day, without it.

    What has a place on that day keeps it, however often it is tried; on another day it asks anew. What waits for the
    morning does so for good.
    """
    if before is not None and (before.standing == MORNING or before.day == day):
        return before
    if is_urgent:
        return Place(URGENT, day)
    return Place(COUNTED if taken < limit else MORNING, day)
