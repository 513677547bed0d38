"""The last looks of a rule at a record as one viewer may see them: what was done, read of before, and looked up."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from engine.decision.before_change import old_row
from engine.decision.words import Show, shower
from engine.forms.forms import Form
from engine.kernel.canonical import Json
from engine.kernel.clocks import moment_text
from engine.kernel.problems import Text
from engine.kernel.values import Row, Value
from engine.language.expressions import Expression, reads_of
from engine.language.scope import FieldScope
from engine.language.templates import Each
from engine.language.tree import Lookup, walk
from engine.language.types import BooleanType
from engine.rules.actions import Action, ForRelated, Hold, Notify, OpenTask, evaluated_by, every, said_by
from engine.rules.rules import Rule, expressions_of
from engine.runtime.explanations import BeforeView, RunView
from engine.runtime.reading import Reading
from engine.runtime.record_sight import is_closed
from engine.runtime.sight import not_open
from engine.runtime.table_rows import kept_view
from engine.storage.rule_runs import StoredRun

CLOSED = Text("(您无权查看的条件)", "(a condition that you may not see)")
SPEECHES = ("zh", "en")

_FORMERLY = {
    "Notify": "notify",
    "OpenTask": "open_task",
    "SetFields": "set",
    "Refuse": "refuse",
    "Fire": "fire",
    "Create": "create",
    "Update": "update",
    "Post": "post",
    "Reverse": "reverse",
    "ForEach": "for_each",
    "Hold": "hold",
    "Release": "release",
}
"""What runs kept of actions before they kept their keys; of a branch itself nothing is told."""


@dataclass(frozen=True)
class Looks:
    """The looks of one rule at one record, for one viewer; ``hidden`` are the fields that are closed to them."""

    reading: Reading
    rule: Rule
    form: Form
    row: Row
    hidden: Collection[str]

    def view(self, run: StoredRun) -> RunView:
        """Return one look."""
        problems = run.trace.get("problems", ())
        error = said(problems, self.hidden) if problems else None
        kept = run.trace.get("tables", ())
        closed = self._closed_tables() if kept else frozenset()
        app = self.reading.app(self.form.app)
        return RunView(
            at=moment_text(run.at),
            fired=run.fired,
            actions=action_keys(run.trace),
            error=error,
            before=self._before(run),
            tables=tuple(kept_view(app, item) for item in kept if item["table"] not in closed),
            severity=run.trace.get("severity"),
            after_wait=run.trace.get("after_wait", False),
            waits_until=moment_text(run.trace["waits_until"]) if "waits_until" in run.trace else None,
        )

    def _before(self, run: StoredRun) -> tuple[BeforeView, ...]:
        kept = run.trace.get("old", {})
        old = old_row(self.form, kept) or {}
        fields = [field for key, field in self.form.scope.fields.items() if key in kept and key not in self.hidden]
        show = {speech: shower(self.reading, self.form.app, speech) for speech in SPEECHES}
        return tuple(
            BeforeView(
                field.labels or Text(field.key, field.key),
                Text(*(_old_shown(show[speech], old[field.key], field) for speech in SPEECHES)),
            )
            for field in fields
        )

    def _closed_tables(self) -> frozenset[str]:
        """Return the tables that are asked with what the viewer may not see: which row decided would tell of it.

        To who may not see everything of the record, so is a table that the rule does not ask any more.
        """
        asked = dict[str, bool]()
        for table, closed in self._asked():
            asked[table] = asked.get(table, False) or closed
        known = self.reading.app(self.form.app).decision_tables
        gone = known.keys() - asked.keys() if self.hidden else frozenset()
        return frozenset((*(table for table, closed in asked.items() if closed), *gone))

    def _asked(self) -> Iterator[tuple[str, bool]]:
        """Go through the tables that the rule asks, each with whether the viewer may not see what it is asked with."""
        for expression in expressions_of(self.rule):
            for lookup in _lookups(expression):
                yield lookup.table, is_closed(self.reading, self.form, self.row, reads_of(lookup))
        for lines, expressions in self.rule.lines_read.items():
            for lookup in (found for expression in expressions for found in _lookups(expression)):
                place = f"{self.form.key}.{lines}"
                yield lookup.table, lines in self.hidden or self._is_closed_in(self.form.app, place, lookup)
        for loop in (action for action in self.rule.every_action if isinstance(action, ForRelated)):
            there, own = (
                loop.related.aggregate,
                (each for item in every(loop.do) for each in (*evaluated_by(item), *said_by(item))),
            )
            for lookup in (found for expression in own for found in _lookups(expression)):
                yield lookup.table, self._is_closed_in(there.app, there.form, lookup)
        for each in (found for action in self.rule.every_action for found in _blocks(action)):
            rows, related = each.related.aggregate, reads_of(each.related)
            closed = is_closed(self.reading, self.form, self.row, related)
            for lookup in (found for expression in each.expressions for found in _lookups(expression)):
                yield lookup.table, closed or self._is_closed_in(rows.app, rows.form, lookup)

    def _is_closed_in(self, app: str, form: str, lookup: Lookup) -> bool:
        return any(not_open(self.reading, app, form, reads_of(lookup)))


def _lookups(expression: Expression) -> Iterator[Lookup]:
    if expression.reads.tables:
        yield from (part for part in walk(expression.tree) if isinstance(part, Lookup))


def _blocks(action: Action) -> Iterator[Each]:
    match action:
        case Notify(text=message) | OpenTask(title=message) | Hold(reason=message):
            yield from (each for template in (message.zh, message.en) for each in template.each)
        case _:
            return


def _old_shown(show: Show, value: Value, field: FieldScope) -> str:
    """Return a value of before in words; of what is not shown itself, whether there was anything."""
    return show(value is not None, BooleanType()) if field.presence else show(value, field.type)


def _said(problem: Json, hidden: Collection[str]) -> Text:
    """Return what a problem says, unless it is about a field that the viewer may not see."""
    parts = set(re.split(r"[.\[\]]+", problem["path"]))
    return CLOSED if parts & set(hidden) else Text.from_json(problem["message"])


def said(problems: Iterable[Json], hidden: Collection[str]) -> Text:
    """Return what problems say, but for those about fields that the viewer may not see."""
    found = [_said(problem, hidden) for problem in problems]
    return Text("；".join(item.zh for item in found), "; ".join(item.en for item in found))


def action_keys(trace: Json) -> tuple[str, ...]:
    """Return what a run did, as rules are written."""
    return tuple(_FORMERLY.get(key, key) for key in trace.get("actions", ()) if key != "Branch")
