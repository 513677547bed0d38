"""What changes by the clock when an app or its parameters change: its schedules, and the timers of its records."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from engine.catalog.apps import App
from engine.catalog.boards import clocked_as as board_clock
from engine.catalog.connectors.intakes import clocked_as
from engine.decision.changeset import OutboxMessage
from engine.kernel.clocks import Moment
from engine.kernel.identifiers import derived_id
from engine.kernel.values import Value
from engine.rules.rules import Rule
from engine.rules.schedules import slot_after
from engine.runtime.boards_clock import schedules_of
from engine.runtime.execution import Execution
from engine.storage import schedules, timers
from engine.storage.schedules import Schedule

if TYPE_CHECKING:
    from sqlalchemy import Connection

ARM = "arm"
"""The kind of messages that let the timers of a rule be set anew, a few records at a time."""

Values = Mapping[str, Value]


def arm_message(app: str, rule: str, due: Moment, id: str, *, gained: bool, after: str = "") -> OutboxMessage:
    """Return the message that sets the timers of a rule for the records behind ``after``.

    ``gained`` says that the rule has just got its deadline, so that it has looked at no record yet.
    """
    return OutboxMessage(id, ARM, {"app": app, "rule": rule, "after": after, "gained": gained}, due)


def rules_of(app: App) -> Iterator[Rule]:
    """Go through the enabled after-rules of an app, form by form and in their order."""
    for form in sorted(app.forms):
        yield from app.rules_of(form, before=False)


def follow_app(connection: Connection, old: App | None, new: App, moment: Moment) -> None:
    """Keep the schedules of an app's revision and drop the timers of rules that no longer look on a deadline.

    A schedule that is new, or is another one now, begins with its first slot after ``moment``.
    """
    wanted = [
        Schedule(new.key, rule.key, number, item.cron, zone, slot_after(item.cron, zone, moment))
        for rule in rules_of(new)
        for number, item in enumerate(rule.schedules)
        for zone in (item.zone or new.zone,)
    ]
    wanted += [
        Schedule(new.key, clocked_as(connector.key, pull.key), 0, pull.cron, zone, slot_after(pull.cron, zone, moment))
        for connector in new.connectors.values()
        for pull in connector.pulls.values()
        if pull.cron is not None
        for zone in (pull.zone or new.zone,)
    ]
    wanted += [
        Schedule(new.key, board_clock(key), 0, send.cron, zone, slot_after(send.cron, zone, moment))
        for key, board in new.boards.items()
        if (send := board.definition.send) is not None
        for zone in (send.zone or new.zone,)
    ]
    schedules.sync(connection, new.key, [*wanted, *schedules_of(new, moment)])
    if old is not None:
        after = _forms_with_deadline(new)
        gone = [rule for rule, form in _forms_with_deadline(old).items() if after.get(rule) != form]
        timers.drop(connection, new.key, gone)


def _forms_with_deadline(app: App) -> Mapping[str, str]:
    return {rule.key: rule.definition.form for rule in rules_of(app) if rule.deadline is not None}


def to_arm(
    old: App | None, old_values: Values, new: App, new_values: Values, moment: Moment, command: str
) -> tuple[OutboxMessage, ...]:
    """Return the messages that set timers anew for rules whose deadline is new or another one, parameters included.

    A new app has no records yet. A rule that was switched off before looks at what is still to come alone: nobody can
    tell what it has looked at already.
    """
    if old is None:
        return ()
    before = {(rule.key, rule.definition.form): rule for rule in old.rules if rule.deadline is not None}
    messages = []
    for number, rule in enumerate(rules_of(new)):
        if rule.deadline is None:
            continue
        was = before.get((rule.key, rule.definition.form))
        gained, was_off = was is None, was is not None and not was.definition.enabled
        if gained or was_off or _meaning(was, old, old_values) != _meaning(rule, new, new_values):
            id = derived_id(f"{command}/{ARM}", moment, number)
            messages.append(arm_message(new.key, rule.key, moment, id, gained=gained))
    return tuple(messages)


def _meaning(rule: Rule | None, app: App, values: Values) -> object:
    """Return what the deadlines of a rule depend on beside the records: where it differs, they do."""
    if rule is None or rule.deadline is None:
        return None
    ahead = rule.ahead
    since = None if ahead is None or ahead.since is None else ahead.since.tree
    read = (rule.deadline.tree, app.zone, tuple(values.get(key) for key in sorted(rule.deadline_parameters)))
    return (*read, None if ahead is None else (ahead.offset, ahead.percent, since))


def follow_parameters(
    execution: Execution, connection: Connection, app: App, keys: Collection[str], command: str
) -> None:
    """Set timers anew for the rules whose deadline reads one of these parameters, which have been set just now."""
    moment = execution.clocks.business()
    messages = [
        arm_message(app.key, rule.key, moment, derived_id(f"{command}/{ARM}", moment, number), gained=False)
        for number, rule in enumerate(rules_of(app))
        if rule.deadline is not None and rule.deadline_parameters.intersection(keys)
    ]
    execution.send(connection, command, messages)


def follow_calendar(execution: Execution, connection: Connection, apps: Iterable[App], command: str) -> None:
    """Set timers anew for every rule of these apps that has a deadline: a day has just become a workday, or one off.

    Which deadlines count workdays is not asked: days are changed a few times a year.
    """
    moment, rules = execution.clocks.business(), [(app.key, rule) for app in apps for rule in rules_of(app)]
    messages = [
        arm_message(app, rule.key, moment, derived_id(f"{command}/{ARM}", moment, number), gained=False)
        for number, (app, rule) in enumerate(rules)
        if rule.deadline is not None
    ]
    execution.send(connection, command, messages)
