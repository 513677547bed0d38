"""The duties of the states of a form: what has to be recorded in every period, state by state."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

from flask import Blueprint, redirect, render_template, url_for

from engine.kernel.problems import Text
from engine.runtime.studio.duties import (
    DAY_NAMES,
    DUTY_PARTS,
    EACH_NAMES,
    AddDuty,
    RemoveDuty,
    SetDuty,
    TellOfDuty,
    Told,
    days_of,
    duty_in,
    duty_said,
    records_offered,
    related_form,
    relations_of,
    reminder_of,
)
from engine.runtime.studio.edits import form_in, path_of
from engine.runtime.studio.flows import flow_of, path_of_flow
from engine.runtime.studio.persons import persons_named, persons_offered
from engine.runtime.studio.words import Spoken, said_of
from web.doors import instance, viewer
from web.problems import BAD_REQUEST, NOT_FOUND, RequestRefused
from web.studio.approvals import person_change
from web.studio.frame import change, design, language, posted

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as BaseResponse

    from engine.kernel.canonical import Json
    from engine.kernel.problems import Problem
    from engine.runtime.studio.studio import Design, Edit

blueprint = Blueprint("studio_duties", __name__)

ALL: Final = "/a/<app>/studio/duties/<form>"
ONE: Final = f"{ALL}/<uid>"


@blueprint.get(ALL)
def show(app: str, form: str) -> str:
    """Show what has to be recorded in every period, state by state."""
    return _page(app, form, ())


def _page(app: str, form: str, problems: tuple[Problem, ...]) -> str:
    found = design(app)
    if path_of(form) not in found.documents:
        raise RequestRefused(404, NOT_FOUND.at())
    document, flow = form_in(found.documents, form), flow_of(found.documents, form)
    spoken = _spoken(app, found, form)
    context: dict[str, Any] = {
        "design": found,
        "problems": problems,
        "here": _to(app, form),
        "form": document,
        "flow": flow,
        "flow_path": path_of_flow(found.documents, form),
        "relations": [(one["key"], Text.from_json(one["labels"])) for one in relations_of(document)],
        "offered": records_offered(found.documents, form),
        "states": [(state, _listed(found, form, state, spoken)) for state in (flow or {}).get("states", ())],
        "persons": persons_offered(found.documents, form),
        "eaches": EACH_NAMES,
        "days": DAY_NAMES,
    }
    return render_template("studio/duties.html", **context)


def _spoken(app: str, found: Design, form: str) -> Spoken:
    path = path_of_flow(found.documents, form) or ""
    return instance().services.studio_words.spoken(viewer(), app, path, language())


def _listed(found: Design, form: str, state: Json, spoken: Spoken) -> list[dict[str, Any]]:
    """Return the duties of a state, each with its sentence and what can be chosen for it."""
    documents = found.documents
    listed = []
    for duty in state.get("duties", ()):
        where, related = said_of(spoken, duty, "where"), related_form(documents, form, duty)
        listed.append(
            {
                "duty": duty,
                "said": duty_said(documents, form, duty, where),
                "where": where,
                "related": related["key"] if related else None,
                "dated": days_of(documents, form, duty),
                "reminder": reminder_of(duty),
                "tell": persons_named(documents, form, duty.get("tell", ())),
                "late": persons_named(documents, form, duty.get("late", ())),
            }
        )
    return listed


def _to(app: str, form: str) -> str:
    return url_for("studio_duties.show", app=app, form=form)


def _changed(app: str, form: str, edit: Edit) -> BaseResponse:
    return change(app, edit, _to(app, form), partial(_page, app, form))


@blueprint.post(ALL)
def add(app: str, form: str) -> BaseResponse:
    """Add a duty to a state."""
    uid = instance().services.studio.uid()
    return _changed(app, form, AddDuty(form, uid, posted("state"), posted("name"), posted("records"), language()))


@blueprint.post(ONE)
def set_duty(app: str, form: str, uid: str) -> BaseResponse:
    """Set one property of a duty."""
    key = posted("key")
    if key not in DUTY_PARTS:
        raise RequestRefused(400, BAD_REQUEST.at("key"))
    if key == "where" and _unchanged(app, form, uid):
        return redirect(_to(app, form), 303)
    return _changed(app, form, SetDuty(form, uid, key, posted("value"), language(), posted("time")))


def _unchanged(app: str, form: str, uid: str) -> bool:
    """Tell whether what was sent is the condition as the page showed it, so that it is not written in other words."""
    found = design(app)
    own = duty_in(flow_of(found.documents, form) or {"states": ()}, uid)
    return bool(posted("value")) and posted("value") == said_of(_spoken(app, found, form), own, "where")


@blueprint.post(f"{ONE}/remove")
def remove(app: str, form: str, uid: str) -> BaseResponse:
    """Take a duty away."""
    return _changed(app, form, RemoveDuty(form, uid))


@blueprint.post(f"{ONE}/<any(tell, late):part>")
def tell(app: str, form: str, uid: str, part: Told) -> BaseResponse:
    """Change who is reminded, or told that too little was done."""
    return _changed(app, form, TellOfDuty(form, uid, part, person_change()))
