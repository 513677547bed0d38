"""Ways to break the spine on purpose, each as a programmer might by mistake: what the kill test must find."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

from engine.connectors.outside import Outside
from engine.connectors.telling import sending
from engine.jobs.delivering import Delivery
from engine.runtime import records
from engine.runtime.execution import Execution
from engine.storage import idempotency, outbox, unit_of_work
from engine.storage.outbox import Message

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from sqlalchemy import Connection

    from engine.decision.changeset import Changeset
    from engine.storage.database import Database

    Part = Callable[[Delivery, Connection, Message], None]


def effect_before_its_mark() -> None:
    """Mark a message as delivered in a transaction of its own, after its effect: killed between, it happens twice."""
    Delivery.deliver = lambda delivery, message: _delivered(delivery, message, _effect, _mark)


def mark_before_its_effect() -> None:
    """Mark a message as delivered in a transaction of its own, before its effect: killed between, it never happens."""
    Delivery.deliver = lambda delivery, message: _delivered(delivery, message, _mark, _effect)


def _delivered(delivery: Delivery, message: Message, *parts: Part) -> bool:
    try:
        for part in parts:
            with delivery.execution.database.write() as connection:
                part(delivery, connection, message)
    except Exception as error:  # noqa: BLE001 - as the delivery itself does
        delivery._fail(message, error)
        return False
    return True


def _effect(delivery: Delivery, connection: Connection, message: Message) -> None:
    delivery.kinds[message.kind](delivery.execution, connection, message)


def _mark(delivery: Delivery, connection: Connection, message: Message) -> None:
    outbox.finish(connection, message, delivery.execution.clocks.real())


def another_key_for_each_try() -> None:
    """Give each try of a call a key of its own: asked again after a crash, a partner takes it for something else."""
    ask = Outside.ask
    Outside.ask = lambda outside, connector, prepared, _key: ask(outside, connector, prepared, str(uuid4()))


def another_letter_for_each_try() -> None:
    """Give each try of a letter an id of its own: whoever gets it twice does not see that it is the same."""
    send = sending.send_letter
    sending.send_letter = lambda outside, to, told, _key, at: send(outside, to, told, str(uuid4()), at)


def told_after_the_mark() -> None:
    """Send a letter only after its message is marked as delivered: killed between, it is never sent."""
    send, deliver, kept = sending.send_letter, Delivery.deliver, []

    def delivered(delivery: Delivery, message: Message) -> bool:
        done = deliver(delivery, message)
        while kept:
            send(*kept.pop(0))
        return done

    sending.send_letter = lambda *arguments: kept.append(arguments)
    Delivery.deliver = delivered


def told_twice() -> None:
    """Let robots say everything once more than they are asked to: it is more than one repeat after a crash."""
    say = sending.say

    def saying(*arguments: Any) -> None:
        say(*arguments)
        say(*arguments)

    sending.say = saying


def answer_kept_after_the_commit() -> None:
    """Keep the answer to a key only when the work is committed: killed between, the same request is done twice."""
    keep, changed, kept = idempotency.keep, records.Records._changed, []

    def later(_connection: Connection, *arguments: object) -> None:
        kept.append(arguments)

    def change(self: records.Records, *arguments: object) -> object:
        answer = changed(self, *arguments)
        with self._execution.database.write() as connection:
            while kept:
                keep(connection, *kept.pop())
        return answer

    idempotency.keep = later
    records.Records._changed = change


def event_after_the_commit() -> None:
    """Put what must follow into the outbox only when the work is committed: killed between, it never follows."""
    send, kept = unit_of_work._send, []

    def later(_connection: Connection, changesets: Iterable[Changeset]) -> None:
        kept.append(tuple(changesets))

    def then_sending(work: Callable[..., object], database: Callable[[Any], Database]) -> Callable[..., object]:
        def worked(self: object, *arguments: object) -> object:
            answer = work(self, *arguments)
            if kept:
                with database(self).write() as connection:
                    while kept:
                        send(connection, kept.pop(0))
            return answer

        return worked

    unit_of_work._send = later
    Execution.attempt = then_sending(Execution.attempt, lambda execution: execution.database)
    Delivery.deliver = then_sending(Delivery.deliver, lambda delivery: delivery.execution.database)
