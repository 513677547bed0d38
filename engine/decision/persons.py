"""Naming persons relative to a record, in deciding as in reading; and who is told where a post is vacant."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol, cast

from engine.catalog.apps import Catalog
from engine.decision.changeset import TaskOpening
from engine.decision.facts import (
    AwayQuery,
    Load,
    LoadsQuery,
    Person,
    PersonQuery,
    Query,
    RecordQuery,
    RoleQuery,
    SuperiorsQuery,
)
from engine.forms.forms import Form
from engine.kernel.clocks import Moment
from engine.kernel.persons import PersonsDef
from engine.kernel.problems import Text
from engine.kernel.values import Row, Value
from engine.language.scope import way_over
from engine.language.tree import Step

ENGINE = "youju"
_ABOVE = ("manager_of", "manager_chain")

ADMIN = "admin"
"""The role of the engine itself that everything without a recipient falls back to."""


class Asking(Protocol):
    """What naming persons needs to see: a decision in the making sees it, and so does a viewer's reading."""

    @property
    def catalog(self) -> Catalog:
        """The apps."""
        ...

    @property
    def moment(self) -> Moment:
        """When that is asked."""
        ...

    @property
    def opened(self) -> Sequence[TaskOpening]:
        """The tasks given out since what is stored was read, in that order."""
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
        case "manager_chain":
            below = _at_end(sight, form, who.of, row)
            return superiors(sight, below) if below else ()
        case "least_loaded":
            return _least_loaded(sight, form.app, who.of)
        case "watchers":  # a rule that names them is refused when it is published
            return ()


def _least_loaded(sight: Asking, app: str, role: str) -> tuple[str, ...]:
    """Return who of a role has the fewest open tasks, of those the one whose newest is the oldest, then by name.

    Who is away is passed over while somebody is there. What has been given a moment ago counts, too, so that a decision
    which gives out several tasks spreads them.
    """
    away = cast("Mapping[str, str | None]", sight.fact(AwayQuery(sight.moment)))
    loads = cast("tuple[Load, ...]", sight.fact(LoadsQuery(app, role)))
    assigned = [task.assignee for task in sight.opened]
    given, turns = Counter(assigned), {person: turn for turn, person in enumerate(assigned, 1)}

    def burden(load: Load) -> tuple[bool, int, int, Moment]:
        newest = -1 if load.newest is None else load.newest
        return load.person in away, load.open + given[load.person], turns.get(load.person, 0), newest

    found = min(loads, key=burden, default=None)
    return () if found is None else (found.person,)


def superiors(sight: Asking, id: str) -> tuple[str, ...]:
    """Return everybody above a person, the nearest first."""
    return cast("tuple[str, ...]", sight.fact(SuperiorsQuery(id)))


def _at_end(sight: Asking, form: Form, path: str, row: Row) -> Value:
    """Return the field at the end of a path of references; blank where the way breaks off or leads nowhere any more."""
    way, _, key = path.rpartition(".")
    steps = way_over(way, form.scope, sight.catalog.scopes) if way else ()
    here: Row | None = None if steps is None else row
    for step in steps or ():
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
    look_up(sight, form, ((item, row) for item in listed))
    found: list[str] = []
    for item in listed:
        found.extend(active(sight, named(sight, form, item, row)) or stand_in(sight, row))
    return tuple(dict.fromkeys(found))


def look_up(sight: Asking, form: Form, asked: Iterable[tuple[PersonsDef, Row]]) -> None:
    """Have everything answered that naming these persons asks for: references level by level, then people and roles.

    ``asked`` are persons with the row that they are named relative to.
    """
    pairs = list(asked)
    ways = [_way_to(sight, form, who) for who, _ in pairs]
    here: list[Row | None] = [row for _, row in pairs]
    for hop in range(max(map(len, ways), default=0)):
        reached = {
            place: RecordQuery(way[hop].app, way[hop].form, str(held[way[hop].reference]))
            for place, (way, held) in enumerate(zip(ways, here, strict=True))
            if hop < len(way) and held is not None and held.get(way[hop].reference)
        }
        sight.fetch(reached.values())
        for place, way in enumerate(ways):
            if hop < len(way):
                query = reached.get(place)
                here[place] = None if query is None else sight.record(query.app, query.form, query.id)
    roles: list[Query] = [RoleQuery(form.app, who.of) for who, _ in pairs if who.kind == "role"]
    roles += [LoadsQuery(form.app, who.of) for who, _ in pairs if who.kind == "least_loaded"]
    roles += [AwayQuery(sight.moment) for who, _ in pairs if who.kind == "least_loaded"]
    below = [(who.kind, _at_end(sight, form, who.of, row)) for who, row in pairs if who.kind in _ABOVE]
    above = [SuperiorsQuery(str(id)) for kind, id in below if id and kind == "manager_chain"]
    owners = [row.get("owner") for _, row in pairs]
    sight.fetch([*roles, *above, *(PersonQuery(str(id)) for id in (*(id for _, id in below), *owners) if id)])
    sight.fetch(PersonQuery(id) for who, row in pairs for id in named(sight, form, who, row))


def _way_to(sight: Asking, form: Form, who: PersonsDef) -> tuple[Step, ...]:
    """Return the references that lead to the record whose field names the persons."""
    way = who.of.rpartition(".")[0] if who.kind in ("person", *_ABOVE) else ""
    return (way_over(way, form.scope, sight.catalog.scopes) or ()) if way else ()


def active(sight: Asking, ids: Iterable[str]) -> list[str]:
    """Return those of these users who are active."""
    return [id for id in ids if _is_active(sight, id)]


def _is_active(sight: Asking, id: str) -> bool:
    person = sight.person(id)
    return person is not None and person.active


def stand_in(sight: Asking, row: Row) -> list[str]:
    """Return who stands in for a vacant post: the owner's superior, else the admins."""
    owner = sight.person(row["owner"]) if row.get("owner") else None
    if owner is not None and owner.manager is not None and _is_active(sight, owner.manager):
        return [owner.manager]
    return list(cast("tuple[str, ...]", sight.fact(RoleQuery(ENGINE, ADMIN))))
