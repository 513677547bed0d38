"""Aggregates over related records: which field, under which condition, and of which type the result is."""

from __future__ import annotations

from collections.abc import Callable

from engine.language import problems
from engine.language.checking.durations import MILLISECONDS
from engine.language.checking.fitting import bounded
from engine.language.checking.names import Relation
from engine.language.checking.report import BROKEN, Report
from engine.language.operations import Op
from engine.language.scope import FormScope, RelationScope
from engine.language.tree import (
    PARENT,
    Aggregate,
    AggregateFunction,
    And,
    IsBlank,
    Node,
    Not,
    Operation,
    Related,
    Span,
)
from engine.language.types import (
    DIVISION_SCALE,
    ORDERED,
    BooleanType,
    DurationType,
    NumberType,
    Type,
)

COUNT_TYPE = NumberType(0, 12)
ROW_DIGITS = 12
"""A sum may be this many digits longer than what it adds."""

_NEEDS_FIELD: frozenset[AggregateFunction] = frozenset({"sum", "avg", "min", "max", "all", "latest"})
_TAKES: dict[AggregateFunction, tuple[type[Type], ...]] = {
    "sum": (NumberType, DurationType),
    "avg": (NumberType,),
    "min": ORDERED,
    "max": ORDERED,
    "any": (BooleanType,),
    "all": (BooleanType,),
}


def aggregate(
    function: AggregateFunction,
    relation: Relation,
    form: FormScope | None,
    inside: Callable[[], tuple[Node | None, Node | None]],
    at: Span,
    report: Report,
) -> Node:
    """Return the aggregate over a relation; ``inside`` checks its field and condition in the related form's scope."""
    report.count_aggregate(at)
    value, where = inside()
    if value is BROKEN or where is BROKEN:
        return BROKEN
    if value is None and function in _NEEDS_FIELD:
        kind = problems.AGGREGATE_NEEDS_FIELD
        return report.broken(kind, at, function=function, relation=relation.scope.key)
    wanted = _TAKES.get(function)
    if value is not None and wanted is not None and not isinstance(value.type, wanted):
        return report.wrong_operand(function, value.at, wanted[0], value)
    if function == "exists" and value is not None:
        filled = Not(IsBlank(value))
        where, value = filled if where is None else And((filled, where)), None
    scope = relation.scope
    made = Aggregate(
        function,
        scope.app,
        scope.form,
        scope.reference,
        value,
        where,
        _result(function, value),
        _order(function, scope, form),
    )
    return _within(bounded(Related(made, relation.steps, at), report), value)


def _within(made: Node, value: Node | None) -> Node:
    """Return the aggregate; a sum of durations is a number until it is known to be no longer than the calendar."""
    if value is None or not isinstance(value.type, DurationType) or not isinstance(made.type, NumberType):
        return made
    return made if made.type == COUNT_TYPE else Operation(Op.DURATION, (made,), DurationType(), (), made.at)


def _result(function: AggregateFunction, value: Node | None) -> Type:
    match function, None if value is None else value.type:
        case ("count", _):
            return COUNT_TYPE
        case ("sum", NumberType(scale, digits)):
            return NumberType(scale, digits + ROW_DIGITS)
        case ("sum", DurationType()):
            return NumberType(0, MILLISECONDS.digits + ROW_DIGITS)
        case ("avg", NumberType(scale, digits)):
            return NumberType(DIVISION_SCALE, digits - scale + DIVISION_SCALE + 1)
        case ("any" | "all" | "exists", _) | (_, None):
            return BooleanType()
        case (_, kind):
            return kind


def _order(function: AggregateFunction, relation: RelationScope, scope: FormScope | None) -> str | None:
    """Return the column that ``latest`` goes by: lines stand in an order only within their own record."""
    if function != "latest":
        return None
    if relation.reference == PARENT:
        return "position"
    return "created_at" if scope is not None and "created_at" in scope.fields else None


def nested(at: Span, report: Report) -> Node:
    """Note an aggregate inside another."""
    return report.broken(problems.NESTED_AGGREGATE, at)
