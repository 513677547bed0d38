"""What the API says of records by state and of moving them, as schemas."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from web.openapi.parts import AT, NUMBER, TRUTH, WORD, closed, named
from web.openapi.shapes import Schema

_ID: Final[Schema] = {"type": "string", "format": "uuid"}
_TEXT: Final[Schema] = named("Text")
_STATE: Final = closed(key=WORD, labels=_TEXT, retired=TRUTH, records=NUMBER)
_PAIRS: Final[Schema] = {"type": "array", "items": closed(**{"from": _TEXT, "to": _TEXT})}
_MOVE: Final = closed(
    id=_ID,
    form=WORD,
    moves=_PAIRS,
    reason=WORD,
    by={"type": ["string", "null"], "description": "Null where it was done on the command line"},
    at=AT,
    moved=NUMBER,
    is_back=TRUTH,
)
_PASSED: Final = closed(
    id=_ID,
    errors={
        "type": "array",
        "items": named("Error"),
        "description": "Why it could not be moved; none where it had gone on meanwhile",
    },
)

SCHEMAS: Final[Mapping[str, Schema]] = {
    "RecordsByState": closed(
        forms={"type": "object", "additionalProperties": {"type": "array", "items": _STATE}},
        moves={"type": "array", "items": _MOVE, "description": "The latest moves, the newest first"},
    ),
    "MoveAsked": {
        "type": "object",
        "properties": {
            "form": WORD,
            "moves": {"type": "object", "additionalProperties": WORD, "minProperties": 1},
            "reason": WORD,
        },
        "required": ["form", "moves", "reason"],
        "additionalProperties": False,
    },
    "MoveBackAsked": {
        "type": "object",
        "properties": {"reason": WORD},
        "required": ["reason"],
        "additionalProperties": False,
    },
    "Moved": closed(
        id=_ID,
        moved=NUMBER,
        passed={**NUMBER, "description": "How many stayed where they are"},
        first_passed={"type": "array", "items": _PASSED},
        left={**NUMBER, "description": "How many are still to be moved back: sent again, they are"},
    ),
}
