"""What a database tells of itself: its version, its clock, what it knows of migrations and what waits for a seal."""

from __future__ import annotations

import sqlite3

from sqlalchemy import Connection, func, select, text

from engine.kernel.clocks import Moment, moment_number
from engine.storage import system_tables
from engine.storage.database import Database
from engine.storage.migrations import MIGRATIONS
from engine.storage.sealer import LEASE

_JOURNAL = system_tables.journal


def version(database: Database) -> str:
    """Return the name and version of the database."""
    if database.dialect == "sqlite":
        return f"SQLite {sqlite3.sqlite_version}"
    with database.read() as connection:
        return f"PostgreSQL {connection.execute(text('SHOW server_version')).scalar_one()}"


def moment(connection: Connection) -> Moment | None:
    """Return the moment by the clock of the database's server; None where it has none of its own."""
    if connection.dialect.name == "sqlite":
        return None
    return moment_number(connection.execute(select(func.clock_timestamp())).scalar_one())


def unknown_migrations(connection: Connection) -> tuple[str, ...]:
    """Return the migrations that a newer program ran."""
    table = system_tables.schema_version
    if not connection.dialect.has_table(connection, table.name):
        return ()
    known = {migration.name for migration in MIGRATIONS}
    return tuple(sorted(set(connection.execute(select(table.c.name)).scalars()) - known))


def unsealed(connection: Connection) -> int:
    """Return how many entries of the journal wait for a seal."""
    return int(connection.execute(select(func.count()).where(_JOURNAL.c.batch.is_(None))).scalar_one())


def is_sealed(connection: Connection) -> bool:
    """Tell whether there is any seal."""
    return connection.execute(select(system_tables.seal.c.number).limit(1)).first() is not None


def sealer_until(connection: Connection) -> Moment:
    """Return until when (real time) a sealer holds its lease; 0 where there never was one."""
    lease = system_tables.lease.c
    return int(connection.execute(select(lease.until).where(lease.name == LEASE)).scalar_one_or_none() or 0)
