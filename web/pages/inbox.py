"""The inbox: tasks that are done in a tap, and messages about records."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for

from engine.kernel.problems import EngineError, Nature
from engine.runtime.views import FormView, RecordView, TaskView, TransitionView
from web import answers
from web.doors import instance, viewer
from web.errors import told
from web.filling.posted import read_post
from web.pages.approvals import sign
from web.pages.asking import Attempt, ask_page, only_redrawn
from web.pages.desk import Desk, Tray
from web.pages.stale import overtaken_page
from web.problems import NOT_FOUND, RequestRefused, status_of

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as BaseResponse

blueprint = Blueprint("inbox", __name__)

SHOWN_MESSAGES: Final = 50


@blueprint.get("/inbox")
def inbox() -> str:
    """Show the open tasks and the latest messages."""
    asking = viewer()
    doors = instance().inbox
    return render_template(
        "inbox.html",
        tasks=doors.open_tasks(asking),
        messages=doors.notifications(asking, SHOWN_MESSAGES),
        released=_released(),
    )


def _task(task_id: str, action: str) -> tuple[TaskView, TransitionView]:
    """Return one of the viewer's tasks and the action on it; another's task is as absent as none."""
    for task in instance().inbox.open_tasks(viewer()):
        if task.id == task_id:
            for offered in task.actions:
                if offered.key == action:
                    return task, offered
    raise RequestRefused(404, NOT_FOUND.at())


@blueprint.get("/inbox/tasks/<uuid:task_id>/<action>")
def ask(task_id: UUID, action: str) -> BaseResponse:
    """Ask for what an action needs."""
    task, offered = _task(str(task_id), action)
    if task.approval is not None:
        return redirect(url_for("approvals.approval", approval_id=task.approval.id, do=action), 303)
    form, record = _about(task)
    return ask_page(form, offered, record, back=url_for("inbox.inbox"), transition=offered.fires)


def _about(task: TaskView) -> tuple[FormView, RecordView]:
    about = task.record
    return (
        instance().apps.form(viewer(), about["app"], about["form"]),
        instance().records.read(viewer(), about["app"], about["form"], about["id"]),
    )


@blueprint.post("/inbox/tasks/<uuid:task_id>/<action>")
def act(task_id: UUID, action: str) -> BaseResponse:
    """Do an action on a task; what it refuses is shown with what was typed."""
    task, offered = _task(str(task_id), action)
    if task.approval is not None:
        return sign(UUID(task.approval.id), action)
    form, record = _about(task)
    tray = Tray.of_request()
    desk = Desk(form, record, offered.fires, offered.asks, behind=tray.version not in {None, record.version})
    resolved = desk.resolved(read_post(request.form, form))
    if only_redrawn() or resolved.problems:
        attempt = Attempt(resolved, resolved.problems or None, 422 if resolved.problems else 200)
        return ask_page(form, offered, record, back=url_for("inbox.inbox"), transition=offered.fires, attempt=attempt)
    fields = dict(desk.sendable(resolved.posted, desk.state(resolved.posted), tray.warned).fields)
    try:
        instance().inbox.act(viewer(), task.id, action, fields, version=tray.version)
    except EngineError as error:
        if error.nature is Nature.CONFLICT and tray.version is not None and tray.version != record.version:
            return overtaken_page(form, record, tray.version, told(error))
        if error.nature is Nature.ABSENT:
            raise
        attempt = Attempt(resolved, told(error), status_of(error))
        return ask_page(form, offered, record, back=url_for("inbox.inbox"), transition=offered.fires, attempt=attempt)
    about = (record.app, record.form, record.id)
    if not offered.releases:
        return redirect(url_for("inbox.inbox", done="acted", of=answers.following(*about)), 303)
    return redirect(url_for("inbox.inbox", done="released", of=answers.of(*about)), 303)


def _released() -> RecordView | None:
    """Return the record that was released just now, if its reader may see it; who was first is told who else must."""
    parts = request.args.get("of", "").split(".")
    if request.args.get("done") != "released" or len(parts) != len(("app", "form", "id")):
        return None
    try:
        return instance().records.read(viewer(), *parts)
    except EngineError as error:
        if error.nature is not Nature.ABSENT:
            raise
        return None


@blueprint.post("/inbox/messages/<uuid:message_id>")
def read_message(message_id: UUID) -> BaseResponse:
    """Mark a message as read and open the record that it is about."""
    asking = viewer()
    doors = instance().inbox
    message = next((m for m in doors.notifications(asking, SHOWN_MESSAGES) if m.id == str(message_id)), None)
    if message is None:
        raise RequestRefused(404, NOT_FOUND.at())
    doors.mark_read(asking, message.id)
    about = message.record
    if not about["id"]:
        return redirect(url_for("inbox.inbox"), 303)
    if not about["title"] and (deciding := _waiting_on(about)) is not None:
        return redirect(url_for("approvals.approval", approval_id=deciding), 303)
    return redirect(url_for("records.record", app=about["app"], form=about["form"], record_id=about["id"]), 303)


def _waiting_on(about: Mapping[str, str]) -> str | None:
    """Return the approval of a record that waits for the viewer, who may not see the record itself."""
    found = (one.approval for one in instance().services.approvals.waiting(viewer()))
    named = about["app"], about["form"], about["id"]
    return next((one.id for one in found if (one.app, one.form, one.record) == named), None)


@blueprint.post("/inbox/messages")
def read_all() -> BaseResponse:
    """Mark every message that the inbox shows as read."""
    asking, doors = viewer(), instance().inbox
    for message in doors.notifications(asking, SHOWN_MESSAGES):
        if not message.read:
            doors.mark_read(asking, message.id)
    return redirect(url_for("inbox.inbox"), 303)


def unread_count() -> int:
    """Return how much waits in the viewer's inbox, for the mark on the tab."""
    counts = instance().inbox.counts(viewer())
    return int(counts.get("tasks", 0)) + int(counts.get("unread", 0))
