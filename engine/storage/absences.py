"""Keeps who is away when, and who acts for them meanwhile; whatever is changed writes its journal entry with it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import Connection, delete, insert, select

from engine.decision.changeset import Note
from engine.decision.facts import AwayQuery
from engine.kernel.clocks import Moment
from engine.storage import journal, system_tables
from engine.storage.directory import ENGINE_APP, USER_SUBJECT
from engine.storage.journal import Authorship
from engine.storage.write_guard import writing

_ABSENCE = system_tables.absence


@dataclass(frozen=True, slots=True)
class AbsencePeriod:
    """A time for which a person is away: from ``begins_at`` until ``ends_at``, which is not part of it."""

    id: str
    user_id: str
    begins_at: Moment
    ends_at: Moment
    deputy: str | None = None
    note: str | None = None


def add(connection: Connection, by: Authorship, period: AbsencePeriod) -> None:
    """Keep that somebody is away."""
    with writing(connection):
        connection.execute(insert(_ABSENCE), asdict(period))
    said = {key: value for key, value in asdict(period).items() if key not in ("id", "user_id") and value is not None}
    journal.note(connection, by, [Note(ENGINE_APP, USER_SUBJECT, period.user_id, "absence", said)])


def remove(connection: Connection, by: Authorship, period: AbsencePeriod) -> None:
    """Take back that somebody is away."""
    with writing(connection):
        connection.execute(delete(_ABSENCE).where(_ABSENCE.c.id == period.id))
    said = {"begins_at": period.begins_at, "ends_at": period.ends_at}
    journal.note(connection, by, [Note(ENGINE_APP, USER_SUBJECT, period.user_id, "absence_over", said)])


def of_user(connection: Connection, user: str, since: Moment) -> tuple[AbsencePeriod, ...]:
    """Return the absences of a person that are not over by then, the earliest first."""
    mine = (_ABSENCE.c.user_id == user, _ABSENCE.c.ends_at > since)
    rows = connection.execute(select(_ABSENCE).where(*mine).order_by(_ABSENCE.c.begins_at, _ABSENCE.c.id))
    return tuple(AbsencePeriod(*row) for row in rows)


def away_at(connection: Connection, at: Moment) -> dict[str, str | None]:
    """Return who is away at a moment, each with whom they named to act for them; of several times the latest counts."""
    now = (_ABSENCE.c.begins_at <= at, _ABSENCE.c.ends_at > at)
    rows = connection.execute(select(_ABSENCE).where(*now).order_by(_ABSENCE.c.begins_at, _ABSENCE.c.id))
    return {row.user_id: row.deputy for row in rows}


def facts(connection: Connection, queries: Sequence[AwayQuery]) -> Iterator[tuple[AwayQuery, dict[str, str | None]]]:
    """Answer who is away."""
    yield from ((query, away_at(connection, query.at)) for query in queries)


def ends_at(connection: Connection, people: Iterable[str], at: Moment) -> dict[str, Moment]:
    """Return when those of these people who are away at a moment are back, by the latest of the absences that hold."""
    now = (_ABSENCE.c.begins_at <= at, _ABSENCE.c.ends_at > at)
    mine = _ABSENCE.c.user_id.in_(sorted(set(people)))
    rows = connection.execute(select(_ABSENCE).where(mine, *now).order_by(_ABSENCE.c.begins_at, _ABSENCE.c.id))
    return {row.user_id: row.ends_at for row in rows}
