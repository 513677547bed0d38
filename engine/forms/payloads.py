"""Reading a payload: one JSON object of field values becomes values in the engine's form, with every problem at once.

marshmallow walks the object; each field's type reads its value. Whether a value may be set is not decided here.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

import marshmallow

from engine.forms import parsing, problems
from engine.forms.compiling import SYSTEM_LABELS
from engine.forms.definitions import FieldDef
from engine.forms.forms import Field, Form
from engine.kernel.canonical import Json
from engine.kernel.problems import Problem
from engine.kernel.values import Value

SENDABLE = ("owner", "department")
"""The system fields that may stand in a payload (keys.md §0)."""


class _ValueField(marshmallow.fields.Field[Any]):
    """One value, read by the type of its field."""

    def __init__(self, definition: FieldDef, parse: parsing.Parse) -> None:
        super().__init__(allow_none=True)
        self._definition = definition
        self._read = parse

    def _deserialize(self, value: Json, *_: object, **__: object) -> Value:
        read = self._read(value, self._definition)
        if isinstance(read, Problem):
            raise marshmallow.ValidationError([read])
        return read


class _LinesField(marshmallow.fields.Field[Any]):
    """A list of lines, each read like a small payload of its own; its ``id``, where it has one, is kept."""

    def __init__(self, definition: FieldDef, schema: marshmallow.Schema) -> None:
        super().__init__(allow_none=True)
        self._definition = definition
        self._schema = schema

    def _deserialize(self, value: Json, *_: object, **__: object) -> Value:
        if not isinstance(value, list):
            raise marshmallow.ValidationError([parsing.wrong(self._definition, "list", value)])
        if len(value) > parsing.MAX_ENTRIES:
            many = parsing.problem(problems.TOO_MANY, self._definition, limit=parsing.MAX_ENTRIES, got=len(value))
            raise marshmallow.ValidationError([many])
        lines: list[Mapping[str, Value]] = []
        found: dict[int, Any] = {}
        for number, line in enumerate(value):
            if not isinstance(line, dict):
                found[number] = [problems.NOT_AN_OBJECT.at()]
                continue
            try:
                lines.append(self._schema.load(line))
            except marshmallow.ValidationError as error:
                found[number] = error.messages
        if found:
            raise marshmallow.ValidationError(found)
        return tuple(lines) or None


_OWNER = FieldDef("owner", "owner", "person", SYSTEM_LABELS["owner"])
_DEPARTMENT = FieldDef("department", "department", "text", SYSTEM_LABELS["department"])
_LINE_ID = FieldDef("id", "id", "text", SYSTEM_LABELS["id"])


def _schema(fields: Iterable[Field], extra: Mapping[str, marshmallow.fields.Field[Any]]) -> marshmallow.Schema:
    members = {field.key: _member(field) for field in fields if not field.definition.retired}
    made = marshmallow.Schema.from_dict({**members, **extra})
    return made(unknown=marshmallow.RAISE)


def _member(field: Field) -> marshmallow.fields.Field[Any]:
    if field.type is not None:
        return _ValueField(field.definition, field.type.parse)
    line_id = {"id": _ValueField(_LINE_ID, parsing.identifier)}
    return _LinesField(field.definition, _schema(field.lines.values(), line_id))


@lru_cache(maxsize=2_000)
def _schema_of(form: Form) -> marshmallow.Schema:
    own = {
        "owner": _ValueField(_OWNER, parsing.identifier),
        "department": _ValueField(_DEPARTMENT, parsing.text(200)),
    }
    return _schema(form.fields.values(), own)


def read_payload(form: Form, payload: Json) -> tuple[dict[str, Value], list[Problem]]:
    """Return the values of a payload by field key, and every problem with its place (``name``, ``lines[0].title``)."""
    if not isinstance(payload, dict):
        return {}, [problems.NOT_AN_OBJECT.at()]
    try:
        return dict(_schema_of(form).load(payload)), []
    except marshmallow.ValidationError as error:
        keys = [*form.fields, *SENDABLE]
        found = list(_flattened(error.messages, "", "", keys, form))
        return dict(error.valid_data or {}), found


def _flattened(messages: Json, place: str, key: str, keys: list[str], form: Form) -> Iterable[Problem]:
    """Turn marshmallow's nested messages into problems; its own text, for a key that it does not know, is ours here."""
    if isinstance(messages, dict):
        for inner_key, inner in messages.items():
            if isinstance(inner_key, int):
                field = form.fields.get(place)
                yield from _flattened(inner, f"{place}[{inner_key}]", "", list(field.lines) if field else [], form)
            else:
                name = (
                    str(inner_key).encode(errors="backslashreplace").decode()
                )  # a place can be sent, whatever the key
                yield from _flattened(inner, f"{place}.{name}" if place else name, name, keys, form)
        return
    for message in messages:
        if isinstance(message, Problem):
            yield message.under(place) if place else message
        else:
            yield _unknown(place, key, keys)


def _unknown(place: str, key: str, keys: list[str]) -> Problem:
    close = difflib.get_close_matches(key, keys, n=1)
    suggestion = f"({close[0]}?)" if close else ""
    return problems.UNKNOWN_KEY.at(place, key=key, suggestion=suggestion)
