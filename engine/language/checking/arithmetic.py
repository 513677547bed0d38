"""Plus, minus, times, by and ``&``: which types they take, and what scale and digits come out."""

from __future__ import annotations

from dataclasses import replace

from engine.language import problems
from engine.language.checking import durations
from engine.language.checking.fitting import bounded, fit, rescaled
from engine.language.checking.report import BROKEN, Report
from engine.language.operations import Op
from engine.language.tree import Literal, Node, Operation, Span
from engine.language.types import (
    DIVISION_SCALE,
    BlankType,
    DateTimeType,
    DateType,
    DurationType,
    NumberType,
    TextType,
)

_DAYS = NumberType(0, 7)
_USE_CONCAT = ("连接文本用 &", "Join texts with &")
_USE_DATE = ("先取日期,例如 date(…)", "Take its day first, as in date(…)")


def series(left: Node, sign: str, right: Node, report: Report) -> Node:
    """Return the tree of two operands and the sign between them."""
    if left is BROKEN or right is BROKEN:
        return BROKEN
    at = (left.at[0], right.at[1])
    timed = (durations.scaled if sign in {"*", "/"} else durations.added)(left, sign, right, at, report)
    if timed is not None and sign != "&":
        return timed
    match sign:
        case "&":
            return _concatenated(left, right, at, report)
        case "*":
            return _multiplied(left, right, at, report)
        case "/":
            return _divided(left, right, at, report)
        case _:
            return _added(left, sign, right, at, report)


def negative(item: Node, at: Span, report: Report) -> Node:
    """Return the item with the opposite sign."""
    if item is BROKEN:
        return BROKEN
    if isinstance(item.type, DurationType):
        return durations.negated(item, at)
    number = number_operand(item, "-", report)
    match number:
        case Literal(int() as value):
            return replace(number, value=-value, at=at)
        case Operation(Op.NEGATE, (inner,)):
            return inner
        case _ if number is BROKEN:
            return BROKEN
        case _:
            return Operation(Op.NEGATE, (number,), number.type, (), at)


def number_operand(node: Node, operator: str, report: Report, hint: tuple[str, str] = ("", "")) -> Node:
    """Return the node as a number, or a problem."""
    if node is BROKEN or isinstance(node.type, NumberType):
        return node
    if isinstance(node.type, BlankType):
        return fit(node, NumberType(0, 1), report)
    return report.wrong_operand(operator, node.at, NumberType, node, hint)


def whole(node: Node, report: Report) -> Node:
    """Return a number that has no decimals, or a problem."""
    if isinstance(node.type, NumberType) and node.type.scale:
        return report.broken(problems.NOT_WHOLE, node.at, scale=node.type.scale)
    return node


def _added(left: Node, sign: str, right: Node, at: Span, report: Report) -> Node:
    match left.type, sign, right.type:
        case (DateType(), "-", DateType()):
            return Operation(Op.DAYS_BETWEEN, (right, left), _DAYS, (), at)
        case (DateType(), _, _):
            return _shifted(left, sign, right, at, report)
        case (_, "+", DateType()):
            return _shifted(right, "+", left, at, report)
        case _:
            return _summed(left, sign, right, at, report)


def _shifted(date: Node, sign: str, days: Node, at: Span, report: Report) -> Node:
    hint = ("日期只能加减天数", "Only whole days can be added to a date")
    number = whole(number_operand(days, sign, report, hint), report)
    if number is BROKEN:
        return BROKEN
    shift = number if sign == "+" else negative(number, number.at, report)
    return Operation(Op.SHIFT_DAYS, (date, shift), DateType(), (), at)


def _summed(left: Node, sign: str, right: Node, at: Span, report: Report) -> Node:
    first, second = (number_operand(node, sign, report, _hint(node)) for node in (left, right))
    if first is BROKEN or second is BROKEN:
        return BROKEN
    if sign == "-":
        second = negative(second, second.at, report)
    parts = first.arguments if isinstance(first, Operation) and first.op is Op.ADD else (first,)
    scales = [part.type for part in (*parts, second) if isinstance(part.type, NumberType)]
    scale = max(kind.scale for kind in scales)
    whole_digits = max(kind.digits - kind.scale for kind in scales)
    carried = len(str(len(scales) - 1))
    fitted = tuple(rescaled(part, scale) for part in (*parts, second))
    return bounded(Operation(Op.ADD, fitted, NumberType(scale, whole_digits + scale + carried), (), at), report)


def _hint(node: Node) -> tuple[str, str]:
    match node.type:
        case TextType():
            return _USE_CONCAT
        case DateTimeType():
            return _USE_DATE
        case _:
            return "", ""


def _numbers(left: Node, sign: str, right: Node, report: Report) -> tuple[Node, NumberType, Node, NumberType] | None:
    first, second = (number_operand(node, sign, report) for node in (left, right))
    if isinstance(first.type, NumberType) and isinstance(second.type, NumberType):
        return first, first.type, second, second.type
    return None


def _multiplied(left: Node, right: Node, at: Span, report: Report) -> Node:
    numbers = _numbers(left, "*", right, report)
    if numbers is None:
        return BROKEN
    first, one, second, other = numbers
    kind = NumberType(one.scale + other.scale, one.digits + other.digits)
    return bounded(Operation(Op.MULTIPLY, (first, second), kind, (), at), report)


def _divided(left: Node, right: Node, at: Span, report: Report) -> Node:
    numbers = _numbers(left, "/", right, report)
    if numbers is None:
        return BROKEN
    first, one, second, other = numbers
    digits = max(one.digits - one.scale, 0) + other.scale + DIVISION_SCALE + 1
    quotient = Operation(Op.DIVIDE, (first, second), NumberType(DIVISION_SCALE, digits), (one.scale, other.scale), at)
    return bounded(quotient, report)


def _concatenated(left: Node, right: Node, at: Span, report: Report) -> Node:
    texts = []
    for node in (left, right):
        if not isinstance(node.type, TextType | BlankType):
            return report.wrong_operand("&", node.at, TextType, node, ("& 只连接文本", "& joins texts alone"))
        texts.append(fit(node, TextType(), report))
    first, second = texts
    parts = first.arguments if isinstance(first, Operation) and first.op is Op.CONCAT else (first,)
    return Operation(Op.CONCAT, (*parts, second), TextType(), (), at)
