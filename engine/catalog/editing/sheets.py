"""Making a form of a table that somebody has: guessing what its columns hold; it reads no file."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from engine.catalog.editing.elements import Mint, named, text
from engine.forms.compiling import SYSTEM_LABELS
from engine.kernel.canonical import Json

TYPES: Final = (
    *("text", "long_text", "number", "money", "percent", "boolean", "date", "datetime"),
    *("choice", "phone", "email", "url", "person"),
)
"""The types that a column may become a field of."""
CHOICE: Final = "choice"
MOST_OPTIONS: Final = 12
LONG_TEXT: Final = 60
MOST_SCALE: Final = 6
LISTED: Final = 5
_YES_NO: Final = frozenset(("是", "否", "yes", "no", "true", "false", "y", "n", "有", "无", "√", "×"))
_MONEY: Final = re.compile(r"[¥¥$€]\s*-?[\d,]+(\.\d+)?|-?[\d,]+(\.\d+)?\s*元")
_MONEY_FORMAT: Final = re.compile(r"[¥¥$€元]")
_MONEY_NAME: Final = re.compile(r"金额|单价|价格|总价|费用|[((]元[))]|amount|price|cost", re.IGNORECASE)
_NUMBER: Final = re.compile(r"-?\d{1,15}(\.\d{1,6})?")
_DAY: Final = re.compile(r"\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?")
_MOMENT: Final = re.compile(rf"{_DAY.pattern}[ T]\d{{1,2}}:\d{{2}}(:\d{{2}})?")
_EMAIL: Final = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]{2,}")
_URL: Final = re.compile(r"https?://\S+")
_PHONE: Final = re.compile(r"(\+?86[ -]?)?1\d{2}[ -]?\d{4}[ -]?\d{4}|0\d{2,3}[ -]\d{7,8}|\+\d[\d -]{6,18}\d")
_PHONE_NAME: Final = re.compile(r"电话|手机|联系方式|phone|mobile|tel", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Cell:
    """What a table has at one place: a value as the file says it, and the format in which it is shown."""

    value: object
    format: str = "General"


@dataclass(frozen=True, slots=True)
class Column:
    """A column as a field: its name, type, and what its choices are, with a few of its values to look at."""

    name: str
    type: str
    options: tuple[str, ...] = ()
    scale: int = 0
    samples: tuple[str, ...] = ()


def guessed(name: str, cells: Sequence[Cell]) -> Column:
    """Return what a column seems to hold, by its name and what stands under it."""
    filled = [cell for cell in cells if cell.value is not None and str(cell.value).strip()]
    said = [written(cell.value) for cell in filled]
    samples = tuple(dict.fromkeys(one[:40] for one in said))[:3]
    kind = _kind(name, filled, said)
    options = tuple(dict.fromkeys(said)) if kind == CHOICE else ()
    scale = max((_scale(cell.value) for cell in filled), default=0) if kind == "number" else 0
    return Column(name, kind, options, scale, samples)


def written(value: object) -> str:
    """Return a value as it is shown to people."""
    if isinstance(value, dt.datetime):
        return value.strftime("%Y-%m-%d" if value.time() == dt.time() else "%Y-%m-%d %H:%M")
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def _kind(name: str, filled: Sequence[Cell], said: Sequence[str]) -> str:
    if not filled:
        return "text"
    values = [cell.value for cell in filled]
    if all(isinstance(value, bool) for value in values) or {one.lower() for one in said} <= _YES_NO:
        return "boolean"
    if all(isinstance(value, dt.date) for value in values):
        whole = all(not isinstance(value, dt.datetime) or value.time() == dt.time() for value in values)
        return "date" if whole else "datetime"
    if all(isinstance(value, (int, float)) for value in values):
        return _kind_of_numbers(name, filled, said)
    if all(isinstance(value, str) for value in values):
        return _kind_of_texts(name, said)
    return "text"


def _kind_of_numbers(name: str, filled: Sequence[Cell], said: Sequence[str]) -> str:
    if _PHONE_NAME.search(name) and all(_PHONE.fullmatch(one) for one in said):
        return "phone"
    if any(_MONEY_FORMAT.search(cell.format) for cell in filled) or _MONEY_NAME.search(name):
        return "money"
    return "percent" if all(cell.format.endswith("%") for cell in filled) else "number"


def _kind_of_texts(name: str, said: Sequence[str]) -> str:
    shapes: tuple[tuple[str, Callable[[str], object]], ...] = (
        ("email", _EMAIL.fullmatch),
        ("url", _URL.fullmatch),
        ("phone", _PHONE.fullmatch),
        ("date", _DAY.fullmatch),
        ("datetime", _MOMENT.fullmatch),
        ("money", _MONEY.fullmatch),
    )
    for kind, fits in shapes:
        if all(fits(one) for one in said):
            return kind
    if all(_NUMBER.fullmatch(one) and (one == "0" or not one.startswith("0")) for one in said):
        return "money" if _MONEY_NAME.search(name) else "number"
    if any(len(one) > LONG_TEXT or "\n" in one for one in said):
        return "long_text"
    distinct = set(said)
    repeated = len(distinct) <= MOST_OPTIONS and len(distinct) * 2 <= len(said)
    return CHOICE if repeated and len(distinct) > 1 else "text"


def _scale(value: object) -> int:
    exponent = Decimal(str(value)).normalize().as_tuple().exponent
    return min(-exponent, MOST_SCALE) if isinstance(exponent, int) and exponent < 0 else 0


def form_of(labels: Json, columns: Sequence[Column], taken: set[str], language: str, mint: Mint) -> Json:
    """Return a form with a field for each column; its records go by the first text."""
    inner = replace(mint, main="")
    fields: list[Json] = []
    for column in columns:
        keys = {field["key"] for field in fields} | set(SYSTEM_LABELS)
        fields.append(_field(column, keys, language, inner))
    title = next((field for field in fields if field["type"] == "text"), fields[0])
    title["required"] = "submit"
    keys_in_order = [field["key"] for field in fields]
    section = {"uid": inner.uid(), "key": "main", "labels": text("基本信息", "Details"), "fields": keys_in_order}
    return {
        "format": 1,
        "kind": "form",
        "uid": mint.main or mint.uid(),
        "key": mint.key(labels, taken),
        "labels": dict(labels),
        "title": f"{{{{{title['key']}}}}}",
        "fields": fields,
        "sections": [section],
        "list": {"fields": keys_in_order[:LISTED]},
    }


def _field(column: Column, taken: set[str], language: str, mint: Mint) -> Json:
    labels = named(column.name, language)
    field: dict[str, Json] = {
        "uid": mint.uid(),
        "key": mint.key(labels, taken),
        "type": column.type,
        "labels": labels,
    }
    if column.type == CHOICE:
        options: list[Json] = []
        for name in column.options or ("选项1", "选项2"):
            said = named(name, language)
            key = mint.key(said, {one["key"] for one in options})
            options.append({"uid": mint.uid(), "key": key, "labels": said})
        field["options"] = options
    if column.type == "number" and column.scale:
        field["scale"] = column.scale
    return field
