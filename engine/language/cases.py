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
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from engine.kernel import clocks
from engine.kernel.canonical import Json
from engine.kernel.problems import Text
from engine.kernel.values import Row, Value
from engine.language import types
from engine.language.case_around import APP, read_calendar, read_people
from engine.language.case_shapes import USUAL_DIGITS, completed, ungrouped
from engine.language.case_values import DECIMAL, bad_case, is_whole, read_key, read_value
from engine.language.plain import Plain
from engine.language.scope import FieldScope, FormScope, RelationScope, RoleScope, Scope
from engine.language.types import SEVERAL, NumberType, Option, Type
from engine.language.zones import day_of

_SHOWN = frozenset({"id", "expr"})
"""What may hold half of a character: it is answered, or a problem of the expression."""
DEFAULT_ZONE = "Asia/Shanghai"
_COUNT = re.compile("[0-9]{1,3}")


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


def read_case(document: Json, real_now: clocks.Moment) -> Case:
    """Return the case of a JSON object; ``real_now`` stands in where it has no ``now``. Raises ``EngineError``."""
    if not isinstance(document, dict) or not isinstance(document.get("expr"), str):
        raise bad_case("expr")
    document = _well_formed(document)
    form = read_key(document.get("form", "record"), "form")
    held = [document.get("record", {}), document.get("old", {})]
    fields = _fields(completed(document.get("fields", {}), held, (form, *document.get("related", {}))))
    row = _row(document.get("record", {}), fields, "1")
    zone = read_key(document.get("zone", DEFAULT_ZONE), "zone")
    told = read_value(document.get("now"), types.DateTimeType())
    now = real_now if told is None else int(told)
    today = day_of(now, _known(zone))
    if today is None:
        raise bad_case("now", document["now"])
    tables = {key: _table(key, other, form) for key, other in document.get("related", {}).items()}
    relations = _relations(document.get("related", {}), tables, form)
    main = FormScope(APP, form, fields, relations)
    own = tables.get(form)
    tables[form] = Table(main, (row, *(own.rows if own is not None else ())))
    parameters = {_bare(key): _parameter(value) for key, value in ungrouped(document.get("params", {}))}
    old, people = document.get("old"), read_people(document.get("people", {}))
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
        read_value(document.get("me"), types.PersonType()),
        {key: value for key, (_, value) in parameters.items()},
        None if old is None else _row(old, fields, str(row["id"])),
        {(APP, key): table.rows for key, table in tables.items()},
        people,
        read_calendar(document.get("calendar")),
    )
    return Case(document["expr"], scope, row, tables, surroundings)


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
        document = {"key": document}
    key = read_key(document["key"], "options")
    labels = document.get("labels") or dict.fromkeys(("zh", "en"), document.get("label"))
    zh, en = (read_key(labels.get(speech) or key, "options") for speech in ("zh", "en"))
    return Option(key, Text(zh, en))


def _options(document: Json) -> tuple[Option, ...]:
    if not isinstance(document["options"], list):
        raise bad_case("options", document["options"])
    return tuple(map(_option, document["options"]))


def _count(document: Json, part: str, usual: int) -> int:
    """Return how many decimals or digits a number has."""
    told = document.get(part)
    if isinstance(told, bool) or not _COUNT.fullmatch(str(usual if told is None else told)):
        raise bad_case(part, told)
    return usual if told is None else int(told)


def _number_type(scale: int, digits: int) -> NumberType:
    if not (0 <= scale <= types.MAX_DIGITS and 1 <= digits <= types.MAX_DIGITS):
        raise bad_case("scale", f"{scale}/{digits}")
    return NumberType(scale, digits)


_TYPES: Mapping[str, Callable[[Json], Type]] = {
    "text": lambda _: types.TextType(),
    "number": lambda document: _number_type(_count(document, "scale", 0), _count(document, "digits", USUAL_DIGITS)),
    "boolean": lambda _: types.BooleanType(),
    "date": lambda _: types.DateType(),
    "datetime": lambda _: types.DateTimeType(),
    "duration": lambda _: types.DurationType(),
    "choice": lambda document: types.ChoiceType(_options(document)),
    "choices": lambda document: types.ChoicesType(_options(document)),
    "reference": lambda document: types.ReferenceType(APP, read_key(document["form"], "form")),
    "references": lambda document: types.ReferencesType(APP, read_key(document["form"], "form")),
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
    if isinstance(document, str) and DECIMAL.fullmatch(document):
        scale = len(document.partition(".")[2])
        kind = _number_type(scale, max(USUAL_DIGITS, len(document)))
        return kind, read_value(document, kind)
    if isinstance(document, int | float):
        return _parameter(str(document)) if DECIMAL.fullmatch(str(document)) else _parameter({})
    return types.TextType(), read_value(document, types.TextType())


def _reference_of(document: Json, fields: Mapping[str, FieldScope], form: str) -> str:
    """Return the field of a related form by which its rows name the record."""
    if document.get("reference") is not None:
        return read_key(document["reference"], "reference")
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
