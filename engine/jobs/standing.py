"""How the jobs of an instance stand: what waits and how long, what died, who works, and what is wrong with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.jobs.leading import LEADER
from engine.jobs.queues import Queue
from engine.jobs.relaying import Away, away, is_away
from engine.kernel.canonical import Json
from engine.kernel.clocks import Moment, moment_text
from engine.kernel.problems import EngineError
from engine.runtime.execution import Execution
from engine.storage import leases, outbox, schedules, sealer, timers
from engine.storage.outbox import Depth
from engine.storage.schedules import Schedule

if TYPE_CHECKING:
    from sqlalchemy import Connection

HOUR_MS = 3_600_000
LATE_MS = 60_000
"""How long (business time) something may be due before it is wrong that nobody delivers it."""

UNSEALED_MS = 60_000
"""How long (business time) an entry of the journal may be unsealed."""


@dataclass(frozen=True, slots=True)
class QueueStanding:
    """How the queue stands: ``embedded`` or ``redis``; ``batches`` wait in it, None where it cannot be reached.

    ``away`` says how the leading scheduler found it when it last looked.
    """

    kind: str
    place: str | None = None
    batches: int | None = 0
    away: Away | None = None

    @property
    def is_reached(self) -> bool:
        """Whether it answers right now."""
        return self.batches is not None


@dataclass(frozen=True, slots=True)
class Standing:
    """How everything stands at one look; ``now`` is business time, ``last_sealed`` real time.

    ``delivered`` is how many messages were delivered in the last hour (real time).
    """

    now: Moment
    depth: Depth
    delivered: int
    queue: QueueStanding
    workers: tuple[str, ...]
    schedulers: tuple[str, ...]
    leader: str | None
    schedules: tuple[Schedule, ...]
    next_deadline: Moment | None
    last_sealed: Moment | None
    unsealed: int
    unsealed_since: Moment | None

    @property
    def lag(self) -> int:
        """How long (milliseconds of business time) the oldest message that is due has been due."""
        return 0 if self.depth.oldest_due is None else max(0, self.now - self.depth.oldest_due)

    @property
    def wrong(self) -> tuple[str, ...]:
        """What somebody should look after, as words that programs compare."""
        late = self.lag > LATE_MS
        unsealed = self.unsealed_since is not None and self.now - self.unsealed_since > UNSEALED_MS
        found = {
            "dead_letters": self.depth.dead > 0,
            "late": late,
            "no_worker": late and not self.workers,
            "no_scheduler": self.queue.kind == "redis" and self.leader is None and (late or bool(self.workers)),
            "queue_away": not self.queue.is_reached,
            "unsealed": unsealed,
        }
        return tuple(name for name, holds in found.items() if holds)

    def as_json(self) -> dict[str, Json]:
        """Return what ``youju status`` prints of it."""
        first = min((one.next_slot for one in self.schedules), default=None)
        return {
            "outbox_waiting": self.depth.waiting,
            "outbox_lag_ms": self.lag,
            "dead_letters": self.depth.dead,
            "queue": _queue_json(self.queue),
            "workers": list(self.workers),
            "schedulers": list(self.schedulers),
            "leader": self.leader,
            "schedules": [
                {"app": one.app, "rule": one.rule, "cron": one.cron, "next": moment_text(one.next_slot)}
                for one in self.schedules
            ],
            "next_slot": first and moment_text(first),
            "next_deadline": self.next_deadline and moment_text(self.next_deadline),
            "last_sealed": self.last_sealed and moment_text(self.last_sealed),
            "unsealed": self.unsealed,
            "wrong": list(self.wrong),
        }


def _queue_json(queue: QueueStanding) -> dict[str, Json]:
    found: dict[str, Json] = {"kind": queue.kind, "reached": queue.is_reached, "batches": queue.batches}
    if queue.place is not None:
        found["place"] = queue.place
    if queue.away is not None:
        found |= {"away_since": moment_text(queue.away.since), "tries": queue.away.tries, "error": queue.away.error}
    return found


def standing(execution: Execution, queue: Queue | None) -> Standing:
    """Look at everything once."""
    real, now = execution.clocks.real(), execution.clocks.business()
    batches = _batches(queue)
    with execution.database.read() as connection:
        sealed = sealer.standing(connection)
        return Standing(
            now=now,
            depth=outbox.depth(connection, now),
            delivered=outbox.delivered(connection, real - HOUR_MS),
            queue=_queue(connection, queue, batches),
            workers=tuple(leases.held(connection, "worker/", real)),
            schedulers=tuple(leases.held(connection, "scheduler/", real)),
            leader=leases.held(connection, LEADER, real).get(""),
            schedules=schedules.every(connection),
            next_deadline=timers.next_due(connection),
            last_sealed=sealed.last,
            unsealed=sealed.unsealed,
            unsealed_since=sealed.since,
        )


def _batches(queue: Queue | None) -> int | None:
    if queue is None:
        return 0
    try:
        return queue.waiting()
    except EngineError as error:
        if not is_away(error):
            raise
        return None


def _queue(connection: Connection, queue: Queue | None, batches: int | None) -> QueueStanding:
    if queue is None:
        return QueueStanding("embedded")
    return QueueStanding("redis", queue.place, batches, away(connection))
