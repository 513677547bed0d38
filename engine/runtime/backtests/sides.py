"""The two sides of a back-test: a rule as it is in use, and as it would be; when either looks, and its condition."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sqlalchemy import true

from engine.decision.timing import due_of
from engine.kernel.clocks import Moment
from engine.kernel.problems import EngineError
from engine.kernel.values import Row
from engine.language.backends.sql.queries import to_condition, to_value
from engine.language.expressions import Expression
from engine.language.measuring import distinct
from engine.language.tree import Lookup, Node, Path, Related
from engine.rules.rules import Event, Rule
from engine.rules.schedules import latest_slot
from engine.runtime.catalogs import Current
from engine.runtime.problems import NOT_IN_PAST
from engine.runtime.reading import Around, Reading
from engine.runtime.views import Viewer
from engine.storage.firsts import Condition
from engine.storage.surroundings import SqlSurroundings

if TYPE_CHECKING:
    from sqlalchemy import Connection

Place = tuple[str, str]

SHOWN = 200


@dataclass(frozen=True)
class Side:
    """One rule with the apps and the parameters under which it looks; without a rule nothing ever happens."""

    app: str
    rule: Rule | None
    current: Current

    @property
    def by_clock(self) -> bool:
        """Whether the rule looks on schedules or deadlines."""
        return self.rule is not None and bool(self.rule.schedules or self.rule.deadline is not None)

    def on_day(self, day: int, begin: Moment, end: Moment) -> Moment | None:
        """Return the last moment of a day at which the rule looks at all records; None where it does not."""
        rule = self.rule
        if rule is None or not (rule.definition.enabled and rule.is_valid_on(day)):
            return None
        zone = self.current.catalog.apps[self.app].zone
        calendar = self.current.catalog.calendar(self.app)
        looking = [one for one in rule.schedules if not one.workdays or calendar.is_workday(day)]
        slots = [latest_slot(one.cron, one.zone or zone, end) for one in looking]
        found = [slot for slot in slots if slot >= begin]
        return max(found) if found else end if rule.deadline is not None else None

    def condition(self, at: Moment, *, lasting: bool = False) -> Condition:
        """Return the rule's condition over the form's table, as it stands at a moment for nobody in particular.

        One condition of a statement may be ``lasting`` (see ``SqlSurroundings``).
        """
        rule = self._asked()
        if rule.when is None:
            return true()
        return to_condition(rule.when, self._scope(at, lasting=lasting))

    def due(self, reading: Reading, row: Row) -> Moment | None:
        """Return the moment of the rule's deadline for a record."""
        around = replace(reading.surroundings(self.app), me=None)
        return due_of(self._asked(), row, around, self.current.catalog.apps[self.app].zone)

    def looks_at(self, event: Event, action: str, day: int) -> bool:
        """Tell whether the rule looks at what happened to a record by ``action``."""
        rule = self.rule
        if rule is None or not (rule.definition.enabled and rule.is_valid_on(day)):
            return False
        if not rule.looks_before:
            return rule.looks_at(event)
        return rule.looks_before_action("save" if action in {"create", "update", "delete"} else action)

    def reading(self, connection: Connection, viewer: Viewer, at: Moment) -> Reading:
        """Return a reading of the picture at a moment."""
        return Reading(connection, self.current, viewer, at)

    def around(self, reading: Reading, actor: str | None, old: Row | None) -> Around:
        """Return what the rule sees around a record to which ``actor`` has done something."""
        return replace(reading.surroundings(self.app), me=actor, old=old)

    def _scope(self, at: Moment, *, lasting: bool = False) -> SqlSurroundings:
        form = self.current.tables[self.app, self._asked().definition.form]
        around = self.current.around(self.app, at, None)
        return SqlSurroundings(self.current.tables, form.main.table, self.current.dialect, around, lasting=lasting)

    def _asked(self) -> Rule:
        if self.rule is None:
            raise AssertionError
        return self.rule

    def expressions(self) -> Iterator[Expression]:
        """Go through the expressions that decide whether and when the rule acts."""
        if self.rule is not None:
            yield from (one for one in (self.rule.when, self.rule.deadline) if one is not None)

    def forms(self) -> set[Place]:
        """Return the forms whose records decide whether the rule acts."""
        own = set() if self.rule is None else {(self.app, self.rule.definition.form)}
        return own | {place for one in self.expressions() for place in _forms(one.tree)}

    def refuse_news(self) -> None:
        """Raise EngineError where the rule reads what no record has yet: a form or a field that comes with a draft."""
        tables = self.current.tables
        news = [form for app, form in sorted(self.forms()) if (app, form) not in tables]
        news += [] if news else [one.source for one in self.expressions() if not self._has_columns(one)]
        if news:
            raise EngineError(NOT_IN_PAST.at(what=", ".join(news)[:SHOWN]))

    def _has_columns(self, expression: Expression) -> bool:
        """Tell whether the tables of now have all that an expression reads."""
        form = self.current.tables[self.app, self._asked().definition.form]
        if expression.reads.reads_old:
            read = expression.reads.fields | expression.reads.old_fields
            return read <= form.main.columns.keys() | form.lines.keys()
        try:
            to_value(expression, self._scope(0))
        except EngineError:
            return False
        return True


def _forms(tree: Node) -> Iterator[Place]:
    for part in distinct(tree):
        match part:
            case Path(steps):
                yield from ((step.app, step.form) for step in steps)
            case Related(aggregate, steps):
                yield from ((step.app, step.form) for step in steps)
                yield aggregate.app, aggregate.form.partition(".")[0]
                for inner in (aggregate.value, aggregate.where):
                    yield from () if inner is None else _forms(inner)
            case Lookup(body=body):
                for outside in body.outside:
                    yield from _forms(outside)
            case _:
                continue
