"""How SQLite compares numbers of more than 18 digits without leaving its own arithmetic, as long as 64 bits do.

SQLite goes over to floating point where whole numbers pass 64 bits, and from there nothing comes back to a whole one.
So what is still an integer at the end is exact; what is not is left to the registered functions. Where a single product
is compared with numbers of at most 18 digits even that test is idle: a product that has passed 64 bits lies beyond all
of these, exact or not (``products``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import sqlalchemy as sa

from engine.language.backends.products import Exactness
from engine.language.backends.python.runtime import factors
from engine.language.backends.sql.column_types import BIG_INTEGER, TEXT
from engine.language.backends.sql.terms import Element, Sides, Terms, depends_on_row
from engine.language.operations import Op
from engine.language.tree import Field, Node, Operation

_OWN = Exactness(digits=18, room=8 * 10**18)
"""64 bits hold whole numbers of 18 digits, and more than eight of them together."""
_HIGHEST = 2**63 - 1

is_wide = _OWN.is_wide


def sides(terms: Terms, left: Node, right: Node) -> Sides | None:
    """Return both sides in SQLite's own arithmetic, or None where that is never exact."""
    first, second = _native(terms, left), _native(terms, right)
    if first is None or second is None:
        return None
    if _OWN.lies_beyond(left, right) or _OWN.lies_beyond(right, left):
        return Sides(first, second, None)
    exact = [_is_whole(element) for element, node in ((first, left), (second, right)) if _may_pass(node)]
    return Sides(first, second, sa.and_(*exact) if exact else None)


def _may_pass(node: Node) -> bool:
    return is_wide(node.type) and depends_on_row(node)


def _is_whole(element: Element) -> Element:
    return sa.func.typeof(element, type_=TEXT) == sa.literal_column("'integer'", TEXT)


def _native(terms: Terms, node: Node) -> Element | None:
    """Return the node in SQLite's own arithmetic; a result that is an integer is exact."""
    match node:
        case _ if not is_wide(node.type):
            return sa.type_coerce(terms.value(node), BIG_INTEGER)
        case _ if not depends_on_row(node):
            value = terms.constant(node)
            fits = value is None or abs(value) <= _HIGHEST
            return sa.type_coerce(terms.value(node), BIG_INTEGER) if fits else None
        case Field():
            return sa.type_coerce(terms.value(node), BIG_INTEGER)
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
    return element if factor == 1 else element * sa.literal_column(str(factor), BIG_INTEGER)


def _divided(parts: Sequence[Element], scales: Sequence[int]) -> Element:
    """Divide half away from zero: SQLite cuts off, and gives NULL for a division by zero."""
    up, down = factors(*scales)
    dividend, divisor = _times(parts[0], 2 * up), _times(parts[1], down)
    size = sa.func.abs(divisor, type_=BIG_INTEGER)
    half = sa.case((parts[0] < sa.literal_column("0", BIG_INTEGER), -size), else_=size)
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
    Op.DIVIDE: _divided,
}
