"""Keeps what is gathered for a digest until it goes out: one row for each thing that is told, way and recipient.

``there_is`` and ``add`` belong into one transaction under ``hold``, ``forget`` and ``there_is`` into another one: so
long as anything is gathered for a moment, a message waits that will take it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, case, delete, select, update

from engine.decision.attention import MORNING, Standing
from engine.kernel.canonical import Json, compact
from engine.kernel.clocks import Moment
from engine.kernel.problems import Text
from engine.storage import system_tables
from engine.storage.locks import lock_name
from engine.storage.upserts import insert_or_ignore

_GATHERED = system_tables.gathered
_ORDER = (
    case((_GATHERED.c.amount.is_(None), 1), else_=0),
    _GATHERED.c.amount.desc(),
    _GATHERED.c.at,
    _GATHERED.c.message,
)


@dataclass(frozen=True, slots=True)
class Heap:
    """What goes out together: on one way, to one recipient (blank for the group of a robot), at one business moment."""

    way: str
    recipient: str
    due_at: Moment

    def holds(self) -> tuple[ColumnElement[bool], ...]:
        """Return the condition on a row."""
        return (
            _GATHERED.c.way == self.way,
            _GATHERED.c.recipient == self.recipient,
            _GATHERED.c.due_at == self.due_at,
        )


@dataclass(frozen=True, slots=True)
class Gathered:
    """One thing that is told, to these people; ``message`` is the outbox message that told it inside.

    ``amount`` is what is at stake, in hundredths; ``quiet`` are the hours in which it does not go out, with their zone.
    Its ``standing`` says whether it may make an interruption of the digest that it goes out with.
    """

    message: str
    people: tuple[str, ...]
    text: Text
    app: str
    form: str
    record: str
    retry: Json
    amount: int | None = None
    quiet: Json = None
    standing: Standing = MORNING


def hold(connection: Connection, way: str, recipient: str) -> None:
    """Let one transaction at a time gather or clear what is for a recipient."""
    lock_name(connection, f"digest/{way}/{recipient}")


def there_is(connection: Connection, heap: Heap) -> bool:
    """Tell whether anything is gathered."""
    return connection.execute(select(_GATHERED.c.message).where(*heap.holds()).limit(1)).first() is not None


def add(connection: Connection, heap: Heap, one: Gathered, at: Moment) -> None:
    """Gather one thing, once."""
    row = {
        "message": one.message, "way": heap.way, "recipient": heap.recipient, "due_at": heap.due_at,
        "people": compact(list(one.people)), "text_zh": one.text.zh, "text_en": one.text.en,
        "app": one.app, "form": one.form, "record": one.record,
        "retry": None if one.retry is None else compact(one.retry), "at": at, "amount": one.amount,
        "quiet": None if one.quiet is None else compact(one.quiet), "standing": one.standing,
    }  # fmt: skip
    connection.execute(insert_or_ignore(connection, _GATHERED, ("message", "way", "recipient")), row)


def first(connection: Connection, heap: Heap, limit: int) -> tuple[Gathered, ...]:
    """Return the first of what is gathered: the greatest amounts, then what is of none; of two the older one."""
    return _read(connection, select(_GATHERED).where(*heap.holds()).order_by(*_ORDER).limit(limit))


def waiting(connection: Connection, way: str, recipient: str, limit: int) -> tuple[Gathered, ...]:
    """Return the first of all that waits for somebody on a way, whenever it is due, in the same order."""
    mine = (_GATHERED.c.way == way, _GATHERED.c.recipient == recipient)
    return _read(connection, select(_GATHERED).where(*mine).order_by(*_ORDER).limit(limit))


def move(connection: Connection, heap: Heap, due_at: Moment) -> None:
    """Let all of a heap go out with a later one, as what waits for the morning."""
    connection.execute(update(_GATHERED).where(*heap.holds()).values(due_at=due_at, standing=MORNING))


def _read(connection: Connection, query: Select[Any]) -> tuple[Gathered, ...]:
    return tuple(
        Gathered(
            message=row.message,
            people=tuple(json.loads(row.people)),
            text=Text(row.text_zh, row.text_en),
            app=row.app,
            form=row.form,
            record=row.record,
            retry=None if row.retry is None else json.loads(row.retry),
            amount=row.amount,
            quiet=None if row.quiet is None else json.loads(row.quiet),
            standing=row.standing,
        )
        for row in connection.execute(query)
    )


def forget(connection: Connection, heap: Heap, messages: Iterable[str]) -> None:
    """Let go of what has gone out."""
    connection.execute(delete(_GATHERED).where(*heap.holds(), _GATHERED.c.message.in_(sorted(set(messages)))))
