"""Keeps which slot of each schedule comes next; knows cron lines as texts, not what they mean nor what follows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, and_, delete, func, insert, select, update

from engine.kernel.clocks import Moment
from engine.storage import system_tables

_SCHEDULE = system_tables.schedule


@dataclass(frozen=True, slots=True)
class Schedule:
    """One schedule of a rule, the ``number``-th in it, and its first slot that nobody has claimed."""

    app: str
    rule: str
    number: int
    cron: str
    zone: str
    next_slot: Moment

    @property
    def line(self) -> tuple[str, int, str, str]:
        """What makes it this schedule: where one of these differs, it is another."""
        return (self.rule, self.number, self.cron, self.zone)


def of_app(connection: Connection, app: str) -> tuple[Schedule, ...]:
    """Return the schedules of an app in order of rule and number."""
    query = select(_SCHEDULE).where(_SCHEDULE.c.app == app).order_by(_SCHEDULE.c.rule, _SCHEDULE.c.number)
    return tuple(Schedule(*row) for row in connection.execute(query))


def every(connection: Connection) -> tuple[Schedule, ...]:
    """Return all schedules, the one whose slot comes first foremost."""
    order = (_SCHEDULE.c.next_slot, _SCHEDULE.c.app, _SCHEDULE.c.rule, _SCHEDULE.c.number)
    return tuple(Schedule(*row) for row in connection.execute(select(_SCHEDULE).order_by(*order)))


def sync(connection: Connection, app: str, wanted: Iterable[Schedule]) -> None:
    """Make the schedules of an app these: what is there already keeps its next slot, what is gone goes."""
    kept = {schedule.line: schedule for schedule in of_app(connection, app)}
    new = {schedule.line: schedule for schedule in wanted}
    for line in kept.keys() - new.keys():
        connection.execute(delete(_SCHEDULE).where(_named(kept[line])))
    added = [new[line] for line in sorted(new.keys() - kept.keys())]
    if added:
        connection.execute(
            insert(_SCHEDULE),
            [
                {
                    "app": item.app,
                    "rule": item.rule,
                    "number": item.number,
                    "cron": item.cron,
                    "zone": item.zone,
                    "next_slot": item.next_slot,
                }
                for item in added
            ],
        )


def due(connection: Connection, now: Moment) -> tuple[Schedule, ...]:
    """Return the schedules with a slot that has come, the earliest first."""
    order = (_SCHEDULE.c.next_slot, _SCHEDULE.c.app, _SCHEDULE.c.rule, _SCHEDULE.c.number)
    query = select(_SCHEDULE).where(_SCHEDULE.c.next_slot <= now).order_by(*order)
    return tuple(Schedule(*row) for row in connection.execute(query))


def claim(connection: Connection, seen: Schedule, following: Moment) -> bool:
    """Move a schedule on to the slot ``following``; False where somebody else has moved it since it was seen.

    Whoever gets True, and nobody else, plays what lies before: in the same transaction.
    """
    same = and_(_named(seen), _SCHEDULE.c.cron == seen.cron, _SCHEDULE.c.next_slot == seen.next_slot)
    return connection.execute(update(_SCHEDULE).where(same).values(next_slot=following)).rowcount == 1


def next_slot(connection: Connection) -> Moment | None:
    """Return the moment of the first slot that nobody has claimed; None where there is no schedule."""
    earliest: Moment | None = connection.execute(select(func.min(_SCHEDULE.c.next_slot))).scalar_one()
    return earliest


def _named(schedule: Schedule) -> ColumnElement[bool]:
    return and_(
        _SCHEDULE.c.app == schedule.app, _SCHEDULE.c.rule == schedule.rule, _SCHEDULE.c.number == schedule.number
    )
