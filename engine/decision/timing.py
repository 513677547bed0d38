"""Timers of a record: when the rules that look on a deadline are to look at it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from engine.decision.changeset import TimerSetting
from engine.decision.commands import RunRules
from engine.decision.pending import Saving
from engine.kernel.clocks import DAY_MS, Moment, day_of, start_of_day
from engine.kernel.values import Row, Value
from engine.language import working_hours
from engine.language.expressions import Expression, Surroundings
from engine.language.operations import Op
from engine.language.tree import Operation
from engine.language.types import DateType
from engine.rules.lengths import LengthDef
from engine.rules.rules import Rule

WHOLE = 100
_MS: Mapping[str, int] = MappingProxyType({"minutes": 60_000, "hours": 3_600_000, "days": DAY_MS, "weeks": 7 * DAY_MS})
"""How long the units of a length are; workdays and working hours are counted by the calendar."""
HOUR_MS = 3_600_000


def moment_by(expression: Expression, value: Value, zone: str) -> Moment | None:
    """Return the moment that an expression for a date or moment names; a date's is its first moment in the zone."""
    if value is None:
        return None
    return start_of_day(int(value), zone) if isinstance(expression.type, DateType) else int(value)


def due_of(rule: Rule, row: Row, around: Surroundings, zone: str) -> Moment | None:
    """Return the moment at which a rule looks at a record by its deadline; None where it has none, or it is blank."""
    if rule.deadline is None:
        return None
    due, ahead = moment_by(rule.deadline, rule.deadline.evaluate(row, around), zone), rule.ahead
    if due is None or ahead is None:
        return due
    if ahead.percent is not None:
        begun = ahead.since
        start = row.get("created_at") if begun is None else moment_by(begun, begun.evaluate(row, around), zone)
        if start is None:
            return None
        due = _share(int(start), due, ahead.percent, rule.deadline, around)
    return due if due is None or ahead.offset is None else later(due, ahead.offset, around)


def _share(begun: Moment, due: Moment, percent: int, deadline: Expression, around: Surroundings) -> Moment | None:
    """Return when so many percent of a time are over: of its working hours where the deadline counts these."""
    if isinstance(deadline.tree, Operation) and deadline.tree.op is Op.SHIFT_WORK_TIME:
        worked = working_hours.between(begun, due, around.calendar, around.zone)
        if worked:
            return working_hours.shifted(begun, worked * percent // WHOLE, around.calendar, around.zone)
    return begun + (due - begun) * percent // WHOLE


def part_of(length: LengthDef, percent: int, begun: Moment, due: Moment, around: Surroundings) -> Moment | None:
    """Return when so many percent of a length that began then are over; of working hours, so many of these."""
    if length.unit == "work_hours":
        spent = length.count * HOUR_MS * percent // WHOLE
        return working_hours.shifted(begun, spent, around.calendar, around.zone)
    return begun + (due - begun) * percent // WHOLE


def later(moment: Moment, length: LengthDef, around: Surroundings) -> Moment | None:
    """Return the moment so much later; workdays keep the time of the day. None outside of the years 1 to 9999."""
    if length.unit == "work_hours":
        return working_hours.shifted(moment, length.count * HOUR_MS, around.calendar, around.zone)
    if length.unit != "workdays":
        return moment + length.count * _MS[length.unit]
    day = day_of(moment, around.zone)
    shifted = around.calendar.shifted(day, length.count)
    if shifted is None:
        return None
    return start_of_day(shifted, around.zone) + moment - start_of_day(day, around.zone)


def timers(saving: Saving) -> Iterator[TimerSetting]:
    """Go through the timers that a save sets anew or takes away.

    What has come already is set, too: a rule that looks on a deadline looks once at a record that is past it. A rule
    that itself puts a deadline of its own back to what is past does not look again, or it would look for ever.
    """
    before: Mapping[str, Value] | None = saving.before
    for rule in saving.app.rules_of(saving.form.key, before=False):
        if rule.deadline is None:
            continue
        lay = before is None or before.get("deleted_at") is not None
        was = None if before is None or lay else _due(saving, rule, before)
        due = None if saving.row.get("deleted_at") is not None else _due(saving, rule, saving.row)
        if due != was:
            yield TimerSetting(*saving.key, rule.key, None if _goes_back(saving, rule, was, due) else due)


def _goes_back(saving: Saving, rule: Rule, was: Moment | None, due: Moment | None) -> bool:
    """Tell whether a run of this very rule puts its deadline back, or sets it, to what is past as of the run.

    The same where the run is undone: it does not act again at once for what it acted for.
    """
    if saving.undoes == (saving.app.key, rule.key):
        return due is not None and due <= saving.around.now
    body = saving.work.command.body
    if due is None or not isinstance(body, RunRules) or (body.app, saving.actor.rule) != (saving.app.key, rule.key):
        return False
    return due <= saving.around.now and (was is None or due <= was)


def _due(saving: Saving, rule: Rule, row: Row) -> Moment | None:
    return due_of(rule, row, saving.around, saving.app.zone)
