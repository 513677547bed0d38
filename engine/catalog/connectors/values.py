"""Named values of JSON: arguments of a call, what is taken from an answer, and what an item says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from engine.catalog import problems as catalog_problems
from engine.forms.compiling import language_type
from engine.forms.definitions import FieldDef, option_def
from engine.forms.field_types import FieldType
from engine.kernel.canonical import Json
from engine.kernel.problems import Problem, Text
from engine.kernel.registries import Registry
from engine.kernel.values import SYSTEM_FIELDS
from engine.language.scope import FieldScope
from engine.language.types import Type


@dataclass(frozen=True, slots=True)
class ValueDef:
    """A named value: an argument of a call, or, with ``at``, what stands there in JSON."""

    field: FieldDef
    required: bool
    at: str = ""


def value_def(document: Json) -> ValueDef:
    """Return the value of a valid document."""
    stated = FieldDef(
        uid=document["uid"],
        key=document["key"],
        type=document["type"],
        labels=Text.from_json(document["labels"]),
        options=tuple(map(option_def, document.get("options", ()))),
        properties={key: document[key] for key in ("scale",) if key in document},
    )
    return ValueDef(stated, document.get("required", False), document.get("at", ""))


def typed(
    values: Iterable[ValueDef], part: str, app: str, types: Registry[FieldType], found: list[Problem]
) -> dict[str, Type]:
    """Return the types of values by key; a key that stands twice goes to ``found``, at its place in ``part``."""
    made: dict[str, Type] = {}
    for number, one in enumerate(values):
        if one.field.key in made or one.field.key in SYSTEM_FIELDS:
            found.append(catalog_problems.SAME_KEY.at(f"{part}[{number}].key", key=one.field.key))
        made[one.field.key] = language_type(one.field, app, types)
    return made


def as_fields(values: Iterable[ValueDef], types: Mapping[str, Type]) -> dict[str, FieldScope]:
    """Return the values as fields that expressions may name."""
    return {
        one.field.key: FieldScope(one.field.key, one.field.uid, types[one.field.key], one.field.labels)
        for one in values
    }
