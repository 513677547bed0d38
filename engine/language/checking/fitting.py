"""How types meet: which type several values have in common, and how one value becomes exactly that type."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from engine.language import problems
from engine.language.checking.report import BROKEN, Chosen, Report
from engine.language.operations import Op
from engine.language.reading.suggestions import did_you_mean, nearest
from engine.language.reading.vocabulary import narrowed
from engine.language.tree import Coalesce, If, Literal, Node, Operation, Switch
from engine.language.types import (
    MAX_DIGITS,
    BlankType,
    ChoiceType,
    NumberType,
    Option,
    TextType,
    Type,
)


def common_type(left: Type, right: Type) -> Type | None:
    """Return the type that values of both types can have, or None."""
    match left, right:
        case (BlankType(), _):
            return right
        case (_, BlankType()):
            return left
        case (NumberType(), NumberType()):
            scale = max(left.scale, right.scale)
            return NumberType(scale, max(left.digits - left.scale, right.digits - right.scale) + scale)
        case (ChoiceType(first), ChoiceType(second)):
            keys = {option.key for option in first}
            added = tuple(option for option in second if option.key not in keys)
            return ChoiceType(first + added) if first == second or len(added) < len(second) else None
        case _:
            return left if left == right else None


def common_of(nodes: Iterable[Node]) -> Type | None:
    """Return the type that all of these can have; texts written beside choices are taken for options."""
    found: Type = BlankType()
    nodes = list(nodes)
    choice = next((node.type for node in nodes if isinstance(node.type, ChoiceType)), None)
    for node in nodes:
        kind = choice if choice is not None and is_written_text(node) else node.type
        common = common_type(found, kind)
        if common is None:
            return None
        found = common
    return found


def is_written_text(node: Node) -> bool:
    """Tell whether the node can be nothing but texts that stand in the source."""
    match node:
        case Literal(_, TextType()):
            return True
        case If(branches, otherwise):
            return all(_text_or_blank(value) for value in (*(value for _, value in branches), otherwise))
        case Switch(_, cases, otherwise):
            return all(_text_or_blank(value) for value in (*(value for _, value in cases), otherwise))
        case Coalesce(items):
            return all(map(_text_or_blank, items))
        case _:
            return False


def _text_or_blank(node: Node) -> bool:
    return is_written_text(node) or node.type == BlankType()


def fit(node: Node, kind: Type, report: Report) -> Node:
    """Return the node as a value of exactly that type (and scale), which it can have; unknown options are problems."""
    if node is BROKEN or node.type == kind:
        return node
    match node, kind:
        case (If(branches, otherwise), _) if _inside_differs(node, kind):
            fitted = tuple((condition, fit(value, kind, report)) for condition, value in branches)
            return replace(node, branches=fitted, otherwise=fit(otherwise, kind, report), type=kind)
        case (Switch(_, cases, otherwise), _) if _inside_differs(node, kind):
            chosen = tuple((value, fit(result, kind, report)) for value, result in cases)
            return replace(node, cases=chosen, otherwise=fit(otherwise, kind, report), type=kind)
        case (Coalesce(items), _) if _inside_differs(node, kind):
            return replace(node, items=tuple(fit(item, kind, report) for item in items), type=kind)
        case (Literal(None), _):
            return replace(node, type=kind)
        case (Literal(str() as value, TextType()), ChoiceType()):
            return _option(value, node, kind, report)
        case (_, NumberType()):
            return rescaled(node, kind.scale)
        case _:
            return node


def _inside_differs(node: Node, kind: Type) -> bool:
    """Tell whether the branches must be fitted themselves, and not their common result."""
    return node.type == BlankType() or (isinstance(kind, ChoiceType) and isinstance(node.type, TextType))


def rescaled(node: Node, scale: int) -> Node:
    """Return a number with that many decimals, at least as many as it has."""
    kind = node.type
    if not isinstance(kind, NumberType) or kind.scale >= scale:
        return node
    more = scale - kind.scale
    wider = NumberType(scale, kind.digits + more)
    match node:
        case Literal(value):
            return replace(node, value=None if value is None else value * 10**more, type=wider)
        case Operation(Op.RESCALE, (inner,), _, (already,)):
            return Operation(Op.RESCALE, (inner,), wider, (already + more,), node.at)
        case Operation(Op.NEGATE, (inner,)):
            return Operation(Op.NEGATE, (rescaled(inner, scale),), wider, (), node.at)
        case _:
            return Operation(Op.RESCALE, (node,), wider, (more,), node.at)


def narrowed_number(node: Node, kind: Type) -> Node:
    """Return a number with no more decimals than the type keeps, half away from zero; anything else as it is."""
    if isinstance(node.type, NumberType) and isinstance(kind, NumberType) and node.type.scale > kind.scale:
        fewer = NumberType(kind.scale, node.type.digits - node.type.scale + kind.scale + 1)
        return Operation(Op.ROUND, (node,), fewer, (node.type.scale, kind.scale), node.at)
    return node


def _option(written: str, node: Literal, kind: ChoiceType, report: Report) -> Node:
    found = option_of(written, kind.options)
    if found is not None:
        report.meant[node.at] = Chosen(found, kind.options)
        return replace(node, value=found.key, type=kind)
    names = {name for option in kind.options for name in (option.key, option.labels.zh, option.labels.en)}
    return report.broken(
        problems.UNKNOWN_OPTION,
        node.at,
        name=written,
        options_zh="、".join(f"{option.labels.zh}({option.key})" for option in kind.options),
        options_en=", ".join(f"{option.labels.en} ({option.key})" for option in kind.options),
        **did_you_mean(nearest(written, names)),
    )


def option_of(written: str, options: Iterable[Option]) -> Option | None:
    """Return the option with that key, else the one with that label."""
    options = tuple(options)
    for option in options:
        if option.key == written:
            return option
    wanted = narrowed(written)
    return next((one for one in options if wanted in {narrowed(one.labels.zh), narrowed(one.labels.en)}), None)


def bounded(node: Node, report: Report) -> Node:
    """Return the node unless it is a number that could pass the bound on digits."""
    if isinstance(node.type, NumberType) and node.type.digits > MAX_DIGITS:
        return report.broken(problems.NUMBER_TOO_LONG, node.at, limit=MAX_DIGITS)
    return node
