"""Messages that were given up: finding them and bringing them back to life; knows neither why nor who asks."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection, select, update

from engine.kernel.canonical import Json
from engine.kernel.clocks import Moment, moment_text
from engine.storage import system_tables

_OUTBOX = system_tables.outbox
_DEAD = _OUTBOX.c.dead_at.is_not(None)


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A message that was given up after its last attempt; ``since`` is a real moment, ``due_at`` one of business."""

    id: str
    kind: str
    attempts: int
    error: str
    due_at: Moment
    since: Moment

    def as_json(self) -> dict[str, Json]:
        """Return what is told of it: never what it says."""
        return {
            "id": self.id,
            "kind": self.kind,
            "attempts": self.attempts,
            "error": self.error,
            "due_at": moment_text(self.due_at),
            "since": moment_text(self.since),
        }


def found(connection: Connection, limit: int, after: str = "") -> tuple[DeadLetter, ...]:
    """Return the dead letters behind an id, in order of ids."""
    columns = _OUTBOX.c
    query = (
        select(columns.id, columns.kind, columns.attempts, columns.error, columns.due_at, columns.dead_at)
        .where(_DEAD, columns.id > after)
        .order_by(columns.id)
        .limit(limit)
    )
    return tuple(DeadLetter(*row[:3], row.error or "", *row[4:]) for row in connection.execute(query))


def revive(connection: Connection, letters: Collection[str]) -> tuple[DeadLetter, ...]:
    """Let these come again with fresh attempts, those that are dead; return them as they were."""
    columns = _OUTBOX.c
    query = select(columns.id, columns.kind, columns.attempts, columns.error, columns.due_at, columns.dead_at)
    locked = query.where(_DEAD, columns.id.in_(sorted(letters))).order_by(columns.id).with_for_update()
    dead = tuple(DeadLetter(*row[:3], row.error or "", *row[4:]) for row in connection.execute(locked))
    if dead:
        ids = [letter.id for letter in dead]
        values = {"dead_at": None, "attempts": 0, "available_at": 0}
        connection.execute(update(_OUTBOX).where(columns.id.in_(ids)).values(**values))
    return dead
