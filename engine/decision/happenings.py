"""What happened to a record, as the outbox carries it to the rules that look afterwards."""

from __future__ import annotations

from collections.abc import Mapping

from engine.kernel.canonical import Json
from engine.rules.rules import Event


def event_json(event: Event) -> dict[str, Json]:
    """Return an event as the outbox carries it."""
    written: dict[str, Json] = {
        "created": event.created,
        "deleted": event.deleted,
        "changed": sorted(event.changed),
        "left": event.left,
        "entered": event.entered,
    }
    if event.task is not None:
        written |= {"task": event.task, "done": event.done}
    if event.approval is not None:
        written |= {"approval": event.approval, "done": event.done}
    if event.signing is not None:
        written |= {"signing": event.signing, "done": event.done}
    if event.hook is not None:
        written["hook"] = event.hook
    return written


def event_of(document: Mapping[str, Json]) -> Event:
    """Return the event that an outbox row carries."""
    return Event(
        created=document["created"],
        deleted=document["deleted"],
        changed=frozenset(document["changed"]),
        left=document["left"],
        entered=document["entered"],
        task=document.get("task"),
        done=document.get("done"),
        hook=document.get("hook"),
        approval=document.get("approval"),
        signing=document.get("signing"),
    )
