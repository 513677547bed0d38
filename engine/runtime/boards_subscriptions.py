"""Boards that come by mail: whoever may open one wants it daily, weekly or monthly at an hour, or no more."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.boards.problems import NO_SENDING_TIME
from engine.decision.problems import ABSENT
from engine.decision.sending import PERIODS
from engine.kernel.clocks import Moment
from engine.kernel.identifiers import uuid7
from engine.kernel.problems import EngineError
from engine.runtime.boards import Boards
from engine.runtime.boards_slots import slot_of, wait_until
from engine.runtime.desk import Desk
from engine.runtime.execution import Execution
from engine.runtime.views import Viewer
from engine.storage import contacts, subscriptions
from engine.storage.subscriptions import Subscription

if TYPE_CHECKING:
    from sqlalchemy import Connection

FIRST_HOUR = 8
"""What is proposed: before the first meeting of a day."""

LAST_HOUR = 23


@dataclass(frozen=True, slots=True)
class Wanted:
    """How a viewer stands to a board: how often it comes and at which hour, and whether they have a mailbox.

    ``is_stopped`` says that it comes no more because something failed: wanting it once more begins anew.
    """

    period: str | None
    hour: int
    has_mailbox: bool
    is_stopped: bool = False


class BoardSubscriptions:
    """What boards people want by mail."""

    def __init__(self, desk: Desk, boards: Boards) -> None:
        """Read and write through ``desk``; who may open a board, ``boards`` know."""
        self._desk = desk
        self._boards = boards

    def of(self, viewer: Viewer, app: str, board: str) -> Wanted:
        """Return how the viewer stands to a board."""
        with self._desk.execution.database.read() as connection:
            found = subscriptions.of(connection, viewer.id, app, board)
            has_mailbox = "mail" in contacts.of_person(connection, viewer.id)
            if found is None:
                return Wanted(None, FIRST_HOUR, has_mailbox)
            return Wanted(found.period, found.hour, has_mailbox, subscriptions.is_stopped(connection, found))

    def want(self, viewer: Viewer, app: str, board: str, period: str, hour: int) -> None:
        """Send the viewer a board from now on; nothing happens where that is so already.

        EngineError (absent) where it is not theirs, BOARD-033 for no time.
        """
        chosen = next((one for one in PERIODS if one == period), None)
        if chosen is None or not 0 <= hour <= LAST_HOUR:
            raise EngineError(NO_SENDING_TIME.at("period" if chosen is None else "hour"))
        if board not in {item.key for item in self._boards.list(viewer, app)}:
            raise EngineError(ABSENT.at())
        execution = self._desk.execution

        def keep(connection: Connection) -> None:
            before = subscriptions.of(connection, viewer.id, app, board)
            is_same = before is not None and (before.period, before.hour) == (chosen, hour)
            if before is not None and is_same and not subscriptions.is_stopped(connection, before):
                return
            now = execution.clocks.business()
            id, message = (uuid7(now, execution.randomness(10)) for _ in range(2))
            wanted = Subscription(id, viewer.id, app, board, chosen, hour, message, now)
            subscriptions.put(connection, wanted)
            wait(execution, connection, wanted)

        execution.attempt(keep)

    def stop(self, viewer: Viewer, app: str, board: str) -> None:
        """Send the viewer a board no more; nothing happens where they did not want it."""
        with self._desk.execution.database.write() as connection:
            subscriptions.remove(connection, viewer.id, app, board)


def wait(execution: Execution, connection: Connection, wanted: Subscription | None, behind: Moment = 0) -> None:
    """Put the message of a subscription into the outbox, due at the next moment of the app's workdays.

    It lies behind the one before it, also where the clock of another machine is a little slower.
    """
    if wanted is None:
        return
    catalog, now = execution.catalogs.current(connection).catalog, max(execution.clocks.business(), behind)
    days = catalog.apps[wanted.app].zone, catalog.calendar(wanted.app)
    wait_until(execution, connection, wanted, wanted.message, slot_of(wanted, days, now))
