"""Counting different values in two steps on PostgreSQL: first each value of a group once, then how many there are.

PostgreSQL sorts all rows for every ``count(DISTINCT …)`` of a statement; grouping by the value first sorts none.
It serves where all that a metric counts apart is the same value, and all else can be put together from parts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import ColumnElement

from engine.boards.boards import Measure
from engine.language.backends.sql.terms import Dialect, DialectName, Grouped
from engine.language.types import NumberType, Type

VALUE: Final = "value"
"""The column of what is counted apart."""

_PARTS: Mapping[str, tuple[Grouped, ...]] = MappingProxyType(
    {
        "count": ("sum",),
        "share": ("sum", "sum"),
        "sum": ("sum",),
        "avg": ("sum", "sum"),
        "min": ("min",),
        "max": ("max",),
        "distinct": ("sum",),
        "conversion": ("sum", "sum"),
    }
)
"""How the parts of each function are put together: first within a value, then over the values."""

_NUMBER = NumberType(0, 18)


def apart(measure: Measure) -> bool:
    """Tell whether a measure counts different values."""
    return measure.of is not None and measure.definition.function in ("distinct", "conversion")


def often_or_once(measure: Measure) -> bool:
    """Tell whether a measure comes out the same however often each value comes."""
    return apart(measure) or measure.definition.function in ("min", "max")


def folds(measures: Sequence[Measure], dialect: DialectName) -> Measure | None:
    """Return a measure whose value is the one that all count apart; None where one step is better, or has to do."""
    counted = [measure for measure in measures if apart(measure)]
    same = {(measure.of, measure.per) for measure in counted}
    sources = {tuple(None if part is None else part.source for part in pair) for pair in same}
    if dialect == "sqlite" or len(sources) != 1:
        return None
    return counted[0] if all(measure.definition.function in _PARTS for measure in measures) else None


@dataclass(frozen=True)
class Folded:
    """Each value of each group once: ``source`` has parts of the measures, ``figures`` put these together."""

    source: sa.Subquery
    figures: tuple[tuple[ColumnElement[Any], ...], ...]


def folded(
    counted: sa.Subquery,
    keys: int,
    measures: Sequence[tuple[int, Measure]],
    figures: Sequence[Sequence[ColumnElement[Any]]],
    dialect: Dialect,
) -> Folded:
    """Return the first step over the rows of ``counted``, which have the column ``VALUE``.

    ``measures`` come with the numbers of their columns, ``figures`` are what one step would find for them.
    """
    columns: list[ColumnElement[Any]] = [counted.c[f"d{at}"] for at in range(keys)]
    within = [*columns, counted.c[VALUE]]
    for number, ((at, measure), parts) in enumerate(zip(measures, figures, strict=True)):
        names = ("q", "m") if measure.definition.function == "conversion" else ("m",)
        own = [_is_there(counted.c[f"{name}{at}"]) for name in names] if apart(measure) else parts
        columns += [part.label(f"p{number}_{place}") for place, part in enumerate(own)]
    source = sa.select(*columns).group_by(*within).subquery("folded")
    found = [
        tuple(
            dialect.grouped(how, source.c[f"p{number}_{place}"], _kind(measure, place))
            for place, how in enumerate(_PARTS[measure.definition.function])
        )
        for number, (_, measure) in enumerate(measures)
    ]
    return Folded(source, tuple(found))


def _is_there(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """Return 1 where a value counts in any row, else NULL."""
    return sa.func.max(sa.case((column.is_not(None), sa.literal_column("1"))))


def _kind(measure: Measure, place: int) -> Type:
    return measure.of.type if measure.of is not None and not apart(measure) and place == 0 else _NUMBER
