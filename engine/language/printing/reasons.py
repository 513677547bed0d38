"""Conditions with their outcome as sentences for people: what was found, and how it lies to what was asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from engine.kernel.problems import Text
from engine.language.explaining import Part, deciding
from engine.language.expressions import Expression
from engine.language.operations import Op
from engine.language.printing.measures import SWAPPED
from engine.language.printing.phrases import beside
from engine.language.printing.sentences import HELD
from engine.language.printing.wording import wording
from engine.language.scope import Scope
from engine.language.tree import (
    And,
    Equal,
    Field,
    Given,
    IsBlank,
    Literal,
    Node,
    Not,
    OldField,
    Operation,
    Or,
    Ordered,
    Parameter,
    Path,
    Span,
    walk,
)
from engine.language.types import ChoicesType, ChoiceType, DateTimeType, DateType, TextType

AMOUNTS = {
    (">=", True): Text("达到", "at least"),
    (">=", False): Text("不到", "less than"),
    (">", True): Text("超过", "more than"),
    (">", False): Text("没有超过", "not more than"),
    ("<=", True): Text("没有超过", "not more than"),
    ("<=", False): Text("超过", "more than"),
    ("<", True): Text("不到", "less than"),
    ("<", False): Text("达到", "at least"),
}
DAYS = {
    (">=", True): Text("不早于", "not before"),
    (">=", False): Text("早于", "before"),
    (">", True): Text("晚于", "after"),
    (">", False): Text("不晚于", "not after"),
    ("<=", True): Text("不晚于", "not after"),
    ("<=", False): Text("晚于", "after"),
    ("<", True): Text("早于", "before"),
    ("<", False): Text("不早于", "not before"),
}


@dataclass(frozen=True)
class Teller:
    """How the parts of one expression read: a place in words, the value of a part, and a condition as it turned out."""

    words: Callable[[Span], Text]
    shown: Callable[[Part], Text]
    stated: Callable[[Span, bool], Text]

    @classmethod
    def of(
        cls, expression: Expression, scope: Scope, parameters: Mapping[str, Text], shown: Callable[[Part], Text]
    ) -> Teller:
        """Return the teller of an expression; ``parameters`` are the labels by key."""
        zh, en = (wording(expression, scope, parameters, speech) for speech in ("zh", "en"))
        return cls(
            lambda at: Text(zh.of(at), en.of(at)),
            shown,
            lambda at, holds: Text(zh.stated(at, holds), en.stated(at, holds)),
        )


def sentences(whole: Part, teller: Teller) -> tuple[Text, ...]:
    """Return what makes a condition hold, or keeps it from holding: each deciding part with what it read."""
    return tuple(dict.fromkeys(reason(part, teller) for part in deciding(whole)))


def is_plain(node: Node) -> bool:
    """Tell whether a condition joins no others, though it may be a negation: it reads best as one."""
    return not any(isinstance(inner, And | Or) for inner in walk(node))


def reason(part: Part, teller: Teller) -> Text:
    """Return a condition that joins no others as a sentence with the values that it read."""
    told = _sentence(part.node, holds=bool(part.holds), part=part, teller=teller)
    return told or _generally(part, teller)


def _generally(part: Part, teller: Teller) -> Text:
    """Return the condition as it turned out, and what it read."""
    stated = teller.stated(part.at, bool(part.holds))
    read = [(teller.words(item.at), _or_empty(teller.shown(item))) for item in readings(part) if item.holds is None]
    zh = ",".join(f"{name.zh} = {value.zh}" for name, value in read)
    en = ", ".join(f"{name.en} = {value.en}" for name, value in read)
    return Text(stated.zh + (f"({zh})" if zh else ""), stated.en + (f" ({en})" if en else ""))


def _said(part: Part, teller: Teller) -> Text:
    """Return the value of a part as it stands in a sentence: texts and options in quotes."""
    value = teller.shown(part)
    if not value.zh or not isinstance(part.type, TextType | ChoiceType | ChoicesType):
        return _or_empty(value)
    return Text(f"“{value.zh}”", f"“{value.en}”")


def _text(zh: tuple[str, ...], en: str) -> Text:
    return Text(beside(*zh), en)


def _sentence(node: Node, *, holds: bool, part: Part, teller: Teller) -> Text | None:
    match node:
        case Not(item):
            return _sentence(item, holds=not holds, part=part, teller=teller)
        case IsBlank(Field(key, _, _)) if key == HELD:
            return Text("没有冻结", "it is not on hold") if holds else Text("已冻结", "it is on hold")
        case IsBlank(item):
            return _blank(item, holds, part, teller)
        case Equal(left, right):
            return _equal((left, right), holds, part, teller)
        case Ordered(order, left, right):
            return _ordered((left, right), (order, holds), part, teller)
        case Field() | Parameter() | Path() if (found := _found(part, node)) is not None:
            name, value = teller.words(found.at), _or_empty(teller.shown(found))
            return Text(f"{name.zh} = {value.zh}", f"{name.en} = {value.en}")
        case _:
            return None


def _blank(item: Node, holds: bool, part: Part, teller: Teller) -> Text | None:
    found = _found(part, item)
    if found is None:
        return None
    name, value = teller.words(found.at), teller.shown(found)
    if holds:
        return Text(f"{name.zh}为空", f"{name.en} is empty")
    return Text(f"{name.zh}不为空({value.zh})", f"{name.en} is not empty ({value.en})")


def _equal(sides: tuple[Node, Node], holds: bool, part: Part, teller: Teller) -> Text | None:
    found, wanted = _found(part, sides[0]), _wanted(sides[1], part, teller)
    if found is None or wanted is None:
        return None
    name, value = teller.words(found.at), _said(found, teller)
    if holds:
        return _text((name.zh, "是", value.zh), f"{name.en} is {value.en}")
    return _text((name.zh, "是", value.zh, ",不是", wanted.zh), f"{name.en} is {value.en}, not {wanted.en}")


def _ordered(sides: tuple[Node, Node], outcome: tuple[str, bool], part: Part, teller: Teller) -> Text | None:
    left, right = sides
    if isinstance(left, Literal) and not isinstance(right, Literal):
        return _ordered((right, left), (SWAPPED[outcome[0]], outcome[1]), part, teller)
    found, wanted = _found(part, left), _wanted(right, part, teller, Text(" 天", " days") if _age_of(left) else None)
    if found is None or wanted is None:
        return None
    value, since = teller.shown(found), _age_of(left)
    name = teller.words(since.at if since else found.at)
    blank = name if not value.zh else None if _is_filled(right, part) else teller.words(right.at)
    if blank is not None:
        return Text(f"{blank.zh}为空", f"{blank.en} is empty")
    how = (DAYS if isinstance(left.type, DateType | DateTimeType) else AMOUNTS)[outcome]
    if since:
        return _text(
            (name.zh, "距今", value.zh, "天,", how.zh, wanted.zh),
            f"{name.en} was {value.en} days ago, {how.en} {wanted.en}",
        )
    return _text((name.zh, "是", value.zh, f",{how.zh}", wanted.zh), f"{name.en} is {value.en}, {how.en} {wanted.en}")


def _age_of(node: Node) -> Node | None:
    """Return what the days until today are counted from, where that is what a node counts."""
    match node:
        case Operation(Op.DAYS_BETWEEN, (since, Given("today"))):
            return since
        case _:
            return None


def _wanted(node: Node, part: Part, teller: Teller, unit: Text | None = None) -> Text | None:
    """Return what a value is compared with: a constant as it is written, anything else with its name."""
    unit = unit or Text("", "")
    if isinstance(node, Literal):
        words = teller.words(node.at)
        return Text(words.zh + unit.zh, words.en + unit.en)
    found = _found(part, node)
    if found is None:
        return None
    value, name = _said(found, teller), teller.words(found.at)
    return Text(f"{value.zh}{unit.zh}({name.zh})", f"{value.en}{unit.en} ({name.en})")


def _is_filled(node: Node, part: Part) -> bool:
    found = _found(part, node)
    return isinstance(node, Literal) or (found is not None and found.value is not None)


def _or_empty(value: Text) -> Text:
    return Text(value.zh or "空", value.en or "empty")


def _found(part: Part, node: Node) -> Part | None:
    """Return the part that stands where a node stands."""
    return next((item for item in (part, *readings(part)) if item.at == node.at), None)


def is_read(part: Part) -> bool:
    """Tell whether a part is read as it is, though it may be true or false."""
    return isinstance(part.node, Field | OldField | Path | Parameter)


def readings(part: Part) -> Iterator[Part]:
    """Go through what a condition reads, at any depth of negation."""
    for inner in part.parts:
        if inner.holds is not None and isinstance(inner.node, Not | IsBlank):
            yield from readings(inner)
        else:
            yield inner
