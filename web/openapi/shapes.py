"""Forms as JSON Schemas: what a record is read as, and what may be sent to make or change one; it knows no address."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from engine.kernel.canonical import Json
from engine.kernel.problems import Text
from engine.runtime.views import FieldView, FormView
from web.openapi.captured import CAPTURED, captured_schema

Schema = Mapping[str, Json]

PERSON: Final[Schema] = {"type": ["string", "null"], "format": "uuid"}
MOMENT: Final[Schema] = {"type": ["string", "null"], "format": "date-time"}
TEXT: Final[Schema] = {"type": ["string", "null"]}
SENDABLE: Final[Mapping[str, Schema]] = {"owner": PERSON, "department": TEXT}
"""The fields of the system that may be sent."""
STAMPS: Final[Mapping[str, Schema]] = {
    **SENDABLE,
    "created_by": PERSON,
    "updated_by": PERSON,
    "created_at": MOMENT,
    "updated_at": MOMENT,
    "state_since": MOMENT,
}
"""The fields of the system that every record has."""
FORMATS: Final = {"email": "email", "url": "uri", "date": "date", "datetime": "date-time"}
NUMBERS: Final = frozenset({"number", "money", "percent", "rating"})
MANY: Final = frozenset({"multi_choice", "persons", "references"})


def both(text: Text) -> str:
    """Return a text in both languages."""
    return text.zh if text.zh == text.en else f"{text.zh} · {text.en}"


def read_fields(form: FormView) -> Schema:
    """Return the schema of a record's fields as they are read; what is hidden from the reader is left out."""
    own = {view.key: _described(view, _value(view, sent=False)) for view in form.fields.values()}
    return {"type": "object", "properties": {**own, **STAMPS}, "additionalProperties": False}


def sent_fields(form: FormView, *, new: bool) -> Schema:
    """Return the schema of the fields that may be sent; of a new record, with those without which none is made."""
    sent = [view for view in form.fields.values() if not view.system]
    schema = _object(sent, SENDABLE)
    needed = [view.key for view in sent if view.needed] if new else []
    return {**schema, "required": needed} if needed else schema


def value_schema(view: FieldView) -> Schema:
    """Return the schema of one value that is sent."""
    return _described(view, _value(view, sent=True))


def _object(views: Iterable[FieldView], more: Mapping[str, Schema]) -> dict[str, Json]:
    properties = {view.key: value_schema(view) for view in views}
    return {"type": "object", "properties": {**properties, **more}, "additionalProperties": False}


def _described(view: FieldView, schema: Schema) -> Schema:
    """Return the schema with what people call the field."""
    labels = {"title": both(view.labels)}
    return {**schema, **labels, "description": both(view.help)} if view.help else {**schema, **labels}


def _value(view: FieldView, *, sent: bool) -> Schema:
    if view.widget in NUMBERS:
        kinds = ["string", "integer", "null"] if sent else ["string", "null"]
        return {"type": kinds, "pattern": _decimal(view.scale), **_bounds(view)}
    if view.widget in MANY:
        inner = _one(view, sent=sent)
        return {"type": ["array", "null"], "items": {**inner, "type": "string"}, "uniqueItems": True}
    match view.widget:
        case "boolean":
            return {"type": ["boolean", "null"]}
        case "lines":
            return _lines(view, sent=sent)
        case "json":
            return {}
        case widget if widget in CAPTURED:
            return captured_schema(view, sent=sent)
        case _:
            return _one(view, sent=sent)


def _one(view: FieldView, *, sent: bool) -> Schema:
    """Return the schema of a text, or of what one text stands for."""
    match view.widget:
        case "choice" | "multi_choice":
            live = [option.key for option in view.options if not option.retired]
            blank = [None] if view.widget == "choice" else []
            # What is stored may be an option that the design has no more: what is read is any text.
            return {"type": ["string", "null"], "enum": [*live, *blank]} if sent and live else TEXT
        case "person" | "persons" | "reference" | "references":
            return PERSON
        case widget if widget in FORMATS:
            return {**TEXT, "format": FORMATS[widget]}
        case _:
            longest = view.limits.get("max_length")
            return {**TEXT, "maxLength": longest} if longest and sent else TEXT


def _lines(view: FieldView, *, sent: bool) -> Schema:
    """Return the schema of a sub-table: a line that has an id is that one, a line without is a new one."""
    identity: Mapping[str, Schema] = {"id": PERSON if sent else {"type": "string", "format": "uuid"}}
    if sent:
        own = [inner for inner in view.lines if not inner.system]
        line = _object(own, identity)
        needed = [inner.key for inner in own if inner.needed]
        line |= {"required": needed} if needed else {}
    else:
        fields = {inner.key: _described(inner, _value(inner, sent=False)) for inner in view.lines}
        line = {"type": "object", "properties": {**identity, **fields}, "additionalProperties": False}
    return {"type": ["array", "null"], "items": line}


def _decimal(scale: int) -> str:
    return rf"^-?[0-9]{{1,18}}(\.[0-9]{{1,{scale}}})?$" if scale else "^-?[0-9]{1,18}$"


def _bounds(view: FieldView) -> Schema:
    """Return the bounds of a number, which stand on its text and so in words of our own."""
    return {f"x-{key}": view.limits[key] for key in ("min", "max") if key in view.limits}
