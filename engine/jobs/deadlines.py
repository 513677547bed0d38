"""Deadlines: a rule looks at one record because its moment has come; and setting the timers of records anew.

Timers are set anew, a few records at a time, when a rule's deadline changes or a parameter that it reads does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.catalog.apps import App
from engine.decision.changeset import Actor, Changeset, OutboxMessage, TimerSetting
from engine.decision.commands import Command, RunRules
from engine.decision.timing import due_of
from engine.jobs.isolating import attempted, note_refusal
from engine.jobs.sweeping import FOLLOWING, NOTHING_HAPPENED, rule_of
from engine.kernel.clocks import Moment
from engine.kernel.identifiers import RandomBytes, derived_id
from engine.kernel.values import Row
from engine.language.plain import Plain
from engine.rules.rules import Rule
from engine.runtime.catalogs import Current
from engine.runtime.execution import Execution
from engine.runtime.timing import arm_message
from engine.storage import records, timers
from engine.storage.locks import lock_records
from engine.storage.outbox import Message
from engine.storage.query import next_ids
from engine.storage.timers import Timer
from engine.storage.unit_of_work import apply

if TYPE_CHECKING:
    from sqlalchemy import Connection

KIND = "deadline"
CHANCE = 16
"""How many random bytes tell one claim from every other."""

CHUNK = 100
"""How many timers one transaction sets."""


def deadline_message(timer: Timer, ordinal: int, random: RandomBytes) -> OutboxMessage:
    """Return the message that lets a rule look at a record whose moment has come.

    A timer may come back to a moment at which it was claimed before, so the id has chance in it: one claim is one
    message, and both are one transaction.
    """
    name = f"timer/{timer.app}/{timer.form}/{timer.record}/{timer.rule}/{random(CHANCE).hex()}"
    payload = {"app": timer.app, "form": timer.form, "record": timer.record, "rule": timer.rule, "due": timer.due_at}
    return OutboxMessage(derived_id(name, timer.due_at, ordinal), KIND, payload, timer.due_at)


def pass_deadline(execution: Execution, connection: Connection, message: Message) -> None:
    """Let the rule look at its record as of the deadline, unless that has been put off or taken away since."""
    payload = message.payload
    current = execution.locked(connection)
    rule = rule_of(current, payload["app"], payload["rule"])
    due: Moment = payload["due"]
    if rule is None or rule.definition.form != payload["form"]:
        return
    if not _has_come(connection, current, current.catalog.apps[payload["app"]], rule, payload["record"], due):
        return
    event = {**NOTHING_HAPPENED, "deadline": due, "version": f"due:{due}"}
    body = RunRules(payload["app"], payload["form"], payload["record"], event, rule=rule.key)
    moment = max(execution.clocks.business(), due)
    command = Command(derived_id(message.id, due, 0), moment, Actor(None), body, now=due)
    refused = attempted(execution, connection, current, command)
    if refused:
        note_refusal(execution, connection, current, command, refused)


def _has_come(connection: Connection, current: Current, app: App, rule: Rule, record: str, due: Moment) -> bool:
    """Tell whether the deadline of a record lies at ``due`` or before it, as the record is now.

    The record is not locked: its parents are, later, and who saves a record locks them first.
    """
    form = current.tables[app.key, rule.definition.form]
    row = records.fetch_many(connection, form, (record,)).get(record)
    wanted = None if row is None else _due(current, app, rule, row, due)
    return wanted is not None and wanted <= due


def arm(execution: Execution, connection: Connection, message: Message) -> None:
    """Set the timers of the next records of a rule, and leave a message for those behind them.

    A rule that has just got a deadline looks once at what is past it. Where the deadline became another one, a record
    that the rule has already looked at is not looked at again unless its new deadline is still to come.
    """
    payload = message.payload
    current = execution.locked(connection)
    rule = rule_of(current, payload["app"], payload["rule"])
    if rule is None or rule.deadline is None:
        return
    app, moment = current.catalog.apps[payload["app"]], execution.clocks.business()
    form = current.tables[app.key, rule.definition.form]
    ids = next_ids(connection, form, (), payload["after"], CHUNK)
    lock_records(connection, form.main.table, ids)  # a save that sets the same timer comes before or after, not between
    rows = records.fetch_many(connection, form, ids)
    waiting = timers.waiting(connection, app.key, rule.key, ids)
    settings = tuple(
        TimerSetting(app.key, form.form, id, rule.key, due)
        for id, row in sorted(rows.items())
        for due in (_due(current, app, rule, row, moment),)
        if due is None or due > moment or payload["gained"] or id in waiting
    )
    messages: tuple[OutboxMessage, ...] = ()
    if len(ids) == CHUNK:
        id = derived_id(message.id, message.due_at, FOLLOWING)
        messages = (arm_message(app.key, rule.key, message.due_at, id, gained=payload["gained"], after=ids[-1]),)
    changeset = Changeset(message.id, moment, Actor(None), {}, timers=settings, messages=messages)
    apply(connection, changeset, current.tables, execution.randomness)


def _due(current: Current, app: App, rule: Rule, row: Row, moment: Moment) -> Moment | None:
    around = Plain.around(current.around(app.key, moment, None))
    return due_of(rule, row, around, app.zone)  # the checker lets it read the record and parameters alone
