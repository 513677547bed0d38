"""The relay: it finds the messages that are due and hands hints of them to a queue; it delivers none itself.

Where the queue is away, nothing is found for it: messages wait in the outbox, and it is tried again after a while.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

from engine.decision import calls
from engine.decision.envelopes.handling import CODE, LINK
from engine.decision.sending import BOARD_MAIL
from engine.decision.telling import DIGEST, TELL
from engine.jobs.problems import QUEUE_AWAY
from engine.jobs.queues import CALLS, LANES, MAIN, Queue
from engine.kernel.canonical import compact
from engine.kernel.clocks import Clocks, Moment
from engine.kernel.problems import EngineError
from engine.runtime.arriving import PULL
from engine.storage import outbox, settings
from engine.storage.database import Database
from engine.storage.hints import hints_of
from engine.storage.outbox import Lane

if TYPE_CHECKING:
    from sqlalchemy import Connection

log = logging.getLogger(__name__)

OF_OTHERS = frozenset({calls.KIND, PULL, TELL, DIGEST, BOARD_MAIL, LINK, CODE})
"""The kinds of messages whose delivery waits for others: they have a lane of their own."""

KINDS_OF: Mapping[str, Lane] = MappingProxyType({MAIN: Lane(OF_OTHERS), CALLS: Lane(OF_OTHERS, beside=False)})

MOST = 200
"""How many messages one transaction finds."""

SHORTEST_MS, LONGEST_MS = 1_000, 30_000
"""How long (real time) the relay pauses after a queue could not be reached: twice as long each time."""

ASK_MS = 10_000
"""How often (real time) a queue is asked whether it is there while nothing is due."""

STATE = "jobs.queue"
"""The setting that tells since when the queue is away."""


@dataclass(frozen=True, slots=True)
class Away:
    """Since when a queue could not be reached, how often it was tried since, when it is tried again, and the error."""

    since: Moment
    tries: int
    again: Moment
    error: str


def away(connection: Connection) -> Away | None:
    """Return how the relay found its queue when it last looked; None where it reached it."""
    kept = settings.read(connection, STATE)
    return None if kept is None else Away(**json.loads(kept))


@dataclass
class Relay:
    """Hands over what is due. Any number of these may run over one database: each message is found by one of them."""

    database: Database
    clocks: Clocks
    queue: Queue
    _away: Away | None = field(default=None, init=False)
    _noted: bool = field(default=False, init=False)
    _ask_again: Moment = field(default=0, init=False)

    def do(self) -> int:
        """Hand over what is due and has room in the queue; return how many messages that were.

        None while the queue is away. That is written down, for whoever asks how things stand.
        """
        real = self.clocks.real()
        if self._away is not None and real < self._away.again:
            return 0
        asks = self._away is not None or real >= self._ask_again
        try:
            with self.database.read() as connection:
                lanes = self.due(connection)
            found = self.find(lanes)
            if asks:
                self.queue.waiting()  # nothing may have been due: only an answer says that it is there
        except EngineError as error:
            if not is_away(error):
                raise
            self._note(self._put_off(real, error))
            return 0
        if asks:
            self._ask_again = real + ASK_MS
            if self._away is not None or not self._noted:
                self._note(None)
        return found

    def due(self, connection: Connection, lanes: Sequence[str] = LANES) -> tuple[str, ...]:
        """Return the lanes in which something is due that nobody has."""
        now, real = self.clocks.business(), self.clocks.real()
        return tuple(lane for lane in lanes if outbox.is_due(connection, now, real, KINDS_OF[lane]))

    def find(self, lanes: Sequence[str]) -> int:
        """Hand over a batch of what is due in each of these lanes; return how many messages that were."""
        return sum(self._find(lane) for lane in lanes)

    def _find(self, lane: str) -> int:
        room = min(MOST, self.queue.room(lane))
        if room <= 0:
            return 0
        now, real, lease = self.clocks.business(), self.clocks.real(), self.queue.patience
        with self.database.write() as connection:
            claimed = outbox.claim(
                connection, business_now=now, real_now=real, lease=lease, limit=room, lane=KINDS_OF[lane]
            )
        self.queue.hand_over(lane, hints_of(claimed))
        return len(claimed)

    def _put_off(self, real: Moment, error: EngineError) -> Away:
        before = self._away
        tries = 1 if before is None else before.tries + 1
        pause = min(LONGEST_MS, SHORTEST_MS << min(tries - 1, 10))
        if before is None:
            log.warning("the queue is away, work waits: %s", error)
        return Away(real if before is None else before.since, tries, real + pause, str(error))

    def _note(self, found: Away | None) -> None:
        if found is None and self._away is not None:
            log.info("the queue is back")
        self._away, self._noted = found, True
        with self.database.write() as connection:
            if found is None:
                settings.forget(connection, STATE)
            else:
                settings.write(connection, STATE, compact(asdict(found)))


def is_away(error: EngineError) -> bool:
    """Tell whether an error says that a queue cannot be reached."""
    return all(problem.code == QUEUE_AWAY.code for problem in error.problems)
