"""Figures as shapes: shares of a width, arcs of a ring; it knows numbers, and no page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Final

from engine.kernel.canonical import Json

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
