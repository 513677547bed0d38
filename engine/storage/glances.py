"""Short looks at many lists at once, each kind in one statement: how many, which first, how much; not who may look."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Double, cast, func, literal, select, union_all

from engine.kernel.values import Row
from engine.storage.form_tables import FormTables
from engine.storage.records import add_lines

Conditions = Sequence[ColumnElement[bool]]


@dataclass(frozen=True)
class Glance:
    """A list to look at: the records of a form that meet the conditions, deleted ones left out."""

    form: FormTables
    where: Conditions
    sort: str = "id"
    descending: bool = False

    @property
    def conditions(self) -> Conditions:
        """Every condition, that a record is there among them."""
        return (self.form.main.table.c.deleted_at.is_(None), *self.where)


def ranked_rows(
    connection: Connection, glance: Glance, rank: ColumnElement[Any] | None, limit: int
) -> list[dict[str, Any]]:
    """Return the ``limit`` records with the greatest rank, blank ones last; without a rank those of the sort.

    Ranks are compared as floating numbers: of two that are the same to fifteen digits either may come first.
    """
    main = glance.form.main
    order = main.table.c[glance.sort] if rank is None else cast(rank, Double)
    falling = glance.descending or rank is not None
    query = main.everything.where(*glance.conditions).order_by(
        order.is_(None), order.desc() if falling else order, main.table.c.id.desc()
    )
    rows = [main.codec.decode(row) for row in connection.execute(query.limit(limit)).all()]
    add_lines(connection, glance.form, {row["id"]: row for row in rows})
    return rows


def counts(connection: Connection, glances: Sequence[Glance], bound: int) -> list[tuple[int, bool]]:
    """Return how many records each list has, and whether that is exact: counting stops at ``bound``."""
    if not glances:
        return []
    numbers = []
    for glance in glances:
        some = select(literal(1)).select_from(glance.form.main.table).where(*glance.conditions).limit(bound + 1)
        numbers.append(select(func.count()).select_from(some.subquery()).scalar_subquery())
    found = connection.execute(select(*numbers)).one()
    return [(min(int(count), bound), int(count) <= bound) for count in found]


def first_ids(connection: Connection, glances: Sequence[tuple[Glance, int]]) -> list[list[str]]:
    """Return the ids of the first records of each list in its order, blank ones last, as many as asked for of each."""
    if not glances:
        return []
    parts = []
    for number, (glance, limit) in enumerate(glances):
        table = glance.form.main.table
        order = table.c[glance.sort]
        by = (order.is_(None), order.desc() if glance.descending else order, table.c.id.desc())
        place = func.row_number().over(order_by=by).label("place")
        first = select(table.c.id, place).where(*glance.conditions).order_by(*by).limit(limit).subquery()
        parts.append(select(literal(number).label("list"), first.c.id, first.c.place))
    ids: list[list[str]] = [[] for _ in glances]
    for number, id, _ in sorted(connection.execute(union_all(*parts)).all(), key=lambda row: (row[0], row[2])):
        ids[number].append(id)
    return ids


def measures(connection: Connection, wanted: Iterable[tuple[Glance, Sequence[ColumnElement[Any]]]]) -> list[Row]:
    """Return, for each list, its aggregates (``0``, ``1`` …) as the database gives them, all in one statement."""
    listed = list(wanted)
    if not listed:
        return []
    columns = [
        select(element).select_from(glance.form.main.table).where(*glance.conditions).scalar_subquery()
        for glance, elements in listed
        for element in elements
    ]
    found = iter(connection.execute(select(*columns)).one())
    return [{str(number): next(found) for number, _ in enumerate(elements)} for _, elements in listed]
