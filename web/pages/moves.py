"""How many records of an app are in which state, and moving them to other states and back: for administrators."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from flask import Blueprint, make_response, redirect, render_template, request, url_for

from engine.kernel.problems import EngineError, Nature
from web.api_moves import MOST, refuse_too_many
from web.doors import instance, viewer
from web.errors import told
from web.graphs import graph_of
from web.problems import status_of
from web.texts import ngettext

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from werkzeug.wrappers import Response as BaseResponse

    from engine.kernel.canonical import Json
    from engine.kernel.problems import Problem
    from engine.runtime.relocations import Moved, Relocations, StateCount

blueprint = Blueprint("moves", __name__)

BACK: Final = "back:"


def _moves() -> Relocations:
    return instance().services.relocations


@blueprint.get("/a/<app>/moves/")
def home(app: str) -> BaseResponse:
    """Show the states, what was moved, and what a move that is asked for would come to."""
    return _page(app)


@blueprint.post("/a/<app>/moves/")
def move(app: str) -> BaseResponse:
    """Move the records of a state to another one, or move back what was moved."""
    asked, reason = request.form.get("_do", ""), request.form.get("reason", "")
    try:
        if asked.startswith(BACK):
            made = _moves().back(viewer(), app, asked.removeprefix(BACK), reason, MOST)
        else:
            form, origin, target = (request.form.get(name, "") for name in ("form", "origin", "target"))
            refuse_too_many(app, form, {origin: target})
            made = _moves().move(viewer(), app, form, {origin: target}, reason)
    except EngineError as error:
        if error.nature is Nature.ABSENT:
            raise
        return _page(app, told(error), status_of(error))
    if made.passed or made.left:
        return _page(app, made=made)
    return redirect(url_for("moves.home", app=app, done="updated"), 303)


def _listed(app: str, form: str, state: Json) -> str:
    return url_for("lists.records", app=app, form=form, filter=f'state = "{state["key"]}"')


def _graphs(app: str, states: Mapping[str, Sequence[StateCount]]) -> dict[str, str]:
    """Return for each form its graph, with how many records stand in which state."""
    documents = instance().apps.definition(viewer(), app)["documents"]
    read = {view.key for one in instance().apps.installed(viewer()) if one.key == app for view in one.forms}
    flows = {one["form"]: one for path, one in documents.items() if path.startswith("workflows/")}
    return {
        form: graph_of(
            flows[form],
            {one.key: ngettext("%(num)s record", "%(num)s records", one.records) for one in counted},
            partial(_listed, app, form) if form in read else None,
        )
        for form, counted in states.items()
        if form in flows
    }


def _page(app: str, problems: tuple[Problem, ...] = (), status: int = 200, made: Moved | None = None) -> BaseResponse:
    states = _moves().states(viewer(), app)
    wanted = {name: request.values.get(name, "") for name in ("form", "origin", "target", "reason")}
    counted = {one.key: one for one in states.get(wanted["form"], ())}
    origin, target = counted.get(wanted["origin"]), counted.get(wanted["target"])
    asked = origin is not None and target is not None and origin is not target
    body = render_template(
        "moves.html",
        app=app,
        labels=instance().services.drafts.labels(viewer(), app),
        forms=_moves().form_labels(viewer(), app),
        states=states,
        graphs=_graphs(app, states),
        wanted=wanted,
        origin=origin if asked else None,
        target=target if asked else None,
        examples=_moves().examples(viewer(), app, wanted["form"], wanted["origin"]) if asked else (),
        moved=_moves().listed(viewer(), app),
        problems=problems,
        made=made,
    )
    return make_response(body, status)
