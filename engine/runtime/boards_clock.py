"""When the figures of metrics are kept: a schedule for each, beside those of rules and pulls."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from engine.boards.periods import CRON_OF
from engine.decision.changeset import OutboxMessage
from engine.kernel.clocks import Moment
from engine.rules.schedules import slot_after
from engine.storage.schedules import Schedule

if TYPE_CHECKING:
    from engine.catalog.apps import App

SNAPSHOT: Final = "snapshot"
"""The kind of messages that have the figures of a period kept."""

_MARK: Final = ":"


def schedules_of(app: App, moment: Moment) -> list[Schedule]:
    """Return when the figures of an app's metrics are kept: with the first moment of the period behind."""
    return [
        Schedule(app.key, kept_as(metric.key), 0, cron, app.zone, slot_after(cron, app.zone, moment))
        for metric in app.metrics.values()
        if metric.definition.snapshot is not None
        for cron in (CRON_OF[metric.definition.snapshot],)
    ]


def kept_as(metric: str) -> str:
    """Return the name under which the schedule of a metric is kept; no rule and no pull has one like it."""
    return f"{SNAPSHOT}{_MARK}{metric}"


def is_snapshot(name: str) -> bool:
    """Tell whether a schedule is one of a metric, by the name under which it is kept."""
    return _MARK in name


def snapshot_message(app: str, name: str, slot: Moment, id: str) -> OutboxMessage:
    """Return the message that has the figures of the period kept that ended with a slot."""
    return OutboxMessage(id, SNAPSHOT, {"app": app, "metric": name.partition(_MARK)[2], "slot": slot}, slot)
