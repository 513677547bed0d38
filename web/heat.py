"""A table of two dimensions whose cells are graded by one figure; every cell tells its number, so colour adds to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import ceil
from typing import Final

from web.charts import number

GRADES: Final = 4
"""So many shades there are beside none."""


@dataclass(frozen=True)
class Cell:
    """One group: its figure in words, the records behind it, and how great it is from 0 to ``GRADES``.

    Without ``href`` there is no such group, and nothing to open.
    """

    text: str
    href: str | None
    grade: int


@dataclass(frozen=True)
class Line:
    """One value of the first dimension, with a cell for every value of the second."""

    name: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Heat:
    """The table: what its columns are called, and its lines."""

    columns: tuple[str, ...]
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Spot:
    """What is known of one group: its two values, what each is called, its figure and where it leads."""

    row: str
    row_name: str
    column: str
    column_name: str
    value: Decimal
    text: str
    href: str


def heat(spots: Sequence[Spot], nothing: str) -> Heat:
    """Return the table of these groups, its columns in their order and the greatest line first.

    ``nothing`` stands where a group does not exist.
    """
    top = max((abs(spot.value) for spot in spots), default=Decimal(0))
    columns = dict(sorted({spot.column: spot.column_name for spot in spots}.items()))
    lines: dict[str, dict[str, Spot]] = {}
    for spot in spots:
        lines.setdefault(spot.row, {})[spot.column] = spot
    ordered = sorted(lines.values(), key=lambda line: -sum(spot.value for spot in line.values()))
    return Heat(tuple(columns.values()), tuple(_line(line, columns, top, nothing) for line in ordered))


def _line(line: Mapping[str, Spot], columns: Mapping[str, str], top: Decimal, nothing: str) -> Line:
    name = next(iter(line.values())).row_name
    cells = (_cell(line.get(column), top, nothing) for column in columns)
    return Line(name, tuple(cells))


def _cell(spot: Spot | None, top: Decimal, nothing: str) -> Cell:
    if spot is None:
        return Cell(nothing, None, 0)
    share = abs(spot.value) / top if top else Decimal(0)
    return Cell(spot.text, spot.href, ceil(share * GRADES))


def figure(value: object) -> Decimal:
    """Return a figure as a number; a blank one weighs nothing."""
    return number(value if isinstance(value, str) else None) or Decimal(0)
