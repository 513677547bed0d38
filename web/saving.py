"""Files that are made for whoever asks: handed out to be saved, never run, kept by nobody on the way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from flask import Response

if TYPE_CHECKING:
    from engine.runtime.exports.exports import Made
    from engine.runtime.printouts import MadeDocument

POLICY: Final = "default-src 'none'; sandbox"


def saved(found: MadeDocument) -> Response:
    """Answer with a file to be saved: its own type, never guessed at."""
    return _to_be_saved(Response(found.content, content_type=found.media), found.name)


def streamed(made: Made) -> Response:
    """Answer with a file to be saved as it is being made; the server closes what makes it, however that ends."""
    return _to_be_saved(Response(made.pieces, content_type=made.media), made.name)


def _to_be_saved(response: Response, name: str) -> Response:
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name, safe='')}"
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["Cache-Control"] = "private, no-store"
    return response
