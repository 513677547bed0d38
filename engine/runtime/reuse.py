"""What a revision may not take up again: keys and uids that were another element's, however long ago (01, *Catalog*).

Columns of what was removed are kept with their data: a new field under an old key would show values of another.
Expressions are stored by keys: a new option, relation, state, parameter or role under an old key would change what
they mean.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING

from engine.catalog.definitions import AppDef
from engine.catalog.documents import Documents, option_lists
from engine.forms.converting import shape_of
from engine.forms.definitions import FieldDef, FormDef, form_def, scale_of, target_of
from engine.forms.field_types import LINES, FieldType
from engine.kernel.canonical import Json
from engine.kernel.problems import Problem
from engine.kernel.registries import Registry
from engine.runtime.problems import REUSED
from engine.storage import revisions
from engine.storage.problems import TYPE_CHANGED

if TYPE_CHECKING:
    from sqlalchemy import Connection

Name = tuple[str, ...]
"""Where an element stands, by the keys of what it stands in; its own key is the last."""

NAMED = ("fields", "options", "relations", "states", "parameters", "roles", "option_lists", "inputs", "outputs")
"""The lists of documents whose members expressions name by their keys."""


@dataclass
class Past:
    """Everything with a key that expressions name, and every field, of any revision of an app.

    Of ``fields`` it is the last word; ``shapes`` names the columns of an app whose names of columns were not kept yet:
    all shapes of a field, by ``form.field:shape``, were in the one column of its key.
    """

    uids: dict[Name, str] = field(default_factory=dict)
    names: dict[str, Name] = field(default_factory=dict)
    fields: dict[Name, FieldDef] = field(default_factory=dict)
    shapes: dict[str, str] = field(default_factory=dict)

    def copy(self) -> Past:
        """Return another one that may go on from here."""
        return Past(dict(self.uids), dict(self.names), dict(self.fields), dict(self.shapes))

    def contradicts(self, name: Name, uid: str) -> bool:
        """Tell whether the key was another's, or the uid has had another key or, of a field, another form."""
        before = self.names.get(uid, name)
        moved = before != name if name[-2] == "fields" else before[-1] != name[-1]
        return moved or self.uids.get(name, uid) != uid


def reused(past: Past, definition: AppDef, types: Registry[FieldType]) -> Iterator[Problem]:
    """Find what the app takes up again: a key or a uid of another element, a field that held another kind of value.

    Values of simple types become values of other simple types; where they cannot, it is a problem.
    """
    app = definition.key
    for name, uid, place in _elements(definition.documents):
        if past.contradicts(name, uid):
            yield REUSED.at(place, key=name[-1])
    for form in definition.forms:
        for name, item in _fields(form):
            before = past.fields.get(name)
            if before is None or before.uid != item.uid or _converts(name, before, item):
                continue
            if _shape(before, app, types) != _shape(item, app, types):
                yield TYPE_CHANGED.at(f"{app}.{'.'.join(name)}", field=item.key)


def _converts(name: Name, before: FieldDef, item: FieldDef) -> bool:
    """Tell whether values of a field become those of another type; those of lines do not."""
    return len(name) == len(("form", "field")) and None not in (shape_of(before), shape_of(item))


class Pasts:
    """What the revisions of apps have had, remembered by a process: a revision never changes once it is published."""

    def __init__(self) -> None:
        """Know nothing yet."""
        self._lock = Lock()
        self._known: dict[str, tuple[int, Past]] = {}

    def of(self, connection: Connection, app: str, last: int) -> Past:
        """Return what the revisions of an app have had, up to the ``last``; nobody changes what is returned."""
        with self._lock:
            number, past = self._known.get(app, (0, Past()))
            if number > last:  # a look at an earlier time
                number, past = 0, Past()
            if number < last:
                past = past.copy()
                for one in range(number + 1, last + 1):
                    _take(past, revisions.documents(connection, app, one))
                self._known[app] = last, past
            return past


def _take(past: Past, documents: Documents) -> None:
    """Add what one more revision has."""
    for name, uid, _ in _elements(documents):
        past.uids[name], past.names[uid] = uid, name
    lists = option_lists(documents)
    for form in (form_def(document, lists) for path, document in documents.items() if path.startswith("forms/")):
        past.fields.update(_fields(form))
        shaped = ((item.key, shape_of(item)) for item in form.fields)
        past.shapes.update({f"{form.key}.{key}:{shape}": key for key, shape in shaped if shape is not None})


def _elements(documents: Mapping[str, Json]) -> Iterator[tuple[Name, str, str]]:
    """Go through what expressions name by a key: the name, the uid and the place of each."""
    for path, document in sorted(documents.items()):
        folder, slash, _ = path.partition("/")
        way = (folder, document["key"]) if slash else (folder,)
        if folder in ("forms", "decision_tables"):
            yield way, document["uid"], f"{path}#/uid"
        yield from _within(document, way, f"{path}#")


def _within(document: Json, way: Name, place: str) -> Iterator[tuple[Name, str, str]]:
    for kind in NAMED:
        listed = document.get(kind)
        for number, item in enumerate(listed if isinstance(listed, list) else ()):
            if isinstance(item, str):  # the roles of a board are keys of what has its uid elsewhere
                continue
            name, at = (*way, kind, item["key"]), f"{place}/{kind}/{number}"
            yield name, item["uid"], at
            yield from _within(item, name, at)


def _fields(form: FormDef) -> Iterator[tuple[Name, FieldDef]]:
    for outer in form.fields:
        yield (form.key, outer.key), outer
        yield from (((form.key, outer.key, line.key), line) for line in outer.lines)


def _shape(item: FieldDef, app: str, types: Registry[FieldType]) -> tuple[object, ...]:
    """Return what decides how a field is kept, and of a reference also where it leads: its table names that one."""
    if item.type == LINES:
        return (LINES,)
    leads = target_of(item, app) if item.type in ("reference", "references") else None
    return (types[item.type].storage.value, scale_of(item), leads, shape_of(item) is None)
