"""Taking over messages that somebody else has found to be due; knows neither how it was told nor what delivers them.

Who finds messages (``outbox.claim``) has them for a while, and tells their ids with the fences under which he has them.
A hint may be lost, come twice or come late: it is worth something only while its fence is that of the row.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import NamedTuple

from sqlalchemy import Connection, and_, select, tuple_, update

from engine.kernel.clocks import Moment
from engine.storage import system_tables
from engine.storage.outbox import Message

_OUTBOX = system_tables.outbox
_OPEN = and_(_OUTBOX.c.done_at.is_(None), _OUTBOX.c.dead_at.is_(None))


class Hint(NamedTuple):
    """That a message is due, and the fence that it had when that was found."""

    id: str
    fence: int


def hints_of(messages: Iterable[Message]) -> tuple[Hint, ...]:
    """Return what is told of claimed messages."""
    return tuple(Hint(message.id, message.fence) for message in messages)


def take(connection: Connection, hints: Iterable[Hint], real_now: Moment, lease: int) -> tuple[Message, ...]:
    """Take these messages for ``lease`` milliseconds, those that are left, oldest first.

    What is done, dead, or taken by somebody since it was hinted at is left alone.
    """
    wanted = list(hints)
    if not wanted:
        return ()
    # Who looks for what is due locks what was found a moment ago, too, and lets go of it at once: that is waited for.
    # To pass over it would leave it to nobody until its lease is over. All wait in one order.
    hinted = select(_OUTBOX.c.id).where(_OPEN, tuple_(_OUTBOX.c.id, _OUTBOX.c.fence).in_(wanted)).order_by(_OUTBOX.c.id)
    taking = (
        update(_OUTBOX)
        .where(_OUTBOX.c.id.in_(hinted.with_for_update()))
        .values(available_at=real_now + lease, fence=_OUTBOX.c.fence + 1)
        .returning(*(_OUTBOX.c[name] for name in Message.__slots__))
    )
    found = [
        Message(row.id, row.command, row.kind, json.loads(row.payload), row.due_at, row.attempts, row.fence)
        for row in connection.execute(taking)
    ]
    return tuple(sorted(found, key=lambda message: (message.due_at, message.id)))
