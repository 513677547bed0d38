"""Aggregates over rows in Python, and how what a database has aggregated joins with rows that are not stored yet.

A database answers with ``Stored``, a tuple that keeps what joining needs:

===============  ================================================================
aggregate        stored
===============  ================================================================
count            ``(rows,)``
sum              ``(total,)``
avg              ``(total, values)``: the sum, and how many values were not blank
min, max         ``(value,)``; blank over nothing
any all exists   ``(truth,)``
latest           ``(value, order, id)`` of the last row that has a value
===============  ================================================================
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from engine.kernel.values import Row, Value
from engine.language.backends.python.compiling import Evaluate, Holds, compile_condition, compile_value
from engine.language.backends.python.runtime import divide
from engine.language.surroundings import RelatedRows, Surroundings
from engine.language.tree import PARENT, Aggregate
from engine.language.types import NumberType

Stored = tuple[Value, ...]

LINE_ORDER = "position"
"""Lines are ordered by where they stand: rows handed in come in that order."""


def nothing_stored(aggregate: Aggregate) -> Stored:
    """Return the aggregate of no rows in its stored form."""
    match aggregate.function:
        case "count" | "sum":
            return (0,)
        case "avg":
            return (0, 0)
        case "all":
            return (True,)
        case "any" | "exists":
            return (False,)
        case "latest":
            return (None, None, None)
        case _:
            return (None,)


def settle(aggregate: Aggregate, stored: Stored) -> Value:
    """Return the value of an aggregate that a database has answered."""
    if aggregate.function != "avg":
        return stored[0]
    total, count = stored
    kind = aggregate.value.type if aggregate.value is not None else None
    return divide(total, count, kind.scale if isinstance(kind, NumberType) else 0, 0)


def aggregate_over(aggregate: Aggregate, rows: Iterable[Row], surroundings: Surroundings) -> Value:
    """Return the aggregate over exactly these rows; they are complete, related and not deleted."""
    return combine(aggregate, nothing_stored(aggregate), rows, surroundings)


def combine(aggregate: Aggregate, stored: Stored, pending: Iterable[Row], surroundings: Surroundings) -> Value:
    """Return the aggregate over what is stored together with ``pending`` rows, of which none is among the stored."""
    where, value = _compiled(aggregate)
    for place, row in enumerate(pending):
        if where is None or where(row, surroundings):
            order = place if aggregate.order == LINE_ORDER else row.get(aggregate.order or "id")
            stored = _with(aggregate, stored, (None if value is None else value(row, surroundings), order, row["id"]))
    return settle(aggregate, stored)


def first_rows(
    aggregate: Aggregate,
    pending: Iterable[Row],
    surroundings: Surroundings,
    limit: int,
    stored: RelatedRows | None = None,
) -> RelatedRows:
    """Return the first rows that the aggregate goes over: ``pending`` ones that its condition lets in and stored ones.

    Lines stand as they are handed in, record by record; records are ordered by ``created_at``, then by id.
    """
    where, _ = _compiled(aggregate)
    found = [row for row in pending if where is None or where(row, surroundings)]
    total = len(found) + (0 if stored is None else stored.total)
    every = [*(() if stored is None else stored.rows), *found]
    if aggregate.reference != PARENT:
        every.sort(key=_by_record if "." in aggregate.form else _by_creation)
    return RelatedRows(tuple(every[:limit]), total)


def _by_record(line: Row) -> str:
    return str(line[PARENT])


def _by_creation(row: Row) -> tuple[bool, int, str]:
    created = row.get("created_at")
    return created is None, created or 0, str(row["id"])


@lru_cache(maxsize=4_096)
def _compiled(aggregate: Aggregate) -> tuple[Holds | None, Evaluate | None]:
    where, value = aggregate.where, aggregate.value
    return (
        None if where is None else compile_condition(where),
        None if value is None else compile_value(value),
    )


def _with(aggregate: Aggregate, stored: Stored, row: tuple[Value, Value, str]) -> Stored:
    """Return the stored form with one more row that the condition has let in: its value, order and id."""
    counts_rows, value = aggregate.value is None, row[0]
    if value is None and not counts_rows:
        return stored
    match aggregate.function:
        case "count":
            return (stored[0] + 1,)
        case "sum":
            return (stored[0] + value,)
        case "avg":
            return (stored[0] + value, stored[1] + 1)
        case "min":
            return (value if stored[0] is None else min(stored[0], value),)
        case "max":
            return (value if stored[0] is None else max(stored[0], value),)
        case "any" | "exists":
            return (stored[0] or counts_rows or value is True,)
        case "all":
            return (stored[0] and value,)
        case _:
            return max(stored, row, key=_recency)


def _recency(stored: Stored) -> tuple[bool, bool, Value, str]:
    """Order what ``latest`` compares: nothing first, then rows without an order, then by order and id."""
    _, order, key = stored
    return key is not None, order is not None, 0 if order is None else order, key or ""
