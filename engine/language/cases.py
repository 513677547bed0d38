"""Cases of the contract for outside tests: one expression with its fields, record and surroundings, read from JSON.

A case is ``{"id", "expr", "fields", "record", "now"}`` and, where needed, ``zone``, ``me``, ``old``, ``params`` (key
→ ``{"type", …, "value"}``) and ``related`` (form → ``{"fields", "rows", "reference"}``: the rows of another form, and
which of their fields names the record; without ``reference`` it is the field of type reference, or the one that
``fields`` leaves out). ``people`` (id → ``{"name", "department", "manager", "roles", "active"}``) is the directory.
``calendar`` (``{"non_working": […], "make_up": […]}``, ISO days) are the days that differ from Mondays to Fridays.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime

from engine.kernel import clocks
from engine.kernel.canonical import Json
from engine.kernel.problems import EngineError, Text
from engine.kernel.values import Row, Value
from engine.language import problems, types
from engine.language.calendars import WEEKDAYS, Calendar, calendar_of
from engine.language.case_shapes import USUAL_DIGITS, completed, ungrouped
from engine.language.plain import Plain, PlainPerson
from engine.language.scope import FieldScope, FormScope, RelationScope, RoleScope, Scope
from engine.language.types import SEVERAL, NumberType, Option, Type
from engine.language.zones import day_of

APP = "case"
_SHOWN = frozenset({"id", "expr"})
"""What may hold half of a character: it is answered, or a problem of the expression."""
_DAYS_OFF = frozenset({"non_working", "non_working_days", "holidays", "off", "off_days", "days_off"})
_MADE_UP = frozenset({"make_up", "make_up_days", "makeup", "workdays", "working", "working_days"})
DEFAULT_ZONE = "Asia/Shanghai"
_LONGEST_QUOTE = 80

_DECIMAL = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True)
class Table:
    """A form of a case with its rows."""

    scope: FormScope
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Case:
    """A case that has been read."""

    source: str
    scope: Scope
    row: Row
    tables: Mapping[str, Table]
    surroundings: Plain


def bad_case(what: str, got: object = "") -> EngineError:
    """Return the problem of a line that is no case: which part of it is wrong, and what stood there."""
    quoted = f" {got!r}"[:_LONGEST_QUOTE] if got != "" else ""
    return EngineError(problems.BAD_CASE.at("", start=0, end=0, reason=f"{what}{quoted}"))


def read_case(document: Json, real_now: clocks.Moment) -> Case:
    """Return the case of a JSON object; ``real_now`` stands in where it has no ``now``. Raises ``EngineError``."""
    if not isinstance(document, dict) or not isinstance(document.get("expr"), str):
        raise bad_case("expr")
    document = _well_formed(document)
    form = str(document.get("form", "record"))
    held = [document.get("record", {}), document.get("old", {})]
    fields = _fields(completed(document.get("fields", {}), held, (form, *document.get("related", {}))))
    row = _row(document.get("record", {}), fields, "1")
    zone = str(document.get("zone", DEFAULT_ZONE))
    now = _moment(document["now"]) if document.get("now") is not None else real_now
    today = day_of(now, _known(zone))
    if today is None:
        raise bad_case("now", document["now"])
    tables = {key: _table(key, other, form) for key, other in document.get("related", {}).items()}
    relations = _relations(document.get("related", {}), tables, form)
    main = FormScope(APP, form, fields, relations)
    own = tables.get(form)
    tables[form] = Table(main, (row, *(own.rows if own is not None else ())))
    parameters = {_bare(key): _parameter(value) for key, value in ungrouped(document.get("params", {}))}
    old, people = document.get("old"), _people(document.get("people", {}))
    scope = Scope(
        main,
        {(APP, key): table.scope for key, table in tables.items()},
        {key: kind for key, (kind, _) in parameters.items()},
        with_old=old is not None,
        roles={role: RoleScope(APP, role) for person in people.values() for _, role in sorted(person.roles)},
    )
    surroundings = Plain(
        now,
        today,
        zone,
        document.get("me"),
        {key: value for key, (_, value) in parameters.items()},
        None if old is None else _row(old, fields, str(row["id"])),
        {(APP, key): table.rows for key, table in tables.items()},
        people,
        _calendar(document.get("calendar")),
    )
    return Case(document["expr"], scope, row, tables, surroundings)


def is_whole(text: str) -> bool:
    """Tell whether the text holds no half of a character."""
    return text.isascii() or not any("\ud800" <= character <= "\udfff" for character in text)


def _well_formed(document: dict[str, Json]) -> dict[str, Json]:
    """Return the parts of a case that are there, each of the shape that it must have."""
    parts = {key: part for key, part in document.items() if part is not None}
    for key in parts.keys() & {"fields", "record", "related", "params", "old", "people"}:
        if not isinstance(parts[key], dict):
            raise bad_case(key, parts[key])
    for key, other in parts.get("related", {}).items():
        rows = other.get("rows", []) if isinstance(other, dict) else None
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise bad_case("related", key)
        if not isinstance(other.get("fields", {}), dict):
            raise bad_case("related", key)
    if not isinstance(parts.get("me", ""), str):
        raise bad_case("me", parts["me"])
    if not is_whole(json.dumps({key: part for key, part in parts.items() if key not in _SHOWN}, ensure_ascii=False)):
        raise bad_case("text")
    return parts


def shown(value: Value, kind: Type) -> Json:
    """Return a value in the JSON form of the contract: decimals as text, blank as null, moments in UTC with Z."""
    match kind:
        case _ if value is None:
            return None
        case types.NumberType(scale):
            return decimal_text(value, scale)
        case types.DurationType():
            return str(value)
        case types.DateType():
            return clocks.date_of(value).isoformat()
        case types.DateTimeType():
            return clocks.moment_text(value)
        case _ if isinstance(kind, SEVERAL):
            return list(value)
        case _:
            return value


def _calendar(document: Json) -> Calendar:
    """Read the days off and the make-up workdays, each under any of their names; without any it is a plain week."""
    if document is None:
        return WEEKDAYS
    if not isinstance(document, dict) or not document.keys() <= _DAYS_OFF | _MADE_UP:
        raise bad_case("calendar", document)
    off, made_up = (
        [_calendar_day(day) for key in document if key in names for day in _days(document[key])]
        for names in (_DAYS_OFF, _MADE_UP)
    )
    return calendar_of(off, made_up)


def _days(document: Json) -> list[Json]:
    if document is None:
        return []
    if not isinstance(document, list):
        raise bad_case("calendar", document)
    return document


def _calendar_day(raw: Json) -> clocks.Day:
    day = read_value(raw, types.DateType())
    if day is None:
        raise bad_case("calendar", raw)
    return int(day)


def _people(document: Json) -> dict[str, PlainPerson]:
    if not isinstance(document, dict) or not all(isinstance(one, dict) for one in document.values()):
        raise bad_case("people", document)
    if not all(isinstance(one.get("roles", []), list) for one in document.values()):
        raise bad_case("people", "roles")
    return {
        id: PlainPerson(
            str(one.get("name", id)),
            one.get("department"),
            one.get("manager"),
            frozenset((APP, str(role)) for role in one.get("roles", ())),
            one.get("active") is not False,
        )
        for id, one in document.items()
    }


def decimal_text(number: int, scale: int) -> str:
    """Return a scaled number as a decimal without zeros at its end."""
    digits = str(abs(number)).rjust(scale + 1, "0")
    whole, decimals = digits[: len(digits) - scale], digits[len(digits) - scale :].rstrip("0")
    return ("-" if number < 0 else "") + whole + (f".{decimals}" if decimals else "")


def _known(zone: str) -> str:
    try:
        clocks.zone(zone)
    except (KeyError, ValueError, OSError):
        raise bad_case("zone", zone) from None
    return zone


def _bare(key: str) -> str:
    return key.removeprefix("param.")


def _option(document: Json) -> Option:
    if isinstance(document, str):
        return Option(document, Text(document, document))
    key = document["key"]
    labels = document.get("labels") or {"zh": document.get("label", key), "en": document.get("label", key)}
    return Option(key, Text(labels.get("zh", key), labels.get("en", key)))


def _number_type(scale: int, digits: int) -> NumberType:
    if not (0 <= scale <= types.MAX_DIGITS and 1 <= digits <= types.MAX_DIGITS):
        raise bad_case("scale", f"{scale}/{digits}")
    return NumberType(scale, digits)


_TYPES: Mapping[str, Callable[[Json], Type]] = {
    "text": lambda _: types.TextType(),
    "number": lambda document: _number_type(int(document.get("scale", 0)), int(document.get("digits", USUAL_DIGITS))),
    "boolean": lambda _: types.BooleanType(),
    "date": lambda _: types.DateType(),
    "datetime": lambda _: types.DateTimeType(),
    "duration": lambda _: types.DurationType(),
    "choice": lambda document: types.ChoiceType(tuple(map(_option, document["options"]))),
    "choices": lambda document: types.ChoicesType(tuple(map(_option, document["options"]))),
    "reference": lambda document: types.ReferenceType(APP, str(document["form"])),
    "references": lambda document: types.ReferencesType(APP, str(document["form"])),
    "person": lambda _: types.PersonType(),
    "persons": lambda _: types.PersonsType(),
}

TYPE_NAMES = tuple(_TYPES)
"""The types of fields that a case may have."""


def _type(document: Json) -> Type:
    made = _TYPES.get(str(document.get("type"))) if isinstance(document, dict) else None
    if made is None:
        raise bad_case("type", document)
    try:
        return made(document)
    except (KeyError, TypeError, ValueError, AttributeError):
        raise bad_case("type", document) from None


def _fields(document: Json) -> dict[str, FieldScope]:
    fields = {key: _field(key, field) for key, field in document.items()}
    fields.setdefault("id", FieldScope("id", "id", types.TextType()))
    return fields


def _field(key: str, document: Json) -> FieldScope:
    labels = document.get("labels") if isinstance(document, dict) else None
    text = Text(str(labels.get("zh", key)), str(labels.get("en", key))) if isinstance(labels, dict) else None
    return FieldScope(
        key, key, _type(document), text, isinstance(document, dict) and document.get("blank_as_zero") is True
    )


def _row(document: Json, fields: Mapping[str, FieldScope], id: str) -> Row:
    values = {key: read_value(document.get(key), field.type) for key, field in fields.items()}
    return values if values["id"] is not None else {**values, "id": id}


def _parameter(document: Json) -> tuple[Type, Value]:
    if isinstance(document, dict):
        kind = _type(document)
        return kind, read_value(document.get("value"), kind)
    if isinstance(document, bool):
        return types.BooleanType(), document
    if isinstance(document, str) and _DECIMAL.fullmatch(document):
        scale = len(document.partition(".")[2])
        kind = _number_type(scale, max(USUAL_DIGITS, len(document)))
        return kind, read_value(document, kind)
    if isinstance(document, int | float):
        return _parameter(str(document)) if _DECIMAL.fullmatch(str(document)) else _parameter({})
    return types.TextType(), read_value(document, types.TextType())


def _reference_of(document: Json, fields: Mapping[str, FieldScope], form: str) -> str:
    """Return the field of a related form by which its rows name the record."""
    if "reference" in document:
        return str(document["reference"])
    for field in fields.values():
        if isinstance(field.type, types.ReferenceType) and field.type.form == form:
            return field.key
    extra = (key for row in document.get("rows", ()) for key in row if key not in fields)
    return next(extra, form)


def _table(key: str, document: Json, form: str) -> Table:
    fields = _fields(completed(document.get("fields", {}), document.get("rows", ()), (form, key)))
    reference = _reference_of(document, fields, form)
    fields.setdefault(reference, FieldScope(reference, reference, types.ReferenceType(APP, form)))
    if not isinstance(fields[reference].type, types.ReferenceType | types.TextType):
        raise bad_case("reference", reference)
    rows = tuple(_row(row, fields, str(number)) for number, row in enumerate(document.get("rows", ()), 1))
    return Table(FormScope(APP, key, fields), rows)


def _relations(document: Json, tables: Mapping[str, Table], form: str) -> dict[str, RelationScope]:
    relations = {}
    for key, table in tables.items():
        reference = _reference_of(document[key], table.scope.fields, form)
        relations[key] = RelationScope(key, None, APP, key, reference)
    return relations


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
        case types.TextType() | types.ChoiceType() | types.ReferenceType() | types.PersonType():
            return _text(raw)
        case _:
            raise bad_case("value", raw)


def _number(raw: Json, kind: NumberType) -> int:
    if isinstance(raw, bool) or not _DECIMAL.fullmatch(str(raw)):
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
