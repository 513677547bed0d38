"""Functions that choose among values and test for blanks."""

from __future__ import annotations

from engine.kernel.problems import Text
from engine.kernel.values import Value
from engine.language import problems
from engine.language.checking.fitting import common_of, common_type, fit
from engine.language.checking.report import BROKEN, words
from engine.language.functions.shape import Function, Invocation, Takes
from engine.language.tree import Coalesce, Equal, Field, If, IsBlank, Literal, Node, Not, OldField, Switch
from engine.language.types import BlankType, NumberType, Type

_BLANK = Literal(None, BlankType(), (0, 0))


def _common(call: Invocation, values: list[Node]) -> Type | None:
    """Return the one type of the results, or None after noting that they differ."""
    common = common_of(values)
    if common is None:
        first = values[0]
        other = next((value for value in values if common_type(first.type, value.type) is None), values[-1])
        call.report.broken(
            problems.BRANCHES_DIFFER,
            other.at,
            function=call.name,
            **words("left", first.type),
            **words("right", other.type),
        )
    return common


def _chosen(call: Invocation) -> Node:
    """Build ``if`` and ``ifs``: conditions and values in turn, and what is left over at the end."""
    pairs, rest = divmod(len(call.arguments), 2)
    conditions = call.arguments[: 2 * pairs : 2]
    values = [*call.arguments[1 : 2 * pairs : 2], call.arguments[-1] if rest else _BLANK]
    common = _common(call, values)
    if common is None:
        return BROKEN
    *fitted, otherwise = (fit(value, common, call.report) for value in values)
    branches = tuple(zip(conditions, fitted, strict=True))
    if isinstance(otherwise, If) and rest:
        return If(branches + otherwise.branches, otherwise.otherwise, common, call.at)
    return If(branches, otherwise, common, call.at)


def _switched(call: Invocation) -> Node:
    item, *rest = call.arguments
    pairs, odd = divmod(len(rest), 2)
    cases = rest[: 2 * pairs : 2]
    values = [*rest[1 : 2 * pairs : 2], rest[-1] if odd else _BLANK]
    common, kind = _common(call, values), _common(call, [item, *cases])
    if common is None or kind is None:
        return BROKEN
    constants: list[Value] = []
    for case in cases:
        fitted = fit(case, kind, call.report)
        if fitted is BROKEN:
            return BROKEN
        if not isinstance(fitted, Literal) or fitted.value is None:
            return call.report.broken(problems.BAD_LIST_ITEM, case.at, example="…")
        constants.append(fitted.value)
    *results, otherwise = (fit(value, common, call.report) for value in values)
    unique = dict(reversed(list(zip(constants, results, strict=True))))
    ordered = tuple((value, unique[value]) for value in dict.fromkeys(constants))
    return Switch(fit(item, kind, call.report), ordered, otherwise, common, call.at)


def _coalesced(call: Invocation) -> Node:
    common = _common(call, list(call.arguments))
    if common is None:
        return BROKEN
    items = tuple(fit(item, common, call.report) for item in call.arguments)
    return items[0] if len(items) == 1 else Coalesce(items, common, call.at)


def _is_empty(call: Invocation) -> Node:
    return IsBlank(call.arguments[0], at=call.at)


def _or_zero(call: Invocation) -> Node:
    number = call.arguments[0]
    kind = number.type if isinstance(number.type, NumberType) else NumberType(0, 1)
    return Coalesce((number, Literal(0, NumberType(kind.scale, kind.scale + 1), call.at)), kind, call.at)


def _changed(call: Invocation) -> Node:
    item = call.arguments[0]
    if not call.scope.with_old:
        return call.report.broken(problems.NO_OLD, call.at)
    match item:
        case Field(key, kind):
            return Not(Equal(item, OldField(key, kind, item.at), at=call.at), at=call.at)
        case Coalesce((Field(key, kind) as inner, zero)):
            old = Coalesce((OldField(key, kind, inner.at), zero), item.type, item.at)
            return Not(Equal(item, old, at=call.at), at=call.at)
        case _:
            return call.report.broken(problems.UNKNOWN_AFTER, item.at, name=call.name, example="changed(stage)")


LOGIC_FUNCTIONS = (
    Function(
        "if",
        ("如果",),
        (("condition", Takes.CONDITION), ("value", Takes.ANY), ("otherwise", Takes.ANY)),
        _chosen,
        Text("条件成立取前一个值,否则取后一个", "The first value if the condition holds, else the second"),
        (('if(1 < 2, "是", "否")', "是"), ("if(false, 1)", None)),
        optional=1,
    ),
    Function(
        "ifs",
        ("多重如果",),
        (("condition", Takes.CONDITION), ("value", Takes.ANY)),
        _chosen,
        Text(
            "第一个成立的条件的值;最后可以再加一个否则的值",
            "The value of the first condition that holds; a last value stands for otherwise",
        ),
        (("ifs(1 > 2, 1, 2 > 1, 2)", "2"), ("ifs(false, 1, 9)", "9")),
        repeats=2,
        otherwise=True,
    ),
    Function(
        "switch",
        ("对应",),
        (("value", Takes.ANY), ("case", Takes.ANY), ("result", Takes.ANY)),
        _switched,
        Text(
            "值等于哪个常量就取哪个结果;最后可以再加一个否则的结果",
            "The result beside the constant that it equals; a last one stands for otherwise",
        ),
        (('switch("b", "a", 1, "b", 2)', "2"), ('switch("x", "a", 1, 9)', "9")),
        repeats=2,
        otherwise=True,
    ),
    Function(
        "coalesce",
        ("取首个非空", "首个非空"),
        (("value", Takes.ANY),),
        _coalesced,
        Text("第一个不为空的值", "The first value that is not blank"),
        (("coalesce(empty, 2, 3)", "2"),),
        repeats=1,
    ),
    Function(
        "is_empty",
        ("是否为空",),
        (("value", Takes.ANY),),
        _is_empty,
        Text("是空值吗", "Whether it is blank"),
        (('is_empty("")', True), ("is_empty(0)", False)),
    ),
    Function(
        "or_zero",
        ("空作零",),
        (("number", Takes.NUMBER),),
        _or_zero,
        Text("空值当作 0", "A blank counts as 0"),
        (("or_zero(empty) + 1", "1"),),
    ),
    Function(
        "changed",
        ("已修改",),
        (("field", Takes.ANY),),
        _changed,
        Text("这个字段改过吗", "Whether the field differs from before the change"),
        (),
    ),
)
