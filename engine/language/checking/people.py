"""What may be asked of a person: the words for it, and how far one goes up; who the people are is not known here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from engine.kernel.problems import Text
from engine.language import problems
from engine.language.checking.report import BROKEN, Chosen, Report, Worded
from engine.language.reading.suggestions import did_you_mean, nearest
from engine.language.reading.syntax import Part
from engine.language.reading.vocabulary import narrowed
from engine.language.scope import RoleScope, Scope
from engine.language.tree import Coalesce, HasRole, Literal, Node, OfPerson, PersonFact, Span
from engine.language.types import Option, PersonType, TextsType, TextType, Type

MAX_LEVELS = 3
"""How many superiors up one expression goes."""

FACT_TYPES: Mapping[PersonFact, Type] = MappingProxyType(
    {"name": TextType(), "department": TextType(), "manager": PersonType(), "departments_below": TextsType()}
)

_WORDS: Mapping[str, PersonFact] = MappingProxyType(
    {
        "name": "name",
        "姓名": "name",
        "department": "department",
        "部门": "department",
        "manager": "manager",
        "上级": "manager",
        "departments_below": "departments_below",
        "所辖部门": "departments_below",
    }
)

_WRITTEN: Mapping[PersonFact, Text] = MappingProxyType(
    {what: Text(word, what) for word, what in _WORDS.items() if not word.isascii()}
)


_IDENTITY: Mapping[str, Text] = MappingProxyType({"id": Text("编号", "id"), "编号": Text("编号", "id")})
"""What tells people apart; no fact of the directory: the value itself, as a text."""


def of_person(item: Node, what: PersonFact, at: Span, report: Report) -> Node:
    """Return what the directory says of the person that ``item`` gives."""
    level, inner = 1, item
    while isinstance(inner, OfPerson):
        level, inner = level + 1, inner.item
    if what == "manager" and level > MAX_LEVELS:
        return report.broken(problems.TOO_MANY_LEVELS, at, limit=MAX_LEVELS)
    return OfPerson(item, what, FACT_TYPES[what], at)


def along(person: Node, names: Sequence[Part], report: Report) -> Node:
    """Return what the names after a person lead to: ``manager.department``; a quoted name is one like any other."""
    reached = person
    for place, part in enumerate(names):
        if (identity := _IDENTITY.get(narrowed(part.text))) is not None and place + 1 == len(names):
            report.meant[part.at] = Worded(identity)
            return Coalesce((reached,), TextType(), (person.at[0], part.at[1]))
        what = _WORDS.get(narrowed(part.text))
        if what is None:
            meant = did_you_mean(nearest(part.text, [*_WORDS, *_IDENTITY]))
            return report.broken(problems.UNKNOWN_OF_PERSON, part.at, name=part.text, **meant)
        report.meant[part.at] = Worded(_WRITTEN[what])
        reached = of_person(reached, what, (person.at[0], part.at[1]), report)
        if reached is BROKEN:
            return BROKEN
        if place + 1 < len(names) and what != "manager":
            following = names[place + 1]
            return report.broken(problems.NOT_A_REFERENCE, part.at, name=part.text, next=following.text)
    return reached


def has_role(person: Node, role: Node, scope: Scope, at: Span, report: Report) -> Node:
    """Return whether a person holds the role that is written out, by its key or by one of its labels."""
    if not isinstance(role, Literal) or role.value is None:
        return report.broken(problems.ROLE_NOT_WRITTEN, role.at)
    some = _roles_named(str(role.value), scope)
    if len(some) > 1:
        keys = ", ".join(one.key for one in some)
        return report.broken(problems.AMBIGUOUS_ROLE, role.at, name=role.value, keys=keys)
    if some:
        found = some[0]
        report.meant[role.at] = Chosen(_option(found), tuple(map(_option, scope.roles.values())))
        return HasRole(person, found.app, found.key, at=at)
    names = [key for item in scope.roles.values() for key in _names_of(item)]
    return report.broken(
        problems.UNKNOWN_ROLE,
        role.at,
        name=role.value,
        known=", ".join(scope.roles) or "-",
        **did_you_mean(nearest(str(role.value), names)),
    )


def _option(role: RoleScope) -> Option:
    return Option(role.key, role.labels or Text(role.key, role.key))


def _roles_named(written: str, scope: Scope) -> tuple[RoleScope, ...]:
    """Return the role with that key, else all with that label."""
    if written in scope.roles:
        return (scope.roles[written],)
    wanted = narrowed(written)
    return tuple(one for one in scope.roles.values() if wanted in _names_of(one))


def _names_of(role: RoleScope) -> tuple[str, ...]:
    labels = () if role.labels is None else (narrowed(role.labels.zh), narrowed(role.labels.en))
    return (role.key, *labels)
