"""Conditions as rows that people change one by one: field, operator, value; what is more than that stays as written."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from engine.kernel.problems import EngineError
from engine.language import types as language
from engine.language.functions.catalogue import is_function
from engine.language.printing.spelling import text_written
from engine.language.reading.parsing import parse
from engine.language.reading.syntax import (
    Call,
    Comparison,
    EmptyTest,
    ListWritten,
    Logic,
    Name,
    NumberWritten,
    Prefix,
    Series,
    Syntax,
    Test,
    TextWritten,
)
from engine.language.reading.vocabulary import Words
from engine.language.scope import FieldScope, Scope

Kind = Literal["text", "number", "choice", "choices", "day", "moment", "person", "flag", "other"]
Joins = Literal["and", "or"]

OPERATORS: Final[Mapping[Kind, tuple[str, ...]]] = {
    "text": ("=", "!=", "contains", "empty", "filled"),
    "number": ("=", "!=", ">", ">=", "<", "<=", "empty", "filled"),
    "choice": ("=", "!=", "in", "empty", "filled"),
    "choices": ("contains", "lacks", "empty", "filled"),
    "day": ("=", "<", "<=", ">", ">=", "empty", "filled"),
    "moment": ("=", "<", "<=", ">", ">=", "empty", "filled"),
    "person": ("=", "!=", "empty", "filled"),
    "flag": ("yes", "no"),
    "other": ("empty", "filled"),
}
"""What can be asked of a field, by what it holds."""
ALONE: Final = ("empty", "filled", "yes", "no")
"""The operators after which nothing follows."""
PEOPLE: Final = ("owner", "created_by", "me")
TODAY: Final = "today"

_JOINT: Final = re.compile(r"[\s))]*(and|or|且|并且|或|或者)[\s((]*", re.IGNORECASE)
_RELATIVE: Final = re.compile(r"today(?:([+-])([0-9]{1,4}))?")
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_NUMBER: Final = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,6})?", re.ASCII)
_TODAYS: Final = ("today", "今天")
_DATES: Final = ("date", "日期")


@dataclass(frozen=True)
class Row:
    """One condition: ``source`` as it is written, from ``start`` on; ``field`` is a key, blank where it is more.

    Values are option keys, texts, numbers, days (``today``, ``today-3``, ``2026-01-02``) or persons of the record.
    """

    source: str
    start: int = 0
    field: str = ""
    operator: str = ""
    values: tuple[str, ...] = ()
    joined: bool = False


@dataclass(frozen=True)
class Condition:
    """Rows, of which all (``and``) or one (``or``) must hold."""

    joins: Joins = "and"
    rows: tuple[Row, ...] = ()


def kind_of(field: FieldScope) -> Kind:
    """Return by which operators a field is asked about."""
    if field.presence:
        return "flag"
    match field.type:
        case language.TextType():
            return "text"
        case language.NumberType():
            return "number"
        case language.ChoiceType():
            return "choice"
        case language.ChoicesType():
            return "choices"
        case language.DateType():
            return "day"
        case language.DateTimeType():
            return "moment"
        case language.PersonType():
            return "person"
        case language.BooleanType():
            return "flag"
        case _:
            return "other"


def taken_apart(source: str | None, fields: Mapping[str, FieldScope], scope: Scope) -> Condition:
    """Return a condition row by row; none of nothing, one row of what cannot be parted, with all its text."""
    if source is None:
        return Condition()
    try:
        tree = parse(source, Words(scope, is_function))
    except EngineError:
        return Condition(rows=(Row(source),))
    if not isinstance(tree, Logic):
        return Condition(rows=(_row(source, 0, tree, fields, source),))
    pieces = _pieces(source, tree)
    if pieces is None:
        return Condition(rows=(Row(source, joined=True),))
    rows = (_row(source[a:b], a, item, fields, source) for (a, b), item in zip(pieces, tree.items, strict=True))
    return Condition(tree.operator, tuple(rows))


def _pieces(source: str, tree: Logic) -> list[tuple[int, int]] | None:
    """Return where each part of a joined condition stands, its parentheses included; None where that is unclear."""
    starts, ends = [0], []
    for before, after in zip(tree.items, tree.items[1:], strict=False):
        gap = source[before.at[1] : after.at[0]]
        found = _JOINT.fullmatch(gap)
        if found is None:
            return None
        ends.append(before.at[1] + found.start(1))
        starts.append(before.at[1] + found.end(1))
    pieces = []
    for start, end in zip(starts, [*ends, len(source)], strict=True):
        piece = source[start:end]
        left = start + len(piece) - len(piece.lstrip())
        pieces.append((left, left + len(piece.strip())))
    return pieces if all(_closed(source[a:b]) for a, b in pieces) else None


def _closed(piece: str) -> bool:
    """Tell whether every parenthesis that is opened is closed, texts aside."""
    bare = re.sub(r'"(?:[^"\\]|\\.)*"', "", piece)
    return bare.count("(") + bare.count("(") == bare.count(")") + bare.count(")")


def _row(piece: str, start: int, tree: Syntax, fields: Mapping[str, FieldScope], source: str) -> Row:
    found = _parted(tree, fields, source)
    if found is None:
        return Row(piece, start, joined=isinstance(tree, Logic))
    key, operator, values = found
    return Row(piece, start, key, operator, values)


Parted = tuple[str, str, tuple[str, ...]]


def _parted(tree: Syntax, fields: Mapping[str, FieldScope], source: str) -> Parted | None:
    """Return the field, operator and values of a condition that is no more than that."""
    match tree:
        case Name() | Prefix("not", Name()):
            field = _named(tree if isinstance(tree, Name) else tree.item, fields)
            known = field is not None and kind_of(field) == "flag"
            return (field.key, "yes" if isinstance(tree, Name) else "no", ()) if field is not None and known else None
        case EmptyTest(item, negated):
            field = _named(item, fields)
            return None if field is None else (field.key, "filled" if negated else "empty", ())
        case Comparison(sign, left, right):
            return _compared(_named(left, fields), sign, right, source)
        case Test("in", False, left, ListWritten(items)):
            field, texts = _named(left, fields), [item.text for item in items if isinstance(item, TextWritten)]
            fits = field is not None and kind_of(field) == "choice" and len(texts) == len(items)
            return (field.key, "in", tuple(_option(field, one) for one in texts)) if field and fits else None
        case Test("contains", negated, left, TextWritten(given)):
            field = _named(left, fields)
            if field is None or kind_of(field) not in ("text", "choices") or (negated and kind_of(field) == "text"):
                return None
            return field.key, "lacks" if negated else "contains", (_option(field, given),)
        case _:
            return None


def _named(item: Syntax, fields: Mapping[str, FieldScope]) -> FieldScope | None:
    """Return the field of the record that is meant; the day of a moment is asked as ``date(created_at)``."""
    match item:
        case Name((part,)):
            labels = ((field, field.labels) for field in fields.values())
            called = (field for field, said in labels if said is not None and part.text in (said.zh, said.en))
            return fields.get(part.text) or next(called, None)
        case Call(function, (Name() as inner,), None) if function.text in _DATES:
            field = _named(inner, fields)
            return field if field is not None and kind_of(field) == "moment" else None
        case _:
            return None


def _compared(field: FieldScope | None, sign: str, right: Syntax, source: str) -> Parted | None:
    if field is None or sign not in OPERATORS[kind_of(field)]:
        return None
    written = source[right.at[0] : right.at[1]]
    match right, kind_of(field):
        case TextWritten(given), "text" | "choice":
            return field.key, sign, (_option(field, given),)
        case ((NumberWritten() | Prefix("-", NumberWritten())), "number") if _NUMBER.fullmatch(written):
            return field.key, sign, (written,)
        case Name((part,)), "person" if part.text in PEOPLE:
            return field.key, sign, (part.text,)
        case _, "day" | "moment":
            day = _day(right, written)
            return None if day is None else (field.key, sign, (day,))
        case _:
            return None


def _day(right: Syntax, written: str) -> str | None:
    match right:
        case Call(function, (), None) if function.text in _TODAYS:
            return TODAY
        case Series(Call(function, (), None), (("+" | "-" as sign, NumberWritten(count, 0)),)) if (
            function.text in _TODAYS
        ):
            return f"{TODAY}{sign}{count}"
        case _:
            return written if _DAY.fullmatch(written) else None


def _option(field: FieldScope, given: str) -> str:
    """Return the key of an option that was called by its key or by what people call it."""
    options = field.type.options if isinstance(field.type, language.ChoiceType | language.ChoicesType) else ()
    return next((one.key for one in options if given in (one.key, one.labels.zh, one.labels.en)), given)


def asked(field: FieldScope, operator: str = "", values: Sequence[str] = ()) -> Row:
    """Return a row that asks this of a field; what does not fit the field gives way to what does."""
    kind = kind_of(field)
    sign = operator if operator in OPERATORS[kind] else OPERATORS[kind][0]
    if sign in ALONE:
        given: tuple[str, ...] = ()
    else:
        fitting = tuple(value for value in values if _fits(field, value))
        given = (fitting or _first(field))[: None if sign == "in" else 1]
    if not given and sign not in ALONE:
        sign = "filled"
    return Row(_written(field, kind, sign, given), 0, field.key, sign, given)


def _fits(field: FieldScope, value: str) -> bool:
    match kind_of(field):
        case "number":
            return _NUMBER.fullmatch(value) is not None
        case "day" | "moment":
            return _RELATIVE.fullmatch(value) is not None or _DAY.fullmatch(value) is not None
        case "choice" | "choices":
            return value in _first(field, every=True)
        case "person":
            return value in PEOPLE
        case _:
            return bool(value)


def _first(field: FieldScope, *, every: bool = False) -> tuple[str, ...]:
    """Return the value with which a row begins; with ``every`` all options."""
    match field.type:
        case language.ChoiceType(options) | language.ChoicesType(options):
            return tuple(one.key for one in options)[: None if every else 1]
        case language.NumberType():
            return ("0",)
        case language.DateType() | language.DateTimeType():
            return (TODAY,)
        case language.PersonType():
            return (PEOPLE[0],) if field.key != PEOPLE[0] else (PEOPLE[1],)
        case _:
            return ()


def _written(field: FieldScope, kind: Kind, sign: str, values: tuple[str, ...]) -> str:
    key = field.key
    match sign:
        case "yes":
            return key
        case "no":
            return f"not {key}"
        case "empty":
            return f"{key} is empty"
        case "filled":
            return f"{key} is not empty"
        case "in":
            return f"{key} in [{', '.join(map(text_written, values))}]"
        case "contains":
            return f"{key} contains {text_written(values[0])}"
        case "lacks":
            return f"{key} not contains {text_written(values[0])}"
        case _ if kind in ("day", "moment"):
            left = key if kind == "day" else f"date({key})"
            return f"{left} {sign} {day_written(values[0])}"
        case _ if kind in ("number", "person"):
            return f"{key} {sign} {values[0]}"
        case _:
            return f"{key} {sign} {text_written(values[0])}"


def day_written(day: str) -> str:
    """Return how the language writes a day: ``today-3`` is ``today() - 3``."""
    found = _RELATIVE.fullmatch(day)
    if found is None:
        return day
    return "today()" if found[1] is None else f"today() {found[1]} {int(found[2])}"


def put_together(condition: Condition) -> str | None:
    """Return a condition as it is written; None where it has no rows. Each row keeps what is written in it."""
    if len(condition.rows) == 1:
        return condition.rows[0].source
    sources = [f"({row.source})" if row.joined and not _enclosed(row.source) else row.source for row in condition.rows]
    return f" {condition.joins} ".join(sources) or None


def _enclosed(source: str) -> bool:
    """Tell whether one pair of parentheses holds all of a source."""
    if not (source.startswith("(") and source.endswith(")")):
        return False
    depth = 0
    bare = re.sub(r'"(?:[^"\\]|\\.)*"', lambda found: "x" * len(found[0]), source)
    for number, sign in enumerate(bare):
        depth += (sign == "(") - (sign == ")")
        if depth == 0 and number < len(bare) - 1:
            return False
    return True
