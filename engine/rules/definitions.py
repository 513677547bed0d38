"""Rules as a JSON document states them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from engine.kernel.canonical import Json
from engine.kernel.persons import PersonsDef, persons_def
from engine.kernel.problems import Text

EventKind = Literal["created", "deleted", "changed", "entered", "left", "before", "schedule", "deadline"]
CatchUp = Literal["latest", "all", "none"]


@dataclass(frozen=True, slots=True)
class ScheduleDef:
    """When a rule looks by the clock: a cron line in the app's time zone.

    ``catch_up`` says which slots are played that nothing was there to play in time: the latest, all, or none.
    """

    cron: str
    catch_up: CatchUp = "latest"


@dataclass(frozen=True, slots=True)
class EventDef:
    """What a rule looks on.

    ``names`` are fields for ``changed``, states for ``entered`` and ``left``, ``save`` or transitions for ``before``.
    ``deadline`` is an expression for the date or moment that must have come.
    """

    kind: EventKind
    names: tuple[str, ...] = ()
    schedule: ScheduleDef | None = None
    deadline: str | None = None


@dataclass(frozen=True, slots=True)
class NotifyDef:
    """Tell persons something; those in ``copy`` are told for information only."""

    to: tuple[PersonsDef, ...]
    text: Text
    copy: tuple[PersonsDef, ...] = ()


@dataclass(frozen=True, slots=True)
class TaskActionDef:
    """One thing to do with a task."""

    key: str
    labels: Text
    transition: str | None = None
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OpenTaskDef:
    """Put a task into persons' inboxes; without actions of its own it can be marked done."""

    key: str
    to: tuple[PersonsDef, ...]
    title: Text
    due: str | None = None
    actions: tuple[TaskActionDef, ...] = ()


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
    """Create a record of a form from the values of expressions."""

    form: str
    fields: Mapping[str, SourceDef] = field(default_factory=dict)


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
    """Do something for every line of a field of lines."""

    lines: str
    do: tuple[UpdateDef | CreateDef, ...]


ActionDef = (
    NotifyDef | OpenTaskDef | SetDef | RefuseDef | FireDef | CreateDef | UpdateDef | HoldDef | ReleaseDef | ForEachDef
)


@dataclass(frozen=True, slots=True)
class RuleDef:
    """One rule of one form."""

    uid: str
    key: str
    labels: Text
    form: str
    on: tuple[EventDef, ...]
    when: str | None
    then: tuple[ActionDef, ...]
    enabled: bool = True
    order: int = 0


DONE = TaskActionDef("done", Text("完成", "Done"))


def _event_def(document: Mapping[str, Json]) -> EventDef:
    ((kind, names),) = document.items()
    if kind == "schedule":
        return EventDef("schedule", schedule=ScheduleDef(names["cron"], names.get("catch_up", "latest")))
    if kind == "deadline":
        return EventDef("deadline", deadline=names)
    if isinstance(names, str):
        return EventDef(kind, (names,))  # type: ignore[arg-type]
    return EventDef(kind, tuple(names) if isinstance(names, list) else ())  # type: ignore[arg-type]


def _task_action_def(document: Json) -> TaskActionDef:
    return TaskActionDef(
        document["key"],
        Text.from_json(document["labels"]),
        document.get("transition"),
        tuple(document.get("fields", ())),
    )


def _action_def(document: Mapping[str, Json]) -> ActionDef:
    ((kind, body),) = document.items()
    match kind:
        case "notify":
            return NotifyDef(_persons(body["to"]), Text.from_json(body["text"]), _persons(body.get("copy", ())))
        case "open_task":
            return OpenTaskDef(
                key=body["key"],
                to=_persons(body["to"]),
                title=Text.from_json(body["title"]),
                due=body.get("due"),
                actions=tuple(map(_task_action_def, body.get("actions", ()))) or (DONE,),
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
            return ForEachDef(body["lines"], tuple(map(_write_def, body["do"])))
        case _:
            return _write_def(document)


def _write_def(document: Mapping[str, Json]) -> UpdateDef | CreateDef:
    ((kind, body),) = document.items()
    if kind == "update":
        return UpdateDef(body["record"], body["fields"])
    return CreateDef(body["form"], body["fields"])


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
        on=tuple(map(_event_def, document["on"])),
        when=document.get("when"),
        then=tuple(map(_action_def, document["then"])),
        enabled=document.get("enabled", True),
        order=document.get("order", 0),
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


_CHANGES = frozenset(("before", "changed", "entered", "left"))
_OF_THE_RECORD = _CHANGES | {"created", "deleted"}


def sees_before(events: Iterable[EventDef]) -> bool:
    """Tell whether a rule on these events may ask for the record as it was before: it looks at changes of the record.

    Where it also looks at new records, there is nothing before these.
    """
    kinds = {event.kind for event in events}
    return bool(kinds & _CHANGES) and kinds <= _OF_THE_RECORD


def lets_go(rule: RuleDef, releasing: Collection[str]) -> bool:
    """Tell whether a rule lets go of held records: by itself, or by firing a transition that releases."""
    return any(
        isinstance(action, ReleaseDef) or (isinstance(action, FireDef) and action.transition in releasing)
        for action in rule.then
    )
