"""Counts what a database is asked; query counts do not depend on the machine, so ordinary tests may assert them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

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
