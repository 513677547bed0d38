"""Delivering one outbox message: its effect and its done-mark in one transaction, so that the effect happens once."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from sqlalchemy import Connection

from engine.decision.changeset import Actor
from engine.decision.commands import Command, RunRules
from engine.jobs.problems import UNKNOWN_KIND
from engine.kernel.identifiers import derived_id
from engine.kernel.problems import EngineError, Text
from engine.runtime.execution import Execution
from engine.storage import notifications, outbox
from engine.storage.outbox import Message

log = logging.getLogger(__name__)

RETRY = outbox.Retry()

Deliver = Callable[[Execution, Connection, Message], None]


def run_after_rules(execution: Execution, connection: Connection, message: Message) -> None:
    """Let the after-rules look at what happened; the command's id follows from the message, so a retry is the same.

    ``now`` of the rules is the business moment of this try: what they say of the time is true when it is said.
    """
    payload = message.payload
    body = RunRules(
        app=payload["app"],
        form=payload["form"],
        record=payload["record"],
        event=payload["event"],
        depth=payload["depth"],
    )
    moment = execution.clocks.business()
    id = derived_id(message.id, message.due_at, 0)
    execution.within(connection, Command(id, moment, Actor(payload["by"]), body))


def notify(execution: Execution, connection: Connection, message: Message) -> None:
    """Put a message into the recipients' notifications; unique by outbox row and recipient."""
    payload = message.payload
    telling = notifications.Telling(
        message=message.id,
        text=Text.from_json(payload["text"]),
        at=execution.clocks.business(),
        app=payload["app"],
        form=payload["form"],
        record=payload["record"],
    )
    notifications.tell(connection, telling, payload["recipients"], execution.randomness)


DELIVERIES: Mapping[str, Deliver] = MappingProxyType({"event": run_after_rules, "notify": notify})


@dataclass(frozen=True)
class Delivery:
    """Delivers messages of the kinds that it knows."""

    execution: Execution
    kinds: Mapping[str, Deliver] = field(default_factory=lambda: DELIVERIES)

    def deliver(self, message: Message) -> bool:
        """Deliver one message; tell whether it is done. What fails is kept with its error and tried again later."""
        database, real = self.execution.database, self.execution.clocks.real
        try:
            with database.write() as connection:
                outbox.finish(connection, message, real())
                self._known(message.kind)(self.execution, connection, message)
        except Exception as error:
            log.warning("delivery of %s %s failed", message.kind, message.id, exc_info=error)
            self._fail(message, error)
            return False
        return True

    def _known(self, kind: str) -> Deliver:
        if kind not in self.kinds:
            raise EngineError(UNKNOWN_KIND.at(kind=kind))
        return self.kinds[kind]

    def _fail(self, message: Message, error: Exception) -> None:
        """Keep the failure with its message, unless another deliverer has taken it over."""
        try:
            with self.execution.database.write() as connection:
                outbox.fail(connection, message, str(error), self.execution.clocks.real(), RETRY)
        except EngineError as lost:
            log.warning("failure of %s not noted: %s", message.id, lost)
