"""What a database plans for a statement before it is executed; it knows no tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import ClauseElement, Connection, Executable, Select
from sqlalchemy.ext.compiler import compiles

if TYPE_CHECKING:
    from sqlalchemy.sql.compiler import SQLCompiler


class _Explained(Executable, ClauseElement):
    """A statement that asks for the plan of another one."""

    inherit_cache = False

    def __init__(self, statement: Select[Any]) -> None:
        """Ask about this one."""
        self.statement = statement


@compiles(_Explained, "postgresql")
def _of_postgres(element: _Explained, compiler: SQLCompiler, **options: Any) -> str:  # noqa: ANN401 - SQLAlchemy's
    return "EXPLAIN (FORMAT JSON) " + compiler.process(element.statement, **options)


@compiles(_Explained, "sqlite")
def _of_sqlite(element: _Explained, compiler: SQLCompiler, **options: Any) -> str:  # noqa: ANN401 - SQLAlchemy's
    return "EXPLAIN QUERY PLAN " + compiler.process(element.statement, **options)


def expected_cost(connection: Connection, statement: Select[Any]) -> float:
    """Return what PostgreSQL expects a statement to cost, in its own unit."""
    [planned] = connection.execute(_Explained(statement)).scalar_one()
    return float(planned["Plan"]["Total Cost"])


def goes_through_an_index(connection: Connection, statement: Select[Any], table: str) -> bool:
    """Tell whether SQLite reads every entry of an index to get at a table: it takes a partial one for a short cut."""
    steps = (str(row[3]) for row in connection.execute(_Explained(statement)))
    return any(step.startswith(f"SCAN {table} USING INDEX ") for step in steps)
