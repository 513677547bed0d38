"""Quotes: which signs open and close a text or a name, and where what they enclose ends; it knows no grammar."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

CLOSING: Mapping[str, str] = MappingProxyType(
    {'"': '"', "'": "'", "“": "”“", "”": "”“", "‘": "’‘", "’": "’‘", "「": "」", "『": "』"}
)
"""The sign that opens a text → the signs that close it; in between, a backslash takes the next character along."""

NAME_QUOTE = "`"
"""What stands around a name with special characters (in its narrow form); it knows no backslash."""

_ENDS = {opening: re.compile(rf"(?:[^\\{signs}]|\\.)*+([{signs}])", re.DOTALL) for opening, signs in CLOSING.items()}
_STOPS = {sign: re.compile(rf"{re.escape(sign)}|[{NAME_QUOTE}{''.join(CLOSING)}]") for sign in ("}}", "%}")}


def sign_outside_quotes(narrow: str, position: int, sign: str) -> int | None:
    """Return where ``}}`` or ``%}`` stands next in a narrowed source, what is in quotes left out; None if nowhere."""
    stop = _STOPS[sign].search(narrow, position)
    while stop is not None and stop.group() != sign:
        after = _after_quoted(narrow, stop.start())
        stop = None if after is None else _STOPS[sign].search(narrow, after)
    return None if stop is None else stop.start()


def _after_quoted(narrow: str, start: int) -> int | None:
    """Return where goes on what begins with a quote; None if it is not closed."""
    if narrow[start] == NAME_QUOTE:
        return narrow.find(NAME_QUOTE, start + 1) + 1 or None
    closed = _ENDS[narrow[start]].match(narrow, start + 1)
    return None if closed is None else closed.end()
