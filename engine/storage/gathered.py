"""Keeps what is gathered for a digest until it goes out: one row for each thing that is told, way and recipient.

``there_is`` and ``add`` belong into one transaction under ``hold``, ``forget`` and ``there_is`` into another one: so
long as anything is gathered for a moment, a message waits that will take it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, delete, select

from engine.kernel.canonical import Json, compact
from engine.kernel.clocks import Moment
from engine.kernel.problems import Text
from engine.storage import system_tables
from engine.storage.locks import lock_name
from engine.storage.upserts import insert_or_ignore

_GATHERED = system_tables.gathered


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
    """One thing that is told, to these people; ``message`` is the outbox message that told it inside."""

    message: str
    people: tuple[str, ...]
    text: Text
    app: str
    form: str
    record: str
    retry: Json


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
        "retry": None if one.retry is None else compact(one.retry), "at": at,
    }  # fmt: skip
    connection.execute(insert_or_ignore(connection, _GATHERED, ("message", "way", "recipient")), row)


def first(connection: Connection, heap: Heap, limit: int) -> tuple[Gathered, ...]:
    """Return the first of what is gathered, in the order in which it was told."""
    query = select(_GATHERED).where(*heap.holds()).order_by(_GATHERED.c.at, _GATHERED.c.message).limit(limit)
    return tuple(
        Gathered(
            message=row.message,
            people=tuple(json.loads(row.people)),
            text=Text(row.text_zh, row.text_en),
            app=row.app,
            form=row.form,
            record=row.record,
            retry=None if row.retry is None else json.loads(row.retry),
        )
        for row in connection.execute(query)
    )


def forget(connection: Connection, heap: Heap, messages: Iterable[str]) -> None:
    """Let go of what has gone out."""
    connection.execute(delete(_GATHERED).where(*heap.holds(), _GATHERED.c.message.in_(sorted(set(messages)))))
