"""The function of a decision table: its rows are written a few at a time, and only when a look-up comes to them.

A filter that a database works out asks no row here, and a table of a thousand rows is mostly left after a few.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property

from engine.kernel.values import Row, Value
from engine.language.surroundings import Surroundings
from engine.language.tree import If, Node

Evaluate = Callable[[Row, Surroundings], Value]
Branches = Sequence[tuple[Node, Node]]
Compile = Callable[[Node], Evaluate]
CompileRows = Callable[[Branches, object], Evaluate]

_ROWS = 20
"""So many rows are one function."""


def body_of(node: Node, compile_node: Compile, compile_rows: CompileRows) -> Evaluate:
    """Return the function of the inside of a table."""
    if not isinstance(node, If):
        return _Part(lambda: compile_node(node))
    missed = object()

    def rows(start: int) -> Callable[[], Evaluate]:
        return lambda: compile_rows(node.branches[start : start + _ROWS], missed)

    parts = [_Part(rows(start)) for start in range(0, len(node.branches), _ROWS)]
    otherwise = _Part(lambda: compile_node(node.otherwise))

    def found(row: Row, around: Surroundings) -> Value:
        for part in parts:
            value = part.evaluate(row, around)
            if value is not missed:
                return value
        return otherwise.evaluate(row, around)

    return found


class _Part:
    """A part of a table, written when it is first asked."""

    def __init__(self, make: Callable[[], Evaluate]) -> None:
        """Keep how it is written."""
        self._make = make

    def __call__(self, row: Row, around: Surroundings) -> Value:
        """Return what the part says."""
        return self.evaluate(row, around)

    @cached_property
    def evaluate(self) -> Evaluate:
        """The function."""
        return self._make()
