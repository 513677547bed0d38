"""Ways to break the spine on purpose, each as a programmer might by mistake: what the kill test must find."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.jobs.delivering import Delivery
from engine.runtime import records
from engine.storage import idempotency, outbox
from engine.storage.outbox import Message

if TYPE_CHECKING:
    from sqlalchemy import Connection


def effect_before_its_mark() -> None:
    """Mark a message as delivered in a transaction of its own, after its effect: killed between, it happens twice."""

    def deliver(self: Delivery, message: Message) -> bool:
        with self.execution.database.write() as connection:
            self.kinds[message.kind](self.execution, connection, message)
        with self.execution.database.write() as connection:
            outbox.finish(connection, message, self.execution.clocks.real())
        return True

    Delivery.deliver = deliver


def mark_before_its_effect() -> None:
    """Mark a message as delivered in a transaction of its own, before its effect: killed between, it never happens."""

    def deliver(self: Delivery, message: Message) -> bool:
        with self.execution.database.write() as connection:
            outbox.finish(connection, message, self.execution.clocks.real())
        with self.execution.database.write() as connection:
            self.kinds[message.kind](self.execution, connection, message)
        return True

    Delivery.deliver = deliver


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
