"""Keeping the figures of metrics at the end of their periods: found before, written once, and forgotten when too old.

Whoever is second, a scheduler or a try after a crash, finds the period kept and changes nothing.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from engine.boards.periods import KEPT
from engine.runtime.boards_snapshots import oldest_kept, taken
from engine.storage import snapshots
from engine.storage.snapshots import KeptPeriod

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from engine.runtime.execution import Execution
    from engine.storage.outbox import Message


def figured(execution: Execution, message: Message) -> Message:
    """Find the figures, so that nobody who writes waits for it; return the message with them."""
    said = message.payload
    with execution.database.read() as connection:
        found = taken(execution, connection, said["app"], said["metric"], said["slot"])
    if found is None:
        return message
    kept = {"period": found.period, "at": found.at, "figures": [dict(one) for one in found.figures]}
    return replace(message, payload={**said, "kept": kept})


def keep(execution: Execution, connection: Connection, message: Message) -> None:
    """Keep the figures for good, unless the period has been kept, and forget periods that are too old."""
    said = message.payload
    if "kept" not in said:
        return
    app, metric = said["app"], said["metric"]
    found = KeptPeriod(said["kept"]["period"], said["kept"]["at"], tuple(said["kept"]["figures"]))
    known = execution.catalogs.current(connection).catalog.apps.get(app)
    definition = None if known is None else known.metrics.get(metric)
    if definition is None or not snapshots.keep(connection, app, metric, found):
        return
    snapshot = definition.definition.snapshot
    oldest = None if snapshot is None else oldest_kept(definition, found.period, KEPT[snapshot])
    if oldest is not None:
        snapshots.forget(connection, app, metric, oldest)
