"""The states of a form in two tables: what a record can be, and who leads it from one state to another by what."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final, get_args

from flask import Blueprint, redirect, render_template, request, url_for

from engine.kernel.problems import Text
from engine.runtime.studio.edits import Language, form_in, path_of
from engine.runtime.studio.flows import (
    KIND_NAMES,
    LIGHT_NAMES,
    Act,
    AddFlow,
    ChangePart,
    Part,
    RemoveFlow,
    SetInitial,
    SetPart,
    asked,
    flow_of,
    least_fields,
    path_of_flow,
    people_of,
)
from engine.runtime.studio.words import Spoken, said_of
from web.doors import instance, viewer
from web.graphs import graph_of
from web.problems import BAD_REQUEST, NOT_FOUND, RequestRefused
from web.studio.frame import change, design, language, named, posted

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as BaseResponse

    from engine.kernel.canonical import Json
    from engine.kernel.problems import Problem
    from engine.runtime.studio.studio import Design, Edit

blueprint = Blueprint("studio_states", __name__)

FLOW: Final = "/a/<app>/studio/states/<form>"
PARTS: Final = get_args(Part)
ACTS: Final = get_args(Act)
SETTABLE: Final = {
    "states": ("kind", "light", "locked"),
    "transitions": (
        *("from", "to", "by", "fields", "optional_fields"),
        *("acknowledgement", "while_held", "guard", "guard_message"),
    ),
}


@blueprint.get(FLOW)
def show(app: str, form: str) -> str:
    """Show the states of a form, or how it gets some."""
    return _page(app, form, ())


def _page(app: str, form: str, problems: tuple[Problem, ...]) -> str:
    found = design(app)
    if path_of(form) not in found.documents:
        raise RequestRefused(404, NOT_FOUND.at())
    document, flow = form_in(found.documents, form), flow_of(found.documents, form)
    context: dict[str, Any] = {
        "design": found,
        "problems": problems,
        "here": url_for("studio_states.show", app=app, form=form),
        "form": document,
        "flow": flow,
        "kinds": KIND_NAMES,
        "lights": LIGHT_NAMES,
        "least": least_fields(found.documents),
        "asked": asked(document),
        "labels": {field["key"]: Text.from_json(field["labels"]) for field in document["fields"]},
        "moves": _moves(app, found, form, flow) if flow else (),
        "duty_count": sum(len(state.get("duties", ())) for state in flow["states"]) if flow else 0,
        "graph": graph_of(flow, None, _row, _row) if flow else "",
    }
    return render_template("studio/states.html", **context)


def _row(part: Json) -> str:
    """Return where the table says it."""
    return f"#row-{part['uid']}"


def _moves(app: str, found: Design, form: str, flow: Json) -> list[tuple[Json, Json, Json]]:
    """Return the transitions, each with who may do it, and its guard in the words of people."""
    spoken = _spoken(app, found, form)
    return [(one, people_of(found.documents, form, one), said_of(spoken, one, "guard")) for one in flow["transitions"]]


def _spoken(app: str, found: Design, form: str) -> Spoken:
    path = path_of_flow(found.documents, form) or ""
    return instance().services.studio_words.spoken(viewer(), app, path, language())


def _to(app: str, form: str) -> str:
    return url_for("studio_states.show", app=app, form=form)


def _changed(app: str, form: str, edit: Edit) -> BaseResponse:
    return change(app, edit, _to(app, form), partial(_page, app, form))


@blueprint.post(FLOW)
def begin(app: str, form: str) -> BaseResponse:
    """Give the form its first states, or say in which of them records begin."""
    if posted("key") == "initial":
        return _changed(app, form, SetInitial(form, posted("value")))
    return _changed(app, form, AddFlow(form))


@blueprint.post(f"{FLOW}/remove")
def remove_flow(app: str, form: str) -> BaseResponse:
    """Let the form be without states."""
    return _changed(app, form, RemoveFlow(form))


@blueprint.post(f"{FLOW}/<any(states, transitions):part>")
def change_part(app: str, form: str, part: Part) -> BaseResponse:
    """Add, name, move or remove a state or a transition."""
    act = next((one for one in ACTS if one == posted("act")), None)
    if act is None:
        raise RequestRefused(400, BAD_REQUEST.at("act"))
    spoken: Language = language()
    ends = (posted("from"), posted("to"))
    edit = ChangePart(form, part, act, posted("uid"), posted("value"), spoken, named("before"), ends)
    return _changed(app, form, edit)


@blueprint.post(f"{FLOW}/<any(states, transitions):part>/<uid>")
def set_part(app: str, form: str, part: Part, uid: str) -> BaseResponse:
    """Set one property of a state or a transition."""
    key = posted("key")
    if key == "name":
        return _changed(app, form, ChangePart(form, part, "name", uid, posted("value"), language()))
    if key not in SETTABLE[part]:
        raise RequestRefused(400, BAD_REQUEST.at("key"))
    if key == "guard" and _unchanged(app, form, uid):
        return redirect(_to(app, form), 303)
    values = [one[:4_000] for one in request.form.getlist("value")]
    return _changed(app, form, SetPart(form, part, uid, key, values, language()))


def _unchanged(app: str, form: str, uid: str) -> bool:
    """Tell whether what was sent is the guard as the page showed it, so that it is not written anew in other words."""
    found = design(app)
    listed = (flow_of(found.documents, form) or {}).get("transitions", ())
    own: Json = next((one for one in listed if one["uid"] == uid), {})
    return bool(posted("value")) and posted("value") == said_of(_spoken(app, found, form), own, "guard")
