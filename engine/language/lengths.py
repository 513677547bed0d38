"""How long the text of a node can be, from the tree alone; it knows no back end, and looks at no text of a record.

A text longer than ``LONGEST_TEXT`` is blank. Only what can pass that bound is tested, before it is made; all back ends
ask here, so that they test in the same places.
"""

from __future__ import annotations

from collections.abc import Iterable

from engine.language.operations import Op
from engine.language.tree import Coalesce, If, Literal, Lookup, Node, Operation, Related, Switch
from engine.language.types import LONGEST_STORED, LONGEST_TEXT, TextType, Type

_GROWING = (Op.REPLACE, Op.CONCAT, Op.JOIN)


def is_tested(node: Operation) -> bool:
    """Tell whether the operation can make a text that is too long, so that it must look before it makes one."""
    return node.op in _GROWING and _made(node) > LONGEST_TEXT


def longest(node: Node) -> int:
    """Return how many code points the text of the node has at most."""
    match node:
        case Literal(value):
            return len(value) if isinstance(value, str) else 0
        case If(branches, otherwise):
            return _most((*(value for _, value in branches), otherwise))
        case Switch(_, cases, otherwise):
            return _most((*(result for _, result in cases), otherwise))
        case Coalesce(items):
            return _most(items)
        case Related(aggregate) if aggregate.value is not None:
            return longest(aggregate.value)
        case Lookup(body=body):
            return longest(body.tree)
        case Operation():
            return min(_made(node), LONGEST_TEXT)
        case _:
            return node.type.longest if isinstance(node.type, TextType) else LONGEST_STORED


def of_any_length(kind: Type) -> Type:
    """Return the type of a value that may have been worked out: a text of it can be as long as a text can be."""
    return TextType(LONGEST_TEXT) if isinstance(kind, TextType) else kind


def _most(nodes: Iterable[Node]) -> int:
    return max(map(longest, nodes))


def _made(node: Operation) -> int:
    """Return how many code points come of the operation at most, were there no bound."""
    match node.op, node.arguments:
        case Op.REPLACE, (text, search, replacement):
            return _replaced(longest(text), search, longest(replacement))
        case Op.CONCAT, parts:
            return sum(map(longest, parts))
        case Op.JOIN, (separator, *texts):
            return sum(map(longest, texts)) + longest(separator) * (len(texts) - 1)
        case ((Op.LEFT | Op.RIGHT | Op.MID), (text, *_, Literal(int() as count))):
            return min(longest(text), max(count, 0))
        case ((Op.TRIM | Op.LOWER | Op.UPPER | Op.LEFT | Op.RIGHT | Op.MID), (text, *_)):
            return longest(text)
        case _:
            return LONGEST_STORED


def _replaced(text: int, search: Node, replacement: int) -> int:
    """Return the length where what is searched stands everywhere; a literal one stands for as much as it is long."""
    size = longest(search) if isinstance(search, Literal) else 1
    return text + text // size * max(replacement - size, 0) if size else text
