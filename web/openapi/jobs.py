"""The schemas of dead letters, the answers about them; it knows no app."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from web.openapi.parts import AT, ID, NUMBER, WORD, closed, listed, named
from web.openapi.shapes import Schema

ABOUT: Final[Schema] = {"type": "object", "additionalProperties": WORD}
"""App, form, record, rule, connector and operation that a message names."""

SCHEMAS: Final[Mapping[str, Schema]] = {
    "DeadLetter": {
        **closed(id=ID, kind=WORD, attempts=NUMBER, error=WORD, due_at=AT, since=AT, about=ABOUT),
        "description": "A message that was given up; `due_at` is business time, `since` real time",
    },
    "DeadLetters": listed(named("DeadLetter")),
    "Replayed": closed(id=ID),
    "Attention": closed(
        limit=NUMBER, counted=NUMBER, urgent=NUMBER, waiting={"type": "array", "items": named("Waits")}
    ),
    "Waits": {
        **closed(text=named("Text"), app=WORD, form=WORD, record=WORD),
        "description": "What waits for the morning; `form` is blank where it is a board, whose key `record` is",
    },
}
