"""Figures over a form's records: one statement for the groups of a metric, one for the rows of a list.

It knows conditions and values as expressions of a query, and not who may see what.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement, Connection

from engine.boards.boards import Dimension, Measure
from engine.boards.stays import KEYS
from engine.kernel.values import Value
from engine.language.backends.sql.builder import dialect_of
from engine.language.backends.sql.column_types import NUMERIC, TEXT
from engine.language.backends.sql.queries import SqlScope, from_database, to_condition, to_value
from engine.language.expressions import Expression
from engine.language.tree import Field
from engine.language.types import NumberType, Type
from engine.storage.form_tables import FormTables
from engine.storage.metrics_buckets import value_of
from engine.storage.metrics_folding import VALUE, folded, folds
from engine.storage.metrics_percentiles import MEDIAN, between, percent_of, ranked
from engine.storage.metrics_sources import HUNDREDTHS
from engine.storage.rows import from_physical

Conditions = Sequence[ColumnElement[bool]]
LIGHTS = ("red", "yellow", "green")

Parts = tuple[Value, ...]
"""What a database finds for one measure: the figure, or the numbers of which it is made.

Of averages, shares and conversions these are the two of the division; of medians and percentiles the two values between
which they lie, and how many there are.
"""


@dataclass(frozen=True)
class Ordering:
    """One key of a sort: the number of the column that it goes by."""

    column: int
    descending: bool


@dataclass(frozen=True)
class Records:
    """What is looked at: the rows of ``scope`` that meet ``where``, those of deleted records left out."""

    connection: Connection
    form: FormTables
    scope: SqlScope
    where: Conditions

    def select(self, *columns: ColumnElement[Any]) -> sa.Select[Any]:
        """Return the query of these columns."""
        rows = self.scope.row
        return sa.select(*columns).select_from(rows).where(rows.c.deleted_at.is_(None), *self.where)


@dataclass(frozen=True)
class Group:
    """One group of a metric: the values that it has in common, and what was found for each measure."""

    values: tuple[Value, ...]
    parts: tuple[Parts, ...]


def groups(
    records: Records,
    by: Sequence[Dimension],
    measures: Sequence[Measure],
    limit: int | None,
    order: Sequence[Ordering] = (),
) -> list[Group]:
    """Return the groups of the records; without ``by`` there is one.

    ``order`` counts the columns of ``by`` first and then the measures, of which those that are divided cannot be sorted
    by here. Blanks come last in both directions; groups that are alike are ordered by what they have in common.
    """
    source, figures = _source(records, by, measures)
    keys = [source.c[f"d{at}"] for at in range(len(by))]
    columns = [*keys, *(part for parts in figures for part in parts)]
    query = sa.select(*(column.label(f"c{at}") for at, column in enumerate(columns))).select_from(source)
    if keys:
        query = query.group_by(*keys)
        firsts = [*keys, *(parts[0] for parts in figures)]
        query = query.order_by(*(_directed(firsts[item.column], item.descending) for item in order))
        query = query.order_by(*(_directed(key, descending=False) for key in keys))
    found = records.connection.execute(query if limit is None else query.limit(limit)).all()
    return [_group(tuple(row), by, measures, records.scope) for row in found]


def _source(
    records: Records, by: Sequence[Dimension], measures: Sequence[Measure]
) -> tuple[sa.Subquery, Sequence[Sequence[ColumnElement[Any]]]]:
    """Return what is grouped, with the columns of ``by`` (``d0`` …), and the parts of each measure over a group."""
    scope = records.scope
    dialect, places = dialect_of(scope.dialect), _places(measures, scope)
    inner: list[ColumnElement[Any]] = [value_of(item, scope).label(f"d{at}") for at, item in enumerate(by)]
    for at, measure in enumerate(measures):
        if places[at] == at:
            inner += [item.label(name) for name, item in _inputs(at, measure, scope)]
    told_apart = folds(measures, scope.dialect)
    if told_apart is not None:
        inner.append(_item(told_apart, scope).label(VALUE))
    # The inside names every value once: a value with parameters cannot be told to be the one that is grouped by.
    source = records.select(*(inner or [sa.literal_column("1").label("one")])).subquery("counted")
    spread = {place: percent for place, one in zip(places, measures, strict=True) if (percent := percent_of(one))}
    source = ranked(source, len(by), spread, scope.dialect)
    figures = [_figures(source, at, measure, scope) for at, measure in zip(places, measures, strict=True)]
    if told_apart is None:
        return source, figures
    found = folded(source, len(by), list(zip(places, measures, strict=True)), figures, dialect)
    return found.source, found.figures


def _places(measures: Sequence[Measure], scope: SqlScope) -> list[int]:
    """Return of each measure the number of the first one that goes over the same values."""
    seen: dict[object, int] = {}
    found: list[int] = []
    for at, measure in enumerate(measures):
        parts = (measure.of, measure.where, measure.per, measure.went_on)
        key = (*(None if part is None else part.source for part in parts), _hundredths(measure, scope) is None)
        found.append(seen.setdefault(key, at))
    return found


def _inputs(at: int, measure: Measure, scope: SqlScope) -> Iterator[tuple[str, ColumnElement[Any]]]:
    """Go through what a measure goes over for a record, by name: NULL where the record does not count.

    A measure over every record needs nothing. Of a conversion there is also what went on.
    """
    item = _item(measure, scope)
    where = None if measure.where is None else to_condition(measure.where, scope)
    if measure.went_on is not None:
        there = to_value(measure.went_on, scope).is_not(None)
        yield f"m{at}", sa.case((there if where is None else sa.and_(where, there), item))
        gone = to_condition(measure.went_on, scope)
        yield f"q{at}", sa.case((gone if where is None else sa.and_(where, gone), item))
    elif where is not None:
        yield f"m{at}", sa.case((where, item))
    elif measure.of is not None:
        yield f"m{at}", item


def _item(measure: Measure, scope: SqlScope) -> ColumnElement[Any]:
    """Return the value that a measure goes over, of counts 1."""
    whole = _hundredths(measure, scope)
    if whole is not None:
        return whole
    item = sa.literal_column("1") if measure.of is None else to_value(measure.of, scope)
    return item if measure.per is None else _told_apart(item, to_value(measure.per, scope))


def _hundredths(measure: Measure, scope: SqlScope) -> ColumnElement[Any] | None:
    """Return the column of whole numbers that a percentile of days goes over on PostgreSQL; else None."""
    of = measure.of.tree if measure.of is not None else None
    if scope.dialect == "sqlite" or percent_of(measure) is None or not isinstance(of, Field) or of.key not in KEYS:
        return None
    return scope.row.c.get(f"{of.key}{HUNDREDTHS}")


def _told_apart(item: ColumnElement[Any], per: ColumnElement[Any]) -> ColumnElement[Any]:
    """Return a value together with another one, so that both count; NULL where either is."""
    both: ColumnElement[Any] = sa.cast(item, TEXT).concat(sa.literal_column("'|'", TEXT)).concat(sa.cast(per, TEXT))
    return both


def _figures(source: sa.Subquery, at: int, measure: Measure, scope: SqlScope) -> list[ColumnElement[Any]]:
    """Return the parts of one measure over a group."""
    item, dialect = source.c.get(f"m{at}"), dialect_of(scope.dialect)
    kind = measure.of.type if measure.of is not None else measure.type
    match measure.definition.function:
        case "count":
            return [dialect.grouped("count", item, measure.type)]
        case "distinct" if item is not None:
            return [sa.func.count(item.distinct())]
        case "share":
            return [dialect.grouped("count", item, measure.type), dialect.grouped("count", None, measure.type)]
        case "avg":
            return [dialect.grouped("sum", item, kind), dialect.grouped("count", item, kind)]
        case "conversion" if item is not None:
            counted = [column if measure.of is None else column.distinct() for column in (source.c[f"q{at}"], item)]
            return [sa.func.count(column) for column in counted]
        case "median" | "percentile":
            found = between(source, at, percent_of(measure) or MEDIAN, dialect, kind)
            if _hundredths(measure, scope) is not None:
                found = [sa.cast(value, NUMERIC) * sa.literal_column("0.01", NUMERIC) for value in found]
            return [*found, dialect.grouped("count", item, COUNTED)]
        case "sum" | "min" | "max" as function:
            return [dialect.grouped(function, item, kind)]
        case function:
            message = f"{function} is not found by a database"
            raise ValueError(message)


COUNTED = NumberType(0, 18)
"""How many values a group has."""


def _group(row: tuple[Any, ...], by: Sequence[Dimension], measures: Sequence[Measure], scope: SqlScope) -> Group:
    values = tuple(from_database(value, item.value.type, scope.dialect) for value, item in zip(row, by, strict=False))
    rest, parts = row[len(by) :], list[Parts]()
    for measure in measures:
        kinds = _kinds(measure)
        own, rest = rest[: len(kinds)], rest[len(kinds) :]
        parts.append(tuple(from_database(value, kind, scope.dialect) for value, kind in zip(own, kinds, strict=True)))
    return Group(values, tuple(parts))


def _kinds(measure: Measure) -> tuple[Type, ...]:
    match measure.definition.function:
        case "share" | "conversion":
            return (COUNTED, COUNTED)
        case "avg":
            return (measure.of.type if measure.of is not None else measure.type, COUNTED)
        case "median" | "percentile" if measure.of is not None:
            return (measure.of.type, measure.of.type, COUNTED)
        case _:
            return (measure.type,)


def _directed(column: ColumnElement[Any], descending: bool) -> ColumnElement[Any]:
    return column.desc().nulls_last() if descending else column.asc().nulls_last()


@dataclass(frozen=True)
class ListedRow:
    """One record of a list: its id, its light, and the values of its columns."""

    id: str
    light: str | None
    values: tuple[Value, ...]


def listed(
    records: Records,
    columns: Sequence[Expression | str],
    light: Mapping[str, Expression],
    limit: int,
    order: Sequence[Ordering] = (),
) -> list[ListedRow]:
    """Return the first ``limit`` records: red ones first, then by ``order`` and id.

    A column is an expression, or the key of a field of whatever type. Without conditions of ``light`` nothing is lit.
    """
    scope, main = records.scope, records.scope.row
    values = [main.c[item] if isinstance(item, str) else to_value(item, scope) for item in columns]
    lit = _rank(light, scope)
    chosen = [main.c.id.label("id"), lit.label("light"), *(item.label(f"v{at}") for at, item in enumerate(values))]
    query = records.select(*chosen)
    if light:
        query = query.order_by(sa.text("light"))
    directions: list[Any] = [
        sa.desc(f"v{item.column}") if item.descending else sa.asc(f"v{item.column}") for item in order
    ]
    query = query.order_by(*(direction.nulls_last() for direction in directions), main.c.id).limit(limit)
    return [
        ListedRow(
            str(row[0]),
            LIGHTS[int(row[1])] if light else None,
            tuple(_read(value, item, records) for value, item in zip(row[2:], columns, strict=True)),
        )
        for row in records.connection.execute(query)
    ]


def _rank(light: Mapping[str, Expression], scope: SqlScope) -> ColumnElement[Any]:
    """Return the number of a record's light in ``LIGHTS``."""
    green = sa.literal_column(str(len(LIGHTS) - 1), sa.Integer())
    whens = [
        (to_condition(light[name], scope), sa.literal_column(str(at), sa.Integer()))
        for at, name in enumerate(LIGHTS)
        if name in light
    ]
    return sa.case(*whens, else_=green) if whens else green


def _read(value: Any, item: Expression | str, records: Records) -> Value:  # noqa: ANN401
    if isinstance(item, str):
        return from_physical(value, records.form.main.columns[item], records.form.main.dialect)
    return from_database(value, item.type, records.scope.dialect)
