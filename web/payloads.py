"""Reading API requests: bodies, headers and parameters, strictly and with a place for every mistake."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from flask import request

from engine.kernel.canonical import Json, compact
from engine.kernel.problems import EngineError, Problem
from web.problems import (
    BAD_IDEMPOTENCY_KEY,
    BAD_LIMIT,
    BAD_VERSION,
    NOT_JSON,
    UNKNOWN_KEY,
    UNKNOWN_PARAMETER,
    VERSION_NEEDED,
    WRONG_MEDIA_TYPE,
    WRONG_SHAPE,
    RequestRefused,
)

MOST_PER_PAGE: Final = 200
USUAL_PER_PAGE: Final = 50
LONGEST_KEY: Final = 200
_VERSION: Final = re.compile(r'"?([0-9]{1,18})"?', re.ASCII)
_VISIBLE: Final = re.compile(rf"[!-~]{{1,{LONGEST_KEY}}}", re.ASCII)
_LIMIT: Final = re.compile(r"[0-9]{1,6}", re.ASCII)


class _NotJsonError(ValueError):
    """The body breaks a rule of JSON that Python's reader lets pass."""


def _unique(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    read = dict(pairs)
    if len(read) < len(pairs):
        keys = [key for key, _ in pairs]
        repeated = next(key for key in keys if keys.count(key) > 1)
        message = f"the key {compact(repeated)} stands twice in one object"
        raise _NotJsonError(message)
    return read


def _finite(written: str) -> float:
    number = float(written)
    if not math.isfinite(number):
        message = f"{written[:40]} is no number of JSON"
        raise _NotJsonError(message)
    return number


def body() -> dict[str, Json]:
    """Return the request's JSON object; an empty body is an empty object. Malformed: 400 with line and column."""
    raw = request.get_data(cache=False)
    if not raw.strip():
        return {}
    if not request.is_json:
        raise RequestRefused(415, WRONG_MEDIA_TYPE.at())
    try:
        document = json.loads(raw.decode(), object_pairs_hook=_unique, parse_float=_finite, parse_constant=_finite)
    except json.JSONDecodeError as error:
        raise RequestRefused(400, NOT_JSON.at(line=error.lineno, column=error.colno, why=error.msg)) from error
    except UnicodeDecodeError as error:
        before = raw[: error.start]
        column = len(before.rpartition(b"\n")[2].decode(errors="replace")) + 1
        line = before.count(b"\n") + 1
        raise RequestRefused(400, NOT_JSON.at(line=line, column=column, why="this is not UTF-8")) from error
    except (ValueError, RecursionError) as error:
        why = (
            str(error) if isinstance(error, _NotJsonError) else "a number is too long, or values are nested too deeply"
        )
        raise RequestRefused(400, NOT_JSON.at(line=1, column=1, why=why)) from error
    if not isinstance(document, dict):
        raise EngineError(WRONG_SHAPE.at(wanted_zh="一个对象", wanted_en="An object", example='{"fields": {}}'))
    return document


@dataclass(frozen=True)
class Write:
    """What a write says: the fields, and a transition, the id of a record or words where the address takes them."""

    fields: dict[str, Json]
    transition: str | None = None
    record: str | None = None
    comment: str | None = None


def write(*optional: str) -> Write:
    """Return the fields of the body and what else of it the address takes, by its names; all mistakes at once."""
    document = body()
    known = ("fields", *optional)
    problems: list[Problem] = [
        UNKNOWN_KEY.at(key, key=key, known=", ".join(known)) for key in document if key not in known
    ]
    fields = document.get("fields", {})
    if not isinstance(fields, dict):
        problems.append(
            WRONG_SHAPE.at("fields", wanted_zh="字段的对象", wanted_en="An object of fields", example='{"name": "值"}')
        )
    transition = document.get("transition")
    if "transition" in known and transition is not None and not isinstance(transition, str):
        problems.append(
            WRONG_SHAPE.at("transition", wanted_zh="流转的键", wanted_en="The key of a transition", example='"submit"')
        )
    record = document.get("record")
    if "record" in known and record is not None and not isinstance(record, str):
        problems.append(
            WRONG_SHAPE.at("record", wanted_zh="记录的 id", wanted_en="The id of a record", example='"0190…"')
        )
    comment = document.get("comment")
    if "comment" in known and comment is not None and not isinstance(comment, str):
        problems.append(WRONG_SHAPE.at("comment", wanted_zh="文字", wanted_en="Words", example='"价格太高"'))
    if problems:
        raise EngineError(problems)
    return Write(fields, transition, record, comment)


def value() -> Json:
    """Return the ``value`` of the body, which must say it."""
    document = body()
    problems = [UNKNOWN_KEY.at(key, key=key, known="value") for key in document if key != "value"]
    if "value" not in document:
        problems.append(
            WRONG_SHAPE.at("value", wanted_zh="参数的新值", wanted_en="The new value", example='{"value": "15"}')
        )
    if problems:
        raise EngineError(problems)
    return document["value"]


def flag(document: Mapping[str, Json], key: str, *, otherwise: bool) -> bool:
    """Return what a body says yes or no to; EngineError where it says something else."""
    said = document.get(key, otherwise)
    if not isinstance(said, bool):
        example = f'{{"{key}": false}}'
        raise EngineError(WRONG_SHAPE.at(key, wanted_zh="true 或 false", wanted_en="True or false", example=example))
    return said


def known_parameters(*known: str) -> None:
    """Refuse every parameter of the address that is not known."""
    names = ", ".join(known) or "-"
    problems = [UNKNOWN_PARAMETER.at(key, key=key, known=names) for key in request.args if key not in known]
    if problems:
        raise EngineError(problems)


def version() -> int | None:
    """Return the version of the If-Match header, or None where there is none."""
    sent = request.headers.get("If-Match")
    if sent is None:
        return None
    match = _VERSION.fullmatch(sent.strip())
    if match is None:
        raise EngineError(BAD_VERSION.at("If-Match", got=sent[:40]))
    return int(match.group(1))


def version_needed() -> int:
    """Return the version of the If-Match header; without one the answer is 428."""
    seen = version()
    if seen is None:
        raise RequestRefused(428, VERSION_NEEDED.at("If-Match"))
    return seen


def idempotency_key() -> str | None:
    """Return the Idempotency-Key header, or None where there is none."""
    sent = request.headers.get("Idempotency-Key")
    if sent is None:
        return None
    if not _VISIBLE.fullmatch(sent):
        raise EngineError(BAD_IDEMPOTENCY_KEY.at("Idempotency-Key", most=LONGEST_KEY))
    return sent


@dataclass(frozen=True)
class Query:
    """What a list is asked for."""

    filter: str | None
    sort: str | None
    limit: int
    after: str | None


def query() -> Query:
    """Return the parameters of a list; all mistakes at once."""
    args, most = request.args, size("filter", "sort", "limit", "after")
    return Query(args.get("filter") or None, args.get("sort") or None, most, args.get("after") or None)


def limit() -> int:
    """Return how many items are asked for, which is all that may be asked; all mistakes at once."""
    return size("limit")


def size(*known: str) -> int:
    """Return the limit; EngineError with it, where it is wrong, and with every parameter that is not known."""
    problems: list[Problem] = [
        UNKNOWN_PARAMETER.at(key, key=key, known=", ".join(known)) for key in request.args if key not in known
    ]
    asked = request.args.get("limit", str(USUAL_PER_PAGE))
    if not _LIMIT.fullmatch(asked) or not 1 <= int(asked) <= MOST_PER_PAGE:
        problems.append(BAD_LIMIT.at("limit", most=MOST_PER_PAGE, got=asked[:40]))
    if problems:
        raise EngineError(problems)
    return int(asked)


def body_of(*known: str) -> dict[str, Json]:
    """Return the body, which says nothing but what is known; all that is too much comes back at once."""
    document = body()
    names = ", ".join(known) or "-"
    problems = [UNKNOWN_KEY.at(key, key=key, known=names) for key in document if key not in known]
    if problems:
        raise EngineError(problems)
    return document
