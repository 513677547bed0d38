"""Comparisons, ``in`` and ``contains``: which types meet, and what is said when they do not."""

from __future__ import annotations

import re
from collections.abc import Sequence

from engine.language import problems
from engine.language.checking.fitting import common_of, common_type, fit
from engine.language.checking.report import BROKEN, Report, words
from engine.language.operations import Op
from engine.language.reading.bounding import MAX_LIST
from engine.language.tree import Equal, IsBlank, Literal, Node, Not, OneOfThese, Operation, Order, Ordered, Span
from engine.language.types import (
    ORDERED,
    SEVERAL,
    BlankType,
    BooleanType,
    CapturedType,
    ChoicesType,
    ChoiceType,
    DateTimeType,
    DateType,
    DurationType,
    NumberType,
    PersonsType,
    PersonType,
    ReferencesType,
    ReferenceType,
    TextsType,
    TextType,
    Type,
    type_words,
)

_ORDERS: dict[str, Order] = {"<": "<", "<=": "<=", ">": ">", ">=": ">="}
_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_DECIMAL = re.compile(r"-?\d+(\.\d+)?")


def compared(left: Node, operator: str, right: Node, operator_at: Span, report: Report) -> Node:
    """Return the comparison of two operands."""
    if left is BROKEN or right is BROKEN:
        return BROKEN
    at = (left.at[0], right.at[1])
    if operator in _ORDERS:
        return _ordered(left, _ORDERS[operator], right, operator_at, report)
    node = _equal(left, right, at, report)
    return Not(node, at=at) if operator == "!=" and node is not BROKEN else node


def _is_blank_literal(node: Node) -> bool:
    return isinstance(node, Literal) and node.value is None


def _equal(left: Node, right: Node, at: Span, report: Report) -> Node:
    if _is_blank_literal(right) and _blank_fits(right, left):
        return IsBlank(left, at=at)
    if _is_blank_literal(left) and _blank_fits(left, right):
        return IsBlank(right, at=at)
    common = common_of((left, right))
    if common is None or isinstance(common, (*SEVERAL, CapturedType)):
        return _different(left, right, at, report)
    first, second = fit(left, common, report), fit(right, common, report)
    return BROKEN if first is BROKEN or second is BROKEN else Equal(first, second, at=at)


def _blank_fits(blank: Node, other: Node) -> bool:
    """Tell whether a written blank can stand beside the node; ``""`` is a text, and stands for no option as well."""
    return isinstance(blank.type, BlankType) or isinstance(other.type, TextType | ChoiceType | BlankType)


def _ordered(left: Node, order: Order, right: Node, operator_at: Span, report: Report) -> Node:
    for node in (left, right):
        if not isinstance(node.type, (*ORDERED, BlankType)):
            shown = type_words(node.type)
            return report.broken(problems.NO_ORDER, operator_at, operator=order, got_zh=shown.zh, got_en=shown.en)
    if _is_blank_literal(left) or _is_blank_literal(right):
        return report.broken(problems.ORDER_WITH_BLANK, operator_at, operator=order)
    at = (left.at[0], right.at[1])
    common = common_of((left, right))
    if common is None:
        return _different(left, right, at, report)
    return Ordered(order, fit(left, common, report), fit(right, common, report), at=at)


def _different(left: Node, right: Node, at: Span, report: Report) -> Node:
    zh, en = _mend(left, right) or _mend(right, left) or ("请让两边是同一种类型", "Give both sides one type")
    return report.broken(
        problems.DIFFERENT_TYPES, at, hint_zh=zh, hint_en=en, **words("left", left.type), **words("right", right.type)
    )


def _mend(left: Node, right: Node) -> tuple[str, str] | None:
    """Return what to do about the left side's not being of the right side's type."""
    match left, right.type:
        case (Literal(str() as text, TextType()), DateType()) if _ISO_DATE.fullmatch(text):
            return f"日期不加引号:{text}", f"A date has no quotes: {text}"
        case (Literal(str() as text, TextType()), NumberType()) if _DECIMAL.fullmatch(text):
            return f"数字不加引号:{text}", f"A number has no quotes: {text}"
    match left.type, right.type:
        case (DateTimeType(), DateType()):
            return "先取时刻的日期:date(…)", "Take the day of the moment: date(…)"
        case (NumberType(), DurationType()):
            return "和时长比较,例如 hours(2)、days(1)", "Compare with a duration, such as hours(2) or days(1)"
        case (CapturedType(), _):
            return "可以问有没有(为空)、有几个(计数)", "Ask whether it is empty, or for its count"
        case (kind, _) if isinstance(kind, SEVERAL):
            return "请用“包含”:… 包含 …", "Use contains: … contains …"
        case _:
            return None


def listed(item: Node, items: Sequence[Node], at: Span, report: Report) -> Node:
    """Return the test whether the item is one of the items of a written list."""
    if len(items) > MAX_LIST:
        return report.broken(problems.LIST_TOO_LONG, at, limit=MAX_LIST, got=len(items))
    if item is BROKEN or any(one is BROKEN for one in items):
        return BROKEN
    for one in items:
        if not isinstance(one, Literal) or one.value is None:
            return report.broken(problems.BAD_LIST_ITEM, one.at, example="…")
    if isinstance(item.type, SEVERAL):
        return _different(item, items[0], at, report) if items else Literal(False, BooleanType(), at)
    common = common_of((item, *items))
    if common is None:
        first = item if not isinstance(item.type, BlankType) else items[0]
        wrong = next((one for one in items if common_type(first.type, one.type) is None), items[-1])
        return _different(first, wrong, wrong.at, report)
    fitted = [fit(one, common, report) for one in items]
    values = tuple(dict.fromkeys(one.value for one in fitted if isinstance(one, Literal)))
    if any(one is BROKEN for one in fitted):
        return BROKEN
    return OneOfThese(fit(item, common, report), values, at=at) if values else Literal(False, BooleanType(), at)


def among(item: Node, several: Node, at: Span, report: Report) -> Node:
    """Return the test whether the item is in a field of several."""
    if item is BROKEN or several is BROKEN:
        return BROKEN
    if not isinstance(several.type, SEVERAL):
        hint = ("后面写 [值, 值] 或多选字段", "Write [value, value] or a field of several after it")
        return report.wrong_operand("in", several.at, ChoicesType, several, hint)
    return contained(several, item, at, report)


def contained(left: Node, right: Node, at: Span, report: Report) -> Node:
    """Return the test whether a text or several contain the right side."""
    if left is BROKEN or right is BROKEN:
        return BROKEN
    if isinstance(left.type, SEVERAL):
        element = _element_type(left.type)
        if common_of((Literal(None, element), right)) is None:
            return _different(Literal(None, element, left.at), right, right.at, report)
        fitted = fit(right, element, report)
        return BROKEN if fitted is BROKEN else Operation(Op.HAS, (left, fitted), BooleanType(), (), at)
    for node in (left, right):
        if not isinstance(node.type, TextType | BlankType):
            hint = ("“包含”用于文本或多选字段", "contains is for texts and fields of several")
            return report.wrong_operand("contains", node.at, TextType, node, hint)
    texts = tuple(fit(node, TextType(), report) for node in (left, right))
    return Operation(Op.CONTAINS, texts, BooleanType(), (), at)


def _element_type(several: Type) -> Type:
    match several:
        case ChoicesType(options):
            return ChoiceType(options)
        case ReferencesType(app, form):
            return ReferenceType(app, form)
        case PersonsType():
            return PersonType()
        case TextsType():
            return TextType()
        case _:
            return several
