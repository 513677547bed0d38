"""Reads tasks: a person's inbox and what is open on a record; they are opened and closed by the unit of work alone."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, case, func, literal, select

from engine.decision.changeset import TaskAction
from engine.decision.facts import Load, OpenTask
from engine.kernel.clocks import Moment
from engine.kernel.problems import Text
from engine.rules.definitions import PRIORITIES, Priority
from engine.storage import system_tables

_TASK = system_tables.task


@dataclass(frozen=True, slots=True)
class StoredTask:
    """A task as it is stored; ``closed_at`` is None while it is open."""

    id: str
    key: str
    app: str
    form: str
    record: str
    assignee: str
    title: Text
    actions: tuple[TaskAction, ...]
    opened_at: Moment
    due_at: Moment | None
    state: str | None
    closed_at: Moment | None
    closed_action: str | None
    approval: str | None = None
    priority: Priority = "normal"

    def as_fact(self) -> OpenTask:
        """Return the task as deciding sees it."""
        actions = {action.key: action for action in self.actions}
        about = self.app, self.form, self.record
        return OpenTask(self.id, self.key, *about, self.assignee, self.state, actions, self.approval)


def open_tasks(
    connection: Connection, people: Sequence[str], pressing: Moment, limit: int = 200, *, of_approvals: bool = False
) -> tuple[StoredTask, ...]:
    """Return the open tasks of these people, the most pressing first.

    First the urgent ones, then those due by ``pressing``, the longest due first, then the more important and the newer.
    What is due later, or at no time, waits its turn among the newest: a far date makes nothing urgent. ``of_approvals``
    says that only those by which approvals ask are wanted.
    """
    query = select(_TASK).where(_TASK.c.assignee.in_(people), _TASK.c.closed_at.is_(None))
    if of_approvals:
        query = query.where(_TASK.c.approval.is_not(None))
    presses = case((_TASK.c.due_at <= pressing, _TASK.c.due_at))
    urgent, rank = _TASK.c.priority == 0, _TASK.c.priority
    newest = _TASK.c.opened_at.desc(), _TASK.c.id.desc()
    ordered = query.order_by(urgent.desc(), presses.is_(None), presses, rank, *newest)
    return tuple(_task(row) for row in connection.execute(ordered.limit(limit)))


def left_behind(connection: Connection) -> tuple[str, ...]:
    """Return who is not active any more and has tasks of approvals open."""
    user = system_tables.user
    theirs = select(_TASK.c.assignee).join(user, user.c.id == _TASK.c.assignee).where(user.c.active.is_(False))
    open_ones = theirs.where(_TASK.c.closed_at.is_(None), _TASK.c.approval.is_not(None))
    return tuple(connection.execute(open_ones.distinct().order_by(_TASK.c.assignee)).scalars())


def count_open(connection: Connection, people: Sequence[str], bound: int = 100) -> int:
    """Return how many open tasks these people have; counting stops at ``bound``."""
    some = select(literal(1)).where(_TASK.c.assignee.in_(people), _TASK.c.closed_at.is_(None)).limit(bound)
    return int(connection.execute(select(func.count()).select_from(some.subquery())).scalar_one())


def loads(connection: Connection, app: str, role: str) -> tuple[Load, ...]:
    """Return what the active holders of a role have to do, by name; each is counted by an index of their own tasks."""
    user, grant = system_tables.user, system_tables.role_grant
    theirs = _TASK.c.assignee == user.c.id
    open_ones = select(func.count()).select_from(_TASK).where(theirs, _TASK.c.closed_at.is_(None))
    newest = select(func.max(_TASK.c.opened_at)).where(theirs)
    query = (
        select(user.c.id, open_ones.correlate(user).scalar_subquery(), newest.correlate(user).scalar_subquery())
        .join(grant, grant.c.user_id == user.c.id)
        .where(user.c.active, grant.c.app == app, grant.c.role == role)
        .order_by(user.c.name)
    )
    return tuple(Load(*row) for row in connection.execute(query))


def tasks_on(
    connection: Connection, app: str, form: str, record: str, *, closed: bool = False
) -> tuple[StoredTask, ...]:
    """Return the open tasks of a record, or all of them, in the order in which they were opened."""
    query = select(_TASK).where(_TASK.c.app == app, _TASK.c.form == form, _TASK.c.record == record)
    if not closed:
        query = query.where(_TASK.c.closed_at.is_(None))
    return tuple(_task(row) for row in connection.execute(query.order_by(_TASK.c.id)))


def open_tasks_on(
    connection: Connection, records: Iterable[tuple[str, str, str]]
) -> dict[tuple[str, str, str], tuple[StoredTask, ...]]:
    """Return the open tasks of each of these records ``(app, form, id)``, in one query."""
    gathered: dict[tuple[str, str, str], list[StoredTask]] = {record: [] for record in records}
    query = select(_TASK).where(_TASK.c.record.in_({record for _, _, record in gathered}), _TASK.c.closed_at.is_(None))
    query = query.where(_TASK.c.app.in_({app for app, _, _ in gathered}))
    query = query.where(_TASK.c.form.in_({form for _, form, _ in gathered}))
    for task in map(_task, connection.execute(query.order_by(_TASK.c.id))):
        if (task.app, task.form, task.record) in gathered:
            gathered[task.app, task.form, task.record].append(task)
    return {record: tuple(tasks) for record, tasks in gathered.items()}


def open_tasks_by_id(connection: Connection, ids: Iterable[str]) -> dict[str, StoredTask]:
    """Return those of these tasks that are open, by id."""
    query = select(_TASK).where(_TASK.c.id.in_(sorted(set(ids))), _TASK.c.closed_at.is_(None))
    return {task.id: task for task in map(_task, connection.execute(query))}


def _task(row: Any) -> StoredTask:  # noqa: ANN401 - a row of the table
    return StoredTask(
        id=row.id,
        key=row.key,
        app=row.app,
        form=row.form,
        record=row.record,
        assignee=row.assignee,
        title=Text(row.title_zh, row.title_en),
        actions=tuple(
            TaskAction(
                action["key"],
                Text(**action["labels"]),
                action["transition"],
                tuple(action["fields"]),
                tuple(action.get("one_of", ())),  # tasks that were opened before there was such a thing have none
            )
            for action in json.loads(row.actions)
        ),
        opened_at=row.opened_at,
        due_at=row.due_at,
        state=row.state,
        closed_at=row.closed_at,
        closed_action=row.closed_action,
        approval=row.approval,
        priority=PRIORITIES[row.priority],
    )
