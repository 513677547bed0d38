"""The schemas of back-tests, with an example of each; it knows no address."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from web.openapi.parts import AT, NUMBER, WORD, closed, named
from web.openapi.shapes import Schema

_DAY: Final[Schema] = {"type": "string", "format": "date"}
_MAYBE_AT: Final[Schema] = {**AT, "type": ["string", "null"]}
_MONEY: Final[Schema] = {"type": ["string", "null"], "description": "What the first field of money comes to"}
_SUM: Final[Schema] = closed(count=NUMBER, money=_MONEY)
_DIFFERING: Final[Schema] = closed(
    id={"type": "string", "format": "uuid"},
    title=WORD,
    kind={"enum": ["later", "earlier", "gone", "added"]},
    old_at=_MAYBE_AT,
    new_at=_MAYBE_AT,
    money=_MONEY,
    because={"type": "array", "items": named("Text")},
)

SCHEMAS: Final[Mapping[str, Schema]] = {
    "BackTestAsked": {
        "type": "object",
        "properties": {
            "first": {**_DAY, "description": "The first day that is looked at"},
            "last": {**_DAY, "description": "The last day that is looked at"},
            "parameters": {"type": "object", "description": "Other values of parameters, by their keys"},
            "draft": {"type": "boolean", "default": False, "description": "Whether the rule is that of the draft"},
        },
        "required": ["first", "last"],
        "additionalProperties": False,
        "examples": [{"first": "2026-07-01", "last": "2026-09-30", "parameters": {"idle.days": "20"}}],
    },
    "BackTest": closed(
        rule=WORD,
        form=WORD,
        first=_DAY,
        last=_DAY,
        looks=NUMBER,
        every={**NUMBER, "description": "Every how many days was looked; 0 for at each change"},
        money={"type": ["string", "null"], "description": "The field of money that is summed"},
        old=_SUM,
        new=_SUM,
        totals={"type": "object", "additionalProperties": _SUM, "description": "By how a record fares"},
        differing={"type": "array", "items": _DIFFERING},
        unseen={**NUMBER, "description": "Records left out that the asker may not see"},
    ),
}
