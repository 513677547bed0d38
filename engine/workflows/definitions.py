"""State machines as a JSON document states them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from engine.kernel.canonical import Json
from engine.kernel.persons import PersonsDef, persons_def
from engine.kernel.problems import Text
from engine.workflows.approvals.definitions import ApprovalDef, approval_def
from engine.workflows.duties import DutyDef, duty_def

StateKind = Literal["draft", "open", "won", "lost", "held"]
StateLight = Literal["yellow", "red"]


@dataclass(frozen=True, slots=True)
class EscalationDef:
    """Who is told that a deadline has passed, so long after it (a length of time as rules state it)."""

    to: tuple[PersonsDef, ...]
    after: Mapping[str, Json] | None = None


@dataclass(frozen=True, slots=True)
class DueDef:
    """How long a record may stay in a state: until the date or moment ``at``, an expression.

    ``tell`` are told after so many percent of the time in ``remind``, then those of ``escalate``, one after the other.
    """

    at: str
    tell: tuple[PersonsDef, ...]
    remind: tuple[int, ...]
    escalate: tuple[EscalationDef, ...] = ()


@dataclass(frozen=True, slots=True)
class StateDef:
    """One state. In a ``locked`` one records change by transitions only; a ``light`` says that something is wrong.

    Nothing leads to a ``retired`` one any more: records that are still in it can leave it, or are moved.
    """

    uid: str
    key: str
    labels: Text
    kind: StateKind
    locked: bool = False
    light: StateLight | None = None
    retired: bool = False
    due: DueDef | None = None
    duties: tuple[DutyDef, ...] = ()


@dataclass(frozen=True, slots=True)
class TransitionDef:
    """One transition.

    ``origins`` is empty for one that may start in any open state; ``target`` is None where the record stays in its
    state; ``by`` is empty for the system. Of each group in ``one_of`` one field must be filled (a yes/no: with yes).
    One that ``releases`` lets a held record go and is there for held records only; what ``while_held`` allows may be
    fired although the record is held. ``answer`` is told to whoever fired it.
    """

    uid: str
    key: str
    labels: Text
    origins: tuple[str, ...]
    target: str | None
    by: tuple[PersonsDef, ...]
    fields: tuple[str, ...] = ()
    one_of: tuple[tuple[str, ...], ...] = ()
    optional_fields: tuple[str, ...] = ()
    guard: str | None = None
    guard_message: Text | None = None
    acknowledgement: bool = False
    releases: bool = False
    while_held: bool = False
    answer: Text | None = None

    @property
    def named(self) -> tuple[str, ...]:
        """Every field that the transition asks for, required or not."""
        return (*self.fields, *(key for group in self.one_of for key in group), *self.optional_fields)

    @property
    def field_count(self) -> int:
        """How many fields must be filled when it fires; of a group one, where no field of it is asked for already."""
        seen, groups = set(self.fields), 0
        for group in self.one_of:
            groups += seen.isdisjoint(group)
            seen.update(group)
        return len(set(self.fields)) + groups


@dataclass(frozen=True, slots=True)
class WorkflowDef:
    """One state machine of one form."""

    uid: str
    key: str
    form: str
    initial: str
    states: tuple[StateDef, ...]
    transitions: tuple[TransitionDef, ...]
    approvals: tuple[ApprovalDef, ...] = ()


def transition_def(document: Json) -> TransitionDef:
    """Return the transition that a valid document states."""
    by = document["by"]
    return TransitionDef(
        uid=document["uid"],
        key=document["key"],
        labels=Text.from_json(document["labels"]),
        origins=() if document["from"] == "*" else tuple(document["from"]),
        target=document.get("to"),
        by=() if by == "system" else tuple(persons_def(item) for item in by),
        fields=tuple(document.get("fields", ())),
        one_of=tuple(map(tuple, document.get("one_of", ()))),
        optional_fields=tuple(document.get("optional_fields", ())),
        guard=document.get("guard"),
        guard_message=Text.from_json(document["guard_message"]) if "guard_message" in document else None,
        acknowledgement=document.get("acknowledgement", False),
        releases=document.get("releases", False),
        while_held=document.get("while_held", False),
        answer=Text.from_json(document["answer"]) if "answer" in document else None,
    )


REMINDED_AT = (50, 80, 100)
"""After how many percent of its time a state says so, unless it says otherwise."""


def _due_def(document: Json) -> DueDef:
    tell = document.get("tell", [{"owner": True}])
    return DueDef(
        at=document["at"],
        tell=tuple(map(persons_def, tell)),
        remind=tuple(document.get("remind", REMINDED_AT)),
        escalate=tuple(
            EscalationDef(tuple(map(persons_def, one["to"])), one.get("after")) for one in document.get("escalate", ())
        ),
    )


def workflow_def(document: Json) -> WorkflowDef:
    """Return the state machine that a valid document states."""
    return WorkflowDef(
        uid=document["uid"],
        key=document["key"],
        form=document["form"],
        initial=document["initial"],
        states=tuple(
            StateDef(
                uid=item["uid"],
                key=item["key"],
                labels=Text.from_json(item["labels"]),
                kind=item["kind"],
                locked=item.get("locked", False),
                light=item.get("light"),
                retired=item.get("retired", False),
                due=_due_def(item["due"]) if "due" in item else None,
                duties=tuple(map(duty_def, item.get("duties", ()))),
            )
            for item in document["states"]
        ),
        transitions=tuple(transition_def(item) for item in document["transitions"]),
        approvals=tuple(approval_def(item) for item in document.get("approvals", ())),
    )
