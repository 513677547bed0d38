"""What the API says of imports, as schemas."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from web.openapi.parts import AT, ID, NUMBER, TRUTH, WORD, closed, listed, named
from web.openapi.shapes import Schema

_KEY: Final[Schema] = {"type": ["string", "null"]}
_MODE: Final[Schema] = {
    "enum": ["add", "change", "both"],
    "description": "Each row makes a record, changes the one of its key, or the others are made as well",
}
_BY: Final[Schema] = {
    "type": "array",
    "items": WORD,
    "description": "The fields by which a record is found, up to three, or `id`",
}
_CLEARS: Final[Schema] = {**TRUTH, "description": "A blank cell empties the value of a record that is there"}
_TRANSITION: Final[Schema] = {**_KEY, "description": "The transition by which new records go on"}
_ERRORS: Final[Schema] = {"type": "array", "items": named("Error")}
_CELLS: Final[Schema] = {"type": "array", "items": WORD}
_COUNTED: Final = ("rows", "left", "made", "changed", "unchanged", "refused")
_TRIED: Final = closed(
    line={**NUMBER, "description": "The row's number in the file; the first row is 1"},
    cells=_CELLS,
    outcome={"enum": ["make", "change", "same", "refuse", None]},
    errors=_ERRORS,
)
_ROWS: Final[Schema] = {"type": "array", "items": _TRIED}
_EARLIER: Final[Schema] = {
    "anyOf": [closed(at=AT, made=NUMBER, changed=NUMBER), {"type": "null"}],
    "description": "That the same file was imported into this form before",
}

SCHEMAS: Final[Mapping[str, Schema]] = {
    "ImportFile": {
        "type": "object",
        "properties": {"file": {"type": "string", "format": "binary"}},
        "required": ["file"],
        "additionalProperties": False,
    },
    "Import": closed(
        id=ID,
        app=WORD,
        form=WORD,
        name={**WORD, "description": "The name of the file"},
        kind={"enum": ["xlsx", "csv", "ndjson"]},
        state={"enum": ["reading", "ready", "running", "stopped", "done"]},
        at=AT,
        columns={"type": "array", "items": closed(name=WORD, field=_KEY)},
        mode=_MODE,
        by=_BY,
        clears=_CLEARS,
        transition=_TRANSITION,
        **dict.fromkeys(_COUNTED, NUMBER),
        silent={**TRUTH, "description": "It should be going on, and nobody has heard of it for some minutes"},
        errors={**_ERRORS, "description": "Why it has stopped"},
        earlier=_EARLIER,
    ),
    "Imports": listed(named("Import")),
    "ImportPlan": {
        "type": "object",
        "properties": {
            "columns": {
                "type": "object",
                "additionalProperties": _KEY,
                "description": "The fields of columns, by the columns' names; null leaves one out",
            },
            "mode": _MODE,
            "by": _BY,
            "clears": _CLEARS,
            "transition": _TRANSITION,
        },
        "additionalProperties": False,
    },
    "ImportPreview": closed(
        tried={**NUMBER, "description": "How many of the first rows were tried"},
        make=NUMBER,
        change=NUMBER,
        same=NUMBER,
        refuse=NUMBER,
        rows=_ROWS,
        refused=_ROWS,
        errors={**_ERRORS, "description": "What is wrong with what was said of the columns"},
    ),
    "RefusedRows": listed(closed(line=NUMBER, cells=_CELLS, errors=_ERRORS)),
}
