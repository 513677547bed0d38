"""What a run saw: the event, the fields that its condition read, and the value of each part of the condition then."""

from __future__ import annotations

from dataclasses import dataclass, replace

from engine.catalog.apps import App
from engine.decision.words import shower
from engine.forms.forms import Form
from engine.kernel.canonical import Json
from engine.kernel.problems import EngineError, Text
from engine.kernel.values import Row, Value
from engine.language.compiling import compile_expression
from engine.language.explaining import Part, replayed
from engine.language.expressions import Expression
from engine.language.types import SEVERAL
from engine.rules.rules import Rule
from engine.runtime.explaining import Telling
from engine.runtime.explanations import BeforeView, PartView, TableView
from engine.runtime.reading import Reading
from engine.runtime.rule_looks import SPEECHES, Looks
from engine.runtime.runs.wording import Sight, event_words
from engine.storage import revisions
from engine.storage.rule_runs import FoundRun


@dataclass(frozen=True)
class Told:
    """What a run saw, in words."""

    event: Text
    inputs: tuple[BeforeView, ...] = ()
    before: tuple[BeforeView, ...] = ()
    condition: PartView | None = None
    tables: tuple[TableView, ...] = ()


def parts_of_run(sight: Sight, app: str, run: FoundRun) -> Told:
    """Return what a run saw as far as the viewer may see the record; the event alone where not."""
    reading, key = sight.reading, (app, run.form, run.record)
    found, form = reading.app(app), reading.catalog.form(app, run.form)
    flow = found.workflows.get(run.form)
    states = {} if flow is None else {name: state.labels for name, state in flow.states.items()}
    event = event_words(run.trace["event"], form, found.zone, states)
    row, hidden = sight.row(key), sight.hidden(key)
    if form is None or row is None or hidden is None:
        return Told(event)
    inputs = tuple(_inputs(reading, form, run.trace.get("inputs", {}), hidden))
    rule = next((rule for rule in found.rules if rule.key == run.rule and rule.definition.form == form.key), None)
    if rule is None:
        return Told(event, inputs)
    view = Looks(reading, rule, form, row, hidden).view(run.as_stored)
    return Told(event, inputs, view.before, _condition(reading, rule, form, row, run), view.tables)


def _inputs(reading: Reading, form: Form, kept: Json, hidden: frozenset[str]) -> list[BeforeView]:
    """Return the fields that the condition read, as they were."""
    show = {speech: shower(reading, form.app, speech) for speech in SPEECHES}
    return [
        BeforeView(
            field.labels or Text(key, key),
            Text(*("" if kept[key] is None else show[speech](_value(kept[key]), field.type) for speech in SPEECHES)),
        )
        for key, field in form.scope.fields.items()
        if key in kept and key not in hidden and not field.presence
    ]


def _value(kept: Json) -> Value:
    return tuple(kept) if isinstance(kept, list) else kept


def _condition(reading: Reading, rule: Rule, form: Form, row: Row, run: FoundRun) -> PartView | None:
    """Return the condition of then with the values of then; None where they are not kept, or it does not read now."""
    kept = run.trace.get("values")
    expression = _expression(reading, rule, form, run) if kept else None
    if expression is None:
        return None
    try:
        values = [((start, end), value) for start, end, value in kept]
        part = replayed(expression, values)
    except (TypeError, ValueError):
        return None
    if part is None:
        return None
    around = replace(reading.surroundings(form.app), old=row)
    return _without_rows(Telling.of(around, expression, form, row).view(_tupled(part)))


def _tupled(part: Part) -> Part:
    value = tuple(part.value) if isinstance(part.value, list) and isinstance(part.type, SEVERAL) else part.value
    return replace(part, value=value, parts=tuple(map(_tupled, part.parts)))


def _without_rows(view: PartView) -> PartView:
    """Leave out the rows of decision tables: those that the record hits now; the run's own are told by themselves."""
    return replace(view, parts=tuple(_without_rows(one) for one in view.parts if one.source is None))


def _expression(reading: Reading, rule: Rule, form: Form, run: FoundRun) -> Expression | None:
    """Return the condition that the rule had when it ran, as it reads among the forms of today."""
    app = reading.app(form.app)
    if run.revision == app.revision:
        return rule.when
    source = _source(reading, app, run)
    if source is None:
        return None
    if rule.when is not None and source == rule.definition.when:
        return rule.when
    try:
        return compile_expression(source, reading.catalog.scope(app.key, form.key))
    except EngineError:
        return None


def _source(reading: Reading, app: App, run: FoundRun) -> str | None:
    try:
        documents = revisions.documents(reading.connection, app.key, run.revision)
    except EngineError:
        return None
    rules = (one for path, one in documents.items() if path.startswith("rules/"))
    found: str | None = next((one.get("when") for one in rules if one.get("key") == run.rule), None)
    return found
