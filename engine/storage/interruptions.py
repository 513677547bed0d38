"""Keeps what interrupted whom on which day: one row for each thing that was told to a person; it knows no way.

Whoever counts and keeps does so in one transaction under ``hold``.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import cast

from sqlalchemy import Connection, and_, delete, func, select, tuple_

from engine.decision.attention import COUNTED, Place, Standing
from engine.kernel.clocks import Day
from engine.storage import system_tables
from engine.storage.locks import lock_name
from engine.storage.upserts import insert_into

_INTERRUPTION = system_tables.interruption


def hold(connection: Connection, people: Iterable[str]) -> None:
    """Let one transaction at a time count what these people are told; in one order, so that nobody waits in a ring."""
    for person in sorted(set(people)):
        lock_name(connection, f"attention/{person}")


def of(connection: Connection, told: str, people: Iterable[str]) -> dict[str, Place]:
    """Return how one thing stands to these people, by id; to whom it has not come yet is missing."""
    wanted = and_(_INTERRUPTION.c.told == told, _INTERRUPTION.c.person.in_(sorted(set(people))))
    rows = connection.execute(select(_INTERRUPTION).where(wanted))
    return {row.person: Place(cast("Standing", row.standing), row.day) for row in rows}


def count(connection: Connection, person: str, day: Day, standing: Standing = COUNTED) -> int:
    """Return how much stands so to somebody on a day."""
    mine = (_INTERRUPTION.c.person == person, _INTERRUPTION.c.day == day, _INTERRUPTION.c.standing == standing)
    return int(connection.execute(select(func.count()).select_from(_INTERRUPTION).where(*mine)).scalar_one())


def keep(connection: Connection, told: str, person: str, place: Place) -> None:
    """Keep how one thing stands to somebody from now on."""
    values = {"told": told, "person": person, "day": place.day, "standing": place.standing}
    made = insert_into(connection, _INTERRUPTION).values(values)
    anew = {"day": place.day, "standing": place.standing}
    connection.execute(made.on_conflict_do_update(index_elements=["told", "person"], set_=anew))


def forget(connection: Connection, before: Day, limit: int) -> int:
    """Delete up to ``limit`` rows of days before that one; return how many."""
    table = _INTERRUPTION
    old = select(table.c.told, table.c.person).where(table.c.day < before).limit(limit)
    return connection.execute(delete(table).where(tuple_(table.c.told, table.c.person).in_(old))).rowcount
