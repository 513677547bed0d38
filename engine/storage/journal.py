"""Appends entries to the journal and reads them back; knows what happened to which record, not whether it was right."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, RowMapping, func, insert, select

from engine.decision.changeset import Actor, Changeset, Note, RecordWrite
from engine.kernel.canonical import Json, compact
from engine.kernel.clocks import Moment
from engine.kernel.identifiers import RandomBytes, uuid7
from engine.storage import system_tables
from engine.storage.form_tables import FormTables
from engine.storage.journal_format import SALT_BYTES, entry_digest, value_digest
from engine.storage.rows import lines_to_json, to_json
from engine.storage.signals import Signal, announce
from engine.storage.write_guard import writing

_ID_BYTES = 10
_JOURNAL = system_tables.journal.c


@dataclass(frozen=True, slots=True)
class Authorship:
    """Who does something, by which command and when: what every entry of that command says."""

    actor: Actor
    command: str
    moment: Moment
    random: RandomBytes


@dataclass(frozen=True, slots=True)
class NewEntry:
    """An entry before it is salted. ``version`` is None for what is not a record."""

    app: str
    subject: str
    record: str
    action: str
    values: Mapping[str, Json]
    actor: Actor
    version: int | None = None
    revision: int | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """An entry as it is read: ``values`` in their JSON form; ``erased`` are the fields whose values were erased."""

    id: str
    at: Moment
    actor: str | None
    rule: str | None
    command: str
    version: int | None
    action: str
    revision: int | None
    reason: str | None
    values: Mapping[str, Json]
    erased: frozenset[str]


@dataclass(frozen=True, slots=True)
class SaltedEntry:
    """An entry that is ready to be written: each value has its own salt."""

    by: Authorship
    id: str
    entry: NewEntry
    payload: Mapping[str, Json]

    @property
    def about(self) -> tuple[str, str, str]:
        """What the entry is about."""
        return self.entry.app, self.entry.subject, self.entry.record


def salted(by: Authorship, entries: Iterable[NewEntry]) -> list[SaltedEntry]:
    """Return entries, in their order, ready to be written."""
    listed = list(entries)
    ids = sorted(uuid7(by.moment, by.random(_ID_BYTES)) for _ in listed)
    return [SaltedEntry(by, id, entry, _payload(by, entry)) for id, entry in zip(ids, listed, strict=True)]


def append(connection: Connection, by: Authorship, entries: Iterable[NewEntry]) -> None:
    """Append these entries in their order."""
    write(connection, salted(by, entries))


def write(connection: Connection, entries: Sequence[SaltedEntry]) -> None:
    """Append entries, those of several commands too, in their order."""
    last: dict[tuple[str, str, str], str] = {}
    rows = []
    for one in entries:
        id = one.id
        if one.entry.version is None:
            id = last[one.about] = _behind(last.get(one.about) or _last(connection, one.about), id)
        rows.append(_row(one, id))
    if rows:
        with writing(connection):
            connection.execute(insert(system_tables.journal), rows)
        announce(connection, (Signal(*one.about) for one in entries))


def _behind(last: str | None, wanted: str) -> str:
    """Return an id behind all earlier ones about this subject: what has no versions is ordered by its ids alone.

    Business time may stand still, and then the ids of two commands would be in any order.
    """
    return wanted if last is None or last < wanted else str(UUID(int=UUID(last).int + 1))


def _last(connection: Connection, about: tuple[str, str, str]) -> str | None:
    columns = (_JOURNAL.app, _JOURNAL.subject, _JOURNAL.record)
    same = (column == value for column, value in zip(columns, about, strict=True))
    found: str | None = connection.execute(select(func.max(_JOURNAL.id)).where(*same)).scalar_one()
    return found


def length(connection: Connection) -> int:
    """Return how many entries there are."""
    return connection.execute(select(func.count()).select_from(system_tables.journal)).scalar_one()


def note(connection: Connection, by: Authorship, notes: Iterable[Note]) -> None:
    """Append an entry for each note: what an administrator does to something that is not a record."""
    append(connection, by, [entry_of_note(one, by.actor) for one in notes])


def entry_of_note(one: Note, actor: Actor) -> NewEntry:
    """Return the entry of a note."""
    return NewEntry(one.app, one.subject, one.id, one.action, one.changes, actor)


def entry_of_write(write: RecordWrite, form: FormTables, changeset: Changeset) -> NewEntry:
    """Return the entry of a record's write: what it says is what the write changes, no more and no less."""
    return NewEntry(
        app=write.app,
        subject=write.form,
        record=write.id,
        action=write.action,
        values=dict(_json_changes(write, form)),
        actor=write.actor,
        version=write.version,
        revision=changeset.revisions.get(write.app),
        reason=write.reason,
    )


def _json_changes(write: RecordWrite, form: FormTables) -> Iterable[tuple[str, Json]]:
    for key, value in write.changes.items():
        if key in form.lines:
            yield key, lines_to_json(value, form.lines[key].columns)
        elif key not in {"id", "version"}:  # columns of the entry itself
            yield key, to_json(value, form.main.columns[key])


def _payload(by: Authorship, entry: NewEntry) -> dict[str, Json]:
    salts = by.random(SALT_BYTES * len(entry.values)).hex()
    size = SALT_BYTES * 2
    return {key: [salts[at * size : (at + 1) * size], entry.values[key]] for at, key in enumerate(sorted(entry.values))}


def _row(salted: SaltedEntry, id: str) -> dict[str, Any]:
    by, entry, payload = salted.by, salted.entry, salted.payload
    row = {
        "id": id,
        "at": by.moment,
        "actor": entry.actor.user,
        "rule": entry.actor.rule,
        "command": by.command,
        "app": entry.app,
        "subject": entry.subject,
        "record": entry.record,
        "version": entry.version,
        "action": entry.action,
        "revision": entry.revision,
        "reason": entry.reason,
        "digests": compact({key: value_digest(salt, value) for key, (salt, value) in payload.items()}),
        "payload": compact(payload),
    }
    return row | {"entry": entry_digest(row)}


def entries_about(
    connection: Connection, app: str, subject: str, record: str, *, after_version: int = 0
) -> Sequence[JournalEntry]:
    """Return what the journal says of a record (or of a user, a parameter, …), oldest first.

    ``after_version`` leaves out what led to that version of the record: the rest is what changed since.
    """
    query = select(system_tables.journal).where(
        _JOURNAL.app == app, _JOURNAL.subject == subject, _JOURNAL.record == record
    )
    if after_version:
        query = query.where(_JOURNAL.version > after_version)
    found = connection.execute(query.order_by(_JOURNAL.version, _JOURNAL.id)).mappings()
    return tuple(_entry(row) for row in found)


def count_about(connection: Connection, app: str, subject: str, record: str) -> int:
    """Return how many entries there are about a record (or a user, a parameter, …)."""
    about = (_JOURNAL.app == app, _JOURNAL.subject == subject, _JOURNAL.record == record)
    return connection.execute(select(func.count()).where(*about)).scalar_one()


def newest_about(connection: Connection, app: str, subject: str, record: str, most: int) -> Sequence[JournalEntry]:
    """Return the newest entries about a parameter (or a user, …), newest first."""
    about = (_JOURNAL.app == app, _JOURNAL.subject == subject, _JOURNAL.record == record)
    query = select(system_tables.journal).where(*about).order_by(_JOURNAL.id.desc()).limit(most)
    return tuple(_entry(row) for row in connection.execute(query).mappings())


def newest(connection: Connection, app: str, subject: str, most: int) -> Sequence[tuple[str, JournalEntry]]:
    """Return the newest entries about any parameter (or user …) of an app, newest first, each with what it is about."""
    query = select(system_tables.journal).where(_JOURNAL.app == app, _JOURNAL.subject == subject)
    found = connection.execute(query.order_by(_JOURNAL.id.desc()).limit(most)).mappings()
    return tuple((row["record"], _entry(row)) for row in found)


def last_of_each(connection: Connection, app: str, subject: str) -> Mapping[str, tuple[int, JournalEntry]]:
    """Return how many entries there are about each parameter (or user …) of an app, and the newest of them."""
    about = (_JOURNAL.app == app, _JOURNAL.subject == subject)
    grouped = select(_JOURNAL.record, func.count().label("entries"), func.max(_JOURNAL.id).label("last"))
    counted = connection.execute(grouped.where(*about).group_by(_JOURNAL.record)).all()
    entries = {row.last: (row.record, int(row.entries)) for row in counted}
    found = connection.execute(select(system_tables.journal).where(_JOURNAL.id.in_(entries))).mappings()
    return {entries[row["id"]][0]: (entries[row["id"]][1], _entry(row)) for row in found}


def _entry(row: RowMapping) -> JournalEntry:
    payload = json.loads(row["payload"])
    return JournalEntry(
        id=row["id"],
        at=row["at"],
        actor=row["actor"],
        rule=row["rule"],
        command=row["command"],
        version=row["version"],
        action=row["action"],
        revision=row["revision"],
        reason=row["reason"],
        values={key: value for key, (_, value) in payload.items()},
        erased=frozenset(json.loads(row["digests"])) - payload.keys(),
    )
