"""Answers are sent small: texts are packed where the browser unpacks them; streams and pictures go as they are."""

from __future__ import annotations

import gzip
from functools import lru_cache
from typing import Final

from flask import Response, request

WORTH_BYTES: Final = 1_024
PACKED_ONCE: Final = 256
"""So many static files are kept packed."""

LEVEL: Final = 6
TEXTS: Final = frozenset(
    {
        "text/html",
        "text/css",
        "text/javascript",
        "text/plain",
        "application/javascript",
        "application/json",
        "application/manifest+json",
        "application/wasm",
        "image/svg+xml",
    }
)


def squeeze(response: Response) -> Response:
    """Pack an answer's text.

    What pages hold of secrets cannot be guessed from how well they pack: cookies go with requests from our own pages
    alone (SameSite), and the CSRF token is another text in every answer.
    """
    if response.mimetype not in TEXTS or response.status_code != 200 or "Content-Encoding" in response.headers:  # noqa: PLR2004
        return response
    response.headers.add("Vary", "Accept-Encoding")
    if request.accept_encodings.best_match(("gzip",)) is None or request.method == "HEAD":
        return response
    is_file = request.endpoint == "static"
    if response.is_streamed and not is_file:
        return response
    response.direct_passthrough = False
    body = response.get_data()
    if len(body) >= WORTH_BYTES:
        response.set_data(_packed_once(body) if is_file else _packed(body))
        response.headers["Content-Encoding"] = "gzip"
        if is_file:
            response.headers.pop("ETag", None)  # it named the file as it is; that of a record names its version
    return response


@lru_cache(maxsize=PACKED_ONCE)
def _packed_once(body: bytes) -> bytes:
    return gzip.compress(body, 9, mtime=0)


def _packed(body: bytes) -> bytes:
    return gzip.compress(body, LEVEL, mtime=0)
