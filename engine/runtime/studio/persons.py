"""Whom a design can name relative to a record, by kind, and how one of them is read from a page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from engine.catalog.documents import Documents
from engine.catalog.editing import approvals
from engine.catalog.editing.access import ROLES
from engine.kernel.canonical import Json, compact
from engine.kernel.problems import EngineError, Text
from engine.runtime import problems
from engine.runtime.studio.edits import form_in, path_of
from engine.runtime.studio.flows import person_said

PersonAct = Literal["add", "set", "remove", "earlier"]

_OF_RECORD: Final = Text("这条记录的人", "People of the record")
_ROLES: Final = Text("角色", "Roles")
_FIELDS: Final = Text("字段里的人", "People in fields")
_ABOVE: Final = Text("上级", "Superiors")
_CHAINS: Final = Text("逐级上级", "Superiors, one above the other")


@dataclass(frozen=True)
class PersonChoice:
    """Somebody who can be named: the value that is sent, and what they are called."""

    value: str
    labels: Text


@dataclass(frozen=True)
class PersonGroup:
    """Choices of one kind."""

    labels: Text
    choices: tuple[PersonChoice, ...]


def persons_offered(documents: Documents, form: str) -> tuple[PersonGroup, ...]:
    """Return who can be named relative to a record of a form, by kind; kinds without anybody are left out."""
    return tuple(
        PersonGroup(labels, persons_named(documents, form, persons))
        for labels, persons in _offered(documents, form)
        if persons
    )


def _offered(documents: Documents, form: str) -> tuple[tuple[Text, list[Json]], ...]:
    roles = [role["key"] for role in documents.get(ROLES, {}).get("roles", ())]
    own = ["owner", "created_by", *_paths(documents, form, ("person",))]
    return (
        (_OF_RECORD, [{"owner": True}, {"creator": True}]),
        (_ROLES, [{"role": key} for key in roles]),
        (_FIELDS, [{"person": path} for path in _paths(documents, form, ("person", "persons"))]),
        (_ABOVE, [{"manager_of": path} for path in own]),
        (_CHAINS, [{"manager_chain": path} for path in own]),
    )


def persons_named(documents: Documents, form: str, held: Sequence[Json]) -> tuple[PersonChoice, ...]:
    """Return whom a list names, each as they are called."""
    return tuple(PersonChoice(compact(one), person_said(documents, form, one)) for one in held)


def _paths(documents: Documents, form: str, types: tuple[str, ...]) -> Iterator[str]:
    """Go through the fields of people of a form, and those of the records that its references lead to."""
    fields = form_in(documents, form)["fields"]
    yield from (field["key"] for field in fields if field["type"] in types and not field.get("retired"))
    for field in fields:
        target = documents.get(path_of(str(field.get("form", ""))))
        if field["type"] == "reference" and target is not None:
            yield f"{field['key']}.owner"
            behind = (one["key"] for one in target["fields"] if one["type"] in types and not one.get("retired"))
            yield from (f"{field['key']}.{key}" for key in behind)


@dataclass(frozen=True)
class PersonChange:
    """One change of a list of persons: ``number`` is the place of whom it is about, ``value`` who is chosen."""

    act: PersonAct
    number: int = 0
    value: str = ""

    def __call__(self, documents: Documents, form: str, held: Sequence[Json]) -> list[Json]:
        """Return the next list; EngineError (DRAFT-008) for somebody who cannot be named."""
        match self.act:
            case "add":
                return approvals.with_person(held, None, self._chosen(documents, form, held))
            case "set":
                return approvals.with_person(held, self.number, self._chosen(documents, form, held))
            case "remove":
                return approvals.without_person(held, self.number)
            case "earlier":
                return approvals.with_person_earlier(held, self.number)

    def _chosen(self, documents: Documents, form: str, held: Sequence[Json]) -> Json:
        offered = [*held, *(one for _, persons in _offered(documents, form) for one in persons)]
        found = next((one for one in offered if compact(one) == self.value), None)
        if found is None:
            raise EngineError(problems.BAD_PROPERTY.at("who", got=self.value[:60]))
        return found
