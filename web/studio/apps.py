"""Making a new app: a name is enough; its studio is where one goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, make_response, redirect, render_template, request, url_for

from engine.kernel.problems import EngineError, Nature
from engine.packs.reading import market
from engine.runtime.studio.apps import NewApps
from web.doors import instance, viewer
from web.errors import told
from web.problems import NOT_FOUND, RequestRefused, status_of
from web.studio.frame import language, posted

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as BaseResponse

    from engine.kernel.problems import Problem

blueprint = Blueprint("studio_apps", __name__)


@blueprint.get("/studio/new")
def begin() -> str:
    """Ask for the name of a new app."""
    return _page(())


def _page(problems: tuple[Problem, ...]) -> str:
    if not instance().apps.may_export(viewer()):
        raise RequestRefused(404, NOT_FOUND.at())
    typed = {"name": request.form.get("name", ""), "other": request.form.get("other", "")}
    return render_template("studio/new_app.html", problems=problems, typed=typed)


@blueprint.post("/studio/new")
def make() -> BaseResponse:
    """Make the app, and go on to its studio; keys of packs of the market stay free for them."""
    apps = NewApps(instance().services.desk)
    try:
        key = apps.make(viewer(), posted("name"), language(), posted("other"), frozenset(market()))
    except EngineError as error:
        if error.nature is Nature.ABSENT:
            raise
        return make_response(_page(told(error)), status_of(error))
    return redirect(url_for("studio.home", app=key), 303)
