"""The jobs process: it plays what the clock brings, delivers what is due, seals the journal and keeps house."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from engine.jobs import scheduling
from engine.jobs.converting import Converting
from engine.jobs.delivering import BRIEF_DELIVERIES, Delivery
from engine.jobs.housekeeping import Housekeeping
from engine.kernel.clocks import Moment
from engine.kernel.problems import EngineError
from engine.runtime.execution import Execution
from engine.storage import outbox
from engine.storage.sealer import REFUSALS, Sealer

log = logging.getLogger(__name__)

BATCH = 50
LEASE_MS = 60_000
IDLE_SECONDS = 0.2
FAILED_SECONDS = 1.0
"""How long nothing is done after a round that failed as nobody expected: the next one may fail, too."""

QUIET_ROUNDS = 1_000
SEALING_PAUSE_MS = 60_000
"""How long (real time) nothing is sealed after the sealer refused: only people can put right what it found."""


@dataclass
class JobsLoop:
    """Delivers what is in the outbox. Any number of these may run over one database."""

    execution: Execution
    sealer: Sealer | None = None
    lease: int = LEASE_MS
    delivery: Delivery = field(init=False)
    housekeeping: Housekeeping = field(init=False)
    converting: Converting = field(init=False)
    _last_look: Moment | None = field(default=None, init=False)
    _seal_again: Moment = field(default=0, init=False)
    _refusal: str | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        """Deliver by the execution's own means, so that nobody who writes waits long."""
        self.delivery = Delivery(self.execution, BRIEF_DELIVERIES)
        self.housekeeping = Housekeeping(self.execution)
        self.converting = Converting(self.execution)

    def run_once(self) -> int:
        """Claim the slots and deadlines that have come and deliver one batch of what is due; return how many of all."""
        clocks, database = self.execution.clocks, self.execution.database
        now, real = clocks.business(), clocks.real()
        with database.read() as connection:  # looking first keeps an idle process from ever taking the write lock
            has_come = scheduling.is_due(connection, now)
            is_due = has_come or outbox.is_due(connection, now, real)
        taken = 0
        if has_come:
            with database.write() as connection:
                found = scheduling.claim(self.execution, connection, now, last_look=self._last_look)
            taken = found.slots + found.timers
        self._last_look = now
        if not is_due:
            return 0
        with database.write() as connection:
            claimed = outbox.claim(connection, business_now=now, real_now=real, lease=self.lease, limit=BATCH)
        for message in claimed:
            self.delivery.deliver(message)
        return taken + len(claimed)

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

        Without work it waits a little. No round ends the process, whatever happens in it: one that failed is logged,
        and the next one comes.
        """
        while not should_stop():
            pause = IDLE_SECONDS
            try:
                worked = self.run_once()
                worked += self.converting.do()
                self._seal()
                worked += self.housekeeping.do()
            except EngineError as error:  # the database is away or busy: what is due is due later, too
                log.warning("jobs are waiting: %s", error)
                worked = 0
            except Exception:
                log.exception("a round of the jobs failed")
                worked, pause = 0, FAILED_SECONDS
            if not worked:
                time.sleep(pause)

    def _seal(self) -> None:
        """Seal, unless the sealer refused a short while ago; a refusal is told once and never holds up deliveries."""
        now = self.execution.clocks.real()
        if self.sealer is None or now < self._seal_again:
            return
        try:
            self.sealer.seal()
        except EngineError as error:
            if not REFUSALS.issuperset(problem.code for problem in error.problems):
                raise
            self._seal_again = now + SEALING_PAUSE_MS
            if str(error) != self._refusal:
                log.error("the journal is not sealed: %s", error)  # noqa: TRY400 - the finding, not the stack, matters
                self._refusal = str(error)
        else:
            self._refusal = None
