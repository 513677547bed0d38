"""What the API says of approvals and of who is away, as schemas."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from web.openapi.parts import ABOUT, AT, ID, NUMBER, WORD, closed, listed, named
from web.openapi.shapes import MOMENT, PERSON, Schema

WHOLE: Final[Schema] = {"type": ["integer", "null"]}
SEAT: Final = closed(
    person=ID,
    name=WORD,
    state={"enum": ["waiting", "asked", "agreed", "refused", "spared"]},
    by=WORD,
    score=WHOLE,
    deputy={**WORD, "description": "Who acts for who is asked and away; empty where nobody does"},
    until=MOMENT,
)
ENDS: Final = ("approved", "rejected", "returned", "withdrawn", "apart", "overtaken")
STEP: Final = closed(
    key=WORD,
    labels=named("Text"),
    state={"enum": ["done", "now", "ahead", *ENDS[1:]]},
    need={"enum": ["any", "all", "each", "sequence", "percent"]},
    percent=NUMBER,
    seats={"type": "array", "items": SEAT, "description": "Who is asked at the step that it is at"},
)
ACT: Final = closed(
    id=ID,
    act=WORD,
    at=AT,
    by=PERSON,
    by_name=WORD,
    step={"type": ["string", "null"]},
    person=PERSON,
    instead_of={**WORD, "description": "In whose seat it was done, where it is not their own"},
    to={"anyOf": [named("Text"), {"type": "null"}]},
    score=WHOLE,
    comment={"type": ["string", "null"]},
)
DOES: Final = ("approve", "reject", "return", "transfer", "add_before", "add_after", "withdraw", "urge", "comment")
MAY: Final = closed(
    acts={"type": "array", "items": {"enum": list(DOES)}},
    fields={"type": "array", "items": WORD, "description": "What whoever approves fills"},
    score={"anyOf": [closed(least={"type": "integer"}, most={"type": "integer"}), {"type": "null"}]},
    back_to={"type": "array", "items": closed(step={"type": ["string", "null"]}, labels=named("Text"))},
    version=NUMBER,
    instead_of=WORD,
    until=MOMENT,
)
APPROVAL: Final = closed(
    id=ID,
    key=WORD,
    labels=named("Text"),
    record={**ABOUT, "description": "The record; its title is empty where the asker may not read it"},
    starter=WORD,
    started_at=AT,
    ended_at=MOMENT,
    outcome={"enum": [*ENDS, None]},
    steps={"type": "array", "items": STEP},
    acts={"type": "array", "items": ACT},
    may={"anyOf": [MAY, {"type": "null"}], "description": "What the asker can do now; null where nothing"},
    beside={
        "type": "array",
        "items": closed(id=ID, labels=named("Text"), outcome={"enum": [*ENDS, None]}),
        "description": "Those that began with it: the record goes on when all of them are approved",
    },
)
SIGNING: Final[Schema] = {
    "type": "object",
    "properties": {
        "comment": {"type": ["string", "null"], "description": "Needed to reject, to return and to comment"},
        "to": {"type": ["string", "null"], "description": "A person, or the step that it goes back to"},
        "fields": {"type": ["object", "null"], "description": "What the step has filled by whoever approves"},
        "score": {**WHOLE, "description": "What the step has given by whoever approves"},
        "version": {**WHOLE, "description": "The version of the record that was seen; another one is a conflict"},
    },
    "additionalProperties": False,
}
ABSENCE: Final = closed(
    id=ID,
    begins_at=AT,
    ends_at={**AT, "description": "When they are back"},
    deputy=PERSON,
    deputy_name=WORD,
    note=WORD,
)
AWAY: Final[Schema] = {
    "type": "object",
    "properties": {
        "begins_at": AT,
        "ends_at": AT,
        "deputy": {"type": ["string", "null"]},
        "note": {"type": ["string", "null"]},
        "user": {"type": ["string", "null"], "description": "Who is away; the asker where nobody is named"},
    },
    "required": ["begins_at", "ends_at"],
    "additionalProperties": False,
}

SCHEMAS: Final[Mapping[str, Schema]] = {
    "Approval": APPROVAL,
    "Approvals": closed(
        items={"type": "array", "items": named("Approval")},
        next={"type": ["string", "null"], "description": "What the following page comes after"},
    ),
    "ApprovalsOfRecord": listed(named("Approval")),
    "Signing": SIGNING,
    "Absences": listed(ABSENCE),
    "Away": AWAY,
    "AwayKept": closed(id=ID),
}
