"""Destroys what is kept of a removed field or form: columns, lines, rows, values in the journal; it judges nothing.

Each step leaves records and journal in agreement, so that it may be ended after any of them and gone on with later.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, cast, delete, exists, func, or_, select, update
from sqlalchemy.dialects.postgresql import JSONB

from engine.kernel.canonical import Json, compact
from engine.kernel.clocks import Moment
from engine.storage import journal, records, system_tables
from engine.storage.audit_records import PURGE
from engine.storage.form_tables import FormTables, PhysicalTable
from engine.storage.journal import Authorship, NewEntry
from engine.storage.journal_triggers import ERASURE
from engine.storage.rows import to_physical
from engine.storage.write_guard import writing

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Connection, Select

CHUNK = 200
"""Records in one transaction: few enough that whoever writes waits no more than some hundredths of a second."""

SHAPED = ":"
"""What stands between a field and the shape of an earlier column of its."""

_JOURNAL, _USE = system_tables.journal, system_tables.file_use
_OUTBOX, _RUN, _ONCE = system_tables.outbox, system_tables.rule_run, system_tables.rule_once
_FILTER = system_tables.saved_filter
_APPROVAL, _ACT = system_tables.approval, system_tables.approval_act
_ENVELOPE, _SIGNED = system_tables.envelope, system_tables.envelope_act
_WITH_RECORDS = (
    system_tables.state_log,
    system_tables.task,
    system_tables.notification,
    system_tables.rule_run,
    system_tables.timer,
    system_tables.gathered,
    system_tables.approval,
    system_tables.envelope,
    system_tables.file_use,
    system_tables.call_receipt,
    system_tables.capture_token,
)
"""What else is kept about the records of a form, by app, form and record."""

_IN_AN_ENVELOPE = exists().where(
    _ENVELOPE.c.app == _USE.c.app,
    _ENVELOPE.c.form == _USE.c.form,
    _ENVELOPE.c.record == _USE.c.record,
    or_(
        _USE.c.file.in_([_ENVELOPE.c.file, _ENVELOPE.c.signed_file, _ENVELOPE.c.report_file]),
        _ENVELOPE.c.content.contains(_USE.c.file),
    ),
)
"""That a file is a document, a report or a drawn signature of an envelope: it goes with that, not with a field."""


@dataclass(frozen=True)
class Remains:
    """A removed form by all tables that it ever had; with ``field`` that field of it alone."""

    tables: FormTables
    field: str | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """The keys of the columns that the field has had, one for each kind of values that it held."""
        return tuple(key for key in self.tables.main.columns if key.partition(SHAPED)[0] == self.field)

    @property
    def lines(self) -> PhysicalTable | None:
        """The table of the field's lines, where it holds any."""
        return None if self.field is None else self.tables.lines.get(self.field)


@dataclass(frozen=True, slots=True)
class Kept:
    """How many records hold something, how many entries of the journal say something, how many files are held."""

    records: int
    entries: int
    files: int


def count(connection: Connection, remains: Remains) -> Kept:
    """Return exactly how much there is to destroy; deleted records are among them."""
    main, about = remains.tables.main.table, _about(remains)
    said = _said(connection, remains.field) if remains.field is not None else _JOURNAL.c.payload != "{}"
    entries = select(func.count()).select_from(_JOURNAL).where(*about, said)
    held = [_USE.c.app == remains.tables.app, _USE.c.form == remains.tables.form]
    if remains.field is not None:
        held += [_USE.c.field == remains.field, ~_IN_AN_ENVELOPE]
    files = select(func.count(_USE.c.file.distinct())).where(*held)
    query = select(func.count()).select_from(main).where(_holds(remains))
    return Kept(*(int(connection.execute(one).scalar_one()) for one in (query, entries, files)))


def _about(remains: Remains) -> tuple[ColumnElement[bool], ...]:
    """Return what holds of the entries that say anything of a form's records."""
    return (
        _JOURNAL.c.app == remains.tables.app,
        _JOURNAL.c.subject == remains.tables.form,
        _JOURNAL.c.version.is_not(None),
        _JOURNAL.c.action.not_in((ERASURE, PURGE)),
    )


def _holds(remains: Remains) -> ColumnElement[bool]:
    """Return what holds of records that have something of a field now; of a form, all have."""
    main = remains.tables.main.table
    if remains.field is None:
        return main.c.id.is_not(None)
    filled: list[ColumnElement[bool]] = [main.c[key].is_not(None) for key in remains.columns]
    if remains.lines is not None:
        filled.append(exists().where(remains.lines.table.c.parent == main.c.id))
    return or_(*filled)


def _said(connection: Connection, field: str) -> ColumnElement[bool]:
    """Return what holds of entries that say a value of a field."""
    if connection.dialect.name == "sqlite":
        return func.json_extract(_JOURNAL.c.payload, f'$."{field}"[1]').is_not(None)
    return func.jsonb_extract_path_text(cast(_JOURNAL.c.payload, JSONB), field, "1").is_not(None)


def referring(connection: Connection, table: PhysicalTable, key: str) -> bool:
    """Tell whether any row refers to something by this column."""
    column = table.table.c[key]
    return connection.execute(select(column).where(column.is_not(None)).limit(1)).first() is not None


def loosen(connection: Connection, remains: Remains) -> None:
    """Let no record of a form refer to any other, so that they can be removed in any order."""
    for table in (remains.tables.main, *remains.tables.lines.values()):
        keys = [column.key for column in table.spec.columns if column.references is not None]
        if keys:
            filled = or_(*(table.table.c[key].is_not(None) for key in keys))
            with writing(connection):
                connection.execute(update(table.table).where(filled), dict.fromkeys(keys))


def erase_next(
    connection: Connection, remains: Remains, by: Authorship, revision: int, after: str | None
) -> str | None:
    """Destroy what the next records keep of a field; return the last of them, None where there was none left.

    Whoever writes one of these records waits for it, or is waited for; nobody else does.
    """
    main, field = remains.tables.main.table, str(remains.field)
    told = exists().where(*_about(remains), _JOURNAL.c.record == main.c.id, _said(connection, field))
    query = select(main.c.id, main.c.version).where(or_(_holds(remains), told)).order_by(main.c.id).limit(CHUNK)
    query = query.with_for_update(of=main)
    found = connection.execute(query if after is None else query.where(main.c.id > after)).all()
    if not found:
        return None
    ids = [row.id for row in found]
    blank = dict.fromkeys(remains.columns)
    with writing(connection):
        change = update(main).where(main.c.id == bindparam("_id"))
        connection.execute(change, [{"_id": row.id, "version": row.version + 1, **blank} for row in found])
        if remains.lines is not None:
            connection.execute(delete(remains.lines.table).where(remains.lines.table.c.parent.in_(ids)))
        entries = [_entry(remains, row.id, row.version + 1, ERASURE, {field: None}, by, revision) for row in found]
        journal.append(connection, by, entries)
        _shorten(connection, remains, ids, lambda payload: {key: payload[key] for key in payload if key != field})
        _forget_about(connection, remains, ids)
    return str(ids[-1])


def remove_next(connection: Connection, remains: Remains, by: Authorship, revision: int) -> bool:
    """Remove the next records of a form with all that is kept about them; False where there was none left."""
    ids = records.ids_after(connection, remains.tables, None, CHUNK)
    if ids:
        remove(connection, remains, ids, by, revision)
    return bool(ids)


def remove(connection: Connection, remains: Remains, ids: Sequence[str], by: Authorship, revision: int) -> None:
    """Remove records of a form, to which nothing refers, with all that is kept about them."""
    tables = remains.tables
    main = tables.main.table
    versions = {
        row.id: row.version for row in connection.execute(select(main.c.id, main.c.version).where(main.c.id.in_(ids)))
    }
    fields = _fields_said(connection, remains, ids)
    with writing(connection):
        entries = []
        for id in ids:
            blank: dict[str, Json] = dict.fromkeys(sorted(fields.get(id, ())))
            entries.append(_entry(remains, id, versions[id] + 1, ERASURE, blank, by, revision))
            entries.append(_entry(remains, id, versions[id] + 2, PURGE, {}, by, revision))
        journal.append(connection, by, entries)
        _shorten(connection, remains, ids, lambda _: {})
        _forget_about(connection, remains, ids)
        for lines in tables.lines.values():
            connection.execute(delete(lines.table).where(lines.table.c.parent.in_(ids)))
        connection.execute(delete(main).where(main.c.id.in_(ids)))


def _entry(
    remains: Remains, record: str, version: int, action: str, values: Mapping[str, Json], by: Authorship, revision: int
) -> NewEntry:
    tables = remains.tables
    return NewEntry(tables.app, tables.form, record, action, values, by.actor, version, revision)


def _fields_said(connection: Connection, remains: Remains, ids: Sequence[str]) -> dict[str, set[str]]:
    """Return which fields the journal says anything of, by record."""
    query = select(_JOURNAL.c.record, _JOURNAL.c.payload).where(*_about(remains), _JOURNAL.c.record.in_(ids))
    found: dict[str, set[str]] = {}
    for record, payload in connection.execute(query):
        found.setdefault(record, set()).update(json.loads(payload))
    return found


def _shorten(connection: Connection, remains: Remains, ids: Sequence[str], left: Any) -> None:  # noqa: ANN401
    """Let earlier entries say no more than ``left`` leaves of them; the erasures that name the rest are there."""
    query = select(_JOURNAL.c.id, _JOURNAL.c.payload).where(*_about(remains), _JOURNAL.c.record.in_(ids))
    shorter = [
        {"_id": id, "payload": compact(less)}
        for id, payload in connection.execute(query)
        for said in (json.loads(payload),)
        for less in (left(said),)
        if less != said
    ]
    if shorter:
        connection.execute(update(_JOURNAL).where(_JOURNAL.c.id == bindparam("_id")), shorter)


def _forget_about(connection: Connection, remains: Remains, ids: Sequence[str]) -> None:
    """Remove what the engine's own tables keep about a field of records, or about the records as a whole."""
    app, form, field = remains.tables.app, remains.tables.form, remains.field
    if field is None:
        theirs = (_APPROVAL.c.app == app, _APPROVAL.c.form == form, _APPROVAL.c.record.in_(ids))
        connection.execute(delete(_ACT).where(_ACT.c.approval.in_(select(_APPROVAL.c.id).where(*theirs))))
        sent = (_ENVELOPE.c.app == app, _ENVELOPE.c.form == form, _ENVELOPE.c.record.in_(ids))
        connection.execute(delete(_SIGNED).where(_SIGNED.c.envelope.in_(select(_ENVELOPE.c.id).where(*sent))))
        for table in _WITH_RECORDS:
            connection.execute(delete(table).where(table.c.app == app, table.c.form == form, table.c.record.in_(ids)))
        connection.execute(delete(_ONCE).where(_ONCE.c.app == app, _ONCE.c.record.in_(ids)))
    else:
        about = (_RUN.c.app == app, _RUN.c.form == form, _RUN.c.record.in_(ids))
        connection.execute(delete(_RUN).where(*about, _RUN.c.trace.contains(f'"{field}"', autoescape=True)))
        uses = (_USE.c.app == app, _USE.c.form == form, _USE.c.record.in_(ids))
        connection.execute(delete(_USE).where(*uses, _USE.c.field == field, ~_IN_AN_ENVELOPE))


def forget_messages_of(connection: Connection, tables: FormTables, ids: Sequence[str]) -> None:
    """Take messages about records out of the outbox, those that wait as well."""
    about = or_(*(_OUTBOX.c.payload.contains(f'"record":"{id}"') for id in ids))
    connection.execute(delete(_OUTBOX).where(_OUTBOX.c.payload.contains(f'"app":"{tables.app}"'), about))


def binned(
    connection: Connection, tables: FormTables, before: Moment, *, only: str | None = None, after: str = "", most: int
) -> list[str]:
    """Return the next ids of records that lie in the bin since before a moment, or ``only`` that one, and hold them."""
    main = tables.main.table
    query = _lying(tables, before).where(main.c.id > after)
    if only is not None:
        query = query.where(main.c.id == only)
    return list(connection.execute(query.order_by(main.c.id).limit(most).with_for_update()).scalars())


def any_binned(connection: Connection, tables: FormTables, before: Moment) -> bool:
    """Tell whether any record lies in the bin since before a moment."""
    return connection.execute(_lying(tables, before).limit(1)).first() is not None


def _lying(tables: FormTables, before: Moment) -> Select[Any]:
    main = tables.main.table
    since = to_physical(before, tables.main.columns["deleted_at"], tables.main.dialect)
    return select(main.c.id).where(main.c.deleted_at.is_not(None), main.c.deleted_at < since)


def referred(connection: Connection, table: PhysicalTable, key: str, ids: Sequence[str], *, own: bool) -> set[str]:
    """Return which of the records a column refers to; ``own`` rows of these very records do not count."""
    column = table.table.c[key]
    query = select(column).where(column.in_(ids)).distinct()
    if own:
        query = query.where(table.table.c["parent" if "parent" in table.columns else "id"].not_in(ids))
    return set(connection.execute(query).scalars())


def forget_messages(connection: Connection, remains: Remains) -> None:
    """Take out of the messages that are kept what a record was before it changed: of the field, or all of the form.

    With a form go the filters that people have saved for its list.
    """
    app, form, field = remains.tables.app, remains.tables.form, remains.field
    if field is None:
        connection.execute(delete(_FILTER).where(_FILTER.c.app == app, _FILTER.c.form == form))
    named = (_OUTBOX.c.payload.contains(f'"app":"{app}"'), _OUTBOX.c.payload.contains(f'"form":"{form}"'))
    for id, payload in _about_form(
        connection.execute(select(_OUTBOX.c.id, _OUTBOX.c.payload).where(*named)), app, form
    ):
        if field is None:
            connection.execute(delete(_OUTBOX).where(_OUTBOX.c.id == id))
        elif field in (payload.get("old") or {}):
            before = {key: value for key, value in payload["old"].items() if key != field}
            written = compact({**payload, "old": before})
            connection.execute(update(_OUTBOX).where(_OUTBOX.c.id == id).values(payload=written))


def _about_form(rows: Iterable[Any], app: str, form: str) -> Iterator[tuple[str, Any]]:
    for id, written in list(rows):
        payload = json.loads(written)
        if (payload.get("app"), payload.get("form")) == (app, form):
            yield id, payload
