"""Calls of connectors inside of a decision: what is asked becomes a message, what was answered fields of the record.

Nothing is called here, and no secret is known.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from engine.catalog.apps import Catalog
from engine.catalog.connectors.connectors import Operation
from engine.catalog.connectors.preparing import prepared
from engine.decision import problems
from engine.decision.changeset import Actor, OutboxMessage
from engine.decision.commands import Command, NeedFacts, RunRules, TakeAnswer
from engine.decision.facts import Facts
from engine.decision.pending import Saving
from engine.decision.receipts import leave, sent
from engine.decision.saving import save
from engine.decision.work import Key, MissingFactsError, Parameters, Work
from engine.kernel.canonical import Json
from engine.kernel.problems import EngineError
from engine.kernel.values import Row, Value
from engine.rules.actions import Call
from engine.rules.announced import RetryDef

if TYPE_CHECKING:
    from engine.decision.acting import Run

KIND = "call"

MINUTES = {"minutes": 1, "hours": 60, "days": 1_440, "weeks": 10_080}


def place_call(run: Run, action: Call, row: Row) -> None:
    """Put a call into the outbox, with all that it asks for worked out now. Its id is the idempotency key."""
    operation = run.app.connectors[action.connector].operations[action.operation]
    around = run.around
    run.hear((expression, row) for expression in action.arguments.values())
    given = dict.fromkeys(operation.arguments)
    given |= {key: expression.evaluate(row, around) for key, expression in action.arguments.items()}
    _require(operation, given)
    seen = {**row, **given} if operation.definition.form is not None else {"id": row["id"], **given}
    payload = {
        "app": run.app.key,
        "connector": action.connector,
        "operation": action.operation,
        "form": run.form.key,
        "record": str(row["id"]),
        "rule": run.rule.key,
        "depth": run.body.depth + 1,
        "request": prepared(operation, seen, around),
        "retry": retry_json(action.retry),
    }
    message = OutboxMessage(run.work.next_id(), KIND, payload, run.work.moment)
    run.work.messages.append(message)
    leave(run.work, sent("call", message.id, connector=action.connector, operation=action.operation))


@dataclass(frozen=True)
class Rehearsal:
    """A call that is made by hand, about the record of its command; ``given`` are the arguments."""

    connector: str
    operation: str
    given: Mapping[str, Value]


def rehearse(
    command: Command, catalog: Catalog, parameters: Parameters, facts: Facts, wanted: Rehearsal
) -> dict[str, Json] | NeedFacts:
    """Return what the call would ask; EngineError where its record is absent or an argument is not given."""
    work, body = Work(command, catalog, parameters, facts), cast("RunRules", command.body)
    operation = work.app(body.app).connectors[wanted.connector].operations[wanted.operation]
    try:
        row: Row | None = {}
        if operation.definition.form is not None:
            row = work.record(body.app, operation.definition.form, body.record)
        if row is None:
            raise EngineError(problems.ABSENT.at())
        given = {**dict.fromkeys(operation.arguments), **wanted.given}
        _require(operation, given)
        return prepared(operation, {**row, **given}, work.surroundings(body.app))
    except MissingFactsError as missing:
        return NeedFacts(missing.queries)


def _require(operation: Operation, given: Mapping[str, Value]) -> None:
    missing = sorted(key for key in operation.required if given[key] is None)
    if missing:
        raise EngineError([problems.BLANK_ARGUMENT.at(key=key, operation=operation.key) for key in missing])


def retry_json(retry: RetryDef | None) -> Json:
    """Return a policy as an outbox row carries it: ``{"most", "first", "factor"}``, or null; ``first`` in ms."""
    if retry is None:
        return None
    first = None if retry.wait is None else retry.wait.count * MINUTES[retry.wait.unit] * 60_000
    return {"most": retry.attempts, "first": first, "factor": retry.factor}


def take_answer(work: Work, body: TakeAnswer) -> Key:
    """Fill the fields of the record that the operation names; nothing where the record has gone meanwhile."""
    app, form = work.app(body.app), work.form(body.app, body.form)
    key = (body.app, body.form, body.record)
    before = work.record(*key)
    connector = app.connectors.get(body.connector)
    operation = None if connector is None else connector.operations.get(body.operation)
    if before is None or operation is None or operation.definition.form != body.form:
        return key
    around = work.surroundings(app.key)
    answer: Row = {item.key: body.values.get(item.key) for item in operation.taken}
    found = {name: expression.evaluate(answer, around) for name, expression in operation.sets.items()}
    # What the partner does not know somebody may have filled meanwhile: a blank says nothing.
    given = {name: value for name, value in found.items() if value is not None}
    if all(before.get(name) == value for name, value in given.items()):
        return key
    actor = Actor(None, body.rule)
    row = {**before, **given}
    save(Saving(work, app, form, before, row, given, actor, typed=False, depth=body.depth, reason=body.rule))
    return key
