"""Lists a form's records a page at a time by keyset; knows conditions as SQL, not who may see what.

Blanks come last in both directions and equal values are ordered by id in the direction of the sort. A page is read in
two segments, filled and then blank, so that an index on (field, id) serves each of them from either end.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, UnaryExpression, func, literal, select, tuple_
from sqlalchemy.sql.operators import custom_op

from engine.catalog.tables import ColumnSpec
from engine.kernel.problems import EngineError
from engine.kernel.values import Row, StorageKind, Value
from engine.storage import problems
from engine.storage.cursors import Cursor, read_cursor, write_cursor
from engine.storage.form_tables import FormTables
from engine.storage.plans import goes_through_an_index
from engine.storage.records import add_lines
from engine.storage.rows import to_physical

Conditions = Sequence[ColumnElement[bool]]
"""Conditions on the form's main table, all of which must hold."""

_UNSORTABLE = frozenset({StorageKind.JSON, StorageKind.TEXTS, StorageKind.LINES})


def list_rows(  # noqa: PLR0913 - what is asked of a list
    connection: Connection,
    form: FormTables,
    where: Conditions = (),
    *,
    sort: str = "id",
    descending: bool = False,
    after: str | None = None,
    limit: int = 50,
    as_it_lies: bool = False,
) -> tuple[list[Row], str | None]:
    """Return the next ``limit`` records, lines included, and the cursor of the page after them, or None at the end.

    Deleted records are left out. Where few records meet the conditions, ``as_it_lies`` lets SQLite go through the table
    and sort what it finds, instead of following an index of the field from row to row. Raises ``EngineError`` for a
    field that cannot be sorted by (STORE-041) and for a cursor that this list did not give (STORE-040).
    """
    column = _sortable(form, sort)
    segments = _Segments(form, where, column, descending)
    if as_it_lies and form.main.dialect == "sqlite" and sort != "id":
        segments = segments.as_it_lies(connection)
    return _page(connection, segments, after, limit)


def list_binned(
    connection: Connection, form: FormTables, where: Conditions = (), *, after: str | None = None, limit: int = 50
) -> tuple[list[Row], str | None]:
    """Return the next ``limit`` deleted records, the last deleted first, and the cursor of those after them.

    EngineError (STORE-040) for a cursor that this list did not give.
    """
    column = form.main.columns["deleted_at"]
    return _page(connection, _Segments(form, where, column, descending=True, binned=True), after, limit)


def _page(connection: Connection, segments: _Segments, after: str | None, limit: int) -> tuple[list[Row], str | None]:
    form, column, descending = segments.form, segments.column, segments.descending
    sort = column.key
    cursor = None if after is None else read_cursor(after, sort, descending, column)
    wanted = limit + 1
    found: list[Any] = []
    if cursor is None or cursor.value is not None:
        found += connection.execute(segments.filled(cursor).limit(wanted)).all()
        cursor = None
    if len(found) < wanted and sort != "id":
        found += connection.execute(segments.blank(cursor).limit(wanted - len(found))).all()
    rows = [form.main.codec.decode(row) for row in found[:limit]]
    add_lines(connection, form, {row["id"]: row for row in rows})
    more = len(found) > limit
    return list(rows), write_cursor(Cursor(sort, descending, rows[-1][sort], rows[-1]["id"])) if more else None


def stream_rows(
    connection: Connection,
    form: FormTables,
    where: Conditions = (),
    *,
    sort: str = "id",
    descending: bool = False,
    size: int = 500,
) -> Iterator[list[Row]]:
    """Go through all records that meet the conditions, lines included, ``size`` at a time, deleted ones left out.

    The database sorts once and hands them out as they are asked for, so that no more than one portion is in memory; the
    transaction is held open meanwhile. Raises ``EngineError`` for a field that cannot be sorted by (STORE-041).
    """
    segments = _Segments(form, where, _sortable(form, sort), descending)
    for query in (segments.filled(None), *(() if sort == "id" else (segments.blank(None),))):
        for portion in connection.execute(query.execution_options(yield_per=size)).partitions():
            rows = [form.main.codec.decode(row) for row in portion]
            add_lines(connection, form, {row["id"]: row for row in rows})
            yield list(rows)


def _sortable(form: FormTables, key: str) -> ColumnSpec:
    column = form.main.columns.get(key)
    if column is None or column.kind in _UNSORTABLE:
        raise EngineError(problems.UNSORTABLE.at("sort", field=key))
    return column


def next_ids(
    connection: Connection, form: FormTables, where: Conditions = (), after: str = "", limit: int = 50
) -> list[str]:
    """Return the ids of the next ``limit`` records behind ``after`` that meet the conditions, deleted ones left out."""
    main = form.main.table
    query = select(main.c.id).where(main.c.deleted_at.is_(None), main.c.id > after, *where)
    return list(connection.execute(query.order_by(main.c.id).limit(limit)).scalars())


def all_ids(connection: Connection, form: FormTables, where: Conditions, most: int) -> list[str] | None:
    """Return the ids of all records that meet the conditions, deleted ones left out; None where they are over ``most``.

    They are read as the table lies, which costs less than to go through it in the order of the ids, and sorted here.
    """
    main = form.main.table
    query = select(main.c.id).where(main.c.deleted_at.is_(None), *where).limit(most + 1)
    found = sorted(connection.execute(query).scalars())
    return found if len(found) <= most else None


def bounded_count(
    connection: Connection, form: FormTables, where: Conditions = (), bound: int = 1_000
) -> tuple[int, bool]:
    """Return how many records meet the conditions, and whether that is exact: counting stops at ``bound``."""
    main = form.main.table
    some = select(literal(1)).select_from(main).where(main.c.deleted_at.is_(None), *where).limit(bound + 1)
    count = connection.execute(select(func.count()).select_from(some.subquery())).scalar_one()
    return min(count, bound), count <= bound


def _plain(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """Return a column with a sign that changes no value, and keeps SQLite from using an index of it."""
    return UnaryExpression(column, operator=custom_op("+"), type_=column.type)


class _Segments:
    """The two queries that a sorted list consists of."""

    def __init__(
        self, form: FormTables, where: Conditions, column: ColumnSpec, descending: bool, *, binned: bool = False
    ) -> None:
        """Know the list; the place in it comes with each question."""
        self.form, self.column, self.descending = form, column, descending
        main = form.main.table
        self._where = where
        self._dialect = form.main.dialect
        self._column: ColumnElement[Any] = main.c[column.key]
        self._sort: ColumnElement[Any] = self._column
        self._id: ColumnElement[Any] = main.c.id
        there = main.c.deleted_at.is_not(None) if binned else main.c.deleted_at.is_(None)
        self._base: Select[Any] = form.main.everything.where(there, *where)

    def as_it_lies(self, connection: Connection) -> _Segments:
        """Return the list without an index of the field; an index by which a condition finds records may serve it."""
        made = _Segments(self.form, self._where, self.column, self.descending)
        made._sort = _plain(self._column)
        main = self.form.main.table
        if goes_through_an_index(connection, made.filled(None), main.name):
            alive = _plain(main.c.deleted_at).is_(None)
            made._base = self.form.main.everything.where(alive, *self._where)
        return made

    def filled(self, after: Cursor | None) -> Select[Any]:
        """Return the query of the records that have a value in the field, behind the cursor."""
        keys = [self._id] if self.column.key == "id" else [self._sort, self._id]
        query = self._base if len(keys) == 1 else self._base.where(self._sort.is_not(None))
        if after is not None:
            place = [self._literal(self._id, after.id)]
            if len(keys) == 2:  # noqa: PLR2004 - the field and the id
                place.insert(0, self._literal(self._sort, to_physical(after.value, self.column, self._dialect)))
            query = query.where(self._beyond(tuple_(*keys), tuple_(*place)))
        return query.order_by(*(self._directed(key) for key in keys))

    def blank(self, after: Cursor | None) -> Select[Any]:
        """Return the query of the records that are blank in the field, behind the cursor."""
        query = self._base.where(self._column.is_(None))
        if after is not None:
            query = query.where(self._beyond(self._id, self._literal(self._id, after.id)))
        return query.order_by(self._directed(self._id))

    @staticmethod
    def _literal(column: ColumnElement[Any], value: Value) -> ColumnElement[Any]:
        return literal(value, column.type)

    def _beyond(self, keys: ColumnElement[Any], place: ColumnElement[Any]) -> ColumnElement[bool]:
        return keys < place if self.descending else keys > place

    def _directed(self, key: ColumnElement[Any]) -> ColumnElement[Any]:
        return key.desc() if self.descending else key.asc()
