"""A typed tree as compact JSON for the evaluator; it settles which numbers are Numbers there and which BigInts.

A document is ``[version, node, type]``. A node is a constant (text, number, boolean, null) or an array that begins
with its code. Numbers of at most 15 digits are whole scaled Numbers, longer ones and durations BigInts (*wide*); where
a node needs the other kind it is wrapped in ``wide`` or ``narrow``, so that the evaluator never has to look.
"""

from __future__ import annotations

from collections.abc import Sequence

from engine.kernel.canonical import Json
from engine.kernel.values import Value
from engine.language import tree
from engine.language.aggregates import LINE_ORDER
from engine.language.backends.python.runtime import factors
from engine.language.operations import Op
from engine.language.tree import Node
from engine.language.types import DurationType, NumberType, Type, type_key

VERSION = 1
NARROW_DIGITS = 15
"""Whole numbers of so many digits, doubled and added once more, are still exact as a JavaScript Number."""

_TURN = {True: "wide", False: "narrow"}
_SWAPPED = {">": "<", ">=": "<="}
_COUNTED = frozenset({Op.LEFT, Op.RIGHT, Op.SHIFT_DAYS, Op.ADD_MONTHS, Op.MAKE_DATE})
"""Operations that take counts: one too long for a Number is out of reach, exact or not."""


def to_json(node: Node) -> Json:
    """Return the document of a typed tree."""
    return [VERSION, written(node), type_json(node.type)]


def type_json(kind: Type) -> Json:
    """Return a type as the evaluator reads and shows values of it."""
    return ["number", kind.scale, kind.digits] if isinstance(kind, NumberType) else type_key(kind)


def is_wide(kind: Type) -> bool:
    """Tell whether values of the type are BigInts."""
    return isinstance(kind, DurationType) or (isinstance(kind, NumberType) and kind.digits > NARROW_DIGITS)


def written(node: Node) -> Json:
    """Return the node; a number is wide where its type is."""
    match node:
        case tree.Literal(value, kind):
            return _constant(value, wide=is_wide(kind))
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
        case tree.Related():
            return _related(node)
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
            return ["equal", *_alike((left, right))]
        case tree.Ordered(order, left, right):
            first, second = _alike((left, right))
            return [_SWAPPED[order], second, first] if order in _SWAPPED else [order, first, second]
        case tree.OneOfThese(item, values):
            return ["in", written(item), *(_constant(value, wide=is_wide(item.type)) for value in values)]
        case _:
            raise TypeError(type(node).__name__)


def _choice(node: tree.If | tree.Switch | tree.Coalesce) -> Json:
    wide = is_wide(node.type)
    match node:
        case tree.If(branches, otherwise):
            parts = [part for test, value in branches for part in (written(test), _as(value, wide=wide))]
            return ["if", *parts, _as(otherwise, wide=wide)]
        case tree.Switch(item, cases, otherwise):
            subject = is_wide(item.type)
            parts = [
                part for value, result in cases for part in (_constant(value, wide=subject), _as(result, wide=wide))
            ]
            return ["switch", written(item), _as(otherwise, wide=wide), *parts]
        case tree.Coalesce(items):
            return ["coalesce", *(_as(item, wide=wide) for item in items)]


def _constant(value: Value, *, wide: bool) -> Json:
    return ["big", str(value)] if wide and value is not None else value


def _as(node: Node, *, wide: bool) -> Json:
    """Return the node with its number, if it is one, of that kind."""
    if isinstance(node, tree.Literal) and isinstance(node.type, NumberType | DurationType):
        return _constant(node.value, wide=wide)
    return _turned(written(node), node.type, wide=wide)


def _turned(made: Json, kind: Type, *, wide: bool) -> Json:
    if not isinstance(kind, NumberType | DurationType) or is_wide(kind) == wide:
        return made
    return [_TURN[wide], made]


def _alike(nodes: Sequence[Node]) -> list[Json]:
    wide = any(is_wide(node.type) for node in nodes)
    return [_as(node, wide=wide) for node in nodes]


def _steps(steps: Sequence[tree.Step]) -> Json:
    return [[step.reference, step.app, step.form] for step in steps]


def _operation(node: tree.Operation) -> Json:
    op, arguments = node.op, node.arguments
    match op:
        case Op.ADD | Op.NEGATE | Op.MULTIPLY | Op.FLOOR_DIVIDE | Op.MODULO | Op.ABSOLUTE | Op.LEAST | Op.GREATEST:
            return _arithmetic(node, op.value, ())
        case Op.RESCALE:
            return _arithmetic(node, "multiply", (10 ** node.settings[0],))
        case Op.DIVIDE:
            return _quotient(node)
        case Op.ROUND | Op.ROUND_UP | Op.ROUND_DOWN:
            scale, places = node.settings
            return _arithmetic(node, op.value, (10 ** (scale - places), 10 ** max(0, -places)))
        case Op.TO_NUMBER:
            return _settled([op.value, *map(written, arguments)], node.type, wide=True)
        case Op.MID:
            return [op.value, written(arguments[0]), *_alike(arguments[1:])]
        case _ if op in _COUNTED:
            return [op.value, *(_as(argument, wide=False) for argument in arguments)]
        case _:
            return _settled([op.value, *map(written, arguments)], node.type, wide=False)


def _settled(made: Json, kind: Type, *, wide: bool) -> Json:
    """Return a number that was worked out in one kind as its type wants it."""
    return made if is_wide(kind) == wide else [_TURN[is_wide(kind)], made]


def _arithmetic(node: tree.Operation, code: str, constants: Sequence[int]) -> Json:
    """Return an operation over numbers of one kind: wide where an argument, a constant or the result is."""
    wide = is_wide(node.type) or any(is_wide(argument.type) for argument in node.arguments)
    wide = wide or any(constant >= 10**NARROW_DIGITS for constant in constants)
    if node.type.__class__ not in (NumberType, DurationType):
        wide = False
    parts = [_as(argument, wide=wide) for argument in node.arguments]
    made = [code, *parts, *(_constant(constant, wide=wide) for constant in constants)]
    return _settled(made, node.type, wide=wide)


def _quotient(node: tree.Operation) -> Json:
    """Return a division: both numbers are first multiplied so that six decimals come out."""
    up, down = factors(*node.settings)
    left, right = node.arguments
    wide = any(_digits(side) + len(str(factor)) - 1 > NARROW_DIGITS for side, factor in ((left, up), (right, down)))
    made = ["divide", *(_times(side, factor, wide=wide) for side, factor in ((left, up), (right, down)))]
    return _settled(made, node.type, wide=wide)


def _digits(node: Node) -> int:
    return node.type.digits if isinstance(node.type, NumberType) else NARROW_DIGITS + 1


def _times(node: Node, factor: int, *, wide: bool) -> Json:
    made = _as(node, wide=wide)
    return made if factor == 1 else ["multiply", made, _constant(factor, wide=wide)]


def _related(node: tree.Related) -> Json:
    aggregate = node.aggregate
    wide = aggregate.function == "avg" or is_wide(aggregate.type)
    made = [
        "related",
        aggregate.function,
        aggregate.app,
        aggregate.form,
        aggregate.reference,
        None if aggregate.value is None else [_as(aggregate.value, wide=wide)],
        None if aggregate.where is None else [written(aggregate.where)],
        _detail(aggregate, wide=wide),
        _steps(node.steps),
    ]
    return _settled(made, aggregate.type, wide=wide)


def _detail(aggregate: tree.Aggregate, *, wide: bool) -> Json:
    """Return what one function alone needs: a zero to begin with, the decimals of what is averaged, or the order."""
    match aggregate.function:
        case "sum":
            return _constant(0, wide=wide)
        case "avg":
            kind = aggregate.value.type if aggregate.value is not None else None
            return kind.scale if isinstance(kind, NumberType) else 0
        case "latest" if aggregate.order != LINE_ORDER:
            return aggregate.order or "id"
        case _:
            return None
