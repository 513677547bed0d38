"""Percentiles, exactly: the two values of a group between which each lies, in either database.

Of n values in order a percentile lies (n - 1) * p / 100 places after the first, a broken number. Databases find the
values at the places before and after it; how far it lies between them is worked out of whole numbers afterwards, since
their own percentiles are binary fractions.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement
from sqlalchemy.dialects.postgresql import aggregate_order_by

from engine.boards.boards import Measure
from engine.language.backends.sql.column_types import INTEGER
from engine.language.backends.sql.terms import Dialect, DialectName
from engine.language.types import Type

MEDIAN = 50
"""Which percentile is the median."""

_HUNDRED = 100


def percent_of(measure: Measure) -> int | None:
    """Return which percentile a measure is, None where it is none."""
    definition = measure.definition
    return definition.p if definition.function == "percentile" else MEDIAN if definition.function == "median" else None


def ranked(source: sa.Subquery, keys: int, places: Collection[int], dialect: DialectName) -> sa.Subquery:
    """Return the rows, on SQLite with the place of each value in its group and how many there are (``r0``, ``n0`` …).

    ``places`` are the numbers of the columns (``m0`` …), ``keys`` how many columns group. Blanks come last and do not
    count.
    """
    if not places or dialect != "sqlite":
        return source
    within = [source.c[f"d{at}"] for at in range(keys)] or None
    more: list[ColumnElement[Any]] = []
    for at in places:
        item = source.c[f"m{at}"]
        place = sa.func.row_number().over(partition_by=within, order_by=item.asc().nulls_last())
        more += [place.label(f"r{at}"), sa.func.count(item).over(partition_by=within).label(f"n{at}")]
    return sa.select(*source.c, *more).subquery("ranked")


def between(source: sa.Subquery, at: int, percent: int, dialect: Dialect, kind: Type) -> list[ColumnElement[Any]]:
    """Return the two values of a group between which a percentile lies; the second is blank where there is none."""
    item = source.c[f"m{at}"]
    if f"r{at}" not in source.c:
        return _picked(item, percent)
    place, far = source.c[f"r{at}"], (source.c[f"n{at}"] - 1) * percent
    lower = sa.and_((place - 1) * _HUNDRED <= far, place * _HUNDRED > far)
    upper = sa.and_((place - 2) * _HUNDRED <= far, (place - 1) * _HUNDRED > far)
    return [dialect.grouped("max", sa.case((one, item)), kind) for one in (lower, upper)]


def _picked(item: ColumnElement[Any], percent: int) -> list[ColumnElement[Any]]:
    """Return them out of all values of the group in their order, which PostgreSQL makes an array of once for both."""
    ordered = sa.func.array_agg(aggregate_order_by(item, item.asc()), type_=sa.ARRAY(item.type))
    values = ordered.filter(item.is_not(None))
    first = sa.cast((sa.func.count(item) - 1) * percent, sa.BigInteger()).op("/", precedence=8)(_HUNDRED)
    return [values[sa.cast(first, INTEGER) + more] for more in (1, 2)]
