"""The schemas of designs: revisions, drafts, what publishing comes to, with an example of each; it knows no address."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from engine.kernel.canonical import Json
from web.openapi.parts import AT, NUMBER, TRUTH, WORD, closed, listed, named
from web.openapi.shapes import Schema

_NAME: Final[Schema] = {"type": ["string", "null"]}
_REVISION: Final[Schema] = {"type": "integer", "minimum": 1}
_MAYBE: Final[Schema] = {"type": ["integer", "null"], "minimum": 1}
_DOCUMENT: Final[Schema] = {"type": "object", "description": "A document, as the reference of documents describes it"}
_DOCUMENTS: Final[Schema] = {
    "type": "object",
    "description": "Documents by their paths: app.json, forms/book.json …",
    "additionalProperties": _DOCUMENT,
    "minProperties": 1,
}
_NEEDS: Final[Schema] = {"type": "object", "additionalProperties": WORD}
_PROBLEMS: Final[Schema] = {"type": "array", "items": named("Error")}

_FORM: Final[Json] = {
    "kind": "form",
    "key": "book",
    "uid": "f-book",
    "labels": {"zh": "图书", "en": "Book"},
    "fields": [],
}


def _shown(schema: Schema, example: Json) -> Schema:
    return {**schema, "examples": [example]}


_DESIGN: Final[Schema] = {
    "type": "object",
    "description": "A whole design: the file that exporting the app gives, or its documents alone",
    "properties": {
        "format": {"const": 1},
        "kind": {"const": "app_export"},
        "app": WORD,
        "version": _NAME,
        "needs": _NEEDS,
        "digest": WORD,
        "documents": _DOCUMENTS,
    },
    "required": ["documents"],
    "additionalProperties": False,
}
_CHANGE: Final[Schema] = {
    "type": "object",
    "description": "Documents to put in place by their paths; null takes one away",
    "properties": {
        "documents": {
            "type": "object",
            "additionalProperties": {**_DOCUMENT, "type": ["object", "null"]},
            "minProperties": 1,
        }
    },
    "required": ["documents"],
    "additionalProperties": False,
}
_SAID: Final = closed(
    kind={"enum": ["added", "removed", "changed", "moved"]}, where=named("Text"), what=named("Text"), path=WORD
)
_TOUCHED: Final = closed(what=named("Text"), path=WORD, records=NUMBER, exact=TRUTH)
_LOOK: Final = closed(
    version=_REVISION,
    base=_REVISION,
    behind=_MAYBE,
    publishable=TRUTH,
    problems=_PROBLEMS,
    advice=_PROBLEMS,
    changes={"type": "array", "items": named("Difference")},
    touched={"type": "array", "items": _TOUCHED},
)
_FAR: Final[Schema] = {
    **closed(begun=AT, records=NUMBER, converted=NUMBER, failed=NUMBER, refused=_PROBLEMS),
    "type": ["object", "null"],
}
_PUBLISHED: Final[Schema] = {
    **closed(revision=_MAYBE, progress=_NAME, lost=_PROBLEMS),
    "description": "The revision, or null with the address that says how far it is; and what cannot come back",
}

_COUNTS: Final[Mapping[str, Schema]] = {"records": NUMBER, "entries": NUMBER, "files": NUMBER}
_CONFIRMED: Final[Schema] = {
    "type": "object",
    "properties": {"name": WORD, "labels": named("Text"), **_COUNTS},
    "required": ["name", *_COUNTS],
    "additionalProperties": False,
}
_RETIRED: Final[Json] = {
    "name": "book.note",
    "labels": {"zh": "备注", "en": "Note"},
    "records": 2,
    "entries": 3,
    "files": 0,
}

SCHEMAS: Final[Mapping[str, Schema]] = {
    "Revisions": _shown(
        listed(closed(number=_REVISION, by=_NAME, at=AT, current=TRUTH)),
        {"items": [{"number": 2, "by": "韩梅", "at": "2026-03-02T09:30:00Z", "current": True}]},
    ),
    "Revision": closed(number=_REVISION, by=_NAME, at=AT, current=TRUTH, digest=WORD, documents=_DOCUMENTS),
    "Difference": _SAID,
    "Differences": _shown(
        listed(named("Difference")),
        {
            "items": [
                {
                    "kind": "removed",
                    "where": {"zh": "图书", "en": "Book"},
                    "what": {"zh": "移除字段“备注”", "en": "Field “Note” removed"},
                    "path": "forms/book.json#/fields/#d-note",
                }
            ]
        },
    ),
    "Design": _shown(_DESIGN, {"documents": {"app.json": {"kind": "app", "key": "library"}, "forms/book.json": _FORM}}),
    "DesignChange": _shown(_CHANGE, {"documents": {"forms/book.json": _FORM, "rules/old.json": None}}),
    "Draft": closed(
        version=_REVISION,
        base=_REVISION,
        behind=_MAYBE,
        by=_NAME,
        at=AT,
        pack=closed(version=_NAME, needs=_NEEDS),
        documents=_DOCUMENTS,
    ),
    "DraftKept": _shown(closed(version=_REVISION), {"version": 3}),
    "DraftCheck": _LOOK,
    "Publishing": _shown(
        {"type": "object", "properties": {"wait": TRUTH}, "additionalProperties": False}, {"wait": False}
    ),
    "Published": _shown(_PUBLISHED, {"revision": 3, "progress": None, "lost": []}),
    "Publication": _shown(
        closed(state={"enum": ["done", "converting", "refused"]}, revision=_REVISION, progress=_FAR),
        {
            "state": "converting",
            "revision": 2,
            "progress": {
                "begun": "2026-03-02T09:30:00Z",
                "records": 1000000,
                "converted": 412000,
                "failed": 3,
                "refused": [],
            },
        },
    ),
    "Retired": _shown(listed(closed(name=WORD, labels=named("Text"), **_COUNTS)), {"items": [_RETIRED]}),
    "Purge": _shown(
        closed(items={"type": "array", "items": _CONFIRMED, "minItems": 1}),
        {"items": [{"name": "book.note", "records": 2, "entries": 3, "files": 0}]},
    ),
    "Nothing": {"type": "object", "additionalProperties": False},
}
