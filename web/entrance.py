"""The entrance: who sends a request, in which language, and whether it may come in; not what it then does."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from flask import Response, abort, g, make_response, redirect, render_template, request

from web import security
from web.doors import instance, secret, signed_in
from web.problems import BAD_CSRF, UNSIGNED, RequestRefused
from web.texts import FIRST_LANGUAGE, LANGUAGES, known_language

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as BaseResponse

API: Final = "/api/"
RETRY_SECONDS: Final = "5"
RETRIED: Final = frozenset({429, 503})
HOOK: Final = "hooks.receive"
UNGUARDED: Final = frozenset({"static", "health.healthz", "health.readyz", "health.metrics.read", HOOK})
"""What is answered before anybody asks who sends it; what comes to hooks shows that by its signature."""
PUBLIC: Final = UNGUARDED | {
    "account.sign_in",
    "account.choose_language",
    "search.secure",
    "phone.show",
    "phone.authority",
    "signing.page",
    "signing.document",
    "signing.ask_code",
    "signing.enter",
    "signing.sign",
    "signing.refuse",
}
"""What is open to everybody; what is posted to it still proves that our own page sent it."""
NOT_CARRIED: Final = frozenset({security.CSRF_FIELD, "name", "password", "next", "_do", "_path"})


def is_api() -> bool:
    """Tell whether the request came for the API."""
    return request.path.startswith(API)


def is_answered_in_json() -> bool:
    """Tell whether a program asks: the API's, or a partner's."""
    return is_api() or request.endpoint == HOOK


def is_fragment() -> bool:
    """Tell whether htmx asks for a part of a page."""
    return request.headers.get("HX-Request") == "true"


def identify() -> None:
    """Find out who sends the request: a bearer token counts for the API alone, and there nothing beside it."""
    g.request_id = secrets.token_hex(8)
    g.language = _language_before_signing_in()
    if request.endpoint in UNGUARDED:
        return
    authorization = request.headers.get("Authorization")
    if is_api() and authorization is not None:
        scheme, _, token = authorization.partition(" ")
        bearer = scheme.lower() == "bearer" and token.strip()
        g.viewer = instance().directory.viewer_of_token(token.strip()) if bearer else None
        g.by_token = True
    else:
        session = request.cookies.get(security.SESSION_COOKIE)
        g.viewer = instance().directory.viewer_of_session(session) if session else None
    asking = signed_in()
    if asking is not None:
        g.language = known_language(asking.language) or g.language


def _language_before_signing_in() -> str:
    chosen = known_language(request.cookies.get(security.LANGUAGE_COOKIE))
    return chosen or request.accept_languages.best_match(LANGUAGES) or FIRST_LANGUAGE


def admit() -> BaseResponse | None:
    """Let the request in, or answer it: nobody signed in, or a change without the proof that our own page sent it."""
    if request.endpoint is None or request.endpoint in UNGUARDED:
        return None
    if is_api():
        if signed_in() is None:
            raise RequestRefused(401, UNSIGNED.at(), {"WWW-Authenticate": 'Bearer realm="youju"'})
        if not g.get("by_token") and _unproven():
            raise RequestRefused(403, BAD_CSRF.at())
        return None
    if signed_in() is None and request.endpoint not in PUBLIC:
        return to_sign_in()
    if _unproven():
        if signed_in() is not None and not is_fragment() and carried() and security.from_own_page():
            return make_response(render_template("resume.html", carried=carried(), path=request.path), 403)
        raise RequestRefused(403, BAD_CSRF.at())
    return None


def _unproven() -> bool:
    return request.method in security.UNSAFE_METHODS and not security.csrf_holds(secret())


def to_sign_in() -> BaseResponse:
    """Answer somebody who is not signed in: the sign-in page, which keeps what was typed into a form."""
    if is_fragment():
        abort(401)
    if request.method in security.UNSAFE_METHODS and security.from_own_page() and carried():
        page = render_template("sign_in.html", next="/", carried=carried(), path=request.path, name="")
        return make_response(page, 401)
    target = request.full_path.rstrip("?") if request.method == "GET" else "/"
    return redirect(f"/sign-in?next={quote(target, safe='')}" if target != "/" else "/sign-in", 303)


def carried() -> list[tuple[str, str]]:
    """Return what was typed into a form, to be kept while its sender signs in again; other posts carry nothing."""
    kept = [(name, value) for name, value in request.form.items(multi=True) if name not in NOT_CARRIED]
    return kept if any(name.startswith("f.") for name, _ in kept) else []


def finish(response: Response) -> Response:
    """Put on every answer what it must carry."""
    response.headers.add("Vary", "Cookie")
    response.headers.add("Vary", "HX-Request")
    if response.status_code in RETRIED:
        response.headers.setdefault("Retry-After", RETRY_SECONDS)
    return security.keep_visit(security.secure_headers(response))
