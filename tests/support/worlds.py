"""A world in memory that answers what deciding asks: rows, people and tasks as plain data, without a database."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.catalog.apps import Catalog
from engine.decision.changeset import Actor, Changeset, StateChange, TaskOpening
from engine.decision.commands import Body, Command, Decided, NeedFacts, Outcome, Refusal, RunRules
from engine.decision.deciding import decide
from engine.decision.facts import (
    AggregateQuery,
    AwayQuery,
    BalanceQuery,
    EntriesQuery,
    FiredQuery,
    Load,
    LoadsQuery,
    OpenTask,
    OpenTasksQuery,
    Person,
    PersonQuery,
    Query,
    RecordQuery,
    RoleQuery,
    SameQuery,
    SuperiorsQuery,
    TaskQuery,
)
from engine.decision.work import Work
from engine.forms.forms import lines_of
from engine.kernel.identifiers import uuid7
from engine.kernel.problems import Problem
from engine.language.expressions import Surroundings, aggregate_over
from tests.support.library import NOON

MOST_ROUNDS = 8
"""What 01 allows for one command."""


def number_id(number: int) -> str:
    """Return an id that is the same in every run."""
    return uuid7(NOON, number.to_bytes(10, "big"))


@dataclass
class World:
    """What there is, and how often the last decision asked for facts (``rounds``)."""

    catalog: Catalog
    rows: dict[tuple[str, str, str], Any] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)
    tasks: dict[str, OpenTask] = field(default_factory=dict)
    parameters: dict[str, dict[str, Any]] = field(default_factory=dict)
    seen_dedupes: set[str] = field(default_factory=set)
    fired: set[tuple[str, str, str, str]] = field(default_factory=set)
    state_changes: list[StateChange] = field(default_factory=list)
    moment: int = NOON
    rounds: int = 0
    commands: int = 0

    def __post_init__(self) -> None:
        for app in self.catalog.apps.values():
            self.parameters[app.key] = {key: item.default for key, item in app.parameters.items()}

    def person(
        self,
        name: str,
        *roles: tuple[str, str],
        manager: str | None = None,
        department: str | None = None,
        active: bool = True,
    ) -> str:
        """Add a user and return the id."""
        id = number_id(1_000_000 + len(self.people))
        self.people[id] = Person(id, name, name, manager, department, frozenset(roles), active)
        return id

    def answer(self, query: Query) -> object:
        """Answer one question of a decision."""
        match query:
            case RecordQuery(app, form, id, deleted):
                row = self.rows.get((app, form, id))
                return None if row is None or (row.get("deleted_at") is not None and not deleted) else row
            case PersonQuery(id):
                return self.people.get(id)
            case SuperiorsQuery(id):
                return tuple(self._above(id))
            case AwayQuery():
                return {}
            case RoleQuery(app, role):
                return tuple(p.id for p in self.people.values() if p.active and (app, role) in p.roles)
            case LoadsQuery(app, role):
                held = [p for p in self.people.values() if p.active and (app, role) in p.roles]
                return tuple(Load(p.id, sum(task.assignee == p.id for task in self.tasks.values()), None) for p in held)
            case SameQuery(app, form, fields, values, excluding):
                return tuple(
                    row["id"]
                    for row in self.all_of(app, form)
                    if row["id"] != excluding and tuple(row.get(key) for key in fields) == values
                )
            case BalanceQuery(app, form, account, delta, value):
                return sum(row[delta] for row in self.all_of(app, form) if row[account] == value)
            case TaskQuery(id):
                return self.tasks.get(id)
            case OpenTasksQuery(app, form, record):
                return tuple(t for t in self.tasks.values() if (t.app, t.form, t.record) == (app, form, record))
            case FiredQuery():
                return (query.app, query.rule, query.record, query.period) in self.fired
            case EntriesQuery(app, form, record):
                return sum((one.app, one.form, one.record) == (app, form, record) for one in self.state_changes)
            case AggregateQuery():
                return self._aggregate(query)

    def _above(self, id: str) -> Iterator[str]:
        seen, here = {id}, self.people[id].manager
        while here is not None and here not in seen:
            yield here
            seen.add(here)
            here = self.people[here].manager

    def all_of(self, app: str, form: str) -> Iterable[Any]:
        """Return the records of a form that are not deleted."""
        return [
            row
            for (of, kind, _), row in self.rows.items()
            if (of, kind) == (app, form) and row.get("deleted_at") is None
        ]

    def _aggregate(self, query: AggregateQuery) -> tuple[Any, ...]:
        """Answer in the stored form of count, sum, min, max, any, all and exists: one value."""
        assert query.aggregate.function not in ("avg", "latest"), "not answered here"
        rows = [row for row in self.all_of(query.app, query.form) if row["id"] not in query.excluding]
        lines = query.aggregate.form.partition(".")[2]
        if lines:
            rows = [line for row in rows for line in lines_of(row, lines)]
        related = [row for row in rows if row.get(query.aggregate.reference) == query.owner]
        return (aggregate_over(query.aggregate, related, self.around(query.app)),)

    def around(self, app: str) -> Surroundings:
        """Return what expressions of an app see around a row, with every fact at hand."""
        command = Command("around", self.moment, Actor(None), RunRules("", "", "", {}))
        return Work(command, self.catalog, self.parameters, _Everything(self)).surroundings(app)

    def command(self, actor: str | None, body: Body, id: str | None = None) -> Command:
        self.commands += 1
        return Command(id or number_id(self.commands), self.moment, Actor(actor), body)

    def settle(self, command: Command) -> tuple[Decided | Refusal, dict[Query, object]]:
        """Decide a command, giving it what it asks for; return the outcome and the facts that it took."""
        facts: dict[Query, object] = {}
        self.rounds = 0
        while True:
            outcome: Outcome = decide(command, self.catalog, self.parameters, facts)
            if not isinstance(outcome, NeedFacts):
                return outcome, facts
            self.rounds += 1
            assert self.rounds <= MOST_ROUNDS * max(1, outcome.saves), (
                f"asked for facts too often, at last for {outcome.queries}"
            )
            wanted = [query for query in outcome.queries if query not in facts]
            assert wanted, "asked again for what it has"
            facts.update((query, self.answer(query)) for query in wanted)

    def decide(self, actor: str | None, body: Body) -> Decided | Refusal:
        """Decide, without doing it."""
        return self.settle(self.command(actor, body))[0]

    def do(self, actor: str | None, body: Body) -> Changeset:
        """Decide and do it; the command must hold."""
        outcome = self.decide(actor, body)
        assert isinstance(outcome, Decided), [(p.code, p.path, p.message.en) for p in outcome.problems]
        self.apply(outcome.changeset)
        return outcome.changeset

    def make(self, actor: str | None, body: Body) -> str:
        """Do it and return the id of the record that it was about."""
        outcome = self.decide(actor, body)
        assert isinstance(outcome, Decided), [(p.code, p.path, p.message.en) for p in outcome.problems]
        assert outcome.record is not None
        self.apply(outcome.changeset)
        return outcome.record[2]

    def refusal(self, actor: str | None, body: Body) -> list[tuple[str, str]]:
        """Return the code and place of every problem for which a command is refused; it must be."""
        return [(problem.code, problem.path) for problem in self.problems(actor, body)]

    def problems(self, actor: str | None, body: Body) -> tuple[Problem, ...]:
        outcome = self.decide(actor, body)
        assert isinstance(outcome, Refusal), outcome
        return outcome.problems

    def apply(self, changeset: Changeset) -> None:
        """Do what a changeset says, as the unit of work would; a version that is not the next one fails."""
        for write in changeset.writes:
            key = (write.app, write.form, write.id)
            before = self.rows.get(key, {"version": 0})
            assert (write.kind == "insert") == (key not in self.rows)
            assert write.version == before["version"] + 1
            self.rows[key] = {**dict.fromkeys(write.row), **before, **write.changes}
            assert self.rows[key] == write.row, "a write's row and its changes agree"
        firings = {(one.app, one.rule, one.record, one.period) for one in changeset.firings}
        assert not firings & self.fired, "a rule fires once for what it fires once for"
        self.fired |= firings
        self.state_changes += changeset.state_changes
        for closing in changeset.tasks_closed:
            self.tasks.pop(closing.id, None)
        for opening in changeset.tasks_opened:
            if opening.dedupe not in self.seen_dedupes:
                self.seen_dedupes.add(opening.dedupe)
                self.tasks[opening.id] = _as_fact(opening)

    def follow(self, changeset: Changeset) -> list[Changeset]:
        """Let the after-rules look at what happened, and at what follows from that, until nothing more follows."""
        done: list[Changeset] = []
        waiting = [changeset]
        while waiting:
            current = waiting.pop(0)
            for message in current.messages:
                if message.kind == "event":
                    waiting.append(self.do(message.payload["by"], event_body(message.payload)))
                    done.append(waiting[-1])
        return done


@dataclass
class _Everything(Mapping[Query, object]):
    """All facts of a world."""

    world: World

    def __getitem__(self, query: Query) -> object:
        return self.world.answer(query)

    def __contains__(self, query: object) -> bool:
        return True

    def __iter__(self) -> Iterator[Query]:
        return iter(())

    def __len__(self) -> int:
        return 0


def event_body(payload: Mapping[str, Any]) -> RunRules:
    """Return the command that an event in the outbox becomes."""
    of = payload["app"], payload["form"], payload["record"]
    return RunRules(*of, payload["event"], payload["depth"], old=payload.get("old"))


def _as_fact(task: TaskOpening) -> OpenTask:
    actions = {action.key: action for action in task.actions}
    return OpenTask(task.id, task.key, task.app, task.form, task.record, task.assignee, task.state, actions)
