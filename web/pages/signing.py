"""The page of a signer: no sign-in, a link alone; it shows one document and takes one signature."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for

from engine.kernel.problems import EngineError
from engine.runtime.signing.links import Place, Signature
from web.doors import instance, signed_in
from web.errors import told
from web.problems import status_of

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as BaseResponse

blueprint = Blueprint("signing", __name__)

COOKIE: Final = "youju_signer"
"""Holds what shows that this browser belongs to the signer; it is sent to the page of this link alone."""

LASTS: Final = 3_600
POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; object-src 'self'; frame-ancestors 'none'"
"""What browsers need to show a PDF themselves; nothing of it runs."""

LONGEST_AGENT: Final = 200
AT: Final = "/sign/<token>"


def _place() -> Place:
    agent = "".join(one for one in request.headers.get("User-Agent", "") if one.isprintable())
    return Place(request.remote_addr, agent[:LONGEST_AGENT] or None)


def _visit() -> str | None:
    return request.cookies.get(COOKIE)


@blueprint.get(AT)
def page(token: str) -> BaseResponse:
    """Show what is to be signed, or how it went."""
    return _shown(token)


def _shown(token: str, error: EngineError | None = None) -> BaseResponse:
    links = instance().services.links
    found = links.look(token, _place(), _visit())
    drawn = render_template(
        "sign.html",
        page=found,
        token_of_link=token,
        inside=found.signs_in and links.is_signer(token, _place(), signed_in()),
        problems=told(error) if error else (),
        entered={name: request.form.get(name, "") for name in ("typed", "reason")},
        ticked=set(request.form.getlist("consent")),
        refusing=request.path.endswith("/refuse"),
    )
    return _closed(make_response(drawn, status_of(error) if error else 200))


def _closed(response: Response) -> Response:
    """Keep an answer out of every cache, and its address out of what other pages are told."""
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


@blueprint.get(f"{AT}/document")
def document(token: str) -> BaseResponse:
    """Hand the document out, to whoever has shown that they are the signer."""
    try:
        name, content = instance().services.links.document(token, _place(), _visit())
    except EngineError as error:
        return _shown(token, error)
    response = Response(content, content_type="application/pdf")
    response.headers["Content-Disposition"] = f"inline; filename*=UTF-8''{quote(name, safe='')}"
    response.headers["Content-Security-Policy"] = POLICY
    return _closed(response)


@blueprint.post(f"{AT}/code")
def ask_code(token: str) -> BaseResponse:
    """Have a code sent."""
    try:
        instance().services.links.ask_code(token, _place())
    except EngineError as error:
        return _shown(token, error)
    return _back(token)


@blueprint.post(f"{AT}/enter")
def enter(token: str) -> BaseResponse:
    """Let in who knows the code, or is signed in as the signer."""
    links, asking = instance().services.links, signed_in()
    try:
        if asking is not None and request.form.get("signed_in") == "1":
            visit = links.enter_signed_in(token, _place(), asking)
        else:
            visit = links.enter(token, _place(), request.form.get("code", ""))
    except EngineError as error:
        return _shown(token, error)
    answer = _back(token)
    path = url_for("signing.page", token=token)
    answer.set_cookie(
        COOKIE, visit, max_age=LASTS, secure=request.is_secure, httponly=True, samesite="Strict", path=path
    )
    return answer


@blueprint.post(f"{AT}/sign")
def sign(token: str) -> BaseResponse:
    """Sign; a second tap on the same button finds it signed."""
    form = request.form
    given = Signature(
        form.get("sha256", ""), tuple(form.getlist("consent")), form.get("drawn", ""), form.get("typed", "")
    )
    try:
        instance().services.links.sign(token, _place(), _visit(), given)
    except EngineError as error:
        return _shown(token, error)
    return _back(token)


@blueprint.post(f"{AT}/refuse")
def refuse(token: str) -> BaseResponse:
    """Refuse to sign."""
    try:
        instance().services.links.refuse(token, _place(), _visit(), request.form.get("reason", ""))
    except EngineError as error:
        return _shown(token, error)
    return _back(token)


def _back(token: str) -> BaseResponse:
    return redirect(url_for("signing.page", token=token), 303)
