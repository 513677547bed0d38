"""Paths and aggregates in SQL: correlated subqueries over fresh aliases, deleted records left out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy import FromClause, Select

from engine.language.backends.sql.column_types import TEXT
from engine.language.backends.sql.lookups import Columns
from engine.language.backends.sql.terms import Dialect, Element, SqlScope
from engine.language.tree import PARENT, Aggregate, Node, Related, Step
from engine.language.types import NumberType, Type


class Over(Protocol):
    """What paths and aggregates ask of a builder over some table."""

    @property
    def scope(self) -> SqlScope:
        """The query's scope."""
        ...

    @property
    def row(self) -> Columns:
        """The table."""
        ...

    @property
    def dialect(self) -> Dialect:
        """How the database writes."""
        ...

    def over(self, row: FromClause) -> Inner:
        """Return a builder over another table."""
        ...


class Inner(Over, Protocol):
    """A builder that builds whole expressions over its own table."""

    def whole_value(self, node: Node) -> Element:
        """Return a value, complete with its steps."""
        ...

    def whole_condition(self, node: Node, *, wanted: bool = True) -> Element:
        """Return a condition, complete with its steps."""
        ...


def _living(table: FromClause) -> list[Element]:
    return [table.c["deleted_at"].is_(None)] if "deleted_at" in table.c else []


def _owner(builder: Over, steps: Sequence[Step]) -> Element:
    """Return the id of this row, or of the living record at the end of the references."""
    if not steps:
        own: Element = builder.row.c["id"]
        return own
    return at_end(builder, steps, "id")


def at_end(builder: Over, steps: Sequence[Step], key: str) -> Element:
    """Return a column of the record at the end of the references; NULL where one is blank or its record gone."""
    reached: Element = builder.row.c[steps[0].reference]
    keys = [*(step.reference for step in steps[1:]), key]
    for step, wanted in zip(steps, keys, strict=True):
        table = builder.scope.table(step.app, step.form)
        found = sa.select(table.c[wanted]).where(table.c["id"] == reached, *_living(table))
        reached = found.correlate_except(table).scalar_subquery()
    return reached


def _of_the_living(builder: Over, table: FromClause, aggregate: Aggregate) -> list[Element]:
    """Return that the lines which point at a record are not those of a deleted one; a record's own need no look."""
    outer, dot, _ = aggregate.form.partition(".")
    if not dot or aggregate.reference == PARENT:
        return []
    holder = builder.scope.table(aggregate.app, outer)
    found: Select[Any] = sa.select(sa.literal_column("1")).where(holder.c["id"] == table.c[PARENT], *_living(holder))
    return [sa.exists(found.correlate_except(holder))]


def _rows(builder: Over, aggregate: Aggregate, owner: Element) -> tuple[Inner, FromClause, list[Element]]:
    """Return a builder over the related table, that table, and the conditions that let its rows in."""
    table = builder.scope.table(aggregate.app, aggregate.form)
    inner = builder.over(table)
    conditions = [table.c[aggregate.reference] == owner, *_living(table), *_of_the_living(builder, table, aggregate)]
    if aggregate.where is not None:
        conditions.append(inner.whole_condition(aggregate.where))
    return inner, table, conditions


def value(builder: Over, node: Related) -> Element:
    """Return the value of an aggregate for every row of the builder's table."""
    aggregate = node.aggregate
    if aggregate.function in {"any", "all", "exists"}:
        return builder.dialect.truth(condition(builder, node), wanted=True)
    inner, table, conditions = _rows(builder, aggregate, _owner(builder, node.steps))
    if aggregate.function == "latest":
        found = _latest(inner, table, aggregate, conditions)
        return found.with_only_columns(found.selected_columns[0]).correlate_except(table).scalar_subquery()
    columns = _columns(inner, aggregate)
    result = columns[0]
    if aggregate.function == "avg" and aggregate.value is not None:
        scale = _scale(aggregate.value.type)
        result = builder.dialect.quotient(columns[0], columns[1], (scale, 0), _COUNT_DIGITS)
    return sa.select(result).where(*conditions).correlate_except(table).scalar_subquery()


_COUNT_DIGITS = 12


def _scale(kind: Type) -> int:
    return kind.scale if isinstance(kind, NumberType) else 0


def condition(builder: Over, node: Related) -> Element:
    """Return whether ``any``, ``all`` or ``exists`` holds; never NULL."""
    aggregate = node.aggregate
    inner, table, conditions = _rows(builder, aggregate, _owner(builder, node.steps))
    return _exists(inner, table, aggregate, conditions)


def _exists(inner: Inner, table: FromClause, aggregate: Aggregate, conditions: list[Element]) -> Element:
    item = aggregate.value
    if item is not None:
        conditions = [*conditions, inner.whole_condition(item, wanted=aggregate.function != "all")]
    if item is not None and aggregate.function == "all":
        conditions = [*conditions, inner.whole_value(item).is_not(None)]
    found = sa.exists(sa.select(sa.literal_column("1")).select_from(table).where(*conditions).correlate_except(table))
    return sa.not_(found) if aggregate.function == "all" else found


def _columns(inner: Inner, aggregate: Aggregate) -> list[Element]:
    """Return what ``Stored`` keeps of a count, sum, average, least or greatest."""
    grouped = inner.dialect.grouped
    if aggregate.value is None:
        return [grouped("count", None, aggregate.type)]
    item, kind = inner.whole_value(aggregate.value), aggregate.value.type
    match aggregate.function:
        case "avg":
            return [grouped("sum", item, kind), grouped("count", item, kind)]
        case "count" | "sum" | "min" | "max" as function:
            return [grouped(function, item, kind)]
        case function:
            message = f"{function} is not over a group"
            raise ValueError(message)


def _latest(inner: Inner, table: FromClause, aggregate: Aggregate, conditions: list[Element]) -> Select[Any]:
    if aggregate.value is None:
        message = "latest needs a field"
        raise ValueError(message)
    item = inner.whole_value(aggregate.value)
    order = sa.null() if aggregate.order is None else table.c[aggregate.order]
    orders = [] if aggregate.order is None else [table.c[aggregate.order].desc().nulls_last()]
    return (
        sa.select(item.label("value"), order.label("order"), table.c["id"].label("id"))
        .where(*conditions, item.is_not(None))
        .order_by(*orders, table.c["id"].desc())
        .limit(1)
    )


def _rows_of(
    builder: Over, aggregate: Aggregate, owner: str, excluding: Sequence[str]
) -> tuple[Inner, FromClause, list[Element]]:
    inner, table, conditions = _rows(builder, aggregate, sa.bindparam(None, owner, TEXT, unique=True))
    if excluding:
        conditions.append(table.c[PARENT if "." in aggregate.form else "id"].not_in(list(excluding)))
    return inner, table, conditions


def rows_select(
    builder: Over, aggregate: Aggregate, owner: str, excluding: Sequence[str]
) -> tuple[Select[Any], Select[Any]]:
    """Return the select of the ids of the rows that an aggregate goes over, in order, and that of their number.

    Of lines it gives the id of their record first, and then theirs.
    """
    _, table, conditions = _rows_of(builder, aggregate, owner, excluding)
    lines = "." in aggregate.form
    columns = [table.c[PARENT], table.c["id"]] if lines else [table.c["id"]]
    order = [table.c[PARENT], table.c["position"]] if lines else [table.c["created_at"]]
    ids = sa.select(*columns).where(*conditions).order_by(*order, table.c["id"])
    return ids, sa.select(sa.func.count()).select_from(table).where(*conditions)


def stored_select(builder: Over, aggregate: Aggregate, owner: str, excluding: Sequence[str]) -> Select[Any]:
    """Return the select whose one row is what is stored of an aggregate, without the records in ``excluding``."""
    inner, table, conditions = _rows_of(builder, aggregate, owner, excluding)
    match aggregate.function:
        case "any" | "all" | "exists":
            found = _exists(inner, table, aggregate, conditions)
            return sa.select(builder.dialect.truth(found, wanted=True).label("value"))
        case "latest":
            return _latest(inner, table, aggregate, conditions)
        case _:
            columns = _columns(inner, aggregate)
            return (
                sa.select(*(column.label(f"part_{index}") for index, column in enumerate(columns)))
                .select_from(table)
                .where(*conditions)
            )
