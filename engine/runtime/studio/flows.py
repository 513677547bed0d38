"""What can be changed of the state machines of a design, and what a page shows of one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from engine.catalog.comparing import ABSENT, Absent
from engine.catalog.documents import Documents
from engine.catalog.editing import flows, forms
from engine.catalog.editing.access import ROLES
from engine.catalog.editing.elements import Mint, named, of
from engine.catalog.editing.flows import KINDS, LIGHTS, SYSTEM, asked, least_fields, path_of_flow
from engine.catalog.editing.problems import GONE
from engine.kernel.canonical import Json, compact
from engine.kernel.problems import EngineError, Text
from engine.runtime.studio.edits import Language, form_in, path_of

Part = Literal["states", "transitions"]
Act = Literal["add", "name", "move", "remove"]

LIGHT_NAMES = {"yellow": Text("黄:要留意", "amber: to be watched"), "red": Text("红:要处理", "red: to be acted on")}
KIND_NAMES = {
    "draft": Text("草稿", "draft"),
    "open": Text("进行中", "in progress"),
    "won": Text("完成", "completed"),
    "lost": Text("终止", "ended without"),
    "held": Text("暂停", "on hold"),
}
"""What kinds of states are called."""
_OF_RECORD = {"owner": Text("负责人", "the owner"), "created_by": Text("创建人", "the creator")}

__all__ = ["KINDS", "asked", "flow_of", "least_fields", "path_of_flow"]


@dataclass(frozen=True)
class PersonView:
    """Who may be named in a transition: the value that is sent, and what they are called."""

    value: str
    labels: Text
    chosen: bool


def flow_of(documents: Documents, form: str) -> Json:
    """Return the workflow of a form; None where it has none."""
    path = path_of_flow(documents, form)
    return None if path is None else documents[path]


def people_of(documents: Documents, form: str, transition: Json) -> tuple[PersonView, ...]:
    """Return who may be chosen for a transition, and who is: those named already are there, whatever they are."""
    held = [] if transition["by"] == SYSTEM else transition["by"]
    offered = _offered(documents, form)
    listed = [*offered, *(one for one in held if one not in offered)]
    return tuple(PersonView(compact(one), person_said(documents, form, one), one in held) for one in listed)


def _offered(documents: Documents, form: str) -> list[Json]:
    people = [field["key"] for field in form_in(documents, form)["fields"] if field["type"] in ("person", "persons")]
    roles = [role["key"] for role in documents.get(ROLES, {}).get("roles", ())]
    persons: list[Json] = [{"owner": True}, {"creator": True}, *({"role": key} for key in roles)]
    return [*persons, *({"person": key} for key in people), {"manager_of": "owner"}]


def person_said(documents: Documents, form: str, person: Json) -> Text:
    """Return how somebody who is named relative to a record is called: by a role, as the superior of another."""
    (kind, value), *_ = person.items()
    roles = {role["key"]: forms.label_of(role) for role in documents.get(ROLES, {}).get("roles", ())}
    match kind:
        case "owner":
            return _OF_RECORD["owner"]
        case "creator":
            return _OF_RECORD["created_by"]
        case "role":
            return roles.get(value, Text(value, value))
        case "person":
            return _field_said(documents, form, value)
        case "manager_chain":
            whose = _field_said(documents, form, value)
            return Text(f"{whose.zh}的逐级上级", f"the superiors of {whose.en}, one above the other")
        case _:
            whose = _field_said(documents, form, value)
            return Text(f"{whose.zh}的上级", f"the superior of {whose.en}")


def _field_said(documents: Documents, form: str, path: str) -> Text:
    """Return how a field of persons is called, one behind references (``customer.owner``) with what leads there."""
    if path in _OF_RECORD:
        return _OF_RECORD[path]
    key, _, rest = path.partition(".")
    field = next((one for one in documents.get(path_of(form), {}).get("fields", ()) if one["key"] == key), None)
    if field is None:
        return Text(path, path)
    said = forms.label_of(field)
    if not rest:
        return said
    behind = _field_said(documents, str(field.get("form", "")), rest)
    return Text(f"{said.zh}的{behind.zh}", f"{behind.en} of {said.en}")


def _on(documents: Documents, form: str, change: Callable[[Json], Json]) -> Documents:
    path = path_of_flow(documents, form)
    if path is None:
        raise EngineError(GONE.at())
    return {**documents, path: change(documents[path])}


@dataclass(frozen=True)
class AddFlow:
    """A form gets a workflow: draft, submitted, done."""

    form: str

    def __call__(self, documents: Documents, mint: Mint) -> Documents:
        """Return the documents with the workflow; as they are where the form has one."""
        form = form_in(documents, self.form)
        if path_of_flow(documents, self.form) is not None:
            return documents
        made = flows.new_flow(documents, form, mint)
        return {**documents, f"workflows/{made['key']}.json": made}


@dataclass(frozen=True)
class RemoveFlow:
    """A form has no states any more."""

    form: str

    def __call__(self, documents: Documents, _: Mint) -> Documents:
        """Return the documents without the workflow."""
        path = path_of_flow(documents, self.form)
        if path is None:
            raise EngineError(GONE.at())
        return {place: item for place, item in documents.items() if place != path}


@dataclass(frozen=True)
class ChangePart:
    """A state or a transition is added, called otherwise, moved or removed; ``ends`` are those of a new transition."""

    form: str
    part: Part
    act: Act
    uid: str = ""
    name: str = ""
    language: Language = "zh"
    before: str | None = None
    ends: tuple[str, str] = ("", "")

    def __call__(self, documents: Documents, mint: Mint) -> Documents:
        """Return the documents with the change."""
        return _on(documents, self.form, lambda flow: self._changed(flow, mint))

    def _changed(self, flow: Json, mint: Mint) -> Json:
        match self.act, self.part:
            case "add", "states":
                return flows.with_state(flow, self.name, self.language, mint)
            case "add", _:
                return flows.with_transition(flow, self.name, self.language, *self.ends, mint)
            case "name", _:
                return flows.with_part_named(flow, self.part, self.uid, self.name, self.language)
            case "move", _:
                return flows.with_moved(flow, self.part, self.uid, self.before)
            case _, "states":
                return flows.without_state(flow, self.uid)
            case _:
                return flows.without_transition(flow, self.uid)


@dataclass(frozen=True)
class SetPart:
    """A property of a state or transition, as a page sends it; what cannot stand there changes nothing."""

    form: str
    part: Part
    uid: str
    key: str
    values: Sequence[str]
    language: Language = "zh"

    def __call__(self, documents: Documents, _: Mint) -> Documents:
        """Return the documents with the property."""

        def change(flow: Json) -> Json:
            held = of(flow[self.part], self.uid)
            return flows.with_part(flow, self.part, self.uid, self.key, self._value(documents, flow, held))

        return _on(documents, self.form, change)

    def _value(self, documents: Documents, flow: Json, held: Json) -> Json | Absent:
        """Return the next value of the property; what it is where it cannot be that."""
        value = self.values[0].strip() if self.values else ""
        before, states = held.get(self.key, ABSENT), [one["key"] for one in flow["states"]]
        match self.key:
            case "kind":
                return value if value in KINDS else before
            case "light":
                return value if value in LIGHTS else ABSENT
            case "to":
                return value if value in states else before
            case "locked" | "acknowledgement" | "while_held":
                return True if value else ABSENT
            case "from":
                return flows.origins_of(before, self.values, states)
            case "by":
                return flows.persons_of(before, self.values, _offered(documents, self.form))
            case "fields" | "optional_fields":
                known = [field["key"] for field in form_in(documents, self.form)["fields"]]
                return flows.fields_of(held.get(self.key, ()), self.values, known)
            case "guard":
                return value or ABSENT
            case "guard_message" if value:
                return named(value, self.language, held.get("guard_message"))
            case "guard_message":
                return ABSENT
            case _:
                return before


@dataclass(frozen=True)
class SetInitial:
    """Records begin in another state."""

    form: str
    state: str

    def __call__(self, documents: Documents, _: Mint) -> Documents:
        """Return the documents with the first state."""
        return _on(documents, self.form, lambda flow: flows.with_initial(flow, self.state))
