"""Fields that get another type: which ones, from what they were, and what becomes of a value; it only reads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from engine.catalog.apps import App, Catalog
from engine.catalog.documents import option_lists
from engine.catalog.naming import Names, column_name
from engine.catalog.specs import column_spec
from engine.catalog.tables import TableSpec
from engine.forms.converting import converter, shape_of
from engine.forms.definitions import FieldDef, form_def, scale_of
from engine.forms.field_types import FieldType
from engine.forms.writing import as_json
from engine.kernel.canonical import Json
from engine.kernel.problems import EngineError, Problem, Text
from engine.kernel.registries import Registry
from engine.runtime.catalogs import held_names
from engine.runtime.problems import NO_APP
from engine.storage import filling, revisions
from engine.storage.audit_turns import Turns
from engine.storage.database import Dialect
from engine.storage.filling import Turn

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from engine.runtime.execution import Execution

Fields = Mapping[tuple[str, str], FieldDef]
"""Fields by their form and key."""


@dataclass(frozen=True)
class Turning:
    """A field that gets another type; ``spec`` is its table as it will be."""

    old: FieldDef
    new: FieldDef
    spec: TableSpec
    turn: Turn


def turnings(app: App, past: Fields, names: Names, types: Registry[FieldType]) -> tuple[Turning, ...]:
    """Return the fields of an app whose values were last kept in another column; ``past`` is how each was last."""
    specs = {spec.form: spec for spec in app.tables}
    return tuple(
        _turning(app.key, app.zone, specs[form.key], past[form.key, field.key], field, names, types)
        for form in app.definition.forms
        for field in form.fields
        if (form.key, field.key) in past
        and column_name(names, form.key, past[form.key, field.key]) != column_name(names, form.key, field)
    )


def _turning(
    app: str, zone: str, spec: TableSpec, old: FieldDef, new: FieldDef, names: Names, types: Registry[FieldType]
) -> Turning:
    source = replace(column_spec(app, old, {}, types), column=column_name(names, spec.form, old))
    target = next(column for column in spec.columns if column.key == new.key)
    turn = Turn(source, target, converter(old, new, types, zone), converter(new, old, types, zone))
    return Turning(old, new, spec, turn)


@dataclass(frozen=True, slots=True)
class Unconverted:
    """A record whose value did not convert when its field got another type: the value as JSON says it, and why."""

    form: str
    field: str
    labels: Text
    record: str
    value: Json
    why: Problem


def history_of_types(
    connection: Connection, app: App, types: Registry[FieldType]
) -> dict[tuple[str, str], tuple[tuple[int, Turning], ...]]:
    """Return, by form and field, every change of type up to the app's present revision, each with that revision."""
    names, specs = held_names(connection, app.key), {spec.form: spec for spec in app.tables}
    if all(name == key.partition(":")[0].rpartition(".")[2] for key, name in names.items() if ":" in key):
        return {}  # every field has the column of its key: no type has changed
    current = {(form.key, field.key): field for form in app.definition.forms for field in form.fields}
    before: dict[tuple[str, str], FieldDef] = {}
    found: dict[tuple[str, str], tuple[tuple[int, Turning], ...]] = {}
    for number in range(1, app.revision + 1):
        for at, field in fields_of(revisions.documents(connection, app.key, number)):
            old = before.get(at)
            before[at] = field
            if old is None or at not in current or shape_of(current[at]) is None:
                continue
            if column_name(names, at[0], old) != column_name(names, at[0], field):
                target = replace(column_spec(app.key, field, {}, types), column=column_name(names, at[0], field))
                spec = replace(specs[at[0]], columns=(target,))
                made = _turning(app.key, app.zone, spec, old, field, names, types)
                found[at] = (*found.get(at, ()), (number, made))
    return found


def turns_of(connection: Connection, catalog: Catalog, types: Registry[FieldType]) -> Turns:
    """Return every change of type that the tables of all apps have gone through."""
    found: dict[tuple[str, str], dict[str, list[tuple[int, Turn]]]] = {}
    for app in catalog.apps.values():
        for (form, field), changes in history_of_types(connection, app, types).items():
            turns = [(number, item.turn) for number, item in changes]
            found.setdefault((app.key, form), {})[field] = turns
    return found


def fields_of(documents: Mapping[str, object]) -> Iterator[tuple[tuple[str, str], FieldDef]]:
    """Go through the fields of all forms of a revision, with their options."""
    lists = option_lists(documents)
    for path, document in documents.items():
        if path.startswith("forms/"):
            form = form_def(document, lists)
            yield from (((form.key, field.key), field) for field in form.fields)


def unconverted(execution: Execution, key: str, limit: int = 500) -> Iterator[Unconverted]:
    """Yield the records of an app whose value did not convert when its field got the type that it has now.

    Whoever fills the field takes the record off the list. EngineError (RUN-015) where there is no such app.
    """
    with execution.database.read() as connection:
        apps = execution.catalogs.current(connection).catalog.apps
        if key not in apps:
            raise EngineError(NO_APP.at(app=key, known=", ".join(apps)))
        app = apps[key]
        dialect: Dialect = execution.catalogs.dialect
        for (form, field), changes in history_of_types(connection, app, execution.catalogs.types).items():
            _, last = changes[-1]
            rows = filling.unconverted(connection, last.spec, last.turn, dialect, None, limit)
            kind, scale = execution.catalogs.types[last.old.type].storage, scale_of(last.old)
            for record, value, why in rows:
                yield Unconverted(form, field, last.new.labels, record, as_json(kind, value, scale), why)
