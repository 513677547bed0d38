"""Time that has passed since a moment, compared with what is the same for the whole run, becomes a bound on the moment.

``hours_since(t) >= 24`` and ``now() - t > hours(24)`` ask whether ``t`` is at most, or before, a moment that is known.
"""

from __future__ import annotations

from collections.abc import Callable

from engine.kernel.clocks import FIRST_MOMENT, LAST_MOMENT
from engine.kernel.values import Value
from engine.language.backends.python.runtime import divide
from engine.language.backends.sql.terms import depends_on_row
from engine.language.operations import Op
from engine.language.tree import Literal, Node, Operation
from engine.language.types import LONGEST_DURATION

Bound = tuple[str, int]
"""An order, and the moment to which it holds."""


def moment_bounds(node: Node, order: str, limit: Value, constant: Callable[[Node], Value]) -> tuple[Node, list[Bound]]:
    """Return the moment of the row and the bounds on it; no bounds where the comparison is of another kind."""
    passed, least = _passed(node, limit)
    if passed is None or least is None:
        return node, []
    first, second = passed.arguments
    backwards = not depends_on_row(second)
    fixed, item = (second, first) if backwards else (first, second)
    known = None if depends_on_row(fixed) else constant(fixed)
    if known is None:
        return node, []
    bounds = [
        (_FLIPPED[found], known - time) if backwards else (found, known + time)
        for found, time in _lengths(order, least)
    ]
    inside = all(FIRST_MOMENT <= moment <= LAST_MOMENT for _, moment in bounds)
    return item, bounds if inside else []


_FLIPPED = {">=": "<=", "<": ">"}


def _lengths(order: str, least: Callable[[int], int]) -> list[Bound]:
    """Return how long it must have been: from the least time that reaches the limit, or before it, or one step more."""
    match order:
        case "=":
            return [(">=", least(0)), ("<", least(1))]
        case ">=" | "<":
            return [(order, least(0))]
        case _:
            return [(">=" if order == ">" else "<", least(1))]


def _passed(node: Node, limit: Value) -> tuple[Operation | None, Callable[[int], int] | None]:
    """Return the time that is measured, and what gives the least milliseconds that reach the limit and steps more."""
    match node:
        case Operation(Op.TIME_BETWEEN) if limit is not None:
            return node, lambda more: int(limit) + more
        case Operation(Op.DIVIDE, (Operation(Op.TIME_BETWEEN) as passed, Literal(int() as unit)), _, (0, scale)) if (
            unit > 0 and limit is not None
        ):
            return passed, lambda more: _least_reaching(int(limit) + more, unit, scale)
        case _:
            return None, None


def _least_reaching(quotient: int, unit: int, scale: int) -> int:
    """Return the least milliseconds that, divided by the unit, give the quotient or more; rounding keeps the order."""
    low, high = -2 * LONGEST_DURATION, 2 * LONGEST_DURATION
    while high - low > 1:
        middle = (low + high) // 2
        found = divide(middle, unit, 0, scale)
        low, high = (low, middle) if found is not None and found >= quotient else (middle, high)
    return high
