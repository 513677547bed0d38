"""What all descriptions share: problems, headers, parameters of lists, and how to sign in; it knows no app."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from engine.kernel.canonical import Json
from web.openapi.shapes import MOMENT, PERSON, Schema
from web.payloads import LONGEST_KEY, MOST_PER_PAGE, USUAL_PER_PAGE
from web.security import CSRF_HEADER, SESSION_COOKIE
from web.texts import LANGUAGES

ID: Final[Schema] = {"type": "string", "format": "uuid"}
AT: Final[Schema] = {"type": "string", "format": "date-time"}
WORD: Final[Schema] = {"type": "string"}
NUMBER: Final[Schema] = {"type": "integer", "minimum": 0}
TRUTH: Final[Schema] = {"type": "boolean"}
ANY: Final[Schema] = {}


def closed(**properties: Schema) -> Schema:
    """Return the schema of an object with exactly these properties."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def listed(item: Schema) -> Schema:
    """Return the schema of ``{"items": […]}``."""
    return closed(items={"type": "array", "items": item})


def named(name: str) -> Schema:
    """Return the reference to a schema."""
    return {"$ref": f"#/components/schemas/{name}"}


TEXT: Final = closed(zh=WORD, en=WORD)
ERROR: Final[Schema] = {
    "type": "object",
    "properties": {
        "code": {"type": "string", "pattern": "^[A-Z]{2,10}-[0-9]{3}$"},
        "path": {"type": "string", "description": "The place in what was sent"},
        "message": named("Text"),
        "hint": named("Text"),
        "start": NUMBER,
        "end": {"type": ["integer", "null"]},
    },
    "required": ["code", "path", "message", "hint"],
    "additionalProperties": False,
}
HELD: Final[Schema] = {
    "type": ["object", "null"],
    "description": "Why a record is on hold, since when, and who can let it go; null where it is not",
    "properties": {"reason": named("Text"), "since": AT, "releasers": {"type": "array", "items": ID}},
    "required": ["reason", "since", "releasers"],
    "additionalProperties": False,
}
PARAMETER: Final = closed(
    key=WORD, labels=named("Text"), value=ANY, default=ANY, version=NUMBER, changed_at=MOMENT, changed_by=PERSON
)
ABOUT: Final = closed(app=WORD, form=WORD, id=ID, title=WORD)
ME: Final = closed(
    id=ID,
    name=WORD,
    display_name=WORD,
    language={"enum": list(LANGUAGES)},
    roles={"type": "array", "items": closed(app=WORD, role=WORD)},
)
MESSAGE: Final = closed(id=ID, text=named("Text"), record={"anyOf": [ABOUT, {"type": "null"}]}, at=AT, read=TRUTH)
SEVERITY: Final[Schema] = {"enum": ["info", "warning", "critical", None]}
RULE: Final = closed(
    key=WORD,
    labels=named("Text"),
    enabled=TRUTH,
    holds={"type": ["boolean", "null"]},
    severity=SEVERITY,
    fired_at=MOMENT,
)
DAY: Final[Schema] = {"type": ["string", "null"], "format": "date"}
TABLE_ROW: Final[Schema] = {
    **closed(
        row=WORD,
        number={"type": ["integer", "null"]},
        policy={"anyOf": [named("Text"), {"type": "null"}]},
        valid_from=DAY,
        valid_to=DAY,
    ),
    "description": "A row of a decision table that decides: its key or uid, its number now, its policy and period",
}
HEARD: Final = closed(table=WORD, output=WORD, labels=named("Text"), rows={"type": "array", "items": named("TableRow")})
PART: Final[Schema] = {
    **closed(
        words=named("Text"),
        joins={"enum": ["all", "any", "not", "value"]},
        holds={"type": ["boolean", "null"]},
        shown=named("Text"),
        closed=TRUTH,
        parts={"type": "array", "items": named("Part")},
        source={"anyOf": [named("TableRow"), {"type": "null"}]},
    ),
    "description": "A part of a condition in words; `closed` where the asker may not see what it reads",
}
EXPLANATION: Final = closed(
    rule=named("Rule"),
    because={"type": "array", "items": named("Text")},
    kept_by={"type": "array", "items": closed(kind={"enum": ["validity", "once"]}, words=named("Text"))},
    condition={"anyOf": [named("Part"), {"type": "null"}]},
    runs={
        "type": "array",
        "items": closed(
            at=AT,
            fired=TRUTH,
            actions={"type": "array", "items": WORD},
            error={"anyOf": [named("Text"), {"type": "null"}]},
            tables={"type": "array", "items": named("Heard")},
            severity=SEVERITY,
        ),
    },
    at=AT,
    next_at=MOMENT,
)
TASK: Final = closed(
    id=ID,
    key=WORD,
    title=named("Text"),
    record=ABOUT,
    opened_at=AT,
    due=MOMENT,
    priority={"enum": ["urgent", "high", "normal", "low"]},
    actions={"type": "array", "items": WORD},
)
BINNED: Final = closed(
    items={
        "type": "array",
        "items": closed(id=ID, version=NUMBER, title=WORD, deleted_at=AT, deleted_by=PERSON),
        "description": "Deleted records, the last one first",
    },
    next={"type": ["string", "null"]},
)
CHANGE: Final = closed(key=WORD, before=ANY, after=ANY)
ENTRY: Final = closed(
    id=ID,
    at=AT,
    version=NUMBER,
    action=WORD,
    by=PERSON,
    rule={"type": ["string", "null"]},
    changes={"type": "array", "items": CHANGE},
)
APP: Final = closed(
    key=WORD,
    labels=named("Text"),
    revision=NUMBER,
    forms={"type": "array", "items": closed(key=WORD, labels=named("Text"), may_create=TRUTH)},
)

CHOICE: Final = closed(
    labels=named("Text"), group={"anyOf": [named("Text"), {"type": "null"}]}, fields={"type": "object"}
)
ACTION: Final = closed(
    app=WORD,
    key=WORD,
    labels=named("Text"),
    help={"anyOf": [named("Text"), {"type": "null"}]},
    form=WORD,
    ask={"type": "array", "items": WORD},
    choices={"type": "array", "items": CHOICE},
)
TAKING: Final[Schema] = {
    "type": "object",
    "properties": {"record": {"type": ["string", "null"]}, "fields": {"type": "object"}},
    "additionalProperties": False,
}
TAKEN: Final[Schema] = {
    "type": "object",
    "description": "The record that was made, or found; its fields are those of the action's form",
    "properties": {
        "id": ID,
        "version": NUMBER,
        "state": {"type": ["string", "null"]},
        "held": named("Held"),
        "fields": {"type": "object"},
        "answer": named("Text"),
    },
    "required": ["id", "version", "state", "held", "fields"],
    "additionalProperties": False,
}
DUTY: Final = closed(
    labels=named("Text"),
    each={"enum": ["day", "week", "month"]},
    done={**NUMBER, "description": "How many are recorded"},
    count={**NUMBER, "description": "How many are asked for"},
    until={**AT, "description": "The moment with which the last day of the period begins"},
    app=WORD,
    form={**WORD, "description": "The form of what is recorded"},
    through={"type": ["string", "null"], "description": "The field that points at this record; null: may not be made"},
)
BOARD_ROW: Final = closed(
    values={"type": "object"},
    light={"enum": ["red", "yellow", "green", None]},
    drill={
        **closed(form=WORD, filter={"type": ["string", "null"]}, id=PERSON),
        "description": "What opens the records behind a row: a filter of the form's list, or one record",
    },
)
WIDGET: Final = closed(
    key=WORD,
    kind={"enum": ["number", "table", "bar", "line", "pie", "funnel", "list"]},
    labels=named("Text"),
    columns={"type": "array", "items": closed(key=WORD, labels=named("Text"))},
    rows={"type": "array", "items": BOARD_ROW},
)

SCHEMAS: Final[Mapping[str, Schema]] = {
    "Text": TEXT,
    "Problem": closed(
        code=WORD, status={"type": "integer"}, errors={"type": "array", "items": named("Error"), "minItems": 1}
    ),
    "Error": ERROR,
    "Held": HELD,
    "Duty": DUTY,
    "Apps": listed(APP),
    "Definition": closed(key=WORD, revision=NUMBER, digest=WORD, documents={"type": "object"}),
    "Export": {
        "type": "object",
        "description": "The file that `youju app import` takes",
        "required": ["format", "kind", "app", "version", "digest", "documents"],
    },
    "Me": ME,
    "Notifications": listed(MESSAGE),
    "Inbox": listed(TASK),
    "Acted": closed(id=ID, action=WORD),
    "Actions": listed(ACTION),
    "Taking": TAKING,
    "Taken": TAKEN,
    "Boards": listed(closed(key=WORD, labels=named("Text"), mine=TRUTH)),
    "Board": closed(key=WORD, labels=named("Text"), at=AT, widgets={"type": "array", "items": WIDGET}),
    "Snapshots": listed(closed(period=WORD, taken_at=AT, rows={"type": "array", "items": {"type": "object"}})),
    "Parameter": PARAMETER,
    "Parameters": listed(PARAMETER),
    "History": listed(ENTRY),
    "Binned": BINNED,
    "Documents": listed(closed(key=WORD, labels=named("Text"), type=WORD)),
    "Rule": RULE,
    "TableRow": TABLE_ROW,
    "Heard": HEARD,
    "Rules": listed(named("Rule")),
    "Part": PART,
    "Explanation": EXPLANATION,
    "Standing": closed(visible=TRUTH, required=TRUTH, read_only=TRUTH),
    "Count": closed(value=NUMBER, exact=TRUTH),
    "OpenApi": {"type": "object", "required": ["openapi", "info", "paths"]},
    "Doing": {
        "type": "object",
        "properties": {"fields": {"type": "object"}, "comment": {"type": ["string", "null"]}},
        "additionalProperties": False,
    },
}


def _query(name: str, schema: Schema, says: str) -> Schema:
    return {"name": name, "in": "query", "schema": schema, "description": says}


PARAMETERS: Final[Mapping[str, Schema]] = {
    "filter": _query("filter", WORD, 'An expression of the rule language: `state = "open" and amount > 5`'),
    "sort": _query("sort", WORD, "The key of a field; a minus before it sorts descending"),
    "limit": _query(
        "limit",
        {"type": "integer", "minimum": 1, "maximum": MOST_PER_PAGE, "default": USUAL_PER_PAGE},
        "How many records a page has",
    ),
    "after": _query("after", WORD, "`next` of the page before"),
    "fields": _query("fields", WORD, "Keys of fields with commas between them; all that are usual where it is absent"),
    "of": _query("of", {"enum": ["started", "decided"], "default": "started"}, "What was applied for, or decided"),
    "zone": _query("zone", WORD, "A time zone of an app; that of the first one where none is named"),
    "year": _query("year", {"type": "string", "pattern": "^[0-9]{4}$"}, "The year; this one where none is named"),
    "user": _query("user", ID, "Whose they are; the asker's own where nobody is named"),
    "since": _query("since", NUMBER, "The number of the revision to compare with; 0 is nothing at all"),
    "IdempotencyKey": {
        "name": "Idempotency-Key",
        "in": "header",
        "schema": {"type": "string", "pattern": f"^[!-~]{{1,{LONGEST_KEY}}}$"},
        "description": "The same request with the same key is done once; kept for 30 days",
    },
    "IfMatch": {
        "name": "If-Match",
        "in": "header",
        "schema": {"type": "string", "pattern": '^"?[0-9]{1,18}"?$'},
        "description": "The version that was seen; another one by now is a conflict",
    },
}
PARAMETERS_NEEDED: Final[Mapping[str, Schema]] = {"IfMatchNeeded": {**PARAMETERS["IfMatch"], "required": True}}

REFUSALS: Final[Mapping[int, tuple[str, str]]] = {
    400: ("Malformed", "The body is no JSON"),
    401: ("Unsigned", "Nobody is signed in, or the token is not valid"),
    403: ("Unproven", "The session's CSRF token is missing"),
    404: ("Absent", "Absent, or not yours to see: both look alike"),
    409: ("Conflict", "Somebody was faster, or the key was used for something else"),
    413: ("TooLarge", "The body is too large"),
    415: ("OtherMediaType", "The body is no application/json"),
    422: ("Refused", "Refused, with every problem at once"),
    428: ("VersionNeeded", "If-Match is missing"),
    429: ("TooMany", "Too many at once: try again later"),
    503: ("Unavailable", "Busy or not available: try again later"),
}


def refusals() -> dict[str, Json]:
    """Return the answers that refuse, by their names."""
    content = {"application/problem+json": {"schema": named("Problem")}}
    return {name: {"description": says, "content": content} for name, says in REFUSALS.values()}


HEADERS: Final[Mapping[str, Schema]] = {
    "ETag": {"schema": WORD, "description": "The version, for If-Match"},
    "Location": {"schema": WORD, "description": "The address of what was made"},
}
SECURITY: Final[Mapping[str, Schema]] = {
    "bearer": {"type": "http", "scheme": "bearer", "description": "A token: `youju user token NAME`"},
    "session": {"type": "apiKey", "in": "cookie", "name": SESSION_COOKIE},
    "csrf": {"type": "apiKey", "in": "header", "name": CSRF_HEADER},
}
