"""The answer at the top of the page after a change: which record it is of, told to whoever made the change."""

from __future__ import annotations

from typing import Final

from flask import request

from engine.kernel.problems import EngineError, Nature, Text
from web.doors import instance, signed_in

AFTER: Final = frozenset({"created", "moved", "acted"})
"""What a page was opened after, if there may be an answer to it."""

_PARTS: Final = 3


def of(app: str, form: str, record_id: str) -> str:
    """Return how an address names the record whose answer its page tells."""
    return f"{app}.{form}.{record_id}"


def answered() -> Text | None:
    """Return the answer to the change after which this page was opened, if its form has one."""
    asking = signed_in()
    if asking is None or request.method != "GET" or request.args.get("done") not in AFTER:
        return None
    about = request.view_args or {}
    parts = tuple(request.args.get("of", "").split("."))
    if len(parts) != _PARTS:
        parts = tuple(str(about[key]) for key in ("app", "form", "record_id") if key in about)
    if len(parts) != _PARTS:
        return None
    try:
        return instance().records.answer(asking, *parts)
    except EngineError as error:
        if error.nature is not Nature.ABSENT:
            raise
        return None
