"""Quick actions of pages: one tap does them, and whoever tapped is back where the button was."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from flask import Blueprint, redirect, request, url_for

from engine.kernel.problems import EngineError, Nature
from web import answers
from web.doors import instance, viewer
from web.pages.records import shown

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as BaseResponse

blueprint = Blueprint("actions", __name__)

OWN = "_"
"""How the names begin of what a page sends beside the fields of an action."""


@blueprint.post("/a/<app>/actions/<key>")
def take(app: str, key: str) -> BaseResponse:
    """Do a quick action; a second tap on the same button does nothing more. What is refused is told on the page.

    What was left blank is not sent.
    """
    record, form = request.form.get("_record"), request.form.get("_form")
    fields = {name: value for name, value in request.form.items() if value and not name.startswith(OWN)}
    tap = request.form.get("_key") or secrets.token_urlsafe(18)
    try:
        taken = instance().services.quick_actions.take(viewer(), app, key, record, fields, tap).record
    except EngineError as error:
        if error.nature is Nature.ABSENT or record is None or form is None:
            raise
        return shown(app, form, record, error)
    if record is None or form is None:
        to = url_for("records.record", app=taken.app, form=taken.form, record_id=taken.id, done="acted")
        return redirect(to, 303)
    about = answers.of(taken.app, taken.form, taken.id)
    return redirect(url_for("records.record", app=app, form=form, record_id=record, done="acted", of=about), 303)
