"""What may be written in conditions and formulas of a form: its fields, parameters and functions, in words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from engine.catalog.documents import Documents
from engine.forms.compiling import SYSTEM_LABELS
from engine.kernel.canonical import Json
from engine.kernel.problems import Text
from engine.language.functions.catalogue import FUNCTIONS
from engine.runtime.studio.edits import form_in, path_of
from engine.runtime.studio.views import type_name

_PLAIN: Final = re.compile(r"[^\W\d]\w*")
"""Names that can be written as they are."""
_WORDS: Final = (("me", Text("我", "me")), ("empty", Text("空", "blank")))


@dataclass(frozen=True)
class NameView:
    """A name: what is written, what it stands for, and a word of explanation."""

    written: str
    labels: Text
    hint: Text


def names_for(documents: Documents, form: str, language: Literal["zh", "en"]) -> tuple[NameView, ...]:
    """Return what may be written in the expressions of a form, fields first; by labels where these are plain words."""
    document = form_in(documents, form)
    return (
        *_fields(document["fields"], language, ""),
        *_behind(documents, document, language),
        *(_name(key, labels, Text("系统", "system"), language) for key, labels in SYSTEM_LABELS.items()),
        *_parameters(documents),
        *_functions(language),
        *(NameView(labels.zh if language == "zh" else key, labels, Text("", "")) for key, labels in _WORDS),
    )


def _name(key: str, labels: Text, hint: Text, language: Literal["zh", "en"], before: str = "") -> NameView:
    label = labels.in_language(language)
    written = label if _PLAIN.fullmatch(label) and not (language == "en" and " " in label) else key
    return NameView(before + written, labels, hint)


def _fields(fields: Json, language: Literal["zh", "en"], before: str) -> Iterator[NameView]:
    for field in fields:
        yield _name(field["key"], Text.from_json(field["labels"]), type_name(field["type"]), language, before)


def _behind(documents: Documents, document: Json, language: Literal["zh", "en"]) -> Iterator[NameView]:
    """Go through the fields of the records that references of the form lead to."""
    for field in document["fields"]:
        target: Mapping[str, Json] | None = documents.get(path_of(str(field.get("form", ""))))
        if field["type"] == "reference" and target is not None:
            own = _name(field["key"], Text.from_json(field["labels"]), Text("", ""), language)
            yield from _fields(target["fields"], language, f"{own.written}.")


def _parameters(documents: Documents) -> Iterator[NameView]:
    for item in documents.get("parameters.json", {}).get("parameters", ()):
        yield NameView(f"param.{item['key']}", Text.from_json(item["labels"]), Text("参数", "parameter"))


def _functions(language: Literal["zh", "en"]) -> Iterator[NameView]:
    for function in FUNCTIONS.values():
        chinese = next(iter(function.aliases), function.name)
        written = chinese if language == "zh" else function.name
        yield NameView(f"{written}()", Text(chinese, function.name), function.help)
