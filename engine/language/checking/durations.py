"""Arithmetic of moments and durations: which types meet, and the mend where a plain number stands for a duration."""

from __future__ import annotations

from dataclasses import replace

from engine.language.checking.fitting import bounded, fit
from engine.language.checking.report import BROKEN, Report
from engine.language.operations import Op
from engine.language.tree import Literal, Node, Operation, Span
from engine.language.types import (
    DIVISION_SCALE,
    LONGEST_DURATION,
    BlankType,
    DateTimeType,
    DateType,
    DurationType,
    NumberType,
)

MILLISECONDS = NumberType(0, 15)
"""Every duration is so short, since it lies between two moments of the calendar."""

_NO_NUMBER = ("加减时长,例如 hours(2)、days(1)", "Add a duration, such as hours(2) or days(1)")
_NO_DATE = (
    "日期加减整数天;要加减时长,先用 datetime(…) 写成时刻",
    "A date takes whole days; make it a moment with datetime(…) to add a duration",
)


def added(left: Node, sign: str, right: Node, at: Span, report: Report) -> Node | None:
    """Return a sum or difference in which moments or durations stand, or None where there are none."""
    match left.type, sign, right.type:
        case (DateTimeType(), "-", DateTimeType()):
            return Operation(Op.TIME_BETWEEN, (right, left), DurationType(), (), at)
        case (DateTimeType(), _, DurationType() | BlankType()):
            return _moved(left, sign, right, at, report)
        case (DurationType() | BlankType(), "+", DateTimeType()):
            return _moved(right, "+", left, at, report)
        case (DurationType(), _, DurationType() | BlankType()) | (BlankType(), _, DurationType()):
            return _summed(left, sign, right, at, report)
        case (DateType(), _, DurationType()):
            return report.wrong_operand(sign, right.at, NumberType, right, _NO_DATE)
        case (DurationType(), _, DateType()):
            return report.wrong_operand(sign, left.at, NumberType, left, _NO_DATE)
        case (DateTimeType() | DurationType(), _, NumberType()):
            return report.wrong_operand(sign, right.at, DurationType, right, _NO_NUMBER)
        case (NumberType(), _, DateTimeType() | DurationType()):
            return report.wrong_operand(sign, left.at, DurationType, left, _NO_NUMBER)
        case _:
            return None


def scaled(left: Node, sign: str, right: Node, at: Span, report: Report) -> Node | None:
    """Return a product or quotient in which durations stand, or None where there are none.

    A duration times or by a number is rounded to whole milliseconds, half away from zero; by a duration it gives a
    number.
    """
    match left.type, sign, right.type:
        case (DurationType(), "*" | "/", NumberType()):
            return _times(left, sign, right, at, report)
        case (NumberType(), "*", DurationType()):
            return _times(right, sign, left, at, report)
        case (DurationType(), "*" | "/", BlankType()):
            return _times(left, sign, fit(right, NumberType(0, 1), report), at, report)
        case (BlankType(), "*", DurationType()):
            return _times(right, sign, fit(left, NumberType(0, 1), report), at, report)
        case (DurationType(), "/", DurationType()):
            return quotient(_milliseconds(left), _milliseconds(right), at)
        case _:
            return None


def negated(item: Node, at: Span) -> Node:
    """Return a duration backwards."""
    match item:
        case Literal(int() as value):
            return replace(item, value=-value, at=at)
        case Operation(Op.NEGATE, (inner,)):
            return inner
        case _:
            return Operation(Op.NEGATE, (item,), DurationType(), (), at)


def of_units(number: Node, unit: int, at: Span, report: Report) -> Node:
    """Return the duration of so many units, of ``unit`` milliseconds each."""
    size = Literal(unit, NumberType(0, len(str(unit))), at)
    product = _product(number, size, at)
    made = _duration(bounded(product, report), at)
    match number, number.type:
        case (Literal(int() as value), NumberType(scale)) if made is not BROKEN:
            return Literal(_known(value * unit, scale), DurationType(), at)
        case _:
            return made


def quotient(left: Node, right: Node, at: Span) -> Node:
    """Return how many times milliseconds hold others, with six decimals."""
    kind = NumberType(DIVISION_SCALE, MILLISECONDS.digits + DIVISION_SCALE + 1)
    return Operation(Op.DIVIDE, (left, right), kind, (0, 0), at)


def _known(product: int, scale: int) -> int | None:
    unit = 10**scale
    size = (2 * abs(product) + unit) // (2 * unit)
    return None if size > LONGEST_DURATION else size if product >= 0 else -size


def _moved(moment: Node, sign: str, duration: Node, at: Span, report: Report) -> Node:
    fitted = fit(duration, DurationType(), report)
    shift = fitted if sign == "+" else negated(fitted, fitted.at)
    return Operation(Op.SHIFT_TIME, (moment, shift), DateTimeType(), (), at)


def _summed(left: Node, sign: str, right: Node, at: Span, report: Report) -> Node:
    """Add to a sum as one more of its parts: what counts is how long they are together."""
    first, second = (fit(node, DurationType(), report) for node in (left, right))
    part = _milliseconds(second)
    if sign == "-":
        part = Operation(Op.NEGATE, (part,), MILLISECONDS, (), part.at)
    match first:
        case Operation(Op.DURATION, (Operation(Op.ADD, parts),)):
            parts = (*parts, part)
        case _:
            parts = (_milliseconds(first), part)
    digits = MILLISECONDS.digits + len(str(len(parts)))
    return _duration(Operation(Op.ADD, parts, NumberType(0, digits), (), at), at)


def _times(duration: Node, sign: str, number: Node, at: Span, report: Report) -> Node:
    first = _milliseconds(duration)
    kind = number.type if isinstance(number.type, NumberType) else NumberType()
    if sign == "*":
        return _duration(bounded(_product(first, number, at), report), at)
    digits = MILLISECONDS.digits + kind.scale + DIVISION_SCALE + 1
    divided = Operation(Op.DIVIDE, (first, number), NumberType(DIVISION_SCALE, digits), (0, kind.scale), at)
    return _duration(bounded(divided, report), at)


def _product(left: Node, right: Node, at: Span) -> Node:
    kinds = [node.type for node in (left, right) if isinstance(node.type, NumberType)]
    kind = NumberType(sum(kind.scale for kind in kinds), sum(kind.digits for kind in kinds))
    return Operation(Op.MULTIPLY, (left, right), kind, (), at)


def _duration(number: Node, at: Span) -> Node:
    """Return a number of milliseconds as a duration; blank where no two moments are so far apart."""
    if number is BROKEN:
        return BROKEN
    kind = number.type if isinstance(number.type, NumberType) else NumberType()
    if kind.scale:
        whole = NumberType(0, max(kind.digits - kind.scale, 0) + 1)
        number = Operation(Op.ROUND, (number,), whole, (kind.scale, 0), at)
    return Operation(Op.DURATION, (number,), DurationType(), (), at)


def _milliseconds(duration: Node) -> Node:
    match duration:
        case Literal() | Operation(Op.TIME_BETWEEN | Op.DURATION):
            return replace(duration, type=MILLISECONDS)
        case _:
            return Operation(Op.MILLISECONDS, (duration,), MILLISECONDS, (), duration.at)
