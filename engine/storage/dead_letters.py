"""Messages that were given up: finding them and bringing them back to life; knows neither why nor who asks."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Row, select, update

from engine.kernel.canonical import Json
from engine.kernel.clocks import Moment, moment_text
from engine.storage import system_tables

_OUTBOX = system_tables.outbox
_DEAD = _OUTBOX.c.dead_at.is_not(None)
_COLUMNS = tuple(_OUTBOX.c[name] for name in ("id", "kind", "attempts", "error", "due_at", "dead_at", "payload"))
_NAMES = ("app", "form", "record", "rule", "connector", "operation")
_CALL = "call"


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A message that was given up after its last attempt; ``since`` is a real moment, ``due_at`` one of business.

    ``about`` names what it is about, by keys: ``app``, ``form``, ``record``, ``rule``, ``connector``, ``operation``.
    """

    id: str
    kind: str
    attempts: int
    error: str
    due_at: Moment
    since: Moment
    about: Mapping[str, str] = field(default_factory=dict)

    def as_json(self) -> dict[str, Json]:
        """Return what is told of it: never what it says."""
        return {
            "id": self.id,
            "kind": self.kind,
            "attempts": self.attempts,
            "error": self.error,
            "due_at": moment_text(self.due_at),
            "since": moment_text(self.since),
            "about": dict(self.about),
        }


def found(connection: Connection, limit: int, after: str = "") -> tuple[DeadLetter, ...]:
    """Return the dead letters behind an id, in order of ids."""
    query = select(*_COLUMNS).where(_DEAD, _OUTBOX.c.id > after).order_by(_OUTBOX.c.id).limit(limit)
    return tuple(map(_letter, connection.execute(query)))


def revive(connection: Connection, letters: Collection[str]) -> tuple[DeadLetter, ...]:
    """Let these come again with fresh attempts, those that are dead; return them as they were.

    The payload of a call says how often it was tried ``earlier``: no receipt takes the place of an older one.
    """
    id = _OUTBOX.c.id
    locked = select(*_COLUMNS).where(_DEAD, id.in_(sorted(letters))).order_by(id).with_for_update()
    dead = tuple(map(_letter, connection.execute(locked)))
    if dead:
        values = {"dead_at": None, "attempts": 0, "available_at": 0}
        connection.execute(update(_OUTBOX).where(id.in_([letter.id for letter in dead])).values(**values))
        _count_earlier(connection, {letter.id: letter.attempts for letter in dead if letter.kind == _CALL})
    return dead


def _count_earlier(connection: Connection, tries: Mapping[str, int]) -> None:
    """Note in the payloads of calls how often they were tried before they come again."""
    its = select(_OUTBOX.c.id, _OUTBOX.c.payload).where(_OUTBOX.c.id.in_(tries))
    for row in connection.execute(its).all() if tries else ():
        said = json.loads(row.payload)
        said["earlier"] = said.get("earlier", 0) + tries[row.id]
        connection.execute(update(_OUTBOX).where(_OUTBOX.c.id == row.id).values(payload=json.dumps(said)))


def _letter(row: Row[Any]) -> DeadLetter:
    said = json.loads(row.payload)
    about = {key: str(said[key]) for key in _NAMES if isinstance(said, dict) and said.get(key)}
    return DeadLetter(row.id, row.kind, row.attempts, row.error or "", row.due_at, row.dead_at, about)
