"""The one file of a request; it knows nothing of what is in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flask import request

from engine.kernel.problems import EngineError
from web.problems import NO_FILE, ONE_FILE

if TYPE_CHECKING:
    from werkzeug.datastructures import FileStorage

PART: Final = "file"


def sent_file() -> FileStorage:
    """Return the one file of the request; EngineError where there is none, or more than that."""
    parts = list(request.files.items(multi=True))
    if [name for name, _ in parts] == [PART]:
        return parts[0][1]
    if PART not in request.files:
        raise EngineError(NO_FILE.at(PART))
    raise EngineError(ONE_FILE.at(PART))
