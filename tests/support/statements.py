"""Counts what a database is asked; query counts do not depend on the machine, so ordinary tests may assert them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from engine.storage.database import Database


@contextmanager
def recorded(database: Database, statements: list[str]) -> Iterator[None]:
    """Append to ``statements`` each one that is executed while the block runs."""

    def record(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        statements.append(statement)

    event.listen(database.engine, "before_cursor_execute", record)
    try:
        yield
    finally:
        event.remove(database.engine, "before_cursor_execute", record)


@contextmanager
def explained(database: Database, plans: list[str], *beforehand: str) -> Iterator[None]:
    """Append to ``plans`` that of each SELECT over a form's table while the block runs, with the values it has.

    ``beforehand`` are settings of PostgreSQL under which it plans, as it would with many rows.
    """
    words = {"postgresql": "EXPLAIN (COSTS OFF) ", "sqlite": "EXPLAIN QUERY PLAN "}[database.dialect]

    def explain(_connection: object, cursor: Any, statement: str, parameters: Any, *_rest: object) -> None:
        if statement.startswith("SELECT") and "FROM youju_" not in statement:
            for setting in beforehand if database.dialect == "postgresql" else ():
                cursor.execute(setting)
            cursor.execute(words + statement, parameters)
            plans.append(str(cursor.fetchall()))

    event.listen(database.engine, "before_cursor_execute", explain)
    try:
        yield
    finally:
        event.remove(database.engine, "before_cursor_execute", explain)
