"""The schemas of files, of tokens and of what was captured, as records carry it; it knows no form and no address."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from engine.kernel.canonical import Json
from engine.runtime.views import FieldView

Schema = Mapping[str, Json]

_ID: Final[Schema] = {"type": "string", "format": "uuid"}
_WORD: Final[Schema] = {"type": ["string", "null"]}
_MOMENT: Final[Schema] = {"type": ["string", "null"], "format": "date-time"}
_SENT_NUMBER: Final[Schema] = {"type": ["string", "number", "null"]}
DEVICES: Final = ("imei", "install_id", "fingerprint")
CAPTURED: Final = frozenset(("attachment", "image", "photo", "audio", "signature", "location"))
LONGEST: Final = 200


def _closed(**properties: Schema) -> Schema:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


TOKENS_ASKED: Final[Schema] = {
    "type": "object",
    "properties": {
        "count": {"type": "integer", "minimum": 1, "maximum": 20},
        "device_id": {"type": ["string", "null"], "minLength": 1, "maxLength": LONGEST},
        "device_id_type": {"enum": [*DEVICES, None]},
    },
    "required": ["count"],
    "additionalProperties": False,
}
_AT: Final[Schema] = {"type": "string", "format": "date-time"}
_TOKEN: Final = _closed(token={"type": "string"}, capture_until=_AT, submit_until=_AT)

SCHEMAS: Final[Mapping[str, Schema]] = {
    "FileSent": _closed(file={"type": "string", "format": "binary"}),
    "File": _closed(
        id=_ID,
        name={"type": "string"},
        type={"type": "string"},
        size={"type": "integer", "minimum": 1},
        sha256={"type": "string", "pattern": "^[0-9a-f]{64}$"},
    ),
    "Content": {"type": "string", "format": "binary"},
    "CaptureTokensAsked": TOKENS_ASKED,
    "CaptureTokens": _closed(tokens={"type": "array", "items": _TOKEN}),
}


def captured_schema(view: FieldView, *, sent: bool) -> Schema:
    """Return the schema of a field of what is captured, as it is read or as it may be sent."""
    if view.widget in ("attachment", "image"):
        return {"type": ["array", "null"], "items": _ID, "uniqueItems": True}
    one = _one(view.widget, _SENT_NUMBER if sent else _WORD, sent=sent)
    several = view.widget == "photo" or (view.widget == "audio" and int(view.limits.get("max_count", 1)) > 1)
    if several:
        return {"type": ["array", "null"], "items": one}
    return {**one, "type": ["object", "null"]}


def _one(widget: str, number: Schema, *, sent: bool) -> Schema:
    position: dict[str, Schema] = {"lat": number, "lng": number, "accuracy_m": number}
    parts: Mapping[str, Schema]
    match widget:
        case "photo":
            device: dict[str, Schema] = {"device_id": _WORD, "device_id_type": {"enum": [*DEVICES, None]}}
            trust: Schema = {"enum": ["online", "offline", None]}
            parts = {"file": _ID, "token": _WORD, "captured_at": _MOMENT, **position, **device, "trust": trust}
        case "audio":
            source: Schema = {"enum": ["asr", "manual", None]}
            parts = {"file": _ID, "seconds": number, "transcript": _WORD, "transcript_source": source}
        case "signature":
            parts = {"file": _ID, "name": _WORD, "signed_at": _MOMENT}
        case _:
            parts = {**position, "address": _WORD}
    needed = [key for key in ("file",) if key in parts] if sent else list(parts)
    schema: Schema = {"type": "object", "properties": dict(parts), "additionalProperties": False}
    return {**schema, "required": needed} if needed else schema
