"""Why an expression holds or does not: its parts with their values, and those of them that decide."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from engine.kernel.values import Row, Value
from engine.language.backends.python.compiling import Evaluate, Holds, compile_condition, compile_value
from engine.language.expressions import Expression
from engine.language.surroundings import Surroundings
from engine.language.tree import NOWHERE, And, Given, Literal, Node, Not, Or, Span, children
from engine.language.types import BooleanType, Type


def is_short_form(node: Node) -> bool:
    """Tell whether a conjunction stands for something shorter, such as ``complete()``: its items have its own place."""
    return isinstance(node, And) and all(item.at == node.at != NOWHERE for item in node.items)


@dataclass(frozen=True)
class Part:
    """One part of an expression over one row: where it stands, its value, and the parts it is made of.

    ``holds`` is None for what is no condition. Of an ``and``, ``or`` or ``not`` the parts are the conditions it joins,
    of any other part what it reads.
    """

    at: Span
    node: Node
    type: Type
    value: Value
    holds: bool | None
    parts: tuple[Part, ...] = ()

    @property
    def joins(self) -> bool:
        """Whether the part joins conditions."""
        return isinstance(self.node, And | Or | Not) and not is_short_form(self.node)


def explain(expression: Expression, row: Row, around: Surroundings) -> Part:
    """Return the whole of an expression over a row, part by part."""
    return _part(expression.tree, row, around)


def _part(node: Node, row: Row, around: Surroundings) -> Part:
    parts = tuple(_parts(node, row, around))
    if isinstance(node.type, BooleanType):
        holds = _condition(node)(row, around)
        return Part(node.at, node, node.type, holds, holds, parts)
    return Part(node.at, node, node.type, _value(node)(row, around), None, parts)


def _parts(node: Node, row: Row, around: Surroundings) -> Iterator[Part]:
    """Go through the parts that are written apart and are not constants; what has the whole's place is opened."""
    for child in () if is_short_form(node) else children(node):
        if child.at == node.at:
            yield from _parts(child, row, around)
        elif not isinstance(child, Literal | Given):
            yield _part(child, row, around)


@lru_cache(maxsize=2_048)
def _condition(node: Node) -> Holds:
    return compile_condition(node)


@lru_cache(maxsize=2_048)
def _value(node: Node) -> Evaluate:
    return compile_value(node)


def deciding(part: Part) -> Iterator[Part]:
    """Go through the conditions that make the whole hold, or keep it from holding."""
    match part.node:
        case And() | Or() if part.joins:
            yield from (leaf for inner in part.parts if inner.holds == part.holds for leaf in deciding(inner))
        case Not() if part.parts and part.parts[0].joins:
            yield from deciding(part.parts[0])
        case _:
            yield part
