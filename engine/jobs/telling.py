"""Telling people outside what they were told inside: passed on with that, sent before a transaction, noted in one.

Mail goes to each person, a robot speaks to its group once. Who dies between the sending and the note sends again: a
letter with the same ``Message-ID``, words of a robot as they were.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from engine.catalog.connectors.definitions import BreakerDef
from engine.catalog.connectors.rates import RateDef
from engine.connectors import problems as connecting
from engine.connectors.telling import problems, sending
from engine.connectors.telling.letters import Recipient, Told
from engine.decision.changeset import OutboxMessage
from engine.decision.telling import DIGEST, MAIL, TELL, going_out, standing_of
from engine.jobs.calling import retry_as
from engine.jobs.turns import Turns
from engine.kernel.canonical import Json
from engine.kernel.clocks import Moment
from engine.kernel.identifiers import derived_id, uuid7
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
            _gather(execution, connection, message, (way, recipient, people))


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
    payload |= {"way": way, "people": list(people), "retry": said["delivery"]["retry"]}
    id = derived_id(f"{message.id}/{way}/{recipient}", message.due_at, 0)
    execution.send(connection, message.command, [OutboxMessage(id, TELL, payload, due)])


def _gather(execution: Execution, connection: Connection, message: Message, group: Group) -> None:
    """Gather it for the next digest; the first thing of a heap sends the message that will take all of it."""
    said, (way, recipient, people) = message.payload, group
    gathered.hold(connection, way, recipient)
    now = execution.clocks.business()  # read under the hold: what is gathered now is for a moment that is to come
    heap = Heap(way, recipient, going_out(said["delivery"], now))
    is_first = not gathered.there_is(connection, heap)
    text, retry = Text.from_json(said["text"]), said["delivery"]["retry"]
    one = Gathered(message.id, people, text, said["app"], said["form"], said["record"], retry)
    gathered.add(connection, heap, one, now)
    if is_first:
        _announce(execution, connection, heap)


def _announce(execution: Execution, connection: Connection, heap: Heap) -> None:
    id = uuid7(execution.clocks.business(), execution.randomness(10))
    payload = {"way": heap.way, "recipient": heap.recipient, "at": heap.due_at}
    execution.send(connection, id, [OutboxMessage(id, DIGEST, payload, heap.due_at)])


@dataclass(frozen=True)
class _Parcel:
    """What one message tells outside: ``taken`` are the things of a heap that go with it."""

    way: str
    people: tuple[str, ...]
    told: tuple[Told, ...]
    taken: tuple[str, ...] = ()


def told(execution: Execution, message: Message) -> Message:
    """Tell people, before the transaction of the delivery; return the message with whom it could not reach.

    Nothing is sent and nothing wrong where an installation lets nothing out, as in trials and scenarios.
    """
    with execution.database.read() as connection:
        parcel = _parcel(execution, connection, message)
        users = {user.id: user for user, _ in directory.users_with_roles(connection, parcel.people) if user.active}
        addresses = contacts.by_way(connection, users, parcel.way)
    missed: list[str] = []
    if execution.outside.is_open and parcel.told:
        if is_missing(execution, parcel.way):
            missed = [NOBODY]
        elif parcel.way == MAIL:
            missed = [id for id in users if id not in addresses]
            _write(execution, message, parcel.told, users, addresses)
        else:
            _speak(execution, parcel, users, addresses)
    return replace(message, payload={**message.payload, "missed": missed, "taken": list(parcel.taken)})


def is_missing(execution: Execution, way: str) -> bool:
    """Tell whether a way was never set up; one that lacks its password alone is, and fails."""
    outside = execution.outside
    return outside.ways.mail is None if way == MAIL else bool(sending.lacking(outside, way))


def _parcel(execution: Execution, connection: Connection, message: Message) -> _Parcel:
    said = message.payload
    if message.kind == TELL:
        about = (said["app"], said["form"], said["record"])
        return _Parcel(said["way"], tuple(said["people"]), (_told(execution, Text.from_json(said["text"]), *about),))
    found = gathered.first(connection, _heap(said), MOST_GATHERED)
    return _Parcel(
        said["way"],
        tuple(dict.fromkeys(id for one in found for id in one.people)),
        tuple(_told(execution, one.text, one.app, one.form, one.record) for one in found),
        tuple(one.message for one in found),
    )


def _heap(said: Mapping[str, Json]) -> Heap:
    return Heap(said["way"], said["recipient"], said["at"])


def _told(execution: Execution, text: Text, app: str, form: str, record: str) -> Told:
    public = execution.outside.ways.public_url
    return Told(text, None if public is None else f"{public}/a/{app}/{form}/{record}")


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


def _speak(execution: Execution, parcel: _Parcel, users: Mapping[str, User], addresses: Mapping[str, str]) -> None:
    """Let a robot speak: those whose account is known are mentioned, all are named."""
    if users:
        names, accounts = [user.display_name for user in users.values()], list(addresses.values())
        with by_turns(execution, parcel.way) as at:
            sending.say(execution.outside, parcel.way, parcel.told, names, accounts, at)


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
    """Note whom a message could not reach, and let go of what went with it; what came since goes with another one."""
    said = message.payload
    for recipient in said["missed"]:
        contacts.note_unreached(connection, recipient, said["way"], execution.clocks.business())
    if message.kind == DIGEST:
        heap = _heap(said)
        gathered.hold(connection, heap.way, heap.recipient)
        gathered.forget(connection, heap, said["taken"])
        if gathered.there_is(connection, heap):
            _announce(execution, connection, heap)


def retry_of(execution: Execution, message: Message, error: Exception, usual: outbox.Retry) -> outbox.Retry:
    """Return how a failed message is repeated: as its rule says, a digest as the most patient of its rules."""
    if is_hopeless(error):
        return replace(usual, most=1)
    if message.kind == TELL:
        return retry_as(message.payload["retry"], usual)
    with execution.database.read() as connection:
        found = gathered.first(connection, _heap(message.payload), MOST_GATHERED)
    return max((retry_as(one.retry, usual) for one in found), key=lambda retry: retry.most, default=usual)
