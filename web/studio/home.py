"""Where designing an app begins: its forms and what else it is made of, undo and redo, and what is wrong by now."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from flask import Blueprint, redirect, render_template, request, url_for

from engine.runtime.studio.edits import AddForm, form_in, form_keys
from web.doors import instance, viewer
from web.security import local_path
from web.studio.frame import change, design, done, language, posted, seen

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as BaseResponse

    from engine.kernel.problems import Problem

blueprint = Blueprint("studio", __name__)


@blueprint.get("/a/<app>/studio/")
def home(app: str) -> str:
    """Show what an app is made of."""
    return _page(app, ())


def _page(app: str, problems: tuple[Problem, ...]) -> str:
    found = design(app)
    return render_template("studio/home.html", design=found, problems=problems, here=request.path)


@blueprint.post("/a/<app>/studio/forms")
def add_form(app: str) -> BaseResponse:
    """Add a form and go on to it."""
    uid = instance().services.studio.uid()
    edit = AddForm(uid, posted("name"), language())
    answer = change(app, edit, url_for("studio.home", app=app), lambda problems: _page(app, problems))
    documents = design(app).documents
    added = [key for key in form_keys(documents) if form_in(documents, key)["uid"] == uid]
    return redirect(url_for("studio_forms.show", app=app, form=added[0]), 303) if added else answer


@blueprint.post("/a/<app>/studio/undo")
def undo(app: str) -> BaseResponse:
    """Take one's own last change back."""
    return done(lambda: instance().services.studio.undo(viewer(), app, seen()), _back(app), partial(_page, app))


@blueprint.post("/a/<app>/studio/redo")
def redo(app: str) -> BaseResponse:
    """Make one's own last change again."""
    return done(lambda: instance().services.studio.redo(viewer(), app, seen()), _back(app), partial(_page, app))


def _back(app: str) -> str:
    """Return the page on which it was asked for, if it is one of this app's studio."""
    home_of = url_for("studio.home", app=app)
    to = local_path(request.form.get("to"), home_of)
    return to if to.startswith(home_of) else home_of


@blueprint.get("/a/<app>/studio/checks")
def checks(app: str) -> str:
    """Show what keeps the draft from being published, as a part of a page."""
    return render_template("studio/checks.html", draft=instance().services.drafts.show(viewer(), app), app=app)
