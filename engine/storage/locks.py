"""Who waits for whom: writes share an app's lock, publishing takes it alone. SQLite needs none, it has one writer."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from sqlalchemy import Connection, Table, func, select

POSTGRESQL = "postgresql"
PUBLISHING = "publish"
"""What whoever publishes holds, before any other lock."""

_SCHEMA = "schema"


def locks_apps(dialect: str) -> bool:
    """Tell whether ``lock_for_write`` has anything to do on this kind of database."""
    return dialect == POSTGRESQL


def lock_for_write(connection: Connection, apps: Iterable[str]) -> None:
    """Hold back publishing of these apps until the transaction ends; writes do not wait for each other."""
    if connection.dialect.name == POSTGRESQL:
        for app in sorted(set(apps)):
            connection.execute(select(func.pg_advisory_xact_lock_shared(_number(f"app/{app}"))))


def lock_for_publish(connection: Connection, app: str) -> None:
    """Wait until nobody writes to the app, and hold back every write until the transaction ends."""
    if connection.dialect.name == POSTGRESQL:
        connection.execute(select(func.pg_advisory_xact_lock(_number(f"app/{app}"))))


def lock_schema(connection: Connection) -> None:
    """Let one process at a time change the engine's own tables."""
    lock_name(connection, _SCHEMA)


def locks_records(dialect: str) -> bool:
    """Tell whether ``lock_records`` has anything to do on this kind of database."""
    return dialect == POSTGRESQL


def lock_records(connection: Connection, table: Table, ids: Iterable[str]) -> None:
    """Lock these records, in the order of their ids, until the transaction ends.

    For the records whose aggregates guard a write: two orders of one customer are decided one after the other.
    """
    wanted = sorted(set(ids))
    if wanted and connection.dialect.name == POSTGRESQL:
        ordered = select(table.c.id).where(table.c.id.in_(wanted)).order_by(table.c.id)
        connection.execute(ordered.with_for_update()).all()


def lock_name(connection: Connection, name: str) -> None:
    """Let one transaction at a time do what goes by this name."""
    if connection.dialect.name == POSTGRESQL:
        connection.execute(select(func.pg_advisory_xact_lock(_number(name))))


def lock_session(connection: Connection, name: str, *, wait: bool) -> bool:
    """Hold what goes by this name until the connection ends; tell whether it is held: of no wait, it may be another's.

    On PostgreSQL alone, and on a connection outside of transactions.
    """
    if wait:
        connection.execute(select(func.pg_advisory_lock(_number(name))))
        return True
    return bool(connection.execute(select(func.pg_try_advisory_lock(_number(name)))).scalar_one())


def _number(name: str) -> int:
    """Return the 64-bit number by which PostgreSQL knows the lock of that name."""
    return int.from_bytes(hashlib.sha256(f"youju/{name}".encode()).digest()[:8], "big", signed=True)
