"""The view beside every form's table: what business-intelligence tools and people read; knows no values, only columns.

Both databases give the same: decimals, ISO dates, moments in UTC with ``Z`` (always with milliseconds, so that they
sort as text), keys beside their Chinese labels, and no deleted records. Only built-in functions are used, so that any
tool can open the view.

A decimal of at most 15 digits is a number on SQLite too: the quotient of the scaled integer and a power of ten is the
double nearest to the decimal, which every tool shows as that decimal. Beyond 15 digits a double would show wrong
figures, so there the view gives exact decimal text.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, String, case, func, literal, literal_column, select, table
from sqlalchemy import column as bare_column
from sqlalchemy.dialects import postgresql

from engine.catalog.tables import ColumnSpec
from engine.kernel.problems import Text
from engine.kernel.values import StorageKind
from engine.storage.form_tables import PhysicalTable
from engine.storage.system_columns import OWN_INTEGERS

EXACT_DIGITS = 15
"""Digits of a decimal that a double always gives back."""

_DAY_SECONDS = 86_400
_SEPARATOR = "、"
_DIVISION_PRECEDENCE = 8
_HIDDEN = "deleted_at"


def view_select(physical: PhysicalTable) -> Select[Any]:
    """Return the query that is the view of a table."""
    spec = physical.spec
    query = select(*_shown(physical))
    if spec.parent is None:
        return query.where(physical.table.c.deleted_at.is_(None))
    records = table(spec.parent, bare_column("id"), bare_column(_HIDDEN))
    alive = select(literal(1)).where(records.c.id == physical.table.c.parent, records.c.deleted_at.is_(None))
    return query.where(alive.exists())


def _shown(physical: PhysicalTable) -> Iterator[ColumnElement[Any]]:
    taken = set(physical.columns)
    for key, column in physical.columns.items():
        if key == _HIDDEN:
            continue
        stored = physical.table.c[key]
        yield _readable(stored, column, physical.dialect).label(key)
        options = physical.spec.states if key == "state" and not physical.spec.parent else column.options
        label = f"{key}_label"
        if options and label not in taken:
            yield _labelled(stored, column, options, physical.dialect).label(label)


def _readable(stored: ColumnElement[Any], column: ColumnSpec, dialect: str) -> ColumnElement[Any]:
    if dialect == "postgresql":
        is_moment = column.kind is StorageKind.DATETIME
        return func.to_char(func.timezone("UTC", stored), 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') if is_moment else stored
    match column.kind:
        case StorageKind.NUMBER if column.scale and column not in OWN_INTEGERS:
            return _decimal(stored, column)
        case StorageKind.DATE:
            return func.date(stored * _DAY_SECONDS, "unixepoch")
        case StorageKind.DATETIME:
            # Whole seconds and the rest apart, both from integers: nothing passes through a fraction.
            rest = (stored % 1000 + 1000) % 1000
            seconds = _divided(stored - rest, literal(1000))
            return func.strftime("%Y-%m-%dT%H:%M:%S", seconds, "unixepoch").concat(func.printf(".%03dZ", rest))
        case _:
            return stored


def _decimal(stored: ColumnElement[Any], column: ColumnSpec) -> ColumnElement[Any]:
    if column.digits <= EXACT_DIGITS:
        return _divided(stored, literal_column(f"{10**column.scale}.0"))
    size, factor = func.abs(stored), 10**column.scale
    sign = case((stored < 0, "-"), else_="")
    text = func.printf(f"%s%d.%0{column.scale}d", sign, _divided(size, literal(factor)), size % factor)
    return case((stored.is_not(None), text))


def _divided(number: ColumnElement[Any], by: ColumnElement[Any]) -> ColumnElement[Any]:
    """Return SQLite's own quotient, which cuts off between integers."""
    return number.op("/", precedence=_DIVISION_PRECEDENCE)(by)


def _labelled(
    stored: ColumnElement[Any], column: ColumnSpec, options: Sequence[tuple[str, Text]], dialect: str
) -> ColumnElement[Any]:
    if column.kind is not StorageKind.TEXTS:
        return _label(stored, options)
    if dialect == "sqlite":
        each = func.json_each(stored).table_valued("value", name="entry")
        words = func.group_concat(_label(each.c.value, options), _SEPARATOR)
    else:
        elements = func.jsonb_array_elements_text(stored)
        each = elements.table_valued("value", with_ordinality="position", name="entry").render_derived()
        ordered = postgresql.aggregate_order_by(literal(_SEPARATOR, String()), each.c.position)
        words = func.string_agg(_label(each.c.value, options), ordered)
    return select(words).select_from(each).scalar_subquery()


def _label(key: ColumnElement[Any], options: Sequence[tuple[str, Text]]) -> ColumnElement[Any]:
    return case({option: labels.zh for option, labels in options}, value=key)
