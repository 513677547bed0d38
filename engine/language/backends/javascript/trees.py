"""A typed tree as compact JSON for the evaluator in ``source/``, which turns it into closures.

A document is ``[version, node, type]``. A node is a constant (text, number, boolean, null) or an array that begins
with its code; settings of an operation are constants after its arguments. Whole numbers beyond 2^53 are ``big`` nodes.
"""

from __future__ import annotations

from collections.abc import Sequence

from engine.kernel.canonical import Json
from engine.kernel.values import Value
from engine.language import tree
from engine.language.aggregates import LINE_ORDER
from engine.language.backends.javascript import patterns
from engine.language.backends.python.runtime import factors
from engine.language.lengths import is_tested
from engine.language.operations import Op
from engine.language.tree import Node
from engine.language.types import NumberType, Type, type_key

VERSION = 1
_MOST_EXACT = 2**53 - 1
"""The greatest whole number that JSON carries to JavaScript as it is."""

_SWAPPED = {">": "<", ">=": "<="}


def to_json(node: Node) -> Json:
    """Return the document of a typed tree."""
    return [VERSION, written(node), type_json(node.type)]


def type_json(kind: Type) -> Json:
    """Return a type as the evaluator reads and shows values of it."""
    return ["number", kind.scale, kind.digits] if isinstance(kind, NumberType) else type_key(kind)


def written(node: Node) -> Json:
    """Return a node with its parts."""
    match node:
        case tree.Literal(value):
            return _constant(value)
        case tree.Field(key):
            return ["field", key]
        case tree.OldField(key):
            return ["old", key]
        case tree.Path(steps, key):
            return ["path", _steps(steps), key]
        case tree.Parameter(key):
            return ["parameter", key]
        case tree.Given(what):
            return ["given", what]
        case tree.OfPerson(item, what):
            return ["person", written(item), what]
        case tree.Related():
            return _related(node)
        case tree.Lookup(_, _, _, arguments, body):
            return ["lookup", [[key, written(value)] for key, value in arguments], written(body.tree)]
        case tree.Operation():
            return _operation(node)
        case tree.If() | tree.Switch() | tree.Coalesce():
            return _choice(node)
        case _:
            return _condition(node)


def _condition(node: Node) -> Json:
    match node:
        case tree.And(items):
            return ["and", *map(written, items)]
        case tree.Or(items):
            return ["or", *map(written, items)]
        case tree.Not(item):
            return ["not", written(item)]
        case tree.IsBlank(item):
            return ["blank", written(item)]
        case tree.Equal(left, right):
            return ["equal", written(left), written(right)]
        case tree.Ordered(order, left, right):
            first, second = written(left), written(right)
            return [_SWAPPED[order], second, first] if order in _SWAPPED else [order, first, second]
        case tree.HasRole(item, app, role):
            return ["role", written(item), f"{app}/{role}"]
        case tree.OneOfThese(item, values):
            return ["in", written(item), *map(_constant, values)]
        case _:
            raise TypeError(type(node).__name__)


def _choice(node: tree.If | tree.Switch | tree.Coalesce) -> Json:
    match node:
        case tree.If(branches, otherwise):
            return ["if", *(written(part) for branch in branches for part in branch), written(otherwise)]
        case tree.Switch(item, cases, otherwise):
            parts = [part for value, result in cases for part in (_constant(value), written(result))]
            return ["switch", written(item), written(otherwise), *parts]
        case tree.Coalesce(items):
            return ["coalesce", *map(written, items)]


def _constant(value: Value) -> Json:
    whole = isinstance(value, int) and not isinstance(value, bool)
    return ["big", str(value)] if whole and abs(value) > _MOST_EXACT else value


def _steps(steps: Sequence[tree.Step]) -> Json:
    return [[step.reference, step.app, step.form] for step in steps]


def _sum(arguments: Sequence[Node]) -> Json:
    """Return the sum; of two what is negative is taken away."""
    match arguments:
        case (first, tree.Operation(Op.NEGATE, (inner,))):
            return ["subtract", written(first), written(inner)]
        case (first, second):
            return ["add", written(first), written(second)]
        case _:
            return ["sum", *map(written, arguments)]


def _operation(node: tree.Operation) -> Json:
    if node.op is Op.ADD:
        return _sum(node.arguments)
    parts = [written(argument) for argument in node.arguments]
    match node.op:
        case Op.RESCALE:
            return ["multiply", *parts, _constant(10 ** node.settings[0])]
        case Op.DIVIDE:
            sides = zip(parts, factors(*node.settings), strict=True)
            return [
                "divide",
                *(part if factor == 1 else ["multiply", part, _constant(factor)] for part, factor in sides),
            ]
        case Op.ROUND | Op.ROUND_UP | Op.ROUND_DOWN:
            scale, places = node.settings
            return [node.op.value, *parts, _constant(10 ** (scale - places)), _constant(10 ** max(0, -places))]
        case Op.MATCHES | Op.IS_EMAIL | Op.IS_PHONE | Op.IS_USCC:
            return patterns.test_of(node, parts[0])
        case _:
            return [f"{node.op} within" if is_tested(node) else node.op.value, *parts]


def _related(node: tree.Related) -> Json:
    aggregate = node.aggregate
    return [
        "related",
        aggregate.function,
        [aggregate.app, aggregate.form, aggregate.reference],
        None if aggregate.value is None else [written(aggregate.value)],
        None if aggregate.where is None else [written(aggregate.where)],
        _detail(aggregate),
        _steps(node.steps),
    ]


def _detail(aggregate: tree.Aggregate) -> Json:
    """Return what one function alone needs: the decimals of what is averaged, or the order."""
    match aggregate.function:
        case "avg":
            kind = aggregate.value.type if aggregate.value is not None else None
            return kind.scale if isinstance(kind, NumberType) else 0
        case "latest" if aggregate.order != LINE_ORDER:
            return aggregate.order or "id"
        case _:
            return None
