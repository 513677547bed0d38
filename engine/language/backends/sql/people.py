"""What the directory says of a person, in SQL: subqueries over the tables of people and roles that the scope gives."""

from __future__ import annotations

from typing import Any, Protocol

import sqlalchemy as sa

from engine.language.backends.sql.column_types import TEXT
from engine.language.backends.sql.terms import Element, SqlScope
from engine.language.tree import DIRECTORY, HasRole, Node, OfPerson

PEOPLE = "person"
"""The table of people: ``id``, ``name``, ``department``, ``manager``."""

ROLES = "role"
"""The table of the roles that active people hold: ``person``, ``app``, ``role``."""


class Asking(Protocol):
    """What a question about a person asks of a builder."""

    @property
    def scope(self) -> SqlScope:
        """The query's scope."""
        ...

    def value(self, node: Node) -> Element:
        """Return a value."""
        ...


def of_person(builder: Asking, node: OfPerson) -> Element:
    """Return what the directory says of a person, NULL where there is none."""
    if node.what != "departments_below":
        return _fact(builder, node.item, node.what)
    people = builder.scope.table(DIRECTORY, PEOPLE)
    own = people.c["department"]
    made = sa.func.json_array if builder.scope.dialect == "sqlite" else sa.func.jsonb_build_array
    listed: sa.Select[Any] = sa.select(made(own)).where(people.c["id"] == builder.value(node.item), own.is_not(None))
    return listed.correlate_except(people).scalar_subquery()


def _fact(builder: Asking, person: Node, what: str) -> Element:
    people = builder.scope.table(DIRECTORY, PEOPLE)
    found: sa.Select[Any] = sa.select(people.c[what]).where(people.c["id"] == builder.value(person))
    return found.correlate_except(people).scalar_subquery()


def has_role(builder: Asking, node: HasRole) -> Element:
    """Return whether a person holds a role; never NULL."""
    roles = builder.scope.table(DIRECTORY, ROLES)
    wanted = {"app": node.app, "role": node.role}
    held = [roles.c[key] == sa.bindparam(None, value, TEXT, unique=True) for key, value in wanted.items()]
    found: sa.Select[Any] = sa.select(sa.literal_column("1")).select_from(roles)
    found = found.where(roles.c["person"] == builder.value(node.item), *held)
    return sa.exists(found.correlate_except(roles))


def is_below(builder: Asking, below: OfPerson, department: Node) -> Element:
    """Return whether a department is somebody's own or below it: a plain comparison, which an index serves."""
    return builder.value(department) == _fact(builder, below.item, "department")
