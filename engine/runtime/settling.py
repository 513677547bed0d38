"""Asking and answering: steps ask for facts until they have what they need; what several ask is answered at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import chain, count
from typing import TYPE_CHECKING, Generic, TypeVar

from engine.decision.commands import Command, NeedFacts
from engine.decision.facts import Facts, Query
from engine.decision.problems import TOO_MANY_ROUNDS
from engine.kernel.clocks import Moment
from engine.kernel.problems import EngineError
from engine.language.surroundings import Moments
from engine.rules.problems import SAME_FACT
from engine.runtime.catalogs import Current
from engine.storage.facts import answer

if TYPE_CHECKING:
    from sqlalchemy import Connection

ROUNDS = 8
"""How often one decision may ask for more facts, for each record that it saves (01: per command of the chain)."""

D = TypeVar("D")


@dataclass
class Asking(Generic[D]):
    """What a command asks on its way: the facts that it was given, and in the end what came of it, or an error."""

    command: Command
    step: Callable[[Facts], D | NeedFacts]
    facts: dict[Query, object] = field(default_factory=dict)
    first: tuple[Query, ...] = ()
    """What it is known to ask for first: it need not begin to be asked."""
    outcome: D | None = None
    error: EngineError | None = None

    def result(self) -> D:
        """Return what came of it; raises its error."""
        if self.error is not None:
            raise self.error
        if self.outcome is None:
            raise AssertionError
        return self.outcome

    def go_on(self, asked: int) -> tuple[Query, ...]:
        """Go one step on, having asked so often; return what it needs to know next, nothing where it is over."""
        if self.first:
            wanted, self.first = self.first, ()
            return wanted
        outcome = self.step(self.facts)
        if not isinstance(outcome, NeedFacts):
            self.outcome = outcome
            return ()
        what = type(self.command.body).__name__
        wanted = tuple(query for query in outcome.queries if query not in self.facts)
        if asked >= ROUNDS * max(1, outcome.saves):
            self.error = EngineError(TOO_MANY_ROUNDS.at(what=what))
        elif not wanted:
            self.error = EngineError(SAME_FACT.at(rule=what))
        return () if self.error is not None else wanted


def settle(connection: Connection, current: Current, askings: Iterable[Asking[D]]) -> None:
    """Give every one of them the facts that it asks for, within its bound of rounds, until all are over.

    Each is decided as if it were the only one; in a round what they ask for is read by as few statements as for one.
    """
    waiting = list(askings)
    for asked in count():
        wanted = [(one, queries) for one in waiting if (queries := one.go_on(asked))]
        if not wanted:
            return
        seen: dict[tuple[Moment, str | None], list[tuple[Asking[D], Sequence[Query]]]] = {}
        for one, queries in wanted:
            now = one.command.moment if one.command.now is None else one.command.now
            seen.setdefault((now, one.command.actor.user), []).append((one, queries))
        for (now, user), group in seen.items():
            _answer(connection, current, (now, user), group)
        waiting = [one for one, _ in wanted]


def _answer(
    connection: Connection,
    current: Current,
    sight: tuple[Moment, str | None],
    group: Sequence[tuple[Asking[D], Sequence[Query]]],
) -> None:
    """Answer what those ask who see the same moment and are the same person."""

    def around(app: str) -> Moments:
        return current.around(app, *sight)

    found = answer(connection, chain.from_iterable(queries for _, queries in group), current.tables, around)
    for one, queries in group:
        one.facts.update((query, found[query]) for query in queries)
