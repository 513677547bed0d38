"""The values of a case read from JSON, and the problem of what is none; knows types and nothing of fields."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, date, datetime

from engine.kernel import clocks
from engine.kernel.canonical import Json
from engine.kernel.problems import EngineError
from engine.kernel.values import Value
from engine.language import problems, types
from engine.language.types import SEVERAL, NumberType, Type

DECIMAL = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_LONGEST_QUOTE = 80


def bad_case(what: str, got: object = "") -> EngineError:
    """Return the problem of a line that is no case: which part of it is wrong, and what stood there."""
    quoted = f" {got!r}"[:_LONGEST_QUOTE] if got != "" else ""
    return EngineError(problems.BAD_CASE.at("", start=0, end=0, reason=f"{what}{quoted}"))


def is_whole(text: str) -> bool:
    """Tell whether the text holds no half of a character."""
    return text.isascii() or not any("\ud800" <= character <= "\udfff" for character in text)


def read_key(raw: Json, part: str) -> str:
    """Return a text that is not blank, such as the key of a form; raises ``EngineError`` that names the part."""
    if not isinstance(raw, str) or raw == "":
        raise bad_case(part, raw)
    return _text(raw)


def read_value(raw: Json, kind: Type) -> Value:
    """Return a value from its JSON form; raises ``EngineError`` for what is none of its type."""
    if raw is None or raw == "":
        return None
    match kind:
        case types.NumberType():
            return _number(raw, kind)
        case types.BooleanType() if isinstance(raw, bool):
            return raw
        case types.DateType() if isinstance(raw, str) and _DATE.fullmatch(raw):
            return _day(raw)
        case types.DateTimeType():
            return _moment(raw)
        case types.DurationType():
            return _duration(raw)
        case _ if isinstance(kind, SEVERAL) and isinstance(raw, list):
            return tuple(_text(item) for item in raw) or None
        case types.CapturedType(_, several) if isinstance(raw, list if several else dict):
            return raw or None
        case types.TextType() | types.ChoiceType() | types.ReferenceType() | types.PersonType():
            return _text(raw)
        case _:
            raise bad_case("value", raw)


def _number(raw: Json, kind: NumberType) -> int:
    if isinstance(raw, bool) or not DECIMAL.fullmatch(str(raw)):
        raise bad_case("number", raw)
    whole, _, decimals = str(raw).partition(".")
    decimals = decimals.rstrip("0")
    if len(decimals) > kind.scale:
        raise bad_case("decimals", raw)
    digits = (whole.removeprefix("-") + decimals.ljust(kind.scale, "0")).lstrip("0")
    if len(digits) > kind.digits:
        raise bad_case("digits", raw)
    return -int(digits or "0") if whole.startswith("-") else int(digits or "0")


def _duration(raw: Json) -> int:
    """Read milliseconds; a duration is a whole number of them, as text like every number."""
    found = _number(raw, NumberType(0, len(str(types.LONGEST_DURATION))))
    if abs(found) > types.LONGEST_DURATION:
        raise bad_case("duration", raw)
    return found


def _text(raw: Json) -> str:
    if not isinstance(raw, str) or any(character == "\0" or "\ud800" <= character <= "\udfff" for character in raw):
        raise bad_case("text", raw)
    return unicodedata.normalize("NFC", raw)


def _day(raw: str) -> clocks.Day:
    try:
        return clocks.day_number(date.fromisoformat(raw))
    except ValueError:
        raise bad_case("date", raw) from None


def _moment(raw: Json) -> clocks.Moment:
    try:
        at = datetime.fromisoformat(raw)
        if at.tzinfo is None:
            raise bad_case("datetime", raw)
        return clocks.moment_number(at.astimezone(UTC))
    except (ValueError, TypeError, OverflowError):
        raise bad_case("datetime", raw) from None
