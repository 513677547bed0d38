"""What an answer or an item says: its JSON becomes named values of the engine."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from engine.catalog.connectors import problems
from engine.catalog.connectors.connectors import Operation, Taken
from engine.kernel.canonical import Json
from engine.kernel.problems import Problem
from engine.kernel.values import Value

_INDEX = re.compile(r"0|[1-9]\d{0,8}", re.ASCII)


def read_answer(operation: Operation, document: Json) -> tuple[dict[str, Value], list[Problem]]:
    """Return the values of an answer by key, and what does not fit; in its JSON fractions stand as text."""
    return read_values(operation.taken, document)


def read_values(taken: Iterable[Taken], document: Json) -> tuple[dict[str, Value], list[Problem]]:
    """Return named values by key, and what does not fit; in its JSON fractions stand as text."""
    values: dict[str, Value] = {}
    found: list[Problem] = []
    for item in taken:
        raw = at_pointer(document, item.definition.at)
        read = None if raw is None else item.parse(_spoken(raw, item), item.definition.field)
        if isinstance(read, Problem):
            found.append(replace(read, path=item.definition.at))
            read = None
        elif read is None and item.definition.required:
            found.append(problems.EMPTY_ANSWER.at(item.definition.at, at=item.definition.at or "/"))
        values[item.key] = read
    return values, found


def at_pointer(document: Json, pointer: str) -> Json:
    """Return what stands at a JSON pointer (RFC 6901); None where nothing does."""
    here = document
    for part in pointer.split("/")[1:]:
        name = part.replace("~1", "/").replace("~0", "~")
        if isinstance(here, dict):
            here = here.get(name)
        elif isinstance(here, list) and _INDEX.fullmatch(name) and int(name) < len(here):
            here = here[int(name)]
        else:
            return None
    return here


def items_at(document: Json, pointer: str) -> list[Json] | None:
    """Return the items that stand at a pointer: a list of them, or one by itself; None where nothing stands there."""
    found = at_pointer(document, pointer)
    return found if found is None or isinstance(found, list) else [found]


def _spoken(raw: Json, item: Taken) -> Json:
    """Return a number as text where a text is meant: many write their codes so."""
    is_whole = isinstance(raw, int) and not isinstance(raw, bool)
    return str(raw) if is_whole and item.definition.field.type in ("text", "choice") else raw
