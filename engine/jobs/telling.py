"""Telling people outside what they were told inside: passed on with that, sent before a transaction, noted in one.

Mail goes to each person, a robot speaks to its group once. Who dies between the sending and the note sends again: a
letter with the same ``Message-ID``, words of a robot as they were.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from engine.catalog.connectors.definitions import BreakerDef
from engine.catalog.connectors.rates import RateDef
from engine.connectors import problems as connecting
from engine.connectors.telling import problems, sending
from engine.connectors.telling.letters import OPENS, OPENS_BOARD, Recipient, Told
from engine.decision.attention import COUNTED, MORNING, URGENT, Standing
from engine.decision.changeset import OutboxMessage
from engine.decision.telling import DIGEST, IN_APP, MAIL, TELL, going_out, out_of_quiet, standing_of
from engine.jobs.calling import retry_as
from engine.jobs.gathering import Asking, Pile, announce, book, gather, morning_of, put_by, tell_inside
from engine.jobs.turns import PutOffError, Turns
from engine.kernel.canonical import Json
from engine.kernel.clocks import Moment
from engine.kernel.identifiers import derived_id
from engine.kernel.problems import EngineError, Text
from engine.runtime.execution import Execution
from engine.storage import contacts, directory, gathered, outbox
from engine.storage.contacts import NOBODY
from engine.storage.directory import User
from engine.storage.gathered import Gathered, Heap
from engine.storage.outbox import Message

if TYPE_CHECKING:
    from sqlalchemy import Connection

RATE = RateDef(5, 20)
"""How fast robots speak: no more than five at once and fifteen a minute, so never more than twenty within any minute.

More makes DingTalk silent for ten minutes.
"""
BREAKER = BreakerDef()

HOPELESS = frozenset(
    (
        problems.MAIL_REFUSED.code,
        problems.UNWRITABLE.code,
        problems.ROBOT_REFUSED.code,
        problems.BAD_WEBHOOK.code,
        connecting.REFUSED.code,
    )
)
"""What trying again does not mend."""

MOST_GATHERED = 500
"""How many things go out with one digest; what is more goes with another one."""


def turns_of(execution: Execution, way: str) -> Turns:
    """Return the turns of a way: they are the installation's."""
    return Turns(execution, *standing_of(way), None if way == MAIL else RATE, BREAKER)


def pass_on(execution: Execution, connection: Connection, message: Message) -> None:
    """Pass on outside what a message has told inside, in the same transaction: at once, later, or with a digest."""
    delivery = message.payload.get("delivery")
    if delivery is None:
        return
    groups = sorted(_groups(delivery["channels"], message.payload["recipients"]))  # the order in which heaps are held
    for way, recipient, people in groups:
        if delivery["digest"] is None:
            _send_alone(execution, connection, message, (way, recipient, people))
        else:
            one = _thing(message.id, people, message.payload, delivery, _standing_in(delivery))
            pile = Pile(way, recipient, delivery["zone"])
            gather(execution, connection, pile, [one], lambda now: going_out(delivery, now))


def _standing_in(delivery: Mapping[str, Json]) -> Standing:
    """Return how a thing stands in the digest that its rule states: one of a morning interrupts nobody."""
    if delivery["digest"] != "hourly":
        return MORNING
    return URGENT if delivery.get("urgent") else COUNTED


Group = tuple[str, str, tuple[str, ...]]
"""A way, its recipient (blank for a group's robot) and the people who are told."""


def _groups(ways: Sequence[str], people: Sequence[str]) -> Iterator[Group]:
    for way in ways:
        if way == MAIL:
            yield from ((way, person, (person,)) for person in people)
        else:
            yield way, "", tuple(people)


def _send_alone(execution: Execution, connection: Connection, message: Message, group: Group) -> None:
    said, (way, recipient, people) = message.payload, group
    due = going_out(said["delivery"], execution.clocks.business())
    payload = {name: said[name] for name in ("text", "app", "form", "record", "rule")}
    kept = {name: said["delivery"].get(name) for name in ("retry", "quiet", "zone", "urgent", "amount")}
    payload |= {"way": way, "people": list(people), "told": message.id, **kept}
    id = derived_id(f"{message.id}/{way}/{recipient}", message.due_at, 0)
    execution.send(connection, message.command, [OutboxMessage(id, TELL, payload, due)])


def _thing(
    told: str, people: Iterable[str], said: Mapping[str, Json], how: Mapping[str, Json], standing: Standing
) -> Gathered:
    """Return what a message says as it is gathered; ``how`` are its delivery's words, which older ones may lack."""
    quiet = None if how.get("quiet") is None else [*how["quiet"], how["zone"]]
    text, about = Text.from_json(said["text"]), (said["app"], said["form"], said["record"])
    return Gathered(told, tuple(people), text, *about, how["retry"], how.get("amount"), quiet, standing)


@dataclass(frozen=True)
class _Parcel:
    """What one message tells outside: ``things`` go with it, of a digest those of its heap.

    Without a ``zone`` nobody counts how often people are interrupted by it: it is the digest of a morning, or a message
    from before anybody did.
    """

    way: str
    people: tuple[str, ...]
    things: tuple[Gathered, ...]
    told: str = ""
    zone: str | None = None


def told(execution: Execution, message: Message) -> Message:
    """Tell people, before the transaction of the delivery; return the message with whom it could not reach.

    Those who have been interrupted often enough today are left out: ``later`` names them. Nothing is sent and nothing
    wrong where an installation lets nothing out, as in trials and scenarios.
    """
    with execution.database.read() as connection:
        parcel = _parcel(connection, message)
        users = {user.id: user for user, _ in directory.users_with_roles(connection, parcel.people) if user.active}
        addresses = contacts.by_way(connection, users, parcel.way)
    missed, later = _told(execution, message, parcel, users, addresses)
    taken = [one.message for one in parcel.things]
    return replace(message, payload={**message.payload, "missed": missed, "taken": taken, "later": later})


def _told(
    execution: Execution, message: Message, parcel: _Parcel, users: Mapping[str, User], addresses: Mapping[str, str]
) -> tuple[list[str], list[str]]:
    """Tell those who may be told now; return whom the way does not reach, and for whom it waits for the morning."""
    if not (execution.outside.is_open and parcel.things) or parcel.way == IN_APP:
        return [], []
    if is_missing(execution, parcel.way):
        return [NOBODY], []
    _keep_quiet(execution, parcel)
    by_mail = parcel.way == MAIL
    reached = [id for id in users if not by_mail or id in addresses]
    later = book(execution, Asking(parcel.told, parcel.zone, parcel.things), reached) if parcel.zone else frozenset()
    now = {id: users[id] for id in reached if id not in later}
    to = {id: address for id, address in addresses.items() if id in now}
    things = [_as_told(execution, one) for one in parcel.things]
    if by_mail:
        _write(execution, message, things, now, to)
    else:
        _speak(execution, parcel.way, things, now, to)
    return [id for id in users if id not in reached], sorted(later)


def _keep_quiet(execution: Execution, parcel: _Parcel) -> None:
    """Put off what comes in quiet hours after all: it was tried before, or had to wait. PutOffError with their end."""
    now = until = execution.clocks.business()
    for one in parcel.things:
        if one.quiet is not None:
            *hours, zone_name = one.quiet
            until = max(until, out_of_quiet(now, hours, zone_name))
    if until > now:
        raise PutOffError(until)


def _parcel(connection: Connection, message: Message) -> _Parcel:
    said = message.payload
    if message.kind == TELL:
        standing: Standing = URGENT if said.get("urgent") else COUNTED
        people = tuple(said["people"])
        thing = _thing(said.get("told", message.id), people, said, said, standing)
        return _Parcel(said["way"], people, (thing,), thing.message, said.get("zone"))
    found = gathered.first(connection, _heap(said), MOST_GATHERED)
    people = tuple(dict.fromkeys(id for one in found for id in one.people))
    counts = all(one.standing != MORNING for one in found)
    return _Parcel(said["way"], people, found, message.id, said.get("zone") if counts else None)


def _heap(said: Mapping[str, Json]) -> Heap:
    return Heap(said["way"], said["recipient"], said["at"])


def _as_told(execution: Execution, one: Gathered) -> Told:
    """Return a thing with its link: to its record, or where it is of no form, to its board."""
    public, where = execution.outside.ways.public_url, f"{one.form or 'boards'}/{one.record}"
    link = None if public is None else f"{public}/a/{one.app}/{where}"
    return Told(one.text, link, OPENS if one.form else OPENS_BOARD)


def is_missing(execution: Execution, way: str) -> bool:
    """Tell whether a way was never set up; one that lacks its password alone is, and fails."""
    outside = execution.outside
    return outside.ways.mail is None if way == MAIL else bool(sending.lacking(outside, way))


def _write(
    execution: Execution,
    message: Message,
    told: Sequence[Told],
    users: Mapping[str, User],
    addresses: Mapping[str, str],
) -> None:
    """Send a letter to whom it is for: a message by mail has one recipient, and one ``Message-ID``."""
    for id, address in addresses.items():
        to = Recipient(users[id].display_name, address, users[id].language)
        with by_turns(execution, MAIL) as at:
            sending.send_letter(execution.outside, to, told, message.id, at)


def _speak(
    execution: Execution, way: str, told: Sequence[Told], users: Mapping[str, User], addresses: Mapping[str, str]
) -> None:
    """Let a robot speak: those whose account is known are mentioned, all are named."""
    if users:
        names, accounts = [user.display_name for user in users.values()], list(addresses.values())
        with by_turns(execution, way) as at:
            sending.say(execution.outside, way, told, names, accounts, at)


@contextmanager
def by_turns(execution: Execution, way: str) -> Iterator[Moment]:
    """Take a turn and tell the breaker how it went: somebody who refuses this message is well; give the real moment."""
    turns = turns_of(execution, way)
    turns.take()
    try:
        yield execution.clocks.real()
    except Exception as error:
        turns.settle(well=_is_of_the_message(error))
        raise
    turns.settle(well=True)


def _is_of_the_message(error: Exception) -> bool:
    """Tell whether it is this message that was refused, for good or for now, and not the way that is down."""
    put_off = isinstance(error, EngineError) and error.problems[0].code == problems.MAIL_PUT_OFF.code
    return put_off or is_hopeless(error)


def is_hopeless(error: Exception) -> bool:
    """Tell whether trying again does not mend an error."""
    return isinstance(error, EngineError) and error.problems[0].code in HOPELESS


def keep_told(execution: Execution, connection: Connection, message: Message) -> None:
    """Note whom a message could not reach, and let go of what went with it; what came since goes with another one.

    What nobody was told of goes out in the morning; where a robot spoke for others, it does not say it twice.
    """
    said = message.payload
    for recipient in said["missed"]:
        contacts.note_unreached(connection, recipient, said["way"], execution.clocks.business())
    if message.kind == DIGEST:
        _keep_digest(execution, connection, message)
    elif said["later"] and (said["way"] == MAIL or set(said["later"]) >= _active(connection, said["people"])):
        recipient = said["later"][0] if said["way"] == MAIL else ""
        one = _thing(said["told"], said["later"], said, said, MORNING)
        pile = Pile(said["way"], recipient, said["zone"])
        gather(execution, connection, pile, [one], lambda now: morning_of(now, one.quiet, said["zone"]))


def _active(connection: Connection, people: Iterable[str]) -> set[str]:
    return {user.id for user, _ in directory.users_with_roles(connection, people) if user.active}


def _keep_digest(execution: Execution, connection: Connection, message: Message) -> None:
    """Let go of what a digest took, tell it inside where that is its way, or put all of it by for the morning."""
    said, heap = message.payload, _heap(message.payload)
    gathered.hold(connection, heap.way, heap.recipient)
    found = gathered.first(connection, heap, MOST_GATHERED)
    if said["later"] and set(said["later"]) >= _active(connection, {id for one in found for id in one.people}):
        put_by(execution, connection, heap, said["zone"])
        return
    taken = said["taken"]
    if heap.way == IN_APP and found:
        tell_inside(execution, connection, message, heap.recipient, found)
        taken = [one.message for one in found]
    gathered.forget(connection, heap, taken)
    if gathered.there_is(connection, heap):
        announce(execution, connection, heap, said.get("zone"))


def retry_of(execution: Execution, message: Message, error: Exception, usual: outbox.Retry) -> outbox.Retry:
    """Return how a failed message is repeated: as its rule says, a digest as the most patient of its rules."""
    if is_hopeless(error):
        return replace(usual, most=1)
    if message.kind == TELL:
        return retry_as(message.payload["retry"], usual)
    with execution.database.read() as connection:
        found = gathered.first(connection, _heap(message.payload), MOST_GATHERED)
    return max((retry_as(one.retry, usual) for one in found), key=lambda retry: retry.most, default=usual)
