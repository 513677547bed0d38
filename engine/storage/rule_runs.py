"""Reads the log of rules, what each has done about a record, and forgets it; the unit of work alone writes it."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, delete, func, not_, or_, select

from engine.kernel.canonical import Json
from engine.kernel.clocks import Moment
from engine.kernel.identifiers import uuid7
from engine.storage import system_tables

_RUN = system_tables.rule_run


@dataclass(frozen=True, slots=True)
class StoredRun:
    """One look of a rule at a record."""

    at: Moment
    fired: bool
    revision: int
    trace: Json


def latest(connection: Connection, app: str, form: str, record: str, rule: str, limit: int) -> tuple[StoredRun, ...]:
    """Return what a rule has done about a record, newest first."""
    about = (_RUN.c.app == app, _RUN.c.form == form, _RUN.c.record == record, _RUN.c.rule == rule)
    columns = (_RUN.c.at, _RUN.c.fired, _RUN.c.revision, _RUN.c.trace)
    query = select(*columns).where(*about).order_by(_RUN.c.at.desc(), _RUN.c.id.desc()).limit(limit)
    return tuple(StoredRun(row.at, row.fired, row.revision, json.loads(row.trace)) for row in connection.execute(query))


def latest_of_each(
    connection: Connection, app: str, form: str, record: str, rules: Collection[str]
) -> Mapping[str, StoredRun]:
    """Return the latest look of each of these rules at a record, by rule, in one query; those that looked."""
    if not rules:
        return {}
    about = (_RUN.c.app == app, _RUN.c.form == form, _RUN.c.record == record, _RUN.c.rule.in_(rules))
    newest = func.row_number().over(partition_by=_RUN.c.rule, order_by=(_RUN.c.at.desc(), _RUN.c.id.desc()))
    columns = (_RUN.c.rule, _RUN.c.at, _RUN.c.fired, _RUN.c.revision, _RUN.c.trace)
    ranked = select(*columns, newest.label("place")).where(*about).subquery()
    found = connection.execute(select(ranked).where(ranked.c.place == 1))
    return {row.rule: StoredRun(row.at, row.fired, row.revision, json.loads(row.trace)) for row in found}


def last_fired(connection: Connection, app: str, form: str, record: str) -> Mapping[str, Moment]:
    """Return when each rule last fired for a record, by rule, in one query; those that did, as far as it is kept."""
    about = (_RUN.c.app == app, _RUN.c.form == form, _RUN.c.record == record, _RUN.c.fired)
    query = select(_RUN.c.rule, func.max(_RUN.c.at).label("last")).where(*about).group_by(_RUN.c.rule)
    return {row.rule: row.last for row in connection.execute(query)}


@dataclass(frozen=True, slots=True)
class Sought:
    """Which runs of an app are sought; None asks for nothing. ``since`` is included, ``until`` is not."""

    app: str
    rule: str | None = None
    form: str | None = None
    record: str | None = None
    outcome: str | None = None
    since: Moment | None = None
    until: Moment | None = None
    revision: int | None = None


@dataclass(frozen=True, slots=True)
class FoundRun:
    """One run as it is stored; ``undone`` is ``{"by", "reason", "left"}``."""

    id: str
    rule: str
    form: str
    record: str
    at: Moment
    fired: bool
    revision: int
    trace: Json
    undone_at: Moment | None
    undone: Json

    @property
    def as_stored(self) -> StoredRun:
        """The look by itself."""
        return StoredRun(self.at, self.fired, self.revision, self.trace)


_FOUND = tuple(_RUN.c[name] for name in FoundRun.__slots__)


def page(connection: Connection, sought: Sought, limit: int, after: tuple[Moment, str] | None) -> tuple[FoundRun, ...]:
    """Return up to ``limit`` runs, the newest first, from behind the one at that moment and of that id."""
    query = select(*_FOUND).where(*_holds(sought))
    if after is not None:
        moment, id = after
        # The first part gives the index its range; the database sees none in the second.
        query = query.where(_RUN.c.at <= moment, or_(_RUN.c.at < moment, _RUN.c.id < id))
    return tuple(map(_found, connection.execute(query.order_by(_RUN.c.at.desc(), _RUN.c.id.desc()).limit(limit))))


def one(connection: Connection, app: str, id: str) -> FoundRun | None:
    """Return a run of an app by its id."""
    row = connection.execute(select(*_FOUND).where(_RUN.c.id == id, _RUN.c.app == app)).one_or_none()
    return None if row is None else _found(row)


def _holds(sought: Sought) -> Iterator[ColumnElement[bool]]:
    yield _RUN.c.app == sought.app
    named = ((_RUN.c.rule, sought.rule), (_RUN.c.form, sought.form), (_RUN.c.record, sought.record))
    yield from (column == value for column, value in named if value is not None)
    if sought.revision is not None:
        yield _RUN.c.revision == sought.revision
    if sought.since is not None:
        yield _RUN.c.at >= sought.since
    if sought.until is not None:
        yield _RUN.c.at < sought.until
    match sought.outcome:
        case "acted":
            yield and_(_RUN.c.fired, _RUN.c.undone_at.is_(None))
        case "undone":
            yield _RUN.c.undone_at.is_not(None)
        case "failed":
            yield _RUN.c.error.is_not(None)
        case "idle":
            yield and_(not_(_RUN.c.fired), _RUN.c.error.is_(None))
        case _:
            return


def _found(row: Any) -> FoundRun:  # noqa: ANN401 - a row of the table
    kept = {name: getattr(row, name) for name in FoundRun.__slots__}
    undone = None if row.undone is None else json.loads(row.undone)
    return FoundRun(**{**kept, "trace": json.loads(row.trace), "undone": undone})


def refused(connection: Connection) -> tuple[tuple[str, str, str], ...]:
    """Return the looks that were refused, as ``(id, rule, error)``."""
    columns = (_RUN.c.id, _RUN.c.rule, _RUN.c.trace)
    query = select(*columns).where(_RUN.c.trace.contains('"problems":[', autoescape=True)).order_by(_RUN.c.id)
    return tuple((row.id, row.rule, json.loads(row.trace)["error"]) for row in connection.execute(query))


def forget(connection: Connection, before: Moment, limit: int) -> int:
    """Delete up to ``limit`` looks that were made before that moment, the oldest first; return how many.

    Their ids begin with their moment, so the oldest are found without reading the others.
    """
    old = select(_RUN.c.id).where(_RUN.c.id < uuid7(before, bytes(10)), _RUN.c.at < before).order_by(_RUN.c.id)
    return connection.execute(delete(_RUN).where(_RUN.c.id.in_(old.limit(limit)))).rowcount
