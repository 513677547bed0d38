"""Time travel: the business clock moves on, and all that comes due on the way is played at its own moment, in order.

The clock stops at every moment at which something is due. There, first what waited is delivered, then come the
deadlines and the slots of that moment and all that follows from them, until it is quiet; then the clock moves on. The
move of the clock and the claims at the moment that it moves to are one transaction, and each delivery is one: whoever
is killed in between leaves an instance that stands at some moment, and the next one goes on from there to the same end.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Protocol

from engine.jobs import problems, scheduling
from engine.jobs.delivering import Delivery
from engine.jobs.scheduling import Claimed
from engine.kernel.clocks import Moment, moment_text
from engine.kernel.problems import EngineError
from engine.runtime.execution import Execution
from engine.storage import outbox, schedules, timers

if TYPE_CHECKING:
    from sqlalchemy import Connection

PATIENT_TRIES = 4
"""How many tries of one message are waited for; what still fails then is left to the jobs process."""

PATIENCE_SECONDS = 90.0
"""How long nothing may move while somebody else holds what is due: longer than any lease."""

PAUSE_SECONDS = 0.05


class Clock(Protocol):
    """A business clock that can be moved."""

    def __call__(self) -> Moment:
        """Return the moment."""
        ...

    def move(self, connection: Connection, seen: Moment, moment: Moment) -> bool:
        """Move on from where it was seen, in the caller's transaction; False where somebody else moved it since."""
        ...


@dataclass(frozen=True, slots=True)
class Journey:
    """What a journey came to.

    ``waiting`` is what is due and could not be delivered, ``dead`` how many dead letters there are, ``died`` how many
    of them came on the way.
    """

    start: Moment
    end: Moment
    slots: int = 0
    timers: int = 0
    deliveries: int = 0
    waiting: int = 0
    dead: int = 0
    died: int = 0

    @property
    def arrived_whole(self) -> bool:
        """Whether everything on the way could be delivered."""
        return not self.waiting and not self.died

    def as_json(self) -> dict[str, object]:
        """Return the counts as the command line prints them."""
        return {
            "from": moment_text(self.start),
            "to": moment_text(self.end),
            "slots": self.slots,
            "timers": self.timers,
            "deliveries": self.deliveries,
            "waiting": self.waiting,
            "dead": self.dead,
        }


@dataclass
class Travel:
    """Moves the clock of one instance. ``patience`` is how many seconds it waits for others that do not move."""

    execution: Execution
    clock: Clock
    patience: float = PATIENCE_SECONDS
    delivery: Delivery = field(init=False)

    def __post_init__(self) -> None:
        """Deliver by the execution's own means."""
        self.delivery = Delivery(self.execution)

    def to(self, end: Moment, on_move: Callable[[Moment], object] = lambda _moment: None) -> Journey:
        """Move the clock to ``end`` and play what comes due on the way; EngineError (JOB-003) where that lies behind.

        ``on_move`` is told each moment at which the clock stops.
        """
        start, begun = self.clock(), self.execution.clocks.real()
        before = self._standing(begun)
        found = self.along(end, on_move)
        after = self._standing(begun)
        return Journey(
            start,
            end,
            slots=found.slots,
            timers=found.timers,
            deliveries=after[0] - before[0],
            waiting=after[1],
            dead=after[2],
            died=max(0, after[2] - before[2]),
        )

    def along(self, end: Moment, on_move: Callable[[Moment], object] = lambda _moment: None) -> Claimed:
        """Do the same without counting what was delivered, for whoever goes step by step; return what was claimed."""
        here = self.clock()
        if end < here:
            raise EngineError(problems.BACKWARDS.at("now", now=moment_text(here), wanted=moment_text(end)))
        found = self._play(here)
        while here < end:
            moment, claimed, quiet = self._step(here, end)
            if moment is not None:
                found = replace(found, slots=found.slots + claimed.slots, timers=found.timers + claimed.timers)
            here = self.clock() if moment is None else moment
            on_move(here)
            if not quiet:
                more = self._play(here)
                found = replace(found, slots=found.slots + more.slots, timers=found.timers + more.timers)
        return found

    def _standing(self, begun: Moment) -> tuple[int, int, int]:
        """Return how many messages were delivered since that real moment, are due and not delivered, and are dead."""
        with self.execution.database.read() as connection:
            depth = outbox.depth(connection, self.clock())
            return outbox.delivered(connection, begun), depth.waiting, depth.dead

    def _step(self, here: Moment, end: Moment) -> tuple[Moment | None, Claimed, bool]:
        """Move the clock to the next moment at which something is due, and claim what comes with it.

        Return that moment (None where somebody else has moved the clock), what was claimed, and whether nothing is left
        to deliver.
        """

        def step(connection: Connection) -> tuple[Moment | None, Claimed, bool]:
            moment = min(_next(connection, here) or end, end)
            if not self.clock.move(connection, here, moment):
                return None, Claimed(), False
            waits = outbox.is_held(connection, moment, PATIENT_TRIES)
            claimed = scheduling.claim(self.execution, connection, moment, look=not waits)
            return moment, claimed, not waits and not claimed.messages

        return self.execution.attempt(step)

    def _play(self, here: Moment) -> Claimed:
        """Claim and deliver everything that is due by now, until it is quiet."""
        total = Claimed()
        while True:
            self._deliver(here)
            with self.execution.database.read() as connection:
                if not scheduling.is_due(connection, here):
                    return total
            claimed = self.execution.attempt(lambda connection: scheduling.claim(self.execution, connection, here))
            total = replace(total, slots=total.slots + claimed.slots, timers=total.timers + claimed.timers)

    def _deliver(self, here: Moment) -> None:
        """Deliver one message after the other, and wait for what others hold or what pauses after a failure."""
        real, database = self.execution.clocks.real, self.execution.database
        patient_until = time.monotonic() + self.patience
        while True:
            with database.read() as connection:
                message = outbox.first(connection, here, real())
                is_held = message is None and outbox.is_held(connection, here, PATIENT_TRIES)
            if message is not None:
                self.delivery.deliver(message)
                patient_until = time.monotonic() + self.patience
            elif not is_held or time.monotonic() > patient_until:
                return
            else:
                time.sleep(PAUSE_SECONDS)


def _next(connection: Connection, here: Moment) -> Moment | None:
    """Return the next moment after ``here`` at which something is due."""
    moments = (schedules.next_slot(connection), timers.next_due(connection), outbox.next_due(connection, here))
    return min((moment for moment in moments if moment is not None and moment > here), default=None)
