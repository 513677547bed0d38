"""After-rules: what follows once something has happened to a record. Each run leaves what it saw and what it did."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from engine.catalog.apps import App
from engine.decision import problems
from engine.decision.changeset import (
    Actor,
    OutboxMessage,
    RuleRun,
    TaskAction,
    TaskOpening,
)
from engine.decision.commands import RunRules
from engine.decision.facts import RecordQuery
from engine.decision.pending import Saving
from engine.decision.permissions import recipients
from engine.decision.reading_ahead import read_ahead, shown_in
from engine.decision.saving import save
from engine.decision.timing import moment_by
from engine.decision.words import render
from engine.decision.work import Work
from engine.forms.forms import Form
from engine.kernel.canonical import Json
from engine.kernel.problems import EngineError
from engine.kernel.values import Row, Value
from engine.language.expressions import Expression
from engine.rules import problems as rule_problems
from engine.rules.rules import Create, Event, Fire, Notify, OpenTask, Refuse, Rule, SetFields

DEPTH = 5
WRITES = 200
OF_THE_RECORD = (SetFields, Fire, OpenTask)
"""Actions on the record itself: they mean nothing once it is deleted."""


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
    rules = [rule for rule in app.rules_of(form.key, before=False) if _is_asked(rule, body, event)]
    told = [expression for rule in rules for expression in rule.said]
    read_ahead(work, [(row, rule.reaching) for rule in rules], shown_in(form, row, told))
    for rule in rules:
        _run(_Run(work, app, form, rule, body), row)


def _is_asked(rule: Rule, body: RunRules, event: Event) -> bool:
    return rule.looks_at(event) if body.rule is None else rule.key == body.rule


def event_of(document: Mapping[str, Json]) -> Event:
    """Return the event that an outbox row carries."""
    return Event(
        created=document["created"],
        deleted=document["deleted"],
        changed=frozenset(document["changed"]),
        left=document["left"],
        entered=document["entered"],
    )


@dataclass(frozen=True)
class _Run:
    """One rule on one record."""

    work: Work
    app: App
    form: Form
    rule: Rule
    body: RunRules

    @property
    def actor(self) -> Actor:
        """Who acts: the system, by this rule."""
        return Actor(None, self.rule.key)


def _run(run: _Run, row: Row) -> None:
    work, rule = run.work, run.rule
    around = work.surroundings(run.app.key, me=work.command.actor.user)
    fired = rule.when is None or rule.when.holds(row, around)
    done: list[str] = []
    gone = row.get("deleted_at") is not None
    if fired:
        if run.body.depth >= DEPTH:
            raise EngineError(rule_problems.TOO_DEEP.at(rule=rule.key, limit=DEPTH))
        for action in rule.then:
            current = row if gone else work.record(run.app.key, run.form.key, run.body.record)
            if current is not None and not (gone and isinstance(action, OF_THE_RECORD)):
                done.append(_act(run, action, current))
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
            trace={"event": dict(run.body.event), "inputs": _inputs(rule, row), "actions": done},
            at=work.moment,
        )
    )


def _inputs(rule: Rule, row: Row) -> dict[str, Json]:
    """Return the fields that the condition read, in the engine's form."""
    if rule.when is None:
        return {}
    return {key: row.get(key) for key in sorted(rule.when.reads.fields) if not isinstance(row.get(key), tuple)}


def _act(run: _Run, action: object, row: Row) -> str:
    """Do one action; return its name for the run's trace."""
    match action:
        case Notify():
            _notify(run, action, row)
        case OpenTask():
            _open_task(run, action, row)
        case SetFields():
            _set_fields(run, action, row)
        case Fire():
            fire_by_rule(run, action, row)
        case Create():
            _create(run, action, row)
        case Refuse():  # the checker lets it stand in before-rules only
            raise EngineError(problems.NOT_ALLOWED.at())
    return type(action).__name__


def _notify(run: _Run, action: Notify, row: Row) -> None:
    people = recipients(run.work, run.app, action.to, row)
    text = render(run.work, run.app.key, row, action.text)
    if not people:
        return
    payload = {
        "recipients": list(people),
        "text": text.as_json(),
        "app": run.app.key,
        "form": run.form.key,
        "record": row["id"],
    }
    run.work.messages.append(OutboxMessage(run.work.next_id(), "notify", payload, run.work.moment))


def _open_task(run: _Run, action: OpenTask, row: Row) -> None:
    """Open the task, once for an event; not where the record has already gone on from the state that asks for it."""
    entered = run.body.event["entered"]
    if entered is not None and row.get("state") != entered:
        return
    title = render(run.work, run.app.key, row, action.title)
    actions = tuple(TaskAction(item.key, item.labels, item.transition, item.fields) for item in action.actions)
    due = None if action.due is None else _moment(run, action.due, row)
    for person in recipients(run.work, run.app, action.to, row):
        event = f"{row['id']}:{run.body.event['version']}"
        run.work.opened.append(
            TaskOpening(
                id=run.work.next_id(),
                key=action.key,
                app=run.app.key,
                form=run.form.key,
                record=str(row["id"]),
                assignee=person,
                title=title,
                actions=actions,
                dedupe=f"{run.app.key}:{run.rule.definition.uid}:{action.key}:{event}:{person}",
                opened_at=run.work.moment,
                due_at=due,
                state=row.get("state"),
            )
        )


def _moment(run: _Run, due: Expression, row: Row) -> int | None:
    return moment_by(due, due.evaluate(row, run.work.surroundings(run.app.key)), run.app.zone)


def _child(run: _Run, row: Row, values: Mapping[str, Value], fire: str | None = None) -> Saving:
    """Return the save of the run's own record, with these values, by the rule."""
    flow = run.app.workflows.get(run.form.key)
    transition = flow.transitions[fire] if flow and fire else None
    return Saving(
        work=run.work,
        app=run.app,
        form=run.form,
        before=row,
        row={**row, **values},
        given=values,
        actor=run.actor,
        transition=transition,
        typed=False,
        depth=run.body.depth + 1,
        reason=run.rule.key,
    )


def _values(run: _Run, sources: Mapping[str, Expression], row: Row) -> dict[str, Value]:
    around = run.work.surroundings(run.app.key)
    return {key: source.evaluate(row, around) for key, source in sources.items()}


def _set_fields(run: _Run, action: SetFields, row: Row) -> None:
    save(_child(run, row, _values(run, action.fields, row)))


def fire_by_rule(run: _Run, action: Fire, row: Row) -> None:
    """Fire a transition of the run's record; one that cannot start from its state any more is left alone."""
    flow = run.app.workflows.get(run.form.key)
    if flow is None or not flow.may_start(flow.transitions[action.transition], row.get("state")):
        return
    save(_child(run, row, _values(run, action.fields, row), action.transition))


def _create(run: _Run, action: Create, row: Row) -> None:
    app, form = run.work.app(action.app), run.work.form(action.app, action.form)
    values = _values(run, action.fields, row)
    save(new_saving(run.work, app, form, values, run.actor, typed=False, depth=run.body.depth + 1))


def new_saving(
    work: Work, app: App, form: Form, values: Mapping[str, Value], actor: Actor, *, typed: bool, depth: int = 0
) -> Saving:
    """Return the save of a new record of a form with these values."""
    flow = app.workflows.get(form.key)
    creator = work.person(actor.user) if actor.user else None
    row: dict[str, Value] = {
        **dict.fromkeys(form.fields),
        "department": creator.department if creator else None,
        "owner": actor.user,
        **values,
        "id": work.next_id(),
        "version": 0,
        "state": flow.definition.initial if flow else None,
        "state_since": work.moment if flow else None,
        "held": None,
        "created_at": work.moment,
        "created_by": actor.user,
        "deleted_at": None,
    }
    return Saving(work, app, form, None, row, values, actor, typed=typed, depth=depth)
