"""Keeps when a rule is to look at a record again, one timer for each rule and record; knows nothing of either."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from operator import itemgetter

from sqlalchemy import Connection, and_, bindparam, delete, func, select

from engine.decision.changeset import TimerSetting
from engine.kernel.clocks import Moment
from engine.storage import system_tables
from engine.storage.upserts import insert_into

_TIMER = system_tables.timer
_KEY = ("app", "form", "record", "rule")
_NAMES = tuple(f"its_{key}" for key in _KEY)
_PAIRS = tuple(zip(_KEY, _NAMES, strict=True))


@dataclass(frozen=True, slots=True)
class Timer:
    """One timer that waits."""

    app: str
    form: str
    record: str
    rule: str
    due_at: Moment


def put(connection: Connection, settings: Iterable[tuple[TimerSetting, Moment]]) -> None:
    """Set and take away timers, each with the moment at which that is.

    Of several for one rule and record the last one counts. What was due before that moment is due at it: nobody could
    have looked earlier. Written in one order, so that two
    units of work do not wait for each other crosswise.
    """
    last = {(item.app, item.form, item.record, item.rule): (item.due, moment) for item, moment in settings}
    gone = [
        dict(zip(_NAMES, key, strict=True)) for key, (due, _) in sorted(last.items(), key=itemgetter(0)) if due is None
    ]
    if gone:
        connection.execute(delete(_TIMER).where(*(_TIMER.c[key] == bindparam(name) for key, name in _PAIRS)), gone)
    wanted = [
        {**dict(zip(_KEY, key, strict=True)), "due_at": max(due, moment)}
        for key, (due, moment) in sorted(last.items(), key=itemgetter(0))
        if due is not None
    ]
    if wanted:
        keep = insert_into(connection, _TIMER)
        keep = keep.on_conflict_do_update(index_elements=_KEY, set_={"due_at": keep.excluded.due_at})
        connection.execute(keep, wanted)


def due(connection: Connection, now: Moment, limit: int) -> tuple[Timer, ...]:
    """Return up to ``limit`` timers whose moment has come, in order of their moments and keys.

    Those that another transaction is setting or taking right now are left out, for the next time.
    """
    order = (_TIMER.c.due_at, *(_TIMER.c[name] for name in _KEY))
    query = select(_TIMER).where(_TIMER.c.due_at <= now).order_by(*order).limit(limit)
    return tuple(Timer(*row) for row in connection.execute(query.with_for_update(skip_locked=True)))


def claim(connection: Connection, seen: Timer) -> bool:
    """Take a timer away as it was seen; False where it was set anew or taken since.

    Whoever gets True, and nobody else, lets the rule look: in the same transaction.
    """
    same = and_(*(_TIMER.c[name] == getattr(seen, name) for name in _KEY), _TIMER.c.due_at == seen.due_at)
    return connection.execute(delete(_TIMER).where(same)).rowcount == 1


def drop(connection: Connection, app: str, rules: Collection[str]) -> None:
    """Take away every timer of these rules of an app."""
    if rules:
        connection.execute(delete(_TIMER).where(_TIMER.c.app == app, _TIMER.c.rule.in_(sorted(rules))))


def waiting(connection: Connection, app: str, rule: str, records: Collection[str]) -> frozenset[str]:
    """Return which of these records a rule has a timer for."""
    query = select(_TIMER.c.record).where(_TIMER.c.app == app, _TIMER.c.rule == rule, _TIMER.c.record.in_(records))
    return frozenset(connection.execute(query).scalars())


def next_due(connection: Connection) -> Moment | None:
    """Return the moment of the first timer; None where none waits."""
    earliest: Moment | None = connection.execute(select(func.min(_TIMER.c.due_at))).scalar_one()
    return earliest
