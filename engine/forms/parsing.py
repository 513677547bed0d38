"""Reading one JSON value into the engine's form: strict, without guessing, answering a problem instead of raising."""

from __future__ import annotations

import datetime as dt
import math
import re
import unicodedata
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from engine.forms import problems
from engine.forms.definitions import FieldDef, digits_of, scale_of
from engine.forms.options import option_called
from engine.kernel import clocks
from engine.kernel.canonical import Json, compact
from engine.kernel.identifiers import is_uuid
from engine.kernel.problems import Problem, ProblemKind, Text
from engine.kernel.values import Value

Parse = Callable[[Json, FieldDef], "Value | Problem"]
"""Reads a value that is neither null nor absent. Blank results (empty text, empty list) are None."""

DECIMAL = re.compile(r"(-?)(\d{1,30})(?:\.(\d{1,30}))?", re.ASCII)
ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
ISO_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}:\d{2})", re.ASCII)
PHONE = re.compile(r"\+?\d[\d \-]{4,18}\d", re.ASCII)
EMAIL = re.compile(r"[^@\s<>\"',;:\\()\[\]]{1,64}@[^@\s<>\"',;:\\()\[\]]{1,190}\.[^@\s.<>\"',;:\\()\[\]]{2,60}")
URL = re.compile(r"https?://[^\s<>\"'\\]{1,2000}")
MAX_ENTRIES = 1_000
MOST_BITS = 200
MOST_LEVELS = 50
FIRST, LAST = clocks.FIRST_MOMENT + clocks.DAY_MS, clocks.LAST_MOMENT - clocks.DAY_MS
"""The first and last moment that have a calendar day in every time zone."""
SHOWN = 40

_WANTED = {
    "text": ("文字", "text"),
    "number": ('十进制数字的文字,如 "12.50"', 'a decimal number as text, such as "12.50"'),
    "boolean": ("true 或 false", "true or false"),
    "date": ("日期,如 2026-01-31", "a date such as 2026-01-31"),
    "datetime": (
        "带时区的时间,如 2026-01-31T09:00:00+08:00",
        "a moment with its zone, such as 2026-01-31T09:00:00+08:00",
    ),
    "identifier": ("一个编号", "an id"),
    "list": ("一个列表", "a list"),
    "json": ("JSON,最多50层,数字有限", "JSON of at most 50 levels and finite numbers"),
}


def problem(kind: ProblemKind, field: FieldDef, **values: Any) -> Problem:  # noqa: ANN401 - whatever texts show
    """Return a problem of a field, naming it by its label; the caller puts the place before it."""
    zh, en = ({**values, "label": label} for label in (field.labels.zh, field.labels.en))
    message, hint = (Text(text.zh.format_map(zh), text.en.format_map(en)) for text in (kind.message, kind.hint))
    return Problem(kind.code, "", message, hint, kind.nature)


def shown(value: Json) -> str:
    """Return the value as short JSON, for a message; what JSON cannot write or UTF-8 cannot hold is left out."""
    try:
        written = compact(value).encode(errors="replace").decode()
    except (ValueError, RecursionError):  # not finite, or too many digits or levels
        return "…"
    return written if len(written) <= SHOWN else written[: SHOWN - 1] + "…"


def wrong(field: FieldDef, wanted: str, got: Json) -> Problem:
    """Return the problem of a value of another JSON type than the field takes."""
    zh, en = _WANTED[wanted]
    return problem(problems.WRONG_TYPE, field, wanted_zh=zh, wanted_en=en, got=shown(got))


def clean_text(raw: str) -> str | None:
    """Return the text in NFC, or None where it holds NUL or a lone surrogate."""
    if raw.isascii():
        return None if "\0" in raw else raw
    if "\0" in raw or any("\ud800" <= char <= "\udfff" for char in raw):
        return None
    return unicodedata.normalize("NFC", raw)


def text(limit: int) -> Parse:
    """Return the reader of texts of at most ``limit`` code points, or of the field's own ``max_length``."""

    def parse(raw: Json, field: FieldDef) -> Value | Problem:
        if not isinstance(raw, str):
            return wrong(field, "text", raw)
        cleaned = clean_text(raw)
        if cleaned is None:
            return problem(problems.BAD_TEXT, field)
        bound = int(field.properties.get("max_length", limit))
        if len(cleaned) > bound:
            return problem(problems.TOO_LONG, field, limit=bound, got=len(cleaned))
        return cleaned or None

    return parse


def _formatted(pattern: re.Pattern[str], wanted_zh: str, wanted_en: str, example: str) -> Parse:
    def parse(raw: Json, field: FieldDef) -> Value | Problem:
        if not isinstance(raw, str):
            return wrong(field, "text", raw)
        cleaned = clean_text(raw)
        if cleaned is None:
            return problem(problems.BAD_TEXT, field)
        trimmed = cleaned.strip()
        if not trimmed:
            return None
        if not pattern.fullmatch(trimmed):
            return problem(problems.BAD_FORMAT, field, wanted_zh=wanted_zh, wanted_en=wanted_en, example=example)
        return trimmed

    return parse


phone = _formatted(PHONE, "电话号码", "telephone number", "138 0013 8000")
email = _formatted(EMAIL, "邮箱", "e-mail address", "li.wei@example.com")
url = _formatted(URL, "网址", "web address", "https://example.com")

_CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CREDIT_LENGTH = 18


def credit_code(raw: Json, field: FieldDef) -> Value | Problem:
    """Read a unified social credit code (GB 32100-2015): 18 characters, the last a check character modulo 31."""
    if not isinstance(raw, str):
        return wrong(field, "text", raw)
    code = raw.strip().upper()
    if not code:
        return None
    valid = len(code) == _CREDIT_LENGTH and all(char in _CREDIT_ALPHABET for char in code)
    if valid:
        total = sum(_CREDIT_ALPHABET.index(char) * pow(3, place, 31) for place, char in enumerate(code[:-1]))
        valid = _CREDIT_ALPHABET[-total % 31] == code[-1]
    if valid:
        return code
    return problem(
        problems.BAD_FORMAT,
        field,
        wanted_zh="统一社会信用代码",
        wanted_en="unified social credit code",
        example="91350100M000100Y43",
    )


def scaled(written: str, scale: int) -> int | None:
    """Return a plain decimal as an integer scaled by ``scale``, or None where it is no decimal or has more decimals."""
    match = DECIMAL.fullmatch(written)
    if match is None:
        return None
    sign, whole, fraction = match.group(1), match.group(2), (match.group(3) or "").rstrip("0")
    if len(fraction) > scale:
        return None
    value = int(whole + fraction.ljust(scale, "0"))
    return -value if sign else value


def number(raw: Json, field: FieldDef) -> Value | Problem:
    """Read a decimal from text or a whole number of JSON; a fraction as a JSON number is refused (it is not exact)."""
    written = _written(raw)
    if written is None:
        return wrong(field, "number", raw)
    if not written:
        return None
    if not DECIMAL.fullmatch(written):
        return wrong(field, "number", raw)
    scale, digits = scale_of(field), digits_of(field)
    value = scaled(written, scale)
    if value is None or abs(value) >= 10**digits:
        return problem(problems.TOO_PRECISE, field, scale=scale, digits=digits, got=shown(raw))
    return _in_range(value, raw, scale, field)


def _in_range(value: int, raw: Json, scale: int, field: FieldDef) -> Value | Problem:
    low, high = (field.properties.get(key, bound) for key, bound in (("min", "-∞"), ("max", "∞")))
    if _within(value, scale, low, high):
        return value
    return problem(problems.OUT_OF_RANGE, field, low=low, high=high, got=shown(raw))


def _within(value: int, scale: int, low: str, high: str) -> bool:
    """Compare exactly: a bound may have more decimals than the field keeps."""
    exact = Decimal(value).scaleb(-scale)
    return (low == "-∞" or exact >= Decimal(low)) and (high == "∞" or exact <= Decimal(high))


def _written(raw: Json) -> str | None:
    """Return a number as it is written, or None where the value is no text and no whole number of a sane length."""
    if isinstance(raw, str):
        return raw.strip()
    whole = isinstance(raw, int) and not isinstance(raw, bool) and raw.bit_length() <= MOST_BITS
    return str(raw) if whole else None


RATING = ("1", "5")


def rating(raw: Json, field: FieldDef) -> Value | Problem:
    """Read a whole score, 1 to 5 unless the field states other bounds."""
    written = _written(raw)
    if written is None:
        return wrong(field, "number", raw)
    if not written:
        return None
    low, high = (str(field.properties.get(key, bound)) for key, bound in zip(("min", "max"), RATING, strict=True))
    value = scaled(written, 0)
    if value is None or not _within(value, 0, low, high):
        return problem(problems.OUT_OF_RANGE, field, low=low, high=high, got=shown(raw))
    return value


def boolean(raw: Json, field: FieldDef) -> Value | Problem:
    """Read true or false."""
    return raw if isinstance(raw, bool) else wrong(field, "boolean", raw)


def date(raw: Json, field: FieldDef) -> Value | Problem:
    """Read a strict ISO date into its day number."""
    if not isinstance(raw, str):
        return wrong(field, "date", raw)
    if not raw.strip():
        return None
    if not ISO_DATE.fullmatch(raw):
        return wrong(field, "date", raw)
    try:
        return clocks.day_number(dt.date.fromisoformat(raw))
    except ValueError:
        return wrong(field, "date", raw)


def moment(raw: Json, field: FieldDef) -> Value | Problem:
    """Read an ISO moment with its zone into milliseconds."""
    if not isinstance(raw, str):
        return wrong(field, "datetime", raw)
    if not raw.strip():
        return None
    if not ISO_MOMENT.fullmatch(raw):
        return wrong(field, "datetime", raw)
    try:
        read = clocks.moment_number(dt.datetime.fromisoformat(raw))
    except ValueError:
        return wrong(field, "datetime", raw)
    return read if FIRST <= read <= LAST else wrong(field, "datetime", raw)


def _option(raw: str, field: FieldDef) -> str | Problem:
    key = option_called(field.options, raw)
    if key is not None:
        return key
    live = [option for option in field.options if not option.retired]
    return problem(
        problems.UNKNOWN_OPTION,
        field,
        got=shown(raw).strip('"'),
        options_zh="、".join(f"{option.labels.zh}({option.key})" for option in live),
        options_en=", ".join(f"{option.labels.en} ({option.key})" for option in live),
    )


def choice(raw: Json, field: FieldDef) -> Value | Problem:
    """Read one option by its key, or by a name that it alone has."""
    if not isinstance(raw, str):
        return wrong(field, "text", raw)
    return _option(raw, field) if raw else None


def choices(raw: Json, field: FieldDef) -> Value | Problem:
    """Read a list of options by their keys or names; each is kept once, in the order of the options."""
    if not isinstance(raw, list) or not all(isinstance(item, str) for item in raw):
        return wrong(field, "list", raw)
    chosen = []
    for item in raw:
        found = _option(item, field)
        if isinstance(found, Problem):
            return found
        chosen.append(found)
    return tuple(option.key for option in field.options if option.key in chosen) or None


def identifier(raw: Json, field: FieldDef) -> Value | Problem:
    """Read the id of a record or person; whether it exists is decided with the facts."""
    if not isinstance(raw, str):
        return wrong(field, "identifier", raw)
    if not raw:
        return None
    return raw if is_uuid(raw) else wrong(field, "identifier", raw)


def identifiers(raw: Json, field: FieldDef) -> Value | Problem:
    """Read a list of ids; each is kept once, in the order given."""
    if not isinstance(raw, list) or not all(is_uuid(item) for item in raw):
        return wrong(field, "list", raw)
    if len(raw) > MAX_ENTRIES:
        return problem(problems.TOO_MANY, field, limit=MAX_ENTRIES, got=len(raw))
    return tuple(dict.fromkeys(raw)) or None


def anything(raw: Json, field: FieldDef) -> Value | Problem:
    """Take any JSON as it is, unless it holds what cannot be kept: unclean text, numbers that are not finite."""
    level: list[Json] = [raw]
    for _ in range(MOST_LEVELS):
        if any(isinstance(item, str) and clean_text(item) is None for item in level):
            return problem(problems.BAD_TEXT, field)
        if any(isinstance(item, float) and not math.isfinite(item) for item in level):
            return wrong(field, "json", raw)
        level = [inner for item in level for inner in _inside(item)]
        if not level:
            return raw
    return wrong(field, "json", raw)


def _inside(item: Json) -> list[Json]:
    if isinstance(item, dict):
        return [*item, *item.values()]
    return item if isinstance(item, list) else []
