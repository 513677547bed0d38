"""What a chart is made of, and what all charts share: round steps of an axis, marks of series, grades."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from engine.printouts.picture import Area, Dot, Point, Shape

SERIES: Final = 6
"""So many series have a tone of their own; further ones begin anew."""

WIDTH: Final = 360.0
"""How wide a chart is: a phone shows its letters as large as they are drawn."""

Words = Callable[[float], str]
"""Puts a number of an axis into words."""

_MARKS: Final[dict[int, tuple[Point, ...]]] = {
    2: ((-1, -1), (1, -1), (1, 1), (-1, 1)),
    3: ((0, -1.2), (1.2, 1), (-1.2, 1)),
    4: ((0, -1.4), (1.4, 0), (0, 1.4), (-1.4, 0)),
    5: ((-1.2, -1), (1.2, -1), (0, 1.2)),
    6: ((0, -1.3), (1.2, -0.3), (0.8, 1.1), (-0.8, 1.1), (-1.2, -0.3)),
}
"""The forms of marks by series, so that nobody needs to tell colours; the first is a circle."""

DASHES: Final[dict[int, tuple[int, ...]]] = {2: (6, 3), 3: (2, 3), 4: (8, 3, 2, 3), 5: (4, 4), 6: (1, 3)}


@dataclass(frozen=True, slots=True)
class Series:
    """One measure: what it is called, its numbers row by row, and these in words."""

    label: str
    values: tuple[float | None, ...]
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """Rows by their names, and the measures over them."""

    names: tuple[str, ...]
    series: tuple[Series, ...]

    def hint(self, row: int, series: Series) -> str:
        """Return what a shape stands for."""
        which = f"{series.label} " if len(self.series) > 1 else ""
        return f"{self.names[row]} · {which}{series.texts[row]}"


def tone_of(series: int) -> str:
    """Return the tone of a series by its number from 0."""
    return f"series-{series % SERIES + 1}"


def mark(series: int, x: float, y: float, radius: float, row: int | None, hint: str) -> Shape:
    """Return the mark of a series (numbered from 0) at a place."""
    form = _MARKS.get(series % SERIES + 1)
    if form is None:
        return Dot(x, y, radius, tone_of(series), row, hint)
    points = tuple((x + across * radius, y + down * radius) for across, down in form)
    return Area(points, tone_of(series), row, hint)


def dashes(series: int) -> tuple[int, ...]:
    """Return how the line of a series is broken."""
    return DASHES.get(series % SERIES + 1, ())


NEARLY_ONE: Final = 1e-9
LEAST_SPAN: Final = 1e-300


def steps(low: float, high: float, count: int = 4) -> tuple[float, ...]:
    """Return round numbers, about ``count`` steps from at most ``low`` to at least ``high``."""
    span = high - low
    # Ends that differ in their last digits alone are one end: no step between them can be told apart.
    if not (span > max(abs(low), abs(high)) * NEARLY_ONE and span > LEAST_SPAN and math.isfinite(span)):
        span = max(1.0, abs(low) * NEARLY_ONE)
        high = low + span
    rough = span / count
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(one * power for one in (1, 2, 2.5, 5, 10) if one * power >= rough * (1 - 1e-9))
    first = math.floor(low / step + 1e-9)
    last = math.ceil(high / step - 1e-9)
    return tuple(number * step for number in range(first, last + 1))


def grade(value: float | None, greatest: float, grades: int) -> int:
    """Return how great a number is among others, from 0 (nothing) to ``grades``."""
    if not value or not greatest:
        return 0
    return min(grades, math.ceil(abs(value) / greatest * grades))


def known(values: Sequence[float | None]) -> list[float]:
    """Return the numbers among these."""
    return [value for value in values if value is not None]
