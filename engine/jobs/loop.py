"""The embedded jobs process: it plays what the clock brings, delivers what is due, seals and keeps house.

It is everything in one: the scheduler, the relay, the queue and a worker. Nothing else is needed to run an instance.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

from engine.jobs import scheduling
from engine.jobs.chores import Chores
from engine.jobs.delivering import AT_ONCE, BRIEF_DELIVERIES, Delivery
from engine.jobs.presence import Presence, leave_quietly
from engine.jobs.queues import CALLS, LANES, MAIN, EmbeddedQueue
from engine.jobs.relaying import Relay
from engine.jobs.rounds import in_rounds
from engine.jobs.working import LEASE_MS, Work
from engine.kernel.clocks import Moment
from engine.runtime.execution import Execution
from engine.runtime.settings import Retention
from engine.storage.sealer import Sealer

QUIET_ROUNDS = 1_000


@dataclass
class JobsLoop:
    """Delivers what is in the outbox. Any number of these may run over one database."""

    execution: Execution
    sealer: Sealer | None = None
    lease: int = LEASE_MS
    retention: Retention = field(default_factory=Retention)
    delivery: Delivery = field(init=False)
    chores: Chores = field(init=False)
    queue: EmbeddedQueue = field(default_factory=EmbeddedQueue, init=False)
    relay: Relay = field(init=False)
    _last_look: Moment | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        """Deliver by the execution's own means, so that nobody who writes waits long."""
        database, clocks = self.execution.database, self.execution.clocks
        self.delivery = Delivery(self.execution, BRIEF_DELIVERIES, AT_ONCE)
        self.chores = Chores(self.execution, self.sealer, self.retention)
        self.relay = Relay(database, clocks, self.queue)

    def run_once(self, lanes: Sequence[str] = LANES) -> int:
        """Claim the slots and deadlines that have come and deliver one batch of what is due; return how many of all."""
        clocks, database = self.execution.clocks, self.execution.database
        now = clocks.business()
        with database.read() as connection:  # looking first keeps an idle process from ever taking the write lock
            has_come = scheduling.is_due(connection, now)
            due = lanes if has_come else self.relay.due(connection, lanes)
        taken = 0
        if has_come:
            with database.write() as connection:
                found = scheduling.claim(self.execution, connection, now, last_look=self._last_look)
            taken = found.slots + found.timers
        self._last_look = now
        return taken + self._deliver(due)

    def run_until_quiet(self) -> int:
        """Deliver until nothing more is due; return how much was taken on."""
        total = 0
        for _ in range(QUIET_ROUNDS):
            taken = self.run_once()
            total += taken
            if not taken:
                break
        return total

    def run(self, should_stop: Callable[[], bool]) -> None:
        """Deliver, seal what the journal has gained and delete what is too old, until told to stop.

        What waits for others is delivered beside that, in a thread of its own: it holds up nothing else.
        """
        presence = Presence(self.execution.database, self.execution.clocks.real, "worker")
        over = threading.Event()
        beside = threading.Thread(target=in_rounds, args=(self._call, over.is_set), name="jobs-calls", daemon=True)
        beside.start()
        try:
            in_rounds(partial(self._round, presence), should_stop)
        finally:
            over.set()
            beside.join()
            leave_quietly(presence)

    def _round(self, presence: Presence) -> int:
        presence.say()
        return self.run_once((MAIN,)) + self.chores.do()

    def _call(self) -> int:
        with self.execution.database.read() as connection:
            due = self.relay.due(connection, (CALLS,))
        return self._deliver(due)

    def _deliver(self, lanes: Sequence[str]) -> int:
        if not lanes:
            return 0
        found = self.relay.find(lanes)
        work = Work(self.execution, self.delivery, self.lease)
        for lane in lanes:
            while self.queue.serve(lane, work.take, 0):
                pass
        return found
