"""One look at a page: what its blocks may ask for its viewer, and how rows become words; it decides on no block."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from sqlalchemy import and_, case

from engine.catalog.pages.blocks import FormName, Light
from engine.decision.facts import RecordQuery
from engine.decision.words import shower
from engine.forms.forms import Form
from engine.kernel.values import Row
from engine.language.backends.sql.queries import to_condition, to_value
from engine.language.expressions import Expression, ReadSet, reads_of
from engine.language.messages import Message
from engine.language.tree import PARENT
from engine.runtime.apps import form_view
from engine.runtime.listing import readable, within_sight
from engine.runtime.pages_views import Colour
from engine.runtime.reading import Around, Reading
from engine.runtime.showing import prefetch
from engine.runtime.views import FormView
from engine.storage.glances import Glance
from engine.storage.surroundings import SqlSurroundings

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement


@dataclass(frozen=True)
class Look:
    """One page of an app as one viewer reads it; expressions of the page see the app's parameters and its day."""

    reading: Reading
    app: str
    _views: dict[FormName, FormView] = field(default_factory=dict)

    @cached_property
    def around(self) -> Around:
        """What the expressions of the page see."""
        return self.reading.surroundings(self.app)

    @property
    def roles(self) -> frozenset[str]:
        """The viewer's roles in the app."""
        return frozenset(role for app, role in self.reading.viewer.roles if app == self.app)

    def form(self, name: FormName) -> Form | None:
        """Return a form whose records the viewer may read, some of them at least."""
        found = self.reading.catalog.form(*name)
        return found if found is not None and self.reading.access(found).may("read") else None

    def may_create(self, name: FormName) -> bool:
        """Tell whether the viewer may make records of a form."""
        found = self.reading.catalog.form(*name)
        return found is not None and self.reading.access(found).may("create")

    def view(self, form: Form) -> FormView:
        """Return a form as the viewer may see it."""
        known = self._views.get((form.app, form.key))
        if known is None:
            known = self._views[form.app, form.key] = form_view(self.reading, form)
        return known

    def sql(self, form: Form) -> SqlSurroundings:
        """Return what an expression of the page sees in a statement over a form's records."""
        current = self.reading.current
        return SqlSurroundings(current.tables, self.reading.tables(form).main.table, current.dialect, self.around)

    def glance(
        self,
        form: Form,
        chosen: Expression | None,
        sort: str = "-updated_at",
        within: Sequence[ColumnElement[bool]] = (),
        of: Expression | None = None,
    ) -> Glance | None:
        """Return the list of what the viewer may read of a form and meets a condition of the page.

        ``of`` is what will be worked out of these records: those where it reads a record that the viewer may not are
        left out. None where the condition, or this, reads what is not the viewer's to see.
        """
        asked = [item for item in (chosen, of) if item is not None]
        if any(self.bars(form, item.reads) for item in asked):
            return None
        where = [*readable(self.reading, form), *within]
        if chosen is not None:
            where.append(to_condition(chosen, self.sql(form)))
        where += [seen for item in asked for seen in within_sight(self.reading, form, item)]
        return Glance(self.reading.tables(form), where, sort.removeprefix("-"), sort.startswith("-"))

    def in_sight(self, form: Form, item: Expression) -> ColumnElement[object]:
        """Return, as SQL, what an expression makes of a record; NULL where it reads one that the viewer may not."""
        value, seen = to_value(item, self.sql(form)), within_sight(self.reading, form, item)
        return case((and_(*seen), value)) if seen else value

    def bars(self, form: Form, reads: ReadSet, row: Row | None = None) -> bool:
        """Tell whether these reads touch what the viewer may not see: in any row of the form, or in this one.

        What an expression of the page makes of many related records, it makes of all of them; but their form, and
        the fields that it reads of them, must be open to the viewer. In any row, what lies at the end of one reference
        is looked at record by record (``within_sight``); over several, every record must be the viewer's to read.
        """
        access = self.reading.access(form)
        hidden = access.not_always_shown if row is None else access.hidden(row, self.reading.surroundings(form.app))
        if hidden & (reads.fields | reads.old_fields):
            return True
        if any(self._is_closed(*reads.forms[path], {key}) for path, key in reads.paths):
            return True
        if row is None and any("." in path and not self._is_whole(*reads.forms[path]) for path, _ in reads.paths):
            return True
        if row is not None and not all(self._is_seen(form, row, path.split(".")) for path, _ in reads.paths):
            return True
        for aggregate in (*reads.aggregates, *(found for _, found in reads.distant)):
            outer, _, lines = aggregate.form.partition(".")
            inner = [reads_of(tree).fields for tree in (aggregate.value, aggregate.where) if tree is not None]
            fields = {lines} if lines else set().union(*inner)
            is_own = aggregate.reference == PARENT and (aggregate.app, outer) == (form.app, form.key)
            if fields & hidden if is_own else self._is_closed(aggregate.app, outer, fields):
                return True
        return False

    def _is_closed(self, app: str, key: str, fields: Iterable[str]) -> bool:
        form = self.form((app, key))
        return form is None or bool(self.reading.access(form).not_always_shown & set(fields))

    def _is_whole(self, app: str, key: str) -> bool:
        """Tell whether every record of a form is the viewer's to read."""
        form = self.form((app, key))
        return form is not None and self.reading.access(form).rows("read") is None

    def _is_seen(self, form: Form, row: Row, way: Sequence[str]) -> bool:
        """Tell whether every record on a way of references is the viewer's to read."""
        here, held = form, row
        for reference in way:
            kind = here.scope.fields[reference].type
            target = self.reading.catalog.form(getattr(kind, "app", ""), getattr(kind, "form", ""))
            id = held.get(reference)
            if target is None or not id:
                return target is not None
            found = self.reading.record(target.app, target.key, str(id))
            if found is None:
                return True
            if not self.reading.may_see(target, found):
                return False
            here, held = target, found
        return True

    def prepare(self, form: Form, rows: Sequence[Row], expressions: Iterable[Expression]) -> None:
        """Fetch what rows point at, and what expressions reach over further references, a query for each step."""
        for row in rows:
            self.reading.remember(form, row)
        prefetch(self.reading, form, rows)
        ways = {path for item in expressions for path, _ in item.reads.paths if "." in path}
        for way in sorted(ways, key=lambda path: path.count(".")):
            *steps, last = way.split(".")
            ends = [found for row in rows if (found := self._end(form, row, steps)) is not None]
            self.reading.fetch(
                RecordQuery(*_target(there, last), str(held[last])) for there, held in ends if held.get(last)
            )

    def _end(self, form: Form, row: Row, way: Iterable[str]) -> tuple[Form, Row] | None:
        """Return where a way of references leads, if it leads anywhere."""
        here, held = form, row
        for reference in way:
            target = self.reading.catalog.form(*_target(here, reference))
            found = (
                self.reading.record(*_target(here, reference), str(held[reference])) if held.get(reference) else None
            )
            if target is None or found is None:
                return None
            here, held = target, found
        return here, held

    def words(self, form: Form, row: Row, message: Message | None) -> str:
        """Return what a message of the page says of a row; nothing where it tells what the viewer may not see."""
        if message is None:
            return ""
        speech = self.reading.viewer.language
        template = message.zh if speech == "zh" else message.en
        if any(self.bars(form, item.reads, row) for item in template.expressions):
            return ""
        return template.render(row, self.around, shower(self.reading, self.app, speech), speech).strip()

    def light(self, form: Form, row: Row, light: Light | None) -> Colour | None:
        """Return the light of a row; None where it has none, or the viewer may not know."""
        if light is None or any(self.bars(form, item.reads, row) for item in light.expressions):
            return None
        if light.red is not None and light.red.holds(row, self.around):
            return "red"
        return "yellow" if light.yellow is not None and light.yellow.holds(row, self.around) else "green"


def _target(form: Form, reference: str) -> FormName:
    kind = form.scope.fields[reference].type
    return getattr(kind, "app", form.app), getattr(kind, "form", form.key)
