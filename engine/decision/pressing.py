"""Buttons of a record: somebody presses one, and its rule runs at once, in the same transaction."""

from __future__ import annotations

from collections.abc import Iterator

from engine.catalog.apps import App
from engine.decision.acting import Run
from engine.decision.commands import Press, RunRules
from engine.decision.course import run_one
from engine.decision.firing_once import may_fire
from engine.decision.happenings import event_json
from engine.decision.permissions import access_to, as_seen, is_one_of
from engine.decision.problems import NOT_ALLOWED
from engine.decision.rule_reading import read_for
from engine.decision.work import Key, Work
from engine.forms.forms import Form
from engine.kernel.problems import EngineError, Text
from engine.kernel.values import Row
from engine.rules import problems
from engine.rules.events import EventDef
from engine.rules.rules import Event, Rule


def buttons_of(app: App, form: str) -> Iterator[tuple[Rule, EventDef]]:
    """Go through the buttons of a form: the rule of each, and the event that names it."""
    for rule in app.rules_of(form, before=False):
        yield from ((rule, event) for event in rule.definition.on if event.kind == "button")


def press(work: Work, body: Press) -> Key:
    """Run the rule of a button; EngineError where there is none, it is not theirs, or its condition does not hold."""
    app, form = work.app(body.app), work.form(body.app, body.form)
    row = as_seen(work, body.app, form, body.id, body.seen)
    offered = {event.names[0]: (rule, event) for rule, event in buttons_of(app, form.key)}
    if body.button not in offered:
        raise EngineError(problems.NO_BUTTON.at(key=body.button, known=", ".join(offered)))
    rule, event = offered[body.button]
    if not _may_press(work, form, event, row):
        raise EngineError(NOT_ALLOWED.at())
    labels = event.labels or Text(body.button, body.button)
    pressed = {**event_json(Event()), "version": f"press:{work.command.id}", "button": body.button}
    asked = RunRules(body.app, body.form, body.id, pressed, rule=rule.key)
    if not rule.is_valid_on(work.surroundings(app.key).today) or not may_fire(work, asked, rule):
        raise EngineError(problems.DONE_ALREADY.at(button_zh=labels.zh, button_en=labels.en))
    run = Run(work, app, form, rule, asked)
    read_for(work, form, (row, run.around), [rule])
    if not run_one(run, row):
        raise EngineError(problems.NOT_NOW.at(button_zh=labels.zh, button_en=labels.en))
    return (body.app, body.form, body.id)


def _may_press(work: Work, form: Form, event: EventDef, row: Row) -> bool:
    if work.command.actor.user is None:
        return True
    if event.by:
        return is_one_of(work, form, event.by, row)
    flow = work.app(form.app).workflows.get(form.key)
    locked = flow is not None and flow.locks(row.get("state"))
    return not locked and access_to(work, form).covers("update", row, work.surroundings(form.app))
