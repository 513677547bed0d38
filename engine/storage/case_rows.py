"""The rows that a case brings, as a table of a query; it asks no database.

The statement is text in which nothing of the case stands but bound values: thousands of such tables are used once
each, and SQLAlchemy's elements would take longer to write than all else of the statement together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import FromClause

from engine.kernel.values import Row
from engine.language.backends.sql.builder import dialect_of
from engine.language.backends.sql.column_types import BOOLEAN, DATE, INTEGER, MOMENT, NUMERIC, SEVERAL_VALUES, TEXT
from engine.language.backends.sql.terms import DialectName
from engine.language.types import SEVERAL, BooleanType, DateTimeType, DateType, DurationType, NumberType, Type

_POSITION = sa.column("position", INTEGER)


def rows_as_table(rows: Sequence[Row], kinds: Mapping[str, Type], dialect: DialectName) -> FromClause:
    """Return rows as a table whose columns have the physical types that records have in this database.

    The columns are found by their keys and numbered in the statement, as databases fold case and cut long names.
    """
    physical = [_physical(kind, dialect) for kind in kinds.values()]
    selected = [f"{cast.format(f'column{n}')} AS c{n}" for n, (_, cast) in enumerate(physical, 2)]
    values: dict[str, sa.BindParameter[Any]] = {}
    given = [_given(position, row, kinds, dialect, values) for position, row in enumerate(rows or [{}])]
    text = f"SELECT {', '.join(['column1 AS position', *selected])} FROM (VALUES {', '.join(given)}) AS given"  # noqa: S608
    statement = sa.text(text if rows else f"{text} WHERE 1 = 0").bindparams(*values.values())
    columns = [_column(n, key, kind) for n, (key, (kind, _)) in enumerate(zip(kinds, physical, strict=True), 2)]
    return statement.columns(_POSITION, *columns).subquery()


def _given(
    position: int, row: Row, kinds: Mapping[str, Type], dialect: DialectName, values: dict[str, sa.BindParameter[Any]]
) -> str:
    """Return the row as the statement has it, its position first; what it binds is added to ``values``."""
    places = [str(position)]
    for key, kind in kinds.items():
        bound = dialect_of(dialect).bind(row.get(key), kind)
        if isinstance(bound, sa.BindParameter):
            name = f"given_{len(values)}"
            values[name] = sa.bindparam(name, bound.value, bound.type, unique=True)
            places.append(f":{name}")
        else:
            places.append("NULL")
    return f"({', '.join(places)})"


def _column(number: int, key: str, kind: sa.types.TypeEngine[Any]) -> sa.ColumnClause[Any]:
    column = sa.column(f"c{number}", kind)
    column.key = key
    return column


def _physical(kind: Type, dialect: DialectName) -> tuple[sa.types.TypeEngine[Any], str]:
    """Return the type of a column, and how a value becomes one of it."""
    return _in_sqlite(kind) if dialect == "sqlite" else _in_postgresql(kind)


def _in_sqlite(kind: Type) -> tuple[sa.types.TypeEngine[Any], str]:
    match kind:
        case NumberType() if dialect_of("sqlite").is_wide(kind):
            return TEXT, "{}"
        case NumberType() | BooleanType() | DateType() | DateTimeType() | DurationType():
            return INTEGER, "CAST({} AS INTEGER)"
        case _:
            return TEXT, "CAST({} AS TEXT)"


def _in_postgresql(kind: Type) -> tuple[sa.types.TypeEngine[Any], str]:
    match kind:
        case NumberType(scale, digits):
            return NUMERIC, f"CAST({{}} AS NUMERIC({digits}, {scale}))"
        case DurationType():
            return NUMERIC, "CAST({} AS NUMERIC)"
        case BooleanType():
            return BOOLEAN, "CAST({} AS BOOLEAN)"
        case DateType():
            return DATE, "CAST({} AS DATE)"
        case DateTimeType():
            return MOMENT, "CAST({} AS TIMESTAMP WITH TIME ZONE)"
        case _ if isinstance(kind, SEVERAL):
            return SEVERAL_VALUES, "CAST({} AS JSONB)"
        case _:
            return TEXT, 'CAST({} AS TEXT) COLLATE "C"'
