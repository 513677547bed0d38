"""The recycle bin of a form: what was deleted, and the ways back and out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, make_response, redirect, render_template, request, url_for

from engine.kernel.problems import EngineError, Nature, Problem
from web.doors import instance, viewer
from web.errors import told
from web.pages.desk import Tray
from web.problems import status_of

if TYPE_CHECKING:
    from uuid import UUID

    from werkzeug.wrappers import Response as BaseResponse

blueprint = Blueprint("bin", __name__)
BIN = "/a/<app>/<form>/bin"


@blueprint.get(BIN)
def records(app: str, form: str) -> BaseResponse:
    """Show one page of what was deleted."""
    return _page(app, form)


def _page(app: str, form: str, about: str = "", problems: tuple[Problem, ...] = (), status: int = 200) -> BaseResponse:
    asking = viewer()
    page = instance().services.bin.list(asking, app, form, after=request.args.get("after") or None)
    drawn = render_template(
        "bin.html",
        app=instance().apps.app(asking, app),
        form=instance().apps.form(asking, app, form),
        page=page,
        about=about,
        problems=problems,
        first_page="after" not in request.args,
    )
    return make_response(drawn, status)


@blueprint.post(f"{BIN}/<uuid:record_id>/restore")
def restore(app: str, form: str, record_id: UUID) -> BaseResponse:
    """Put a record back, and show it."""
    try:
        instance().services.bin.restore(viewer(), app, form, str(record_id), Tray.of_request().version)
    except EngineError as error:
        return _refused(app, form, record_id, error)
    return redirect(url_for("records.record", app=app, form=form, record_id=record_id, done="restored"), 303)


@blueprint.post(f"{BIN}/<uuid:record_id>/destroy")
def destroy(app: str, form: str, record_id: UUID) -> BaseResponse:
    """Destroy a record for good."""
    try:
        instance().services.bin.purge(viewer(), app, form, str(record_id))
    except EngineError as error:
        return _refused(app, form, record_id, error)
    return redirect(url_for("bin.records", app=app, form=form, done="destroyed"), 303)


def _refused(app: str, form: str, record_id: UUID, error: EngineError) -> BaseResponse:
    if error.nature is Nature.ABSENT:
        raise error
    return _page(app, form, str(record_id), told(error), status_of(error))
