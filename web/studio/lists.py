"""Lists of options that several fields share: named, put in order, retired, and the other words for each option."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final, get_args

from flask import Blueprint, redirect, render_template, url_for

from engine.runtime.studio.edits import ChangeOptions, OptionAct
from engine.runtime.studio.lists import (
    AddList,
    ChangeList,
    NameList,
    RemoveList,
    SetAliases,
    SetFieldAliases,
    TakeList,
    lists_in,
    names_of_users,
)
from web.doors import instance, viewer
from web.problems import BAD_REQUEST, NOT_FOUND, RequestRefused
from web.studio.frame import change, design, language, named, posted, seen

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as BaseResponse

    from engine.kernel.canonical import Json
    from engine.kernel.problems import Problem
    from engine.runtime.studio.studio import Design, Edit

blueprint = Blueprint("studio_lists", __name__)

LISTS: Final = "/a/<app>/studio/lists/"
ONE: Final = f"{LISTS}<key>"
FIELD: Final = "/a/<app>/studio/forms/<form>/fields/<uid>"
ACTS: Final = get_args(OptionAct)


@blueprint.get(LISTS)
def show_all(app: str) -> str:
    """Show the lists of an app, and what takes its options from each."""
    return _all(app, ())


def _all(app: str, problems: tuple[Problem, ...]) -> str:
    found = design(app)
    listed = [
        (one, names_of_users(found.documents, one["key"]), sum(not option.get("retired") for option in one["options"]))
        for one in lists_in(found.documents)
    ]
    here = url_for("studio_lists.show_all", app=app)
    return render_template("studio/lists.html", design=found, problems=problems, here=here, listed=listed)


@blueprint.get(ONE)
def show(app: str, key: str) -> str:
    """Show a list with its options and the other words for them."""
    return _one(app, key, ())


def _one(app: str, key: str, problems: tuple[Problem, ...]) -> str:
    found = design(app)
    shown = _of(found, key)
    return render_template(
        "studio/option_list.html",
        design=found,
        problems=problems,
        here=url_for("studio_lists.show", app=app, key=key),
        shown=shown,
        users=names_of_users(found.documents, key),
    )


def _of(found: Design, key: str) -> Json:
    for one in lists_in(found.documents):
        if one["key"] == key:
            return one
    raise RequestRefused(404, NOT_FOUND.at())


@blueprint.post(LISTS)
def add(app: str) -> BaseResponse:
    """Add a list and go on to it."""
    uid = instance().services.studio.uid()
    edit = AddList(uid, posted("name"), language())
    answer = change(app, edit, url_for("studio_lists.show_all", app=app), partial(_all, app))
    added = [one["key"] for one in lists_in(design(app).documents) if one["uid"] == uid]
    return redirect(url_for("studio_lists.show", app=app, key=added[0]), 303) if added else answer


def _changed(app: str, key: str, edit: Edit) -> BaseResponse:
    return change(app, edit, url_for("studio_lists.show", app=app, key=key), partial(_one, app, key))


@blueprint.post(ONE)
def rename(app: str, key: str) -> BaseResponse:
    """Call a list otherwise."""
    return _changed(app, key, NameList(_of(design(app), key)["uid"], posted("value"), language()))


@blueprint.post(f"{ONE}/remove")
def remove(app: str, key: str) -> BaseResponse:
    """Take a list away that nothing uses."""
    uid = _of(design(app), key)["uid"]
    return change(app, RemoveList(uid), url_for("studio_lists.show_all", app=app), partial(_one, app, key))


@blueprint.post(f"{ONE}/options")
def options(app: str, key: str) -> BaseResponse:
    """Add, name, move, remove or bring back an option; what a revision has is retired and not removed."""
    found, option = design(app), posted("option")
    act = next((one for one in ACTS if one == posted("act")), None)
    if act is None:
        raise RequestRefused(400, BAD_REQUEST.at("act"))
    published = {item["uid"] for one in lists_in(found.published) for item in one["options"]}
    edit = ChangeOptions(
        "", "", act, option, posted("value"), language(), named("before"), published=option in published
    )
    return _changed(app, key, ChangeList(_of(found, key)["uid"], edit))


@blueprint.post(f"{ONE}/aliases")
def aliases(app: str, key: str) -> BaseResponse:
    """Set the other words for an option."""
    return _changed(app, key, SetAliases(_of(design(app), key)["uid"], posted("option"), posted("value")))


@blueprint.post(f"{FIELD}/aliases")
def field_aliases(app: str, form: str, uid: str) -> BaseResponse:
    """Set the other words for an option that is a field's own."""
    return _in_form(app, form, uid, SetFieldAliases(form, uid, posted("option"), posted("value")))


@blueprint.post(f"{FIELD}/list")
def take(app: str, form: str, uid: str) -> BaseResponse:
    """Let a field take its options from a list, or have its own again."""
    return _in_form(app, form, uid, TakeList(form, uid, named("value")))


def _in_form(app: str, form: str, uid: str, edit: Edit) -> BaseResponse:
    """Change a field from its own panel, and show it there."""
    instance().services.studio.edit(viewer(), app, seen(), edit)
    return redirect(url_for("studio_forms.show", app=app, form=form, at=uid), 303)
