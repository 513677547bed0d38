"""How SQLite compares numbers of more than 18 digits without leaving its own arithmetic, as long as 64 bits do.

SQLite goes over to floating point where whole numbers pass 64 bits, and from there nothing comes back to a whole one.
So what is still an integer at the end is exact; what is not is left to the registered functions. Where a single product
is compared with numbers of at most 18 digits even that test is idle: a product that has passed 64 bits lies beyond all
of these, exact or not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import sqlalchemy as sa

from engine.language.backends.python.runtime import factors
from engine.language.backends.sql.terms import Element, Sides, Terms
from engine.language.operations import Op
from engine.language.tree import Field, Node, Operation, depends_on_row
from engine.language.types import NumberType, Type

NATIVE_DIGITS = 18
"""Whole numbers of so many digits fit into 64 bits, and so does the sum of nine of them."""

_HIGHEST = 2**63 - 1
_FLOATING_DIGITS = 300
"""Beyond, floating point could end in infinity, and infinity times zero in NULL."""
_PRODUCT_ROOM = 8 * 10**18
"""What is added to a product, and what it is compared with, stay below this: far from where 64 bits end."""


def is_wide(kind: Type) -> bool:
    """Tell whether numbers of the type can pass SQLite's own."""
    return isinstance(kind, NumberType) and kind.digits > NATIVE_DIGITS


def sides(terms: Terms, left: Node, right: Node) -> Sides | None:
    """Return both sides in SQLite's own arithmetic, or None where that is never exact."""
    first, second = _native(terms, left), _native(terms, right)
    if first is None or second is None:
        return None
    if _lies_beyond(left, right) or _lies_beyond(right, left):
        return Sides(first, second, None)
    exact = [_is_whole(element) for element, node in ((first, left), (second, right)) if _may_pass(node)]
    return Sides(first, second, sa.and_(*exact) if exact else None)


def _may_pass(node: Node) -> bool:
    return is_wide(node.type) and depends_on_row(node)


def _is_whole(element: Element) -> Element:
    return sa.func.typeof(element, type_=sa.Text()) == sa.literal_column("'integer'", sa.Text())


def _lies_beyond(left: Node, right: Node) -> bool:
    """Tell whether the left side is one product and numbers so short that these and the right side never reach it."""
    products, others = _parted(left)
    if len(products) != 1 or is_wide(right.type) or _digits(left.type) > _FLOATING_DIGITS:
        return False
    reached = sum(int(10 ** _digits(node.type)) for node in (*others, right))
    return reached <= _PRODUCT_ROOM and _is_product(products[0], alone=not others)


def _parted(node: Node) -> tuple[list[Node], list[Node]]:
    """Return the wide terms of a sum, and the others."""
    terms = node.arguments if isinstance(node, Operation) and node.op is Op.ADD else (node,)
    return [term for term in terms if is_wide(term.type)], [term for term in terms if not is_wide(term.type)]


def _is_product(node: Node, *, alone: bool) -> bool:
    """Tell whether the node is a product of short numbers; with more than two factors a zero could follow too late."""
    match node:
        case Operation(Op.NEGATE | Op.RESCALE, (inner,)):
            return _is_product(inner, alone=alone)
        case Operation(Op.MULTIPLY, arguments):
            return all(not is_wide(part.type) or (alone and _is_product(part, alone=True)) for part in arguments)
        case _:
            return not is_wide(node.type)


def _digits(kind: Type) -> int:
    return kind.digits if isinstance(kind, NumberType) else NATIVE_DIGITS


def _native(terms: Terms, node: Node) -> Element | None:
    """Return the node in SQLite's own arithmetic; a result that is an integer is exact."""
    match node:
        case _ if not is_wide(node.type):
            return sa.type_coerce(terms.value(node), sa.BigInteger())
        case _ if not depends_on_row(node):
            value = terms.constant(node)
            fits = value is None or abs(value) <= _HIGHEST
            return sa.type_coerce(terms.value(node), sa.BigInteger()) if fits else None
        case Field():
            return sa.type_coerce(terms.value(node), sa.BigInteger())
        case Operation(op, arguments) if op in _WRITERS and (op is not Op.DIVIDE or _is_plain_division(arguments)):
            parts = [_native(terms, argument) for argument in arguments]
            known = [part for part in parts if part is not None]
            return _WRITERS[op](known, node.settings) if len(known) == len(parts) else None
        case _:
            return None


def _is_plain_division(arguments: Sequence[Node]) -> bool:
    """Tell whether a division may be written with its operands twice."""
    return all(not is_wide(node.type) and (isinstance(node, Field) or not depends_on_row(node)) for node in arguments)


def _times(element: Element, factor: int) -> Element:
    return element if factor == 1 else element * sa.literal_column(str(factor), sa.BigInteger())


def _divided(parts: Sequence[Element], scales: Sequence[int]) -> Element:
    """Divide half away from zero: SQLite cuts off, and gives NULL for a division by zero."""
    up, down = factors(*scales)
    dividend, divisor = _times(parts[0], 2 * up), _times(parts[1], down)
    size = sa.func.abs(divisor, type_=sa.BigInteger())
    half = sa.case((parts[0] < sa.literal_column("0", sa.BigInteger()), -size), else_=size)
    return (dividend + half).op("/", precedence=8)(_times(divisor, 2))


def _sum(parts: Sequence[Element], _: Sequence[int]) -> Element:
    first, *rest = parts
    for part in rest:
        first = first + part
    return first


_WRITERS: Mapping[Op, Callable[[Sequence[Element], Sequence[int]], Element]] = {
    Op.ADD: _sum,
    Op.NEGATE: lambda parts, _: -parts[0],
    Op.MULTIPLY: lambda parts, _: parts[0] * parts[1],
    Op.RESCALE: lambda parts, settings: _times(parts[0], 10 ** settings[0]),
    Op.ABSOLUTE: lambda parts, _: sa.func.abs(parts[0], type_=sa.BigInteger()),
    Op.DIVIDE: _divided,
}
