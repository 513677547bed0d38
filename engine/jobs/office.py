"""The jobs of one instance put together: its queue, and who schedules and works; who opens an instance asks here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from engine.jobs.chores import Chores
from engine.jobs.delivering import AT_ONCE, BRIEF_DELIVERIES, Delivery
from engine.jobs.leading import Scheduler
from engine.jobs.letters import Letters
from engine.jobs.loop import JobsLoop
from engine.jobs.redis_queue import RedisQueue
from engine.jobs.relaying import Relay
from engine.jobs.serving import QueueWorker
from engine.jobs.standing import Standing, standing
from engine.jobs.working import Work
from engine.runtime.execution import Execution
from engine.runtime.settings import Settings
from engine.storage.sealer import Sealer


@dataclass(frozen=True)
class Office:
    """Makes what runs the jobs of one instance; ``sealer`` makes a sealer for this process."""

    settings: Settings
    execution: Execution
    sealer: Callable[[], Sealer]

    @cached_property
    def queue(self) -> RedisQueue | None:
        """The queue on Redis that the settings name; without one, work stays in the database alone."""
        return None if self.settings.redis_url is None else RedisQueue(self.settings.redis_url)

    @cached_property
    def letters(self) -> Letters:
        """The dead letters."""
        return Letters(self.execution)

    def loop(self) -> JobsLoop:
        """Return the loop of an embedded jobs process, which does everything."""
        return JobsLoop(self.execution, self.sealer(), retention=self.settings.retention)

    def worker(self) -> JobsLoop | QueueWorker:
        """Return what a worker runs: it serves the queue, or is the whole jobs process where there is none."""
        if self.queue is None:
            return self.loop()
        return QueueWorker(self.queue, Work(self.execution, Delivery(self.execution, BRIEF_DELIVERIES, AT_ONCE)))

    def scheduler(self) -> Scheduler:
        """Return what a scheduler runs; it relays where there is a queue."""
        execution = self.execution
        relay = None if self.queue is None else Relay(execution.database, execution.clocks, self.queue)
        return Scheduler(execution, Chores(execution, self.sealer(), self.settings.retention), relay)

    def standing(self) -> Standing:
        """Return how the jobs of the instance stand."""
        return standing(self.execution, self.queue)
