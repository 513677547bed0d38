"""Whose turn it is to call a partner: rate limit and breaker, kept in the database, whatever is asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.catalog.connectors.definitions import ConnectorDef
from engine.catalog.connectors.turns import after_call, turn
from engine.kernel.clocks import Moment
from engine.runtime.execution import Execution
from engine.storage import connectors
from engine.storage.connectors import Receipt

if TYPE_CHECKING:
    from sqlalchemy import Connection


class PostponedError(Exception):
    """A message cannot go out yet, which is no failure: it comes again at ``until`` (real time)."""

    def __init__(self, until: Moment) -> None:
        """Keep the moment."""
        super().__init__(f"not before {until}")
        self.until = until


@dataclass(frozen=True)
class Partner:
    """A connector of an app, as one who calls it sees it."""

    execution: Execution
    app: str
    definition: ConnectorDef

    def take_turn(self) -> None:
        """Take one of the calls that the rate and the breaker let out; PostponedError where there is none now."""

        def take(connection: Connection) -> Moment | None:
            found = connectors.standing(connection, self.app, self.definition.key)
            taken = turn(found, self.definition.rate, self.definition.breaker, self.execution.clocks.real())
            if isinstance(taken, Moment):
                return taken
            connectors.keep_standing(connection, self.app, self.definition.key, taken)
            return None

        until = self.execution.attempt(take)
        if until is not None:
            raise PostponedError(until)

    def settle(self, receipt: Receipt | None, *, well: bool) -> None:
        """Tell the breaker how it went, and keep the receipt of what failed."""

        def settle(connection: Connection) -> None:
            found = connectors.standing(connection, self.app, self.definition.key)
            after = after_call(found, self.definition.breaker, self.execution.clocks.real(), well=well)
            connectors.keep_standing(connection, self.app, self.definition.key, after)
            if receipt is not None:
                connectors.note_receipt(connection, receipt)

        self.execution.attempt(settle)
