"""What a revision may not take up again: keys and uids that were another element's, however long ago (01, *Catalog*).

Columns of what was removed are kept with their data: a new field under an old key would show values of another.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from engine.catalog.definitions import AppDef
from engine.forms.definitions import FieldDef, FormDef, form_def, scale_of
from engine.forms.field_types import LINES, FieldType
from engine.kernel.problems import Problem
from engine.kernel.registries import Registry
from engine.runtime.problems import REUSED
from engine.storage import revisions
from engine.storage.problems import TYPE_CHANGED

if TYPE_CHECKING:
    from sqlalchemy import Connection

Name = tuple[str, ...]
"""Where an element stands: form; form and field; form, field of lines and field in them."""


@dataclass
class _Past:
    """Every form and field that any revision of an app had."""

    uids: dict[Name, str] = field(default_factory=dict)
    names: dict[str, Name] = field(default_factory=dict)
    fields: dict[Name, FieldDef] = field(default_factory=dict)


def reused(connection: Connection, definition: AppDef, last: int, types: Registry[FieldType]) -> Iterator[Problem]:
    """Find what the app takes up again: a key or a uid of another element, a field that held another kind of value."""
    past = _past(connection, definition.key, last)
    for name, uid, place in (item for form in definition.forms for item in _elements(form)):
        if past.uids.get(name, uid) != uid or past.names.get(uid, name) != name:
            yield REUSED.at(place, key=name[-1])
    for form in definition.forms:
        for name, item in _fields(form):
            before = past.fields.get(name)
            if before is not None and before.uid == item.uid and _shape(before, types) != _shape(item, types):
                yield TYPE_CHANGED.at(f"{definition.key}.{'.'.join(name)}", field=item.key)


def _past(connection: Connection, app: str, last: int) -> _Past:
    past = _Past()
    for number in range(1, last + 1):
        documents: Mapping[str, object] = revisions.documents(connection, app, number)
        for form in (form_def(document, {}) for path, document in documents.items() if path.startswith("forms/")):
            for name, uid, _ in _elements(form):
                past.uids[name], past.names[uid] = uid, name
            past.fields.update(_fields(form))
    return past


def _elements(form: FormDef) -> Iterator[tuple[Name, str, str]]:
    """Go through a form and its fields: the name, the uid and the place of each."""
    file = f"forms/{form.key}.json"
    yield (form.key,), form.uid, f"{file}#/uid"
    for number, outer in enumerate(form.fields):
        yield (form.key, outer.key), outer.uid, f"{file}#/fields/{number}"
        for inner, line in enumerate(outer.lines):
            yield (form.key, outer.key, line.key), line.uid, f"{file}#/fields/{number}/fields/{inner}"


def _fields(form: FormDef) -> Iterator[tuple[Name, FieldDef]]:
    for outer in form.fields:
        yield (form.key, outer.key), outer
        yield from (((form.key, outer.key, line.key), line) for line in outer.lines)


def _shape(item: FieldDef, types: Registry[FieldType]) -> tuple[str, int]:
    """Return what decides how a field is kept."""
    return (LINES, 0) if item.type == LINES else (types[item.type].storage.value, scale_of(item))
