"""From forms to the physical shape that they ask for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final

from engine.catalog.definitions import AppDef
from engine.catalog.naming import Names, column_name
from engine.catalog.tables import ColumnSpec, TableSpec
from engine.forms.definitions import FieldDef, FormDef, digits_of, scale_of, target_of
from engine.forms.field_types import LINES, FieldType
from engine.kernel.registries import Registry
from engine.kernel.values import StorageKind
from engine.workflows.definitions import WorkflowDef

KEYS: Final = frozenset(("choice", "person", "reference"))
"""Types of fields that hold keys and ids."""
_SCALARS: Final = frozenset((StorageKind.NUMBER, StorageKind.BOOLEAN, StorageKind.DATE, StorageKind.DATETIME))


def table_specs(
    app: AppDef, own: Names, every: Mapping[tuple[str, str], str], types: Registry[FieldType]
) -> tuple[TableSpec, ...]:
    """Return the tables of an app: each form's, followed by those of its lines. ``every`` names all apps' tables."""
    flows = {flow.form: flow for flow in app.workflows}
    return tuple(
        spec for form in app.forms for spec in _form_specs(app.key, form, flows.get(form.key), own, every, types)
    )


def _form_specs(
    app: str,
    form: FormDef,
    flow: WorkflowDef | None,
    own: Names,
    every: Mapping[tuple[str, str], str],
    types: Registry[FieldType],
) -> Iterable[TableSpec]:
    name = own[form.key]
    sorted_by = {
        item.key for item in form.fields if item.key == form.list_sort.removeprefix("-") and _is_short(item, types)
    }
    yield TableSpec(
        app=app,
        form=form.key,
        name=name,
        view=f"v_{name}",
        labels=form.labels,
        columns=tuple(
            replace(column, indexed=True) if column.key in sorted_by else column
            for column in _columns(
                app, form.fields, every, types, {item.key: column_name(own, form.key, item) for item in form.fields}
            )
        ),
        states=tuple((state.key, state.labels) for state in flow.states) if flow else (),
    )
    for field in form.fields:
        if field.type == LINES:
            lines = own[f"{form.key}.{field.key}"]
            yield TableSpec(
                app=app,
                form=f"{form.key}.{field.key}",
                name=lines,
                view=f"v_{lines}",
                labels=field.labels,
                columns=_columns(app, field.lines, every, types, {}),
                parent=name,
            )


def _is_short(field: FieldDef, types: Registry[FieldType]) -> bool:
    """Tell whether every value of the field fits into an index; of a text nobody can be sure who wrote it, nor when."""
    return field.type in KEYS or (field.type != LINES and types[field.type].storage in _SCALARS)


def _columns(
    app: str,
    fields: Iterable[FieldDef],
    every: Mapping[tuple[str, str], str],
    types: Registry[FieldType],
    names: Mapping[str, str],
) -> tuple[ColumnSpec, ...]:
    return tuple(
        replace(column_spec(app, field, every, types), column=names[field.key])
        if names.get(field.key, field.key) != field.key
        else column_spec(app, field, every, types)
        for field in fields
        if field.type != LINES
    )


def column_spec(
    app: str, field: FieldDef, every: Mapping[tuple[str, str], str], types: Registry[FieldType]
) -> ColumnSpec:
    """Return the column that a field asks for, under its own key."""
    is_reference = field.type == "reference"
    return ColumnSpec(
        key=field.key,
        kind=types[field.type].storage,
        labels=field.labels,
        scale=scale_of(field),
        digits=digits_of(field),
        references=every.get(target_of(field, app)) if is_reference else None,
        options=tuple((option.key, option.labels) for option in field.options),
        unique=field.unique,
        indexed=is_reference or field.indexed,
    )
