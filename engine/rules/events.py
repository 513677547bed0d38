"""When rules look, as a JSON document states it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, cast

from engine.kernel.canonical import Json
from engine.kernel.persons import PersonsDef, persons_def
from engine.kernel.problems import Text
from engine.rules.lengths import LengthDef, length_def

EventKind = Literal[
    "created",
    "submitted",
    "deleted",
    "changed",
    "entered",
    "left",
    "before",
    "schedule",
    "deadline",
    "task_done",
    "approval_done",
    "signing_done",
    "webhook",
    "button",
]
OUTCOMES = (
    ("approved", "通过"),
    ("rejected", "驳回"),
    ("returned", "退回"),
    ("withdrawn", "撤回"),
    ("apart", "分歧"),
    ("overtaken", "失效"),
)
"""What an approval can come to, with its Chinese word."""

SIGNED = (("signed", "已签"), ("refused", "拒签"), ("expired", "过期"), ("withdrawn", "撤回"))
"""What the signing of a document can come to, with its Chinese word."""

CatchUp = Literal["latest", "all", "none"]


@dataclass(frozen=True, slots=True)
class ScheduleDef:
    """When a rule looks by the clock: a cron line in its own time zone or the app's.

    ``catch_up`` says which slots are played that nothing was there to play in time: the latest, all, or none.
    """

    cron: str
    catch_up: CatchUp = "latest"
    zone: str | None = None
    workdays: bool = False


@dataclass(frozen=True, slots=True)
class AheadDef:
    """How far from a deadline a rule looks: so long after it (before, where negative), or when so much has passed.

    ``percent`` is of the time from ``since`` (the creation of the record unless stated) to the deadline.
    """

    offset: LengthDef | None = None
    percent: int | None = None
    since: str | None = None


@dataclass(frozen=True, slots=True)
class EventDef:
    """What a rule looks on.

    ``names`` are fields for ``changed`` (none means any), states for ``entered`` and ``left``, ``save`` or transitions
    for ``before``, and what a task (and what was done with it), approval, call or button is named. ``deadline`` is an
    expression for the date or moment that must have come, ``ahead`` says where that is not all. ``labels`` are what a
    button says, ``by`` are those who may press it: whoever may change the record where nobody is named.
    """

    kind: EventKind
    names: tuple[str, ...] = ()
    schedule: ScheduleDef | None = None
    deadline: str | None = None
    ahead: AheadDef | None = None
    labels: Text | None = None
    by: tuple[PersonsDef, ...] = ()


def event_def(document: Mapping[str, Json]) -> EventDef:
    """Return the event that a valid document states."""
    ((kind, body),) = document.items()
    match kind:
        case "schedule":
            schedule = ScheduleDef(
                body["cron"], body.get("catch_up", "latest"), body.get("timezone"), body.get("workdays", False)
            )
            return EventDef("schedule", schedule=schedule)
        case "deadline" if isinstance(body, dict):
            offset = length_def(body["offset"]) if "offset" in body else None
            ahead = AheadDef(offset, body.get("percent"), body.get("since"))
            return EventDef("deadline", deadline=body["at"], ahead=ahead)
        case "deadline":
            return EventDef("deadline", deadline=body)
        case "button":
            labels, by = Text.from_json(body["labels"]), tuple(map(persons_def, body.get("by", ())))
            return EventDef("button", (body["key"],), labels=labels, by=by)
        case "task_done" | "approval_done" | "signing_done":
            second = body.get("action" if kind == "task_done" else "outcome")
            first = body[{"task_done": "task", "approval_done": "approval"}.get(kind, "document")]
            return EventDef(cast("EventKind", kind), (first,) if second is None else (first, second))
        case _:
            names = (body,) if isinstance(body, str) else body if isinstance(body, list) else ()
            return EventDef(cast("EventKind", kind), tuple(names))


_CHANGES = frozenset(("before", "changed", "entered", "left", "submitted"))
_OF_THE_RECORD = _CHANGES | {"created", "deleted"}


def sees_before(events: Iterable[EventDef]) -> bool:
    """Tell whether a rule on these events may ask for the record as it was before: it looks at changes of the record.

    Where it also looks at new records, there is nothing before these. By the clock nothing changes: a rule that looks
    on a schedule or a deadline, too, would wait for ever for what was before.
    """
    kinds = {event.kind for event in events}
    return bool(kinds & _CHANGES) and kinds <= _OF_THE_RECORD
