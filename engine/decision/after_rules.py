"""After-rules: which of them look once something has happened to a record, and what they read is asked for at once."""

from __future__ import annotations

from typing import cast

from engine.decision.acting import Run
from engine.decision.before_change import old_row
from engine.decision.commands import RunRules
from engine.decision.course import go_on, run_one
from engine.decision.facts import RecordQuery
from engine.decision.firing_once import ask_ahead, may_fire, moment_of
from engine.decision.happenings import event_of
from engine.decision.rule_reading import read_for
from engine.decision.work import Work
from engine.kernel.clocks import day_of
from engine.kernel.values import Row
from engine.rules.rules import Event, Rule, old_fields


def run_rules(work: Work, body: RunRules) -> None:
    """Let every after-rule of the form that looks at the event run on the record as it is now.

    Of a deleted record people are told and others made; it is itself left alone.
    """
    app, form = work.app(body.app), work.form(body.app, body.form)
    event = event_of(body.event)
    query = RecordQuery(body.app, body.form, body.record, event.deleted)
    row = cast("Row | None", work.fact(query))
    if row is None:
        return
    today = day_of(moment_of(work, body), app.zone)
    if body.way:
        _go_on(work, body, row)
        return
    rules = [
        rule
        for rule in app.rules_of(form.key, before=False)
        if _is_asked(rule, body, event) and rule.is_valid_on(today)
    ]
    ask_ahead(work, body, rules)
    old = old_row(form, body.old)
    around = work.surroundings(app.key, old=old)
    read_for(work, form, (row, around), [rule for rule in rules if may_fire(work, body, rule)])
    for rule in rules:
        current = row if event.deleted else work.record(app.key, form.key, body.record)
        if current is not None and may_fire(work, body, rule):
            run_one(Run(work, app, form, rule, body, old), current)


def _go_on(work: Work, body: RunRules, row: Row) -> None:
    """Let a rule do what stands after its wait; one that is gone or switched off by now does nothing."""
    app, form = work.app(body.app), work.form(body.app, body.form)
    rule = next((rule for rule in app.rules_of(form.key, before=False) if rule.key == body.rule), None)
    if rule is not None:
        run = Run(work, app, form, rule, body, old_row(form, body.old))
        read_for(work, form, (row, run.around), [rule])
        go_on(run, row, body.way, body.steps)


def _is_asked(rule: Rule, body: RunRules, event: Event) -> bool:
    """Tell whether a rule looks; one that asks for what was before does not look where nobody has kept that.

    This is so where the rule is younger than what happened.
    """
    if old_fields(rule) and body.old is None and not event.created:
        return False
    return rule.looks_at(event) and rule.key != body.but if body.rule is None else rule.key == body.rule
