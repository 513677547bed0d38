"""Leases: one holder of a name at a time, until a real moment; the fence tells a late holder that another took over."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, delete, or_, select, update

from engine.kernel.clocks import Moment
from engine.kernel.problems import EngineError
from engine.storage import problems, system_tables
from engine.storage.upserts import insert_into

_LEASE = system_tables.lease


@dataclass(frozen=True, slots=True)
class Lease:
    """What a holder shows. The fence grows with every new holder."""

    name: str
    holder: str
    fence: int


def acquire(connection: Connection, name: str, holder: str, now: Moment, milliseconds: int) -> Lease | None:
    """Take or prolong a lease; None while somebody else holds it."""
    until = now + milliseconds
    take = insert_into(connection, _LEASE).values(name=name, holder=holder, until=until, fence=1)
    taken = connection.execute(
        take.on_conflict_do_update(
            index_elements=["name"],
            set_={"holder": holder, "until": until, "fence": _LEASE.c.fence + 1},
            where=or_(_LEASE.c.until <= now, _LEASE.c.holder == holder),
        ).returning(_LEASE.c.fence)
    ).scalar_one_or_none()
    return None if taken is None else Lease(name, holder, taken)


def confirm(connection: Connection, lease: Lease, now: Moment, milliseconds: int) -> None:
    """Prolong a lease that is still held and keep others from taking it until the transaction ends.

    Raises ``EngineError`` (STORE-051) where another holder came since: then nothing of this transaction may stay.
    """
    held = (_LEASE.c.name == lease.name, _LEASE.c.holder == lease.holder, _LEASE.c.fence == lease.fence)
    if connection.execute(update(_LEASE).where(*held).values(until=now + milliseconds)).rowcount != 1:
        raise EngineError(problems.LEASE_LOST.at(lease.name))


def release(connection: Connection, lease: Lease) -> None:
    """Give a lease back early, so that the next holder need not wait."""
    held = (_LEASE.c.name == lease.name, _LEASE.c.holder == lease.holder, _LEASE.c.fence == lease.fence)
    connection.execute(update(_LEASE).where(*held).values(until=0))


def drop(connection: Connection, name: str) -> None:
    """Forget a lease that only its holder ever takes."""
    connection.execute(delete(_LEASE).where(_LEASE.c.name == name))


def held(connection: Connection, prefix: str, now: Moment) -> dict[str, str]:
    """Return who holds leases whose names start so, by what follows there, in order."""
    query = select(_LEASE.c.name, _LEASE.c.holder).where(
        _LEASE.c.name.startswith(prefix, autoescape=True), _LEASE.c.until > now
    )
    return {row.name.removeprefix(prefix): row.holder for row in connection.execute(query.order_by(_LEASE.c.name))}


def forget(connection: Connection, prefix: str, before: Moment) -> int:
    """Delete leases whose names start so and that were over before that moment; return how many."""
    old = (_LEASE.c.name.startswith(prefix, autoescape=True), _LEASE.c.until < before)
    return connection.execute(delete(_LEASE).where(*old)).rowcount
