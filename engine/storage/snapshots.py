"""Keeps figures of metrics as they were at the end of periods, each period once; knows no metric and no rights."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, and_, delete, insert, select

from engine.kernel.canonical import Json, compact
from engine.kernel.clocks import Day, Moment
from engine.storage import system_tables
from engine.storage.upserts import insert_or_ignore

_KEPT = system_tables.metric_snapshot
_MARK = 0
"""The number of the row that says that a period has been kept."""


@dataclass(frozen=True, slots=True)
class KeptPeriod:
    """The figures of one period, group by group, and when they were taken."""

    period: Day
    at: Moment
    figures: tuple[Mapping[str, Json], ...]


def keep(connection: Connection, app: str, metric: str, kept: KeptPeriod) -> bool:
    """Keep the figures of a period for good; False where it has been kept already, and nothing changes."""
    row = {"app": app, "metric": metric, "period": kept.period, "at": kept.at}
    mark = insert_or_ignore(connection, _KEPT, ("app", "metric", "period", "number"))
    if not connection.execute(mark, {**row, "number": _MARK, "figures": "{}"}).rowcount:
        return False
    rows = [{**row, "number": at + 1, "figures": compact(dict(one))} for at, one in enumerate(kept.figures)]
    if rows:
        connection.execute(insert(_KEPT), rows)
    return True


def forget(connection: Connection, app: str, metric: str, before: Day) -> int:
    """Delete the periods before a day; return how many rows that were."""
    return connection.execute(delete(_KEPT).where(_of(app, metric), _KEPT.c.period < before)).rowcount


def latest(connection: Connection, app: str, metric: str, most: int) -> tuple[Sequence[KeptPeriod], bool]:
    """Return the latest periods, in order, of which there are at most so many rows, and whether there are earlier ones.

    The latest one is there, however many groups it has.
    """
    query = select(_KEPT).where(_of(app, metric)).order_by(_KEPT.c.period.desc(), _KEPT.c.number).limit(most + 1)
    rows = connection.execute(query).all()
    whole: dict[Day, tuple[Moment, list[Mapping[str, Json]]]] = {}
    for row in rows:
        found = whole.setdefault(row.period, (row.at, []))
        if row.number != _MARK:
            found[1].append(json.loads(row.figures))
    is_cut = len(rows) > most
    if is_cut and len(whole) > 1:
        whole.popitem()  # of the last one some rows may be missing
    periods = [KeptPeriod(period, at, tuple(figures)) for period, (at, figures) in whole.items()]
    return periods[::-1], is_cut


def _of(app: str, metric: str) -> ColumnElement[bool]:
    return and_(_KEPT.c.app == app, _KEPT.c.metric == metric)
