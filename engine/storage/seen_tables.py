"""Tables as somebody may read them: some of the rows, some of the columns, blank where a column is not made yet.

For reading alone. Who may see what, and why a column is wanted that is not there, it does not know.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from types import MappingProxyType
from typing import Any, cast

from sqlalchemy import ColumnElement, Select, Table, false, null, select
from sqlalchemy import cast as cast_sql

from engine.catalog.tables import ColumnSpec
from engine.storage.form_tables import FormTables, PhysicalTable, physical_column, table_over

Conditions = Sequence[ColumnElement[bool]]


def seen_tables(wanted: FormTables, there: FormTables | None, where: Conditions, hidden: Collection[str]) -> FormTables:
    """Return the ``wanted`` tables of a form as they can be read from those that are ``there``, None for none.

    Only rows that meet ``where``, conditions on the main table that is there, are in them; ``hidden`` fields of theirs,
    by the keys that they have there, are blank, and so is what is not there.
    """
    if there is None:
        empty = {key: _none_of(lines) for key, lines in wanted.lines.items()}
        return FormTables(wanted.app, wanted.form, _none_of(wanted.main), MappingProxyType(empty))
    main = _read(wanted.main, there.main, hidden).where(*where)
    held = {lines.spec.name: lines for key, lines in there.lines.items() if key not in hidden}
    ids = select(there.main.table.c.id).where(*where)
    made = {}
    for key, lines in wanted.lines.items():
        found = held.get(lines.spec.name)
        read = None if found is None else _read(lines, found, ()).where(found.table.c.parent.in_(ids))
        made[key] = _none_of(lines) if read is None else _over(lines, read)
    return FormTables(wanted.app, wanted.form, _over(wanted.main, main), MappingProxyType(made))


def has_all(wanted: FormTables, there: FormTables) -> bool:
    """Tell whether every table and column that is wanted is there."""
    held = {lines.spec.name: lines for lines in there.lines.values()}
    pairs = [(wanted.main, there.main), *((one, held.get(one.spec.name)) for one in wanted.lines.values())]
    return all(found is not None and not _missing(one, found) for one, found in pairs)


def _missing(wanted: PhysicalTable, there: PhysicalTable) -> list[ColumnSpec]:
    held = {column.name: column for column in there.columns.values()}
    return [one for one in wanted.columns.values() if one.name not in held or not _alike(one, held[one.name])]


def _alike(one: ColumnSpec, other: ColumnSpec) -> bool:
    """Tell whether two columns keep values in the same way."""
    return (one.kind, one.scale) == (other.kind, other.scale)


def _read(wanted: PhysicalTable, there: PhysicalTable, hidden: Collection[str]) -> Select[Any]:
    missing = {column.key for column in _missing(wanted, there)}
    held = {column.name: there.table.c[key] for key, column in there.columns.items() if key not in hidden}
    return select(
        *(
            _blank(wanted, column) if key in missing or column.name not in held else held[column.name].label(key)
            for key, column in wanted.columns.items()
        )
    )


def _none_of(wanted: PhysicalTable) -> PhysicalTable:
    return _over(wanted, select(*(_blank(wanted, column) for column in wanted.columns.values())).where(false()))


def _blank(wanted: PhysicalTable, column: ColumnSpec) -> ColumnElement[Any]:
    kind = physical_column(wanted.spec, column, wanted.dialect).type
    return cast_sql(null(), kind).label(column.key)


def _over(wanted: PhysicalTable, query: Select[Any]) -> PhysicalTable:
    # What is only read needs no more of a table than columns by their keys.
    return table_over(wanted.spec, cast("Table", query.subquery()), wanted.dialect)
