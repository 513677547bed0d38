"""Figures as shapes: shares of a width, points of a line, arcs of a ring; it knows numbers, and no page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Final

from engine.kernel.canonical import Json

WIDTH: Final = 600
HEIGHT: Final = 160
EDGE: Final = 8
SERIES: Final = 6
"""So many series have a colour of their own; further ones begin anew."""

_WHOLE: Final = 100.0


def number(value: Json) -> Decimal | None:
    """Return the number of a decimal text, None for anything else."""
    try:
        return None if value is None else Decimal(str(value))
    except InvalidOperation:
        return None


def share(value: Json, of: Decimal) -> float:
    """Return a number as percent of the greatest one, without its sign; nothing is 0."""
    found = number(value)
    return round(float(abs(found) / of) * _WHOLE, 2) if found is not None and of else 0.0


def greatest(values: Sequence[Json]) -> Decimal:
    """Return the greatest of these numbers without their signs, 0 where there is none."""
    return max((abs(found) for value in values if (found := number(value)) is not None), default=Decimal(0))


@dataclass(frozen=True)
class Point:
    """A point of a line, and the number of the row that it shows."""

    x: float
    y: float
    row: int


@dataclass(frozen=True)
class Line:
    """One line of a chart: its points, and the pieces between gaps as an SVG polyline takes them."""

    series: int
    points: tuple[Point, ...]
    pieces: tuple[str, ...]


def lines(columns: Sequence[Sequence[Json]]) -> tuple[Line, ...]:
    """Return one line for each column of numbers, all on one scale that holds 0; a blank leaves a gap."""
    numbers = [[number(value) for value in column] for column in columns]
    flat = [found for column in numbers for found in column if found is not None]
    low, high = min([*flat, Decimal(0)]), max([*flat, Decimal(0)])
    span = float(high - low) or 1.0
    made = []
    for series, column in enumerate(numbers):
        step = (WIDTH - 2 * EDGE) / max(1, len(column) - 1)
        points = tuple(
            Point(
                round(EDGE + row * step, 1),
                round(HEIGHT - EDGE - float(found - low) / span * (HEIGHT - 2 * EDGE), 1),
                row,
            )
            for row, found in enumerate(column)
            if found is not None
        )
        made.append(Line(series % SERIES + 1, points, tuple(_pieces(points))))
    return tuple(made)


def _pieces(points: Sequence[Point]) -> Iterator[str]:
    piece: list[Point] = []
    for point in points:
        if piece and point.row != piece[-1].row + 1:
            yield _written(piece)
            piece = []
        piece.append(point)
    if piece:
        yield _written(piece)


def _written(piece: Sequence[Point]) -> str:
    return " ".join(f"{point.x},{point.y}" for point in piece)


@dataclass(frozen=True)
class Arc:
    """A part of a ring whose length is 100: where it begins, how long it is, and its colour."""

    start: float
    length: float
    series: int
    row: int


def arcs(values: Sequence[Json]) -> tuple[Arc, ...]:
    """Return the parts of a ring for these numbers; what is blank or below 0 has none."""
    numbers = [max(number(value) or Decimal(0), Decimal(0)) for value in values]
    total = sum(numbers, Decimal(0))
    made, start = [], Decimal(0)
    for row, found in enumerate(numbers):
        if found and total:
            length = found / total * 100
            made.append(Arc(round(float(start), 2), round(float(length), 2), row % SERIES + 1, row))
            start += length
    return tuple(made)
