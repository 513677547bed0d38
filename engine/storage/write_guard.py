"""Refuses writes to what must be journalled unless a unit of work writes; knows SQL's verbs, not what is written.

It hangs on every engine that ``open_database`` makes, in production too: one look at a cached answer per statement
(about a microsecond) is little for the certainty that no record changes without its journal entry.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache

from sqlalchemy import Connection, Engine, event

READ_ONLY = "youju_read"
"""The execution option of connections that only read."""

_MARK = "youju.writing"
_SYSTEM = "youju_"
_JOURNALLED = frozenset(
    f"{_SYSTEM}{name}"
    for name in ("journal", "seal", "seal_head", "user", "role_grant", "parameter", "revision", "app")
)
_WRITES = re.compile(
    r"""(?:\bINSERT\s+(?:OR\s+\w+\s+)?INTO | \bREPLACE\s+INTO | (?<!\bFOR\s)(?<!\bDO\s)\bUPDATE(?:\s+OR\s+\w+)?
        | \bDELETE\s+FROM | \bTRUNCATE(?:\s+TABLE)? | \bMERGE\s+INTO | \bCOPY)
        \s+(?:ONLY\s+)? (?:"?\w+"?\s*\.\s*)? "?(?P<table>\w+)"?""",
    re.IGNORECASE | re.VERBOSE,
)
_FIRST_WORD = re.compile(r"\s*(\w+)")
_MAY_WRITE = frozenset({"INSERT", "REPLACE", "UPDATE", "DELETE", "TRUNCATE", "MERGE", "COPY", "WITH"})


class UnguardedWriteError(RuntimeError):
    """Somebody writes what must be journalled without a unit of work: a mistake of the programmer."""


@contextmanager
def writing(connection: Connection) -> Iterator[None]:
    """Mark the connection as that of a unit of work for as long as the block runs; blocks may nest."""
    before = connection.info.get(_MARK, 0)
    connection.info[_MARK] = before + 1
    try:
        yield
    finally:
        connection.info[_MARK] = before


def install_write_guard(engine: Engine) -> None:
    """Hang the guard on the engine."""
    event.listen(engine, "before_cursor_execute", _check)


def _check(connection: Connection, _cursor: object, statement: str, *_rest: object) -> None:
    tables = written_tables(statement)
    if not tables:
        return
    if connection.get_execution_options().get(READ_ONLY):
        message = f"a connection for reading writes {', '.join(sorted(tables))}"
        raise UnguardedWriteError(message)
    if not connection.info.get(_MARK):
        journalled = sorted(table for table in tables if is_journalled(table))
        if journalled:
            message = f"{', '.join(journalled)} may only be written by a unit of work"
            raise UnguardedWriteError(message)


@lru_cache(maxsize=4096)
def written_tables(statement: str) -> frozenset[str]:
    """Return the names of the tables that a statement writes; none for whatever only reads or defines."""
    first = _FIRST_WORD.match(statement)
    if first is None or first[1].upper() not in _MAY_WRITE:
        return frozenset()
    return frozenset(found["table"] for found in _WRITES.finditer(statement))


def is_journalled(table: str) -> bool:
    """Tell whether a table is one that only units of work may write: a form's, or one of the engine's own like it."""
    return table in _JOURNALLED or not table.startswith((_SYSTEM, "alembic_", "sqlite_", "pg_"))
