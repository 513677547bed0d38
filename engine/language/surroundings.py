"""What an expression may ask of the world around its row; whoever runs expressions answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from engine.kernel.clocks import Day, Moment
from engine.kernel.values import Row, Value
from engine.language.calendars import WEEKDAYS, Calendar
from engine.language.tree import Aggregate


class Run(Protocol):
    """What is the same for every row of one run, in Python as in SQL: its moment, who it runs for, and parameters."""

    @property
    def now(self) -> Moment:
        """The run's moment, in milliseconds."""
        ...

    @property
    def today(self) -> Day:
        """The run's day in ``zone``."""
        ...

    @property
    def zone(self) -> str:
        """The app's time zone."""
        ...

    @property
    def calendar(self) -> Calendar:
        """The app's work calendar."""
        ...

    @property
    def me(self) -> str | None:
        """The user for whom it runs, by id; None for the system."""
        ...

    @property
    def parameters(self) -> Mapping[str, Value]:
        """The app's parameters, by what stands after ``param.``; every one that the scope names is there."""
        ...


@dataclass(frozen=True, slots=True)
class Moments:
    """A ``Run`` made of plain parts."""

    now: Moment
    today: Day
    zone: str
    me: str | None = None
    parameters: Mapping[str, Value] = field(default_factory=dict)
    calendar: Calendar = WEEKDAYS


@dataclass(frozen=True, slots=True)
class RelatedRows:
    """The first of some related rows, and how many there are in all."""

    rows: tuple[Row, ...]
    total: int


class PersonFacts(Protocol):
    """What the directory says of one person."""

    @property
    def display_name(self) -> str:
        """The name by which people know them."""
        ...

    @property
    def department(self) -> str | None:
        """Their department."""
        ...

    @property
    def departments_below(self) -> tuple[str, ...] | None:
        """Their department with all below it; None where they have none. There is no tree yet: it is their own."""
        ...

    @property
    def manager(self) -> str | None:
        """Their superior, by id."""
        ...

    @property
    def held_roles(self) -> frozenset[tuple[str, str]]:
        """Their roles, as ``(app, role)``; none where they are not active."""
        ...


class Surroundings(Run, Protocol):
    """The world around one row: the run, the row before the change, and what is related."""

    @property
    def old(self) -> Row | None:
        """The row before the change, complete; None where there was none."""
        ...

    def record(self, app: str, form: str, id: str) -> Row | None:
        """Return the row that a reference names, complete; None if it is absent or deleted."""
        ...

    def person(self, id: str) -> PersonFacts | None:
        """Return what the directory says of a user; None where it does not know them."""
        ...

    def aggregate(self, aggregate: Aggregate, row: Row) -> Value:
        """Return the aggregate over what is related to ``row``."""
        ...

    def related(self, aggregate: Aggregate, row: Row, limit: int) -> RelatedRows:
        """Return the first rows that the aggregate would go over: by ``created_at`` and id; lines as they stand."""
        ...
