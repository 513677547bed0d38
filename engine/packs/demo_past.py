"""Keeps the past that a plan tells: each record is decided like any other, over what is told alone; written by day.

Forms, defaults, computed values, required and visible fields, validations, pointers, files and unique values are
checked as on every other way in. What is told to have happened does not happen again: no rule looks at
it, nobody is notified, no task is opened. What rules would have kept on the records, the plan derives by expressions
of the rule language.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import TYPE_CHECKING, Any, cast

from engine.catalog.naming import form_name
from engine.decision.changeset import Actor, Changeset
from engine.decision.commands import Command, RunRules
from engine.decision.facts import (
    BalanceQuery,
    FileQuery,
    Person,
    PersonQuery,
    Query,
    RecordQuery,
    RepeatQuery,
    SameQuery,
)
from engine.decision.pending import Saving
from engine.decision.saving import save
from engine.decision.work import Around, Work
from engine.forms import filling
from engine.forms.forms import Form, lines_of
from engine.forms.payloads import read_payload
from engine.kernel.canonical import Json
from engine.kernel.identifiers import uuid7
from engine.kernel.problems import EngineError, Problem
from engine.kernel.values import Row, Value
from engine.language.aggregates import first_rows
from engine.language.compiling import compile_expression
from engine.language.expressions import Aggregate, Expression, aggregate_over
from engine.language.scope import Scope
from engine.language.surroundings import RelatedRows
from engine.language.tree import PARENT
from engine.packs import problems
from engine.packs.demo_sent import captured
from engine.packs.demo_telling import Teller, Told, people_of, seed_of
from engine.packs.people import add_people
from engine.packs.placeholders import Placeholders
from engine.packs.reading import Pack
from engine.runtime.catalogs import Current
from engine.runtime.services import Services
from engine.storage import settings
from engine.storage.facts import answer
from engine.storage.problems import BUSY
from engine.storage.unit_of_work import apply

if TYPE_CHECKING:
    from sqlalchemy import Connection

KEPT = "demo-past."
"""The setting that tells that the past of an app is kept."""

Progress = Callable[[int, int], None]


@dataclass
class Past:
    """The records that are told, by form and id, and what leads from one to the other."""

    rows: dict[tuple[str, str, str], dict[str, Value]] = field(default_factory=dict)
    led: dict[tuple[str, str, str], dict[str, list[dict[str, Value]]]] = field(default_factory=dict)
    held: dict[BalanceQuery, int] = field(default_factory=dict)

    def pointing(self, app: str, form: str, reference: str, id: str) -> Sequence[Row]:
        """Return the records of a form whose reference leads to a record."""
        if (app, form, reference) not in self.led:
            found: dict[str, list[dict[str, Value]]] = {}
            for (of, key, _), row in self.rows.items():
                if (of, key) == (app, form) and row.get(reference) is not None:
                    found.setdefault(str(row[reference]), []).append(row)
            self.led[app, form, reference] = found
        return self.led[app, form, reference].get(id, ())

    def related(self, aggregate: Aggregate, row: Row) -> Iterable[Row]:
        """Return what an aggregate goes over: lines of the record, records that lead to it, or lines that do."""
        outer, _, lines = aggregate.form.partition(".")
        if aggregate.reference == PARENT:
            return lines_of(row, lines)
        if not lines:
            return self.pointing(aggregate.app, outer, aggregate.reference, str(row["id"]))
        return self._lines(aggregate.app, outer, lines, aggregate.reference).get(str(row["id"]), ())

    def _lines(self, app: str, form: str, lines: str, reference: str) -> Mapping[str, Sequence[Row]]:
        at = (app, f"{form}.{lines}", reference)
        if at not in self.led:
            found: dict[str, list[dict[str, Value]]] = {}
            for (of, key, _), row in self.rows.items():
                for line in lines_of(row, lines) if (of, key) == (app, form) else ():
                    found.setdefault(str(line[reference]), []).append(dict(line))
            self.led[at] = found
        return self.led[at]


@dataclass(frozen=True)
class _Around(Around):
    """The surroundings of a row in a past: what is related to it is what is told."""

    past: Past = field(default_factory=Past)

    def aggregate(self, aggregate: Aggregate, row: Row) -> Value:
        """Return an aggregate over the rows that are told."""
        return aggregate_over(aggregate, self.past.related(aggregate, row), self)

    def related(self, aggregate: Aggregate, row: Row, limit: int) -> RelatedRows:
        """Return the first rows that an aggregate goes over."""
        return first_rows(aggregate, list(self.past.related(aggregate, row)), self, limit)


@dataclass
class _Work(Work):
    """A decision over a past: no aggregate is asked of the database, which knows nothing of it yet."""

    past: Past = field(default_factory=Past)

    def aggregate_query(self, _aggregate: Aggregate, _owner: str) -> None:
        """Tell that everything related is at hand."""
        return

    def surroundings(self, app: str, *, me: str | None = None, old: Row | None = None) -> Around:
        """Return what expressions of an app see around a row."""
        return _Around(**vars(super().surroundings(app, me=me, old=old)), past=self.past)


@dataclass
class _Facts(Mapping[Query, object]):
    """What a decision over a past may ask: the past first, then the database."""

    past: Past
    ask: Callable[[Query], object]
    known: dict[Query, object] = field(default_factory=dict)
    files: dict[str, object] = field(default_factory=dict)
    taken: set[tuple[str, str, tuple[str, ...], tuple[Value, ...]]] = field(default_factory=set)

    def __getitem__(self, query: Query) -> object:
        match query:
            case RecordQuery(app, form, id) if (app, form, id) in self.past.rows:
                return self.past.rows[app, form, id]
            case SameQuery(app, form, keys, values):
                return ("",) if (app, form, keys, values) in self.taken else ()
            case RepeatQuery():  # a few pictures stand for many
                return False
            case BalanceQuery():
                return self.past.held.get(query, 0)
            case FileQuery(id):  # of a file all is told that is asked, whichever record is to hold it
                if id not in self.files:
                    self.files[id] = self.ask(query)
                return self.files[id]
            case _:
                if query not in self.known:
                    self.known[query] = self.ask(query)
                return self.known[query]

    def __contains__(self, _query: object) -> bool:
        return True

    def __iter__(self) -> Iterator[Query]:
        return iter(self.known)

    def __len__(self) -> int:
        return len(self.known)


@dataclass
class Keeper:
    """Keeps the past of one pack: decided on what a reading transaction sees, then written in one transaction."""

    services: Services
    app: str
    needs: Collection[str]
    plan: Json
    names: Placeholders
    connection: Connection
    current: Current
    past: Past = field(default_factory=Past)
    decided: list[tuple[Told, Work]] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Know what may be asked."""
        moments = self.current.around(self.app, self.services.execution.clocks.business(), None)

        def ask(query: Query) -> object:
            return answer(self.connection, (query,), self.current.tables, lambda _: moments)[query]

        self.facts = _Facts(self.past, ask)

    def decide(self, told: Sequence[Told], values: Mapping[str, Mapping[str, Value]], progress: Progress) -> None:
        """Check every record; ``progress`` may write, for no writing transaction is open here."""
        for one in told:
            self.past.rows[*form_name(self.app, one.form), one.id] = self._row(one, values[one.id])
        self._derive(told)
        in_time = sorted(told, key=lambda one: one.moment)  # so that a ledger's balances follow each other
        for number, one in enumerate(in_time, 1):
            self.decided.append((one, self._decided(one, values[one.id])))
            if number % 100 == 0 or number == len(told):
                progress(number, len(told))

    def write(self, connection: Connection) -> None:
        """Write all that was decided, a changeset for each day; EngineError (busy) where the apps changed meanwhile."""
        now = self.services.execution.locked(connection)
        if (now.catalog.revisions, now.parameters) != (self.current.catalog.revisions, self.current.parameters):
            raise EngineError(BUSY.at())
        days = sorted(self.decided, key=lambda item: (item[0].day, item[0].moment))
        for day, items in groupby(days, key=lambda item: item[0].day):
            self._write(connection, day, [work for _, work in items])

    def _row(self, one: Told, values: Mapping[str, Value]) -> dict[str, Value]:
        """Return the record as it stands, before it is looked at."""
        form = self.form(one.form)
        person = self.names.person(one.by)
        flow = self.current.catalog.apps[form.app].workflows.get(form.key)
        who = cast("Person", self.facts[PersonQuery(person)])
        row: dict[str, Value] = {
            **dict.fromkeys(form.fields),
            "owner": person,
            "department": who.department,
            **values,
            "id": one.id,
            "version": 0,
            "state": (one.state or flow.definition.initial) if flow else None,
            "state_since": one.since if flow else None,
            "held": None,
            "created_at": one.moment,
            "created_by": person,
            "deleted_at": None,
        }
        return filling.with_computed(form, row, self._work(one).surroundings(form.app))

    def form(self, name: str) -> Form:
        """Return the form of that name, of this app or of one that it needs; EngineError where there is none."""
        app, key = form_name(self.app, name)
        found = self.current.catalog.form(app, key) if app == self.app or app in self.needs else None
        if found is None:
            raise EngineError(problems.NO_DEMO_FORM.at("demo", form=name))
        return found

    def _work(self, one: Told) -> _Work:
        """Return a decision at the moment of a record; ``now`` of what it reads of the clock is that of the anchor."""
        actor = Actor(self.names.person(one.by))
        command = Command(one.id, one.moment, actor, RunRules(*form_name(self.app, one.form), one.id, {}))
        return _Work(command, self.current.catalog, self.current.parameters, self.facts, past=self.past)

    def _derive(self, told: Iterable[Told]) -> None:
        """Set what the plan derives from all that is told, one form after the other."""
        end = self.names.moment({"time": "08:00"})
        by_form: dict[str, list[Told]] = {}
        for one in told:
            by_form.setdefault(one.form, []).append(one)
        for step in self.plan.get("derived", ()):
            form = self.form(step["form"])
            scope = self.current.catalog.scope(form.app, form.key)
            compiled = {key: _compiled(form, key, source, scope) for key, source in step["set"].items()}
            for one in by_form.get(step["form"], ()):
                row = self.past.rows[form.app, form.key, one.id]
                around = self._work(replace(one, moment=end)).surroundings(form.app)
                row.update({key: expression.evaluate(row, around) for key, expression in compiled.items()})
                row.update(filling.with_computed(form, row, around))

    def _decided(self, one: Told, values: Mapping[str, Value]) -> Work:
        """Decide the save of a record; EngineError where it could not stand as it is told."""
        form, work = self.form(one.form), self._work(one)
        app, row = self.current.catalog.apps[form.app], self.past.rows[form.app, form.key, one.id]
        given = {**values, **{key: row[key] for key in form.fields if row[key] is not None}}
        saving = Saving(work, app, form, None, dict(row), given, work.command.actor, typed=False)
        try:
            save(saving)
        except EngineError as error:
            first = error.problems[0]
            place = f"demo#{one.group}/{one.id}.{first.path}"
            hints: dict[str, Any] = {"hint_zh": first.message.zh, "hint_en": first.message.en}
            raise EngineError(problems.BAD_DEMO.at(place, number=len(self.facts.taken), **hints)) from error
        row.update(saving.row)
        self._take(form, row)
        return work

    def _take(self, form: Form, row: Row) -> None:
        """Remember what is unique, and what is booked."""
        for item in form.live_fields():
            if item.definition.unique and row.get(item.key) is not None:
                self.facts.taken.add((form.app, form.key, (item.key,), (row[item.key],)))
        ledger = form.definition.ledger
        if ledger is not None:
            query = BalanceQuery(form.app, form.key, ledger.account, ledger.delta, row[ledger.account])
            self.past.held[query] = self.past.held.get(query, 0) + int(row[ledger.delta])

    def _write(self, connection: Connection, day: int, works: Sequence[Work]) -> None:
        """Write what was decided for one day."""
        execution, moment = self.services.execution, max(work.moment for work in works)
        changeset = Changeset(
            command=uuid7(moment, seed_of(self.plan, "day", day)),
            moment=moment,
            actor=Actor(None),
            revisions=self.current.catalog.revisions,
            writes=tuple(write for work in works for write in work.writes),
            numbers=tuple(number for work in works for number in work.numbers),
            state_changes=tuple(change for work in works for change in work.state_changes),
            timers=tuple(timer for work in works for timer in work.timers if timer.due is not None),
            holdings=tuple(holding for work in works for holding in work.holdings),
        )
        apply(connection, changeset, self.current.tables, execution.randomness)


def _compiled(form: Form, key: str, source: str, scope: Scope) -> Expression:
    """Return the expression for a field, of the field's very type; EngineError with its place."""
    try:
        return compile_expression(source, scope, expects=form.scope.fields[key].type)
    except EngineError as error:
        raise EngineError([problem.under(f"demo#derived.{form.key}.{key}") for problem in error.problems]) from None


def keep_past(services: Services, pack: Pack, names: Placeholders, progress: Progress) -> int:
    """Keep what the plans of a pack tell, once; return how many records there are.

    EngineError names the first record that could not stand as it is told.
    """
    return sum(_keep(services, pack, (number, plan), names, progress) for number, plan in enumerate(pack.past))


def _keep(services: Services, pack: Pack, numbered: tuple[int, Json], names: Placeholders, progress: Progress) -> int:
    number, plan = numbered
    users = list(people_of(plan))
    names.people = {**names.people, **add_people(services.directory, pack.key, users)}
    superiors = {user["name"]: user["manager"] for user in (*pack.users, *users) if "manager" in user}
    told = list(Teller(plan, names, superiors).tell())
    fields = captured(services, names, told)

    key, execution = f"{KEPT}{pack.key}.{number}", services.execution
    with execution.database.read() as reading:
        if settings.read(reading, key) is not None:
            return 0
        keeper = Keeper(services, pack.key, pack.needs, plan, names, reading, execution.catalogs.current(reading))
        keeper.decide(told, _read(keeper, told, fields), progress)

    def work(connection: Connection) -> int:
        if settings.read(connection, key) is not None:
            return 0
        keeper.write(connection)
        settings.write(connection, key, str(len(told)))
        return len(told)

    return execution.attempt(work)


def _read(keeper: Keeper, told: Iterable[Told], fields: Mapping[str, Json]) -> dict[str, Mapping[str, Value]]:
    """Return the fields of every record in the engine's form; EngineError with what cannot be read."""
    found: list[Problem] = []
    read: dict[str, Mapping[str, Value]] = {}
    for one in told:
        form = keeper.form(one.form)
        values, wrong = read_payload(form, fields[one.id])
        found.extend(problem.under(f"demo#{one.group}") for problem in wrong)
        read[one.id] = {key: _with_ids(form, key, value, one) for key, value in values.items()}
    if found:
        raise EngineError(found[:20])
    return read


def _with_ids(form: Form, key: str, value: Value, one: Told) -> Value:
    """Return a value as it is kept; each new line has an id that is the same for the same record."""
    item = form.fields.get(key)
    if item is None or item.type is not None or value is None:
        return value
    seed = hashlib.shake_256(f"{one.id}/{key}".encode())
    ids = [uuid7(one.moment, seed.digest(10 * (number + 1))[-10:]) for number in range(len(value))]
    return tuple({**line, "id": id} for line, id in zip(value, ids, strict=True))
