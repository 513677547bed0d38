"""Opens a database and its transactions; knows what differs between SQLite and PostgreSQL there, not what they hold."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal, cast

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, ExceptionContext, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, OperationalError, SQLAlchemyError

from engine.kernel.problems import EngineError, Problem
from engine.language.backends.sql import sqlite_functions
from engine.storage import problems
from engine.storage.write_guard import READ_ONLY, install_write_guard

if TYPE_CHECKING:
    import psycopg

Dialect = Literal["sqlite", "postgresql"]

BUSY_SECONDS = 10
"""How long a writer waits for another one before it gives up."""

_WRITE = "youju_write"
_OLDEST_SQLITE = (3, 38, 0)
_OLDEST_POSTGRES = 130000
_BUSY_STATES = frozenset({"55P03", "40P01", "40001"})
_FULL_STATES = frozenset({"53100", "58030"})
_FULL_SIGNS = ("disk is full", "disk I/O", "readonly database")
_GONE_CLASSES = ("08", "57P")
_FOREIGN_KEY_STATE = "23503"
_FEATURE_STATE = "0A000"


@dataclass(frozen=True)
class Database:
    """An open database. ``read()`` and ``write()`` are the two ways into it; every transaction is one block.

    ``alone()`` is for definitions of tables that no transaction can hold.
    """

    engine: Engine
    dialect: Dialect
    _reader: Engine = field(repr=False)
    _writer: Engine = field(repr=False)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Give a connection that sees one snapshot of the database for as long as the block runs, and cannot write."""
        with _translated(self.engine.url), self._reader.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Give a connection in a writing transaction: committed at the end of the block, rolled back on any error.

        On SQLite there is one writer at a time from the first line of the block on. Raises ``EngineError`` when the
        database is busy, full or gone, and when a reference leads nowhere at commit.
        """
        with _translated(self.engine.url), self._writer.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def aside(self) -> Iterator[Connection]:
        """Give a connection that sees one snapshot and may make temporary tables of its own; nothing of it stays.

        A temporary table may have the name of another one: no statement that was planned before is used.
        """
        snapshot = {} if self.dialect == "sqlite" else {"isolation_level": "REPEATABLE READ"}
        with _translated(self.engine.url), self.engine.connect() as plain:
            connection = plain.execution_options(**snapshot)
            with _without_plans(connection), connection.begin() as transaction:
                try:
                    yield connection
                finally:
                    transaction.rollback()

    @contextmanager
    def alone(self) -> Iterator[Connection]:
        """Give a connection without transactions, for what PostgreSQL refuses to do in one; it ends with the block.

        So does everything that was set or locked for its session. ``explained`` tells what befell one statement.
        """
        with _translated(self.engine.url), self.engine.connect() as connection:
            try:
                yield connection.execution_options(isolation_level="AUTOCOMMIT")
            finally:
                connection.invalidate()

    def explained(self) -> AbstractContextManager[None]:
        """Turn what befalls a statement of ``alone`` within the block into an EngineError, as of a transaction."""
        return _translated(self.engine.url)

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()


def open_database(url: str, *, pool_size: int = 5) -> Database:
    """Open the database at ``url`` (``sqlite:///path`` or ``postgresql://…``); raises ``EngineError`` if that fails."""
    parsed = _parsed(url)
    dialect = cast("Dialect", parsed.get_backend_name())
    if dialect == "sqlite":
        engine = create_engine(parsed, pool_size=pool_size, max_overflow=20, connect_args={"timeout": BUSY_SECONDS})
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        reader = engine.execution_options(**{READ_ONLY: True})
    else:
        engine = create_engine(parsed, pool_size=pool_size, max_overflow=20, pool_pre_ping=True)
        event.listen(engine, "connect", _prepare_postgres)
        event.listen(engine, "handle_error", _drop_outdated_plans)
        snapshot = {READ_ONLY: True, "isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        reader = engine.execution_options(**snapshot)
    install_write_guard(engine)
    database = Database(engine, dialect, reader, engine.execution_options(**{_WRITE: True}))
    try:
        _refuse_old_version(database)
    except BaseException:
        engine.dispose()
        raise
    return database


def file_of(url: str) -> Path | None:
    """Return the file of a SQLite database, None of a server's; raises ``EngineError`` where the URL is neither."""
    parsed = _parsed(url)
    return Path(str(parsed.database)).absolute() if parsed.get_backend_name() == "sqlite" else None


def _parsed(url: str) -> URL:
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise EngineError(problems.BAD_URL.at(reason="?")) from error
    match parsed.get_backend_name():
        case "postgresql" | "postgres":
            return parsed.set(drivername="postgresql+psycopg")
        case "sqlite" if parsed.database and ":memory:" not in parsed.database:
            return parsed.set(drivername="sqlite+pysqlite")
        case "sqlite":
            # Every connection to a database in memory would be another, empty one.
            raise EngineError(problems.BAD_URL.at(reason="sqlite :memory:"))
        case other:
            raise EngineError(problems.BAD_URL.at(reason=other))


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # the transactions are ours, see _begin_sqlite
    connection.execute("PRAGMA foreign_keys = ON")
    # With a write-ahead log, NORMAL loses nothing when a process is killed; only a power cut can take the last commits.
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA trusted_schema = OFF")
    sqlite_functions.register(cast("sqlite_functions.Connection", connection))
    _switch_to_wal(connection)


def _switch_to_wal(connection: sqlite3.Connection) -> None:
    """Turn on the write-ahead log. SQLite does not wait by itself when two processes do this at once, so this does."""
    until = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL").fetchone()
        except sqlite3.OperationalError:
            if time.monotonic() > until:
                raise
            time.sleep(0.02)
        else:
            return


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get(_WRITE)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _prepare_postgres(connection: psycopg.Connection[tuple[object, ...]], _record: object) -> None:
    before, connection.autocommit = connection.autocommit, True
    connection.execute(f"SET lock_timeout = '{BUSY_SECONDS}s'")
    connection.execute("SET timezone = 'UTC'")
    connection.autocommit = before


@contextmanager
def _without_plans(connection: Connection) -> Iterator[None]:
    """Keep the driver from using or making prepared statements: their plans know tables, not names."""
    driver = connection.connection.driver_connection
    if connection.dialect.name == "sqlite" or driver is None:
        yield
        return
    before, driver.prepare_threshold = driver.prepare_threshold, None
    try:
        yield
    finally:
        driver.prepare_threshold = before


def _drop_outdated_plans(context: ExceptionContext) -> None:
    """Open new connections after a column's type has changed: the old ones keep plans that the server now refuses."""
    if _has_outdated_plan(context.original_exception):
        context.is_disconnect = True


def _has_outdated_plan(error: BaseException | None) -> bool:
    return getattr(error, "sqlstate", None) == _FEATURE_STATE and "cached plan" in str(error)


def _refuse_old_version(database: Database) -> None:
    if database.dialect == "sqlite" and sqlite3.sqlite_version_info < _OLDEST_SQLITE:
        raise EngineError(problems.TOO_OLD.at(found=sqlite3.sqlite_version, needed="3.38"))
    with database.read() as connection:
        if database.dialect == "postgresql":
            number = int(connection.exec_driver_sql("SHOW server_version_num").scalar_one())
            if number < _OLDEST_POSTGRES:
                raise EngineError(problems.TOO_OLD.at(found=number // 10000, needed=_OLDEST_POSTGRES // 10000))
        else:
            connection.exec_driver_sql("SELECT 1 FROM sqlite_master").first()


@contextmanager
def _translated(url: URL) -> Iterator[None]:
    """Turn what the world does to a transaction (not what the programmer does) into problems."""
    try:
        yield
    except SQLAlchemyError as error:
        problem = _problem_of(error, url)
        if problem is None:
            raise
        raise EngineError(problem) from error


def _problem_of(error: SQLAlchemyError, url: URL) -> Problem | None:
    if not isinstance(error, DBAPIError):
        return None
    state = getattr(error.orig, "sqlstate", None)
    text = str(error.orig)
    if isinstance(error, IntegrityError):
        dangling = state == _FOREIGN_KEY_STATE or "FOREIGN KEY" in text
        return problems.NO_SUCH_REFERENCE.at() if dangling else None
    if state in _BUSY_STATES or "is locked" in text or _has_outdated_plan(error.orig):
        return problems.BUSY.at()
    if state in _FULL_STATES or any(sign in text for sign in _FULL_SIGNS):
        return problems.FULL.at()
    if error.connection_invalidated or _is_unreachable(error, state, text):
        return problems.UNREACHABLE.at(url=url.render_as_string(hide_password=True), reason=text.partition("\n")[0])
    return None


def _is_unreachable(error: DBAPIError, state: str | None, text: str) -> bool:
    if state is not None:
        return state.startswith(_GONE_CLASSES)
    if isinstance(error.orig, sqlite3.Error):
        return "unable to open" in text or "not a database" in text
    return isinstance(error, OperationalError)
