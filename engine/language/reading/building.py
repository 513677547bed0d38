"""How each rule of the grammar becomes a node of what was written; the parser calls these as it goes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from lark import Token

from engine.kernel.problems import EngineError
from engine.language import problems
from engine.language.reading import syntax
from engine.language.reading.syntax import Part, Syntax
from engine.language.tree import Span

Items = list[Any]
"""What stands in a rule, in order: tokens, and nodes built already."""

_SIMPLE_COMPARISON = 3


def span_of(item: Token | Syntax | Part) -> Span:
    """Return where a token or node stands."""
    if isinstance(item, Token):
        return item.start_pos or 0, item.end_pos or 0
    return item.at


def _around(items: Sequence[Any]) -> Span:
    return span_of(items[0])[0], span_of(items[-1])[1]


def _disjunction(items: Items) -> Syntax:
    return syntax.Logic("or", tuple(items[::2]), _around(items))


def _conjunction(items: Items) -> Syntax:
    return syntax.Logic("and", tuple(items[::2]), _around(items))


def _negated(items: Items) -> Syntax:
    return syntax.Prefix("not", items[1], _around(items))


def _minus(items: Items) -> Syntax:
    return syntax.Prefix("-", items[1], _around(items))


def _comparison(items: Items) -> Syntax:
    if len(items) > _SIMPLE_COMPARISON:
        start, end = span_of(items[_SIMPLE_COMPARISON])
        raise EngineError(problems.CHAINED_COMPARISON.at(start=start, end=end))
    left, sign, right = items
    return syntax.Comparison(str(sign), left, right, span_of(sign), _around(items))


def _within(items: Items) -> Syntax:
    return syntax.Test("in", negated=False, left=items[0], right=items[-1], at=_around(items))


def _without(items: Items) -> Syntax:
    return syntax.Test("in", negated=True, left=items[0], right=items[-1], at=_around(items))


def _containing(items: Items) -> Syntax:
    return syntax.Test("contains", negated=False, left=items[0], right=items[-1], at=_around(items))


def _lacking(items: Items) -> Syntax:
    return syntax.Test("contains", negated=True, left=items[0], right=items[-1], at=_around(items))


def _empty(items: Items) -> Syntax:
    return syntax.EmptyTest(items[0], negated=False, at=_around(items))


def _filled(items: Items) -> Syntax:
    return syntax.EmptyTest(items[0], negated=True, at=_around(items))


def _series(items: Items) -> Syntax:
    rest = tuple((str(sign), item) for sign, item in zip(items[1::2], items[2::2], strict=True))
    return syntax.Series(items[0], rest, _around(items))


def _grouped(items: Items) -> Syntax:
    inner: Syntax = items[1]
    return inner


def _number(items: Items) -> Syntax:
    whole, _, decimals = str(items[0]).partition(".")
    decimals = decimals.rstrip("0")
    return syntax.NumberWritten(int(whole + decimals), len(decimals), _around(items))


def _text(items: Items) -> Syntax:
    return syntax.TextWritten(str(items[0]), _around(items))


def _date(items: Items) -> Syntax:
    return syntax.DateWritten(int(items[0]), _around(items))


def _word(value: bool | None) -> Callable[[Items], Syntax]:
    return lambda items: syntax.WordWritten(value, _around(items))


def _listed(items: Items) -> Syntax:
    return syntax.ListWritten(tuple(items[1:-1:2]), _around(items))


def _call(items: Items) -> Syntax:
    inside = items[2:-1]
    where = inside.pop()[0] if inside and isinstance(inside[-1], tuple) else None
    function = Part(str(items[0]), span_of(items[0]))
    return syntax.Call(function, tuple(inside[::2]), where, _around(items))


def _where(items: Items) -> tuple[Syntax]:
    return (items[1],)


def _path(items: Items) -> Syntax:
    return syntax.Name(tuple(items[::2]), _around(items))


def _name(items: Items) -> Part:
    return Part(str(items[0]), span_of(items[0]))


def _quoted(items: Items) -> Part:
    return Part(str(items[0]), span_of(items[0]), quoted=True)


BUILDERS: Mapping[str, Callable[[Items], object]] = MappingProxyType(
    {
        "disjunction": _disjunction,
        "conjunction": _conjunction,
        "negated": _negated,
        "minus": _minus,
        "comparison": _comparison,
        "within": _within,
        "without": _without,
        "containing": _containing,
        "lacking": _lacking,
        "empty": _empty,
        "filled": _filled,
        "sum": _series,
        "product": _series,
        "grouped": _grouped,
        "number": _number,
        "text": _text,
        "date": _date,
        "true": _word(True),
        "false": _word(False),
        "blank": _word(None),
        "list": _listed,
        "call": _call,
        "where": _where,
        "path": _path,
        "name": _name,
        "quoted": _quoted,
    }
)
"""The rules of grammar.lark by name."""
