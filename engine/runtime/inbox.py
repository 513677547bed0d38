"""The inbox: what waits for somebody, what they were told, and acting on it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import cast

from engine.decision.approvals.people import acting_for, look_who_is_away
from engine.decision.changeset import Actor, TaskAction
from engine.decision.commands import Act
from engine.decision.facts import AwayQuery, Query, RecordQuery
from engine.decision.problems import ABSENT
from engine.decision.words import title_of
from engine.kernel.canonical import Json
from engine.kernel.clocks import DAY_MS, moment_text
from engine.kernel.identifiers import is_uuid
from engine.kernel.problems import EngineError
from engine.runtime.desk import Desk
from engine.runtime.reading import Reading
from engine.runtime.showing import pointed_at, transition_view
from engine.runtime.views import NotificationView, TaskApprovalView, TaskView, TransitionView, Viewer
from engine.storage import absences, approvals
from engine.storage import notifications as stored_notifications
from engine.storage import tasks as stored_tasks
from engine.storage.notifications import Notification
from engine.storage.tasks import StoredTask
from engine.workflows.workflows import Workflow

MOST = 200


class Inbox:
    """What a viewer has to do and to know."""

    def __init__(self, desk: Desk) -> None:
        """Work at ``desk``."""
        self._desk = desk
        self._execution = desk.execution

    def open_tasks(self, viewer: Viewer, limit: int = MOST) -> tuple[TaskView, ...]:
        """Return the first of the viewer's open tasks, the most urgent first.

        Tasks of held records come first, for others wait until those are released; then what is urgent, and what is
        overdue or due within a day, the longest due first; then the more important and the newest.
        """
        with self._desk.reading(viewer) as reading:
            people = waiting_for(reading)
            tasks = stored_tasks.open_tasks(reading.connection, people, reading.moment + DAY_MS, max(limit, MOST))
            _prefetch(reading, ((task.app, task.form, task.record) for task in tasks))
            urgent = sorted(tasks, key=lambda task: not _is_held(reading, task))[:limit]
            asking = _asking(reading, urgent)
            return tuple(replace(_task_view(reading, task), approval=asking.get(task.id)) for task in urgent)

    def act(
        self,
        viewer: Viewer,
        task: str,
        action: str,
        fields: Json,
        version: int | None = None,
        comment: str | None = None,
    ) -> None:
        """Do one of the things that can be done with a task; absent where it is not the viewer's or not open.

        Conflict where the record is no longer at ``version`` (None: whichever it is at).
        """
        if not is_uuid(task):
            raise EngineError(ABSENT.at())
        self._execution.execute(self._execution.command(Actor(viewer.id), Act(task, action, fields, version, comment)))

    def notifications(self, viewer: Viewer, limit: int = 50) -> tuple[NotificationView, ...]:
        """Return what the viewer was told, newest first."""
        with self._desk.reading(viewer) as reading:
            found = stored_notifications.latest(reading.connection, viewer.id, limit)
            _prefetch(reading, (_about(item) for item in found))
            return tuple(
                NotificationView(
                    id=item.id,
                    text=item.text,
                    record=_record(reading, *_about(item)),
                    at=moment_text(item.at),
                    read=item.read_at is not None,
                )
                for item in found
            )

    def counts(self, viewer: Viewer) -> dict[str, int]:
        """Return how many tasks are open and how many notifications unread."""
        with self._desk.reading(viewer) as reading:
            return {
                "tasks": stored_tasks.count_open(reading.connection, waiting_for(reading)),
                "unread": stored_notifications.count_unread(reading.connection, viewer.id),
            }

    def mark_read(self, viewer: Viewer, notification: str) -> None:
        """Note that the viewer has read a notification."""
        with self._execution.database.write() as connection:
            moment = self._execution.clocks.business()
            stored_notifications.mark_read(connection, viewer.id, notification, moment)


def waiting_for(reading: Reading) -> tuple[str, ...]:
    """Return for whom the viewer acts now: for themselves, and for those who are away and have nobody else."""
    gone = stored_tasks.left_behind(reading.connection)
    away = sorted({*cast("Mapping[str, str | None]", reading.fact(AwayQuery(reading.moment))), *gone})
    if away:
        look_who_is_away(reading, away)
    me = reading.viewer.id
    return (me, *(one for one in away if one != me and acting_for(reading, one) == me))


def away_below(reading: Reading) -> tuple[str, ...]:
    """Return who is away and might come to be acted for by the viewer, by deputies and superiors on the way."""
    away = absences.away_at(reading.connection, reading.moment)
    look_who_is_away(reading, sorted(away))
    return tuple(id for id in sorted(away) if id != reading.viewer.id and _leads_to_viewer(reading, id, away))


def _leads_to_viewer(reading: Reading, id: str, away: Mapping[str, str | None]) -> bool:
    seen, ahead = {id}, [id]
    while ahead:
        here = ahead.pop()
        person = reading.person(here)
        ways = (away.get(here), None if person is None else person.manager)
        ahead += [one for one in ways if one is not None and one not in seen]
        seen.update(ahead)
    return reading.viewer.id in seen


def _asking(reading: Reading, tasks: Sequence[StoredTask]) -> dict[str, TaskApprovalView]:
    """Return what asks by these tasks, by task, where it is an approval."""
    own = [task for task in tasks if task.approval is not None]
    if not own:
        return {}
    found = approvals.by_id(reading.connection, (task.approval for task in own if task.approval))
    away = {task.assignee for task in own if task.assignee != reading.viewer.id}
    back = absences.ends_at(reading.connection, away, reading.moment) if away else {}
    asking = {}
    for task in own:
        one = found.get(task.approval or "")
        if one is not None:
            step, person = one.standing.course.step, reading.person(task.assignee) if task.assignee in away else None
            until = moment_text(back[task.assignee]) if task.assignee in back else None
            plain = step.score is None and not step.fields
            asking[task.id] = TaskApprovalView(one.standing.id, plain, person.display_name if person else "", until)
    return asking


def _is_held(reading: Reading, task: StoredTask) -> bool:
    form = reading.catalog.form(task.app, task.form)
    row = None if form is None else reading.record(task.app, task.form, task.record)
    return row is not None and row.get("held") is not None


def _about(item: Notification) -> tuple[str, str, str]:
    return item.app or "", item.form or "", item.record or ""


def _prefetch(reading: Reading, records: Iterable[tuple[str, str, str]]) -> None:
    known = reading.catalog.form
    queries = [RecordQuery(app, form, id) for app, form, id in records if known(app, form) is not None]
    reading.fetch(queries)
    wanted: list[Query] = []
    for query in queries:
        form, row = known(query.app, query.form), reading.record(query.app, query.form, query.id)
        if form is not None and row is not None:
            wanted.extend(pointed_at(form, [row]))
    reading.fetch(wanted)


def _record(reading: Reading, app: str, form: str, id: str) -> Mapping[str, str]:
    named = title_of(reading, app, form, id, reading.viewer.language) if reading.catalog.form(app, form) else ""
    return {"app": app, "form": form, "id": id, "title": named}


def _task_view(reading: Reading, task: StoredTask) -> TaskView:
    flow = reading.app(task.app).workflows.get(task.form) if task.app in reading.catalog.apps else None
    actions = [_action_view(reading, task, action, flow) for action in task.actions]
    return TaskView(
        id=task.id,
        key=task.key,
        title=task.title,
        record=_record(reading, task.app, task.form, task.record),
        opened_at=moment_text(task.opened_at),
        due=None if task.due_at is None else moment_text(task.due_at),
        actions=tuple(actions),
        priority=task.priority,
    )


def _action_view(reading: Reading, task: StoredTask, action: TaskAction, flow: Workflow | None) -> TransitionView:
    """Return an action as it is offered; where it asks at all, it asks for all that its transition needs or takes."""
    transition = flow.transitions.get(action.transition or "") if flow else None
    form, row = reading.catalog.form(task.app, task.form), reading.record(task.app, task.form, task.record)
    if transition is None or form is None or row is None:
        return TransitionView(action.key, action.labels, action.fields, transition is None, "")
    view = transition_view(reading, transition, form, row)
    own = (*action.fields, *action.one_of)
    asks = own or set(view.asks) - set(transition.definition.optional_fields)
    asked = tuple(dict.fromkeys((*own, *view.asks))) if asks else ()
    groups = (*view.one_of, *((action.one_of,) if action.one_of else ()))
    return replace(view, key=action.key, labels=action.labels, asks=asked, one_of=groups, fires=transition.key)
