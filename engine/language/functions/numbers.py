"""Functions over exact decimals."""

from __future__ import annotations

from dataclasses import replace

from engine.kernel.problems import Text
from engine.language import problems
from engine.language.checking.fitting import common_of, fit, rescaled
from engine.language.checking.report import words
from engine.language.functions.shape import Build, Function, Invocation, Takes
from engine.language.operations import Op
from engine.language.tree import Literal, Node, Operation
from engine.language.types import DIVISION_SCALE, ORDERED, BlankType, NumberType

_NUMBER = ("number", Takes.NUMBER)
_WRITTEN_DIGITS = 22
"""Fifteen before the point, six after it, and one that rounding may add."""


def scale_of(node: Node) -> NumberType:
    """Return the type of a number; a blank that stands for one has no decimals."""
    return node.type if isinstance(node.type, NumberType) else NumberType(0, 1)


def aligned(left: Node, right: Node) -> tuple[Node, Node]:
    """Return two numbers with as many decimals as the one that has more."""
    scale = max(scale_of(left).scale, scale_of(right).scale)
    return rescaled(left, scale), rescaled(right, scale)


def _floor_divided(call: Invocation) -> Node:
    left, right = aligned(*call.arguments)
    return Operation(Op.FLOOR_DIVIDE, (left, right), NumberType(0, scale_of(left).digits), (), call.at)


def _modulo(call: Invocation) -> Node:
    left, right = aligned(*call.arguments)
    return Operation(Op.MODULO, (left, right), scale_of(right), (), call.at)


def _absolute(call: Invocation) -> Node:
    return Operation(Op.ABSOLUTE, call.arguments, scale_of(call.arguments[0]), (), call.at)


def _extreme(op: Op) -> Build:
    def build(call: Invocation) -> Node:
        common = common_of(call.arguments)
        if common is None or not isinstance(common, (*ORDERED, BlankType)):
            wrong = next((node for node in call.arguments if not isinstance(node.type, ORDERED)), call.arguments[-1])
            wanted = next((node.type for node in call.arguments if isinstance(node.type, ORDERED)), NumberType())
            return call.report.broken(
                problems.WRONG_ARGUMENT,
                wrong.at,
                function=call.name,
                parameter="value",
                hint_zh="各个值都要是数字,或都是日期、时刻、时长",
                hint_en="All values must be numbers, or all dates, moments or durations",
                **words("wanted", wanted),
                **words("got", wrong.type),
            )
        arguments = tuple(fit(node, common, call.report) for node in call.arguments)
        return Operation(op, arguments, common, (), call.at) if len(arguments) > 1 else arguments[0]

    return build


def _rounded(op: Op) -> Build:
    def build(call: Invocation) -> Node:
        number, *rest = call.arguments
        places = rest[0].value if rest and isinstance(rest[0], Literal) else 0
        kind = scale_of(number)
        if places >= kind.scale:
            return number if not isinstance(number, Literal) else replace(number, at=call.at)
        kept = max(places, 0)
        digits = max(kind.digits - kind.scale, -places, 0) + kept + 1
        return Operation(op, (number,), NumberType(kept, digits), (kind.scale, places), call.at)

    return build


def _to_number(call: Invocation) -> Node:
    return Operation(Op.TO_NUMBER, call.arguments, NumberType(DIVISION_SCALE, _WRITTEN_DIGITS), (), call.at)


NUMBER_FUNCTIONS = (
    Function(
        "abs",
        ("绝对值",),
        (_NUMBER,),
        _absolute,
        Text("去掉负号", "Without its sign"),
        (("abs(-1.5)", "1.5"),),
    ),
    Function(
        "min",
        ("最小",),
        (("value", Takes.ANY),),
        _extreme(Op.LEAST),
        Text("最小的值;有空则空", "The least; blank if one is blank"),
        (("min(3, 1.5, 2)", "1.5"), ("min(1, empty)", None)),
        repeats=1,
    ),
    Function(
        "max",
        ("最大",),
        (("value", Takes.ANY),),
        _extreme(Op.GREATEST),
        Text("最大的值;有空则空", "The greatest; blank if one is blank"),
        (("max(3, 1.5, 2)", "3"), ("max(2026-01-31, 2026-02-01)", "2026-02-01")),
        repeats=1,
    ),
    Function(
        "round",
        ("四舍五入",),
        (_NUMBER, ("places", Takes.PLACES)),
        _rounded(Op.ROUND),
        Text(
            "四舍五入到几位小数;负数表示十位、百位",
            "Rounds half away from zero; negative places round to tens and hundreds",
        ),
        (("round(2.345, 2)", "2.35"), ("round(-2.5)", "-3"), ("round(1250, -2)", "1300")),
        optional=1,
    ),
    Function(
        "round_up",
        ("进位",),
        (_NUMBER, ("places", Takes.PLACES)),
        _rounded(Op.ROUND_UP),
        Text("向远离零的方向取到几位小数", "Rounds away from zero"),
        (("round_up(2.341, 2)", "2.35"), ("round_up(-2.1)", "-3")),
        optional=1,
    ),
    Function(
        "round_down",
        ("舍去",),
        (_NUMBER, ("places", Takes.PLACES)),
        _rounded(Op.ROUND_DOWN),
        Text("向零的方向取到几位小数", "Rounds towards zero"),
        (("round_down(2.349, 2)", "2.34"), ("round_down(-2.9)", "-2")),
        optional=1,
    ),
    Function(
        "div",
        ("整除",),
        (_NUMBER, ("divisor", Takes.NUMBER)),
        _floor_divided,
        Text("除得的整数,向下取;除以 0 为空", "The whole quotient, rounded down; blank by zero"),
        (("div(7, 2)", "3"), ("div(-7, 2)", "-4"), ("div(1, 0)", None)),
    ),
    Function(
        "mod",
        ("取余",),
        (_NUMBER, ("divisor", Takes.NUMBER)),
        _modulo,
        Text("整除后的余数,与除数同号;除以 0 为空", "What div leaves, with the divisor's sign; blank by zero"),
        (("mod(7, 2)", "1"), ("mod(-7, 2)", "1"), ("mod(5.5, 2)", "1.5"), ("mod(1, 0)", None)),
    ),
    Function(
        "number",
        ("转数字",),
        (("text", Takes.TEXT),),
        _to_number,
        Text(
            "文本写的数字,保留 6 位小数;不是普通小数则为空",
            "The number that a text spells, with 6 decimals; blank unless it is a plain decimal",
        ),
        (('number("12.50")', "12.5"), ('number("1e3")', None), ('number("-7")', "-7")),
    ),
)
