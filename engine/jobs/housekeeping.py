"""Housekeeping: what nobody asks for any more goes, a few rows at a time; it knows how long each kind of row is kept.

Records, the journal, tasks, notifications and dead letters are none of its business: they stay.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from engine.kernel.clocks import DAY_MS, Moment
from engine.runtime.execution import Execution
from engine.storage import credentials, firings, idempotency, outbox, rule_runs

if TYPE_CHECKING:
    from sqlalchemy import Connection

PAUSE_MS = 3_600_000
"""How long (real time) nothing is looked for after everything that was too old has gone."""

DELIVERED_FOR = 7 * DAY_MS
"""How long (real time) a message stays that has been delivered."""

SESSIONS_FOR = 30 * DAY_MS
"""How long (real time) a session stays that is over."""

RUNS_FOR = 180 * DAY_MS
"""How long (business time) it can be asked what a rule has done about a record."""

FIRINGS_FOR = 180 * DAY_MS
"""How late (business time) an event may be looked at and a rule still knows that it has fired on its day."""

BATCH = 200
"""How many rows of a kind one transaction deletes."""


@dataclass
class Housekeeping:
    """Keeps the tables of one instance from growing for ever; any number of these may run over one database."""

    execution: Execution
    _again: Moment = field(default=0, init=False)

    def do(self) -> int:
        """Delete one batch of what is too old, unless there was none a short while ago; return how many rows."""
        now = self.execution.clocks.real()
        if now < self._again:
            return 0
        gone = self.execution.attempt(self._forget)
        if not gone:
            self._again = now + PAUSE_MS
        return gone

    def _forget(self, connection: Connection) -> int:
        business, real = self.execution.clocks.business(), self.execution.clocks.real()
        return (
            outbox.forget(connection, real - DELIVERED_FOR, BATCH)
            + idempotency.forget(connection, business - idempotency.KEPT_FOR, BATCH)
            + rule_runs.forget(connection, business - RUNS_FOR, BATCH)
            + firings.forget(connection, business - FIRINGS_FOR, BATCH)
            + credentials.forget_sessions(connection, real - SESSIONS_FOR)
        )
