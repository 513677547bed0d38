"""The answer at the top of the page after a change: which record it is of, told to whoever made the change."""

from __future__ import annotations

from typing import Final

from flask import request

from engine.kernel.problems import EngineError, Nature, Text
from web.doors import instance, signed_in, viewer

AFTER: Final = frozenset({"created", "moved", "acted"})
"""What a page was opened after, if there may be an answer to it."""

_PARTS: Final = 3


def of(app: str, form: str, record_id: str) -> str:
    """Return how an address names the record whose answer its page tells."""
    return f"{app}.{form}.{record_id}"


def following(app: str, form: str, record_id: str) -> str | None:
    """Return how the address of the next page names a record that was just changed, if there is an answer to tell."""
    return of(app, form, record_id) if _answer(app, form, record_id) is not None else None


def answered() -> Text | None:
    """Return the answer to the change after which this page was opened, if its form has one."""
    if signed_in() is None or request.method != "GET" or request.args.get("done") not in AFTER:
        return None
    about = request.view_args or {}
    parts = tuple(request.args.get("of", "").split("."))
    if len(parts) != _PARTS:
        parts = tuple(str(about[key]) for key in ("app", "form", "record_id") if key in about)
    if len(parts) != _PARTS:
        return None
    app, _, action = request.args.get("by", "").partition(".")
    return (_answer_of(app, action, parts[2]) if action else None) or _answer(*parts)


def _answer_of(app: str, action: str, record_id: str) -> Text | None:
    """Return the own answer of a quick action that was just done with a record; an address may name anything."""
    try:
        return instance().services.quick_actions.answer(viewer(), app, action, record_id)
    except EngineError:
        return None


def _answer(app: str, form: str, record_id: str) -> Text | None:
    try:
        return instance().records.answer(viewer(), app, form, record_id)
    except EngineError as error:
        if error.nature is not Nature.ABSENT:
            raise
        return None
