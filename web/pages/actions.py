"""Quick actions of pages: one tap does them, and whoever tapped is back where the button was."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Blueprint, make_response, redirect, render_template, request, url_for

from engine.kernel.problems import EngineError, Nature, Text
from engine.runtime.views import QuickActionView
from web import answers
from web.doors import instance, signed_in, viewer
from web.errors import told
from web.pages.records import shown
from web.problems import NOT_FOUND, RequestRefused, status_of

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as BaseResponse

blueprint = Blueprint("actions", __name__)

OWN = "_"
"""How the names begin of what a page sends beside the fields of an action."""


@dataclass(frozen=True)
class Finder:
    """An action that finds, as a page of its own shows it: what it is called, and the action itself."""

    labels: Text
    action: QuickActionView


@blueprint.get("/a/<app>/actions/<key>")
def ask(app: str, key: str) -> BaseResponse:
    """Show what an action looks by; with ``scan`` in the address the camera opens by itself."""
    return _finder_page(_finder(app, key), {}, None, scan="scan" in request.args)


@blueprint.post("/a/<app>/actions/<key>")
def take(app: str, key: str) -> BaseResponse:
    """Do a quick action; a second tap on the same button does nothing more. What is refused is told on the page.

    What was left blank is not sent. What was looked for and is not there leads back to looking, with what can be done.
    """
    record, form = request.form.get("_record"), request.form.get("_form")
    fields = {name: value for name, value in request.form.items() if value and not name.startswith(OWN)}
    tap = request.form.get("_key") or secrets.token_urlsafe(18)
    try:
        taken = instance().services.quick_actions.take(viewer(), app, key, record, fields, tap).record
    except EngineError as error:
        if record is None and form is None and (sought := _standing_finder(app, key)) is not None:
            return _finder_page(sought, fields, error)
        if error.nature is Nature.ABSENT or record is None or form is None:
            raise
        return shown(app, form, record, error)
    by = f"{app}.{key}"
    if record is None or form is None:
        to = url_for("records.record", app=taken.app, form=taken.form, record_id=taken.id, done="acted", by=by)
        return redirect(to, 303)
    about = answers.of(taken.app, taken.form, taken.id)
    return redirect(url_for("records.record", app=app, form=form, record_id=record, done="acted", of=about, by=by), 303)


def _standing_finder(app: str, key: str) -> Finder | None:
    """Return an action of an app that stands by itself and only finds, if the viewer is offered one of that key."""
    offered = instance().services.quick_actions.standing(viewer(), app)
    return next((Finder(view.labels, view) for view in offered if view.finds and view.key == key), None)


def _finder(app: str, key: str) -> Finder:
    found = _standing_finder(app, key)
    if found is None:
        raise RequestRefused(404, NOT_FOUND.at())
    return found


def _finder_page(
    sought: Finder, fields: Mapping[str, str], error: EngineError | None, *, scan: bool = False
) -> BaseResponse:
    """Return the page of what only finds: what it looks by, and after it found nothing what to do next."""
    app, _, key = sought.action.form.partition(".")
    target = instance().apps.form(viewer(), app, key)
    page = render_template(
        "finder.html",
        app=instance().apps.app(viewer(), sought.action.app),
        sought_by=sought,
        target=target,
        typed=fields,
        asked=[(field.labels, fields[field.key]) for field in sought.action.ask if field.key in fields],
        problems=told(error) if error else (),
        key=secrets.token_urlsafe(18),
        scan=scan,
    )
    return make_response(page, status_of(error) if error else 200)


@blueprint.app_context_processor
def _finding() -> dict[str, Callable[[], Finder | None]]:
    return {"next_find": next_find}


def next_find() -> Finder | None:
    """Return what finds the next record like the page's, where the page was come to by a quick action."""
    app, dot, _ = request.args.get("by", "").partition(".")
    about = request.view_args or {}
    if not dot or signed_in() is None or request.endpoint != "records.record" or app != about.get("app"):
        return None
    own = f"{app}.{about['form']}"
    offered = instance().services.quick_actions.standing(viewer(), app)
    return next((Finder(view.labels, view) for view in offered if view.finds and view.form == own), None)
