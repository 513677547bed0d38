"""Naming persons relative to a record, in deciding as in reading; and who is told where a post is vacant."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol, cast

from engine.catalog.apps import Catalog
from engine.decision.facts import Person, PersonQuery, Query, RoleQuery
from engine.forms.forms import Form
from engine.kernel.persons import PersonsDef
from engine.kernel.problems import Text
from engine.kernel.values import Row, Value
from engine.language.scope import way_over

ENGINE = "youju"
ADMIN = "admin"
"""The role of the engine itself that everything without a recipient falls back to."""


class Asking(Protocol):
    """What naming persons needs to see: a decision in the making sees it, and so does a viewer's reading."""

    @property
    def catalog(self) -> Catalog:
        """The apps."""
        ...

    def record(self, app: str, form: str, id: str) -> Row | None:
        """Return a record, or None where it is gone."""
        ...

    def person(self, id: str) -> Person | None:
        """Return a user, or None."""
        ...

    def fact(self, query: Query) -> object:
        """Return the answer to one question."""
        ...

    def fetch(self, queries: Iterable[Query]) -> None:
        """Have several questions answered at once."""
        ...


def named(sight: Asking, form: Form, who: PersonsDef, row: Row) -> tuple[str, ...]:
    """Return the users that are named relative to a row of a form, whether active or not; nobody where nobody is."""
    match who.kind:
        case "owner":
            return _ids(row.get("owner"))
        case "creator":
            return _ids(row.get("created_by"))
        case "person":
            return _ids(_at_end(sight, form, who.of, row))
        case "role":
            return cast("tuple[str, ...]", sight.fact(RoleQuery(form.app, who.of)))
        case "manager_of":
            below = _at_end(sight, form, who.of, row)
            person = sight.person(below) if below else None
            return _ids(person.manager if person else None)


def _at_end(sight: Asking, form: Form, path: str, row: Row) -> Value:
    """Return the field at the end of a path of references; blank where the way breaks off."""
    way, _, key = path.rpartition(".")
    here: Row | None = row
    for step in way_over(way, form.scope, sight.catalog.scopes) or () if way else ():
        id = None if here is None else here.get(step.reference)
        here = sight.record(step.app, step.form, str(id)) if id else None
    return None if here is None else here.get(key)


def labels_at_end(sight: Asking, form: Form, path: str) -> Text | None:
    """Return the labels of the field at the end of a path; None where there is no such field."""
    way, _, key = path.rpartition(".")
    steps = way_over(way, form.scope, sight.catalog.scopes) if way else ()
    scope = form.scope if not steps else sight.catalog.scopes.get((steps[-1].app, steps[-1].form))
    found = scope.fields.get(key) if scope is not None and steps is not None else None
    return None if found is None else found.labels


def _ids(value: Value) -> tuple[str, ...]:
    if isinstance(value, tuple):
        return value
    return (str(value),) if value else ()


def recipients(sight: Asking, form: Form, who: Iterable[PersonsDef], row: Row) -> tuple[str, ...]:
    """Return the active users to tell; where a post is vacant, the owner's superior, else the admins (rulings)."""
    listed = tuple(who)
    sight.fetch(_asked_for(form, listed, row))
    groups = [named(sight, form, item, row) for item in listed]
    sight.fetch(PersonQuery(id) for group in groups for id in group)
    found: list[str] = []
    for ids in groups:
        found.extend([id for id in ids if _is_active(sight, id)] or _stand_in(sight, row))
    return tuple(dict.fromkeys(found))


def _asked_for(form: Form, who: Iterable[PersonsDef], row: Row) -> Iterable[Query]:
    """Go through what naming persons asks for, so that it is asked for at once."""
    for item in who:
        if item.kind == "role":
            yield RoleQuery(form.app, item.of)
        elif item.kind == "manager_of" and row.get(item.of):
            yield PersonQuery(str(row[item.of]))


def _is_active(sight: Asking, id: str) -> bool:
    person = sight.person(id)
    return person is not None and person.active


def _stand_in(sight: Asking, row: Row) -> list[str]:
    owner = sight.person(row["owner"]) if row.get("owner") else None
    if owner is not None and owner.manager is not None and _is_active(sight, owner.manager):
        return [owner.manager]
    return list(cast("tuple[str, ...]", sight.fact(RoleQuery(ENGINE, ADMIN))))
