"""Values as a stand-in keeps them: read from JSON into one form each, so that equal ones are found by comparing texts.

Numbers are texts with as many decimals as their field has, moments are UTC with ``Z``; a blank is null.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from engine.forms.parsing import clean_text
from engine.kernel.canonical import Json
from engine.kernel.clocks import Day, Moment, date_of, day_number, moment_number, moment_text, start_of_day
from engine.kernel.problems import Problem, Text
from engine.standin import problems
from engine.standin.definitions import FieldDef

LONGEST_TEXT = 2_000
MOST_LINES = 500
MOST_DIGITS = 18
MONTHS = 12
MINUTE_MS = 60_000
FARTHEST = 3_660
"""So many days or months a written value lies from the anchor at most."""

Holds = Callable[[str, str], bool]
"""Tells whether a resource holds a row of that id."""


def taken(
    fields: Iterable[FieldDef], given: Mapping[str, Json], place: str, holds: Holds
) -> tuple[dict[str, Json], list[Problem]]:
    """Return the value of every field, and what is wrong with what was given, each at its place."""
    defined = {field.key: field for field in fields}
    known = ", ".join(defined)
    found = [problems.UNKNOWN_FIELD.at(_under(place, key), key=key, known=known) for key in given if key not in defined]
    values: dict[str, Json] = {}
    for key, field in defined.items():
        values[key], wrong = _value(field, given.get(key), _under(place, key), holds)
        if values[key] is None and not wrong and field.required:
            wrong = [problems.BLANK.at(_under(place, key), key=key)]
        found += wrong
    return values, found


def one_value(field: FieldDef, raw: Json, place: str) -> Json | Problem:
    """Return a value to compare with, whatever it leads to; Problem where it is none, or a blank."""
    value, found = _value(field, raw, place, lambda _resource, _id: True)
    if found:
        return found[0]
    return problems.BLANK.at(place, key=field.key) if value is None else value


def _value(field: FieldDef, raw: Json, place: str, holds: Holds) -> tuple[Json, list[Problem]]:
    if raw is None or raw == "":
        return None, []
    if field.type == "lines":
        return _lines(field, raw, place, holds)
    read = READERS[field.type](field, raw)
    if isinstance(read, Text):
        return None, [problems.BAD_VALUE.at(place, got=str(raw)[:60], wanted_zh=read.zh, wanted_en=read.en)]
    if field.type == "reference" and not holds(field.resource, str(read)):
        return None, [problems.NO_SUCH_ROW.at(place, resource=field.resource, id=read)]
    return read, []


def _lines(field: FieldDef, raw: Json, place: str, holds: Holds) -> tuple[Json, list[Problem]]:
    if not isinstance(raw, list) or len(raw) > MOST_LINES or not all(isinstance(line, dict) for line in raw):
        wanted = Text(f"一组对象,最多{MOST_LINES}个", f"a list of at most {MOST_LINES} objects")
        return None, [problems.BAD_VALUE.at(place, got=str(raw)[:60], wanted_zh=wanted.zh, wanted_en=wanted.en)]
    read = [taken(field.fields, line, f"{place}/{number}", holds) for number, line in enumerate(raw)]
    return [values for values, _ in read], [problem for _, found in read for problem in found]


def _text(_field: FieldDef, raw: Json) -> Json | Text:
    clean = clean_text(raw) if isinstance(raw, str) else None
    if clean is None or len(clean) > LONGEST_TEXT:
        return Text(f"文本,最多{LONGEST_TEXT}个字", f"a text of at most {LONGEST_TEXT} characters")
    return clean


def _number(field: FieldDef, raw: Json) -> Json | Text:
    wanted = Text(f"数字,最多{field.scale}位小数", f"a number with at most {field.scale} decimals")
    try:
        number = Decimal(str(raw))
    except InvalidOperation:  # true and false, lists and objects among them
        return wanted
    if not number.is_finite() or (number and number.adjusted() >= MOST_DIGITS - field.scale):
        return wanted
    rounded = number.quantize(Decimal(1).scaleb(-field.scale)) + 0  # there is no minus nothing
    return f"{rounded:f}" if rounded == number else wanted


def _boolean(_field: FieldDef, raw: Json) -> Json | Text:
    spoken = {"true": True, "false": False}.get(raw) if isinstance(raw, str) else raw
    return spoken if isinstance(spoken, bool) else Text("true 或 false", "true or false")


def _date(_field: FieldDef, raw: Json) -> Json | Text:
    try:
        return date.fromisoformat(raw).isoformat()
    except (ValueError, TypeError):
        return Text("日期,形如 2026-01-31", "a date such as 2026-01-31")


def _datetime(_field: FieldDef, raw: Json) -> Json | Text:
    try:
        return moment_text(moment_number(datetime.fromisoformat(raw)))
    except (ValueError, TypeError, OverflowError):  # text that is none, something else, or without its zone
        return Text("带时区的时间,形如 2026-01-31T09:00:00Z", "a moment with its zone such as 2026-01-31T09:00:00Z")


def _choice(field: FieldDef, raw: Json) -> Json | Text:
    one_of = ", ".join(field.options)
    return raw if isinstance(raw, str) and raw in field.options else Text(f"其中之一:{one_of}", f"one of {one_of}")


READERS: Mapping[str, Callable[[FieldDef, Json], Json | Text]] = {
    "text": _text,
    "reference": _text,
    "number": _number,
    "money": _number,
    "boolean": _boolean,
    "date": _date,
    "datetime": _datetime,
    "choice": _choice,
}


def counted(raw: Json, anchor: Day, zone: str) -> Json:
    """Return a written value with its days and months counted from the anchor, whatever else stands in it.

    ``{"days": -3}`` is a date, with ``"time": "09:30"`` a moment; ``{"month": -1}`` the month before, as ``2026-01``.
    """
    match raw:
        case {"days": int(days), **rest} if abs(days) <= FARTHEST and set(rest) <= {"time"} and _is_time(rest):
            return _counted_day(anchor + days, rest.get("time"), zone)
        case {"month": int(months), **rest} if abs(months) <= FARTHEST and not rest:
            day = date_of(anchor)
            number = day.year * MONTHS + day.month - 1 + months
            return f"{number // MONTHS:04d}-{number % MONTHS + 1:02d}"
        case dict():
            return {key: counted(inner, anchor, zone) for key, inner in raw.items()}
        case list():
            return [counted(inner, anchor, zone) for inner in raw]
        case _:
            return raw


def _is_time(rest: Json) -> bool:
    return re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", str(rest.get("time", "00:00")), re.ASCII) is not None


def _counted_day(day: Day, time: Json, zone: str) -> str:
    if time is None:
        return date_of(day).isoformat()
    hours, minutes = str(time).split(":")
    return moment_text(start_of_day(day, zone) + (int(hours) * 60 + int(minutes)) * MINUTE_MS)


def moment_of(written: str, zone: str) -> Moment | None:
    """Return the moment that a text names, the first one where it is a day; None where it names none."""
    try:
        if re.fullmatch(r"\d{4}-\d\d-\d\d", written, re.ASCII):
            return start_of_day(day_number(date.fromisoformat(written)), zone)
        return moment_number(datetime.fromisoformat(written))
    except (ValueError, TypeError, OverflowError):  # no time, one without its zone, or one beyond the calendar
        return None


def _under(place: str, key: str) -> str:
    return f"{place}/{key}" if place else key
