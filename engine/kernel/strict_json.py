"""Strict JSON: it reads bytes as exactly what they say, and refuses what parsers disagree on; it opens no files."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass

from engine.kernel.canonical import Json


@dataclass(frozen=True)
class Unread:
    """Why bytes are no JSON, and where; line and column count from 1."""

    line: int
    column: int
    reason: str
    is_text: bool = True
    repeated: str | None = None
    """The key that stands twice in one object: parsers differ in which one they keep, so neither is believed."""


class _RepeatedError(ValueError):
    """A key stands twice in one object."""


class _NumberError(ValueError):
    """A number that JSON does not have, or that no float holds."""


def read_json(raw: bytes) -> Json | Unread:
    """Return the value that the bytes say, or why they say none."""
    try:
        return json.loads(raw.decode(), object_pairs_hook=_once, parse_float=_finite, parse_constant=_finite)
    except UnicodeDecodeError as error:
        before = raw[: error.start]
        column = len(before.rpartition(b"\n")[2].decode(errors="replace")) + 1
        return Unread(before.count(b"\n") + 1, column, "this is not UTF-8", is_text=False)
    except json.JSONDecodeError as error:
        return Unread(error.lineno, error.colno, error.msg)
    except _RepeatedError as error:
        return Unread(1, 1, f"the key “{error}” stands twice in one object", repeated=str(error))
    except _NumberError as error:
        return Unread(1, 1, f"{error} is no number of JSON")
    except (ValueError, RecursionError):
        return Unread(1, 1, "a number is too long, or values are nested too deeply")


def _once(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    made: dict[str, Json] = {}
    for key, value in pairs:
        if key in made:
            raise _RepeatedError(key)
        made[key] = value
    return made


def _finite(written: str) -> float:
    number = float(written)
    if not math.isfinite(number):
        raise _NumberError(written[:40])
    return number
