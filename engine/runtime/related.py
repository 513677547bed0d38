"""Related lists: the records that point at a record by a relation of its form, as far as the viewer may read them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import ColumnElement, exists

from engine.decision.problems import ABSENT
from engine.decision.words import title
from engine.forms.definitions import RelationDef
from engine.forms.forms import Form
from engine.kernel.identifiers import is_uuid
from engine.kernel.problems import EngineError, Text
from engine.kernel.values import Row
from engine.runtime.apps import form_view
from engine.runtime.desk import Desk
from engine.runtime.listing import list_page
from engine.runtime.reading import Reading
from engine.runtime.showing import prefetch
from engine.runtime.views import FormView, Page, Viewer


@dataclass(frozen=True)
class RelatedView:
    """One relation of a record: its key and labels, the form of the related records, and one page of them.

    ``title`` names the record that they point at, ``through`` is the field by which they do: a reference, or a
    sub-table in whose lines the reference stands.
    """

    key: str
    labels: Text
    title: str
    through: str
    form: FormView
    page: Page


@dataclass(frozen=True)
class Relation:
    """A relation whose far end the viewer may read."""

    definition: RelationDef
    target: Form

    @property
    def through(self) -> str:
        """The field by which the records point: a reference, or the lines in which it stands."""
        return self.definition.lines or self.definition.reference


class Related:
    """What hangs on a record."""

    def __init__(self, desk: Desk) -> None:
        """Read through ``desk``."""
        self._desk = desk

    def of(self, viewer: Viewer, app: str, form: str, id: str, limit: int) -> tuple[RelatedView, ...]:
        """Return each relation of a record with its first ``limit`` records; absent where the record is not there."""
        with self._desk.reading(viewer) as reading:
            definition, row = _record(reading, app, form, id)
            named = title(reading, definition, row, viewer.language)
            views = []
            for found in relations_of(reading, definition):
                within = [points_at(reading, found, id)]
                page = list_page(reading, found.target, filter=None, sort=None, limit=limit, after=None, within=within)
                views.append(_view(reading, found, named, page))
            return tuple(views)

    def page(  # noqa: PLR0913 - of what, and which page of it
        self,
        viewer: Viewer,
        app: str,
        form: str,
        id: str,
        relation: str,
        *,
        filter: str | None = None,
        sort: str | None = None,
        limit: int = 50,
        after: str | None = None,
    ) -> RelatedView:
        """Return one page of one relation; absent where record or relation is not there for the viewer."""
        with self._desk.reading(viewer) as reading:
            definition, row = _record(reading, app, form, id)
            found = next((item for item in relations_of(reading, definition) if item.definition.key == relation), None)
            if found is None:
                raise EngineError(ABSENT.at())
            within = [points_at(reading, found, id)]
            page = list_page(reading, found.target, filter=filter, sort=sort, limit=limit, after=after, within=within)
            return _view(reading, found, title(reading, definition, row, viewer.language), page)


def _record(reading: Reading, app: str, form: str, id: str) -> tuple[Form, Row]:
    definition = reading.form(app, form)
    row = reading.record(app, form, id) if is_uuid(id) else None
    if row is None or not reading.may_see(definition, row):
        raise EngineError(ABSENT.at())
    prefetch(reading, definition, [row])
    return definition, row


def relations_of(reading: Reading, form: Form) -> Iterator[Relation]:
    """Go through the relations of a form whose records, and the way from them, the viewer may see."""
    for definition in form.definition.relations:
        scope = form.scope.relations[definition.key]
        target = reading.catalog.form(scope.app, scope.form.partition(".")[0])
        if target is None:
            continue
        found, access = Relation(definition, target), reading.access(target)
        if access.may("read") and found.through not in access.not_always_shown:
            yield found


def narrowed_to(reading: Reading, target: Form, app: str, form: str, id: str, relation: str) -> ColumnElement[bool]:
    """Return, as SQL, that a record of ``target`` hangs on a record by this relation; absent where it is not there."""
    definition, _ = _record(reading, app, form, id)
    for found in relations_of(reading, definition):
        if found.definition.key == relation and found.target is target:
            return points_at(reading, found, id)
    raise EngineError(ABSENT.at())


def points_at(reading: Reading, relation: Relation, id: str) -> ColumnElement[bool]:
    """Return, as SQL, that a record points at the one with this id."""
    tables, definition = reading.tables(relation.target), relation.definition
    if definition.lines is None:
        return tables.main.table.c[definition.reference] == id
    lines = tables.lines[definition.lines].table
    return exists().where(lines.c.parent == tables.main.table.c.id, lines.c[definition.reference] == id)


def _view(reading: Reading, relation: Relation, named: str, page: Page) -> RelatedView:
    definition = relation.definition
    form = form_view(reading, relation.target)
    return RelatedView(definition.key, definition.labels, named, relation.through, form, page)
