"""Reads and writes the rows of records and their lines; knows tables and codecs, not who may do what."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, insert, inspect, select, update

from engine.kernel.problems import EngineError
from engine.kernel.values import Row, Value
from engine.storage import problems
from engine.storage.form_tables import FormTables, PhysicalTable

CHUNK = 500
"""How many ids one query asks for."""

_LINE, _ITS_ID, _SEEN = "_line", "_its_id", "_seen"
"""Names that no field can have."""


def fetch(connection: Connection, form: FormTables, record: str, *, deleted: bool = False) -> Row | None:
    """Return one record with its lines, or None where it is absent or, unless asked for, deleted."""
    return fetch_many(connection, form, (record,), deleted=deleted).get(record)


def fetch_many(
    connection: Connection, form: FormTables, ids: Iterable[str], *, deleted: bool = False
) -> dict[str, Row]:
    """Return records with their lines by id: one query for them, and one for each kind of lines."""
    found: dict[str, dict[str, Value]] = {}
    for chunk in chunks(sorted(set(ids)), CHUNK):
        rows = map(form.main.codec.decode, connection.execute(form.main.named, {"ids": chunk}).all())
        found |= {row["id"]: row for row in rows if deleted or row["deleted_at"] is None}
    add_lines(connection, form, found)
    return dict(found)


def add_lines(connection: Connection, form: FormTables, rows: Mapping[str, dict[str, Value]]) -> None:
    """Put into these rows, by id, what their lines are: a tuple in order, or None where there are none."""
    for field, lines in form.lines.items():
        for row in rows.values():
            row[field] = None
        for chunk in chunks(sorted(rows), CHUNK):
            gathered: dict[str, list[Row]] = {}
            for line in _lines_of(connection, lines, chunk):
                line.pop("position")
                gathered.setdefault(line.pop("parent"), []).append(line)
            for parent, listed in gathered.items():
                rows[parent][field] = tuple(listed)


def _lines_of(connection: Connection, lines: PhysicalTable, parents: Sequence[str]) -> Iterator[dict[str, Value]]:
    return map(lines.codec.decode, connection.execute(lines.named, {"ids": parents}).all())


def insert_rows(connection: Connection, form: FormTables, rows: Sequence[Row]) -> None:
    """Insert new records with their lines; keys that a row lacks are blank."""
    blank = dict.fromkeys(form.main.columns)
    own = [{key: value for key, value in row.items() if key not in form.lines} for row in rows]
    connection.execute(insert(form.main.table), [blank | form.main.codec.encode(row) for row in own])
    for field, lines in form.lines.items():
        added = [line for row in rows if row.get(field) for line in _placed(row["id"], row[field])]
        _insert_lines(connection, lines, added)


Update = tuple[str, int, Mapping[str, Value]]
"""A record, the version that it comes to, and what changes."""


def hold_living(connection: Connection, form: FormTables, record: str) -> None:
    """Lock a record until the transaction ends; EngineError (BUSY) where it has been deleted meanwhile, or is gone.

    SQLite has one writer, and locks nothing.
    """
    main = form.main.table
    living = select(main.c.id).where(main.c.id == record, main.c.deleted_at.is_(None)).with_for_update()
    if connection.execute(living).first() is None:
        raise EngineError(problems.BUSY.at())


def update_rows(connection: Connection, form: FormTables, updates: Iterable[Update]) -> None:
    """Change records from the version before to the one that is named; raises STALE_VERSION where one is at another.

    They are changed in their order, as many by one statement as change the same fields. Lines merge by id: those that
    are gone from the new list are removed, those that are there are changed in place.
    """
    for _, group in groupby(updates, key=lambda item: item[2].keys() - form.lines.keys()):
        _update_alike(connection, form, list(group))


def _update_alike(connection: Connection, form: FormTables, updates: Sequence[Update]) -> None:
    main = form.main.table
    change = update(main).where(main.c.id == bindparam(_ITS_ID), main.c.version == bindparam(_SEEN))
    rows = [
        form.main.codec.encode({key: value for key, value in changes.items() if key not in form.lines})
        | {"version": version, _ITS_ID: id, _SEEN: version - 1}
        for id, version, changes in updates
    ]
    if connection.execute(change, rows).rowcount != len(rows):
        raise EngineError(problems.STALE_VERSION.at(seen=updates[0][1] - 1))
    for id, _, changes in updates:
        for field, lines in form.lines.items():
            if field in changes:
                _merge_lines(connection, lines, id, changes[field] or ())


def _placed(record: str, lines: Iterable[Row]) -> Iterator[dict[str, Value]]:
    """Yield the lines with the record that they belong to and their place in it."""
    for position, line in enumerate(lines):
        yield {**line, "parent": record, "position": position}


def _insert_lines(connection: Connection, lines: PhysicalTable, added: Sequence[Row]) -> None:
    if added:
        blank = dict.fromkeys(lines.columns)
        connection.execute(insert(lines.table), [blank | lines.codec.encode(line) for line in added])


def _merge_lines(connection: Connection, lines: PhysicalTable, record: str, wanted: Sequence[Row]) -> None:
    ids = [line["id"] for line in wanted]
    repeated = sorted({line for line in ids if ids.count(line) > 1})
    if repeated:
        raise EngineError(problems.LINE_TWICE.at(line=line) for line in repeated)
    table = lines.table
    before = {line["id"]: line for line in _lines_of(connection, lines, (record,))}
    gone = sorted(before.keys() - set(ids))
    for chunk in chunks(gone, CHUNK):
        connection.execute(delete(table).where(table.c.parent == record, table.c.id.in_(chunk)))
    blank = dict.fromkeys(lines.columns)
    after = [blank | line for line in _placed(record, wanted)]
    changed = [line for line in after if line["id"] in before and before[line["id"]] != line]
    if changed:
        change = update(table).where(table.c.id == bindparam(_LINE))
        connection.execute(change, [_renamed(lines.codec.encode(line)) for line in changed])
    _insert_lines(connection, lines, [line for line in after if line["id"] not in before])


def _renamed(line: dict[str, Any]) -> dict[str, Any]:
    """Return the parameters of an update of one line: its id is what it is found by, not what is set."""
    return {_LINE: line.pop("id")} | line


def ids_after(connection: Connection, form: FormTables, after: str | None, limit: int) -> list[str]:
    """Return the next ids, deleted records included, for whoever goes through all of a form's records."""
    main = form.main.table
    query = select(main.c.id).order_by(main.c.id).limit(limit)
    return list(connection.execute(query if after is None else query.where(main.c.id > after)).scalars())


def count_all(connection: Connection, form: FormTables) -> int:
    """Return how many records a form has, deleted ones included."""
    return int(connection.execute(select(func.count()).select_from(form.main.table)).scalar_one())


def columns_beyond(connection: Connection, form: FormTables) -> Iterator[str]:
    """Go through the columns of the form's tables that their description lacks, as ``table.column``."""
    for table in (form.main, *form.lines.values()):
        there = {column["name"] for column in inspect(connection).get_columns(table.spec.name)}
        known = {column.name for column in table.columns.values()}
        # What begins so is the engine's: marks, and columns that are filled before a field gets another type.
        beyond = {name for name in there - known if not name.startswith("_")}
        yield from (f"{table.spec.name}.{name}" for name in sorted(beyond))


def chunks(ids: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    """Yield the ids in runs of at most ``size``."""
    return (ids[start : start + size] for start in range(0, len(ids), size))
