"""Importing records: a file is sent, its columns are said, the first rows are tried, and it is begun and watched."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for

from engine.kernel.problems import EngineError, Nature
from engine.runtime.importing.planning import Mode, Plan
from web.api_imports import refused_answer
from web.doors import instance, viewer
from web.errors import told
from web.problems import status_of
from web.sending import sent_file

if TYPE_CHECKING:
    from uuid import UUID

    from werkzeug.wrappers import Response as BaseResponse

    from engine.kernel.problems import Problem
    from engine.runtime.importing.imports import Imports
    from engine.runtime.importing.views import ImportView

blueprint = Blueprint("imports", __name__)

IMPORTS: Final = "/a/<app>/<form>/imports"
ONE: Final = f"{IMPORTS}/<uuid:import_id>"
SAMPLES: Final = 3


def _imports() -> Imports:
    return instance().services.imports


@blueprint.get(IMPORTS)
def ask(app: str, form: str) -> BaseResponse:
    """Ask for the file, and show what was imported before."""
    return _asking(app, form)


@blueprint.post(IMPORTS)
def bring(app: str, form: str) -> BaseResponse:
    """Read the file that was sent, and go on to its columns."""
    try:
        sent = sent_file()
        one = _imports().bring(viewer(), app, form, sent.stream, sent.filename, wait=False)
    except EngineError as error:
        if error.nature is Nature.ABSENT:
            raise
        return _asking(app, form, told(error), status_of(error))
    return redirect(url_for("imports.show", app=app, form=form, import_id=one.id), 303)


def _asking(app: str, form: str, problems: tuple[Problem, ...] = (), status: int = 200) -> BaseResponse:
    asking = viewer()
    listed = _imports().listed(asking, app, form)
    body = render_template(
        "imports.html",
        app=instance().apps.app(asking, app),
        form=instance().apps.form(asking, app, form),
        imports=listed,
        problems=problems,
    )
    return make_response(body, status)


@blueprint.get(ONE)
def show(app: str, form: str, import_id: UUID) -> BaseResponse:
    """Show an import: what its columns are and what would become of its rows, or how far it is."""
    return _page(_imports().look(viewer(), app, form, str(import_id)))


@blueprint.post(ONE)
def change(app: str, form: str, import_id: UUID) -> BaseResponse:
    """Say what the columns are, begin, stop, or go on."""
    asking, id, asked = viewer(), str(import_id), request.form.get("_do", "")
    one = _imports().look(asking, app, form, id)
    try:
        if asked in ("plan", "start"):
            _imports().plan(asking, app, form, id, _plan(one))
        if asked == "start":
            _imports().start(asking, app, form, id)
        elif asked == "stop":
            _imports().stop(asking, app, form, id)
        elif asked == "resume":
            _imports().resume(asking, app, form, id)
    except EngineError as error:
        if error.nature is Nature.ABSENT:
            raise
        return _page(_imports().look(asking, app, form, id), _plan(one), told(error), status_of(error))
    return redirect(url_for("imports.show", app=app, form=form, import_id=id), 303)


@blueprint.get(f"{ONE}/refused.csv")
def refused(app: str, form: str, import_id: UUID) -> Response:
    """Hand out the rows that were refused, with why."""
    return refused_answer(_imports().refused_file(viewer(), app, form, str(import_id)))


def _plan(one: ImportView) -> Plan:
    """Return the plan as the page has it."""
    fields = tuple(request.form.get(f"column.{at}") or None for at in range(len(one.columns)))
    mode = cast("Mode", request.form.get("mode", one.plan.mode))
    by = tuple(key for key in request.form.getlist("by") if key) if mode != "add" else ()
    clears = request.form.get("clears") == "yes"
    return Plan(fields, mode, by, clears, request.form.get("transition") or None)


def _page(
    one: ImportView, plan: Plan | None = None, problems: tuple[Problem, ...] = (), status: int = 200
) -> BaseResponse:
    asking, place = viewer(), (one.app, one.form, one.id)
    ready = one.state == "ready"
    preview = _imports().preview(asking, *place) if ready else None
    samples = [
        [row.cells[at] for row in (preview.rows[:SAMPLES] if preview else ()) if at < len(row.cells) and row.cells[at]]
        for at in range(len(one.columns))
    ]
    shown = {row.line for row in preview.rows} if preview else set()
    body = render_template(
        "import.html",
        app=instance().apps.app(asking, one.app),
        form=instance().apps.form(asking, one.app, one.form),
        one=one,
        plan=plan or one.plan,
        choices=_imports().choices(asking, *place) if ready else None,
        preview=preview if plan is None else None,
        beyond=[row for row in preview.refused if row.line not in shown] if preview and plan is None else (),
        samples=samples,
        refused=_imports().refused(asking, *place) if one.refused else (),
        problems=problems,
    )
    return make_response(body, status)
