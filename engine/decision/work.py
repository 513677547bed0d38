"""One decision while it is being made: the facts it has, the rows it has changed so far and what it has gathered."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import cast

from engine.catalog.apps import App, Catalog
from engine.decision.changeset import (
    ApprovalAct,
    ApprovalWrite,
    EnvelopeWrite,
    Firing,
    Holding,
    Note,
    Numbering,
    OutboxMessage,
    RecordWrite,
    RuleRun,
    RunUndone,
    StateChange,
    TaskClosing,
    TaskOpening,
    TimerSetting,
    TokenUse,
)
from engine.decision.commands import Command
from engine.decision.facts import AggregateQuery, Facts, Person, PersonQuery, Query, RecordQuery, RowsQuery
from engine.decision.problems import ABSENT
from engine.forms.forms import Form, lines_of
from engine.kernel.canonical import Json
from engine.kernel.clocks import day_of
from engine.kernel.identifiers import derived_id, uuid_moment
from engine.kernel.problems import EngineError
from engine.kernel.values import Row, Value
from engine.language.aggregates import first_rows
from engine.language.calendars import Calendar
from engine.language.expressions import Aggregate, Stored, aggregate_over, combine
from engine.language.surroundings import RelatedRows
from engine.language.tree import PARENT
from engine.workflows.signing.chain import Act

Key = tuple[str, str, str]
"""App, form and id of a record."""

Parameters = Mapping[str, Mapping[str, Value]]
"""The current value of every parameter, by app and key."""


class MissingFactsError(Exception):
    """Deciding stops here until these are answered; never seen outside this room."""

    def __init__(self, queries: Iterable[Query]) -> None:
        """Keep the queries, each once."""
        super().__init__("facts are missing")
        self.queries = tuple(dict.fromkeys(queries))


@dataclass
class Work:
    """Everything one decision reads and gathers. It lives for one call of ``decide`` only."""

    command: Command
    catalog: Catalog
    parameters: Parameters
    facts: Facts
    rows: dict[Key, Row | None] = field(default_factory=dict)
    new: set[Key] = field(default_factory=set)
    writes: list[RecordWrite] = field(default_factory=list)
    numbers: list[Numbering] = field(default_factory=list)
    state_changes: list[StateChange] = field(default_factory=list)
    opened: list[TaskOpening] = field(default_factory=list)
    closed: list[TaskClosing] = field(default_factory=list)
    timers: list[TimerSetting] = field(default_factory=list)
    messages: list[OutboxMessage] = field(default_factory=list)
    runs: list[RuleRun] = field(default_factory=list)
    firings: list[Firing] = field(default_factory=list)
    holdings: list[Holding] = field(default_factory=list)
    tokens_used: list[TokenUse] = field(default_factory=list)
    approvals: dict[str, ApprovalWrite] = field(default_factory=dict)
    approval_acts: list[ApprovalAct] = field(default_factory=list)
    envelopes: list[EnvelopeWrite] = field(default_factory=list)
    envelope_acts: list[tuple[str, Act]] = field(default_factory=list)
    applicant: str | None = None
    """Who applied for the approval that is decided in; None where none is."""
    undone: list[RunUndone] = field(default_factory=list)
    cancelled: list[str] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    receipts: list[Json] | None = None
    """What the rule that acts now has done so far (see ``engine.decision.receipts``); None where none acts."""
    saves: int = 0
    _ordinal: int = 0
    _around: dict[tuple[str, str | None], Around] = field(default_factory=dict)

    @property
    def moment(self) -> int:
        """The moment of the command."""
        return self.command.moment

    @property
    def now(self) -> int:
        """What expressions see as ``now``."""
        return self.command.moment if self.command.now is None else self.command.now

    def next_id(self) -> str:
        """Return a new id: the same one for the same command, however often it is decided."""
        self._ordinal += 1
        return derived_id(self.command.id, uuid_moment(self.command.id), self._ordinal)

    def app(self, key: str) -> App:
        """Return an installed app; EngineError (absent) where there is none."""
        found = self.catalog.apps.get(key)
        if found is None:
            raise EngineError(ABSENT.at())
        return found

    def form(self, app: str, form: str) -> Form:
        """Return a form of an installed app; EngineError (absent) where there is none."""
        found = self.catalog.form(app, form)
        if found is None:
            raise EngineError(ABSENT.at())
        return found

    def fetch(self, queries: Iterable[Query]) -> None:
        """Make sure that all of these are answered, asking for all that are missing at once."""
        missing = [query for query in queries if query not in self.facts]
        if missing:
            raise MissingFactsError(missing)

    def fact(self, query: Query) -> object:
        """Return the answer to one question."""
        try:
            return self.facts[query]
        except KeyError:
            raise MissingFactsError((query,)) from None

    def record(self, app: str, form: str, id: str) -> Row | None:
        """Return a record as this decision sees it: with what it has changed itself."""
        key = (app, form, id)
        if key in self.rows:
            return self.rows[key]
        return cast("Row | None", self.fact(RecordQuery(app, form, id)))

    def person(self, id: str) -> Person | None:
        """Return a user."""
        return cast("Person | None", self.fact(PersonQuery(id)))

    def surroundings(self, app: str, *, me: str | None = None, old: Row | None = None) -> Around:
        """Return what expressions of an app see around a row; ``me`` is the acting user unless stated."""
        if (app, me) not in self._around:
            zone = self.app(app).zone
            self._around[app, me] = Around(
                work=self,
                now=self.now,
                today=day_of(self.now, zone),
                zone=zone,
                me=me if me is not None else self.command.actor.user,
                parameters=self.parameters.get(app, {}),
                calendar=self.catalog.calendar(app),
            )
        found = self._around[app, me]
        return found if old is None else found.with_old(old)

    def may_see(self, _form: Form, _row: Row) -> bool:
        """Tell that every record may be named: what the design says, it says with the app's rights."""
        return True

    def aggregate_query(self, aggregate: Aggregate, owner: str) -> AggregateQuery | None:
        """Return what to ask of an aggregate over what is stored; None over own lines, and for a record just made."""
        outer, _, _ = aggregate.form.partition(".")
        if aggregate.reference == PARENT or any(key[2] == owner for key in self.new):
            return None
        return AggregateQuery(aggregate.app, outer, owner, aggregate, self._changed(aggregate.app, outer))

    def _changed(self, app: str, form: str) -> tuple[str, ...]:
        return tuple(sorted(key[2] for key in self.rows if key[:2] == (app, form)))


@dataclass(frozen=True)
class Around:
    """The surroundings of a row inside a decision (see ``engine.language.expressions.Surroundings``)."""

    work: Work
    now: int
    today: int
    zone: str
    me: str | None
    parameters: Mapping[str, Value]
    calendar: Calendar
    old: Row | None = None

    def with_old(self, old: Row | None) -> Around:
        """Return the same surroundings with another row as ``old``."""
        return Around(self.work, self.now, self.today, self.zone, self.me, self.parameters, self.calendar, old)

    def record(self, app: str, form: str, id: str) -> Row | None:
        """Follow a reference."""
        return self.work.record(app, form, id)

    def person(self, id: str) -> Person | None:
        """Return a user."""
        return self.work.person(id)

    def aggregate(self, aggregate: Aggregate, row: Row) -> Value:
        """Return a live aggregate over the rows related to ``row``, with what this decision has written so far."""
        related = self._pending(aggregate, row)
        query = self.work.aggregate_query(aggregate, str(row["id"]))
        if query is None:
            return self._over(aggregate, related)
        stored = cast("Stored", self.work.fact(query))
        return self._over(aggregate, related, lambda rows: combine(aggregate, stored, rows, self))

    def related(self, aggregate: Aggregate, row: Row, limit: int) -> RelatedRows:
        """Return the first rows that the aggregate would go over, with what this decision has written so far."""
        pending = self._pending(aggregate, row)
        counted = self.work.aggregate_query(aggregate, str(row["id"]))
        if counted is None:
            return first_rows(aggregate, pending, self, limit)
        query = RowsQuery(counted.app, counted.form, counted.owner, aggregate, limit, counted.excluding)
        return first_rows(aggregate, pending, self, limit, cast("RelatedRows", self.work.fact(query)))

    def _pending(self, aggregate: Aggregate, row: Row) -> list[Row]:
        """Return what is related to a row and is not asked for: its own lines, or what this decision has written."""
        outer, _, lines = aggregate.form.partition(".")
        if aggregate.reference == PARENT:
            return list(lines_of(row, lines))
        living = [
            changed
            for (app, form, _), changed in self.work.rows.items()
            if (app, form) == (aggregate.app, outer) and changed is not None and changed.get("deleted_at") is None
        ]
        rows = [line for changed in living for line in lines_of(changed, lines)] if lines else living
        return [one for one in rows if one.get(aggregate.reference) == row["id"]]

    def _over(
        self, aggregate: Aggregate, rows: Iterable[Row], combined: Callable[[Iterable[Row]], Value] | None = None
    ) -> Value:
        """Return the aggregate over rows in memory; what all of these need to know is asked for at once."""
        listed = tuple(rows)
        try:
            return combined(listed) if combined is not None else aggregate_over(aggregate, listed, self)
        except MissingFactsError:
            raise MissingFactsError(self._missing(aggregate, listed)) from None

    def _missing(self, aggregate: Aggregate, rows: Iterable[Row]) -> Iterator[Query]:
        for row in rows:
            try:
                aggregate_over(aggregate, (row,), self)
            except MissingFactsError as missing:
                yield from missing.queries
