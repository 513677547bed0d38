"""Carrying out a command: facts inside the write transaction, decide, apply; one transaction, one changeset."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING, TypeVar

from engine.connectors.outside import Outside
from engine.decision.changeset import Actor, Changeset, OutboxMessage
from engine.decision.commands import Body, Command, Decided, NeedFacts, Outcome, Refusal
from engine.decision.deciding import decide, first_queries
from engine.decision.facts import Facts, PersonQuery, Query, RecordQuery
from engine.decision.work import Key
from engine.kernel.clocks import Clocks
from engine.kernel.identifiers import RandomBytes, uuid7
from engine.kernel.problems import EngineError, Nature
from engine.runtime.bonds import bound_by
from engine.runtime.catalogs import CatalogSource, Current
from engine.runtime.settling import Asking, settle
from engine.storage import revisions
from engine.storage.contents.store import Contents
from engine.storage.database import Database
from engine.storage.locks import lock_for_write, lock_records, locks_apps, locks_records
from engine.storage.problems import BUSY, FIRED_MEANWHILE, STALE_VERSION
from engine.storage.unit_of_work import apply

if TYPE_CHECKING:
    from sqlalchemy import Connection

LOCKINGS = 4
"""How often a command is decided anew because it turned out to need more records to itself."""

TRIES = 4
PATIENCE_SECONDS = 5.0
"""How long a write that met another one crosswise is begun anew; one that waited for a lock has waited enough."""

MET = frozenset((FIRED_MEANWHILE.code, STALE_VERSION.code))
"""What tells that another write was faster, beside BUSY."""

D = TypeVar("D")


@dataclass(frozen=True, slots=True)
class Done:
    """What carrying out a command came to: the record that it was about, and what it read and left as it is."""

    record: Key | None
    read: Mapping[Query, object]
    changeset: Changeset


@dataclass(frozen=True)
class Execution:
    """Everything that carrying out a command needs; ``contents`` is where those of files are kept.

    Unless ``outside`` is open, nobody else is called.
    """

    database: Database
    catalogs: CatalogSource
    clocks: Clocks
    randomness: RandomBytes
    contents: Contents
    outside: Outside = field(default_factory=Outside)

    def command(self, actor: Actor, body: Body, id: str | None = None) -> Command:
        """Return a new command, at the business moment of now."""
        moment = self.clocks.business()
        return Command(id or uuid7(moment, self.randomness(10)), moment, actor, body)

    def execute(self, command: Command) -> Key | None:
        """Carry out a command in a transaction of its own; return the record that it was about."""
        return self.attempt(lambda connection: self.within(connection, command))

    def attempt(self, work: Callable[[Connection], D]) -> D:
        """Do ``work`` in a write transaction of its own; again in a new one where it met another one crosswise (BUSY).

        So, too, where a rule that fires once only has fired in another one meanwhile, or where a record that was read
        is at another version by then: decided anew it is told apart from what somebody has seen of it.

        Whatever ``work`` does must be as good the second time: of a failed try nothing stays in the database.
        """
        begun = time.monotonic()
        for left in reversed(range(TRIES)):
            try:
                with self.database.write() as connection:
                    return work(connection)
            except EngineError as error:
                late = time.monotonic() - begun > PATIENCE_SECONDS
                met = error.nature is Nature.BUSY or error.problems[0].code in MET
                if not met or late or not left:
                    raise
        raise AssertionError

    def within(self, connection: Connection, command: Command) -> Key | None:
        """Carry out a command inside the caller's write transaction; EngineError leaves nothing of it behind."""
        return self.carry_out(connection, self.locked(connection), command).record

    def carry_out(self, connection: Connection, current: Current, command: Command) -> Done:
        """Carry out a command on the apps that ``locked`` gave; EngineError leaves nothing of it behind."""
        [made] = self.decide_all(connection, current, (command,))
        outcome = made.result()
        if isinstance(outcome, Refusal):
            raise EngineError(outcome.problems)
        apply(connection, outcome.changeset, current.tables, self.randomness)
        return Done(outcome.record, _left(made.facts, outcome.changeset), outcome.changeset)

    def send(self, connection: Connection, command: str, messages: Iterable[OutboxMessage]) -> None:
        """Put messages into the outbox that no command brought forth; ``command`` is an id that names what did."""
        listed = tuple(messages)
        if listed:
            changeset = Changeset(command, self.clocks.business(), Actor(None), {}, messages=listed)
            apply(connection, changeset, {}, self.randomness)

    def locked(self, connection: Connection) -> Current:
        """Return the apps, holding off every publication until the caller's transaction ends.

        The lock comes before the look at the revisions: a write that waited for a publication decides on the new one.
        """
        if locks_apps(self.database.dialect):
            lock_for_write(connection, revisions.current(connection))
        return self.catalogs.current(connection)

    def decide_all(
        self, connection: Connection, current: Current, commands: Sequence[Command]
    ) -> list[Asking[Decided | Refusal]]:
        """Decide commands on the apps that ``locked`` gave and on what is there now, each as if it were the only one.

        What one of them needs to itself stays so until the caller's transaction ends.
        """
        held: frozenset[Key] = frozenset()
        for _ in range(LOCKINGS):
            made = [self._asking(current, command) for command in commands]
            settle(connection, current, made)
            needed = frozenset().union(*(self._needed(current, one) for one in made))
            if needed <= held:
                return made
            # What is held already comes first in the order or crosses it; a crossing is found by the database (BUSY).
            _lock(connection, current, needed - held)
            held |= needed
        raise EngineError(BUSY.at())

    def _asking(self, current: Current, command: Command) -> Asking[Decided | Refusal]:
        def step(facts: Facts) -> Outcome:
            return decide(command, current.catalog, current.parameters, facts)

        first = first_queries(command)
        known = all(not isinstance(one, RecordQuery) or (one.app, one.form) in current.tables for one in first)
        return Asking(command, step, first=tuple(first) if known else ())

    def _needed(self, current: Current, made: Asking[Decided | Refusal]) -> frozenset[Key]:
        """Return the records that the command must have to itself: two writes under one limit come one after the other.

        It is decided once to find them, and again, on facts read anew, when they are locked. SQLite has one writer.
        """
        if not locks_records(self.database.dialect) or made.error is not None:
            return frozenset()
        writes = made.outcome.changeset.writes if isinstance(made.outcome, Decided) else ()
        return bound_by(current.bonds, made.facts, writes)

    def settle(
        self,
        connection: Connection,
        current: Current,
        command: Command,
        step: Callable[[Facts], D | NeedFacts],
        known: Facts | None = None,
    ) -> D:
        """Give ``step`` the facts that it asks for until it has what it needs, within its bound of rounds.

        ``known`` are facts that are there beforehand.
        """
        asking = Asking(command, step, dict(known or {}))
        settle(connection, current, (asking,))
        return asking.result()


def _left(facts: Facts, changeset: Changeset) -> dict[Query, object]:
    """Return the people and the records among the facts that the changeset has left as they are."""
    written = {(write.app, write.form, write.id) for write in changeset.writes}
    return {
        query: answer
        for query, answer in facts.items()
        if isinstance(query, PersonQuery)
        or (isinstance(query, RecordQuery) and (query.app, query.form, query.id) not in written)
    }


def _lock(connection: Connection, current: Current, records: Collection[Key]) -> None:
    """Lock records in the one order that all commands keep: by app, form and id."""
    for (app, form), keys in groupby(sorted(records), key=lambda key: key[:2]):
        lock_records(connection, current.tables[app, form].main.table, (id for _, _, id in keys))
