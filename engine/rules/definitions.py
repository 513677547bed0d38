"""Rules as a JSON document states them."""

from __future__ import annotations

from collections.abc import Mapping
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
    """Tell persons something."""

    to: tuple[PersonsDef, ...]
    text: Text


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


@dataclass(frozen=True, slots=True)
class SetDef:
    """Set fields of the record to the values of expressions."""

    fields: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RefuseDef:
    """Refuse the command with a message, on a field where one is named. Only before-rules may."""

    message: Text
    field: str | None = None


@dataclass(frozen=True, slots=True)
class FireDef:
    """Fire a transition of the record."""

    transition: str
    fields: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CreateDef:
    """Create a record of a form from the values of expressions."""

    form: str
    fields: Mapping[str, str] = field(default_factory=dict)


ActionDef = NotifyDef | OpenTaskDef | SetDef | RefuseDef | FireDef | CreateDef


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
            return NotifyDef(tuple(map(persons_def, body["to"])), Text.from_json(body["text"]))
        case "open_task":
            return OpenTaskDef(
                key=body["key"],
                to=tuple(map(persons_def, body["to"])),
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
        case _:
            return CreateDef(body["form"], body["fields"])


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
