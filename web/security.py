"""What every answer and every state-changing request must carry: headers, cookies, CSRF tokens and local redirects."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from typing import Final
from urllib.parse import urlsplit

from flask import Response, g, request

SESSION_COOKIE: Final = "youju_session"
VISIT_COOKIE: Final = "youju_visit"
LANGUAGE_COOKIE: Final = "youju_language"
CSRF_FIELD: Final = "_csrf"
CSRF_HEADER: Final = "X-CSRF-Token"
SESSION_SECONDS: Final = 14 * 24 * 3600
YEAR_SECONDS: Final = 365 * 24 * 3600
UNSAFE_METHODS: Final = frozenset({"POST", "PUT", "PATCH", "DELETE"})

_POLICY: Final = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "media-src 'self' blob:",
        "connect-src 'self'",
        "font-src 'self'",
        "manifest-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
_FRAMING: Final = f"{_POLICY}; frame-src 'self'"
_FRAMED: Final = _POLICY.replace("frame-ancestors 'none'", "frame-ancestors 'self'")
FRAMING: Final = "studio"
"""How the pages begin that show a page of ours within them, and those from which one goes there."""
FRAMED: Final = "studio_preview"
"""The page that is shown so; it changes nothing."""
_HEADERS: Final = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), geolocation=(self), microphone=(self), payment=(), usb=()",
}


_READER_POLICY: Final = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'"
_READER: Final = "decoder.js"
"""The one script that may run WebAssembly: it reads codes in a worker, away from every page."""


def secure_headers(response: Response) -> Response:
    """Put the security headers on an answer; pages are never kept by shared caches."""
    if request.endpoint == "static" and (request.view_args or {}).get("filename") == _READER:
        response.headers["Content-Security-Policy"] = _READER_POLICY
    if (request.blueprint or "").startswith(FRAMING):
        response.headers["Content-Security-Policy"] = _FRAMING
    if request.blueprint == FRAMED:
        response.headers["Content-Security-Policy"] = _FRAMED
        response.headers["X-Frame-Options"] = "SAMEORIGIN"
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers.setdefault("Cache-Control", "private, no-cache")
    response.headers["X-Request-Id"] = g.get("request_id", "")
    return response


def set_cookie(response: Response, name: str, value: str, *, max_age: int | None) -> None:
    """Set a cookie that scripts cannot read and other sites cannot send."""
    response.set_cookie(name, value, max_age=max_age, secure=request.is_secure, httponly=True, samesite="Lax", path="/")


def begin_session(response: Response, session: str) -> None:
    """Hand the browser its new session; what was bound to the visit before it holds no more."""
    set_cookie(response, SESSION_COOKIE, session, max_age=SESSION_SECONDS)
    drop_cookie(response, VISIT_COOKIE)


def drop_cookie(response: Response, name: str) -> None:
    """Remove a cookie of ours."""
    response.delete_cookie(name, secure=request.is_secure, httponly=True, samesite="Lax", path="/")


def visit() -> str:
    """Return what the CSRF token of this visitor is bound to: the session, or before signing in a random visit."""
    session = g.get("new_session") or request.cookies.get(SESSION_COOKIE)
    if session:
        return str(session)
    if "visit" not in g:
        g.visit = request.cookies.get(VISIT_COOKIE) or secrets.token_urlsafe(24)
    return str(g.visit)


def keep_visit(response: Response) -> Response:
    """Remember the visit of somebody who is not signed in, so that the sign-in form proves that it is ours."""
    if "visit" in g and request.cookies.get(VISIT_COOKIE) != g.visit:
        set_cookie(response, VISIT_COOKIE, g.visit, max_age=None)
    return response


def csrf_token(secret: bytes) -> str:
    """Return a CSRF token of this visitor, another text in every answer: packed pages must not betray it."""
    if "csrf" not in g:
        cover = secrets.token_bytes(hashlib.sha256().digest_size)
        g.csrf = (cover + _covered(cover, _proof(secret))).hex()
    return str(g.csrf)


def csrf_holds(secret: bytes) -> bool:
    """Tell whether the request carries a CSRF token of this visitor, as a header or as a form field."""
    sent = request.headers.get(CSRF_HEADER) or request.form.get(CSRF_FIELD, "")
    try:
        read = bytes.fromhex(sent)
    except ValueError:
        return False
    half = hashlib.sha256().digest_size
    return len(read) == 2 * half and hmac.compare_digest(_covered(read[:half], read[half:]), _proof(secret))


def _proof(secret: bytes) -> bytes:
    return hmac.digest(secret, f"csrf:{visit()}".encode("utf-8", "replace"), "sha256")


def _covered(cover: bytes, text: bytes) -> bytes:
    return bytes(one ^ other for one, other in zip(cover, text, strict=True))


def from_own_page() -> bool:
    """Tell whether the browser vouches that one of our own pages sent this request."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    origin = request.headers.get("Origin")
    return origin is not None and urlsplit(origin).netloc == request.host


def local_path(target: str | None, otherwise: str = "/") -> str:
    """Return ``target`` if it is a path on this site, else ``otherwise``: nobody is ever sent elsewhere."""
    if not target or not target.startswith("/") or target.startswith("//"):
        return otherwise
    if "\\" in target or not target.isprintable() or " " in target:
        return otherwise
    return target
