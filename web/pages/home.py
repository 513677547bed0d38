"""The home of everybody, and the pages of an app: what there is to do, in the blocks that its documents declare."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from flask import Blueprint, redirect, render_template, url_for

from web.display_moments import day_words
from web.doors import instance, viewer
from web.frame import installed
from web.pages.blocks import drawing

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as BaseResponse

    from engine.runtime.pages_views import PageView
    from engine.runtime.views import AppView

blueprint = Blueprint("home", __name__)


@blueprint.get("/")
def start() -> BaseResponse:
    """Go where whoever asks works: the only app, or the only one with a tab bar for them; else to all apps."""
    asking, found = viewer(), installed()
    fronts = found if len(found) == 1 else [app for app in found if instance().services.pages.tab_bar(asking, app.key)]
    if len(fronts) == 1:
        return redirect(url_for("home.app_home", app=fronts[0].key), 303)
    return redirect(url_for("home.apps"), 303)


@blueprint.get("/apps")
def apps() -> str:
    """Show the apps."""
    asking, own = viewer(), instance().apps
    return render_template(
        "apps.html", apps=installed(), others=own.not_open_to(asking), may_design=own.may_export(asking)
    )


@blueprint.get("/a/<app>/")
def app_home(app: str) -> str:
    """Show an app's home page for whoever asks."""
    asking = viewer()
    view = instance().apps.app(asking, app)
    return _shown(view, instance().services.pages.home(asking, app), is_home=True)


@blueprint.get("/a/<app>/pages/<key>")
def app_page(app: str, key: str) -> str:
    """Show another page of an app."""
    asking = viewer()
    view = instance().apps.app(asking, app)
    return _shown(view, instance().services.pages.page(asking, app, key))


def _shown(app: AppView, page: PageView, *, is_home: bool = False) -> str:
    return render_template(
        "app.html",
        app=app,
        page=page,
        is_home=is_home,
        may_design=is_home and instance().apps.may_export(viewer()),
        today=day_words(page.at, app.zone),
        zone=app.zone,
        key=secrets.token_urlsafe(18),
        **drawing(),
    )
