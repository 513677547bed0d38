"""Reads the log of rules, what each has done about a record, and forgets it; the unit of work alone writes it."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, delete, func, select

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
