"""Fields that have been read once are not read again: a name that is surely bound takes the place of the subscript.

Goes through a written expression in the order in which it will be evaluated. A name is sure behind what is always
evaluated before: behind the first part of an ``and`` or ``or``, behind the test of a conditional; inside of an ``and``
also behind all parts that have held.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import NamedTuple

from engine.language.backends.python.operations import name

Sure = dict[str, str]
"""The name that holds each field."""


class _Seen(NamedTuple):
    """An expression as it is now, and what is sure behind it: always, and where it was true."""

    expression: ast.expr
    always: Sure
    held: Sure


def reused(body: ast.expr, renamed: dict[str, str]) -> ast.expr:
    """Return the expression with every field read as seldom as that is sure.

    Its value is the same once every name that is a key of ``renamed`` is written as the name that is noted there.
    """
    return _Reuse(renamed).see(body, {}).expression


class _Reuse:
    """Sees expressions one after the other; names that are bound no more are renamed at the end."""

    def __init__(self, renamed: dict[str, str]) -> None:
        """Note in ``renamed`` which name stands for which."""
        self._renamed = renamed

    def see(self, node: ast.expr, sure: Sure) -> _Seen:
        """Return the expression; ``sure`` is what is bound before it."""
        match node:
            case ast.NamedExpr(ast.Name(target), ast.Subscript(ast.Name("row"), ast.Constant(str() as key))):
                return self._binding(node, target, key, sure)
            case ast.Subscript(ast.Name("row"), ast.Constant(str() as key)):
                return _Seen(name(sure[key]) if key in sure else node, sure, sure)
            case ast.BoolOp():
                return self._joined(node, sure)
            case ast.IfExp():
                return self._conditional(node, sure)
            case ast.Compare(comparators=[_]):
                return self._in_turn(node, [(node, "left"), (node.comparators, 0)], sure)
            case ast.BinOp():
                return self._in_turn(node, _operands(node), sure)
            case ast.UnaryOp():
                return self._in_turn(node, [(node, "operand")], sure)
            case ast.NamedExpr() | ast.Attribute():
                return self._in_turn(node, [(node, "value")], sure)
            case ast.Call(keywords=[]):
                places = [(node.args, index) for index in range(len(node.args))]
                return self._in_turn(node, places, sure)
            case _:
                return _Seen(node, sure, sure)

    def _binding(self, node: ast.expr, target: str, key: str, sure: Sure) -> _Seen:
        if key in sure:
            self._renamed[target] = sure[key]
            return _Seen(name(sure[key]), sure, sure)
        more = {**sure, key: target}
        return _Seen(node, more, more)

    def _in_turn(self, node: ast.expr, places: Sequence[tuple[object, object]], sure: Sure) -> _Seen:
        """See parts that are all evaluated, one after the other; a place is a node's member or a list's item."""
        for holder, at in places:
            if isinstance(holder, list) and isinstance(at, int):
                seen = self.see(holder[at], sure)
                holder[at] = seen.expression
            else:
                seen = self.see(getattr(holder, str(at)), sure)
                setattr(holder, str(at), seen.expression)
            sure = seen.always
        return _Seen(node, sure, sure)

    def _joined(self, node: ast.BoolOp, sure: Sure) -> _Seen:
        always: Sure | None = None
        for index, part in enumerate(node.values):
            seen = self.see(part, sure)
            node.values[index] = seen.expression
            always = seen.always if always is None else always
            sure = seen.held if isinstance(node.op, ast.And) else seen.always
        always = {} if always is None else always
        return _Seen(node, always, sure if isinstance(node.op, ast.And) else always)

    def _conditional(self, node: ast.IfExp, sure: Sure) -> _Seen:
        first = test = self.see(node.test, sure)
        node.test = test.expression
        last = node
        while True:
            last.body = self.see(last.body, test.held).expression
            if not isinstance(last.orelse, ast.IfExp):
                break
            last = last.orelse
            test = self.see(last.test, test.always)
            last.test = test.expression
        last.orelse = self.see(last.orelse, test.always).expression
        return _Seen(node, first.always, first.always)


def _operands(node: ast.BinOp) -> list[tuple[object, object]]:
    """Return the places of the operands of a chain, which nests to the left, from the first on."""
    places: list[tuple[object, object]] = [(node, "right")]
    while isinstance(node.left, ast.BinOp):
        node = node.left
        places.append((node, "right"))
    return [(node, "left"), *reversed(places)]
