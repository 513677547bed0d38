"""Tells processes soon that something was written: about which records, never what; it keeps nothing."""

from __future__ import annotations

import json
import logging
import sqlite3
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple, cast

import psycopg
from sqlalchemy import Connection, func, select
from sqlalchemy.exc import SQLAlchemyError

from engine.kernel.canonical import compact
from engine.storage.database import Database
from engine.storage.system_tables import PREFIX

if TYPE_CHECKING:
    import threading

log = logging.getLogger(__name__)

CHANNEL = f"{PREFIX}signal"
POLL_SECONDS = 0.5
"""How often SQLite is asked whether anything was written; a question to a file, not a query."""

AGAIN_SECONDS = 5.0
"""How long a watcher rests after the database could not be reached."""

_MOST_BYTES = 7_000
"""PostgreSQL takes fewer than 8,000 in one message."""

_MOST_READ = 1_000


class Signal(NamedTuple):
    """Something was written about a record; ``record`` is blank where many of the form were, ``app`` where of many."""

    app: str
    subject: str
    record: str


Signals = frozenset[Signal]
"""What was written; without a signal, something else than records was: a message, a task."""

EVERYTHING = Signal("", "", "")


def announce(connection: Connection, written: Iterable[Signal] = ()) -> None:
    """Say what this transaction writes, to be heard when it is committed; SQLite says it without words."""
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_notify(CHANNEL, _message(frozenset(written)))))


def _message(written: Signals) -> str:
    for said in (written, {Signal(app, subject, "") for app, subject, _ in written}, {EVERYTHING}):
        text = compact([list(signal) for signal in sorted(said)])
        if len(text.encode()) <= _MOST_BYTES:
            return text
    return "[]"


def watch(database: Database, stopped: threading.Event) -> Iterator[Signals]:
    """Yield what was written, as long as it is not stopped; to be read in a thread of its own.

    First, and again whenever the database could not be reached meanwhile, ``EVERYTHING`` may have been written.
    """
    listen = _listened if database.dialect == "postgresql" else _polled
    while not stopped.is_set():
        try:
            yield from listen(database, stopped)
        except (SQLAlchemyError, sqlite3.Error, psycopg.Error, OSError) as error:
            log.warning("the database could not be watched: %s", error)
            stopped.wait(AGAIN_SECONDS)


def _polled(database: Database, stopped: threading.Event) -> Iterator[Signals]:
    """Ask SQLite for the number that every commit of another connection raises; then read what is new."""
    with database.engine.connect() as connection:
        file = cast("sqlite3.Connection", connection.connection.driver_connection)
        seen, last = _version(file), _last(file)
        yield frozenset({EVERYTHING})
        while not stopped.wait(POLL_SECONDS):
            if (version := _version(file)) == seen:
                continue
            seen = version
            rows = file.execute(
                f"SELECT rowid, app, subject, record FROM {PREFIX}journal WHERE rowid > ? ORDER BY rowid LIMIT ?",  # noqa: S608
                (last, _MOST_READ),
            ).fetchall()
            if len(rows) < _MOST_READ:
                last = rows[-1][0] if rows else last
                yield frozenset(Signal(*row[1:]) for row in rows)
            else:
                last = _last(file)
                yield frozenset({EVERYTHING})


def _version(file: sqlite3.Connection) -> int:
    return int(file.execute("PRAGMA data_version").fetchone()[0])


def _last(file: sqlite3.Connection) -> int:
    return int(file.execute(f"SELECT coalesce(max(rowid), 0) FROM {PREFIX}journal").fetchone()[0])  # noqa: S608


def _listened(database: Database, stopped: threading.Event) -> Iterator[Signals]:
    """Listen to PostgreSQL; what is said in the same moment comes together."""
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql(f"LISTEN {CHANNEL}")
        server = cast("psycopg.Connection[tuple[object, ...]]", connection.connection.driver_connection)
        try:
            yield frozenset({EVERYTHING})
            while not stopped.is_set():
                said = [message.payload for message in server.notifies(timeout=POLL_SECONDS, stop_after=1)]
                if said:
                    yield frozenset(Signal(*signal) for text in said for signal in json.loads(text))
        finally:
            connection.detach()
