"""Why a rule looks, or does not look, to do something about a record: its condition part by part, in words."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from engine.catalog.apps import App
from engine.decision.before_change import old_row
from engine.decision.problems import ABSENT
from engine.decision.words import Show, shower
from engine.forms.forms import Form
from engine.kernel.canonical import Json
from engine.kernel.clocks import Moment, moment_text
from engine.kernel.identifiers import is_uuid
from engine.kernel.problems import EngineError, Text
from engine.kernel.values import Row, Value
from engine.language.compiling import compile_expression
from engine.language.explaining import Part, explain
from engine.language.expressions import Expression, reads_of
from engine.language.printing.reasons import Teller, is_plain, is_read, readings, reason
from engine.language.printing.values import Shower
from engine.language.scope import FieldScope
from engine.language.tree import And, Not, Or
from engine.language.types import BooleanType, DurationType, NumberType
from engine.rules.rules import Rule, old_fields
from engine.rules.schedules import slot_after
from engine.runtime.desk import Desk
from engine.runtime.reading import Around, Reading
from engine.runtime.showing import prefetch
from engine.runtime.sight import not_open
from engine.runtime.views import Viewer
from engine.storage import rule_runs

RUNS = 10
SPEECHES = ("zh", "en")


@dataclass(frozen=True)
class PartView:
    """One part of a condition in words.

    ``joins`` tells how its parts belong together, and then there are no words beside theirs; a condition that joins no
    others is a ``value``, negated or not, and its parts are what it reads. ``holds`` is None for
    what is no condition, ``shown`` the value as people read it, blank as an empty text. What the viewer may not see is
    ``closed``: neither words nor value of it are told.
    """

    words: Text
    joins: Literal["all", "any", "not", "value"]
    holds: bool | None
    shown: Text
    closed: bool = False
    parts: tuple[PartView, ...] = ()


@dataclass(frozen=True)
class BeforeView:
    """A field that a rule read of the record before the change: its label, and the value as people read it."""

    label: Text
    shown: Text


@dataclass(frozen=True)
class RunView:
    """One look of the rule at the record: when, whether it fired, what it did, and the error that kept it from it.

    ``before`` is what it read of the record before the change, as far as the viewer may see it.
    """

    at: str
    fired: bool
    actions: tuple[str, ...]
    error: Text | None
    before: tuple[BeforeView, ...] = ()


@dataclass(frozen=True)
class RuleView:
    """A rule of the record's form; ``holds`` tells whether its condition holds for the record now.

    It is None where what the viewer may not see decides: its truth would tell of it. Where the rest settles it, it is
    told.
    """

    key: str
    labels: Text
    enabled: bool
    holds: bool | None


@dataclass(frozen=True)
class RuleExplanation:
    """Why a rule does, or does not do, something about a record now.

    ``because`` are the conditions that decide, in words with their values; ``next_at`` is when it looks next by its
    schedule.
    """

    rule: RuleView
    condition: PartView | None
    because: tuple[Text, ...]
    runs: tuple[RunView, ...]
    at: str
    next_at: str | None


class Explaining:
    """Answers why."""

    def __init__(self, desk: Desk) -> None:
        """Read through ``desk``."""
        self._desk = desk

    def rules(self, viewer: Viewer, app: str, form: str, id: str) -> tuple[RuleView, ...]:
        """Return the after-rules of a record's form, in their order, with whether each holds now."""
        with self._desk.reading(viewer) as reading:
            definition, row = _record(reading, app, form, id)
            prefetch(reading, definition, [row])
            return tuple(_rule_view(reading, rule, definition, row) for rule in _rules(reading.app(app), form))

    def explain(self, viewer: Viewer, app: str, form: str, id: str, rule: str) -> RuleExplanation:
        """Return why a rule does, or does not do, something about a record now; absent where either is not there."""
        with self._desk.reading(viewer) as reading:
            definition, row = _record(reading, app, form, id)
            found = next((item for item in _rules(reading.app(app), form) if item.key == rule), None)
            if found is None:
                raise EngineError(ABSENT.at())
            prefetch(reading, definition, [row])
            return _explained(reading, found, definition, row)

    def expression(
        self, viewer: Viewer, app: str, form: str, id: str, source: str
    ) -> tuple[PartView, tuple[Text, ...]]:
        """Return any expression over a record, part by part, and what decides if it is a condition."""
        with self._desk.reading(viewer) as reading:
            definition, row = _record(reading, app, form, id)
            compiled = compile_expression(source, reading.catalog.scope(app, form))
            prefetch(reading, definition, [row])
            told = _Telling.of(reading, compiled, definition, row)
            whole = explain(compiled, row, reading.surroundings(app))
            because = tuple(dict.fromkeys(told.because(whole))) if whole.holds is not None else ()
            return told.view(whole), because


def _record(reading: Reading, app: str, form: str, id: str) -> tuple[Form, Row]:
    definition = reading.form(app, form)
    row = reading.record(app, form, id) if is_uuid(id) else None
    if row is None or not reading.may_see(definition, row):
        raise EngineError(ABSENT.at())
    return definition, row


def _rules(app: App, form: str) -> tuple[Rule, ...]:
    """Return the rules of a form that look after something has happened, or by the clock; disabled ones, too."""
    own = (rule for rule in app.rules if rule.definition.form == form and not rule.looks_before)
    return tuple(sorted(own, key=lambda rule: (rule.definition.order, rule.key)))


def _rule_view(reading: Reading, rule: Rule, form: Form, row: Row) -> RuleView:
    holds: bool | None = True
    if rule.when is not None:
        told = _Telling.of(reading, rule.when, form, row)
        whole = explain(rule.when, row, _around(reading, rule, form, row))
        holds = told.verdict(whole)
    return RuleView(rule.key, rule.labels, rule.definition.enabled, holds)


def _around(reading: Reading, rule: Rule, form: Form, row: Row) -> Around:
    """Return what the rule sees around a record: one that looks by the clock looks for nobody."""
    around = reading.surroundings(form.app)
    if old_fields(rule):
        around = replace(around, old=_before(reading, rule, form, row))
    return replace(around, me=None) if rule.schedules or rule.deadline is not None else around


def _before(reading: Reading, rule: Rule, form: Form, row: Row) -> Row:
    """Return the record before the change that made it what it is, as the rule saw it then.

    Where the rule has not looked at that change, nothing is changing: what was before is what is now.
    """
    runs = rule_runs.latest(reading.connection, form.app, form.key, str(row["id"]), rule.key, 1)
    for run in runs:
        if run.trace["event"].get("version") == row["version"] and "old" in run.trace:
            seen = old_row(form, run.trace["old"]) or {}
            return {**row, **{key: seen[key] for key in run.trace["old"] if key in seen}}
    return row


def _explained(reading: Reading, rule: Rule, form: Form, row: Row) -> RuleExplanation:
    app = reading.app(form.app)
    condition, because = None, tuple[Text, ...]()
    if rule.when is not None:
        whole = explain(rule.when, row, _around(reading, rule, form, row))
        told = _Telling.of(reading, rule.when, form, row)
        condition = told.view(whole)
        because = tuple(sorted(dict.fromkeys(told.because(whole)), key=lambda text: text == CLOSED))
    hidden = reading.access(form).hidden(row, reading.surroundings(app.key))
    runs = rule_runs.latest(reading.connection, app.key, form.key, str(row["id"]), rule.key, RUNS)
    upcoming = [slot_after(item.cron, item.zone or app.zone, reading.moment) for item in rule.schedules]
    return RuleExplanation(
        rule=_rule_view(reading, rule, form, row),
        condition=condition,
        because=because,
        runs=tuple(
            replace(_run_view(run.at, run.fired, run.trace, hidden), before=_seen_before(reading, form, run, hidden))
            for run in runs
        ),
        at=moment_text(reading.moment),
        next_at=moment_text(min(upcoming)) if upcoming and rule.definition.enabled else None,
    )


def _run_view(at: Moment, fired: bool, trace: Mapping[str, Json], hidden: Collection[str]) -> RunView:
    found = [_said(problem, hidden) for problem in trace.get("problems", ())]
    error = Text("；".join(item.zh for item in found), "; ".join(item.en for item in found)) if found else None
    return RunView(moment_text(at), fired, tuple(trace.get("actions", ())), error)


def _seen_before(
    reading: Reading, form: Form, run: rule_runs.StoredRun, hidden: Collection[str]
) -> tuple[BeforeView, ...]:
    kept = run.trace.get("old", {})
    old = old_row(form, kept) or {}
    fields = [field for key, field in form.scope.fields.items() if key in kept and key not in hidden]
    show = {speech: shower(reading, form.app, speech) for speech in SPEECHES}
    return tuple(
        BeforeView(
            field.labels or Text(field.key, field.key),
            Text(*(_old_shown(show[speech], old[field.key], field) for speech in SPEECHES)),
        )
        for field in fields
    )


def _old_shown(show: Show, value: Value, field: FieldScope) -> str:
    """Return a value of before in words; of what is not shown itself, whether there was anything."""
    return show(value is not None, BooleanType()) if field.presence else show(value, field.type)


def _said(problem: Json, hidden: Collection[str]) -> Text:
    """Return what a problem says, unless it is about a field that the viewer may not see."""
    parts = set(re.split(r"[.\[\]]+", problem["path"]))
    return CLOSED if parts & set(hidden) else Text.from_json(problem["message"])


@dataclass(frozen=True)
class _Telling:
    """Puts the parts of one expression into words for one viewer."""

    reading: Reading
    form: Form
    row: Row
    teller: Teller

    @classmethod
    def of(cls, reading: Reading, expression: Expression, form: Form, row: Row) -> _Telling:
        """Return the telling of an expression over a record."""
        scope = reading.catalog.scope(form.app, form.key)
        labels = {key: item.definition.field.labels for key, item in reading.app(form.app).parameters.items()}
        return cls(reading, form, row, Teller.of(expression, scope, labels, _shown(reading, form.app)))

    def view(self, part: Part) -> PartView:
        """Return a part with its parts."""
        joins = _joins_others(part)
        if not joins and self._is_closed(part):
            return PartView(CLOSED, "value", None, Text("", ""), closed=True)
        return PartView(
            words=Text("", "") if joins else self.teller.words(part.at),
            joins=_joins(part) if joins else "value",
            holds=self.verdict(part),
            shown=Text("", "") if joins else self.teller.shown(part),
            parts=tuple(map(self.view, part.parts) if joins else map(self._read, readings(part))),
        )

    def _read(self, part: Part) -> PartView:
        """Return what a condition reads; what is true or false by itself is a value, too."""
        seen = self.view(part)
        return replace(seen, holds=None) if is_read(part) else seen

    def verdict(self, part: Part) -> bool | None:
        """Return whether a condition holds as far as what is open settles it; None where what is closed decides.

        Of what is no condition it is None, too.
        """
        if not _joins_others(part):
            return None if part.holds is None or self._is_closed(part) else part.holds
        found = {self.verdict(inner) for inner in part.parts}
        if None not in found:
            return part.holds
        match part.node:
            case And() if False in found:
                return False
            case Or() if True in found:
                return True
            case _:
                return None

    def because(self, part: Part) -> Iterator[Text]:
        """Go through the deciding conditions, each in one sentence with the values that it reads.

        Where what is closed decides, what is open beside it is told as it stands.
        """
        settled = self.verdict(part)
        if not _joins_others(part):
            yield CLOSED if self._is_closed(part) else reason(part, self.teller)
            return
        wanted = settled if not isinstance(part.node, Not) or settled is None else not settled
        for inner in part.parts:
            if settled is None or self.verdict(inner) == wanted:
                yield from self.because(inner)

    def _is_closed(self, part: Part) -> bool:
        """Tell whether the part reads what the viewer may not see, in this record or in one that it points at."""
        reads = reads_of(part.node)
        hidden = self.reading.access(self.form).hidden(self.row, self.reading.surroundings(self.form.app))
        if hidden & (reads.fields | reads.old_fields) or any(
            not_open(self.reading, self.form.app, self.form.key, reads)
        ):
            return True
        return not all(self._is_seen(path.split(".")) for path, _ in reads.paths)

    def _is_seen(self, way: Iterable[str]) -> bool:
        """Tell whether every record on a way of references is the viewer's to read."""
        form: Form | None = self.form
        row: Row | None = self.row
        for reference in way:
            if form is None or row is None:
                break
            kind = form.scope.fields[reference].type
            app, key = getattr(kind, "app", form.app), getattr(kind, "form", form.key)
            form, id = self.reading.catalog.form(app, key), row.get(reference)
            row = self.reading.record(app, key, str(id)) if id else None
            if form is not None and row is not None and not self.reading.may_see(form, row):
                return False
        return True


def _shown(reading: Reading, app: str) -> Callable[[Part], Text]:
    """Return how the values of parts read; records and persons as everywhere in the app."""
    showing = {speech: shower(reading, app, speech) for speech in SPEECHES}
    plain = Shower(reading.catalog.apps[app].zone)

    def shown(part: Part) -> Text:
        if isinstance(part.type, NumberType | DurationType):
            return plain.text(part.value, part.type)
        zh, en = (showing[speech](part.value, part.type) for speech in SPEECHES)
        return Text(zh, en)

    return shown


def _joins_others(part: Part) -> bool:
    """Tell whether a part joins conditions that are told one by one."""
    return part.joins and not is_plain(part.node)


CLOSED = Text("(您无权查看的条件)", "(a condition that you may not see)")


def _joins(part: Part) -> Literal["all", "any", "not", "value"]:
    match part.node:
        case And():
            return "all"
        case Or():
            return "any"
        case Not():
            return "not"
        case _:
            return "value"
