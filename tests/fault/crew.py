"""Schedulers and workers of one instance, each a process of its own that can be stopped, let go on and killed."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from engine.boot import open_instance
from engine.jobs import scheduling
from engine.jobs.delivering import Delivery
from engine.jobs.leading import LEADER
from engine.jobs.serving import QueueWorker
from engine.jobs.working import Work
from engine.kernel.clocks import Clocks
from engine.runtime.settings import Settings
from engine.storage import leases, outbox

if TYPE_CHECKING:
    from multiprocessing.process import BaseProcess
    from pathlib import Path

    from engine.boot import Instance

HELD_MS, PATIENCE_MS, LEASE_MS = 1_500, 1_000, 3_000
"""Short times, so that the tests do not wait long for what a killed process had."""

PATIENT_SECONDS = 60.0
_CONTEXT = multiprocessing.get_context("forkserver")


@dataclass(frozen=True)
class FileClock:
    """Business time that all processes read from one file."""

    path: Path

    def __call__(self) -> int:
        return int(self.path.read_text())

    def reach(self, moment: int) -> None:
        part = self.path.with_suffix(".part")
        part.write_text(str(moment))
        part.replace(self.path)


def be(role: str, settings: Settings, clock: FileClock) -> None:
    """Be one of the crew until the test ends."""
    instance = open_instance(settings, Clocks(business=clock))
    parent = os.getppid()
    office = instance.office
    assert office.queue is not None
    office.queue.patience = PATIENCE_MS
    runs: Any
    if role == "scheduler":
        runs = office.scheduler()
        runs.held = HELD_MS
    else:
        execution = instance.services.execution
        runs = QueueWorker(office.queue, Work(execution, Delivery(execution), LEASE_MS))
    runs.run(lambda: os.getppid() != parent)


@dataclass
class Crew:
    """The processes of one instance; ``may_die`` says how many messages may be dead at a time."""

    instance: Instance
    clock: FileClock
    may_die: int = 0
    schedulers: list[BaseProcess] = field(default_factory=list)
    workers: list[BaseProcess] = field(default_factory=list)

    def hire(self, schedulers: int, workers: int) -> None:
        """Start so many more."""
        self.schedulers += [self._start("scheduler") for _ in range(schedulers)]
        self.workers += [self._start("worker") for _ in range(workers)]

    def _start(self, role: str) -> BaseProcess:
        process = _CONTEXT.Process(target=be, args=(role, self.instance.settings, self.clock), daemon=True)
        process.start()
        return process

    @contextmanager
    def workers_asleep(self) -> Iterator[None]:
        """Stop all workers wherever they are, and let them go on at the end."""
        self._signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._signal(signal.SIGCONT)

    def _signal(self, number: int) -> None:
        for worker in self.workers:
            if worker.pid is not None:
                os.kill(worker.pid, number)

    def kill_workers(self) -> None:
        """Kill all workers as by ``kill -9``."""
        kill(self.workers)

    def kill_leader(self) -> None:
        """Kill the scheduler that leads."""
        wait_until(lambda: self._leader() is not None, "nobody leads")
        leader = self._leader()
        kill([one for one in self.schedulers if one.pid == leader])
        self.schedulers = [one for one in self.schedulers if one.pid != leader]

    def _leader(self) -> int | None:
        with self.instance.database.read() as connection:
            holder = leases.held(connection, LEADER, self.instance.clocks.real()).get("")
        return None if holder is None else int(holder.split(":")[1])

    def end(self) -> None:
        """End everybody."""
        kill(self.schedulers)
        kill(self.workers)

    def settle(self) -> None:
        """Wait until nothing is due any more."""
        wait_until(self._is_quiet, "it never gets quiet")

    def _is_quiet(self) -> bool:
        """Look at the clock's work first: what is claimed of it is a message before it is no slot any more."""
        now, database = self.clock(), self.instance.database
        with database.read() as connection:
            has_come = scheduling.is_due(connection, now)
        with database.read() as connection:
            depth = outbox.depth(connection, now)
        assert depth.dead <= self.may_die, "a message died"
        return not (has_come or depth.waiting)


def kill(processes: list[BaseProcess]) -> None:
    """Kill processes and forget them."""
    for process in processes:
        process.kill()
    for process in processes:
        process.join()
    processes.clear()


def wait_until(holds: Callable[[], bool], otherwise: str) -> None:
    """Look again and again until something holds."""
    until = time.monotonic() + PATIENT_SECONDS
    while not holds():
        assert time.monotonic() < until, otherwise
        time.sleep(0.02)


def preload() -> None:
    """Import once what every process needs."""
    _CONTEXT.set_forkserver_preload(["tests.fault.crew"])
