"""Surroundings held in memory: for tests, for examples and for running expressions without a database."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from engine.kernel.clocks import Day, Moment
from engine.kernel.values import Row, Value
from engine.language.aggregates import aggregate_over, first_rows
from engine.language.calendars import WEEKDAYS, Calendar
from engine.language.surroundings import RelatedRows, Run
from engine.language.tree import PARENT, Aggregate
from engine.language.zones import day_of


@dataclass(frozen=True, slots=True)
class PlainPerson:
    """One person (see ``engine.language.surroundings.PersonFacts``)."""

    display_name: str
    department: str | None = None
    manager: str | None = None
    roles: frozenset[tuple[str, str]] = frozenset()
    active: bool = True

    @property
    def departments_below(self) -> tuple[str, ...] | None:
        """Their own department."""
        return None if self.department is None else (self.department,)

    @property
    def held_roles(self) -> frozenset[tuple[str, str]]:
        """Their roles while they are active."""
        return self.roles if self.active else frozenset()


@dataclass(frozen=True)
class Plain:
    """The world around a row, with the rows of every form it reaches and the people, by id."""

    now: Moment
    today: Day
    zone: str = "Asia/Shanghai"
    me: str | None = None
    parameters: Mapping[str, Value] = field(default_factory=dict)
    old: Row | None = None
    rows: Mapping[tuple[str, str], tuple[Row, ...]] = field(default_factory=dict)
    people: Mapping[str, PlainPerson] = field(default_factory=dict)
    calendar: Calendar = WEEKDAYS

    @classmethod
    def around(cls, run: Run, old: Row | None = None) -> Plain:
        """Return the surroundings of a run with nothing related."""
        return cls(run.now, run.today, run.zone, run.me, run.parameters, old, calendar=run.calendar)

    @classmethod
    def at(cls, now: Moment, zone: str = "Asia/Shanghai") -> Plain:
        """Return surroundings of that moment with nothing around."""
        return cls(now, day_of(now, zone) or 0, zone)

    def record(self, app: str, form: str, id: str) -> Row | None:
        """Return the row with that id that is not deleted."""
        return next((row for row in self._living(app, form) if row["id"] == id), None)

    def person(self, id: str) -> PlainPerson | None:
        """Return the person with that id."""
        return self.people.get(id)

    def aggregate(self, aggregate: Aggregate, row: Row) -> Value:
        """Return the aggregate over the rows that point at ``row``; lines come from the row itself if it has them."""
        return aggregate_over(aggregate, self._related(aggregate, row), self)

    def related(self, aggregate: Aggregate, row: Row, limit: int) -> RelatedRows:
        """Return the first rows that the aggregate would go over."""
        return first_rows(aggregate, self._related(aggregate, row), self, limit)

    def _related(self, aggregate: Aggregate, row: Row) -> Iterable[Row]:
        _, _, lines = aggregate.form.partition(".")
        if lines and aggregate.reference == PARENT and lines in row:
            return ({**line, PARENT: row["id"]} for line in row[lines] or ())
        living = self._living(aggregate.app, aggregate.form)
        return (other for other in living if other[aggregate.reference] == row["id"])

    def _living(self, app: str, form: str) -> Iterable[Row]:
        return (row for row in self.rows.get((app, form), ()) if row.get("deleted_at") is None)
