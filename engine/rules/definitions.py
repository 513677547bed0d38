"""Rules as a JSON document states them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from engine.kernel.canonical import Json
from engine.kernel.persons import PersonsDef, persons_def
from engine.kernel.problems import Text
from engine.rules.announced import AnnouncedDef, DeliveryDef, announced_def, delivery_def
from engine.rules.calls import CallDef, MakeDocumentDef, outside_def
from engine.rules.events import EventDef, event_def
from engine.rules.posting import PostDef, ReverseDef, posting_def
from engine.rules.steering import STEERING, SteeringDef, steering_def

Once = Literal["record", "state", "day", "week", "month"]
Severity = Literal["info", "warning", "critical"]
Priority = Literal["urgent", "high", "normal", "low"]
PRIORITIES: tuple[Priority, ...] = ("urgent", "high", "normal", "low")
"""How pressing a task is, the most pressing first."""


@dataclass(frozen=True, slots=True)
class NotifyDef:
    """Tell persons something; those in ``copy`` are told for information only."""

    to: tuple[PersonsDef, ...]
    text: Text
    copy: tuple[PersonsDef, ...] = ()
    delivery: DeliveryDef | None = None


@dataclass(frozen=True, slots=True)
class TaskActionDef:
    """One thing to do with a task: it asks for all of ``fields``, and for at least one of ``one_of``."""

    key: str
    labels: Text
    transition: str | None = None
    fields: tuple[str, ...] = ()
    one_of: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OpenTaskDef:
    """Put a task into persons' inboxes; without actions of its own it can be marked done."""

    key: str
    to: tuple[PersonsDef, ...]
    title: Text
    due: str | None = None
    actions: tuple[TaskActionDef, ...] = ()
    priority: Priority = "normal"


SourceDef = str | Mapping[str, str]
"""What a field is set to: an expression, or for a multi-choice the condition of each option."""


@dataclass(frozen=True, slots=True)
class SetDef:
    """Set fields of the record to the values of expressions."""

    fields: Mapping[str, SourceDef] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RefuseDef:
    """Refuse the command with a message, on a field where one is named. Only before-rules may."""

    message: Text
    field: str | None = None


@dataclass(frozen=True, slots=True)
class FireDef:
    """Fire a transition of the record."""

    transition: str
    fields: Mapping[str, SourceDef] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CreateDef:
    """Create a record of a form from the values of expressions.

    ``into`` is a reference of the record (of the line, for lines) that is led to the new one; where it leads to one
    already, none is made.
    """

    form: str
    fields: Mapping[str, SourceDef] = field(default_factory=dict)
    into: str | None = None


@dataclass(frozen=True, slots=True)
class UpdateDef:
    """Set fields of the record that a path of references leads to."""

    record: str
    fields: Mapping[str, SourceDef] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PartyDef:
    """One of those who must agree before a record is let go: any of its persons agrees for it."""

    persons: tuple[PersonsDef, ...]
    when: str | None = None


@dataclass(frozen=True, slots=True)
class HoldDef:
    """Hold the record: its transitions are refused with the reason until every party has let it go.

    A hold without parties is let go by whoever may fire a transition that releases.
    """

    reason: Text
    parties: tuple[PartyDef, ...] = ()


@dataclass(frozen=True, slots=True)
class ReleaseDef:
    """Let the record go."""


@dataclass(frozen=True, slots=True)
class ForEachDef:
    """Do something for every line of a field of lines for which the condition holds."""

    lines: str
    do: tuple[ActionDef, ...]
    where: str | None = None


@dataclass(frozen=True, slots=True)
class BranchDef:
    """Do one thing where a condition holds, and another where it does not."""

    when: str
    then: tuple[ActionDef, ...]
    otherwise: tuple[ActionDef, ...] = ()


ActionDef = (
    NotifyDef
    | OpenTaskDef
    | SetDef
    | RefuseDef
    | FireDef
    | CreateDef
    | UpdateDef
    | HoldDef
    | ReleaseDef
    | ForEachDef
    | BranchDef
    | PostDef
    | ReverseDef
    | CallDef
    | MakeDocumentDef
    | SteeringDef
    | AnnouncedDef
)


@dataclass(frozen=True, slots=True)
class RuleDef:
    """One rule of one form.

    ``once`` says for what it fires once only; ``valid_from`` and ``valid_to`` are the first and the last day, as ISO
    dates, on which it looks.
    """

    uid: str
    key: str
    labels: Text
    form: str
    on: tuple[EventDef, ...]
    when: str | None
    then: tuple[ActionDef, ...]
    enabled: bool = True
    order: int = 0
    once: Once | None = None
    valid_from: str | None = None
    valid_to: str | None = None
    severity: Severity | None = None


DONE = TaskActionDef("done", Text("完成", "Done"))


def _task_action_def(document: Json) -> TaskActionDef:
    return TaskActionDef(
        document["key"],
        Text.from_json(document["labels"]),
        document.get("transition"),
        tuple(document.get("fields", ())),
        tuple(document.get("one_of", ())),
    )


def _action_def(document: Mapping[str, Json]) -> ActionDef:
    ((kind, body),) = document.items()
    match kind:
        case "notify":
            text, copy = Text.from_json(body["text"]), _persons(body.get("copy", ()))
            return NotifyDef(_persons(body["to"]), text, copy, delivery_def(body))
        case "open_task":
            return OpenTaskDef(
                key=body["key"],
                to=_persons(body["to"]),
                title=Text.from_json(body["title"]),
                due=body.get("due"),
                actions=tuple(map(_task_action_def, body.get("actions", ()))) or (DONE,),
                priority=body.get("priority", "normal"),
            )
        case "set":
            return SetDef(body)
        case "refuse":
            return RefuseDef(Text.from_json(body["message"]), body.get("field"))
        case "fire":
            return FireDef(body["transition"], body.get("fields", {}))
        case "hold":
            return HoldDef(Text.from_json(body["reason"]), tuple(map(_party_def, body.get("released_by", ()))))
        case "release":
            return ReleaseDef()
        case "for_each":
            return ForEachDef(body["lines"], tuple(map(_action_def, body["do"])), body.get("where"))
        case "if":
            then, otherwise = (tuple(map(_action_def, body.get(part, ()))) for part in ("then", "else"))
            return BranchDef(body["when"], then, otherwise)
        case "update":
            return UpdateDef(body["record"], body["fields"])
        case "create":
            return CreateDef(body["form"], body["fields"], body.get("into"))
        case "post" | "reverse":
            return posting_def(kind, body)
        case "call" | "make_document":
            return outside_def(kind, body)
        case _:
            return steering_def(kind, body) if kind in STEERING else announced_def(kind, body)


def _party_def(document: Mapping[str, Json]) -> PartyDef:
    return PartyDef(_persons(document["persons"]), document.get("when"))


def _persons(documents: Iterable[Mapping[str, Json]]) -> tuple[PersonsDef, ...]:
    return tuple(map(persons_def, documents))


def rule_def(document: Json) -> RuleDef:
    """Return the rule that a valid document states."""
    return RuleDef(
        uid=document["uid"],
        key=document["key"],
        labels=Text.from_json(document["labels"]),
        form=document["form"],
        on=tuple(map(event_def, document["on"])),
        when=document.get("when"),
        then=tuple(map(_action_def, document["then"])),
        enabled=document.get("enabled", True),
        order=document.get("order", 0),
        once=document.get("once"),
        valid_from=document.get("valid_from"),
        valid_to=document.get("valid_to"),
        severity=document.get("severity"),
    )


def persons_of(action: ActionDef) -> Iterator[tuple[str, tuple[PersonsDef, ...]]]:
    """Go through the persons that an action names, with the part of it where they stand."""
    match action:
        case NotifyDef(to=to, copy=copy):
            yield "to", to
            yield "copy", copy
        case OpenTaskDef(to=to):
            yield "to", to
        case HoldDef(parties=parties):
            yield from ((f"released_by[{number}].persons", item.persons) for number, item in enumerate(parties))
        case _:
            return


def every_action(actions: Iterable[ActionDef], place: str = "then") -> Iterator[tuple[str, ActionDef]]:
    """Go through actions and those inside of them, each with its place."""
    for number, action in enumerate(actions):
        at = f"{place}[{number}]"
        yield at, action
        match action:
            case BranchDef(then=then, otherwise=otherwise):
                yield from every_action(then, f"{at}.if.then")
                yield from every_action(otherwise, f"{at}.if.else")
            case ForEachDef(do=do):
                yield from every_action(do, f"{at}.for_each.do")
            case _:
                continue


def lets_go(rule: RuleDef, releasing: Collection[str]) -> bool:
    """Tell whether a rule lets go of held records: by itself, or by firing a transition that releases."""
    return any(
        isinstance(action, ReleaseDef) or (isinstance(action, FireDef) and action.transition in releasing)
        for _, action in every_action(rule.then)
    )
