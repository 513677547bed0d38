"""Keeps where people are reached outside, and whom somebody tried to reach who is not; it knows no message."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, delete, select

from engine.decision.changeset import Note
from engine.kernel.clocks import Moment
from engine.storage import journal, system_tables
from engine.storage.directory import ENGINE_APP, USER_SUBJECT
from engine.storage.journal import Authorship
from engine.storage.upserts import insert_into

_CONTACT, _UNREACHED = system_tables.contact, system_tables.unreached

NOBODY = ""
"""Stands for the recipient where it is the way that is missing, not somebody's address."""


def of_person(connection: Connection, user: str) -> dict[str, str]:
    """Return where somebody is reached, by way."""
    rows = connection.execute(select(_CONTACT.c.way, _CONTACT.c.address).where(_CONTACT.c.user_id == user))
    return {row.way: row.address for row in rows}


def by_way(connection: Connection, users: Iterable[str], way: str) -> dict[str, str]:
    """Return where these people are reached on one way, by id; who is not reached there is missing."""
    wanted = (_CONTACT.c.way == way, _CONTACT.c.user_id.in_(sorted(set(users))))
    rows = connection.execute(select(_CONTACT.c.user_id, _CONTACT.c.address).where(*wanted))
    return {row.user_id: row.address for row in rows}


def keep(connection: Connection, by: Authorship, user: str, addresses: Mapping[str, str | None]) -> None:
    """Note where somebody is reached from now on; None takes an address away. Journalled, where anything is new."""
    before = of_person(connection, user)
    new = {way: address for way, address in addresses.items() if before.get(way) != address}
    for way, address in new.items():
        here = (_CONTACT.c.user_id == user, _CONTACT.c.way == way)
        connection.execute(delete(_CONTACT).where(*here))
        connection.execute(delete(_UNREACHED).where(_UNREACHED.c.recipient == user, _UNREACHED.c.way == way))
        if address is not None:
            values = {"user_id": user, "way": way, "address": address}
            kept = insert_into(connection, _CONTACT).values(**values)
            connection.execute(kept.on_conflict_do_update(index_elements=["user_id", "way"], set_={"address": address}))
    if new:
        journal.note(connection, by, [Note(ENGINE_APP, USER_SUBJECT, user, "contact", dict(new))])


@dataclass(frozen=True, slots=True)
class Unreached:
    """That somebody should have been told on a way, and was told inside alone: how often, and when for the last time.

    ``recipient`` is NOBODY where the way itself is not set up. ``at`` is business time.
    """

    recipient: str
    way: str
    times: int
    at: Moment


def note_unreached(connection: Connection, recipient: str, way: str, at: Moment) -> None:
    """Note that somebody could not be told on a way."""
    values = {"recipient": recipient, "way": way, "times": 1, "at": at}
    made = insert_into(connection, _UNREACHED).values(**values)
    more = {"times": _UNREACHED.c.times + 1, "at": at}
    connection.execute(made.on_conflict_do_update(index_elements=["recipient", "way"], set_=more))


def unreached(connection: Connection, limit: int) -> tuple[Unreached, ...]:
    """Return who could not be told, those of last first."""
    columns = (_UNREACHED.c[name] for name in Unreached.__slots__)
    query = select(*columns).order_by(_UNREACHED.c.at.desc(), _UNREACHED.c.recipient, _UNREACHED.c.way).limit(limit)
    return tuple(Unreached(*row) for row in connection.execute(query))
