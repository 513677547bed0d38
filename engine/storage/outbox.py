"""The outbox: messages that must go out after their commit, at least once; knows nothing of what delivers them.

A message is due by business time. Who delivers it holds it by a lease in real time with a fence: ``finish`` belongs
into the transaction of the delivery's effects, and fails there when another deliverer has taken over, so that effects
in this database happen once.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, bindparam, delete, func, select, update

from engine.kernel.canonical import Json
from engine.kernel.clocks import Moment
from engine.kernel.problems import EngineError
from engine.storage import problems, system_tables

_OUTBOX = system_tables.outbox
_OPEN = and_(_OUTBOX.c.done_at.is_(None), _OUTBOX.c.dead_at.is_(None))


@dataclass(frozen=True, slots=True)
class Message:
    """A claimed message; ``attempts`` counts those that failed, ``fence`` is what finishing it must show."""

    id: str
    command: str
    kind: str
    payload: Json
    due_at: Moment
    attempts: int
    fence: int


@dataclass(frozen=True, slots=True)
class Retry:
    """How failures are repeated: pauses grow from ``first`` to ``longest`` ms; ``most`` attempts and it is dead."""

    first: int = 1_000
    longest: int = 3_600_000
    most: int = 12
    factor: int = 2

    def pause(self, attempts: int) -> int:
        """Return the pause after that many failures, in milliseconds."""
        return min(self.longest, self.first * int(self.factor ** (attempts - 1)))


@dataclass(frozen=True, slots=True)
class Lane:
    """Whose messages are meant: those of ``kinds``, or, where ``beside``, all but those. One without kinds: all."""

    kinds: frozenset[str] = frozenset()
    beside: bool = True

    def holds(self) -> tuple[ColumnElement[bool], ...]:
        """Return the condition on a message, if there is any."""
        if not self.kinds:
            return ()
        chosen = sorted(self.kinds)
        return (_OUTBOX.c.kind.not_in(chosen) if self.beside else _OUTBOX.c.kind.in_(chosen),)


EVERY_LANE = Lane()


@dataclass(frozen=True, slots=True)
class Depth:
    """How the outbox stands: what waits, what is dead, and since when the oldest that is due waits (business time)."""

    waiting: int
    dead: int
    oldest_due: Moment | None


def claim(
    connection: Connection,
    *,
    business_now: Moment,
    real_now: Moment,
    lease: int = 60_000,
    limit: int = 100,
    lane: Lane = EVERY_LANE,
) -> tuple[Message, ...]:
    """Take up to ``limit`` messages of a lane that are due, oldest first, for ``lease`` milliseconds."""
    due = select(_OUTBOX.c.id).where(_due(business_now, real_now), *lane.holds())
    oldest = due.order_by(_OUTBOX.c.due_at, _OUTBOX.c.id).limit(limit)
    chosen = oldest.with_for_update(skip_locked=True)  # nothing on SQLite, which has one writer
    columns = (_OUTBOX.c[name] for name in Message.__slots__)
    take = (
        update(_OUTBOX)
        .where(_OUTBOX.c.id.in_(chosen))
        .values(available_at=real_now + lease, fence=_OUTBOX.c.fence + 1)
        .returning(*columns)
    )
    found = [
        Message(row.id, row.command, row.kind, json.loads(row.payload), row.due_at, row.attempts, row.fence)
        for row in connection.execute(take)
    ]
    return tuple(sorted(found, key=lambda message: (message.due_at, message.id)))


def first(connection: Connection, business_now: Moment, real_now: Moment) -> Message | None:
    """Return the message that ``claim`` would take first, without taking it: for whoever delivers one at a time.

    ``finish`` fails where another deliverer has taken it since.
    """
    row = connection.execute(_FIRST, {"business_now": business_now, "real_now": real_now}).one_or_none()
    if row is None:
        return None
    return Message(row.id, row.command, row.kind, json.loads(row.payload), row.due_at, row.attempts, row.fence)


def _due(business_now: Any, real_now: Any) -> ColumnElement[bool]:  # noqa: ANN401 - moments, or what stands for them
    return and_(_OPEN, _OUTBOX.c.due_at <= business_now, _OUTBOX.c.available_at <= real_now)


_FIRST = (
    select(*(_OUTBOX.c[name] for name in Message.__slots__))
    .where(_due(bindparam("business_now"), bindparam("real_now")))
    .order_by(_OUTBOX.c.due_at, _OUTBOX.c.id)
    .limit(1)
)
_HELD = update(_OUTBOX).where(_OPEN, _OUTBOX.c.id == bindparam("its_id"), _OUTBOX.c.fence == bindparam("its_fence"))


def finish(connection: Connection, message: Message, real_now: Moment) -> None:
    """Mark a message as delivered; raises ``EngineError`` (STORE-051) where another deliverer has it by now."""
    _settle(connection, message, {"done_at": real_now, "error": None})


def fail(connection: Connection, message: Message, error: str, real_now: Moment, retry: Retry) -> bool:
    """Note a failed attempt: the message comes again after a pause, or is dead, with its error; tell whether it is."""
    attempts = message.attempts + 1
    is_dead = attempts >= retry.most
    _settle(
        connection,
        message,
        {
            "attempts": attempts,
            "error": error,
            "available_at": real_now + retry.pause(attempts),
            "dead_at": real_now if is_dead else None,
        },
    )
    return is_dead


def _settle(connection: Connection, message: Message, values: Mapping[str, object]) -> None:
    held = {"its_id": message.id, "its_fence": message.fence}
    if connection.execute(_HELD, {**values, **held}).rowcount != 1:
        raise EngineError(problems.LEASE_LOST.at(message.id))


def postpone(connection: Connection, message: Message, until: Moment) -> None:
    """Let a message come again at a real moment; that is no failed attempt. EngineError (STORE-051) as ``finish``."""
    _settle(connection, message, {"available_at": until})


def put_off(connection: Connection, message: Message, due_at: Moment) -> None:
    """Let a message be due at a later business moment; no failed attempt. EngineError (STORE-051) as ``finish``."""
    _settle(connection, message, {"due_at": due_at, "available_at": 0})


def park(connection: Connection, messages: Collection[str], until: Moment) -> None:
    """Let messages wait for ``wake``, or for a real moment where nobody wakes them."""
    change = update(_OUTBOX).where(_OUTBOX.c.id == bindparam("its_id")).values(available_at=until)
    if messages:
        connection.execute(change, [{"its_id": id} for id in messages])


def wake(connection: Connection, message: str) -> None:
    """Let a message that was parked come now; one that is delivered or dead stays so."""
    connection.execute(update(_OUTBOX).where(_OPEN, _OUTBOX.c.id == message).values(available_at=0))


def replay(connection: Connection, message: str) -> None:
    """Bring a dead letter back to life with fresh attempts; raises ``EngineError`` (STORE-055) where it is not dead."""
    dead = and_(_OUTBOX.c.id == message, _OUTBOX.c.dead_at.is_not(None))
    values = {"dead_at": None, "attempts": 0, "available_at": 0}
    if connection.execute(update(_OUTBOX).where(dead), values).rowcount != 1:
        raise EngineError(problems.MESSAGE_NOT_DEAD.at(message))


def next_due(connection: Connection, after: Moment | None = None) -> Moment | None:
    """Return the business moment at which the next message is due, whoever holds it; None where none waits.

    ``after`` leaves out what was due by then.
    """
    query = select(func.min(_OUTBOX.c.due_at)).where(_OPEN)
    earliest: Moment | None = connection.execute(
        query if after is None else query.where(_OUTBOX.c.due_at > after)
    ).scalar_one()
    return earliest


def is_held(connection: Connection, business_now: Moment, attempts: int) -> bool:
    """Tell whether something is due that was not tried ``attempts`` times yet: it is being delivered, or pauses."""
    due = and_(_OPEN, _OUTBOX.c.due_at <= business_now, _OUTBOX.c.attempts < attempts)
    return connection.execute(select(_OUTBOX.c.id).where(due).limit(1)).first() is not None


def delivered(connection: Connection, since: Moment) -> int:
    """Return how many messages have been delivered since that real moment."""
    return connection.execute(select(func.count()).where(_OUTBOX.c.done_at >= since)).scalar_one()


def is_due(connection: Connection, business_now: Moment, real_now: Moment, lane: Lane = EVERY_LANE) -> bool:
    """Tell whether ``claim`` would find a message: one that is due, not held by anybody, and not pausing."""
    due = select(_OUTBOX.c.id).where(_due(business_now, real_now), *lane.holds())
    return connection.execute(due.limit(1)).first() is not None


def undelivered(connection: Connection, business_now: Moment) -> tuple[tuple[str, str | None], ...]:
    """Return what is due and not delivered, waiting or dead, oldest first, as ``(kind, error)``."""
    behind = and_(_OUTBOX.c.done_at.is_(None), _OUTBOX.c.due_at <= business_now)
    query = select(_OUTBOX.c.kind, _OUTBOX.c.error).where(behind).order_by(_OUTBOX.c.due_at, _OUTBOX.c.id)
    return tuple((row.kind, row.error) for row in connection.execute(query))


def depth(connection: Connection, business_now: Moment) -> Depth:
    """Return how the outbox stands."""
    waiting, oldest = connection.execute(
        select(func.count(), func.min(_OUTBOX.c.due_at)).where(_OPEN, _OUTBOX.c.due_at <= business_now)
    ).one()
    dead = connection.execute(select(func.count()).where(_OUTBOX.c.dead_at.is_not(None))).scalar_one()
    return Depth(waiting, dead, oldest)


def dead_letters(connection: Connection, limit: int = 100) -> tuple[tuple[str, str, str, Moment], ...]:
    """Return the newest dead letters as ``(id, kind, error, since)``."""
    columns = (_OUTBOX.c.id, _OUTBOX.c.kind, _OUTBOX.c.error, _OUTBOX.c.dead_at)
    query = select(*columns).where(_OUTBOX.c.dead_at.is_not(None)).order_by(_OUTBOX.c.dead_at.desc()).limit(limit)
    return tuple((row.id, row.kind, row.error, row.dead_at) for row in connection.execute(query))


def forget(connection: Connection, before: Moment, limit: int) -> int:
    """Delete up to ``limit`` messages that were delivered before that real moment; return how many."""
    old = select(_OUTBOX.c.id).where(_OUTBOX.c.done_at < before).order_by(_OUTBOX.c.done_at).limit(limit)
    return connection.execute(delete(_OUTBOX).where(_OUTBOX.c.id.in_(old))).rowcount
