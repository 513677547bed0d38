"""The jobs process: it delivers what is due and seals the journal, again and again, until it is told to stop."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from engine.jobs.delivering import Delivery
from engine.runtime.execution import Execution
from engine.storage import outbox

BATCH = 50
LEASE_SECONDS = 60
IDLE_SECONDS = 0.2
QUIET_ROUNDS = 1_000


@dataclass
class JobsLoop:
    """Delivers what is in the outbox. Any number of these may run over one database."""

    execution: Execution
    delivery: Delivery = field(init=False)

    def __post_init__(self) -> None:
        """Deliver by the execution's own means."""
        self.delivery = Delivery(self.execution)

    def run_once(self) -> int:
        """Deliver one batch of what is due; return how many messages were taken on."""
        clocks = self.execution.clocks
        with self.execution.database.write() as connection:
            claimed = outbox.claim(
                connection, business=clocks.business(), real=clocks.real(), limit=BATCH, lease_seconds=LEASE_SECONDS
            )
        for message in claimed:
            self.delivery.deliver(message)
        return len(claimed)

    def run_until_quiet(self) -> int:
        """Deliver until nothing more is due; return how many messages were taken on."""
        total = 0
        for _ in range(QUIET_ROUNDS):
            taken = self.run_once()
            total += taken
            if not taken:
                break
        return total

    def run(self, stop: threading.Event) -> None:
        """Deliver until ``stop`` is set; between batches without work, wait a little."""
        while not stop.is_set():
            if not self.run_once():
                stop.wait(IDLE_SECONDS)
