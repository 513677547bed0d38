"""Working off hints: what is left of the messages behind them is taken over and delivered; knows no queue."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from engine.jobs.delivering import Delivery
from engine.runtime.execution import Execution
from engine.storage.hints import Hint, hints_of, take
from engine.storage.outbox import Message

LEASE_MS = 60_000
"""How long (real time) a message is held for its delivery: as long as nobody sees that its deliverer died."""

RENEWALS = 3
"""In how many parts a lease is divided: in the last ones nothing is begun under it."""


@dataclass(frozen=True)
class Work:
    """Delivers what hints lead to. Any number of these may run over one database, on whichever machines."""

    execution: Execution
    delivery: Delivery
    lease: int = LEASE_MS

    def take(self, hints: Iterable[Hint]) -> int:
        """Take over the messages of a batch and deliver them one after the other; return how many were delivered.

        What is still to be delivered when a part of the lease is over is taken anew: a slow message never lets those
        behind it be delivered under a lease that is over.
        """
        real, delivered = self.execution.clocks.real, 0
        held, until = self._held(hints), real() + self.lease // RENEWALS
        while held:
            if real() >= until:
                held, until = self._held(hints_of(held)), real() + self.lease // RENEWALS
                continue
            delivered += self.delivery.deliver(held[0])
            held = held[1:]
        return delivered

    def _held(self, hints: Iterable[Hint]) -> Sequence[Message]:
        with self.execution.database.write() as connection:
            return take(connection, hints, self.execution.clocks.real(), self.lease)
