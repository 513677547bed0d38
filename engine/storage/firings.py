"""Keeps for what rules that fire once only have fired, one row for each; knows no rule and no calendar."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import astuple

from sqlalchemy import Connection, delete, func, select, tuple_

from engine.decision.changeset import Firing
from engine.decision.facts import EntriesQuery, FiredQuery
from engine.kernel.clocks import Moment
from engine.kernel.problems import EngineError
from engine.storage import problems, system_tables
from engine.storage.upserts import insert_or_ignore

_ONCE = system_tables.rule_once
_KEY = ("app", "rule", "record", "period")
_COLUMNS = tuple(_ONCE.c[name] for name in _KEY)
_LOG = system_tables.state_log


def put(connection: Connection, firings: Iterable[Firing]) -> None:
    """Keep that rules have fired, in one order, so that two units of work do not wait for each other crosswise.

    Where another transaction is firing the same rule for the same, this waits for its end. Raises ``EngineError`` of
    the nature CONFLICT (STORE-062) where it has fired: whoever decides again sees that.
    """
    adding = insert_or_ignore(connection, _ONCE, _KEY)
    for one in sorted(firings, key=lambda item: (item.app, item.rule, item.record, item.period)):
        row = {column.name: value for column, value in zip(_ONCE.columns, astuple(one), strict=True)}
        if connection.execute(adding, row).rowcount != 1:
            raise EngineError(problems.FIRED_MEANWHILE.at())


def fired(connection: Connection, queries: Iterable[FiredQuery]) -> Iterator[tuple[FiredQuery, bool]]:
    """Go through the queries, each with whether the rule has fired for that; one statement for all."""
    listed = list(queries)
    if listed:
        wanted = [(item.app, item.rule, item.record, item.period) for item in listed]
        found = {tuple(row) for row in connection.execute(select(*_COLUMNS).where(tuple_(*_COLUMNS).in_(wanted)))}
        yield from ((query, key in found) for query, key in zip(listed, wanted, strict=True))


def fired_at(connection: Connection, query: FiredQuery) -> Moment | None:
    """Return when the rule fired for that; None where it has not."""
    wanted = (query.app, query.rule, query.record, query.period)
    about = [column == value for column, value in zip(_COLUMNS, wanted, strict=True)]
    found: Moment | None = connection.execute(select(_ONCE.c.at).where(*about)).scalar_one_or_none()
    return found


def entries(connection: Connection, query: EntriesQuery) -> int:
    """Return how often a record has come into a state, the one that it began in included."""
    about = (_LOG.c.app == query.app, _LOG.c.form == query.form, _LOG.c.record == query.record)
    counted: int = connection.execute(select(func.count()).select_from(_LOG).where(*about)).scalar_one()
    return counted


def forget(connection: Connection, before: Moment, limit: int) -> int:
    """Forget up to ``limit`` firings for days, weeks and months that were over before that moment; return how many.

    What was for a record or a state is kept as long as the record is.
    """
    old = select(*_COLUMNS).where(_ONCE.c.over_at < before).order_by(_ONCE.c.over_at).limit(limit)
    return connection.execute(delete(_ONCE).where(tuple_(*_COLUMNS).in_(old))).rowcount
