"""Sweeps: a rule whose slot has come looks at the records that meet its condition, a few at a time, each by itself.

The database finds them: a record that does not meet the condition costs no statement. Deciding looks at the condition
again on each, so that one that changed meanwhile is left alone. What one look has found waits in the outbox, in parts
of which each wakes the next.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from engine.decision.changeset import Actor, OutboxMessage
from engine.decision.commands import Command, RunRules
from engine.jobs.isolating import carry_out_each
from engine.kernel.canonical import Json
from engine.kernel.clocks import Moment
from engine.kernel.identifiers import derived_id
from engine.language.backends.sql.queries import to_condition
from engine.rules.rules import Rule
from engine.runtime.catalogs import Current
from engine.runtime.execution import Execution
from engine.storage import outbox
from engine.storage.outbox import Message
from engine.storage.query import all_ids, next_ids
from engine.storage.surroundings import SqlSurroundings

if TYPE_CHECKING:
    from sqlalchemy import Connection

KIND = "sweep"
CHUNK = 100
"""How many records one transaction decides at most: people keep writing in between."""

TOGETHER = 50
"""How many records are decided side by side, however slow the machine is; on a fast one more, if there is time.

What one transaction has seen is told to the next: it begins with as many as the one before had time for.
"""

LEAST = 10
"""Below how many more there is no point in going on in the same transaction."""

AHEAD = 50_000
"""How many records one look finds: a large form is gone through once for each so many, not for each few."""

PART = 1_000
"""How many of them one message carries: it is written anew for what each transaction leaves of it."""

PATIENCE_MS = 3_600_000
"""After how long (real time) a part comes that nobody has woken, as the one before it is dead."""

BRIEF_MS = 40
"""For how long a jobs process decides in one transaction, as far as it can tell: who writes waits little longer."""

FOLLOWING = 0xC00
"""Where the ids of following messages stand among those of one moment: behind what comes first at it."""

NOTHING_HAPPENED = {"created": False, "deleted": False, "changed": [], "left": None, "entered": None}


def rule_of(current: Current, app: str, key: str) -> Rule | None:
    """Return an enabled after-rule; None where the app has none of that key any more."""
    found = current.catalog.apps.get(app)
    if found is None:
        return None
    rules = (rule for form in found.forms for rule in found.rules_of(form, before=False))
    return next((rule for rule in rules if rule.key == key), None)


def matching(
    connection: Connection, current: Current, app: str, rule: Rule, slot: Moment, after: str, limit: int
) -> list[str]:
    """Return the ids of the next records behind ``after`` that meet a rule's condition as it stands at ``slot``."""
    form = current.tables[app, rule.definition.form]
    around = current.around(app, slot, None)
    scope = SqlSurroundings(current.tables, form.main.table, current.dialect, around, lasting=True)
    where = [] if rule.when is None else [to_condition(rule.when, scope)]
    found = None if after else all_ids(connection, form, where, limit)
    return next_ids(connection, form, where, after, limit) if found is None else found


def looked(execution: Execution, message: Message) -> Message:
    """Return a sweep with the records that it is about, read before anybody has to wait for its transaction."""
    if message.payload.get("ahead"):
        return message
    with execution.database.read() as connection:
        ids = _found(connection, execution.catalogs.current(connection), message.payload)
    return replace(message, payload={**message.payload, "ahead": ids, "more": len(ids) == AHEAD})


def sweep(
    execution: Execution, connection: Connection, message: Message, *, longest: int | None = None
) -> Message | None:
    """Let the rule look at the next records, and leave a message for those behind them, all in one transaction.

    Return that message.

    After ``longest`` milliseconds of real time no more records are begun with; without it only their number counts, so
    that the same is done in the same order however fast the machine is.
    """
    current = execution.locked(connection)
    rule = _scheduled(current, message.payload)
    if rule is None:
        return _leave(execution, connection, message, ())
    payload = message.payload
    if "ahead" not in payload:
        ids = _found(connection, current, payload)
        payload = {**payload, "ahead": ids, "more": len(ids) == AHEAD}
    ahead = payload["ahead"]
    commands = _commands(execution, message, rule, ahead[:CHUNK])
    width = payload.get("width", TOGETHER)
    done, fit = _carried_out(execution, connection, current, commands, width, longest)
    message = message if longest is None else replace(message, payload={**payload, "width": fit})
    return _leave(execution, connection, message, ahead[done:], ahead[-1] if ahead and payload["more"] else None)


def _leave(
    execution: Execution, connection: Connection, message: Message, ahead: Sequence[str], behind: str | None = None
) -> Message | None:
    """Leave messages for the records ahead and for those behind the last one that was found; each wakes the next.

    Return the first of them. Where nothing is left, it is the next part's turn.
    """
    payload = message.payload
    slot: Moment = payload["slot"]
    parts: list[Json] = [{"ahead": ahead[at : at + PART], "more": False} for at in range(0, len(ahead), PART)]
    parts += [] if behind is None else [{"after": behind}]
    ids = [derived_id(message.id, slot, FOLLOWING + number) for number in range(len(parts))]
    thens = [*ids[1:], payload.get("then")]
    if not ids:
        if thens[0] is not None:
            outbox.wake(connection, thens[0])
        return None
    about = {key: payload[key] for key in ("app", "rule", "cron", "slot", "after", "width") if key in payload}
    following = [
        OutboxMessage(id, KIND, {**about, **part, "then": then}, slot)
        for id, part, then in zip(ids, parts, thens, strict=True)
    ]
    execution.send(connection, message.command, following)
    outbox.park(connection, ids[1:], execution.clocks.real() + PATIENCE_MS)
    return Message(ids[0], message.command, KIND, following[0].payload, slot, 0, 0)


def _commands(execution: Execution, message: Message, rule: Rule, ids: Sequence[str]) -> list[Command]:
    """Return what lets a rule look at records for the slot of a sweep."""
    slot: Moment = message.payload["slot"]
    moment = max(execution.clocks.business(), slot)
    event = {**NOTHING_HAPPENED, "scheduled": slot, "version": f"slot:{slot}"}
    about = message.payload["app"], rule.definition.form
    return [
        Command(
            id=derived_id(f"{message.id}/{record}", slot, 0),
            moment=moment,
            actor=Actor(None),
            body=RunRules(*about, record, event, rule=rule.key),
            now=slot,
        )
        for record in ids
    ]


def _carried_out(
    execution: Execution,
    connection: Connection,
    current: Current,
    commands: Sequence[Command],
    width: int,
    longest: int | None,
) -> tuple[int, int]:
    """Carry out the first of these commands, all of them where nobody waits for their transaction.

    The first ``width`` tell how many more there is time for. Return how many, and how many there would be time for.
    """
    real = execution.clocks.real
    begun, done, fit = real(), 0, CHUNK
    while done < len(commands):
        carry_out_each(execution, connection, current, commands[done : done + width])
        done = min(done + width, len(commands))
        took = real() - begun
        if longest is not None and took:
            fit = max(TOGETHER, longest * done // took)
            width = (longest - took) * done // took
            if width < LEAST:
                break
    return done, fit


def sweep_message(app: str, rule: str, cron: str, slot: Moment, id: str, after: str = "") -> OutboxMessage:
    """Return the message that lets a rule look at the records behind ``after`` for one slot of its line ``cron``."""
    return OutboxMessage(id, KIND, {"app": app, "rule": rule, "cron": cron, "slot": slot, "after": after}, slot)


def _found(connection: Connection, current: Current, payload: Any) -> list[str]:  # noqa: ANN401 - JSON
    rule = _scheduled(current, payload)
    if rule is None:
        return []
    return matching(connection, current, payload["app"], rule, payload["slot"], payload["after"], AHEAD)


def _scheduled(current: Current, payload: Any) -> Rule | None:  # noqa: ANN401 - JSON
    """Return the rule of a sweep, if it still looks by the line of the slot that was claimed."""
    rule = rule_of(current, payload["app"], payload["rule"])
    kept = () if rule is None else rule.schedules
    return rule if any(line.cron == payload["cron"] for line in kept) else None
