"""Carrying out a command: facts inside the write transaction, decide, apply; one transaction, one changeset."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar, cast

from engine.decision.changeset import Actor
from engine.decision.commands import Body, Command, Decided, NeedFacts, Outcome, Refusal
from engine.decision.deciding import decide
from engine.decision.facts import AggregateQuery, Facts, Query
from engine.decision.problems import TOO_MANY_ROUNDS
from engine.decision.work import Key
from engine.kernel.clocks import Clocks
from engine.kernel.identifiers import RandomBytes, uuid7
from engine.kernel.problems import EngineError
from engine.language.types import ReferenceType
from engine.rules.problems import SAME_FACT
from engine.runtime.catalogs import CatalogSource, Current
from engine.storage import revisions
from engine.storage.database import Database
from engine.storage.facts import answer
from engine.storage.locks import lock_for_write, lock_records
from engine.storage.surroundings import Moments
from engine.storage.unit_of_work import apply

if TYPE_CHECKING:
    from sqlalchemy import Connection

ROUNDS = 8
"""How often one decision may ask for more facts (01)."""

T = TypeVar("T")


@dataclass(frozen=True)
class Execution:
    """Everything that carrying out a command needs."""

    database: Database
    catalogs: CatalogSource
    clocks: Clocks
    randomness: RandomBytes

    def command(self, actor: Actor, body: Body, id: str | None = None) -> Command:
        """Return a new command, at the business moment of now."""
        moment = self.clocks.business()
        return Command(id or uuid7(moment, self.randomness(10)), moment, actor, body)

    def execute(self, command: Command) -> Key | None:
        """Carry out a command in a transaction of its own; return the record that it was about."""
        with self.database.write() as connection:
            return self.within(connection, command)

    def within(self, connection: Connection, command: Command) -> Key | None:
        """Carry out a command inside the caller's write transaction; EngineError leaves nothing of it behind."""
        current = self.locked(connection)
        outcome = self._decided(connection, command, current)
        apply(connection, outcome.changeset, current.tables, self.randomness)
        return outcome.record

    def locked(self, connection: Connection) -> Current:
        """Return the apps, holding off every publication until the caller's transaction ends.

        The lock comes before the look at the revisions: a write that waited for a publication decides on the new one.
        """
        lock_for_write(connection, revisions.current(connection))
        return self.catalogs.current(connection)

    def _decided(self, connection: Connection, command: Command, current: Current) -> Decided:
        def step(facts: Facts) -> Outcome:
            return decide(command, current.catalog, current.parameters, facts)

        outcome = cast("Decided | Refusal", self.settle(connection, current, command, step, writing=True))
        if isinstance(outcome, Refusal):
            raise EngineError(outcome.problems)
        return outcome

    def settle(
        self,
        connection: Connection,
        current: Current,
        command: Command,
        step: Callable[[Facts], T | NeedFacts],
        *,
        writing: bool = False,
    ) -> T:
        """Give ``step`` the facts that it asks for until it has what it needs, at most ``ROUNDS`` times.

        Where it is for ``writing``, the records whose aggregates it reads are locked before they are read: two writes
        that one limit guards are decided one after the other (01).
        """
        facts: dict[Query, object] = {}
        what = type(command.body).__name__

        def around(app: str) -> Moments:
            return current.around(app, command.moment, command.actor.user)

        for _ in range(ROUNDS):
            outcome = step(facts)
            if not isinstance(outcome, NeedFacts):
                return outcome
            wanted = [query for query in outcome.queries if query not in facts]
            if not wanted:
                raise EngineError(SAME_FACT.at(rule=what))
            if writing:
                _lock_owners(connection, current, wanted)
            facts.update(answer(connection, wanted, current.tables, around))
        raise EngineError(TOO_MANY_ROUNDS.at(what=what))


def _lock_owners(connection: Connection, current: Current, queries: Iterable[Query]) -> None:
    """Lock the records that aggregates are asked for, form by form and in the order of their ids."""
    owners: dict[tuple[str, str], set[str]] = {}
    for query in queries:
        if isinstance(query, AggregateQuery):
            related = current.catalog.scopes[query.aggregate.app, query.aggregate.form]
            owner = related.fields[query.aggregate.reference].type
            if isinstance(owner, ReferenceType):
                owners.setdefault((owner.app, owner.form), set()).add(query.owner)
    for form, ids in sorted(owners.items()):
        lock_records(connection, current.tables[form].main.table, ids)
