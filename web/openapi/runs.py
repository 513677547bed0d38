"""The schemas of runs of rules, and the parameters that narrow them; it knows no address."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from web.openapi.parts import AT, NUMBER, TRUTH, WORD, closed, named
from web.openapi.shapes import MOMENT, Schema

_MAYBE: Final[Schema] = {"type": ["string", "null"]}
_TEXT: Final[Schema] = named("Text")
_MAYBE_TEXT: Final[Schema] = {"anyOf": [_TEXT, {"type": "null"}]}
_RECORD: Final[Schema] = {
    **closed(app=WORD, form=WORD, id=_MAYBE, title=_MAYBE),
    "description": "The record; `id` and `title` are null where the asker may not see it",
}
_READ: Final[Schema] = {"type": "array", "items": closed(label=_TEXT, shown=_TEXT)}
_OUTCOMES: Final = ["acted", "idle", "failed", "undone"]
_ITEM: Final[Mapping[str, Schema]] = {
    "id": {"type": "string", "format": "uuid"},
    "rule": WORD,
    "revision": NUMBER,
    "record": _RECORD,
    "at": AT,
    "outcome": {"enum": _OUTCOMES},
    "actions": {"type": "array", "items": WORD},
    "error": _MAYBE_TEXT,
    "after_wait": TRUTH,
    "waits_until": MOMENT,
    "undone": {"anyOf": [closed(at=AT, by=_MAYBE, reason=WORD, left=NUMBER), {"type": "null"}]},
}
_EFFECT: Final[Schema] = closed(
    kind={"enum": ["field", "state", "held", "record", "posting", "task", "notify", "call", "wait"]},
    words=_TEXT,
    standing={"enum": ["back", "as_before", "stays"]},
    because=_MAYBE_TEXT,
    record=_RECORD,
    closed=TRUTH,
)

_REASONS: Final[Schema] = {"type": "array", "items": closed(code=WORD, message=_TEXT, count=NUMBER)}

SCHEMAS: Final[Mapping[str, Schema]] = {
    "Runs": closed(items={"type": "array", "items": closed(**_ITEM)}, next=_MAYBE),
    "Run": closed(
        **_ITEM,
        event=_TEXT,
        inputs=_READ,
        before=_READ,
        condition={"anyOf": [named("Part"), {"type": "null"}]},
        tables={"type": "array", "items": named("Heard")},
        effects={"anyOf": [{"type": "array", "items": _EFFECT}, {"type": "null"}]},
        can_be_undone=TRUTH,
        problems={"type": "array", "items": named("Error")},
        acts_again=TRUTH,
    ),
    "UndoAsked": {
        "type": "object",
        "properties": {
            "reason": {"type": "string", "minLength": 1, "maxLength": 500, "description": "Why it is undone"},
            "partly": {"type": "boolean", "default": False, "description": "Whether what cannot be put back may stay"},
        },
        "required": ["reason"],
        "additionalProperties": False,
        "examples": [{"reason": "The threshold was wrong", "partly": True}],
    },
    "UndoTogether": {
        "type": "object",
        "properties": {
            **dict.fromkeys(("form", "record", "first", "last", "revision"), WORD),
            "rule": {**WORD, "description": "The key of the rule; needed"},
            "reason": {"type": "string", "minLength": 1, "maxLength": 500, "description": "Why they are undone"},
            "partly": {"type": "boolean", "default": False, "description": "Whether what cannot be put back may stay"},
        },
        "required": ["rule", "reason"],
        "additionalProperties": False,
        "examples": [{"rule": "idle", "revision": "4", "reason": "The threshold was wrong"}],
    },
    "UndoForeseen": closed(
        runs={"type": "array", "items": {"type": "string", "format": "uuid"}},
        whole=NUMBER,
        partly=NUMBER,
        never=NUMBER,
        acts_again={**NUMBER, "description": "For so many the rule's condition still holds"},
        reasons=_REASONS,
        more={**TRUTH, "description": "Whether there are more behind these"},
    ),
    "UndoneTogether": closed(undone=NUMBER, partly=NUMBER, refused=NUMBER, reasons=_REASONS, more=TRUTH),
}


def _narrowing(name: str, schema: Schema, says: str) -> Schema:
    return {"name": name, "in": "query", "schema": schema, "description": says}


_DAY: Final[Schema] = {
    **WORD,
    "description": "A day, or a moment with `T` and a zone, of which the last is not included",
}
PARAMETERS: Final[Mapping[str, Schema]] = {
    "rule": _narrowing("rule", WORD, "The key of a rule"),
    "outcome": _narrowing("outcome", {"enum": _OUTCOMES}, "What came of the run"),
    "form": _narrowing("form", WORD, "The key of the record's form"),
    "record": _narrowing("record", WORD, "The id of a record"),
    "first": _narrowing("first", _DAY, "The first day, by the app's time zone"),
    "last": _narrowing("last", _DAY, "The last day"),
    "revision": _narrowing("revision", WORD, "The number of the revision under which they ran"),
}
