"""The tree of what was written, before anything is known of names and types."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from engine.language.tree import Span


@dataclass(frozen=True, slots=True)
class Part:
    """One name of a path; a quoted one is never a keyword."""

    text: str
    at: Span
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class Name:
    """One name, or several joined by dots."""

    parts: tuple[Part, ...]
    at: Span


@dataclass(frozen=True, slots=True)
class NumberWritten:
    """A decimal as it was written: 1.50 is 150 with scale 2."""

    digits: int
    scale: int
    at: Span


@dataclass(frozen=True, slots=True)
class TextWritten:
    """A text, its escapes resolved, in NFC; it may be empty."""

    text: str
    at: Span


@dataclass(frozen=True, slots=True)
class DateWritten:
    """A day, by its number."""

    day: int
    at: Span


@dataclass(frozen=True, slots=True)
class WordWritten:
    """True, false or empty (None)."""

    value: bool | None
    at: Span


@dataclass(frozen=True, slots=True)
class ListWritten:
    """Items in brackets."""

    items: tuple[Syntax, ...]
    at: Span


@dataclass(frozen=True, slots=True)
class Call:
    """A function with arguments, and the condition after ``where``, if any."""

    function: Part
    arguments: tuple[Syntax, ...]
    where: Syntax | None
    at: Span


@dataclass(frozen=True, slots=True)
class Logic:
    """Conditions joined by ``and`` or by ``or``."""

    operator: Literal["and", "or"]
    items: tuple[Syntax, ...]
    at: Span


@dataclass(frozen=True, slots=True)
class Prefix:
    """``not`` or a minus before an operand."""

    operator: Literal["not", "-"]
    item: Syntax
    at: Span


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two operands compared; ``operator_at`` is where the sign stands."""

    operator: str
    left: Syntax
    right: Syntax
    operator_at: Span
    at: Span


@dataclass(frozen=True, slots=True)
class Test:
    """``in`` and ``contains``, or their opposites."""

    operator: Literal["in", "contains"]
    negated: bool
    left: Syntax
    right: Syntax
    at: Span


@dataclass(frozen=True, slots=True)
class EmptyTest:
    """``is empty`` or its opposite."""

    item: Syntax
    negated: bool
    at: Span


@dataclass(frozen=True, slots=True)
class Series:
    """Operands of one precedence, from the left: ``first``, then each with the sign before it."""

    first: Syntax
    rest: tuple[tuple[str, Syntax], ...]
    at: Span


Syntax = (
    Name
    | NumberWritten
    | TextWritten
    | DateWritten
    | WordWritten
    | ListWritten
    | Call
    | Logic
    | Prefix
    | Comparison
    | Test
    | EmptyTest
    | Series
)


def parts_of(node: Syntax) -> tuple[Syntax, ...]:
    """Return the parts of the node."""
    match node:
        case ListWritten(items):
            return items
        case Call(_, arguments, where):
            return arguments if where is None else (*arguments, where)
        case Logic(_, items):
            return items
        case Prefix(_, item) | EmptyTest(item):
            return (item,)
        case Comparison(_, left, right):
            return (left, right)
        case Test(_, _, left, right):
            return (left, right)
        case Series(first, rest):
            return (first, *(item for _, item in rest))
        case _:
            return ()


def measure(node: Syntax) -> tuple[int, int]:
    """Return how many parts there are in all, and how deep they nest; a chain of one operator is one level.

    Products nest: every factor is a level, since each makes the number longer. The items of a list are not parts.
    """
    count, deepest = 0, 0
    stack = [(node, 1)]
    while stack:
        current, depth = stack.pop()
        count += 1
        inner = () if isinstance(current, ListWritten) else parts_of(current)
        if isinstance(current, Series) and current.rest[0][0] in {"*", "/"}:
            depth += len(inner) - 2
        deepest = max(deepest, depth)
        stack.extend((part, depth + 1) for part in inner)
    return count, deepest
