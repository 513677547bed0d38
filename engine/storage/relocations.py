"""Keeps moves of many records from state to state: who moved how many, why, and what was moved back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from engine.decision.facts import LastMoveQuery
from engine.kernel.canonical import compact
from engine.kernel.clocks import Moment
from engine.storage import system_tables
from engine.storage.form_tables import FormTables
from engine.storage.write_guard import writing

_MOVE, _LOG = system_tables.relocation, system_tables.state_log


@dataclass(frozen=True, slots=True)
class Relocation:
    """One move of many records; ``moves`` are states by the state that is left. ``back_of`` is the one taken back."""

    id: str
    app: str
    form: str
    moves: Mapping[str, str]
    reason: str
    user_id: str | None
    at: Moment
    moved: int = 0
    back_of: str | None = None


def begin(connection: Connection, one: Relocation) -> None:
    """Keep that a move has begun."""
    with writing(connection):
        row = {name: getattr(one, name) for name in one.__slots__} | {"moves": compact(dict(one.moves))}
        connection.execute(insert(_MOVE), row)


def count(connection: Connection, id: str, more: int) -> None:
    """Keep that so many more records have been moved."""
    with writing(connection):
        connection.execute(update(_MOVE).where(_MOVE.c.id == id).values(moved=_MOVE.c.moved + more))


def of_app(connection: Connection, app: str, limit: int = 50) -> tuple[Relocation, ...]:
    """Return the latest moves of an app, the newest first."""
    query = select(_MOVE).where(_MOVE.c.app == app).order_by(_MOVE.c.id.desc()).limit(limit)
    return tuple(map(_relocation, connection.execute(query)))


def by_id(connection: Connection, id: str) -> Relocation | None:
    """Return one move."""
    row = connection.execute(select(_MOVE).where(_MOVE.c.id == id)).one_or_none()
    return None if row is None else _relocation(row)


def _relocation(row: Any) -> Relocation:  # noqa: ANN401 - a row of the table
    about = row.id, row.app, row.form, json.loads(row.moves), row.reason, row.user_id
    return Relocation(*about, row.at, row.moved, row.back_of)


def moved_by(connection: Connection, id: str, after: str | None, limit: int) -> list[tuple[str, str, str]]:
    """Return the next records of a move, each with the states that it was moved from and to, by record."""
    query = select(_LOG.c.record, _LOG.c.origin, _LOG.c.target).where(_LOG.c.batch == id)
    query = query if after is None else query.where(_LOG.c.record > after)
    return [tuple(row) for row in connection.execute(query.order_by(_LOG.c.record).limit(limit))]


def in_state(connection: Connection, form: FormTables, state: str, after: str | None, limit: int) -> list[str]:
    """Return the next records that are in a state, without those in the recycle bin, by id."""
    main = form.main.table
    query = select(main.c.id).where(main.c.state == state, main.c.deleted_at.is_(None))
    query = query if after is None else query.where(main.c.id > after)
    return list(connection.execute(query.order_by(main.c.id).limit(limit)).scalars())


def counts(connection: Connection, form: FormTables) -> dict[str, int]:
    """Return how many records of a form are in each state."""
    main = form.main.table
    query = select(main.c.state, func.count()).where(main.c.deleted_at.is_(None), main.c.state.is_not(None))
    return {row[0]: row[1] for row in connection.execute(query.group_by(main.c.state))}


def last_move(connection: Connection, query: LastMoveQuery) -> str | None:
    """Return the move of many by which a record came to its state; None where it came another way."""
    about = (_LOG.c.app == query.app, _LOG.c.form == query.form, _LOG.c.record == query.record)
    latest = select(_LOG.c.batch).where(*about).order_by(_LOG.c.at.desc(), _LOG.c.id.desc()).limit(1)
    return connection.execute(latest).scalar_one_or_none()
