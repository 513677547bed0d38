"""Taking turns with those outside: a rate limit and a breaker that all processes share; see ``catalog.…turns``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.catalog.connectors.definitions import BreakerDef
from engine.catalog.connectors.rates import RateDef
from engine.catalog.connectors.turns import after_call, turn
from engine.kernel.clocks import Moment
from engine.runtime.execution import Execution
from engine.storage import connectors

if TYPE_CHECKING:
    from sqlalchemy import Connection


class PostponedError(Exception):
    """A message cannot go out yet, which is no failure: it comes again at ``until`` (real time)."""

    def __init__(self, until: Moment) -> None:
        """Keep the moment."""
        super().__init__(f"not before {until}")
        self.until = until


class PutOffError(Exception):
    """A message may not go out now by its rule, which is no failure: it is due at ``until`` (business time)."""

    def __init__(self, until: Moment) -> None:
        """Keep the moment."""
        super().__init__(f"not before {until}")
        self.until = until


@dataclass(frozen=True)
class Turns:
    """The turns of one partner, known by an app (blank for what is the installation's) and a key."""

    execution: Execution
    app: str
    key: str
    rate: RateDef | None
    breaker: BreakerDef

    def take(self) -> None:
        """Take one of the turns that rate and breaker let out; PostponedError where there is none now."""

        def take(connection: Connection) -> Moment | None:
            found = connectors.standing(connection, self.app, self.key)
            taken = turn(found, self.rate, self.breaker, self.execution.clocks.real())
            if isinstance(taken, Moment):
                return taken
            connectors.keep_standing(connection, self.app, self.key, taken)
            return None

        until = self.execution.attempt(take)
        if until is not None:
            raise PostponedError(until)

    def settle(self, *, well: bool, beside: Callable[[Connection], object] = lambda _connection: None) -> None:
        """Tell the breaker how it went, and do what belongs into the same transaction."""

        def settle(connection: Connection) -> None:
            found = connectors.standing(connection, self.app, self.key)
            after = after_call(found, self.breaker, self.execution.clocks.real(), well=well)
            connectors.keep_standing(connection, self.app, self.key, after)
            beside(connection)

        self.execution.attempt(settle)
