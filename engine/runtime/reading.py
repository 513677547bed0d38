"""Reading for one viewer inside one snapshot: rows, titles and names, fetched in batches and kept while it lasts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

from engine.catalog.apps import App, Catalog
from engine.decision.changeset import TaskOpening
from engine.decision.facts import AggregateQuery, Person, PersonQuery, Query, RecordQuery, RowsQuery
from engine.decision.problems import ABSENT
from engine.forms.access import Access
from engine.forms.forms import Form, lines_of
from engine.kernel.clocks import Moment, day_of
from engine.kernel.problems import EngineError
from engine.kernel.values import Row, Value
from engine.language.aggregates import first_rows
from engine.language.calendars import Calendar
from engine.language.expressions import Aggregate, Stored, aggregate_over, combine
from engine.language.surroundings import RelatedRows
from engine.language.tree import PARENT
from engine.runtime.catalogs import Current
from engine.runtime.files_views import FileView
from engine.runtime.views import Viewer
from engine.storage.facts import answer
from engine.storage.form_tables import FormTables

if TYPE_CHECKING:
    from sqlalchemy import Connection

Facts = dict[Query, object]


@dataclass
class Reading:
    """One snapshot as one viewer reads it."""

    connection: Connection
    current: Current
    viewer: Viewer
    moment: Moment
    facts: Facts = field(default_factory=dict)
    releasers: dict[str, tuple[tuple[str, ...], ...]] = field(default_factory=dict)
    """Who can still let go of the held records looked at so far, by the record's id."""
    files: dict[str, FileView] = field(default_factory=dict)
    """The files looked up so far, by id."""
    opened: tuple[TaskOpening, ...] = ()
    """What is read gives no tasks."""
    _access: dict[tuple[str, str], Access] = field(default_factory=dict, init=False)
    _around: dict[str, Around] = field(default_factory=dict, init=False)

    @property
    def catalog(self) -> Catalog:
        """The apps."""
        return self.current.catalog

    def tables(self, form: Form) -> FormTables:
        """Return the tables of a form."""
        return self.current.tables[form.app, form.key]

    def remember(self, form: Form, row: Row) -> None:
        """Keep a row that was fetched in another way."""
        self.facts[RecordQuery(form.app, form.key, str(row["id"]))] = row

    def app(self, key: str) -> App:
        """Return an installed app; EngineError (absent) where there is none."""
        found = self.catalog.apps.get(key)
        if found is None:
            raise EngineError(ABSENT.at())
        return found

    def form(self, app: str, form: str) -> Form:
        """Return a form that the viewer has access to; EngineError (absent) otherwise."""
        found = self.catalog.form(app, form)
        if found is None or not self.access(found).grants:
            raise EngineError(ABSENT.at())
        return found

    def access(self, form: Form) -> Access:
        """Return what the viewer may do with a form."""
        found = self._access.get((form.app, form.key))
        if found is None:
            roles = sorted(role for app, role in self.viewer.roles if app == form.app)
            found = self._access[form.app, form.key] = self.app(form.app).access(form.key, roles)
        return found

    def fetch(self, queries: Iterable[Query]) -> None:
        """Answer several questions at once, those already answered apart."""
        wanted = [query for query in dict.fromkeys(queries) if query not in self.facts]
        if wanted:
            self.facts.update(answer(self.connection, wanted, self.current.tables, self.surroundings))

    def fact(self, query: Query) -> object:
        """Return the answer to one question."""
        self.fetch((query,))
        return self.facts[query]

    def record(self, app: str, form: str, id: str) -> Row | None:
        """Return a record, whoever may read it; None where it is absent or deleted."""
        return cast("Row | None", self.fact(RecordQuery(app, form, id)))

    def person(self, id: str) -> Person | None:
        """Return a user."""
        return cast("Person | None", self.fact(PersonQuery(id)))

    def surroundings(self, app: str) -> Around:
        """Return what expressions of an app see around a row."""
        found = self._around.get(app)
        if found is None:
            zone = self.app(app).zone
            today = day_of(self.moment, zone)
            parameters, calendar = self.current.parameters.get(app, {}), self.current.catalog.calendar(app)
            found = self._around[app] = Around(self, self.moment, today, zone, self.viewer.id, parameters, calendar)
        return found

    def may_see(self, form: Form, row: Row) -> bool:
        """Tell whether the viewer may read a row."""
        return self.access(form).covers("read", row, self.surroundings(form.app))


@dataclass(frozen=True)
class Around:
    """The surroundings of a row that is only read (see ``engine.language.expressions.Surroundings``)."""

    reading: Reading
    now: int
    today: int
    zone: str
    me: str | None
    parameters: Mapping[str, Value]
    calendar: Calendar
    old: Row | None = None

    def record(self, app: str, form: str, id: str) -> Row | None:
        """Follow a reference."""
        return self.reading.record(app, form, id)

    def person(self, id: str) -> Person | None:
        """Return a user."""
        return self.reading.person(id)

    def aggregate(self, aggregate: Aggregate, row: Row) -> Value:
        """Return a live aggregate over the rows related to ``row``."""
        form, _, lines = aggregate.form.partition(".")
        if aggregate.reference == PARENT:
            return aggregate_over(aggregate, lines_of(row, lines), self)
        stored = self.reading.fact(AggregateQuery(aggregate.app, form, str(row["id"]), aggregate))
        return combine(aggregate, cast("Stored", stored), (), self)

    def related(self, aggregate: Aggregate, row: Row, limit: int) -> RelatedRows:
        """Return the first rows that the aggregate would go over."""
        form, _, lines = aggregate.form.partition(".")
        if aggregate.reference == PARENT:
            return first_rows(aggregate, lines_of(row, lines), self, limit)
        query = RowsQuery(aggregate.app, form, str(row["id"]), aggregate, limit)
        return cast("RelatedRows", self.reading.fact(query))
