"""Delivering calls of connectors: asked outside of any transaction, kept with its receipt in one, as effects are."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING

from engine.catalog.connectors.answers import read_answer
from engine.catalog.connectors.connectors import Connector, Operation
from engine.connectors.outside import read_json
from engine.connectors.problems import CLOSED, ELSEWHERE, MANY_ITEMS, NOT_ACCEPTED, REFUSED, TOO_LONG, UNFIT_ANSWER
from engine.decision.calls import retry_json
from engine.decision.changeset import Actor
from engine.decision.commands import Command, TakeAnswer
from engine.jobs.isolating import attempted
from engine.jobs.partners import Partner
from engine.jobs.problems import NO_CONNECTOR
from engine.kernel.canonical import Json
from engine.kernel.identifiers import derived_id
from engine.kernel.problems import EngineError
from engine.kernel.values import Value
from engine.language.plain import Plain
from engine.runtime.catalogs import Current
from engine.runtime.execution import Execution
from engine.storage import connectors, outbox
from engine.storage.connectors import Receipt
from engine.storage.outbox import Message

if TYPE_CHECKING:
    from sqlalchemy import Connection

HOPELESS = frozenset((ELSEWHERE.code, MANY_ITEMS.code, REFUSED.code, TOO_LONG.code, NO_CONNECTOR.code, CLOSED.code))
"""What trying again does not mend."""


def is_hopeless(error: Exception) -> bool:
    """Tell whether trying again does not mend what went wrong."""
    return isinstance(error, EngineError) and error.problems[0].code in HOPELESS


@dataclass(frozen=True)
class _Asked:
    """One attempt of a call."""

    execution: Execution
    current: Current
    message: Message
    connector: Connector
    operation: Operation

    def answer(self) -> Message:
        """Call, and return the message with the receipt and the values of the answer; raise where it failed."""
        partner = Partner(self.execution, self.message.payload["app"], self.connector.definition)
        partner.take_turn()
        begun = time.monotonic()
        seen: dict[str, Json] = {}
        try:
            values = self._values(seen)
        except Exception as error:
            receipt = self._receipt(begun, seen, str(error))
            partner.settle(receipt, well=is_hopeless(error) and "status" in seen)
            raise
        partner.settle(None, well=True)
        receipt = self._receipt(begun, seen, None)
        return replace(self.message, payload={**self.message.payload, "receipt": asdict(receipt), "values": values})

    def _values(self, seen: dict[str, Json]) -> Mapping[str, Value]:
        outside, definition = self.execution.outside, self.connector.definition
        answer = outside.ask(definition, self.message.payload["request"], self.message.id)
        excerpt = outside.excerpt(answer, definition)
        seen |= {"status": answer.status, "excerpt": excerpt}
        around = self.current.around(self.message.payload["app"], self.execution.clocks.business(), None)
        return accepted(self.operation, read_json(answer, excerpt), excerpt, Plain.around(around))

    def _receipt(self, begun: float, seen: Mapping[str, Json], error: str | None) -> Receipt:
        payload = self.message.payload
        return Receipt(
            message=self.message.id,
            attempt=payload.get("earlier", 0) + self.message.attempts + 1,
            **{key: payload[key] for key in ("app", "connector", "operation", "form", "record", "rule")},
            at=self.execution.clocks.real(),
            duration=round((time.monotonic() - begun) * 1_000),
            status=seen.get("status"),
            excerpt=seen.get("excerpt"),
            error=error,
        )


def accepted(operation: Operation, document: Json, excerpt: str, around: Plain) -> Mapping[str, Value]:
    """Return the values of an answer; EngineError where they do not fit, or it does not accept what was asked."""
    values, found = read_answer(operation, document)
    if found:
        first = found[0]
        raise EngineError(UNFIT_ANSWER.at(at=first.path, why_zh=first.message.zh, why_en=first.message.en))
    if operation.accepted is not None and not operation.accepted.holds(values, around):
        raise EngineError(NOT_ACCEPTED.at(excerpt=excerpt))
    return values


def called(execution: Execution, message: Message) -> Message:
    """Call the partner, before the transaction of the delivery begins; return the message with what was answered."""
    payload = message.payload
    if not execution.outside.is_open:
        raise EngineError(CLOSED.at())
    with execution.database.read() as connection:
        current = execution.catalogs.current(connection)
    connector, operation = asked_of(current, payload)
    return _Asked(execution, current, message, connector, operation).answer()


def asked_of(current: Current, payload: Json) -> tuple[Connector, Operation]:
    """Return what a message asks, of whom; EngineError (JOB-007) where that is there no more."""
    app = current.catalog.apps.get(payload["app"])
    connector = None if app is None else app.connectors.get(payload["connector"])
    operation = None if connector is None else connector.operations.get(payload["operation"])
    if connector is None or operation is None:
        raise EngineError(NO_CONNECTOR.at(connector=payload["connector"], operation=payload["operation"]))
    return connector, operation


def keep_answer(execution: Execution, connection: Connection, message: Message) -> None:
    """Keep the receipt of a call, and let the record take what was answered; why it would not is told there."""
    payload = message.payload
    receipt = Receipt(**payload["receipt"])
    current = execution.locked(connection)
    _, operation = asked_of(current, payload)
    if operation.sets:
        taken = ("app", "form", "record", "connector", "operation", "rule", "values", "depth")
        body = TakeAnswer(**{key: payload[key] for key in taken})
        id = derived_id(f"{message.id}/answer", message.due_at, 0)
        command = Command(id, execution.clocks.business(), Actor(None, payload["rule"]), body)
        refused = attempted(execution, connection, current, command)
        if refused:
            receipt = replace(receipt, error=str(EngineError(refused)))
    connectors.note_receipt(connection, receipt)


def retry_of(execution: Execution, message: Message, error: Exception, usual: outbox.Retry) -> outbox.Retry:
    """Return how a failed message is repeated: as its rule or its connector says, or as usual; not where it is no use.

    Where the connector cannot be looked up, as usual.
    """
    if is_hopeless(error):
        return replace(usual, most=1)
    stated = message.payload.get("retry")
    if stated is None:
        try:
            with execution.database.read() as connection:
                connector, _ = asked_of(execution.catalogs.current(connection), message.payload)
        except EngineError:
            return usual
        stated = retry_json(connector.definition.retry)
    return retry_as(stated, usual)


def retry_as(stated: Json, usual: outbox.Retry) -> outbox.Retry:
    """Return a policy as an outbox row carries it (``retry_json``); as usual where none is stated."""
    if stated is None:
        return usual
    if stated["first"] is None:
        return replace(usual, most=stated["most"])
    return replace(usual, most=stated["most"], first=stated["first"], factor=stated["factor"])
