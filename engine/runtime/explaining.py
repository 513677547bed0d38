"""Why a rule looks, or does not look, to do something about a record: its condition part by part, in words."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Literal

from engine.catalog.apps import App
from engine.decision.before_change import old_row
from engine.decision.problems import ABSENT
from engine.decision.words import shower
from engine.forms.forms import Form
from engine.kernel.clocks import Moment, moment_text
from engine.kernel.identifiers import is_uuid
from engine.kernel.problems import EngineError, Text
from engine.kernel.values import Row
from engine.language.compiling import compile_expression
from engine.language.explaining import Part, explain
from engine.language.expressions import Expression, reads_of
from engine.language.lookups import looked_up
from engine.language.printing.reasons import Teller, is_plain, is_read, readings, reason
from engine.language.printing.values import Shower
from engine.language.tree import And, Lookup, Not, Or
from engine.language.types import DurationType, NumberType
from engine.rules.rules import Rule, old_fields
from engine.runtime.desk import Desk
from engine.runtime.explanations import PartView, RuleExplanation, RuleView
from engine.runtime.reading import Around, Reading
from engine.runtime.record_sight import is_closed
from engine.runtime.rule_looks import CLOSED, SPEECHES, Looks
from engine.runtime.rule_obstacles import next_look, obstacles
from engine.runtime.showing import prefetch
from engine.runtime.table_rows import deciding_rows, row_parts, view_of
from engine.runtime.views import Viewer
from engine.storage import rule_runs
from engine.storage.rule_runs import StoredRun

RUNS = 10


class Explaining:
    """Answers why."""

    def __init__(self, desk: Desk) -> None:
        """Read through ``desk``."""
        self._desk = desk

    def rules(self, viewer: Viewer, app: str, form: str, id: str) -> tuple[RuleView, ...]:
        """Return the after-rules of a record's form, in their order: whether each holds now, when it last fired."""
        with self._desk.reading(viewer) as reading:
            definition, row = _record(reading, app, form, id)
            prefetch(reading, definition, [row])
            rules = _rules(reading.app(app), form)
            asked = [rule.key for rule in rules if old_fields(rule)]
            latest = rule_runs.latest_of_each(reading.connection, app, form, id, asked)
            fired = rule_runs.last_fired(reading.connection, app, form, id)
            return tuple(
                _rule_view(rule, _seen(reading, rule, definition, row, latest.get(rule.key)), fired.get(rule.key))
                for rule in rules
            )

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
            around = reading.surroundings(app)
            told, whole = Telling.of(around, compiled, definition, row), explain(compiled, row, around)
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


@dataclass(frozen=True)
class _Seen:
    """A rule's condition over a record, part by part, and what puts it into words."""

    whole: Part
    told: Telling


def _seen(reading: Reading, rule: Rule, form: Form, row: Row, latest: StoredRun | None) -> _Seen | None:
    """Return the condition of a rule over a record; None where it has none. ``latest`` is the rule's latest look."""
    if rule.when is None:
        return None
    around = _around(reading, rule, form, row, latest)
    return _Seen(explain(rule.when, row, around), Telling.of(around, rule.when, form, row))


def _rule_view(rule: Rule, seen: _Seen | None, fired: Moment | None) -> RuleView:
    holds = True if seen is None else seen.told.verdict(seen.whole)
    at = None if fired is None else moment_text(fired)
    return RuleView(rule.key, rule.labels, rule.definition.enabled, holds, rule.definition.severity, at)


def _around(reading: Reading, rule: Rule, form: Form, row: Row, latest: StoredRun | None) -> Around:
    """Return what the rule sees around a record: one that looks by the clock looks for nobody."""
    around = reading.surroundings(form.app)
    if old_fields(rule):
        around = replace(around, old=_before(form, row, latest))
    return replace(around, me=None) if rule.schedules or rule.deadline is not None else around


def _before(form: Form, row: Row, latest: StoredRun | None) -> Row:
    """Return the record before the change that made it what it is, as the rule saw it then.

    Where the rule has not looked at that change, nothing is changing: what was before is what is now.
    """
    if latest is None or latest.trace["event"].get("version") != row["version"] or "old" not in latest.trace:
        return row
    seen = old_row(form, latest.trace["old"]) or {}
    return {**row, **{key: seen[key] for key in latest.trace["old"] if key in seen}}


def _explained(reading: Reading, rule: Rule, form: Form, row: Row) -> RuleExplanation:
    app = reading.app(form.app)
    runs = rule_runs.latest(reading.connection, app.key, form.key, str(row["id"]), rule.key, RUNS)
    seen = _seen(reading, rule, form, row, runs[0] if runs else None)
    fired = rule_runs.last_fired(reading.connection, app.key, form.key, str(row["id"]))
    because = () if seen is None else tuple(dict.fromkeys(seen.told.because(seen.whole)))
    looks = Looks(reading, rule, form, row, reading.access(form).hidden(row, reading.surroundings(app.key)))
    return RuleExplanation(
        rule=_rule_view(rule, seen, fired.get(rule.key)),
        condition=None if seen is None else seen.told.view(seen.whole),
        because=tuple(sorted(because, key=lambda text: text == CLOSED)),
        runs=tuple(map(looks.view, runs)),
        at=moment_text(reading.moment),
        next_at=next_look(rule, app.zone, reading.moment, reading.catalog.calendar(app.key)),
        kept_by=tuple(obstacles(reading, rule, form, row)),
    )


@dataclass(frozen=True)
class Telling:
    """Puts the parts of one expression into words for one viewer."""

    reading: Reading
    form: Form
    row: Row
    around: Around
    teller: Teller

    @classmethod
    def of(cls, around: Around, expression: Expression, form: Form, row: Row) -> Telling:
        """Return the telling of an expression over a record, as it is seen with these surroundings."""
        reading = around.reading
        scope = reading.catalog.scope(form.app, form.key)
        labels = {key: item.definition.field.labels for key, item in reading.app(form.app).parameters.items()}
        return cls(reading, form, row, around, Teller.of(expression, scope, labels, _shown(reading, form.app)))

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
            parts=tuple(map(self.view, part.parts)) if joins else (*map(self._read, readings(part)), *self._rows(part)),
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
            yield CLOSED if self._is_closed(part) else self._reason(part)
            return
        wanted = settled if not isinstance(part.node, Not) or settled is None else not settled
        for inner in part.parts:
            if settled is None or self.verdict(inner) == wanted:
                yield from self.because(inner)

    def _is_closed(self, part: Part) -> bool:
        """Tell whether the part reads what the viewer may not see, in this record or in one that it points at."""
        return is_closed(self.reading, self.form, self.row, reads_of(part.node))

    def _rows(self, part: Part) -> tuple[PartView, ...]:
        """Return the rows of a decision table that decide, where a part looks up."""
        if not isinstance(part.node, Lookup):
            return ()
        app = self.reading.app(self.form.app)
        return tuple(row_parts(deciding_rows(app, part.node, self.row, self.around)))

    def _reason(self, part: Part) -> Text:
        """Return a condition as a sentence, with the rows of decision tables that it comes from."""
        told, app = reason(part, self.teller), self.reading.app(self.form.app)
        found = dict.fromkeys(
            words
            for lookup in looked_up(part.node, self.row, self.around)
            for words in view_of(app, lookup, deciding_rows(app, lookup, self.row, self.around)).told
        )
        if not found:
            return told
        zh, en = "；".join(words.zh for words in found), "; ".join(words.en for words in found)
        return Text(f"{told.zh}；依据{zh}", f"{told.en}; by the table {en}")


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
