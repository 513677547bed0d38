"""Housekeeping: what nobody asks for any more goes, a few rows at a time; how long it is kept is a setting.

Records stay, but those that have lain in the bin for as long as is stated; the journal, tasks, notifications and dead
letters are none of its business.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from engine.kernel.clocks import DAY_MS, Moment
from engine.runtime.execution import Execution
from engine.runtime.recycling.destroying import destroy_old
from engine.runtime.settings import Retention
from engine.storage import (
    capture_tokens,
    connectors,
    credentials,
    files,
    firings,
    idempotency,
    imports,
    intakes,
    interruptions,
    leases,
    outbox,
    rule_runs,
)
from engine.storage.locks import lock_name

if TYPE_CHECKING:
    from sqlalchemy import Connection

PAUSE_MS = 3_600_000
"""How long (real time) nothing is looked for after everything that was too old has gone."""

SHARDS = 256
"""Into how many parts the contents of files are divided, by how their digests begin."""

BATCH = 200
"""How many rows of a kind one transaction deletes."""


@dataclass
class Housekeeping:
    """Keeps the tables of one instance from growing for ever; any number of these may run over one database."""

    execution: Execution
    retention: Retention = field(default_factory=Retention)
    _shard: int = field(default=0, init=False)
    _again: Moment = field(default=0, init=False)

    def do(self) -> int:
        """Delete one batch of what is too old, unless there was none a short while ago; return how many rows."""
        now = self.execution.clocks.real()
        if now < self._again:
            return 0
        binned = destroy_old(self.execution, self.retention.bin) if self.retention.bin else 0
        gone = self.execution.attempt(self._forget) + self._sweep() + binned
        if not gone:
            self._again = now + PAUSE_MS
        return gone

    def _forget(self, connection: Connection) -> int:
        business, real = self.execution.clocks.business(), self.execution.clocks.real()
        kept = self.retention
        return (
            outbox.forget(connection, real - kept.delivered * DAY_MS, BATCH)
            + idempotency.forget(connection, business - idempotency.KEPT_FOR, BATCH)
            + rule_runs.forget(connection, business - kept.runs * DAY_MS, BATCH)
            + connectors.forget_receipts(connection, real - kept.runs * DAY_MS, BATCH)
            + intakes.forget(connection, real - kept.runs * DAY_MS, BATCH)
            + imports.forget(connection, real - kept.imports * DAY_MS, BATCH)
            + interruptions.forget(connection, (business - kept.runs * DAY_MS) // DAY_MS, BATCH)
            + firings.forget(connection, business - kept.firings * DAY_MS, BATCH)
            + credentials.forget_sessions(connection, real - kept.sessions * DAY_MS)
            + capture_tokens.forget(connection, business - kept.tokens * DAY_MS, BATCH)
            + sum(leases.forget(connection, role, real - DAY_MS) for role in ("worker/", "scheduler/"))
        )

    def _sweep(self) -> int:
        """Forget files that no record has taken, and remove the contents that no file has any more.

        A content goes after its file is forgotten for good, and while nobody can send the same one. So does what came
        in when a process died: one part of the contents is looked at each time.
        """
        contents, business = self.execution.contents, self.execution.clocks.business()
        swept = self.execution.attempt(lambda open: files.sweep(open, business - files.SWEPT_AFTER, BATCH))
        self._shard = (self._shard + 1) % SHARDS
        settled = contents.settled(f"{self._shard:02x}")
        with self.execution.database.read() as connection:
            unknown = [digest for digest in settled if not files.is_needed(connection, digest)]
        for digest in (*swept, *unknown):
            self.execution.attempt(partial(self._let_go, digest))
        return len(swept) + contents.tidy()

    def _let_go(self, digest: str, connection: Connection) -> None:
        lock_name(connection, f"file/{digest}")
        if not files.is_needed(connection, digest):
            self.execution.contents.remove(digest)
