"""Keeps moves of many records from state to state: who moved how many, why, and what was moved back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, exists, func, insert, or_, select, update

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


def to_move_back(
    connection: Connection, form: FormTables, id: str, after: str | None, limit: int
) -> list[tuple[str, str, str]]:
    """Return the next records of a move that are where it put them and have not gone on since.

    Each with the states that it was moved from and to, by record.
    """
    query = select(_LOG.c.record, _LOG.c.origin, _LOG.c.target).select_from(_of_move(form)).where(*_there(form, id))
    query = query if after is None else query.where(_LOG.c.record > after)
    return [tuple(row) for row in connection.execute(query.order_by(_LOG.c.record).limit(limit))]


def count_to_move_back(connection: Connection, form: FormTables, id: str) -> int:
    """Return how many these are in all."""
    query = select(func.count()).select_from(_of_move(form)).where(*_there(form, id))
    counted: int = connection.execute(query).scalar_one()
    return counted


def gone_on(connection: Connection, form: FormTables, id: str, limit: int) -> tuple[int, list[str]]:
    """Return how many records of a move have gone on since, and the first of them; not those that were moved back."""
    back = select(_MOVE.c.id).where(_MOVE.c.back_of == id)
    later = _LOG.alias("later")
    moved_back = exists().where(*_later(later), later.c.batch.in_(back))
    rest = (_LOG.c.batch == id, ~moved_back, ~and_(*_there(form, id)))
    of_all = select(func.count()).select_from(_of_move(form)).where(*rest)
    first = select(_LOG.c.record).select_from(_of_move(form)).where(*rest).order_by(_LOG.c.record).limit(limit)
    return connection.execute(of_all).scalar_one(), list(connection.execute(first).scalars())


def _of_move(form: FormTables) -> Any:  # noqa: ANN401 - a join
    main = form.main.table
    return _LOG.outerjoin(main, main.c.id == _LOG.c.record)


def _there(form: FormTables, id: str) -> tuple[ColumnElement[bool], ...]:
    main, later = form.main.table, _LOG.alias("after")
    there = main.c.id.is_not(None), main.c.deleted_at.is_(None), main.c.state == _LOG.c.target
    return (_LOG.c.batch == id, *there, ~exists().where(*_later(later)))


def _later(later: Any) -> tuple[ColumnElement[bool], ...]:  # noqa: ANN401 - another name of the log
    """Say that a row of the log is about the same record, and a later one."""
    same = (later.c.app == _LOG.c.app, later.c.form == _LOG.c.form, later.c.record == _LOG.c.record)
    return (*same, or_(later.c.at > _LOG.c.at, and_(later.c.at == _LOG.c.at, later.c.id > _LOG.c.id)))


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
