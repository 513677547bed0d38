"""What a call asks, worked out from a record and arguments: plain JSON that waits in the outbox. It holds no secret."""

from __future__ import annotations

import json
from collections.abc import Mapping

from engine.catalog.connectors import problems
from engine.catalog.connectors.connectors import Each, Items, Members, Operation, Tree
from engine.kernel.canonical import Json
from engine.kernel.problems import EngineError
from engine.kernel.values import Row, Value
from engine.language.cases import decimal_text, shown
from engine.language.expressions import Expression, Surroundings
from engine.language.types import NumberType, Type

EXACT_DIGITS = 15
"""A number of so many digits survives every reader of JSON; a longer one is sent as text."""


def prepared(operation: Operation, row: Row, around: Surroundings) -> dict[str, Json]:
    """Return ``{"method", "path", "query", "headers", "body"}`` of a call.

    The path is text and values by turns, the body JSON as text; the values are not yet escaped.
    EngineError (APP-054, APP-055) where a value cannot stand where it is meant to.
    """
    return {
        "method": operation.definition.method,
        "path": [part if isinstance(part, str) else _in_path(part, row, around) for part in operation.path],
        "query": _named(operation.query, row, around),
        "headers": _headers(operation.headers, row, around),
        "body": None if operation.body is None else _written(_json(operation.body, row, around)),
    }


def _in_path(part: Expression, row: Row, around: Surroundings) -> str:
    text = _text(part.evaluate(row, around), part.type)
    if not text or set(text) == {"."}:
        raise EngineError(problems.BLANK_IN_PATH.at(source=part.source))
    return text


def _named(sources: Mapping[str, Expression], row: Row, around: Surroundings) -> dict[str, str]:
    found = {name: _text(one.evaluate(row, around), one.type) for name, one in sources.items()}
    return {name: text for name, text in found.items() if text is not None}


def _headers(sources: Mapping[str, Expression], row: Row, around: Surroundings) -> dict[str, str]:
    made = _named(sources, row, around)
    for name, text in made.items():
        if not (text.isascii() and text.isprintable()):
            raise EngineError(problems.UNSENDABLE.at(source=sources[name].source))
    return made


def _text(value: Value, kind: Type) -> str | None:
    found = shown(value, kind)
    if isinstance(found, bool):
        return "true" if found else "false"
    if isinstance(found, list):
        return ",".join(map(str, found))
    return None if found is None else str(found)


def _json(node: Tree, row: Row, around: Surroundings) -> Json:
    match node:
        case Members(parts):
            return {name: _json(part, row, around) for name, part in parts.items()}
        case Items(parts):
            return [_json(part, row, around) for part in parts]
        case Each(lines, item):
            return [_json(item, line, around) for line in row.get(lines) or ()]
        case Expression():
            return _leaf(node.evaluate(row, around), node.type)


def _leaf(value: Value, kind: Type) -> Json:
    """Return a value for a body: numbers are numbers there as long as every reader gets them exactly."""
    if not isinstance(kind, NumberType) or value is None:
        return shown(value, kind)
    text = decimal_text(value, kind.scale)
    if len(text.replace("-", "").replace(".", "")) > EXACT_DIGITS:
        return text
    return float(text) if "." in text else int(text)


def _written(body: Json) -> str:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
