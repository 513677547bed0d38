"""What can be set of a field: its properties in the words of people, their values, and how a typed text is read."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

from engine.catalog.comparing import ABSENT, Absent
from engine.catalog.part_names import PARTS, VALUES
from engine.forms.field_types import LINES, FieldType
from engine.forms.numbers import TYPE as NUMBERED
from engine.kernel.canonical import Json
from engine.kernel.problems import EngineError, Text
from engine.kernel.registries import Registry
from engine.runtime import problems

PropertyKind = Literal["flag", "choice", "several", "whole", "number", "expression", "condition", "form", "text"]

GROUPS: Final[tuple[tuple[Text, tuple[str, ...]], ...]] = (
    (
        Text("常用", "Often used"),
        ("text", "long_text", "number", "money", "date", "choice", "person", "reference", "boolean", "lines"),
    ),
    (Text("现场", "On the spot"), ("photo", "location", "signature", "scan", "audio", "image", "attachment")),
    (
        Text("更多", "More"),
        (
            *("datetime", "multi_choice", "percent", "rating", "phone", "email", "url", "id_code"),
            *("auto_number", "persons", "references"),
        ),
    ),
)
"""The types of fields as they are offered."""
UNLISTED: Final = ("json",)
"""What only connectors fill."""

_CAPTURED: Final = frozenset(("photo", "location", "signature", "audio", "image", "attachment"))
_CONDITIONS: Final = ("visible_when", "required_when", "read_only_when")
_FORMULAS: Final = ("default", "computed")
_FLAGS: Final = ("unique", "indexed", "read_only_after_create")
_SEVERAL: Final = frozenset(("multi_choice", "persons", "references", "json", *_CAPTURED))
_WITHOUT: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {"unique": _SEVERAL, "indexed": _SEVERAL | {"long_text"}}
)
"""Types of fields that cannot have a flag."""
_NUMBER: Final = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,6})?", re.ASCII)
_WHOLE: Final = re.compile(r"[0-9]{1,6}", re.ASCII)


@dataclass(frozen=True)
class PropertyView:
    """One property of a field: how it is set, what it is now, and among what one chooses."""

    key: str
    labels: Text
    kind: PropertyKind
    value: Json = None
    choices: tuple[tuple[str, Text], ...] = ()


@dataclass(frozen=True)
class TypeView:
    """A type of field as it is offered."""

    key: str
    labels: Text


def palette() -> tuple[tuple[Text, tuple[TypeView, ...]], ...]:
    """Return the types of fields by group."""
    return tuple((labels, tuple(TypeView(key, type_name(key)) for key in keys)) for labels, keys in GROUPS)


def type_name(kind: str) -> Text:
    """Return what a type of field is called."""
    return VALUES.get(kind, Text(kind, kind))


def first_name(kind: str, language: str) -> Json:
    """Return the labels that a new field has until somebody names it: those of who adds it, in both languages."""
    said = type_name(kind)
    name = said.zh if language == "zh" else said.en[:1].upper() + said.en[1:]
    return {"zh": name, "en": name}


def properties(
    field: Mapping[str, Json], types: Registry[FieldType], form_names: Sequence[tuple[str, Text]], *, inner: bool
) -> tuple[PropertyView, ...]:
    """Return what can be set of a field besides its name; ``inner`` is one of a field of lines.

    What a property holds that is too rich for one control is left to the file of the design, and kept as it is.
    """
    return tuple(_listed(field, types, form_names, inner=inner))


def _listed(
    field: Mapping[str, Json], types: Registry[FieldType], form_names: Sequence[tuple[str, Text]], *, inner: bool
) -> Iterator[PropertyView]:
    kind, needs = field["type"], [("create", VALUES["create"]), ("submit", VALUES["submit"])]
    filled = "computed" in field or "set_by" in field or kind == NUMBERED
    if not filled:
        no = Text("不必填", "not required")
        yield PropertyView("required", PARTS["required"], "choice", field.get("required", ""), (("", no), *needs))
    found = types.get(kind)
    own = {} if found is None else found.properties
    for key, schema in own.items():
        shown = _of_schema(key, schema, form_names)
        if shown is not None:
            yield PropertyView(key, PARTS.get(key, Text(key, key)), shown[0], field.get(key), shown[1])
    holds_one = kind not in (LINES, NUMBERED) and kind not in _CAPTURED
    wanted = [key for key in _FORMULAS if holds_one and not (key == "default" and filled)]
    wanted += ["required_when"] if inner else [key for key in _CONDITIONS if not filled or key == "visible_when"]
    for key in wanted:
        shape: PropertyKind = "expression" if key in _FORMULAS else "condition"
        yield PropertyView(key, PARTS[key], shape, field.get(key))
    for key in () if inner or filled or kind == LINES else _FLAGS:
        if kind not in _WITHOUT.get(key, ()):
            yield PropertyView(key, PARTS[key], "flag", field.get(key, False))


def _of_schema(
    key: str, schema: Json, form_names: Sequence[tuple[str, Text]]
) -> tuple[PropertyKind, tuple[tuple[str, Text], ...]] | None:
    """Return how a property of a type is set, and among what one chooses; None for what one control cannot hold."""
    match schema:
        case {"type": "integer"}:
            return "whole", ()
        case {"type": "boolean"}:
            return "flag", ()
        case {"enum": list() as words}:
            return "choice", tuple((word, VALUES.get(word, Text(word, word))) for word in words)
        case {"type": "array", "items": {"enum": list() as words}}:
            return "several", tuple((word, VALUES.get(word, Text(word, word))) for word in words)
        case {"type": "string"} if key == "form":
            return "form", tuple(form_names)
        case {"type": "string"} if key == "pattern":
            return "text", ()
        case {"type": "string", "pattern": pattern} if pattern.startswith(r"^-?\d"):
            return "number", ()
        case _:
            return None


def read_property(shown: PropertyView, typed: Sequence[str]) -> Json | Absent:
    """Return what was typed or chosen, ABSENT for nothing; EngineError (DRAFT-008) for what the property cannot be."""
    given = [one.strip() for one in typed if one.strip()]
    text = given[0] if given else ""
    match shown.kind:
        case "flag":
            return True if given else ABSENT
        case "several":
            return [key for key, _ in shown.choices if key in given] or ABSENT
        case _ if not text:
            return ABSENT
        case "choice" | "form" if text in {key for key, _ in shown.choices}:
            return text
        case "whole" if _WHOLE.fullmatch(text):
            return int(text)
        case "number" if _NUMBER.fullmatch(text):
            return text
        case "expression" | "condition" | "text":
            return text
        case _:
            raise EngineError(problems.BAD_PROPERTY.at(shown.key, got=text[:60]))
