"""Whose turn it is to call a partner: rate limit and breaker, whatever is asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.catalog.connectors.definitions import ConnectorDef
from engine.jobs.turns import Turns
from engine.runtime.execution import Execution
from engine.storage import connectors
from engine.storage.connectors import Receipt

if TYPE_CHECKING:
    from sqlalchemy import Connection


@dataclass(frozen=True)
class Partner:
    """A connector of an app, as one who calls it sees it."""

    execution: Execution
    app: str
    definition: ConnectorDef

    @property
    def _turns(self) -> Turns:
        definition = self.definition
        return Turns(self.execution, self.app, definition.key, definition.rate, definition.breaker)

    def take_turn(self) -> None:
        """Take one of the calls that the rate and the breaker let out; PostponedError where there is none now."""
        self._turns.take()

    def settle(self, receipt: Receipt | None, *, well: bool) -> None:
        """Tell the breaker how it went, and keep the receipt of what failed."""

        def keep(connection: Connection) -> None:
            if receipt is not None:
                connectors.note_receipt(connection, receipt)

        self._turns.settle(well=well, beside=keep)
