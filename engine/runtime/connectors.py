"""The connectors of the apps, as an administrator looks at them: how they stand, and a call made by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.catalog.connectors.answers import read_answer
from engine.catalog.connectors.connectors import Connector, Operation
from engine.catalog.connectors.turns import Standing
from engine.connectors.outside import path_of, read_json
from engine.decision.calls import Rehearsal, rehearse
from engine.decision.changeset import Actor
from engine.decision.commands import NeedFacts, RunRules
from engine.decision.facts import Facts
from engine.kernel.canonical import Json
from engine.kernel.problems import EngineError, Problem, Text
from engine.kernel.values import Value
from engine.language.cases import shown
from engine.runtime import problems
from engine.runtime.catalogs import Current
from engine.runtime.execution import Execution
from engine.storage import connectors as stored


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
        known = set(self.execution.outside.secrets.names())
        return tuple(
            self._view(app.key, connector, standings.get((app.key, connector.key), Standing()), known)
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
            lacking=tuple(sorted(set(definition.secrets) - known)),
            standing="open" if pausing else "half_open" if is_open else "closed",
            failures=standing.failures,
        )

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
    found = current.catalog.apps.get(app)
    connector = None if found is None else found.connectors.get(key)
    if connector is None:
        known = ", ".join(found.connectors) if found else ""
        raise EngineError(problems.NO_CONNECTOR.at(key=f"{app}.{key}", known=known or "–"))
    name = operation or connector.definition.health
    if name is None or name not in connector.operations:
        raise EngineError(problems.NO_CONNECTOR.at(key=f"{key}.{name or ''}", known=", ".join(connector.operations)))
    return connector, connector.operations[name]


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
