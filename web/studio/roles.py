"""The roles of an app, and for each what it may do with every form, which records it sees, and which fields."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final, Literal, get_args

from flask import Blueprint, redirect, render_template, request, url_for

from engine.runtime.studio.edits import form_in, form_keys
from engine.runtime.studio.roles import (
    ACTIONS,
    AddRole,
    Limit,
    LimitFields,
    RemoveRole,
    SetAccess,
    SetRole,
    SetSight,
    Sight,
    access_of,
    roles_in,
    sight_of,
)
from web.problems import BAD_REQUEST, NOT_FOUND, RequestRefused
from web.studio.frame import change, design, language, posted

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as BaseResponse

    from engine.kernel.canonical import Json
    from engine.kernel.problems import Problem
    from engine.runtime.studio.studio import Design, Edit

blueprint = Blueprint("studio_roles", __name__)

ROLES: Final = "/a/<app>/studio/roles/"
ONE: Final = f"{ROLES}<key>"
FORM: Final = f"{ONE}/<form>"


@blueprint.get(ROLES)
def show_all(app: str) -> str:
    """Show the roles of an app."""
    return _all(app, ())


def _all(app: str, problems: tuple[Problem, ...]) -> str:
    found = design(app)
    here = url_for("studio_roles.show_all", app=app)
    listed = [
        (role, sum(any(one.get(act) for act in ACTIONS) for one in role.get("access", ())))
        for role in roles_in(found.documents)
    ]
    return render_template("studio/roles.html", design=found, problems=problems, here=here, listed=listed)


@blueprint.get(ONE)
def show(app: str, key: str) -> str:
    """Show what a role may do."""
    return _one(app, key, ())


def _one(app: str, key: str, problems: tuple[Problem, ...]) -> str:
    found = design(app)
    role = _of(found, key)
    rows = []
    for form in form_keys(found.documents):
        access = access_of(role, form)
        rows.append((form_in(found.documents, form), access, sight_of(access)))
    context: dict[str, Any] = {
        "design": found,
        "problems": problems,
        "here": url_for("studio_roles.show", app=app, key=key),
        "role": role,
        "rows": rows,
        "alone": len(roles_in(found.documents)) == 1,
    }
    return render_template("studio/role.html", **context)


def _of(found: Design, key: str) -> Json:
    for role in roles_in(found.documents):
        if role["key"] == key:
            return role
    raise RequestRefused(404, NOT_FOUND.at())


@blueprint.post(ROLES)
def add(app: str) -> BaseResponse:
    """Add a role and go on to it."""
    before = {role["uid"] for role in roles_in(design(app).documents)}
    to = url_for("studio_roles.show_all", app=app)
    answer = change(app, AddRole(posted("name"), language()), to, partial(_all, app))
    added = [role["key"] for role in roles_in(design(app).documents) if role["uid"] not in before]
    return redirect(url_for("studio_roles.show", app=app, key=added[-1]), 303) if added else answer


def _changed(app: str, key: str, edit: Edit) -> BaseResponse:
    return change(app, edit, url_for("studio_roles.show", app=app, key=key), partial(_one, app, key))


@blueprint.post(ONE)
def set_role(app: str, key: str) -> BaseResponse:
    """Call a role otherwise, or let it set parameters."""
    part: Literal["name", "parameters"] = "parameters" if posted("key") == "parameters" else "name"
    return _changed(app, key, SetRole(_of(design(app), key)["uid"], part, posted("value"), language()))


@blueprint.post(f"{ONE}/remove")
def remove(app: str, key: str) -> BaseResponse:
    """Take a role away."""
    uid = _of(design(app), key)["uid"]
    return change(app, RemoveRole(uid), url_for("studio_roles.show_all", app=app), partial(_one, app, key))


@blueprint.post(FORM)
def set_access(app: str, key: str, form: str) -> BaseResponse:
    """Grant an action on a form or take it, or say which records and fields of it are seen."""
    uid, part = _of(design(app), key)["uid"], posted("key")
    if part in ACTIONS:
        return _changed(app, key, SetAccess(uid, form, part, bool(posted("value"))))
    if part == "rows":
        sight: Sight = next((one for one in get_args(Sight) if one == posted("value")), "kept")
        return _changed(app, key, SetSight(uid, form, sight))
    limit: Limit | None = next((one for one in get_args(Limit) if one == part), None)
    if limit is None:
        raise RequestRefused(400, BAD_REQUEST.at("key"))
    return _changed(app, key, LimitFields(uid, form, limit, request.form.getlist("value")))
