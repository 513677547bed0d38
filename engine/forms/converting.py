"""What becomes of a value when its field gets another type; it knows the types' own readers, and no records.

A value is offered to the new type in every form that people may have meant: as JSON writes it, as it is shown, as the
option that it names. The first form that the type reads is the value; where it reads none, the value does not convert.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from datetime import datetime

from engine.forms.definitions import FieldDef, scale_of
from engine.forms.field_types import FieldType
from engine.forms.options import names_of
from engine.forms.writing import as_json
from engine.kernel.canonical import Json
from engine.kernel.clocks import date_of, datetime_of, day_of, moment_text, start_of_day, zone
from engine.kernel.problems import Problem
from engine.kernel.registries import Registry
from engine.kernel.values import StorageKind, Value

Convert = Callable[[Value], "Value | Problem"]
"""Turns a value of the old type into one of the new; a problem where it does not convert. Blank stays blank."""

_NUMBERS = frozenset(("number", "money", "percent"))
_TEXTS = frozenset(("text", "long_text", "scan"))
_OTHERS = frozenset(
    ("phone", "email", "url", "id_code", "rating", "boolean", "date", "datetime", "choice", "multi_choice")
)
_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?", re.ASCII)
_GROUPED = re.compile(r"-?\d{1,3}(,\d{3})+(\.\d+)?", re.ASCII)
_SEPARATORS = re.compile("[、,,;;]")
_TRUE, _FALSE = ("是", "true", "yes", "Yes", "1"), ("否", "false", "no", "No", "0")


def shape_of(field: FieldDef) -> str | None:
    """Return the shape in which a field's values are kept, apart from other shapes; None for one that cannot change.

    Texts of any length are one shape, and so are all numbers with the same decimals.
    """
    if field.type in _NUMBERS:
        return f"number_{scale_of(field)}"
    if field.type in _TEXTS:
        return "text"
    return field.type if field.type in _OTHERS else None


def converter(old: FieldDef, new: FieldDef, types: Registry[FieldType], zone_name: str) -> Convert:
    """Return what turns values of ``old`` into values of ``new``; days and wall clocks are those of the zone."""
    kind, parse = types[old.type].storage, types[new.type].parse
    target = types[new.type].storage

    def convert(value: Value) -> Value | Problem:
        first: Problem | None = None
        for offered in _offered(value, kind, old, new, target, zone_name) if value is not None else ():
            read = parse(offered, new)
            if not isinstance(read, Problem):
                return read
            first = first or read
        return first

    return convert


def _offered(
    value: Value, kind: StorageKind, old: FieldDef, new: FieldDef, target: StorageKind, zone_name: str
) -> Iterator[Json]:
    """Yield what ``_offers`` does; a day that the zone's calendar no longer has is offered as JSON writes it."""
    try:
        yield from _offers(value, kind, old, new, target, zone_name)
    except OverflowError:
        yield as_json(kind, value, scale_of(old))


def _offers(
    value: Value, kind: StorageKind, old: FieldDef, new: FieldDef, target: StorageKind, zone_name: str
) -> Iterator[Json]:
    """Yield the JSON forms in which a value is offered, the likeliest first."""
    shown = _shown(value, kind, old, zone_name)
    if target is StorageKind.DATE and kind is StorageKind.DATETIME:
        yield date_of(day_of(value, zone_name)).isoformat()
    elif target is StorageKind.DATETIME and kind is StorageKind.DATE:
        yield moment_text(start_of_day(value, zone_name))
    elif new.type == "multi_choice":
        listed = value if kind is StorageKind.TEXTS else _SEPARATORS.split(shown)
        yield [next(_options(item, new), item) for item in listed]
    elif target is StorageKind.TEXT and new.type != "choice":
        yield shown
    else:
        yield as_json(kind, value, scale_of(old))
        yield from _options(shown, new)
        if kind is StorageKind.TEXT:
            yield from _read(shown, target, zone_name)


def _shown(value: Value, kind: StorageKind, old: FieldDef, zone_name: str) -> str:
    """Return a value as people read it: labels of options in Chinese, moments by the wall clock of the zone."""
    labels = {option.key: option.labels.zh for option in old.options}
    match kind:
        case StorageKind.BOOLEAN:
            return "是" if value else "否"
        case StorageKind.TEXTS:
            return "、".join(labels.get(item, item) for item in value)
        case StorageKind.DATETIME:
            local = datetime_of(value).astimezone(zone(zone_name))
            return local.strftime("%Y-%m-%d %H:%M:%S" if local.second else "%Y-%m-%d %H:%M")
        case _:
            written = str(as_json(kind, value, scale_of(old)))
            return labels.get(written, written)


def _options(shown: str, new: FieldDef) -> Iterator[str]:
    """Yield the keys of the options that a text names by key, label or alias."""
    wanted = shown.strip()
    for option in new.options:
        if not option.retired and wanted in (option.key, *names_of(option)):
            yield option.key


def _read(shown: str, target: StorageKind, zone_name: str) -> Iterator[Json]:
    """Yield what people write for numbers, days, moments, yes and no, as JSON writes it."""
    plain = unicodedata.normalize("NFKC", shown).strip()
    match target:
        case StorageKind.NUMBER:
            yield plain.replace(",", "") if _GROUPED.fullmatch(plain) else plain
        case StorageKind.DATE:
            yield _iso_day(plain)
        case StorageKind.DATETIME:
            yield from _moments(plain, zone_name)
        case StorageKind.BOOLEAN:
            yield from (truth for truth, words in ((True, _TRUE), (False, _FALSE)) if plain in words)
        case _:
            yield plain


def _iso_day(plain: str) -> str:
    found = _DAY.fullmatch(plain)
    return plain if found is None else f"{found[1]}-{int(found[2]):02}-{int(found[3]):02}"


def _moments(plain: str, zone_name: str) -> Iterator[str]:
    """Yield a wall clock's time, or the beginning of a day, with the zone's offset."""
    day, _, time = plain.partition(" ")
    try:
        local = datetime.fromisoformat(f"{_iso_day(day)}T{time or '00:00'}")
    except ValueError:
        return
    if local.tzinfo is None:
        yield local.replace(tzinfo=zone(zone_name)).isoformat(timespec="seconds")
