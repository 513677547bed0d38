"""An app's design on its way: a file becomes the draft, is looked over and published; earlier revisions come back."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from flask import Blueprint, make_response, redirect, render_template, request, url_for

from engine.kernel.problems import EngineError, Nature
from web.doors import instance, viewer
from web.errors import told
from web.problems import NOT_FOUND, RequestRefused, status_of

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as BaseResponse

    from engine.kernel.problems import Problem
    from engine.runtime.draft_documents import DraftDocuments
    from engine.runtime.drafts import Drafts

blueprint = Blueprint("revisions", __name__)

PART = "file"
LARGEST = 2**31 - 1


@blueprint.get("/a/<app>/revisions/")
def show(app: str) -> BaseResponse:
    """Show the draft, what publishing it would come to, and the revisions."""
    return _page(app)


@blueprint.get("/a/<app>/revisions/<int:number>")
def changes(app: str, number: int) -> str:
    """Show what a revision changed."""
    listed = _drafts().history(viewer(), app)
    found = next((item for item in listed if item.number == number), None)
    if found is None:
        raise RequestRefused(404, NOT_FOUND.at())
    said = _drafts().changes(viewer(), app, number)
    labels = _drafts().labels(viewer(), app)
    return render_template("revision.html", app=app, labels=labels, revision=found, changes=said)


@blueprint.post("/a/<app>/revisions/draft")
def send(app: str) -> BaseResponse:
    """Make a file the draft."""
    sent = request.files.get(PART)
    raw, name = (sent.stream.read(), sent.filename or "") if sent is not None else (b"", "")
    return _done(app, "drafted", lambda: _drafts().send(viewer(), app, raw, name, _seen()))


@blueprint.post("/a/<app>/revisions/<int:number>/draft")
def take_back(app: str, number: int) -> BaseResponse:
    """Make an earlier revision the draft, so that what going back comes to is seen before it is done."""
    return _done(app, "drafted", lambda: _drafts().take_back(viewer(), app, number, _seen()))


@blueprint.post("/a/<app>/revisions/renew")
def renew(app: str) -> BaseResponse:
    """Take the revision that was published meanwhile into the draft."""
    return _done(app, "drafted", lambda: _drafts().renew(viewer(), app, _seen() or 0))


@blueprint.post("/a/<app>/revisions/discard")
def discard(app: str) -> BaseResponse:
    """Throw the draft away."""
    return _done(app, "discarded", lambda: _drafts().discard(viewer(), app, _seen() or 0))


@blueprint.post("/a/<app>/revisions/publish")
def publish(app: str) -> BaseResponse:
    """Publish the draft; where many records are converted before, the page tells how far that is."""
    return _done(app, "published", lambda: _documents().publish(viewer(), app, _seen() or 0, wait=False))


@blueprint.post("/a/<app>/revisions/<int:number>/publish")
def roll_back(app: str, number: int) -> BaseResponse:
    """Publish an earlier revision at once: the way back from what was published a moment ago."""
    return _done(app, "published", lambda: _documents().roll_back(viewer(), app, number, _seen() or 0, wait=False))


def _done(app: str, what: str, work: Callable[[], object]) -> BaseResponse:
    """Do it and go back to the page; what is refused is told on it."""
    try:
        work()
    except EngineError as error:
        if error.nature is Nature.ABSENT:
            raise
        return _page(app, told(error), status_of(error))
    return redirect(url_for("revisions.show", app=app, done=what), 303)


def _page(app: str, problems: tuple[Problem, ...] = (), status: int = 200) -> BaseResponse:
    asking = viewer()
    history = _drafts().history(asking, app)
    _, publication = _documents().waiting(asking, app)
    page = render_template(
        "revisions.html",
        revisions=history,
        draft=_drafts().show(asking, app),
        publication=publication,
        app=app,
        labels=_drafts().labels(asking, app),
        problems=problems,
        done=request.args.get("done", "") if request.method == "GET" else "",
    )
    return make_response(page, status)


def _drafts() -> Drafts:
    return instance().services.drafts


def _documents() -> DraftDocuments:
    return instance().services.draft_documents


def _seen() -> int | None:
    """Return the version of the draft, or the number of the revision, that the page showed; None where it had none."""
    text = request.form.get("seen", "")
    return min(int(text), LARGEST) if text.isascii() and text.isdigit() else None
