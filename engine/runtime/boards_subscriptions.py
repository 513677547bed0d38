"""Boards that come by mail: whoever may open one wants it daily, weekly or monthly at an hour, or no more."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.boards.problems import NO_SENDING_TIME
from engine.decision.changeset import OutboxMessage
from engine.decision.problems import ABSENT
from engine.decision.sending import BOARD_DUE, PERIODS, Period, next_slot
from engine.kernel.clocks import Moment
from engine.kernel.identifiers import uuid7
from engine.kernel.problems import EngineError
from engine.runtime.boards import Boards
from engine.runtime.desk import Desk
from engine.runtime.views import Viewer
from engine.storage import contacts, subscriptions
from engine.storage.subscriptions import Subscription

if TYPE_CHECKING:
    from sqlalchemy import Connection

LAST_HOUR = 23


@dataclass(frozen=True, slots=True)
class Wanted:
    """How a viewer stands to a board: how often it comes and at which hour, and whether they have a mailbox."""

    period: str | None
    hour: int
    has_mailbox: bool


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
        return Wanted(None, 8, has_mailbox) if found is None else Wanted(found.period, found.hour, has_mailbox)

    def want(self, viewer: Viewer, app: str, board: str, period: str, hour: int) -> None:
        """Send the viewer a board from now on; EngineError (absent) where it is not theirs, BOARD-033 for no time."""
        chosen = next((one for one in PERIODS if one == period), None)
        if chosen is None or not 0 <= hour <= LAST_HOUR:
            raise EngineError(NO_SENDING_TIME.at("period" if chosen is None else "hour"))
        if board not in {item.key for item in self._boards.list(viewer, app)}:
            raise EngineError(ABSENT.at())
        execution = self._desk.execution
        with execution.database.write() as connection:
            now = execution.clocks.business()
            id, message = (uuid7(now, execution.randomness(10)) for _ in range(2))
            subscriptions.put(connection, Subscription(id, viewer.id, app, board, chosen, hour, message, now))
            wait(self._desk, connection, viewer, subscriptions.get(connection, id))

    def stop(self, viewer: Viewer, app: str, board: str) -> None:
        """Send the viewer a board no more; nothing happens where they did not want it."""
        with self._desk.execution.database.write() as connection:
            subscriptions.remove(connection, viewer.id, app, board)


def wait(desk: Desk, connection: Connection, viewer: Viewer, wanted: Subscription | None, behind: Moment = 0) -> None:
    """Put the message of a subscription into the outbox, due at the next moment of the app's workdays.

    It lies behind the one before it, also where the clock of another machine is a little slower.
    """
    if wanted is None:
        return
    reading, now = desk.over(connection, viewer), max(desk.execution.clocks.business(), behind)
    period: Period = next(one for one in PERIODS if one == wanted.period)
    is_workday = reading.surroundings(wanted.app).calendar.is_workday
    due = next_slot(period, wanted.hour, now, reading.app(wanted.app).zone, is_workday)
    payload = {"subscription": wanted.id, "app": wanted.app, "board": wanted.board, "user": wanted.user_id}
    desk.execution.send(connection, wanted.message, [OutboxMessage(wanted.message, BOARD_DUE, payload, due)])
