"""The approvals of a form: each a route of steps, put together by tapping and dragging, and read without opening."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final, get_args

from flask import Blueprint, redirect, render_template, request, url_for

from engine.kernel.problems import Text
from engine.runtime.studio.approvals import (
    STEP_PARTS,
    AddApproval,
    AddStep,
    AskStep,
    MoveStep,
    NameStep,
    RemoveApproval,
    RemoveStep,
    SetApproval,
    SetEnd,
    SetStep,
    approvals_of,
)
from engine.runtime.studio.approvals_said import (
    LATE_NAMES,
    NEED_NAMES,
    WITHDRAW_NAMES,
    beside_of,
    ends_of,
    step_said,
)
from engine.runtime.studio.edits import form_in, path_of
from engine.runtime.studio.flows import asked, flow_of, path_of_flow
from engine.runtime.studio.persons import PersonAct, PersonChange, persons_named, persons_offered
from engine.runtime.studio.words import Spoken, said_of
from web.doors import instance, viewer
from web.problems import BAD_REQUEST, NOT_FOUND, RequestRefused
from web.studio.frame import change, design, language, named, posted

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as BaseResponse

    from engine.kernel.canonical import Json
    from engine.kernel.problems import Problem
    from engine.runtime.studio.studio import Design, Edit

blueprint = Blueprint("studio_approvals", __name__)

ALL: Final = "/a/<app>/studio/approvals/<form>"
ONE: Final = f"{ALL}/<uid>"
STEP: Final = f"{ONE}/steps/<step>"
WAYS: Final = {"up": -1, "down": 1}
EXPRESSIONS: Final = ("when", "score.beside")
ACTS: Final = get_args(PersonAct)
NUMBERS: Final = ("number", "money", "percent", "rating")
MOST_DIGITS: Final = 3


@blueprint.get(ALL)
def show_all(app: str, form: str) -> str:
    """Show the approvals of a form, each with its route."""
    return _all(app, form, ())


def _all(app: str, form: str, problems: tuple[Problem, ...]) -> str:
    found, flow = _found(app, form)
    spoken = _spoken(app, found, form)
    context: dict[str, Any] = {
        **_frame(found, flow, form),
        "problems": problems,
        "here": url_for("studio_approvals.show_all", app=app, form=form),
        "listed": [(one, _steps(found, form, one, spoken), ends_of(flow, one)) for one in approvals_of(flow or {})],
    }
    return render_template("studio/approvals.html", **context)


def _found(app: str, form: str) -> tuple[Design, Json]:
    """Return the design and the workflow of a form, None where it has none."""
    found = design(app)
    if path_of(form) not in found.documents:
        raise RequestRefused(404, NOT_FOUND.at())
    return found, flow_of(found.documents, form)


def _frame(found: Design, flow: Json, form: str) -> dict[str, Any]:
    """Return what both pages show: the form, its states by key, and where their documents are."""
    return {
        "design": found,
        "form": form_in(found.documents, form),
        "flow": flow,
        "flow_path": path_of_flow(found.documents, form),
        "states": {one["key"]: Text.from_json(one["labels"]) for one in (flow or {}).get("states", ())},
    }


def _spoken(app: str, found: Design, form: str) -> Spoken:
    path = path_of_flow(found.documents, form) or ""
    return instance().services.studio_words.spoken(viewer(), app, path, language())


def _steps(found: Design, form: str, approval: Json, spoken: Spoken) -> list[tuple[Json, Text]]:
    """Return the steps of an approval, each with its sentence."""
    return [(step, step_said(found.documents, form, step, said_of(spoken, step, "when"))) for step in approval["steps"]]


@blueprint.post(ALL)
def add(app: str, form: str) -> BaseResponse:
    """Add an approval and go on to it."""
    uid = instance().services.studio.uid()
    edit = AddApproval(form, uid, posted("name"), language(), posted("state"))
    return change(app, edit, _to(app, form, uid), partial(_all, app, form))


@blueprint.get(ONE)
def show(app: str, form: str, uid: str) -> str:
    """Show an approval as it is designed, with the step that is chosen (``at``, a uid)."""
    return _one(app, form, uid, request.args.get("at", ""), ())


def _one(app: str, form: str, uid: str, at: str, problems: tuple[Problem, ...]) -> str:
    found, flow = _found(app, form)
    listed = approvals_of(flow or {})
    approval = next((one for one in listed if one["uid"] == uid), None)
    if approval is None:
        raise RequestRefused(404, NOT_FOUND.at())
    spoken = _spoken(app, found, form)
    chosen = next((one for one in approval["steps"] if one["uid"] == at), None)
    context: dict[str, Any] = {
        **_frame(found, flow, form),
        "problems": problems,
        "here": url_for("studio_approvals.show", app=app, form=form, uid=uid, at=at or None),
        "approval": approval,
        "number": listed.index(approval),
        "steps": _steps(found, form, approval, spoken),
        "ends": ends_of(flow, approval),
        "beside": beside_of(flow, approval),
        "chosen": chosen,
        "withdraws": WITHDRAW_NAMES,
        **(_of_chosen(found, form, chosen, spoken) if chosen else {}),
    }
    return render_template("studio/approval.html", **context)


def _of_chosen(found: Design, form: str, step: Json, spoken: Spoken) -> dict[str, Any]:
    """Return what the panel of a step offers."""
    document = form_in(found.documents, form)
    need = step.get("need", "any")
    return {
        "persons": persons_offered(found.documents, form),
        "who": persons_named(found.documents, form, step["who"]),
        "needs": NEED_NAMES,
        "need": "percent" if isinstance(need, dict) else need,
        "percent": need["percent"] if isinstance(need, dict) else "",
        "lates": LATE_NAMES,
        "roles": found.documents.get("roles.json", {}).get("roles", ()),
        "asked": asked(document),
        "labels": {one["key"]: Text.from_json(one["labels"]) for one in document["fields"]},
        "numbers": [one for one in document["fields"] if one["type"] in NUMBERS],
        "has_chain": any("manager_chain" in one for one in step["who"]),
        "when": said_of(spoken, step, "when"),
        "score_beside": said_of(spoken, step, "score.beside"),
    }


def _to(app: str, form: str, uid: str, at: str | None = None) -> str:
    return url_for("studio_approvals.show", app=app, form=form, uid=uid, at=at or None)


def _changed(app: str, form: str, uid: str, edit: Edit, at: str = "") -> BaseResponse:
    return change(app, edit, _to(app, form, uid, at), partial(_one, app, form, uid, at))


@blueprint.post(ONE)
def set_approval(app: str, form: str, uid: str) -> BaseResponse:
    """Call an approval otherwise, say where it starts, how long it can be withdrawn, or what an outcome fires."""
    key, value = posted("key"), posted("value")
    if key.startswith("ends."):
        return _changed(app, form, uid, SetEnd(form, uid, key.removeprefix("ends."), value))
    match key:
        case "name" | "state" | "withdraw" | "skip_repeated":
            return _changed(app, form, uid, SetApproval(form, uid, key, value, language()))
    raise RequestRefused(400, BAD_REQUEST.at("key"))


@blueprint.post(f"{ONE}/remove")
def remove(app: str, form: str, uid: str) -> BaseResponse:
    """Take an approval out of the design."""
    to = url_for("studio_approvals.show_all", app=app, form=form)
    return change(app, RemoveApproval(form, uid), to, partial(_one, app, form, uid, ""))


@blueprint.post(f"{ONE}/steps")
def add_step(app: str, form: str, uid: str) -> BaseResponse:
    """Add a step at the end."""
    step = instance().services.studio.uid()
    edit = AddStep(form, uid, step, posted("name"), language())
    return change(app, edit, _to(app, form, uid, step), partial(_one, app, form, uid, posted("at")))


@blueprint.post(STEP)
def set_step(app: str, form: str, uid: str, step: str) -> BaseResponse:
    """Set one property of a step."""
    key = posted("key")
    if key == "name":
        return _changed(app, form, uid, NameStep(form, uid, step, posted("value"), language()), step)
    if key not in STEP_PARTS:
        raise RequestRefused(400, BAD_REQUEST.at("key"))
    if key in EXPRESSIONS and _unchanged(app, form, uid, step, key):
        return redirect(_to(app, form, uid, step), 303)
    return _changed(app, form, uid, SetStep(form, uid, step, key, _values(key)), step)


def _values(key: str) -> list[str]:
    match key:
        case "need":
            return [posted("value"), posted("percent")]
        case "due":
            return [posted("value"), posted("count"), posted("late")]
    return [one[:4_000] for one in request.form.getlist("value")]


def _unchanged(app: str, form: str, uid: str, step: str, key: str) -> bool:
    """Tell whether what was sent is the expression as the page showed it, so that it is not written in other words."""
    found, flow = _found(app, form)
    steps = (one for approval in approvals_of(flow or {}) if approval["uid"] == uid for one in approval["steps"])
    own: Json = next((one for one in steps if one["uid"] == step), {})
    return bool(posted("value")) and posted("value") == said_of(_spoken(app, found, form), own, key)


@blueprint.post(f"{STEP}/move")
def move_step(app: str, form: str, uid: str, step: str) -> BaseResponse:
    """Put a step elsewhere: by a place up or down, or in front of another."""
    by = WAYS.get(posted("step"), 0)
    edit = MoveStep(form, uid, step, named("before"), -1 if by < 0 else 1 if by else 0)
    return _changed(app, form, uid, edit, posted("at"))


@blueprint.post(f"{STEP}/remove")
def remove_step(app: str, form: str, uid: str, step: str) -> BaseResponse:
    """Take a step out of an approval."""
    return _changed(app, form, uid, RemoveStep(form, uid, step))


@blueprint.post(f"{STEP}/who")
def ask(app: str, form: str, uid: str, step: str) -> BaseResponse:
    """Change whom a step asks: one more, another, one less, or one earlier."""
    return _changed(app, form, uid, AskStep(form, uid, step, person_change()), step)


def person_change() -> PersonChange:
    """Return the change of a list of persons that was posted; one that cannot be read is refused (400)."""
    act = next((one for one in ACTS if one == posted("act")), None)
    number = posted("number") or "0"
    if act is None or not (number.isascii() and number.isdecimal() and len(number) <= MOST_DIGITS):
        raise RequestRefused(400, BAD_REQUEST.at("act"))
    return PersonChange(act, int(number), posted("value"))
