"""Events that wait for their rules while a field gets another type: what was before the change is turned, too."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from sqlalchemy import select, update

from engine.kernel.canonical import Json, compact
from engine.kernel.problems import Problem
from engine.storage import system_tables
from engine.storage.filling import Turn

if TYPE_CHECKING:
    from sqlalchemy import Connection

_OUTBOX = system_tables.outbox


def turn_events(connection: Connection, app: str, form: str, turns: Sequence[Turn]) -> None:
    """Turn what the open events about a form carry of these fields; what does not convert was blank."""
    still_open = (_OUTBOX.c.done_at.is_(None), _OUTBOX.c.payload.contains('"old":{'))
    for row in connection.execute(select(_OUTBOX.c.id, _OUTBOX.c.payload).where(*still_open)).all():
        payload = json.loads(row.payload)
        if (payload.get("app"), payload.get("form")) != (app, form) or not isinstance(payload.get("old"), dict):
            continue
        before: dict[str, Json] = payload["old"]
        changed = {
            turn.target.key: _turned(turn, before[turn.target.key]) for turn in turns if turn.target.key in before
        }
        written = compact({**payload, "old": {**before, **changed}})
        connection.execute(update(_OUTBOX).where(_OUTBOX.c.id == row.id).values(payload=written))


def _turned(turn: Turn, value: Json) -> Json:
    """Return what an event carries of a value; several are a list there."""
    made = turn.forth(tuple(value) if isinstance(value, list) else value)
    if isinstance(made, Problem):
        return None
    return list(made) if isinstance(made, tuple) else made
