"""After-rules: which of them look once something has happened to a record, and what they read is asked for at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import cast

from engine.decision.acting import Run
from engine.decision.before_change import old_row
from engine.decision.commands import RunRules
from engine.decision.course import go_on, run_one
from engine.decision.facts import RecordQuery
from engine.decision.firing_once import ask_ahead, may_fire, moment_of
from engine.decision.happenings import event_of
from engine.decision.reading_ahead import read_ahead, shown_in
from engine.decision.work import Around, Work
from engine.forms.forms import Form, lines_of
from engine.kernel.clocks import day_of
from engine.kernel.values import Row
from engine.language.expressions import Expression
from engine.rules.actions import ForEach, Update
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
    _read_for(work, form, (row, around), [rule for rule in rules if may_fire(work, body, rule)])
    for rule in rules:
        current = row if event.deleted else work.record(app.key, form.key, body.record)
        if current is not None and may_fire(work, body, rule):
            run_one(Run(work, app, form, rule, body, old), current)


def _go_on(work: Work, body: RunRules, row: Row) -> None:
    """Let a rule do what stands after its wait; one that is gone or switched off by now does nothing."""
    app, form = work.app(body.app), work.form(body.app, body.form)
    rule = next((rule for rule in app.rules_of(form.key, before=False) if rule.key == body.rule), None)
    if rule is not None:
        go_on(Run(work, app, form, rule, body, old_row(form, body.old)), row, body.way, body.steps)


def _read_for(work: Work, form: Form, seen: tuple[Row, Around], rules: Sequence[Rule]) -> None:
    """Ask at once for what these rules read of others, and for the records that they change.

    ``seen`` is the record with what the rules see around it.
    """
    row, around = seen
    told = [expression for rule in rules for expression in rule.said]
    lines = [item for rule in rules for item in _lines_read(row, rule)]
    also = [*shown_in(form.scope, row, told), *_written(row, rules)]
    read_ahead(work, [*((row, rule.reaching) for rule in rules), *lines], also, around)
    read_ahead(work, _targets(work, row, rules))


def _lines_read(row: Row, rule: Rule) -> Iterator[tuple[Row, tuple[Expression, ...]]]:
    """Go through the lines for which the rule does something, with what it evaluates over each."""
    for key, expressions in rule.lines_read.items():
        reaching = tuple(item for item in expressions if item.reads.reaches)
        yield from ((line, reaching) for line in lines_of(row, key))


def _written(row: Row, rules: Iterable[Rule]) -> Iterator[RecordQuery]:
    """Go through the records one reference away that the rules change, so that they are asked for at once."""
    for rule in rules:
        for action in rule.every_action:
            if isinstance(action, Update):
                yield from _first(row, action)
            elif isinstance(action, ForEach):
                updates = [item for item in action.do if isinstance(item, Update)]
                for line in row.get(action.lines) or ():
                    yield from (query for item in updates for query in _first(line, item))


def _targets(work: Work, row: Row, rules: Iterable[Rule]) -> Iterator[tuple[Row, tuple[Expression, ...]]]:
    """Go through the records that the rules change, with what saving them reads around each."""
    for query in dict.fromkeys(_written(row, rules)):
        found = work.record(query.app, query.form, query.id)
        if found is not None:
            form, before = work.form(query.app, query.form), work.app(query.app).rules_of(query.form, before=True)
            yield found, (*form.reaching, *(expression for rule in before for expression in rule.reaching))


def _first(row: Row, action: Update) -> Iterator[RecordQuery]:
    step = action.way[0]
    if row.get(step.reference):
        yield RecordQuery(step.app, step.form, str(row[step.reference]))


def _is_asked(rule: Rule, body: RunRules, event: Event) -> bool:
    """Tell whether a rule looks; one that asks for what was before does not look where nobody has kept that.

    This is so where the rule is younger than what happened.
    """
    if old_fields(rule) and body.old is None and not event.created:
        return False
    return rule.looks_at(event) if body.rule is None else rule.key == body.rule
