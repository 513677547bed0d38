"""The tables of an app with all that they hold: what its revision has, and what earlier ones had; it reads no record.

A field that was removed keeps its column, one that got another type keeps the column that it had, and a form that was
removed keeps its table. Whoever takes an app elsewhere, or proves that nothing is missing, needs them all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from engine.catalog.definitions import DEFAULT_ZONE, AppDef
from engine.catalog.documents import Documents, option_lists
from engine.catalog.naming import Names
from engine.catalog.specs import table_specs
from engine.catalog.tables import ColumnSpec, TableSpec
from engine.forms.definitions import form_def
from engine.forms.field_types import FieldType
from engine.kernel.canonical import digest
from engine.kernel.problems import Text
from engine.kernel.registries import Registry
from engine.runtime.catalogs import held_names
from engine.storage import revisions

if TYPE_CHECKING:
    from sqlalchemy import Connection

Every = Mapping[tuple[str, str], str]
"""The physical names of all tables of an instance, by app and form."""

_SHAPED = ":"
"""What stands between a field and the shape of an earlier column of its; no key has it."""

_FORMS = "forms/"
_SHAPING = (_FORMS, "option_lists.json")
"""The documents of which the shape of tables follows."""


def whole_tables(connection: Connection, app: str, types: Registry[FieldType]) -> tuple[TableSpec, ...]:
    """Return every table that an installed app has here, with every column."""
    listed = (
        revisions.documents(connection, app, item.number) for item in reversed(revisions.history(connection, app))
    )
    every = {
        (key, form): name for key in revisions.ever(connection) for form, name in held_names(connection, key).items()
    }
    return merged(shaping(app, listed), held_names(connection, app), every, types)


def shaping(app: str, listed: Iterable[Documents]) -> tuple[AppDef, ...]:
    """Return those of an app's revisions, oldest first, whose forms differ from the one before, with nothing but forms.

    A revision is what it was when it was published, whatever today's program would say of the rest of it.
    """
    found: list[AppDef] = []
    seen = ""
    for documents in listed:
        shape = digest({path: document for path, document in documents.items() if path.startswith(_SHAPING)})
        if shape != seen:
            found.append(_forms_of(app, documents))
        seen = shape
    return tuple(found)


def _forms_of(app: str, documents: Documents) -> AppDef:
    lists = option_lists(documents)
    listed = sorted(path for path in documents if path.startswith(_FORMS))
    forms = tuple(form_def(documents[path], lists) for path in listed)
    return AppDef(app, Text(app, app), DEFAULT_ZONE, forms, (), (), (), (), (), (), (), documents, "")


def merged(
    definitions: Sequence[AppDef], own: Names, every: Every, types: Registry[FieldType]
) -> tuple[TableSpec, ...]:
    """Return the tables of all of an app's revisions, oldest first, as one: the newest word on a column counts.

    Tables of lines come after those of their records, as in one revision. A column that a field had before its type
    changed is called by the field and its shape then: ``price:text``.
    """
    found: dict[str, TableSpec] = {}
    for definition in definitions:
        for spec in table_specs(definition, own, every, types):
            before = found.get(spec.name)
            found[spec.name] = spec if before is None else replace(spec, columns=_columns(before, spec, own))
    return tuple(found.values())


def without_earlier_shapes(specs: Iterable[TableSpec]) -> tuple[TableSpec, ...]:
    """Return these tables without the columns that fields had before their types changed."""
    return tuple(
        replace(spec, columns=tuple(column for column in spec.columns if _SHAPED not in column.key)) for spec in specs
    )


def _columns(before: TableSpec, after: TableSpec, own: Names) -> tuple[ColumnSpec, ...]:
    """Return the columns of a table in its newest words; a number keeps as many digits as it ever had."""
    digits = {column.name: column.digits for column in before.columns}
    newest = tuple(replace(one, digits=max(one.digits, digits.get(one.name, 0))) for one in after.columns)
    names, keys = {column.name for column in after.columns}, {column.key for column in after.columns}
    old = (column for column in before.columns if column.name not in names)
    return (*newest, *(_shaped(column, after.form, own) if column.key in keys else column for column in old))


def _shaped(column: ColumnSpec, form: str, own: Names) -> ColumnSpec:
    """Return a column under its field and the shape that it holds, for another one has the field's key now."""
    start = f"{form}.{column.key}{_SHAPED}"
    shapes = (key.removeprefix(start) for key, name in own.items() if key.startswith(start) and name == column.name)
    shape = next(shapes, column.name)
    return replace(column, key=f"{column.key}{_SHAPED}{shape}", column=column.name)
