"""A record: its values, why it is held, what may be done with it, what hangs on it, and its timeline."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Final

from flask import Blueprint, make_response, redirect, render_template, request, url_for

from engine.kernel.problems import EngineError, Nature
from engine.runtime.views import FormView, RecordView, TransitionView
from web.doors import instance, viewer
from web.errors import told
from web.filling.posted import read_post
from web.pages.approval_panel import panel_of
from web.pages.asking import Asked, Attempt, ask_page, asked_for, fresh_tray, only_redrawn
from web.pages.blocks import drawing
from web.pages.desk import Desk, Tray
from web.pages.stale import overtaken_page
from web.problems import NOT_FOUND, NOT_YOURS, RequestRefused, status_of

if TYPE_CHECKING:
    from uuid import UUID

    from werkzeug.wrappers import Response as BaseResponse

blueprint = Blueprint("records", __name__)

RECORD: Final = "/a/<app>/<form>/<uuid:record_id>"


@blueprint.get(RECORD)
def record(app: str, form: str, record_id: UUID) -> BaseResponse:
    """Show a record."""
    return shown(app, form, str(record_id))


def shown(app: str, form: str, record_id: str, error: EngineError | None = None) -> BaseResponse:
    """Return the page of a record, with what was refused if anything was."""
    asking = viewer()
    whole, related = "whole" in request.args, request.args.get("related")
    found = instance().services.pages.record(asking, app, form, record_id, related=related, whole=whole)
    view, designed = found.record, found.form
    release = next((offered for offered in view.transitions if offered.releases), None)
    asked = _asked_to_release(designed, view, release)
    page = render_template(
        "record.html",
        app=instance().apps.app(asking, app),
        form=designed,
        record=view,
        page=found,
        documents=instance().services.printouts.beside(asking, app, form, record_id),
        signing=instance().services.envelopes.beside(asking, app, form, record_id),
        problems=told(error) if error else (),
        key=secrets.token_urlsafe(18),
        release=release,
        asked=asked,
        panel=panel_of(found.approvals, (designed, view), fills=asked is None),
        **drawing(),
        zone=designed.zone,
        status=200,
    )
    return make_response(page, status_of(error) if error else 200)


def _asked_to_release(form: FormView, view: RecordView, release: TransitionView | None) -> Asked | None:
    """Return the form of what letting the record go asks for, if the viewer may and it asks for anything."""
    if release is None or not release.asks:
        return None
    return asked_for(form, release, view, fresh_tray(view), release.key)


@blueprint.route(f"{RECORD}/delete", methods=["GET", "POST"])
def delete(app: str, form: str, record_id: UUID) -> BaseResponse:
    """Ask whether a record is to be deleted, and delete it."""
    asking, identifier = viewer(), str(record_id)
    view = instance().records.read(asking, app, form, identifier)
    if not view.may_delete:
        raise EngineError(NOT_YOURS.at())
    designed = instance().apps.form(asking, app, form)
    if request.method == "GET":
        page = render_template("delete.html", app=instance().apps.app(asking, app), form=designed, record=view)
        return make_response(page)
    seen = Tray.of_request().version
    try:
        instance().records.delete(asking, app, form, identifier, view.version if seen is None else seen)
    except EngineError as error:
        if error.nature is Nature.CONFLICT and seen != view.version:
            return overtaken_page(designed, view, seen or 0, told(error))
        return shown(app, form, identifier, error)
    return redirect(url_for("lists.records", app=app, form=form, done="deleted"), 303)


@blueprint.get(f"{RECORD}/do/<key>")
def ask_transition(app: str, form: str, record_id: UUID, key: str) -> BaseResponse:
    """Ask for what a transition needs; a held record says on its page what has to come first."""
    view, offered = _offered(app, form, str(record_id), key)
    if offered is not None:
        designed = instance().apps.form(viewer(), app, form)
        return ask_page(designed, offered, view, back=_address(view), transition=key)
    if view.held is None:
        raise RequestRefused(404, NOT_FOUND.at())
    return redirect(_address(view), 303)


def _offered(app: str, form: str, record_id: str, key: str) -> tuple[RecordView, TransitionView | None]:
    """Return a record and a transition of it that the viewer may try; None for one that may not be tried now."""
    view = instance().records.read(viewer(), app, form, record_id)
    return view, next((transition for transition in view.transitions if transition.key == key), None)


@blueprint.post(f"{RECORD}/do/<key>")
def do_transition(app: str, form: str, record_id: UUID, key: str) -> BaseResponse:
    """Fire a transition; a second tap on the same button fires nothing twice."""
    view, offered = _offered(app, form, str(record_id), key)
    tray = Tray.of_request()
    if offered is None:
        return _too_late(view, key, tray)
    designed = instance().apps.form(viewer(), app, form)
    desk = Desk(designed, view, key, offered.asks, behind=tray.version not in {None, view.version})
    resolved = desk.resolved(read_post(request.form, designed))
    if only_redrawn() or resolved.problems:
        attempt = Attempt(resolved, resolved.problems or None, 422 if resolved.problems else 200)
        return ask_page(designed, offered, view, back=_address(view), transition=key, attempt=attempt)
    fields = dict(desk.sendable(resolved.posted, desk.state(resolved.posted), tray.warned).fields)
    try:
        moved = instance().records.transition(
            viewer(), app, form, view.id, key, fields, version=tray.version, idempotency_key=tray.key or None
        )
    except EngineError as error:
        if error.nature is Nature.CONFLICT and tray.version is not None and tray.version != view.version:
            return overtaken_page(designed, view, tray.version, told(error))
        if error.nature is Nature.ABSENT:
            raise
        if not offered.asks and not any(problem.path for problem in error.problems):
            return shown(app, form, view.id, error)
        attempt = Attempt(resolved, told(error), status_of(error))
        return ask_page(designed, offered, view, back=_address(view), transition=key, attempt=attempt)
    return redirect(_address(view, "agreed" if offered.releases and moved.held else "moved"), 303)


@blueprint.post(f"{RECORD}/press/<key>")
def press(app: str, form: str, record_id: UUID, key: str) -> BaseResponse:
    """Press a button of a record; a second tap on it does nothing twice."""
    tray, identifier = Tray.of_request(), str(record_id)
    try:
        pressed = instance().records.press(
            viewer(), app, form, identifier, key, version=tray.version, idempotency_key=tray.key or None
        )
    except EngineError as error:
        if error.nature is Nature.ABSENT:
            raise
        return shown(app, form, identifier, error)
    return redirect(_address(pressed, "moved"), 303)


def _too_late(view: RecordView, key: str, tray: Tray) -> BaseResponse:
    """Answer a transition that is not offered any more: it is refused by a hold, was done already, or is none."""
    if view.held is not None:
        tried = instance().records.preview(viewer(), view.app, view.form, {}, id=view.id, transition=key)
        refusals = [problem for problem in tried.problems if not problem.path]
        if refusals:
            return shown(view.app, view.form, view.id, EngineError(refusals))
    if tray.version is None or tray.version == view.version:
        raise RequestRefused(404, NOT_FOUND.at())
    return redirect(_address(view, "moved_on"), 303)


def _address(view: RecordView, done: str | None = None) -> str:
    return url_for("records.record", app=view.app, form=view.form, record_id=view.id, done=done)
