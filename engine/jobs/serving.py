"""A worker on a queue: each lane has a thread of its own, so that what waits for others holds up nothing else."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from engine.jobs.presence import Presence, leave_quietly
from engine.jobs.queues import LANES, Queue
from engine.jobs.relaying import LONGEST_MS, SHORTEST_MS, is_away
from engine.jobs.rounds import in_rounds
from engine.jobs.working import Work
from engine.kernel.problems import EngineError

log = logging.getLogger(__name__)

WAIT_SECONDS = 1.0
"""How long a lane is listened to before it is asked whether to stop."""


@dataclass(frozen=True)
class QueueWorker:
    """Serves the lanes of a queue."""

    queue: Queue
    work: Work
    lanes: Sequence[str] = LANES

    def run(self, should_stop: Callable[[], bool]) -> None:
        """Deliver what the queue hints at until told to stop; what was begun is finished."""
        execution, over = self.work.execution, threading.Event()
        presence = Presence(execution.database, execution.clocks.real, "worker")
        threads = [
            threading.Thread(target=self._serve, args=(lane, over), name=f"lane-{lane}", daemon=True)
            for lane in self.lanes
        ]
        for thread in threads:
            thread.start()
        try:
            in_rounds(partial(_be_there, presence), should_stop)
        finally:
            over.set()
            for thread in threads:
                thread.join()
            leave_quietly(presence)

    def drain(self) -> int:
        """Deliver until nothing waits in the queue; return how many batches that were."""
        batches = 0
        while any(self.queue.serve(lane, self.work.take, 0) for lane in self.lanes):
            batches += 1
        return batches

    def _serve(self, lane: str, over: threading.Event) -> None:
        failures = 0

        def serve() -> int:
            nonlocal failures
            try:
                self.queue.serve(lane, self.work.take, WAIT_SECONDS)
            except EngineError as error:
                if not is_away(error):
                    raise
                if not failures:
                    log.warning("no work comes: %s", error)
                over.wait(min(LONGEST_MS, SHORTEST_MS << min(failures, 10)) / 1_000)
                failures += 1
            else:
                failures = 0
            return 1  # it has waited already

        in_rounds(serve, over.is_set)


def _be_there(presence: Presence) -> int:
    presence.say()
    return 0
