"""The scheduler: of any number of them one leads; it plays what the clock brings, relays what is due, and does chores.

That only one leads saves work; nothing rests on it. A slot is claimed once and a message found once whoever looks, so
one that has been asleep and believes that it still leads does no harm.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field

from engine.jobs import scheduling
from engine.jobs.chores import Chores
from engine.jobs.presence import Presence, leave_quietly
from engine.jobs.relaying import Relay
from engine.jobs.rounds import in_rounds
from engine.kernel.clocks import Moment
from engine.kernel.problems import EngineError
from engine.runtime.execution import Execution
from engine.storage import leases
from engine.storage.leases import Lease
from engine.storage.problems import LEASE_LOST

log = logging.getLogger(__name__)

LEADER = "scheduler"
HELD_MS = 10_000
"""How long (real time) a leader is believed to be there: as long as the next one waits after it died."""


@dataclass
class Scheduler:
    """One scheduler of an instance. Without a relay, workers find what is due by themselves."""

    execution: Execution
    chores: Chores
    relay: Relay | None = None
    held: int = HELD_MS
    presence: Presence = field(init=False)
    _lease: Lease | None = field(default=None, init=False)
    _again: Moment = field(default=0, init=False)
    _last_look: Moment | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        """Be nobody's leader yet."""
        self.presence = Presence(self.execution.database, self.execution.clocks.real, "scheduler")

    def run(self, should_stop: Callable[[], bool]) -> None:
        """Lead, or wait until the one that leads is gone, until told to stop."""
        try:
            in_rounds(self.do, should_stop)
        finally:
            self._step_down()
            leave_quietly(self.presence)

    def do(self) -> int:
        """Do one round if this one leads; return how much there was to do."""
        self.presence.say()
        return self.hand_out() + self.chores.do() if self.leads() else 0

    def hand_out(self) -> int:
        """Claim what the clock brings and hand out what is due, once; return how much that was."""
        return self._claim() + (0 if self.relay is None else self.relay.do())

    def leads(self) -> bool:
        """Take or keep the lead, if nobody else has it; tell whether this one leads. It looks a few times a lease."""
        now = self.execution.clocks.real()
        if now < self._again:
            return self._lease is not None
        self._again = now + self.held // 4
        with self.execution.database.write() as connection:
            if self._lease is not None:
                try:
                    leases.confirm(connection, self._lease, now, self.held)
                except EngineError as error:
                    if error.problems[0].code != LEASE_LOST.code:
                        raise
                    log.warning("another scheduler leads by now")
                    self._lease = None
                return self._lease is not None
            self._lease = leases.acquire(connection, LEADER, self.presence.holder, now, self.held)
        if self._lease is not None:
            log.info("this scheduler leads")
            self._last_look = None
        return self._lease is not None

    def _claim(self) -> int:
        """Claim the slots and deadlines that have come."""
        now, database = self.execution.clocks.business(), self.execution.database
        with database.read() as connection:
            has_come = scheduling.is_due(connection, now)
        taken = 0
        if has_come:
            with database.write() as connection:
                found = scheduling.claim(self.execution, connection, now, last_look=self._last_look)
            taken = found.slots + found.timers
        self._last_look = now
        return taken

    def _step_down(self) -> None:
        """Give the lead back, if it can be given: the next one need not wait."""
        if self._lease is None:
            return
        try:
            with self.execution.database.write() as connection:
                leases.release(connection, self._lease)
        except EngineError as error:
            log.info("the lead is not given back: %s", error)
        self._lease = None
