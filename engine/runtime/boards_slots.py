"""When boards that people want by mail are due: by the zone and the workdays of their app, also when these change."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from engine.decision.changeset import OutboxMessage
from engine.decision.sending import BOARD_DUE, PERIODS, Period, next_slot
from engine.kernel.clocks import Moment
from engine.kernel.identifiers import uuid7
from engine.language.calendars import Calendar
from engine.runtime.execution import Execution
from engine.storage import subscriptions
from engine.storage.subscriptions import Subscription

if TYPE_CHECKING:
    from sqlalchemy import Connection

Days = tuple[str, Calendar]
"""What an app goes by: its zone, and the days on which one works there."""


def follow_days(execution: Execution, connection: Connection, apps: Mapping[str, Days]) -> None:
    """Let the boards of these apps that wait for their moment wait for another one: their days or zone are new.

    What is due already is sent as it is. The messages that waited before do nothing any more.
    """
    now = execution.clocks.business()
    for wanted in subscriptions.waiting(connection, list(apps), now):
        message = uuid7(now, execution.randomness(10))
        if subscriptions.pass_on(connection, wanted.id, wanted.message, message):
            wait_until(execution, connection, wanted, message, slot_of(wanted, apps[wanted.app], now))


def slot_of(wanted: Subscription, days: Days, after: Moment) -> Moment:
    """Return when a board is sent next."""
    period: Period = next(one for one in PERIODS if one == wanted.period)
    zone, calendar = days
    return next_slot(period, wanted.hour, after, zone, calendar.is_workday)


def wait_until(execution: Execution, connection: Connection, wanted: Subscription, message: str, due: Moment) -> None:
    """Put a message of a subscription into the outbox."""
    payload = {"subscription": wanted.id, "app": wanted.app, "board": wanted.board, "user": wanted.user_id}
    execution.send(connection, message, [OutboxMessage(message, BOARD_DUE, payload, due)])
