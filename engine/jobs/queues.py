"""The contract of queues, and the one within a process; what is queued are hints: it knows nothing of messages.

A queue may lose hints, repeat them and mix up their order, at any time: the truth is in the rows of the outbox. Whoever
hands hints over has their messages for ``patience`` milliseconds; after that they are found to be due again. Whoever is
served takes over what is left of them. So no promise of ours rests on a queue; it makes things soon, not certain.
"""

from __future__ import annotations

import queue
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from engine.storage.hints import Hint

Take = Callable[[Sequence[Hint]], object]

MAIN = "main"
CALLS = "calls"
LANES = (MAIN, CALLS)
"""The lanes, each served by itself: what waits for others (calls) never holds up what does not (main)."""


class Queue(Protocol):
    """Brings batches of hints from who finds messages to who delivers them.

    Each method raises ``EngineError`` (JOB-005, unavailable) where the queue cannot be reached.
    """

    @property
    def place(self) -> str:
        """Where it is, without what opens it."""
        ...

    @property
    def patience(self) -> int:
        """How long (milliseconds of real time) what was handed over is not handed over again."""
        ...

    def room(self, lane: str) -> int:
        """Return for how many more hints there is room in a lane: what waits here could as well wait in the outbox."""
        ...

    def hand_over(self, lane: str, hints: Sequence[Hint]) -> None:
        """Bring hints to whoever serves the lane."""
        ...

    def serve(self, lane: str, take: Take, wait: float) -> bool:
        """Give the next batch of a lane to ``take``, waiting for at most so many seconds; tell whether there was one.

        The batch is out of the queue before it is given: who dies with it loses hints, no messages.
        """
        ...

    def waiting(self) -> int:
        """Return how many batches wait in all lanes."""
        ...


@dataclass
class EmbeddedQueue:
    """A queue within one process: who finds the messages of an instance delivers them as well."""

    patience: int = 60_000
    most: int = 50
    place: str = "this process"
    _lanes: Mapping[str, queue.SimpleQueue[Sequence[Hint]]] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Begin with nothing in it."""
        self._lanes = {lane: queue.SimpleQueue() for lane in LANES}

    def room(self, lane: str) -> int:
        """Return for how many more hints there is room: a batch at a time."""
        return self.most if self._lanes[lane].empty() else 0

    def hand_over(self, lane: str, hints: Sequence[Hint]) -> None:
        """Put a batch into a lane."""
        if hints:
            self._lanes[lane].put(tuple(hints))

    def serve(self, lane: str, take: Take, wait: float) -> bool:
        """Give the next batch of a lane to ``take``."""
        try:
            batch = self._lanes[lane].get(block=wait > 0, timeout=wait or None)
        except queue.Empty:
            return False
        take(batch)
        return True

    def waiting(self) -> int:
        """Return how many batches wait."""
        return sum(lane.qsize() for lane in self._lanes.values())
