"""Brings the engine's own tables up to date; knows the order of the changes, not the tables of any form."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, insert, select

from engine.kernel.clocks import Moment, real_moment
from engine.kernel.problems import EngineError
from engine.storage import problems, system_tables
from engine.storage.database import Database, Dialect
from engine.storage.locks import lock_schema
from engine.storage.migration_0001 import make_spine
from engine.storage.migration_0002 import make_clockwork
from engine.storage.migration_0003 import make_firings
from engine.storage.migration_0004 import make_files
from engine.storage.migration_0005 import make_saved_filters
from engine.storage.migration_0006 import make_drafts
from engine.storage.migration_0007 import make_calls
from engine.storage.migration_0008 import make_intakes
from engine.storage.migration_0009 import make_telling
from engine.storage.migration_0010 import make_approvals
from engine.storage.migration_0011 import make_undoing
from engine.storage.migration_0012 import make_priorities
from engine.storage.migration_0013 import make_signing
from engine.storage.migration_0014 import make_subscriptions
from engine.storage.migration_0015 import make_snapshots
from engine.storage.migration_0017 import make_interruptions
from engine.storage.migration_0018 import make_turns
from engine.storage.migration_0019 import make_regions
from engine.storage.migration_0021 import make_counters
from engine.storage.migration_0024 import make_imports


@dataclass(frozen=True, slots=True)
class Migration:
    """One change of the schema. Once released, neither its name nor what it does changes ever again."""

    name: str
    run: Callable[[Operations, Dialect], None]


MIGRATIONS = (
    Migration("0001_spine", make_spine),
    Migration("0002_clockwork", make_clockwork),
    Migration("0003_firings", make_firings),
    Migration("0004_files", make_files),
    Migration("0005_saved_filters", make_saved_filters),
    Migration("0006_drafts", make_drafts),
    Migration("0007_calls", make_calls),
    Migration("0008_intakes", make_intakes),
    Migration("0009_telling", make_telling),
    Migration("0010_approvals", make_approvals),
    Migration("0011_undoing", make_undoing),
    Migration("0012_priorities", make_priorities),
    Migration("0013_signing", make_signing),
    Migration("0014_subscriptions", make_subscriptions),
    Migration("0015_snapshots", make_snapshots),
    Migration("0017_interruptions", make_interruptions),
    Migration("0018_turns", make_turns),
    Migration("0019_regions", make_regions),
    Migration("0021_counters", make_counters),
    Migration("0024_imports", make_imports),
)


def migrate(database: Database, *, now: Callable[[], Moment] = real_moment) -> tuple[str, ...]:
    """Run what has not been run yet, each migration in one transaction, and return the names of those run.

    Two processes may call this at once: one does the work, the other waits and finds it done; where there is nothing to
    do, nobody waits for anybody. Raises ``EngineError`` (STORE-006) where the database knows migrations that this
    program does not.
    """
    done: list[str] = []
    with database.read() as connection:
        left = _left(_stored(connection))
    for migration in left:
        with database.write() as connection:
            lock_schema(connection)
            if migration not in _left(_applied(connection)):
                continue
            migration.run(Operations(MigrationContext.configure(connection)), database.dialect)
            record = insert(system_tables.schema_version)
            connection.execute(record, {"name": migration.name, "applied_at": now()})
            done.append(migration.name)
    return tuple(done)


def pending(database: Database) -> tuple[str, ...]:
    """Return the names of the migrations that have not been run."""
    with database.read() as connection:
        applied = _stored(connection)
    return tuple(migration.name for migration in MIGRATIONS if migration.name not in applied)


_TABLE = system_tables.schema_version.name


def _left(applied: frozenset[str]) -> tuple[Migration, ...]:
    """Return the migrations that have not been run; EngineError where others than these have been."""
    unknown = applied - {known.name for known in MIGRATIONS}
    if unknown:
        raise EngineError(problems.NEWER_SCHEMA.at(names=", ".join(sorted(unknown))))
    return tuple(migration for migration in MIGRATIONS if migration.name not in applied)


def _applied(connection: Connection) -> frozenset[str]:
    if not connection.dialect.has_table(connection, _TABLE):
        system_tables.schema_version.create(connection)
    return _stored(connection)


def _stored(connection: Connection) -> frozenset[str]:
    """Return the names of what has been run; none where there is nothing yet."""
    if not connection.dialect.has_table(connection, _TABLE):
        return frozenset()
    return frozenset(connection.execute(select(system_tables.schema_version.c.name)).scalars())
