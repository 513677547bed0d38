"""Signing in and out, the language, and the page about oneself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flask import Blueprint, Response, g, make_response, redirect, render_template, request

from engine.kernel.problems import EngineError, Problem
from web import frame, security
from web.doors import instance, signed_in, viewer
from web.entrance import carried
from web.errors import told
from web.problems import NOT_FOUND, RequestRefused, status_of
from web.texts import known_language

if TYPE_CHECKING:
    from collections.abc import Mapping

    from werkzeug.wrappers import Response as BaseResponse

blueprint = Blueprint("account", __name__)

FARTHEST_NAME: Final = 200
LONGEST_SENT: Final = 300
"""Longer than any address may be: one that is too long is refused, not cut into another one."""
WIPE: Final = '"cache", "storage"'


@blueprint.route("/sign-in", methods=["GET", "POST"])
def sign_in() -> BaseResponse:
    """Show the sign-in form, or sign in by name and password; whoever is signed in already goes on."""
    target = security.local_path(request.values.get("next"))
    if request.method == "POST":
        return _check(target)
    if signed_in() is not None:
        return redirect(target, 303)
    return _form(target, "")


def _check(target: str) -> BaseResponse:
    """Sign in; a form that was being filled is handed back with all that was typed."""
    name = request.form.get("name", "").strip()[:FARTHEST_NAME]
    name = name.replace("\0", "\N{REPLACEMENT CHARACTER}")  # no database takes it, so it is nobody's name
    try:
        g.new_session = instance().directory.sign_in(name, request.form.get("password", ""))
    except EngineError as error:
        return _form(target, name, told(error), status_of(error))
    _keep_language()
    if carried():
        path = security.local_path(request.form.get("_path"))
        response = make_response(render_template("resume.html", carried=carried(), path=path))
    else:
        response = make_response("", 303)
        response.headers["Location"] = target
    security.begin_session(response, g.new_session)
    security.drop_cookie(response, security.LANGUAGE_COOKIE)
    return response


def _keep_language() -> None:
    """Go on in the language that was chosen on the sign-in page, if one was."""
    chosen = known_language(request.cookies.get(security.LANGUAGE_COOKIE))
    asking = instance().directory.viewer_of_session(g.new_session)
    if chosen and asking is not None and asking.language != chosen:
        instance().directory.set_language(asking, chosen)


def _form(target: str, name: str, problems: tuple[Problem, ...] = (), status: int = 200) -> Response:
    path = security.local_path(request.form.get("_path"))
    page = render_template("sign_in.html", next=target, name=name, problems=problems, carried=carried(), path=path)
    return make_response(page, status)


@blueprint.post("/sign-out")
def sign_out() -> BaseResponse:
    """End the session, here and on the server, and have the browser forget our pages."""
    session = request.cookies.get(security.SESSION_COOKIE)
    if session:
        instance().directory.sign_out(session)
    response = make_response("", 303)
    response.headers["Location"] = "/sign-in"
    response.headers["Clear-Site-Data"] = WIPE
    security.drop_cookie(response, security.SESSION_COOKIE)
    return response


@blueprint.post("/language")
def choose_language() -> BaseResponse:
    """Switch the language of whoever is signed in, else of this browser."""
    language = known_language(request.form.get("language"))
    if language is None:
        raise RequestRefused(404, NOT_FOUND.at("language"))
    response = make_response("", 303)
    response.headers["Location"] = security.local_path(request.form.get("next"))
    asking = signed_in()
    if asking is not None:
        instance().directory.set_language(asking, language)
    else:
        security.set_cookie(response, security.LANGUAGE_COOKIE, language, max_age=security.YEAR_SECONDS)
    return response


@blueprint.post("/look")
def choose_look() -> BaseResponse:
    """Switch the theme or the density of this browser, whichever is sent."""
    chosen = {
        cookie: request.form[name]
        for cookie, name, known in (
            (frame.THEME_COOKIE, "theme", frame.THEMES),
            (frame.DENSITY_COOKIE, "density", frame.DENSITIES),
        )
        if request.form.get(name) in known
    }
    if not chosen:
        raise RequestRefused(404, NOT_FOUND.at("look"))
    response = make_response("", 303)
    response.headers["Location"] = security.local_path(request.form.get("next"), "/me")
    for cookie, value in chosen.items():
        security.set_cookie(response, cookie, value, max_age=security.YEAR_SECONDS)
    return response


@blueprint.get("/me")
def me() -> str:
    """Show who is signed in, with the language and the way out."""
    return about_me()


def about_me(
    problems: tuple[Problem, ...] = (),
    given: Mapping[str, str] | None = None,
    away_problems: tuple[Problem, ...] = (),
    away_given: Mapping[str, str] | None = None,
) -> str:
    """Return the page about oneself, with what was refused of where one is reached, or of when one is away."""
    asking, telling = viewer(), instance().services.telling
    kept = telling.addresses(asking.id)
    ways = [way for way in telling.ways() if way.key == "mail" or not way.lacking or way.key in kept]
    return render_template(
        "me.html",
        me=asking,
        personal=instance().services.pages.personal(asking),
        ways=ways,
        reached=kept if given is None else given,
        problems=problems,
        wrong={problem.path for problem in problems},
        kept="kept" in request.args,
        attention=instance().services.attention.of(asking),
        sent_boards=instance().services.boards_sent.to(asking),
        absences=instance().services.absences.of(asking),
        stands_in=instance().services.approvals.stands_in(asking),
        people=[one for one in instance().directory.people() if one[0] != asking.id],
        away_kept="away" in request.args,
        away_problems=away_problems,
        away_given=away_given or {},
    )


@blueprint.post("/me/reach")
def reach() -> BaseResponse:
    """Note where one is reached outside; what is wrong is told, with all that was typed."""
    telling = instance().services.telling
    given = {way.key: request.form[way.key][:LONGEST_SENT] for way in telling.ways() if way.key in request.form}
    try:
        telling.keep_own(viewer(), given)
    except EngineError as error:
        return make_response(about_me(told(error), given), status_of(error))
    return redirect("/me?kept#reached", 303)


@blueprint.post("/me/boards")
def switch_board() -> BaseResponse:
    """Let an app send one a board, or no more."""
    app, board = (request.form.get(name, "")[:LONGEST_SENT] for name in ("app", "board"))
    instance().services.boards_sent.switch(viewer(), app, board, on=request.form.get("on") == "1")
    return redirect("/me#sent", 303)
