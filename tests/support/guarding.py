"""Fails every test that writes records outside a unit of work, whichever engine it opens for that."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, event

from engine.storage.write_guard import READ_ONLY, UnguardedWriteError, is_journalled, written_tables

TAMPERS = {"tampers": True}
"""Execution options of an engine whose very purpose is to change what the program wrote behind its back."""


@contextmanager
def every_engine_guarded() -> Iterator[None]:
    """Guard the engines too that a test opens by itself on one of the program's databases, while the block runs."""
    event.listen(Engine, "before_cursor_execute", _check)
    try:
        yield
    finally:
        event.remove(Engine, "before_cursor_execute", _check)


def _check(connection: Connection, _cursor: object, statement: str, *_rest: object) -> None:
    records = sorted(filter(is_journalled, written_tables(statement)))
    if not records or _is_known(connection) or not connection.dialect.has_table(connection, "youju_journal"):
        return
    message = f"this test writes {', '.join(records)} outside a unit of work"
    raise UnguardedWriteError(message)


def _is_known(connection: Connection) -> bool:
    """Tell whether the program's own guard looks after this connection, or it is there to tamper."""
    options = connection.get_execution_options()
    return options.get("tampers", False) or "youju_write" in options or READ_ONLY in options
