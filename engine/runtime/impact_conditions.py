"""What changed conditions do to the records that are there: whom they would refuse now, and which rules would meet.

Old against new, asked of the database over the tables of now. What only a person, a change or a new field decides
cannot be asked before it happens, and is not counted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, false, not_, or_, true

from engine.catalog.apps import App
from engine.forms.forms import Field, Form
from engine.kernel.problems import EngineError, Text
from engine.language.backends.sql.queries import to_condition
from engine.language.expressions import Expression
from engine.language.pushdown import pushes_down
from engine.language.surroundings import Moments
from engine.rules.rules import Rule
from engine.runtime.impact import COUNTED, Touched
from engine.storage.form_tables import FormTables, Tables
from engine.storage.query import bounded_count
from engine.storage.surroundings import SqlSurroundings

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Connection

    from engine.storage.database import Dialect

Turned = frozenset[tuple[str, str]]
"""Fields that get another type, by form and key: nobody can ask about their values before they are converted."""


@dataclass(frozen=True)
class Sides:
    """An app before and after, and what its expressions see around every row on either side."""

    old: App
    new: App
    around_old: Moments
    around_new: Moments
    turned: Turned = frozenset()


class _NotAskedError(Exception):
    """The database cannot be asked this before the design is published."""


def conditions(connection: Connection, tables: Tables, dialect: Dialect, sides: Sides) -> Iterator[Touched]:
    """Find what changed conditions of fields would refuse, and what changed rules would and would no more look at."""
    for key, new in sides.new.forms.items():
        old, table = sides.old.forms.get(key), tables.get((sides.new.key, key))
        if old is not None and table is not None:
            look = _Look(connection, table, tables, dialect, sides)
            yield from look.fields(old, new)
            yield from look.rules()


@dataclass(frozen=True)
class _Look:
    """One look at the records of one form."""

    connection: Connection
    table: FormTables
    tables: Tables
    dialect: Dialect
    sides: Sides

    def fields(self, old: Form, new: Form) -> Iterator[Touched]:
        """Find the records that a field would refuse and did not."""
        for field in new.live_fields():
            before = old.fields.get(field.key)
            if before is None or _said(old, before) == _said(new, field) or field.key not in self.table.main.columns:
                continue
            try:
                refused = self._refused(new, field, self.sides.around_new)
                was_refused = self._refused(old, before, self.sides.around_old)
            except _NotAskedError:
                continue
            name = field.labels
            place = f"forms/{new.key}.json#/fields/#{field.definition.uid}"
            zh = f"不符合“{name.zh}”的新条件,下次修改时要改正"
            en = f"do not meet the new conditions of “{name.en}”, and have to with their next change"
            yield from self._counted(and_(refused, not_(was_refused)), place, zh, en)

    def rules(self) -> Iterator[Touched]:
        """Find the records for which a rule's condition holds on one side alone."""
        before = {rule.key: rule for rule in self.sides.old.rules if rule.definition.form == self.table.form}
        for rule in self.sides.new.rules:
            old = before.get(rule.key)
            if old is None or _source(old.when) == _source(rule.when):
                continue
            try:
                now, then = self._meets(rule, self.sides.around_new), self._meets(old, self.sides.around_old)
            except _NotAskedError:
                continue
            name, place = rule.labels, f"rules/{rule.key}.json#/when"
            more = (
                f"现在符合规则“{name.zh}”的条件,原来不符合",
                f"meet the condition of the rule “{name.en}” and did not",
            )
            less = (f"不再符合规则“{name.zh}”的条件", f"meet the condition of the rule “{name.en}” no more")
            yield from self._counted(and_(now, not_(then)), place, *more)
            yield from self._counted(and_(then, not_(now)), place, *less)

    def _refused(self, form: Form, field: Field, around: Moments) -> ColumnElement[bool]:
        """Return what holds of records that a field's conditions refuse: blank and asked for, or filled and not met."""
        blank = self.table.main.table.c[field.key].is_(None)
        section = form.section_conditions.get(form.conditional_section_of.get(field.key, ""))
        shown = [self._holds(one, around) for one in (field.visible_when, section) if one is not None]
        wanted: ColumnElement[bool] = false()
        if field.required_when is not None and not field.definition.set_by_system:
            wanted = self._holds(field.required_when, around)
        unmet = [not_(self._holds(one.holds, around)) for one in field.validations]
        return and_(true(), *shown, or_(and_(blank, wanted), and_(not_(blank), or_(false(), *unmet))))

    def _meets(self, rule: Rule, around: Moments) -> ColumnElement[bool]:
        if not rule.definition.enabled:
            return false()
        return true() if rule.when is None else self._holds(rule.when, around)

    def _holds(self, condition: Expression, around: Moments) -> ColumnElement[bool]:
        """Return a condition as SQL that is true or false, never blank."""
        reads, own = condition.reads, self.table
        known = own.main.columns.keys() | own.lines.keys()
        turned = {key for key in reads.fields if (own.form, key) in self.sides.turned}
        beyond = reads.reaches and self.sides.turned
        if reads.reads_me or reads.reads_old or turned or beyond or reads.fields - known or pushes_down(condition):
            raise _NotAskedError
        scope = SqlSurroundings(self.tables, own.main.table, self.dialect, around)
        try:
            found: ColumnElement[Any] = to_condition(condition, scope)
        except EngineError as error:  # it reads a column or a form that comes with the design
            raise _NotAskedError from error
        return found.is_(true())

    def _counted(self, where: ColumnElement[bool], place: str, zh: str, en: str) -> Iterable[Touched]:
        count, exact = bounded_count(self.connection, self.table, [where], COUNTED)
        if count:
            more = ("", "") if exact else ("多于", "More than ")
            records = "record" if count == 1 and exact else "records"
            yield Touched(Text(f"{more[0]}{count}条记录{zh}", f"{more[1]}{count} {records} {en}"), place, count, exact)


def _source(expression: Expression | None) -> str | None:
    return None if expression is None else expression.source


def _said(form: Form, field: Field) -> tuple[object, ...]:
    """Return what decides whom a field refuses, as it is written."""
    section = form.section_conditions.get(form.conditional_section_of.get(field.key, ""))
    asked = (_source(field.required_when), _source(field.visible_when), _source(section))
    return (*asked, *(one.holds.source for one in field.validations))
