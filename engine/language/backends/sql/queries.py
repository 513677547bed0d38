"""The SQL back end for SQLite and PostgreSQL: conditions and values of a query, and selects that answer aggregates.

SQLite connections need ``sqlite_functions.register``. Results are read back with ``from_database`` and ``stored_from``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from engine.kernel.problems import EngineError
from engine.kernel.values import Value
from engine.language import problems
from engine.language.aggregates import Stored, nothing_stored
from engine.language.backends.sql import aggregates as sql_aggregates
from engine.language.backends.sql.builder import Builder, dialect_of
from engine.language.backends.sql.terms import DialectName, Element, SqlContext, SqlScope
from engine.language.expressions import Expression
from engine.language.pushdown import parted, pushes_down
from engine.language.tree import Aggregate, And
from engine.language.types import BooleanType, DateTimeType, NumberType, TextType, Type

if TYPE_CHECKING:
    from sqlalchemy import Select

__all__ = [
    "SqlContext",
    "SqlScope",
    "aggregate_select",
    "from_database",
    "rows_select",
    "stored_from",
    "to_condition",
    "to_filter",
    "to_value",
]


def _builder(scope: SqlScope, expression: Expression | None = None) -> Builder:
    """Return the builder of a query; a query knows no row before the change unless it is told."""
    if expression is not None and expression.reads.reads_old and scope.old is None:
        raise EngineError(problems.NOT_IN_SQL.at(start=0, end=len(expression.source), what="old"))
    return Builder(scope, scope.row, dialect_of(scope.dialect))


def to_condition(expression: Expression, scope: SqlScope) -> Element:
    """Return the condition that is true for exactly the rows for which the expression holds, else false or NULL.

    Raises ``EngineError`` for what the query does not have: a column, or the row before a change.
    """
    builder = _builder(scope, expression)
    if isinstance(expression.tree, And):
        # Each condition by itself, so that one that needs steps leaves the others to the indexes.
        return builder.joined(expression.tree.items)
    return builder.whole_condition(expression.tree)


def to_filter(expression: Expression, scope: SqlScope) -> tuple[Element, Expression | None]:
    """Return a condition that is true for every row for which the expression holds, and what is left to look at.

    Without a rest the condition is exact, as of ``to_condition``. Else the expression holds for those of the rows for
    which the rest, an expression for Python, holds too. Raises ``EngineError`` for a column that the query lacks.
    """
    if scope.old is not None or not pushes_down(expression):
        return to_condition(expression, scope), None
    pushed, residual = parted(expression)
    if pushed is None:
        return sa.true(), residual
    parts = pushed.items if isinstance(pushed, And) else (pushed,)
    return Builder(scope, scope.row, dialect_of(scope.dialect)).joined(parts), residual


def to_value(expression: Expression, scope: SqlScope) -> Element:
    """Return the value of the expression, NULL where it is blank; read it with ``from_database``."""
    return _builder(scope, expression).whole_value(expression.tree)


def from_database(value: object, kind: Type, dialect: DialectName) -> Value:
    """Return what ``to_value`` made the database answer as a value of the engine."""
    return dialect_of(dialect).read(value, kind)


def aggregate_select(
    aggregate: Aggregate, owner_id: str, scope: SqlScope, excluding: Sequence[str] = ()
) -> Select[Any]:
    """Return the select whose one row answers the aggregate over what is related to ``owner_id``.

    Read the row with ``stored_from``; records in ``excluding`` and deleted ones do not count. ``scope.row`` is not
    used.
    """
    return sql_aggregates.stored_select(_builder(scope), aggregate, owner_id, excluding)


def rows_select(
    aggregate: Aggregate, owner_id: str, scope: SqlScope, excluding: Sequence[str] = ()
) -> tuple[Select[Any], Select[Any]]:
    """Return the selects of the rows that the aggregate goes over: their ids in order, and how many they are.

    Records are ordered by ``created_at`` and id. Of lines the id of their record comes first; they are ordered by it
    and by their place.
    """
    return sql_aggregates.rows_select(_builder(scope), aggregate, owner_id, excluding)


def stored_from(aggregate: Aggregate, row: Sequence[Any] | None, dialect: DialectName) -> Stored:
    """Return the row of ``aggregate_select`` (None where there was none) as ``engine.language.aggregates`` wants it."""
    if row is None:
        return nothing_stored(aggregate)
    read = dialect_of(dialect).read
    kind = aggregate.type if aggregate.value is None else aggregate.value.type
    match aggregate.function:
        case "count":
            return (int(row[0]),)
        case "sum":
            return (read(row[0], aggregate.type),)
        case "avg":
            return (read(row[0], kind), int(row[1]))
        case "min" | "max":
            return (read(row[0], kind),)
        case "latest":
            orders: dict[str | None, Type] = {"created_at": DateTimeType(), "position": NumberType(0)}
            return (read(row[0], kind), read(row[1], orders.get(aggregate.order, TextType())), row[2])
        case _:
            return (read(row[0], BooleanType()),)
