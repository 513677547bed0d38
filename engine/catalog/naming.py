"""Physical names: fixed when a form is first published, readable, and never the same for two forms.

A field that gets another type gets another column; every shape of a field keeps the column that it was first given.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping

from engine.catalog.definitions import AppDef
from engine.forms.converting import shape_of
from engine.forms.definitions import FieldDef, FormDef
from engine.forms.field_types import LINES

Names = Mapping[str, str]
"""The physical table name of each form of one app, by form key; of lines by ``form.field``.

Names of columns are among them, by ``form.field:shape``; none of them can be a table's.
"""

LIMIT = 63
RESERVED = ("youju_", "sqlite_", "pg_", "alembic_", "v_")


def form_name(app: str, name: str) -> tuple[str, str]:
    """Return the app and the key of a form that something of an app names: its own, or another's by ``app.form``."""
    other, dot, key = name.partition(".")
    return (other, key) if dot else (app, name)


def physical_name(wanted: str, app: str, uid: str, taken: Collection[str]) -> str:
    """Return a free name: ``wanted``, or ``wanted__app`` where it is taken or reserved, cut to 63 bytes with a hash."""
    name = wanted
    if name in taken or name.startswith(RESERVED):
        name = f"{wanted}__{app}"
    if name.startswith(RESERVED):
        name = f"form_{name}"
    if len(f"v_{name}".encode()) > LIMIT or name in taken:
        mark = hashlib.sha256(uid.encode()).hexdigest()[:8]
        name = f"{name[: LIMIT - 11]}_{mark}"
    return name


def assign_names(app: AppDef, held: Names, taken: Iterable[str]) -> dict[str, str]:
    """Return the names of all forms and lines of an app: those it holds already, and new ones that nobody has."""
    names = dict(held)
    busy = {*taken, *table_names(names)}
    for key, wanted, uid in _wanted(app.forms):
        if key not in names:
            names[key] = physical_name(wanted, app.key, uid, busy)
            busy.add(names[key])
    return names


def with_columns(app: AppDef, held: Names) -> dict[str, str]:
    """Return the names with those of the columns of an app's fields: the key, or one of its own for another shape."""
    names = dict(held)
    columns = {name for name in names if ":" in name}
    known = {name.partition(":")[0] for name in columns}
    for field, key, shape in _shapes(app.forms):
        if f"{key}:{shape}" not in columns:
            names[f"{key}:{shape}"] = f"_{field.key}_{shape}" if key in known else field.key
    return names


def table_names(names: Names) -> set[str]:
    """Return the names that are tables'."""
    return {name for key, name in names.items() if ":" not in key}


def column_name(names: Names, form: str, field: FieldDef) -> str:
    """Return the physical name of a field's column; that of a field of lines is its key."""
    return names.get(f"{form}.{field.key}:{shape_of(field)}", field.key)


def _shapes(forms: Iterable[FormDef]) -> Iterable[tuple[FieldDef, str, str]]:
    for form in forms:
        for field in form.fields:
            shape = shape_of(field)
            if shape is not None:
                yield field, f"{form.key}.{field.key}", shape


def _wanted(forms: Iterable[FormDef]) -> Iterable[tuple[str, str, str]]:
    for form in forms:
        yield form.key, form.key, form.uid
        for field in form.fields:
            if field.type == LINES:
                yield f"{form.key}.{field.key}", f"{form.key}__{field.key}", field.uid
