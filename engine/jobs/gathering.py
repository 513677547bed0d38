"""Gathering what does not go out at once, and counting how often people are interrupted: rows, and never memory.

A thing asks for attention right before it goes out, in a transaction of its own, under a hold on the person: so two
workers agree, and one that dies asks for nothing anew. What waits for the morning inside is gathered in that same
transaction; what waits for it on a way outside, when the message is done.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from engine.decision.attention import MORNING, URGENT, placed
from engine.decision.changeset import OutboxMessage
from engine.decision.telling import DIGEST, IN_APP, next_digest, out_of_quiet
from engine.kernel.canonical import Json
from engine.kernel.clocks import Moment, day_of
from engine.kernel.identifiers import uuid7
from engine.kernel.problems import Text
from engine.runtime.attention import limit_of
from engine.runtime.execution import Execution
from engine.storage import gathered, interruptions, notifications
from engine.storage.gathered import Gathered, Heap
from engine.storage.outbox import Message

if TYPE_CHECKING:
    from sqlalchemy import Connection

SAID_INSIDE: Final = 5
"""So many things are said in the message of a morning; how many more there are, it counts."""


@dataclass(frozen=True, slots=True)
class Pile:
    """Where something is gathered: on which way and for whom (blank for a group), by the clock of which zone."""

    way: str
    recipient: str
    zone: str


@dataclass(frozen=True, slots=True)
class Asking:
    """What asks for attention: ``told`` names it on every way, ``things`` are what it says, by the day of a zone."""

    told: str
    zone: str
    things: tuple[Gathered, ...]


def morning_of(now: Moment, quiet: Json, zone_name: str) -> Moment:
    """Return the next morning at which something may go out; ``quiet`` are its own hours, with their zone."""
    morning = next_digest("daily", now, zone_name)
    return morning if quiet is None else out_of_quiet(morning, quiet[:2], quiet[2])


def gather(
    execution: Execution,
    connection: Connection,
    pile: Pile,
    things: Iterable[Gathered],
    due: Callable[[Moment], Moment],
) -> None:
    """Gather things for the moment that ``due`` makes of now; the first of a heap sends the message that takes all."""
    gathered.hold(connection, pile.way, pile.recipient)
    now = execution.clocks.business()  # read under the hold: what is gathered now is for a moment that is to come
    heap = Heap(pile.way, pile.recipient, due(now))
    is_first = not gathered.there_is(connection, heap)
    for one in things:
        gathered.add(connection, heap, one, now)
    if is_first and gathered.there_is(connection, heap):
        announce(execution, connection, heap, pile.zone)


def announce(execution: Execution, connection: Connection, heap: Heap, zone_name: str | None) -> None:
    """Send the message that will take a heap; it tells days by the zone of what was gathered first."""
    id = uuid7(execution.clocks.business(), execution.randomness(10))
    payload = {"way": heap.way, "recipient": heap.recipient, "at": heap.due_at, "zone": zone_name}
    execution.send(connection, id, [OutboxMessage(id, DIGEST, payload, heap.due_at)])


def put_by(execution: Execution, connection: Connection, heap: Heap, zone_name: str) -> None:
    """Let what is gathered for now go out in the morning; the caller holds the recipient."""
    morning = replace(heap, due_at=next_digest("daily", execution.clocks.business(), zone_name))
    is_first = not gathered.there_is(connection, morning)
    gathered.move(connection, heap, morning.due_at)
    if is_first and gathered.there_is(connection, morning):
        announce(execution, connection, morning, zone_name)


def book(execution: Execution, asking: Asking, people: Collection[str]) -> frozenset[str]:
    """Let something ask for the attention of these people; return those for whom it waits for the morning.

    They are told then inside, too, once, however often this is called.
    """
    return execution.attempt(lambda connection: _book(execution, connection, asking, people))


def _book(execution: Execution, connection: Connection, asking: Asking, people: Collection[str]) -> frozenset[str]:
    interruptions.hold(connection, people)
    day, limit = day_of(execution.clocks.business(), asking.zone), limit_of(connection)
    is_urgent = any(one.standing == URGENT for one in asking.things)
    known, later = interruptions.of(connection, asking.told, people), []
    for person in sorted(set(people)):
        before = known.get(person)
        place = placed(before, interruptions.count(connection, person, day), limit, day, is_urgent=is_urgent)
        if place != before:
            interruptions.keep(connection, asking.told, person, place)
        if place.standing == MORNING:
            later.append(person)
            if place != before:
                _leave_inside(execution, connection, asking, person)
    return frozenset(later)


def _leave_inside(execution: Execution, connection: Connection, asking: Asking, person: str) -> None:
    things = [replace(one, people=(person,), standing=MORNING) for one in asking.things if person in one.people]
    pile = Pile(IN_APP, person, asking.zone)
    gather(execution, connection, pile, things, lambda now: next_digest("daily", now, asking.zone))


def tell_inside(
    execution: Execution, connection: Connection, message: Message, person: str, things: Sequence[Gathered]
) -> None:
    """Tell somebody inside what has waited for this morning, as one message; about a record where it is one thing."""
    more = len(things) - SAID_INSIDE
    said = [one.text for one in things[:SAID_INSIDE]]
    zh, en = ";".join(one.zh for one in said), "; ".join(one.en for one in said)
    text = Text(
        f"留到今早的 {len(things)} 条:{zh}" + (f";另有 {more} 条" if more > 0 else ""),
        f"{len(things)} kept for this morning: {en}" + (f"; and {more} more" if more > 0 else ""),
    )
    alone = things[0] if len(things) == 1 and things[0].form else None
    about = ("", "", "") if alone is None else (alone.app, alone.form, alone.record)
    app, form, record = about
    told = notifications.Telling(message.id, text, app, form, record, execution.clocks.business())
    notifications.tell(connection, told, (person,), execution.randomness)
