"""Rows of a file as payloads: cells become JSON, names of records and of people their ids; it decides nothing.

Names are looked up with the importer's rights, a whole chunk of rows by a few statements.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import select

from engine.decision.importing.rows import ID
from engine.forms.cells import POINTING_AT_ONE, POINTING_AT_SEVERAL, cell_json
from engine.forms.compiling import SYSTEM_LABELS
from engine.forms.definitions import FieldDef, target_of
from engine.forms.forms import Form
from engine.kernel.canonical import Json
from engine.kernel.identifiers import is_uuid
from engine.kernel.problems import Problem
from engine.kernel.values import StorageKind
from engine.runtime.finding import naming
from engine.runtime.importing import problems
from engine.runtime.importing.planning import Plan
from engine.runtime.listing import readable
from engine.runtime.reading import Reading
from engine.storage import directory
from engine.storage.imports import ImportedRow

_OWN: Final[Mapping[str, FieldDef]] = {
    key: FieldDef(key, key, kind, SYSTEM_LABELS[key])
    for key, kind in (("owner", "person"), ("department", "text"), (ID, "text"))
}
_PEOPLE: Final = frozenset(("person", "persons"))
_POINTING: Final = POINTING_AT_ONE | POINTING_AT_SEVERAL

FormKey = tuple[str, str]
Names = Mapping[str, tuple[str, ...]]
"""What each name is the name of: ids."""


@dataclass(frozen=True, slots=True)
class Payload:
    """One row as a payload, or why it is none."""

    line: int
    fields: Mapping[str, Json]
    problems: tuple[Problem, ...] = ()


@dataclass
class _Known:
    """What the names in some rows mean: people by name, records by form and name."""

    people: Names = field(default_factory=dict)
    records: dict[FormKey, Names] = field(default_factory=dict)


def payloads(reading: Reading, form: Form, plan: Plan, rows: Iterable[ImportedRow]) -> list[Payload]:
    """Return rows as payloads of a form."""
    definitions = {key: _definition(form, key) for key in plan.fields if key is not None}
    zone = reading.app(form.app).zone
    read = [(row.line, _values(row.cells, plan, definitions, zone)) for row in rows]
    pointing = {key: one for key, one in definitions.items() if one.type in _POINTING}
    known = _looked_up(reading, form, pointing, [values for _, values in read]) if pointing else _Known()
    made = []
    for line, values in read:
        found: list[Problem] = []
        for key, one in pointing.items():
            if values.get(key) is not None:
                values[key], wrong = _ids(reading, form, one, values[key], known)
                found += wrong
        kept = {key: value for key, value in values.items() if value is not None or plan.clears or key in plan.by}
        made.append(Payload(line, kept, tuple(found)))
    return made


def _definition(form: Form, key: str) -> FieldDef:
    return _OWN[key] if key in _OWN else form.fields[key].definition


def _values(cells: Sequence[Json], plan: Plan, definitions: Mapping[str, FieldDef], zone: str) -> dict[str, Json]:
    pairs = zip(plan.fields, cells, strict=False)
    return {key: cell_json(cell, definitions[key], zone) for key, cell in pairs if key is not None}


def _looked_up(
    reading: Reading, form: Form, pointing: Mapping[str, FieldDef], rows: Sequence[Mapping[str, Json]]
) -> _Known:
    known = _Known()
    wanted: dict[FormKey, set[str]] = {}
    for key, one in pointing.items():
        names = {name for row in rows for name in _names(row.get(key))}
        if one.type in _PEOPLE:
            known.people = known.people or _people(reading)
        else:
            wanted.setdefault(target_of(one, form.app), set()).update(names)
    for target, names in wanted.items():
        known.records[target] = _records(reading, target, names)
    return known


def _names(value: Json) -> Iterator[str]:
    """Go through what a value names, ids apart."""
    listed = value if isinstance(value, list) else [value]
    return (one for one in listed if isinstance(one, str) and not is_uuid(one))


def _people(reading: Reading) -> Names:
    """Return the active people by user name; by the name that people read where no user name is that."""
    listed = [one for one in directory.users(reading.connection) if one.active]
    shown: dict[str, tuple[str, ...]] = {}
    for one in listed:
        shown[one.display_name] = (*shown.get(one.display_name, ()), one.id)
    return {**shown, **{one.name: (one.id,) for one in listed}}


def _records(reading: Reading, target: FormKey, names: set[str]) -> Names:
    """Return which readable records of a form go by which of these names: by a unique field, else by any that names."""
    form = reading.catalog.form(*target)
    if form is None or not names:
        return {}
    hidden, columns = reading.access(form).not_always_shown, reading.tables(form).main.columns
    unique = [one.key for one in form.unique if one.key not in hidden and columns[one.key].kind is StorageKind.TEXT]
    found = _by(reading, form, unique, names)
    other = [key for key in naming(reading, form) if key not in unique]
    return {**_by(reading, form, other, names - found.keys()), **found}


def _by(reading: Reading, form: Form, keys: Sequence[str], names: set[str]) -> dict[str, tuple[str, ...]]:
    found: dict[str, set[str]] = {}
    table, where = reading.tables(form).main.table, readable(reading, form)
    for key in keys if names else ():
        query = select(table.c[key], table.c.id).where(table.c.deleted_at.is_(None), *where)
        for name, id in reading.connection.execute(query.where(table.c[key].in_(sorted(names)))):
            found.setdefault(name, set()).add(str(id))
    return {name: tuple(sorted(ids)) for name, ids in found.items()}


def _ids(reading: Reading, form: Form, one: FieldDef, value: Json, known: _Known) -> tuple[Json, list[Problem]]:
    """Return the ids that a value means, in its own shape, and a problem of each name that means none or several."""
    people = one.type in _PEOPLE
    names = known.people if people else known.records[target_of(one, form.app)]
    listed = value if isinstance(value, list) else [value]
    made: list[Json] = []
    found: list[Problem] = []
    for name in listed:
        ids = names.get(name, ()) if isinstance(name, str) and not is_uuid(name) else (name,)
        if len(ids) == 1:
            made.append(ids[0])
        else:
            found.append(_astray(reading, form, one, str(name), several=bool(ids)))
    return (made if isinstance(value, list) else made[0] if made else None), found


def _astray(reading: Reading, form: Form, one: FieldDef, name: str, *, several: bool) -> Problem:
    said: dict[str, Any] = {"label_zh": one.labels.zh, "label_en": one.labels.en, "got": name[:100]}
    if one.type in _PEOPLE:
        return (problems.SEVERAL_PEOPLE if several else problems.NO_PERSON).at(one.key, **said)
    target = reading.catalog.form(*target_of(one, form.app))
    labels = one.labels if target is None else target.definition.labels
    kind = problems.SEVERAL_NAMES if several else problems.NO_SUCH_NAME
    return kind.at(one.key, form_zh=labels.zh, form_en=labels.en, **said)
