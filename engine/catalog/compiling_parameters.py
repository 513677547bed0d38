"""Parameters of an app as they run: their types and defaults, and the one that the engine itself reads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.catalog import problems
from engine.catalog.apps import Parameter
from engine.catalog.definitions import AppDef, ParameterDef
from engine.forms.compiling import language_type
from engine.forms.field_types import FieldType
from engine.kernel.problems import Problem
from engine.kernel.registries import Registry
from engine.language import types as language

LEAST_FIELDS = "transition.min_fields"
DEFAULT_LEAST_FIELDS = 3


def compile_parameters(app: AppDef, types: Registry[FieldType], found: list[Problem]) -> dict[str, Parameter]:
    """Return the parameters of an app by key; problems of their defaults go to ``found``."""
    made: dict[str, Parameter] = {}
    for definition in app.parameters:
        default = _parsed_default(definition, types)
        if isinstance(default, Problem):
            place = f"parameters.json#/{definition.field.key}/default"
            hint: dict[str, Any] = {"hint_zh": default.message.zh, "hint_en": default.message.en}
            found.append(problems.BAD_DEFAULT.at(place, key=definition.field.key, **hint))
            default = None
        kind = language_type(definition.field, app.key, types)
        made[definition.field.key] = Parameter(definition, kind, default)
    return made


def least_fields(parameters: Mapping[str, Parameter]) -> int:
    """Return how many fields a human transition names; a parameter that is no number of fields changes nothing."""
    found = parameters.get(LEAST_FIELDS)
    if found is None or not isinstance(found.type, language.NumberType) or found.default is None:
        return DEFAULT_LEAST_FIELDS
    return int(found.default) // int(10**found.type.scale)


def _parsed_default(definition: ParameterDef, types: Registry[FieldType]) -> object:
    if definition.default is None:
        return None
    return types[definition.field.type].parse(definition.default, definition.field)
