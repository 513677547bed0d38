"""Timers of a record: when the rules that look on a deadline are to look at it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from engine.decision.changeset import TimerSetting
from engine.decision.pending import Saving
from engine.kernel.clocks import Moment, start_of_day
from engine.kernel.values import Row, Value
from engine.language.expressions import Expression
from engine.language.types import DateType
from engine.rules.rules import Rule


def moment_by(expression: Expression, value: Value, zone: str) -> Moment | None:
    """Return the moment that an expression for a date or moment names; a date's is its first moment in the zone."""
    if value is None:
        return None
    return start_of_day(int(value), zone) if isinstance(expression.type, DateType) else int(value)


def timers(saving: Saving) -> Iterator[TimerSetting]:
    """Go through the timers that a save sets anew or takes away.

    What has come already is set, too: a rule that looks on a deadline looks once at a record that is past it.
    """
    before: Mapping[str, Value] | None = saving.before
    for rule in saving.app.rules_of(saving.form.key, before=False):
        if rule.deadline is None:
            continue
        was = None if before is None else _due(saving, rule, before)
        due = None if saving.row.get("deleted_at") is not None else _due(saving, rule, saving.row)
        if due != was:
            yield TimerSetting(*saving.key, rule.key, due)


def _due(saving: Saving, rule: Rule, row: Row) -> Moment | None:
    if rule.deadline is None:
        return None
    return moment_by(rule.deadline, rule.deadline.evaluate(row, saving.around), saving.app.zone)
