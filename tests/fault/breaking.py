"""Ways to break the spine on purpose, each as a programmer might by mistake: what the kill test must find."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

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
