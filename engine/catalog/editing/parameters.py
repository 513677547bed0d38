"""Editing the parameters of an app: what they are called and may be, and what they are until somebody sets them."""

from __future__ import annotations

import re
from copy import deepcopy
from typing import Final

from engine.catalog.comparing import ABSENT, Absent
from engine.catalog.documents import Documents
from engine.catalog.editing import problems
from engine.catalog.editing.elements import Mint, at, keys_of, named, of
from engine.catalog.editing.forms import first_labels, with_own_property
from engine.kernel.canonical import Json
from engine.kernel.problems import EngineError

PARAMETERS: Final = "parameters.json"
TYPES: Final = ("number", "money", "percent", "text", "boolean", "date")
"""The types that are offered; one of another type keeps it."""
OF_NUMBER: Final = ("number", "money", "percent")
_NUMBER: Final = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,9})?", re.ASCII)
_WHOLE: Final = re.compile(r"[0-9]", re.ASCII)


def parameters_in(documents: Documents) -> list[Json]:
    """Return the parameters of an app, in their order."""
    return list(documents.get(PARAMETERS, {}).get("parameters", ()))


def with_parameter(documents: Documents, given: str, language: str, kind: str, mint: Mint) -> Documents:
    """Return the documents with one more parameter of a type, a number for any that is not offered."""
    found = deepcopy(documents.get(PARAMETERS)) or {"format": 1, "kind": "parameters", "parameters": []}
    labels = first_labels(given, language)
    key = mint.key(labels, keys_of(found["parameters"]))
    made = {"uid": mint.uid(), "key": key, "labels": labels, "type": kind if kind in TYPES else TYPES[0]}
    found["parameters"].append(made)
    return {**documents, PARAMETERS: found}


def without_parameter(documents: Documents, uid: str) -> Documents:
    """Return the documents without a parameter; the last one takes its document along."""
    left = parameters_in(documents)
    left.pop(at(left, uid))
    if not left:
        return {path: item for path, item in documents.items() if path != PARAMETERS}
    return {**documents, PARAMETERS: {**documents[PARAMETERS], "parameters": left}}


def with_parameter_set(documents: Documents, uid: str, key: str, typed: str, language: str) -> Documents:
    """Return the documents with a property of a parameter as it was typed, blank takes it away.

    A ``name`` and ``help`` are said in one language. EngineError (APP-047) for what cannot stand there.
    """
    before = of(parameters_in(documents), uid)
    made = deepcopy(documents[PARAMETERS])
    property_of = "labels" if key == "name" else key
    value = _value(before, key, typed.strip(), language)
    made["parameters"] = [
        with_own_property(one, property_of, value) if one["uid"] == uid else one for one in made["parameters"]
    ]
    return {**documents, PARAMETERS: made}


def _value(before: Json, key: str, typed: str, language: str) -> Json | Absent:
    kind = before["type"]
    match key:
        case "name":
            return named(first_labels(typed, language)[language], language, before["labels"])
        case "help":
            return named(typed, language, before.get("help")) if typed else ABSENT
        case "default" if kind == "boolean":
            return typed == "true"
        case _ if not typed:
            return ABSENT
        case "min" | "max" | "default" if kind in OF_NUMBER and _NUMBER.fullmatch(typed):
            return typed
        case "scale" if kind in OF_NUMBER and _WHOLE.fullmatch(typed):
            return int(typed)
        case "default" if kind not in OF_NUMBER:
            return typed
        case _:
            raise EngineError(problems.UNFIT.at(key))
