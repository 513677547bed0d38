"""Why an expression holds or does not: its parts with their values, and those of them that decide."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from engine.kernel.values import Row, Value
from engine.language.backends.python.compiling import Evaluate, compile_condition, compile_value
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
    return _part(_plan(_Same(expression.tree)), row, around)


def traced(expression: Expression, row: Row, around: Surroundings) -> list[tuple[Span, Value]]:
    """Return where each part of an expression stands and its value over a row: the whole first, then level by level."""
    return [(at, work_out(row, around)) for at, work_out in _plan(_Same(expression.tree)).listed]


def replayed(expression: Expression, kept: Sequence[tuple[Span, Value]]) -> Part | None:
    """Return the whole of an expression with the values that ``traced`` gave; None where those are of another one."""
    plan = _plan(_Same(expression.tree))
    if [at for at, _ in plan.listed] != [at for at, _ in kept]:
        return None
    values = dict(zip((id(one) for one in plan.level_by_level), (value for _, value in kept), strict=True))
    return _kept(plan, values)


def _kept(plan: _Plan, values: Mapping[int, Value]) -> Part:
    node, value = plan.node, values[id(plan)]
    holds = bool(value) if isinstance(node.type, BooleanType) else None
    return Part(node.at, node, node.type, value, holds, tuple(_kept(inner, values) for inner in plan.parts))


@dataclass(frozen=True)
class _Plan:
    """How a part is worked out: made once for an expression, gone through for every row."""

    node: Node
    work_out: Evaluate
    parts: tuple[_Plan, ...]

    @cached_property
    def listed(self) -> tuple[tuple[Span, Evaluate], ...]:
        """The part and all that it is made of, level by level: where each stands, and how it is worked out."""
        return tuple((one.node.at, one.work_out) for one in self.level_by_level)

    @cached_property
    def level_by_level(self) -> tuple[_Plan, ...]:
        """The part and all that it is made of, level by level."""
        found, level = list[_Plan](), [self]
        while level:
            found += level
            level = [inner for one in level for inner in one.parts]
        return tuple(found)


@dataclass(frozen=True, slots=True, eq=False)
class _Same:
    """A tree that is found again as itself: to compare or hash it part by part costs more than going through it."""

    tree: Node

    def __hash__(self) -> int:
        return id(self.tree)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.tree is self.tree


@lru_cache(maxsize=2_048)
def _plan(asked: _Same) -> _Plan:
    return _planned(asked.tree)


def _planned(node: Node) -> _Plan:
    parts = tuple(_apart(node))
    return _Plan(node, compile_condition(node) if isinstance(node.type, BooleanType) else compile_value(node), parts)


def _apart(node: Node) -> Iterator[_Plan]:
    """Go through the parts that are written apart and are not constants; what has the whole's place is opened."""
    for child in () if is_short_form(node) else children(node):
        if child.at == node.at:
            yield from _apart(child)
        elif not isinstance(child, Literal | Given):
            yield _planned(child)


def _part(plan: _Plan, row: Row, around: Surroundings) -> Part:
    node, value = plan.node, plan.work_out(row, around)
    holds = bool(value) if isinstance(node.type, BooleanType) else None
    return Part(node.at, node, node.type, value, holds, tuple(_part(inner, row, around) for inner in plan.parts))


def deciding(part: Part) -> Iterator[Part]:
    """Go through the conditions that make the whole hold, or keep it from holding."""
    match part.node:
        case And() | Or() if part.joins:
            yield from (leaf for inner in part.parts if inner.holds == part.holds for leaf in deciding(inner))
        case Not() if part.parts and part.parts[0].joins:
            yield from deciding(part.parts[0])
        case _:
            yield part
