"""Keeps approvals and what is done in them: how each stands, as deciding left it; it judges none."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Connection, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from engine.decision.changeset import ApprovalAct, ApprovalWrite
from engine.decision.facts import ApprovalQuery, ApprovalsOnQuery
from engine.decision.standing import StandingApproval
from engine.kernel.canonical import compact
from engine.kernel.clocks import Moment
from engine.kernel.problems import EngineError
from engine.storage import system_tables
from engine.storage.problems import BUSY
from engine.workflows.approvals.keeping import course_of

_APPROVAL = system_tables.approval
_ACT = system_tables.approval_act

DECIDING = ("approve", "reject", "return", "transfer")


@dataclass(frozen=True, slots=True)
class StoredApproval:
    """An approval as it is stored; ``ended_at`` and ``outcome`` are None while it is under way."""

    standing: StandingApproval
    ended_at: Moment | None


def put(connection: Connection, writes: Iterable[ApprovalWrite]) -> None:
    """Write approvals in the order of their ids; EngineError (BUSY) where another write was faster."""
    for write in sorted(writes, key=lambda one: (one.version == 1, one.id)):
        texts = {"design": dict(write.design), "course": dict(write.course), "beside": list(write.beside) or None}
        said = {name: None if document is None else compact(document) for name, document in texts.items()}
        row = asdict(write) | said
        if write.version == 1:
            _begin(connection, row)
            continue
        held = (_APPROVAL.c.id == write.id, _APPROVAL.c.version == write.version - 1)
        if connection.execute(update(_APPROVAL).where(*held), row).rowcount != 1:
            raise EngineError(BUSY.at())


def _begin(connection: Connection, row: Mapping[str, Any]) -> None:
    """Put a new approval; EngineError (BUSY) where the same one of the record has begun in another write meanwhile."""
    try:
        connection.execute(insert(_APPROVAL), row)
    except IntegrityError as error:
        raise EngineError(BUSY.at()) from error


def note(connection: Connection, acts: Sequence[ApprovalAct]) -> None:
    """Keep what was done in approvals."""
    if acts:
        connection.execute(insert(_ACT), [asdict(act) for act in acts])


def facts_by_id(connection: Connection, queries: Sequence[ApprovalQuery]) -> Iterator[tuple[ApprovalQuery, object]]:
    """Answer what deciding asks about single approvals."""
    if not queries:
        return
    wanted = select(_APPROVAL).where(_APPROVAL.c.id.in_(sorted({query.id for query in queries})))
    found = {row.id: _stored(row).standing for row in connection.execute(wanted)}
    yield from ((query, found.get(query.id)) for query in queries)


def facts_on(connection: Connection, queries: Sequence[ApprovalsOnQuery]) -> Iterator[tuple[ApprovalsOnQuery, object]]:
    """Answer which approvals of records are under way."""
    for query in queries:
        yield (
            query,
            tuple(
                one.standing
                for one in of_record(connection, query.app, query.form, query.record)
                if one.ended_at is None
            ),
        )


def of_record(connection: Connection, app: str, form: str, record: str) -> tuple[StoredApproval, ...]:
    """Return the approvals of a record in the order in which they began."""
    mine = (_APPROVAL.c.app == app, _APPROVAL.c.form == form, _APPROVAL.c.record == record)
    return tuple(map(_stored, connection.execute(select(_APPROVAL).where(*mine).order_by(_APPROVAL.c.id))))


def started_by(
    connection: Connection, user: str, limit: int, before: str | None = None, *, under_way: bool = False
) -> tuple[StoredApproval, ...]:
    """Return the approvals that a user applied for, the newest first; those before an id, where it is given."""
    query = select(_APPROVAL).where(_APPROVAL.c.starter == user)
    if before is not None:
        query = query.where(_APPROVAL.c.id < before)
    if under_way:
        query = query.where(_APPROVAL.c.ended_at.is_(None))
    return tuple(map(_stored, connection.execute(query.order_by(_APPROVAL.c.id.desc()).limit(limit))))


def decided_by(connection: Connection, user: str, limit: int, before: str | None = None) -> tuple[ApprovalAct, ...]:
    """Return what a user decided in approvals, the newest first."""
    query = select(_ACT).where(_ACT.c.actor == user, _ACT.c.act.in_(DECIDING))
    if before is not None:
        query = query.where(_ACT.c.id < before)
    return tuple(map(_act, connection.execute(query.order_by(_ACT.c.id.desc()).limit(limit))))


def latest_of(connection: Connection, user: str, acts: Sequence[ApprovalAct]) -> tuple[str, ...]:
    """Return in which approvals a user decided by these acts, in their order, but for those decided in later, too."""
    mine = (_ACT.c.actor == user, _ACT.c.act.in_(DECIDING))
    about = _ACT.c.approval.in_(sorted({act.approval for act in acts}))
    latest = select(_ACT.c.approval, func.max(_ACT.c.id).label("id")).where(about, *mine).group_by(_ACT.c.approval)
    last = {row.approval: row.id for row in connection.execute(latest)}
    return tuple(act.approval for act in acts if last.get(act.approval) == act.id)


def by_id(connection: Connection, ids: Iterable[str]) -> dict[str, StoredApproval]:
    """Return these approvals by id."""
    rows = connection.execute(select(_APPROVAL).where(_APPROVAL.c.id.in_(sorted(set(ids)))))
    return {row.id: _stored(row) for row in rows}


def acts_of(connection: Connection, approvals: Iterable[str]) -> dict[str, tuple[ApprovalAct, ...]]:
    """Return what was done in each of these approvals, in its order."""
    gathered: dict[str, list[ApprovalAct]] = {id: [] for id in approvals}
    rows = connection.execute(select(_ACT).where(_ACT.c.approval.in_(sorted(gathered))).order_by(_ACT.c.number))
    for row in rows:
        gathered[row.approval].append(_act(row))
    return {id: tuple(acts) for id, acts in gathered.items()}


def _act(row: Any) -> ApprovalAct:  # noqa: ANN401 - a row of the table
    return ApprovalAct(
        id=row.id,
        approval=row.approval,
        app=row.app,
        number=row.number,
        step=row.step,
        act=row.act,
        actor=row.actor,
        at=row.at,
        person=row.person,
        to=row.to,
        score=row.score,
        comment=row.comment,
    )


def _stored(row: Any) -> StoredApproval:  # noqa: ANN401 - a row of the table
    standing = StandingApproval(
        id=row.id,
        app=row.app,
        form=row.form,
        record=row.record,
        approval=row.approval,
        version=row.version,
        design=json.loads(row.design),
        course=course_of(json.loads(row.course)),
        starter=row.starter,
        started_at=row.started_at,
        urged_at=row.urged_at,
        ended_at=row.ended_at,
        beside=tuple(json.loads(row.beside or "[]")),
    )
    return StoredApproval(standing, row.ended_at)
