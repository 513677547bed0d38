"""What of a plan PostgreSQL can do before the publication, so that nobody waits for it; it knows no revision.

An index of a large table takes seconds to build, and inside a transaction the table is locked for as long: whoever
writes waits, and where the same transaction adds a column, whoever reads waits, too. Here each column comes in a short
transaction of its own and each index beside the writers. The plan then finds them there. SQLite has one writer and
needs none of this.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import IntegrityError

from engine.storage import ddl
from engine.storage.database import Database
from engine.storage.ddl import AddColumn, AddIndex
from engine.storage.locks import POSTGRESQL, lock_session

MANY = 10_000
"""An index of fewer rows is built within some hundredths of a second."""

PATIENCE = "60s"
"""How long an index waits for transactions that began before it, such as the export of a whole app."""

Columns = Collection[tuple[str, str]]
"""Columns by table and name."""


@dataclass(frozen=True, slots=True)
class Ahead:
    """What is made before a publication, by its names: columns of tables, and indices."""

    columns: tuple[tuple[str, str], ...]
    indices: tuple[str, ...]


def hold(database: Database, alone: Connection, app: str, *, wait: bool) -> bool:
    """Let one publisher at a time make something for an app, until ``alone`` ends; tell whether it is this one.

    EngineError (STORE-004) where another one takes long.
    """
    with database.explained():
        return lock_session(alone, f"ahead/{app}", wait=wait)


def has_large(connection: Connection, tables: Iterable[str]) -> bool:
    """Tell whether one of these tables has so many rows that an index of it takes its time."""
    return any(_is_large(connection, name) for name in tables)


def _is_large(connection: Connection, table: str) -> bool:
    quoted = connection.dialect.identifier_preparer.quote(table)
    beyond = text(f"SELECT 1 FROM {quoted} LIMIT 1 OFFSET {MANY}")  # noqa: S608 - a table's quoted name
    return connection.execute(beyond).first() is not None


def steps_ahead(
    connection: Connection, steps: Iterable[ddl.Step], but_for: Columns = ()
) -> tuple[AddColumn | AddIndex, ...]:
    """Return the steps of a plan that are taken ahead: new indices of large tables, and with these their new columns.

    ``but_for`` are columns that are filled otherwise, and indexed when they are.
    """
    if connection.dialect.name != POSTGRESQL:
        return ()
    listed = [step for step in steps if isinstance(step, AddColumn | AddIndex) and not _touches(step, but_for)]
    inspector = inspect(connection)
    indexed = {step.spec.name for step in listed if isinstance(step, AddIndex)}
    there: dict[str, set[str]] = {}
    for name in indexed:
        if inspector.has_table(name) and _is_large(connection, name):
            columns = {str(column["name"]) for column in inspector.get_columns(name)}
            there[name] = columns | {str(index["name"]) for index in inspector.get_indexes(name)}
    missing = [step for step in listed if step.spec.name in there and _name(step) not in there[step.spec.name]]
    slow = {step.spec.name for step in missing if isinstance(step, AddIndex)}
    return tuple(step for step in missing if step.spec.name in slow)


def _touches(step: AddColumn | AddIndex, columns: Columns) -> bool:
    names = (step.column.name,) if isinstance(step, AddColumn) else step.index.columns
    return any((step.spec.name, name) in columns for name in names)


def _name(step: AddColumn | AddIndex) -> str:
    return step.column.name if isinstance(step, AddColumn) else step.index.name


def made_by(steps: Iterable[AddColumn | AddIndex]) -> Ahead:
    """Return what the steps make, so that it can be noted before, and undone where it never comes to be published."""
    listed = tuple(steps)
    columns = tuple((step.spec.name, step.column.name) for step in listed if isinstance(step, AddColumn))
    return Ahead(columns, tuple(step.index.name for step in listed if isinstance(step, AddIndex)))


def take(database: Database, alone: Connection, step: AddColumn | AddIndex) -> None:
    """Take one step while everybody goes on; ``alone`` is a connection outside of transactions.

    EngineError as ``ddl.apply``: where the table is busy (STORE-004), it may be taken again.
    """
    if isinstance(step, AddIndex):
        with database.explained():
            _index(alone, step)
        return
    with database.write() as connection:
        free = tuple(replace(column, references=None) for column in step.spec.columns)
        ddl.apply(connection, [replace(step, spec=replace(step.spec, columns=free))])
        fresh = ddl.add_reference(connection, step)
    if fresh is not None:
        quote = alone.dialect.identifier_preparer.quote
        with database.explained():
            _patient(alone)
            alone.execute(text(f"ALTER TABLE {quote(step.spec.name)} VALIDATE CONSTRAINT {quote(fresh)}"))


def _index(alone: Connection, step: AddIndex) -> None:
    _patient(alone)
    try:
        ddl.create_index(Operations(MigrationContext.configure(alone)), step, beside_writers=True)
    except BaseException as error:
        _drop_index(alone, step.index.name)  # what was begun is there, and serves nothing
        if isinstance(error, IntegrityError):
            raise ddl.duplicates(step) from error
        raise


def undo(database: Database, alone: Connection, made: Ahead) -> None:
    """Take back what was made for a publication that never came: no record was ever written into it."""
    with database.explained():
        _patient(alone)
        for name in made.indices:
            _drop_index(alone, name)
    for table, column in made.columns:
        with database.write() as connection:
            ddl.give_way(connection)
            quote = connection.dialect.identifier_preparer.quote
            connection.execute(text(f"ALTER TABLE {quote(table)} DROP COLUMN IF EXISTS {quote(column)}"))


def _drop_index(alone: Connection, name: str) -> None:
    alone.execute(text(f"DROP INDEX CONCURRENTLY IF EXISTS {alone.dialect.identifier_preparer.quote(name)}"))


def _patient(alone: Connection) -> None:
    alone.execute(text(f"SET lock_timeout = '{PATIENCE}'"))
