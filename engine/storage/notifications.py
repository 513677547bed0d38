"""Keeps messages to people inside the application; knows their texts, not why they were sent."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, Update, func, literal, select, update

from engine.kernel.clocks import Moment
from engine.kernel.identifiers import RandomBytes, uuid7
from engine.kernel.problems import Text
from engine.storage import system_tables
from engine.storage.signals import announce
from engine.storage.upserts import insert_or_ignore

_NOTIFICATION = system_tables.notification


@dataclass(frozen=True, slots=True)
class Notification:
    """A message to one person about a record."""

    id: str
    recipient: str
    text: Text
    app: str
    form: str
    record: str
    at: Moment
    read_at: Moment | None


@dataclass(frozen=True, slots=True)
class Telling:
    """What is told, whoever is told; ``message`` is the id of the outbox message that tells it."""

    message: str
    text: Text
    app: str
    form: str
    record: str
    at: Moment


def tell(connection: Connection, telling: Telling, recipients: Iterable[str], random: RandomBytes) -> int:
    """Tell each recipient once, however often the message is delivered; return how many are told now."""
    rows = [
        {
            "id": uuid7(telling.at, random(10)),
            "outbox_id": telling.message,
            "recipient": recipient,
            "text_zh": telling.text.zh,
            "text_en": telling.text.en,
            "app": telling.app,
            "form": telling.form,
            "record": telling.record,
            "at": telling.at,
            "read_at": None,
        }
        for recipient in dict.fromkeys(recipients)
    ]
    add = insert_or_ignore(connection, _NOTIFICATION, ("outbox_id", "recipient"))
    told = sum(connection.execute(add, row).rowcount for row in rows)
    if told:
        announce(connection)
    return told


def latest(
    connection: Connection, recipient: str, limit: int = 50, *, before: str | None = None
) -> tuple[Notification, ...]:
    """Return a person's notifications, newest first; ``before`` is the id of the last one of the page before."""
    query = select(_NOTIFICATION).where(_NOTIFICATION.c.recipient == recipient)
    if before is not None:
        query = query.where(_NOTIFICATION.c.id < before)
    found = connection.execute(query.order_by(_NOTIFICATION.c.id.desc()).limit(limit))
    return tuple(
        Notification(
            row.id, row.recipient, Text(row.text_zh, row.text_en), row.app, row.form, row.record, row.at, row.read_at
        )
        for row in found
    )


def count_unread(connection: Connection, recipient: str, bound: int = 100) -> int:
    """Return how many notifications a person has not read; counting stops at ``bound``."""
    some = select(literal(1)).where(_NOTIFICATION.c.recipient == recipient, _NOTIFICATION.c.read_at.is_(None))
    return int(connection.execute(select(func.count()).select_from(some.limit(bound).subquery())).scalar_one())


def mark_read(connection: Connection, recipient: str, notification: str, at: Moment) -> None:
    """Mark one of a person's notifications as read; what is read already, or another's, stays as it is."""
    connection.execute(_unread_of(recipient).where(_NOTIFICATION.c.id == notification), {"read_at": at})


def mark_all_read(connection: Connection, recipient: str, at: Moment) -> int:
    """Mark all of a person's notifications as read; return how many became so."""
    return connection.execute(_unread_of(recipient), {"read_at": at}).rowcount


def mark_read_before(connection: Connection, recipients: Iterable[str], before: Moment) -> int:
    """Mark what these people were told before a moment as read when it came; return how much became so."""
    theirs = (_NOTIFICATION.c.recipient.in_(list(recipients)), _NOTIFICATION.c.at < before)
    unread = update(_NOTIFICATION).where(*theirs, _NOTIFICATION.c.read_at.is_(None))
    return connection.execute(unread.values(read_at=_NOTIFICATION.c.at)).rowcount


def _unread_of(recipient: str) -> Update:
    return update(_NOTIFICATION).where(_NOTIFICATION.c.recipient == recipient, _NOTIFICATION.c.read_at.is_(None))
