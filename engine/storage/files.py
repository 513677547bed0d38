"""Keeps what is known of files, and which records hold them; the content itself is elsewhere (``file_contents``)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, delete, exists, func, insert, select

from engine.decision.captures import UNHELD_FOR
from engine.decision.changeset import Changeset
from engine.decision.facts import FileQuery, RepeatQuery, StoredFile
from engine.kernel.clocks import DAY_MS, Moment
from engine.storage import system_tables
from engine.storage.upserts import insert_or_ignore

SWEPT_AFTER = UNHELD_FOR + DAY_MS
"""When a file is swept that no record holds: a day after none may take it, so that none takes one being swept."""

_FILE, _USE = system_tables.file, system_tables.file_use


@dataclass(frozen=True, slots=True)
class FileRow:
    """One file: its content by digest, what it is called and is, and who sent it when. Sizes in bytes and pixels."""

    id: str
    sha256: str
    name: str
    type: str
    size: int
    width: int | None
    height: int | None
    user_id: str
    at: Moment


@dataclass(frozen=True, slots=True)
class Use:
    """One field of one record that holds, or has held, a file."""

    app: str
    form: str
    record: str
    field: str


def find(connection: Connection, id: str) -> FileRow | None:
    """Return a file, or None."""
    row = connection.execute(select(_FILE).where(_FILE.c.id == id)).one_or_none()
    return None if row is None else FileRow(**row._mapping)


def find_many(connection: Connection, ids: Iterable[str]) -> dict[str, FileRow]:
    """Return those of these files that are there, by id."""
    rows = connection.execute(select(_FILE).where(_FILE.c.id.in_(sorted(set(ids)))))
    return {row.id: FileRow(**row._mapping) for row in rows}


def find_same(connection: Connection, user: str, sha256: str) -> FileRow | None:
    """Return the file that the user sent with that content, or None."""
    query = select(_FILE).where(_FILE.c.user_id == user, _FILE.c.sha256 == sha256)
    row = connection.execute(query).one_or_none()
    return None if row is None else FileRow(**row._mapping)


def put(connection: Connection, file: FileRow) -> None:
    """Keep a file whose content is in its place."""
    connection.execute(insert(_FILE), {name: getattr(file, name) for name in FileRow.__slots__})


def touch(connection: Connection, id: str, at: Moment) -> bool:
    """Let a file wait anew for a record to hold it; False where it has been swept meanwhile."""
    return connection.execute(_FILE.update().where(_FILE.c.id == id), {"at": at}).rowcount == 1


def uses(connection: Connection, id: str) -> tuple[Use, ...]:
    """Return what holds a file."""
    query = select(_USE.c.app, _USE.c.form, _USE.c.record, _USE.c.field).where(_USE.c.file == id)
    return tuple(Use(*row) for row in connection.execute(query.order_by(_USE.c.app, _USE.c.form, _USE.c.record)))


def of_records(connection: Connection, app: str, form: str, records: Iterable[str]) -> Iterator[tuple[Use, FileRow]]:
    """Go through the files of records with what holds them, in order of record and file: what an export takes along."""
    wanted = (_USE.c.app == app, _USE.c.form == form, _USE.c.record.in_(sorted(set(records))))
    columns = [_FILE.c[name] for name in FileRow.__slots__]
    query = select(_USE.c.record, _USE.c.field, *columns).join(_FILE, _FILE.c.id == _USE.c.file).where(*wanted)
    for record, field, *file in connection.execute(query.order_by(_USE.c.record, _USE.c.file, _USE.c.field)):
        yield Use(app, form, record, field), FileRow(*file)


def hold(connection: Connection, changeset: Changeset) -> None:
    """Note what records hold by a changeset."""
    rows = [
        {"file": one.file, "app": one.app, "form": one.form, "record": one.record, "field": one.field}
        | {"at": changeset.moment}
        for one in changeset.holdings
    ]
    if rows:
        key = ("file", "app", "form", "record", "field")
        connection.execute(insert_or_ignore(connection, _USE, key), rows)


def facts(connection: Connection, queries: Iterable[FileQuery]) -> Iterator[tuple[FileQuery, StoredFile | None]]:
    """Answer what deciding asks about files."""
    asked = list(queries)
    if not asked:
        return
    found = find_many(connection, (query.id for query in asked))
    held: dict[str, set[tuple[str, str, str]]] = {}
    listed = select(_USE.c.file, _USE.c.app, _USE.c.form, _USE.c.record).where(_USE.c.file.in_(sorted(found)))
    for file, app, form, record in connection.execute(listed):
        held.setdefault(file, set()).add((app, form, record))
    for query in asked:
        row, records = found.get(query.id), held.get(query.id, set())
        if row is None:
            yield query, None
            continue
        by_this = (query.app, query.form, query.record) in records
        yield query, StoredFile(row.id, row.sha256, row.name, row.type, row.user_id, row.at, by_this, bool(records))


def is_held_elsewhere(connection: Connection, query: RepeatQuery) -> bool:
    """Tell whether another record of the form holds a file of the same content in the same field."""
    held = select(_USE.c.file).join(_FILE, _FILE.c.id == _USE.c.file).where(_FILE.c.sha256 == query.sha256)
    there = (_USE.c.app == query.app, _USE.c.form == query.form, _USE.c.field == query.field)
    return connection.execute(held.where(*there, _USE.c.record != query.record).limit(1)).first() is not None


def waiting(connection: Connection, user: str, since: Moment) -> int:
    """Return how many bytes a user has sent since then that no record holds."""
    held = exists().where(_USE.c.file == _FILE.c.id)
    query = select(func.coalesce(func.sum(_FILE.c.size), 0))
    return int(connection.execute(query.where(_FILE.c.user_id == user, _FILE.c.at >= since, ~held)).scalar_one())


def sweep(connection: Connection, before: Moment, limit: int) -> tuple[str, ...]:
    """Forget up to ``limit`` files that no record holds and that came before that moment; return their digests.

    The statement that deletes looks once more: a file that its sender has sent again since it was chosen stays.
    """
    old = (_FILE.c.at < before, ~exists().where(_USE.c.file == _FILE.c.id))
    chosen = select(_FILE.c.id).where(*old).order_by(_FILE.c.at).limit(limit)
    ids = list(connection.execute(chosen).scalars())
    if not ids:
        return ()
    gone = connection.execute(delete(_FILE).where(_FILE.c.id.in_(ids), *old).returning(_FILE.c.sha256))
    return tuple(dict.fromkeys(gone.scalars()))


def is_needed(connection: Connection, sha256: str) -> bool:
    """Tell whether any file has that content."""
    return connection.execute(select(_FILE.c.id).where(_FILE.c.sha256 == sha256).limit(1)).first() is not None
