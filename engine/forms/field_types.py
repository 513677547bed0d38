"""Field types: for each, the schema of its properties, its language type, its storage, its widget and how to read it.

A new type is one more object here; storage knows only storage kinds and the web only widget names.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from engine.forms import parsing
from engine.forms.captured import parsing as captured
from engine.forms.definitions import FieldDef, digits_of, scale_of, target_of
from engine.forms.numbers import TYPE as NUMBERED
from engine.forms.parsing import Parse
from engine.kernel.canonical import Json
from engine.kernel.registries import Registry
from engine.kernel.values import StorageKind
from engine.language import types as language


@dataclass(frozen=True, slots=True)
class FieldType:
    """One type of field.

    ``properties`` is a JSON Schema of the type's own properties; ``language`` gives the type that expressions see, for
    the field and the app that it belongs to; ``parse`` reads one JSON value into the engine's form, answering a value
    or a problem without a place.
    """

    name: str
    properties: Mapping[str, Json]
    language: Callable[[FieldDef, str], language.Type]
    storage: StorageKind
    widget: str
    parse: Parse


def _number(field: FieldDef, _: str) -> language.Type:
    return language.NumberType(scale_of(field), digits_of(field))


def _options(field: FieldDef) -> tuple[language.Option, ...]:
    return tuple(language.Option(option.key, option.labels) for option in field.options)


_NUMBER_LIMITS: Mapping[str, Json] = {
    "min": {"type": "string", "pattern": r"^-?\d+(\.\d+)?$"},
    "max": {"type": "string", "pattern": r"^-?\d+(\.\d+)?$"},
}
_NUMBER: Mapping[str, Json] = {
    "scale": {"type": "integer", "minimum": 0, "maximum": 9},
    "digits": {"type": "integer", "minimum": 1, "maximum": 18},
    **_NUMBER_LIMITS,
}
_WAY = r"^[a-z][a-z0-9_]{0,40}(\.[a-z][a-z0-9_]{0,40})?$"
_MEASURED: Mapping[str, Json] = {
    **_NUMBER,
    "metres_between": {
        "type": "object",
        "properties": {"from": {"type": "string", "pattern": _WAY}, "to": {"type": "string", "pattern": _WAY}},
        "required": ["from", "to"],
        "additionalProperties": False,
        "description": "Two locations, fields or reference.field: the system fills how many metres they are apart",
    },
}
"""What a number may say of itself; the other kinds of numbers are measured by nobody."""
_SEEN: Mapping[str, Json] = {
    "seen_before": {
        "type": "string",
        "pattern": "^[a-z][a-z0-9_]{0,40}$",
        "description": "A field of photos: the system fills whether another record holds one of them already",
    }
}
_LENGTH: Mapping[str, Json] = {"max_length": {"type": "integer", "minimum": 1, "maximum": 100_000}}
_WORD: Mapping[str, Json] = {"type": "string", "minLength": 1, "maxLength": 40}
_TEXT: Mapping[str, Json] = {
    **_LENGTH,
    "suggestions": {
        "type": "array",
        "items": {
            "type": "object",
            "properties": {"zh": _WORD, "en": _WORD},
            "required": ["zh", "en"],
            "additionalProperties": False,
        },
        "description": "Texts that are one tap: each a small button under the control",
        "minItems": 1,
        "maxItems": 8,
        "uniqueItems": True,
    },
}
"""What a field of a line of text may say of itself."""
_KEY = r"[a-z][a-z0-9_]{0,40}"
_FORM: Mapping[str, Json] = {"form": {"type": "string", "pattern": rf"^{_KEY}(\.{_KEY})?$"}}
_REFERENCE: Mapping[str, Json] = {
    **_FORM,
    "fitting": {
        "type": "object",
        "propertyNames": {"pattern": rf"^{_KEY}$"},
        "additionalProperties": {"type": "string", "pattern": rf"^(parent\.)?{_KEY}$"},
        "minProperties": 1,
        "maxProperties": 4,
        "description": "Field of the record pointed at: the own field (of lines also parent.field) that it must be as",
    },
}
"""What a field that points at one record may say: records of which form, and what they must fit."""


def _plain(kind: language.Type) -> Callable[[FieldDef, str], language.Type]:
    return lambda _, __: kind


_text = _plain(language.TextType())
_DAYS: Mapping[str, Json] = {
    "presets": {
        "type": "array",
        "items": {"enum": ["today", "tomorrow", "friday", "next_monday", "in_a_week", "month_end"]},
        "description": "Days that are one tap: each a small button under the control",
        "uniqueItems": True,
    }
}
"""What a field of a date may offer."""


def _captured(field: FieldDef, _: str) -> language.Type:
    """Return a type of its own for each type of what is captured; a picture is a file."""
    kind = "attachment" if field.type == "image" else field.type
    return language.CapturedType(kind, captured.is_several(field))


_WHOLE: Mapping[str, Json] = {"type": "integer", "minimum": 1, "maximum": 100}
_COUNTS: Mapping[str, Json] = {"min_count": _WHOLE, "max_count": _WHOLE}
_SECONDS: Mapping[str, Json] = {"type": "integer", "minimum": 0, "maximum": 3_600}
_PHOTO: Mapping[str, Json] = {
    **_COUNTS,
    "position": {"type": "boolean"},
    "max_age_minutes": {"type": "integer", "minimum": 1, "maximum": 10_080},
}
_AUDIO: Mapping[str, Json] = {**_COUNTS, "min_seconds": _SECONDS, "max_seconds": _SECONDS}
_KEY = "[a-z][a-z0-9_]{0,40}"
_LOCATION: Mapping[str, Json] = {
    "geofence": {
        "type": "object",
        "properties": {
            "center": {"type": "string", "pattern": rf"^{_KEY}(\.{_KEY})?$"},
            "metres": {"type": "integer", "minimum": 1, "maximum": 1_000_000},
        },
        "required": ["center", "metres"],
        "additionalProperties": False,
    },
    "taken_from": {"type": "string", "pattern": f"^{_KEY}$"},
}
_NUMBERED: Mapping[str, Json] = {
    "pattern": {
        "type": "string",
        "minLength": 1,
        "maxLength": 60,
        "description": "Text, the date in braces ({yyyy}, {yy}, {mm}, {dd} or together) and once {nnnn} or {0000}",
    }
}
"""What a number that the system gives may say of itself."""
_SCAN: Mapping[str, Json] = {"codes": {"enum": ["ean", "qr", "any"]}}

BUILT_IN = Registry(
    (
        FieldType("text", _TEXT, _text, StorageKind.TEXT, "text", parsing.text(200)),
        FieldType("long_text", _LENGTH, _text, StorageKind.TEXT, "long_text", parsing.text(20_000)),
        FieldType("phone", {}, _text, StorageKind.TEXT, "phone", parsing.phone),
        FieldType("email", {}, _text, StorageKind.TEXT, "email", parsing.email),
        FieldType("url", {}, _text, StorageKind.TEXT, "url", parsing.url),
        FieldType("id_code", {}, _text, StorageKind.TEXT, "id_code", parsing.credit_code),
        FieldType(NUMBERED, _NUMBERED, _text, StorageKind.TEXT, NUMBERED, parsing.text(100)),
        FieldType("number", _MEASURED, _number, StorageKind.NUMBER, "number", parsing.number),
        FieldType("money", _NUMBER_LIMITS, _number, StorageKind.NUMBER, "money", parsing.number),
        FieldType("percent", _NUMBER_LIMITS, _number, StorageKind.NUMBER, "percent", parsing.number),
        FieldType("rating", _NUMBER_LIMITS, _number, StorageKind.NUMBER, "rating", parsing.rating),
        FieldType("boolean", _SEEN, _plain(language.BooleanType()), StorageKind.BOOLEAN, "boolean", parsing.boolean),
        FieldType("date", _DAYS, _plain(language.DateType()), StorageKind.DATE, "date", parsing.date),
        FieldType("datetime", {}, _plain(language.DateTimeType()), StorageKind.DATETIME, "datetime", parsing.moment),
        FieldType(
            "choice", {}, lambda f, _: language.ChoiceType(_options(f)), StorageKind.TEXT, "choice", parsing.choice
        ),
        FieldType(
            "multi_choice",
            {},
            lambda f, _: language.ChoicesType(_options(f)),
            StorageKind.TEXTS,
            "multi_choice",
            parsing.choices,
        ),
        FieldType("person", {}, _plain(language.PersonType()), StorageKind.TEXT, "person", parsing.identifier),
        FieldType("persons", {}, _plain(language.PersonsType()), StorageKind.TEXTS, "persons", parsing.identifiers),
        FieldType(
            "reference",
            _REFERENCE,
            lambda f, app: language.ReferenceType(*target_of(f, app)),
            StorageKind.TEXT,
            "reference",
            parsing.identifier,
        ),
        FieldType(
            "references",
            _FORM,
            lambda f, app: language.ReferencesType(*target_of(f, app)),
            StorageKind.TEXTS,
            "references",
            parsing.identifiers,
        ),
        FieldType("json", {}, _text, StorageKind.JSON, "json", parsing.anything),
        FieldType("attachment", _COUNTS, _captured, StorageKind.TEXTS, "attachment", captured.files),
        FieldType("image", _COUNTS, _captured, StorageKind.TEXTS, "image", captured.files),
        FieldType("photo", _PHOTO, _captured, StorageKind.JSON, "photo", captured.photos),
        FieldType("audio", _AUDIO, _captured, StorageKind.JSON, "audio", captured.audio),
        FieldType("signature", {}, _captured, StorageKind.JSON, "signature", captured.signature),
        FieldType("location", _LOCATION, _captured, StorageKind.JSON, "location", captured.location),
        FieldType("scan", _SCAN, _text, StorageKind.TEXT, "scan", captured.scan),
    )
)
"""The types of fields that hold one value each; ``lines`` is a form within the form and is read by payloads."""

LINES = "lines"
