"""After-rules: what follows once something has happened to a record. Each run leaves what it saw and what it did."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import cast

from engine.decision.acting import Run, act_all
from engine.decision.before_change import old_row, old_values
from engine.decision.changeset import RuleRun
from engine.decision.commands import RunRules
from engine.decision.facts import RecordQuery
from engine.decision.firing_once import ask_ahead, firing, may_fire, moment_of
from engine.decision.reading_ahead import read_ahead, shown_in
from engine.decision.work import Around, Work
from engine.forms.forms import Form, lines_of
from engine.kernel.canonical import Json
from engine.kernel.clocks import day_of
from engine.kernel.problems import EngineError
from engine.kernel.values import Row
from engine.language.explaining import traced
from engine.language.expressions import Expression
from engine.rules import problems as rule_problems
from engine.rules.rules import Event, ForEach, Rule, Update, old_fields

DEPTH = 5
WRITES = 200


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
            _run(Run(work, app, form, rule, body, old), current)


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


def event_of(document: Mapping[str, Json]) -> Event:
    """Return the event that an outbox row carries."""
    return Event(
        created=document["created"],
        deleted=document["deleted"],
        changed=frozenset(document["changed"]),
        left=document["left"],
        entered=document["entered"],
        hook=document.get("hook"),
    )


def _run(run: Run, row: Row) -> None:
    work, rule = run.work, run.rule
    around = run.around
    fired = rule.when is None or rule.when.holds(row, around)
    run.hear(() if rule.when is None else [(rule.when, row)])
    done: list[str] = []
    if fired:
        if run.body.depth >= DEPTH:
            raise EngineError(rule_problems.TOO_DEEP.at(rule=rule.key, limit=DEPTH))
        work.firings.extend(firing(work, run.body, rule))
        done = act_all(run, rule.then, row)
        if len(work.writes) > WRITES:
            raise EngineError(rule_problems.TOO_MANY_WRITES.at(rule=rule.key, limit=WRITES))
    work.runs.append(
        RuleRun(
            id=work.next_id(),
            app=run.app.key,
            rule=rule.key,
            revision=run.app.revision,
            form=run.form.key,
            record=run.body.record,
            fired=fired,
            trace={
                "event": dict(run.body.event),
                "inputs": _inputs(rule, row),
                **({"old": old_values(old_fields(rule), run.old)} if old_fields(rule) else {}),
                "values": _values(rule, row, around) if fired else [],
                **({"tables": run.asked.found} if run.asked.found else {}),
                "actions": done,
                **({"severity": rule.definition.severity} if rule.definition.severity else {}),
            },
            at=work.moment,
        )
    )


def _inputs(rule: Rule, row: Row) -> dict[str, Json]:
    """Return the fields that the condition read, in the engine's form."""
    if rule.when is None:
        return {}
    return {key: row.get(key) for key in sorted(rule.when.reads.fields) if not isinstance(row.get(key), tuple)}


def _values(rule: Rule, row: Row, around: Around) -> list[Json]:
    """Return the value of every part of the condition as ``[start, end, value]``, the whole first."""
    if rule.when is None:
        return []
    found = traced(rule.when, row, around)
    return [[*at, list(value) if isinstance(value, tuple) else value] for at, value in found]
