"""The home of everybody and the home of an app: what there is to do, in the blocks that the app declares."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Blueprint, redirect, render_template, url_for

from engine.kernel.problems import EngineError, Nature
from engine.runtime.views import AppView, BlockView, FormView, Page, TaskView, Viewer
from web.doors import instance, viewer
from web.pages.lists import Column, columns_of

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as BaseResponse

blueprint = Blueprint("home", __name__)

SHOWN_IN_BLOCK = 5


@dataclass(frozen=True)
class DrawnBlock:
    """A block with what it shows: the form it is about, a page of its records, or tasks."""

    block: BlockView
    form: FormView | None = None
    page: Page | None = None
    tasks: tuple[TaskView, ...] = ()
    columns: Sequence[Column] = ()


@blueprint.get("/")
def apps() -> str | BaseResponse:
    """Show the apps; where there is only one, go there."""
    found = instance().apps.installed(viewer())
    if len(found) == 1:
        return redirect(url_for("home.app_home", app=found[0].key), 303)
    return render_template("apps.html", apps=found)


@blueprint.get("/a/<app>/")
def app_home(app: str) -> str:
    """Show an app's home page."""
    asking = viewer()
    view = instance().apps.app(asking, app)
    blocks = [drawn for block in view.home if (drawn := _drawn(asking, view, block)) is not None]
    return render_template("app.html", app=view, blocks=blocks)


def _drawn(asking: Viewer, app: AppView, block: BlockView) -> DrawnBlock | None:
    """Return the block with what it shows, or None where this viewer has no use for it."""
    form = next((view for view in app.forms if view.key == block.form), None)
    match block.kind:
        case "create":
            return DrawnBlock(block, form) if form is not None and form.may_create else None
        case "list":
            return _drawn_list(asking, app, block, form) if form is not None else None
        case "inbox":
            return DrawnBlock(block, tasks=instance().inbox.open_tasks(asking)[:SHOWN_IN_BLOCK])
        case "text":
            return DrawnBlock(block)


def _drawn_list(asking: Viewer, app: AppView, block: BlockView, form: FormView) -> DrawnBlock:
    """Return the first records of a list block, or no page where this viewer may not ask what its filter asks."""
    try:
        page = instance().records.list(
            asking, app.key, form.key, filter=block.filter, sort=None, limit=SHOWN_IN_BLOCK, after=None
        )
    except EngineError as error:
        if error.nature not in (Nature.REFUSED, Nature.ABSENT):
            raise
        return DrawnBlock(block, form)
    return DrawnBlock(block, form, page, columns=columns_of(form))
