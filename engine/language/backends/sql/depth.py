"""How deep an expression nests for a parser like SQLite's, which holds 100 symbols, and where it is cut into steps."""

from __future__ import annotations

from dataclasses import dataclass, field

from engine.language import tree
from engine.language.backends.sql.terms import MOST_ARGUMENTS
from engine.language.operations import Op
from engine.language.tree import Node, children
from engine.language.types import NumberType

_NESTED_CALLS = {
    **dict.fromkeys((Op.REPLACE, Op.TRIM, Op.LEFT, Op.CONCAT, Op.FIND, Op.LENGTH), 12),
    **dict.fromkeys((Op.YEAR, Op.MONTH, Op.DAY, Op.WEEKDAY), 12),
    **dict.fromkeys((Op.ROUND, Op.ROUND_UP, Op.ROUND_DOWN, Op.SHIFT_DAYS, Op.SHIFT_TIME, Op.DURATION), 12),
    **dict.fromkeys((Op.STARTS_WITH, Op.ENDS_WITH, Op.CONTAINS, Op.HAS), 14),
}
_CALL, _CASE, _SIGN, _LOGIC, _SUBQUERY = 5, 6, 4, 3, 14


def _symbols(node: Node) -> int:
    """Return how many symbols the parser holds, at most, while it is inside of this node."""
    match node:
        case tree.Operation(Op.CONCAT | Op.JOIN, arguments) if len(arguments) > MOST_ARGUMENTS:
            return _CALL + _SUBQUERY
        case tree.Operation(op):
            return _NESTED_CALLS.get(op, _CALL)
        case tree.If() | tree.Switch():
            return _CASE
        case tree.Coalesce():
            return _CALL
        case tree.Equal(left) | tree.Ordered(_, left) if isinstance(left.type, NumberType):
            return _SIGN + _CASE + _CALL
        case tree.And() | tree.Or():
            return _LOGIC
        case tree.Not():
            return 0
        case tree.Related() | tree.Path() | tree.OfPerson() | tree.HasRole():
            return _SUBQUERY
        case _:
            return _SIGN


@dataclass
class Depth:
    """Remembers how deep the nodes of a tree nest and where ``room`` ends; the tree must outlive it."""

    room: int
    known: dict[int, int] = field(default_factory=dict)
    cut: set[int] = field(default_factory=set)

    def is_step(self, node: Node) -> bool:
        """Tell whether the node must become a step of its own."""
        self._of(node)
        return id(node) in self.cut

    def _of(self, node: Node) -> int:
        found = self.known.get(id(node))
        if found is None:
            inside = (node.body.tree,) if isinstance(node, tree.Lookup) else ()
            found = _symbols(node) + max(map(self._of, (*children(node), *inside)), default=0)
            if found > self.room and not isinstance(node, tree.Not):
                self.cut.add(id(node))
                found = _SIGN
            self.known[id(node)] = found
        return found
