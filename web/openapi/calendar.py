"""What the API says of the work calendar, as schemas."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from web.openapi.parts import NUMBER, TRUTH, WORD, closed, named
from web.openapi.shapes import Schema

DAY: Final[Schema] = {"type": "string", "format": "date"}
SAID: Final = closed(works=TRUTH, note=WORD)
HOURS: Final[Schema] = {
    "type": "array",
    "items": {"type": "array", "items": WORD, "minItems": 2, "maxItems": 2},
    "minItems": 1,
    "description": "Spans of a workday's working hours: from and until",
}
ONE: Final = closed(
    day=DAY,
    works={**TRUTH, "description": "Whether one works"},
    usually={**TRUTH, "description": "Whether one would work if nobody had said anything"},
    feast={"anyOf": [named("Text"), {"type": "null"}], "description": "For what it is off by law, or worked"},
    said={"anyOf": [SAID, {"type": "null"}], "description": "What an administrator said of it"},
)

SCHEMAS: Final[Mapping[str, Schema]] = {
    "CalendarYear": closed(
        zone=WORD,
        year=NUMBER,
        version=NUMBER,
        announced={**TRUTH, "description": "Whether the days off of the year are known"},
        hours=HOURS,
        days={"type": "array", "items": ONE, "description": "Days off by law, worked to make up, or said here"},
    ),
    "DaysSaid": {
        "type": "object",
        "properties": {
            "zone": WORD,
            "days": {"type": "object", "additionalProperties": {"type": ["boolean", "null"]}},
            "note": {"type": ["string", "null"]},
            "version": {"type": ["integer", "null"], "description": "Of the calendar that was seen: else a conflict"},
        },
        "required": ["zone", "days"],
        "additionalProperties": False,
    },
    "HoursSaid": {
        "type": "object",
        "properties": {
            "zone": WORD,
            "hours": {"anyOf": [HOURS, {"type": "null"}], "description": "null: the usual ones"},
            "version": {"type": ["integer", "null"], "description": "Of the calendar that was seen: else a conflict"},
        },
        "required": ["zone", "hours"],
        "additionalProperties": False,
    },
    "HoursKept": closed(changed={**TRUTH, "description": "Whether they change"}, hours=HOURS, version=NUMBER),
    "DaysKept": closed(changed={**NUMBER, "description": "How many days are another way now"}, version=NUMBER),
}
