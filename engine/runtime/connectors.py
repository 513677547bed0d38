"""The connectors of the apps, as an administrator looks at them: how they stand, and a call made by hand."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from engine.catalog.apps import Catalog
from engine.catalog.connectors.answers import read_answer
from engine.catalog.connectors.connectors import Connector, Operation
from engine.catalog.connectors.intakes import PullDef
from engine.catalog.connectors.turns import Standing
from engine.connectors.outside import path_of, read_json
from engine.connectors.problems import STOPPED, UNDER_WAY
from engine.decision.calls import Rehearsal, rehearse
from engine.decision.changeset import Actor
from engine.decision.commands import NeedFacts, RunRules
from engine.decision.facts import Facts
from engine.decision.problems import ABSENT
from engine.kernel.canonical import Json
from engine.kernel.clocks import moment_text
from engine.kernel.identifiers import derived_id, uuid7
from engine.kernel.problems import EngineError, Problem, Text
from engine.kernel.values import Value
from engine.language.cases import shown
from engine.runtime import problems
from engine.runtime.arriving import Origin, item_messages
from engine.runtime.catalogs import Current
from engine.runtime.directory import is_admin
from engine.runtime.execution import Execution
from engine.runtime.pulling import begin
from engine.runtime.views import Viewer
from engine.storage import connectors as stored
from engine.storage import intakes
from engine.storage.intakes import PullState, RefusedItem

if TYPE_CHECKING:
    from sqlalchemy import Connection

MOST = 500
"""How many refused items one transaction sends on."""

EXCERPT = 80
"""Code points of an item without a key that are shown."""


@dataclass(frozen=True, slots=True)
class PullView:
    """A pull: when it began last and when that ended (as texts), how many items it has brought, and why it ended badly.

    ``goes_on`` tells whether it is under way; one that neither goes on nor ended has stopped (CONN-032).
    """

    key: str
    labels: Text
    began: str | None = None
    ended: str | None = None
    goes_on: bool = False
    items: int = 0
    refused: int = 0
    error: str | None = None

    @property
    def why(self) -> Reason | None:
        """Why it ended badly, for people."""
        return None if self.error is None else _reason(json.loads(self.error))


@dataclass(frozen=True, slots=True)
class Reason:
    """Why an item could not be taken, and what mends it; ``path`` is where in the item, or which field."""

    code: str
    path: str
    message: Text
    hint: Text


@dataclass(frozen=True, slots=True)
class RefusedView:
    """An item that came in and could not be taken: what brought it, and why.

    ``item`` is its key, as people know it; of one that has none, how it begins.
    """

    id: str
    app: str
    connector: str
    intake: str
    labels: Text | None
    item: str
    source: str
    at: str
    times: int
    problems: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class ConnectorView:
    """A connector: where it leads (None where a secret says so), what it can be asked, which secrets it lacks.

    ``standing`` is ``closed`` (calls go out), ``open`` (nothing goes after too many failures) or ``half_open`` (the
    next call tries).
    """

    app: str
    key: str
    labels: Text
    address: str | None
    operations: tuple[str, ...]
    lacking: tuple[str, ...]
    standing: str
    failures: int
    hooks: tuple[str, ...] = ()
    pulls: tuple[PullView, ...] = ()


@dataclass(frozen=True, slots=True)
class TestCall:
    """What a call by hand came to: ``values`` are those taken from the answer, as the API writes values."""

    __test__ = False

    path: str
    status: int
    duration: int
    excerpt: str
    values: Mapping[str, Json]
    problems: tuple[Problem, ...]


@dataclass(frozen=True)
class Connectors:
    """The connectors of an instance."""

    execution: Execution

    def all(self) -> tuple[ConnectorView, ...]:
        """Return every connector of every app."""
        with self.execution.database.read() as connection:
            catalog = self.execution.catalogs.current(connection).catalog
            standings = stored.standings(connection)
            pulls = {
                (one.app, one.connector, one.pull): (one, intakes.is_under_way(connection, one))
                for one in intakes.pull_states(connection)
            }
        known = set(self.execution.outside.secrets.names())
        return tuple(
            replace(
                self._view(app.key, connector, standings.get((app.key, connector.key), Standing()), known),
                pulls=tuple(
                    _pull_view(pull, pulls.get((app.key, connector.key, pull.key))) for pull in connector.pulls.values()
                ),
            )
            for app in catalog.apps.values()
            for connector in app.connectors.values()
        )

    def _view(self, app: str, connector: Connector, standing: Standing, known: set[str]) -> ConnectorView:
        definition = connector.definition
        is_open = standing.failures >= definition.breaker.failures
        pausing = is_open and self.execution.clocks.real() < standing.open_until
        return ConnectorView(
            app=app,
            key=connector.key,
            labels=connector.labels,
            address=definition.base_url,
            operations=tuple(connector.operations),
            lacking=tuple(sorted(definition.every_secret - known)),
            standing="open" if pausing else "half_open" if is_open else "closed",
            failures=standing.failures,
            hooks=tuple(f"/hooks/{app}/{connector.key}/{hook}" for hook in connector.hooks),
        )

    def pull(self, app: str, key: str, pull: str) -> None:
        """Begin a pull now: jobs fetch it. EngineError: RUN-057 where there is none, CONN-029 where it goes on."""
        moment = self.execution.clocks.business()
        id = uuid7(moment, self.execution.randomness(10))

        def beginning(connection: Connection) -> None:
            connector = _connector(self.execution.catalogs.current(connection), app, key)
            found = connector.pulls.get(pull)
            if found is None:
                known = ", ".join(connector.pulls) or "–"
                raise EngineError(problems.NO_CONNECTOR.at(key=f"{key}.{pull}", known=known))
            message = begin(connection, app, connector, found, (id, moment))
            if message is None:
                raise EngineError(UNDER_WAY.at(key=pull))
            self.execution.send(connection, id, [message])

        self.execution.attempt(beginning)

    def pull_by(self, viewer: Viewer, app: str, key: str, pull: str) -> None:
        """Begin a pull for an administrator; EngineError (absent) for anybody else."""
        if not is_admin(viewer):
            raise EngineError(ABSENT.at())
        self.pull(app, key, pull)

    def refused(self, limit: int = 100) -> tuple[RefusedView, ...]:
        """Return the items that came in and could not be taken, newest first."""
        with self.execution.database.read() as connection:
            found = intakes.refused(connection, limit)
            catalog = self.execution.catalogs.current(connection).catalog
        return tuple(_refused_view(catalog, one) for one in found)

    def take_again(self, ids: Collection[str] = ()) -> int:
        """Send refused items on to be taken once more, the oldest first unless named; return how many."""
        moment = self.execution.clocks.business()
        id = uuid7(moment, self.execution.randomness(10))

        def sending(connection: Connection) -> int:
            catalog, sent = self.execution.catalogs.current(connection).catalog, 0
            for number, one in enumerate(intakes.refused(connection, MOST, ids, oldest_first=True)):
                app = catalog.apps.get(one.app)
                connector = None if app is None else app.connectors.get(one.connector)
                intake = None if connector is None else connector.intakes.get(one.intake)
                if connector is None or intake is None:
                    continue
                origin, items = Origin(hook=one.hook, again=one.source), [json.loads(one.content, parse_float=str)]
                command = derived_id(id, moment, number)
                messages = item_messages(one.app, connector, intake, items, origin, (command, moment))
                self.execution.send(connection, command, messages)
                sent += 1
            return sent

        return self.execution.attempt(sending)

    def take_again_by(self, viewer: Viewer, ids: Collection[str] = ()) -> int:
        """Do the same for an administrator; EngineError (absent) for anybody else."""
        if not is_admin(viewer):
            raise EngineError(ABSENT.at())
        return self.take_again(ids)

    def test(self, app: str, key: str, operation: str | None, given: Mapping[str, str], record: str = "") -> TestCall:
        """Call an operation now, past rate limit and breaker, and keep nothing of it.

        Unless ``operation`` names one, it is the health check. EngineError (RUN-057) where there is none of that name;
        where arguments do not fit; where the call cannot go out or is not answered.
        """
        with self.execution.database.read() as connection:
            current = self.execution.catalogs.current(connection)
            connector, chosen = _found(current, app, key, operation)
            body = RunRules(app, chosen.definition.form or "", record, {})
            command = self.execution.command(Actor(None), body)
            wanted = Rehearsal(key, chosen.key, _parsed(chosen, given))

            def step(facts: Facts) -> dict[str, Json] | NeedFacts:
                return rehearse(command, current.catalog, current.parameters, facts, wanted)

            prepared = self.execution.settle(connection, current, command, step)
        return self._called(connector, chosen, prepared, command.id)

    def _called(self, connector: Connector, operation: Operation, prepared: Json, key: str) -> TestCall:
        outside = self.execution.outside
        answer = outside.ask(connector.definition, prepared, key)
        excerpt = outside.excerpt(answer, connector.definition)
        try:
            values, found = read_answer(operation, read_json(answer, excerpt))
        except EngineError as error:
            values, found = {}, list(error.problems)
        said = {key: shown(value, operation.answered[key]) for key, value in values.items()}
        return TestCall(path_of(prepared), answer.status, answer.duration, excerpt, said, tuple(found))


def _found(current: Current, app: str, key: str, operation: str | None) -> tuple[Connector, Operation]:
    connector = _connector(current, app, key)
    name = operation or connector.definition.health
    if name is None or name not in connector.operations:
        raise EngineError(problems.NO_CONNECTOR.at(key=f"{key}.{name or ''}", known=", ".join(connector.operations)))
    return connector, connector.operations[name]


def _connector(current: Current, app: str, key: str) -> Connector:
    found = current.catalog.apps.get(app)
    connector = None if found is None else found.connectors.get(key)
    if connector is None:
        known = ", ".join(found.connectors) if found else ""
        raise EngineError(problems.NO_CONNECTOR.at(key=f"{app}.{key}", known=known or "–"))
    return connector


def _pull_view(pull: PullDef, standing: tuple[PullState, bool] | None) -> PullView:
    if standing is None:
        return PullView(pull.key, pull.labels)
    state, goes_on = standing
    stopped = state.ended_at is None and not goes_on
    return PullView(
        key=pull.key,
        labels=pull.labels,
        began=moment_text(state.begun_at),
        ended=None if state.ended_at is None else moment_text(state.ended_at),
        goes_on=goes_on,
        items=state.items,
        refused=state.refused,
        error=json.dumps(STOPPED.at().as_json()) if stopped else state.error,
    )


def _called(one: RefusedItem) -> str:
    if not one.item.startswith("{"):
        return one.content[:EXCERPT]
    return " ".join(map(str, json.loads(one.item).values()))


def _refused_view(catalog: Catalog, one: RefusedItem) -> RefusedView:
    app = catalog.apps.get(one.app)
    connector = None if app is None else app.connectors.get(one.connector)
    intake = None if connector is None else connector.intakes.get(one.intake)
    return RefusedView(
        id=one.id,
        app=one.app,
        connector=one.connector,
        intake=one.intake,
        labels=None if intake is None else intake.definition.labels,
        item=_called(one),
        source=one.source,
        at=moment_text(one.at),
        times=one.times,
        problems=tuple(map(_reason, one.why)),
    )


def _reason(problem: Json) -> Reason:
    message, hint = Text.from_json(problem["message"]), Text.from_json(problem["hint"])
    return Reason(problem["code"], problem["path"], message, hint)


def _parsed(operation: Operation, given: Mapping[str, str]) -> dict[str, Value]:
    """Return the arguments that are written by hand; EngineError with every one that does not fit."""
    fields = {item.field.key: item.field for item in operation.definition.arguments}
    made: dict[str, Value] = {}
    found: list[Problem] = []
    for key, written in given.items():
        if key not in fields:
            found.append(problems.NO_CONNECTOR.at(key, key=key, known=", ".join(fields) or "–"))
            continue
        raw: Json = {"true": True, "false": False}.get(written, written) if fields[key].type == "boolean" else written
        value = operation.parsers[key](raw, fields[key])
        if isinstance(value, Problem):
            found.append(value.under(key))
        else:
            made[key] = value
    if found:
        raise EngineError(found)
    return made
