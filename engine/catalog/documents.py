"""Documents of an app against their JSON Schemas: every breach becomes a problem with file and place."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any, cast

from jsonschema import Draft202012Validator, ValidationError
from jsonschema.validators import extend
from referencing import Registry as SchemaRegistry
from referencing import Resource

from engine.catalog import problems
from engine.forms.definitions import FIELD_KEYS, option_def
from engine.forms.field_types import LINES, FieldType
from engine.forms.numbers import TYPE as NUMBERED
from engine.forms.parsing import clean_text
from engine.kernel.canonical import Json, compact
from engine.kernel.problems import Problem
from engine.kernel.registries import Registry
from engine.kernel.values import StorageKind

Documents = Mapping[str, Json]
"""The documents of one app by their path in it: ``app.json``, ``forms/visit.json`` …"""

FORMAT = 1
SINGLE = {"app.json": "app", "roles.json": "roles", "parameters.json": "parameters"}
SINGLE |= {"option_lists.json": "option_lists", "pages.json": "pages", "quick_actions.json": "quick_actions"}
FOLDERS = {
    "forms": "form",
    "workflows": "workflow",
    "rules": "rule",
    "decision_tables": "decision_table",
    "metrics": "metric",
    "boards": "board",
    "connectors": "connector",
    "documents": "document",
}
SHOWN = 60
LONGEST_KEPT = 200_000
"""So many characters a document has at most of which it is remembered that it is well formed."""


def kind_of(path: str) -> str | None:
    """Return the kind of document that stands at ``path``, or None where none does."""
    folder, slash, name = path.partition("/")
    if slash:
        known = re.fullmatch(r"[a-z][a-z0-9_]{0,40}\.json", name)
        return FOLDERS.get(folder) if known else None
    return SINGLE.get(path)


@cache
def schemas() -> Mapping[str, Json]:
    """Return the published schemas by kind, ``common`` among them."""
    folder = files("engine.catalog") / "schemas"
    return {
        item.name.removesuffix(".json"): json.loads(item.read_text(encoding="utf-8"))
        for item in folder.iterdir()
        if item.name.endswith(".json")
    }


def _pattern(validator: object, pattern: Json, instance: Json, schema: Json) -> Iterator[ValidationError]:  # noqa: ARG001
    """Hold a text to a pattern as JSON Schema means it: ``$`` is the very end, not the end before a line feed."""
    strict = f"{pattern[:-1]}\\Z" if pattern.endswith("$") else pattern
    if isinstance(instance, str) and re.search(strict, instance) is None:
        yield ValidationError(f"{instance!r} does not match {pattern!r}")


_Validator = extend(Draft202012Validator, {"pattern": _pattern})  # type: ignore[no-untyped-call]


@cache
def _validator(kind: str) -> Draft202012Validator:
    resources = [(f"{name}.json", Resource.from_contents(schema)) for name, schema in schemas().items()]
    registry: SchemaRegistry[Any] = SchemaRegistry().with_resources(resources)
    return cast("Draft202012Validator", _Validator(schemas()[kind], registry=registry))


def shape_problems(documents: Documents, types: Registry[FieldType]) -> list[Problem]:
    """Return every breach of shape in the documents of an app; none means that they can be loaded."""
    found: list[Problem] = []
    if "app.json" not in documents:
        found.append(problems.MISSING_DOCUMENT.at("app.json", name="app.json"))
    for path, document in sorted(documents.items()):
        kind = kind_of(path)
        if kind is None:
            known = ", ".join([*SINGLE, *(f"{folder}/<key>.json" for folder in FOLDERS)])
            found.append(problems.UNKNOWN_DOCUMENT.at(path, name=path, known=known))
            continue
        breaches = document_problems(kind, path, document) or _misnamed(path, document)
        if kind == "form" and not breaches:
            breaches = list(_field_problems(path, document, types))
        found.extend(breaches)
    return found


def _misnamed(path: str, document: Json) -> list[Problem]:
    """Return the problem of a document in a folder whose file is not named after its key: no place would be right."""
    _, slash, name = path.partition("/")
    key = name.removesuffix(".json")
    if not slash or document["key"] == key:
        return []
    return [problems.WRONG_SHAPE.at(f"{path}#/key", got=_shown(document["key"]), wanted=f"const {_shown(key)}")]


def document_problems(kind: str, path: str, document: Json) -> list[Problem]:
    """Return the breaches of one document against the schema of its kind."""
    unkept = [problems.UNCLEAN.at(f"{path}#{place}") for place in _unkept(document, "")]
    if unkept:
        return unkept
    version = document.get("format") if isinstance(document, dict) else None
    if isinstance(document, dict) and version != FORMAT:
        return [problems.UNKNOWN_FORMAT.at(f"{path}#/format", got=_shown(version), known=FORMAT)]
    written = compact(document)
    if len(written) <= LONGEST_KEPT and _is_well_formed(kind, written):
        return []
    return list(_breaches(_validator(kind).iter_errors(document), path))


@lru_cache(maxsize=1_024)
def _is_well_formed(kind: str, written: str) -> bool:
    """Tell whether a document breaks no rule of its schema; most are looked at again and again, and seldom change."""
    return _validator(kind).is_valid(json.loads(written))


def _unkept(node: Json, place: str) -> Iterator[str]:
    """Go through the places of what no database and no canonical JSON can keep."""
    match node:
        case str() if clean_text(node) is None:
            yield place or "/"
        case float() if not math.isfinite(node):
            yield place or "/"
        case dict():
            for key, inner in node.items():
                yield from [f"{place}/"] if clean_text(key) is None else _unkept(inner, f"{place}/{key}")
        case list():
            for number, inner in enumerate(node):
                yield from _unkept(inner, f"{place}/{number}")
        case _:
            return


def _shown(value: Json) -> str:
    written = compact(value)
    return written if len(written) <= SHOWN else written[: SHOWN - 1] + "…"


def _breaches(errors: Iterable[ValidationError], path: str) -> Iterator[Problem]:
    for error in sorted(errors, key=lambda item: [str(part) for part in item.absolute_path]):
        if error.validator == "oneOf" and error.context:
            yield from _closest(error, path)
        else:
            yield from _breach(error, path)


def _closest(error: ValidationError, path: str) -> Iterator[Problem]:
    """Explain a failed choice between shapes by the shape that the input was nearest to."""
    ways: dict[object, list[ValidationError]] = {}
    for inner in error.context or ():
        ways.setdefault(inner.schema_path[0], []).append(inner)
    given = set(error.instance) if isinstance(error.instance, dict) else set()

    def distance(way: list[ValidationError]) -> tuple[bool, bool, int]:
        outer = {item.validator for item in way if not item.path}
        misnamed = bool(outer & {"required", "additionalProperties"})
        return (misnamed and bool(given), bool(outer & {"type", "const"}), len(way))

    nearest = min(ways.values(), key=distance)
    yield from _breaches(nearest, path)


def _breach(error: ValidationError, path: str) -> Iterator[Problem]:
    place = path + "#/" + "/".join(str(part) for part in error.absolute_path)
    match error.validator:
        case "additionalProperties":
            known = error.schema.get("properties", {}) if isinstance(error.schema, dict) else {}
            given: Json = error.instance
            for key in sorted(set(given) - set(known)):
                yield problems.UNKNOWN_KEY.at(f"{place}/{key}".replace("#//", "#/"), key=key, known=", ".join(known))
        case "required":
            wanted_keys: Json = error.validator_value
            present: Json = error.instance
            missing = [key for key in wanted_keys if key not in present]
            yield from (problems.MISSING_KEY.at(place, key=key) for key in missing)
        case _:
            wanted = f"{error.validator} {_shown(error.validator_value)}"
            yield problems.WRONG_SHAPE.at(place, got=_shown(error.instance), wanted=wanted)


_CHOICES = ("choice", "multi_choice")
_SEVERAL = (StorageKind.TEXTS, StorageKind.JSON)
NOT_OF_LINES = frozenset(("default", "computed", "unique", "indexed", "options", "option_list"))
"""What a field of lines cannot have: it holds no one value."""
OF_LINES = frozenset(("fields", "default_line"))
"""What only a field of lines can have."""
NOT_IN_LINES = frozenset(("visible_when", "read_only_when", "unique", "indexed", "read_only_after_create"))
"""What a field inside of lines cannot have."""


def _field_problems(path: str, document: Json, types: Registry[FieldType]) -> Iterator[Problem]:
    """Check each field's own properties against the schema of its type."""
    for number, field in enumerate(document["fields"]):
        place = f"{path}#/fields/{number}"
        if field["type"] == LINES:
            yield from _foreign(place, set(field), FIELD_KEYS - NOT_OF_LINES)
            if not field.get("fields"):
                yield problems.MISSING_KEY.at(place, key="fields")
            for inner, line in enumerate(field.get("fields", ())):
                yield from _typed_properties(f"{place}/fields/{inner}", line, types, NOT_IN_LINES)
        else:
            yield from _typed_properties(place, field, types, frozenset())


def _foreign(place: str, given: Collection[str], known: Collection[str]) -> Iterator[Problem]:
    listed = ", ".join(sorted(known))
    return (problems.UNKNOWN_KEY.at(f"{place}/{key}", key=key, known=listed) for key in sorted(set(given) - set(known)))


def _typed_properties(
    place: str, field: Json, types: Registry[FieldType], without: Collection[str]
) -> Iterator[Problem]:
    """Check a field that is not lines; ``without`` are keys that no field has where this one stands."""
    kind = types.get(field["type"])
    if kind is None or (without and field["type"] == NUMBERED):
        known = ", ".join([*(key for key in types if not without or key != NUMBERED), *(() if without else (LINES,))])
        yield problems.UNKNOWN_TYPE.at(f"{place}/type", type=field["type"], known=known)
        return
    refused = {*OF_LINES, *without}
    refused |= set() if field["type"] in _CHOICES else {"options", "option_list"}
    refused |= {"unique"} if kind.storage in _SEVERAL else set()
    refused |= {"indexed"} if kind.storage in _SEVERAL or field["type"] == "long_text" else set()
    yield from _foreign(place, set(field) & FIELD_KEYS, FIELD_KEYS - refused)
    own = {key: value for key, value in field.items() if key not in FIELD_KEYS}
    schema = {"type": "object", "properties": dict(kind.properties), "additionalProperties": False}
    if "form" in kind.properties:
        schema["required"] = ["form"]
    for problem in _breaches(Draft202012Validator(schema).iter_errors(own), ""):
        yield Problem(problem.code, place + problem.path.removeprefix("#").rstrip("/"), problem.message, problem.hint)
    if field["type"] in _CHOICES and not field.get("options") and "option_list" not in field:
        yield problems.NEEDS_OPTIONS.at(place, key=field["key"])


def option_lists(documents: Documents) -> Mapping[str, tuple[Any, ...]]:
    """Return the options of each option list by its key."""
    listed = documents.get("option_lists.json", {}).get("option_lists", ())
    return {item["key"]: tuple(map(option_def, item["options"])) for item in listed}
