"""What people write in the cells of a table, as the JSON that a field reads; it knows types, no records and no people.

Nothing is guessed: what is not understood stays as it is written, and the field says what is wrong with it.
"""

from __future__ import annotations

import json
import re
import unicodedata
from datetime import datetime
from decimal import Decimal
from typing import Final

from engine.forms.definitions import FieldDef
from engine.forms.options import option_called
from engine.kernel.canonical import Json
from engine.kernel.clocks import zone

NUMBERS: Final = frozenset(("number", "money", "percent", "rating"))
POINTING_AT_ONE: Final = frozenset(("person", "reference"))
POINTING_AT_SEVERAL: Final = frozenset(("persons", "references"))
_TEXTS: Final = frozenset(
    ("text", "long_text", "phone", "email", "url", "id_code", "scan", "auto_number", *POINTING_AT_ONE)
)
_SEPARATORS: Final = re.compile("[、,,;;\n|]")
_DAY: Final = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?", re.ASCII)
_DIGITS: Final = re.compile(r"(\d{4})(\d{2})(\d{2})", re.ASCII)
_MIDNIGHT: Final = re.compile(r"0?0:00(:00(\.0+)?)?")
_TIME: Final = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d{1,6})?)?", re.ASCII)
_GROUPED: Final = re.compile(r"-?\d{1,3}(,\d{3})+(\.\d+)?", re.ASCII)
_AROUND: Final = re.compile(r"^(-?)\s*(?:[¥$€£]|RMB|CNY)?\s*(.*?)\s*(?:元|%)?$")
_PLAIN: Final = re.compile(r"-?\d+(\.\d+)?", re.ASCII)
_TRUE: Final = frozenset(("是", "对", "有", "真", "√", "✓", "true", "yes", "y", "1", "on"))
_FALSE: Final = frozenset(("否", "不", "错", "无", "没有", "假", "×", "x", "false", "no", "n", "0", "off"))
_HUNDRED: Final = 100


def cell_json(cell: Json, field: FieldDef, zone_name: str) -> Json:
    """Return what stands in a cell as the JSON of a field, None where it is blank.

    Names of records and of people stay names, a list of them a list of names. Wall clocks are those of the zone.
    """
    if isinstance(cell, str):
        cell = cell.strip()
        if not cell:
            return None
    if isinstance(cell, list | dict) or cell is None:
        return cell
    said = cell if isinstance(cell, str) else _said(cell)
    match field.type:
        case kind if kind in _TEXTS:
            return said
        case kind if kind in NUMBERS:
            return _number(said, field)
        case "boolean":
            return _truth(cell, said)
        case "date":
            return _day(said)
        case "datetime":
            return _moment(said, zone_name)
        case "choice":
            return said
        case "multi_choice":
            return [said] if option_called(field.options, said) is not None else listed(said)
        case kind if kind in POINTING_AT_SEVERAL:
            return listed(said)
        case _:
            return _document(cell)


def listed(said: str) -> list[str]:
    """Return the parts of a text that lists several, without blank ones."""
    return [part for one in _SEPARATORS.split(said) if (part := one.strip())]


def _said(cell: Json) -> str:
    return {True: "是", False: "否"}[cell] if isinstance(cell, bool) else str(cell)


def _number(said: str, field: FieldDef) -> str:
    """Return a number without what people put round it; a share of a hundred is one, for a plain number a fraction."""
    plain = unicodedata.normalize("NFKC", said).strip()
    found = _AROUND.match(plain)
    bare = plain if found is None else found[1] + found[2]
    bare = bare.replace(",", "") if _GROUPED.fullmatch(bare) else bare
    if not _PLAIN.fullmatch(bare):
        return said
    if plain.endswith("%") and field.type != "percent":
        return f"{Decimal(bare) / _HUNDRED:f}"
    return bare


def _truth(cell: Json, said: str) -> Json:
    if isinstance(cell, bool):
        return cell
    word = said.lower()
    return True if word in _TRUE else False if word in _FALSE else said


def _day(said: str) -> str:
    """Return a day as JSON writes it; a clock that stands at midnight says nothing more than the day."""
    plain = unicodedata.normalize("NFKC", said).strip()
    day, time = _parted(plain)
    written = _iso_day(day)
    return said if written is None or (time and not _MIDNIGHT.fullmatch(time)) else written


def _moment(said: str, zone_name: str) -> str:
    """Return a moment as JSON writes it, by the wall clock of the zone unless it names its own."""
    plain = unicodedata.normalize("NFKC", said).strip()
    day, time = _parted(plain)
    written, clock = _iso_day(day), _TIME.fullmatch(time) if time else None
    if written is None or (time and clock is None):
        return said
    try:
        hours, minutes, seconds = (int(part or 0) for part in (clock.groups() if clock else (0, 0, 0)))
        local = datetime.fromisoformat(written).replace(hour=hours, minute=minutes, second=seconds)
        return local.replace(tzinfo=zone(zone_name)).isoformat(timespec="seconds")
    except (ValueError, OverflowError):
        return said


def _parted(plain: str) -> tuple[str, str]:
    """Return the day and the time of a text, which stand apart by a space or a T."""
    found = _DAY.match(plain) or _DIGITS.match(plain)
    if found is None:
        return plain, ""
    rest = plain[found.end() :]
    return found[0], rest.strip().removeprefix("T").strip()


def _iso_day(day: str) -> str | None:
    found = _DAY.fullmatch(day) or _DIGITS.fullmatch(day)
    return None if found is None else f"{found[1]}-{int(found[2]):02}-{int(found[3]):02}"


def _document(cell: Json) -> Json:
    """Return the JSON that a text is, as files write what has no cell of its own; else the text."""
    if not isinstance(cell, str) or cell[0] not in "[{":
        return cell
    try:
        return json.loads(cell)
    except (ValueError, RecursionError):
        return cell
