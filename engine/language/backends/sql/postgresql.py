"""How PostgreSQL keeps values and writes operations: NUMERIC, DATE, TIMESTAMPTZ, JSONB, texts by code points."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from engine.kernel.clocks import date_of, datetime_of, day_number, moment_number
from engine.kernel.values import Value
from engine.language.backends.sql.column_types import BOOLEAN, DATE, MOMENT, NUMERIC, SEVERAL_VALUES, TEXT
from engine.language.backends.sql.postgresql_dates import DATE_OPERATIONS
from engine.language.backends.sql.postgresql_formats import FORMAT_OPERATIONS
from engine.language.backends.sql.postgresql_moments import MOMENT_OPERATIONS
from engine.language.backends.sql.postgresql_texts import TEXT_OPERATIONS
from engine.language.backends.sql.postgresql_workdays import WORKDAY_OPERATIONS
from engine.language.backends.sql.postgresql_working_hours import WORKING_HOURS_OPERATIONS
from engine.language.backends.sql.terms import Element, Grouped, Sides, Terms, grouping
from engine.language.measuring import is_plain
from engine.language.operations import Op
from engine.language.tree import Node, Operation, may_be_blank
from engine.language.types import (
    DIVISION_SCALE,
    SEVERAL,
    BooleanType,
    CapturedType,
    ChoiceType,
    DateTimeType,
    DateType,
    DurationType,
    NumberType,
    TextType,
    Type,
)

_GUARD_DIGITS = 8
"""A quotient that is cut off this many digits after its divisor's length cannot round to the wrong side."""

_ORDERS: dict[str, Callable[[Element, Element], Element]] = {
    "<": lambda left, right: left < right,
    "<=": lambda left, right: left <= right,
    ">": lambda left, right: left > right,
    ">=": lambda left, right: left >= right,
}

Emit = Callable[[Terms, Operation], Element]


def column_type(kind: Type) -> sa.types.TypeEngine[Any]:
    """Return the type of database in which values of the type are worked with."""
    match kind:
        case NumberType() | DurationType():
            return NUMERIC
        case BooleanType():
            return BOOLEAN
        case DateType():
            return DATE
        case DateTimeType():
            return MOMENT
        case _ if isinstance(kind, (*SEVERAL, CapturedType)):
            return SEVERAL_VALUES
        case _:
            return TEXT


def decimal_of(number: int, scale: int) -> Decimal:
    """Return a scaled number as an exact decimal."""
    digits = tuple(map(int, str(abs(number))))
    return Decimal((int(number < 0), digits, -scale))


def _scaled(value: Decimal | int, scale: int) -> int:
    sign, digits, exponent = Decimal(value).as_tuple()
    number = int("".join(map(str, digits)))
    shift = scale + (exponent if isinstance(exponent, int) else 0)
    # Trailing zeros beyond the scale are all that can be cut: an operation's result has no more decimals than its type.
    number = number * int(10**shift) if shift >= 0 else number // int(10**-shift)
    return -number if sign else number


def _written(value: Value, kind: Type) -> Element | None:
    """Return a constant of its type; there is nothing in a plain value to be escaped."""
    if not is_plain(value):
        return None
    match kind:
        case NumberType(scale):
            text = f"NUMERIC '{decimal_of(value, scale):f}'"
        case DurationType():
            text = f"NUMERIC '{value}'"
        case BooleanType():
            text = "TRUE" if value else "FALSE"
        case DateType():
            text = f"DATE '{date_of(value).isoformat()}'"
        case TextType() | ChoiceType():
            text = f"TEXT '{value}'"
        case _:
            return None
    return sa.literal_column(text, column_type(kind))


class PostgresqlDialect:
    """PostgreSQL 14 or later."""

    room = 90
    """The parser holds thousands, but what SQLAlchemy nests so deep would pass Python's own bound on recursion."""

    def is_wide(self, kind: Type) -> bool:  # noqa: ARG002
        """Tell that NUMERIC compares numbers of any length."""
        return False

    def own_sides(self, terms: Terms, left: Node, right: Node) -> Sides | None:  # noqa: ARG002
        """Need none: nothing is wide."""
        return None

    def bind(self, value: Value, kind: Type, *, written: bool = False) -> Element:
        """Return the value as a typed parameter, so that the server never has to guess."""
        if written and (element := _written(value, kind)) is not None:
            return element
        if value is None:
            return sa.cast(sa.null(), column_type(kind))
        match kind:
            case NumberType(scale):
                value = decimal_of(value, scale)
            case DurationType():
                value = Decimal(value)
            case DateType():
                value = date_of(value)
            case DateTimeType():
                value = datetime_of(value)
            case _ if isinstance(kind, SEVERAL):
                value = list(value)
        return sa.bindparam(None, value, column_type(kind), unique=True)

    def operation(self, terms: Terms, node: Operation) -> Element:
        """Write an operation."""
        return OPERATIONS[node.op](terms, node)

    def same(self, left: Element, right: Element, kind: Type) -> Element:  # noqa: ARG002
        """Use ``IS NOT DISTINCT FROM``."""
        return left.is_not_distinct_from(right)

    def compared(self, left: Element, order: str, right: Element, kind: Type) -> Element:  # noqa: ARG002
        """Compare natively."""
        return _ORDERS[order](left, right)

    def holds(self, element: Element) -> Element:
        """Booleans are conditions."""
        return element

    def truth(self, condition: Element, *, wanted: bool) -> Element:
        """Use ``IS TRUE``, which knows no NULL."""
        grouped = sa.type_coerce(grouping(condition), BOOLEAN)
        return grouped.op("IS" if wanted else "IS NOT", is_comparison=True)(sa.literal_column("TRUE"))

    def grouped(self, function: Grouped, element: Element | None, kind: Type) -> Element:
        """Use the aggregates of PostgreSQL; a count leaves bigint behind, and a sum cannot be too long."""
        match function:
            case "count":
                return sa.cast(sa.func.count() if element is None else sa.func.count(element), NUMERIC)
            case "sum":
                return sa.func.coalesce(sa.func.sum(element), sa.literal_column("0"), type_=NUMERIC)
            case _:
                found: Element = getattr(sa.func, function)(element, type_=column_type(kind))
                return found

    def quotient(self, left: Element, right: Element, scales: Sequence[int], digits: int) -> Element:
        """Divide exactly."""
        return _quotient(left, right, digits + scales[0] + _GUARD_DIGITS)

    def read(self, value: Value, kind: Type) -> Value:
        """Read decimals into scaled numbers, dates into their numbers."""
        match kind:
            case _ if value is None:
                return None
            case NumberType(scale):
                return _scaled(value, scale)
            case DurationType():
                return int(value)
            case DateType():
                return day_number(value)
            case DateTimeType():
                return moment_number(value)
            case CapturedType("attachment"):
                return tuple(value)
            case _ if isinstance(kind, SEVERAL):
                return tuple(value) or None
            case _:
                return value


def _digits(kind: Type) -> int:
    return kind.digits if isinstance(kind, NumberType) else 0


def _quotient(left: Element, right: Element, kept: int) -> Element:
    """Return the quotient rounded to six decimals.

    PostgreSQL keeps as many decimals as an operand has, here ``kept``. So many that a quotient which is not a rounding
    boundary itself still differs from it, and rounding twice is rounding once; each operand is written once.
    """
    divided = sa.func.round(left, kept, type_=NUMERIC).op("/", precedence=8)(
        sa.func.nullif(right, sa.literal_column("0"))
    )
    return sa.func.round(divided, DIVISION_SCALE, type_=NUMERIC)


def _divide(terms: Terms, node: Operation) -> Element:
    left, right = map(terms.value, node.arguments)
    return _quotient(left, right, _digits(node.arguments[1].type) + node.settings[0] + _GUARD_DIGITS)


def _floor(left: Element, right: Element, node: Operation) -> Element:
    kept = _digits(node.arguments[1].type) + _GUARD_DIGITS
    divided = sa.func.round(left, kept, type_=NUMERIC).op("/", precedence=8)(
        sa.func.nullif(right, sa.literal_column("0"))
    )
    return sa.func.floor(divided, type_=NUMERIC)


def _floor_divide(terms: Terms, node: Operation) -> Element:
    left, right = map(terms.value, node.arguments)
    return _floor(left, right, node)


def _number(element: Element) -> Element:
    return sa.type_coerce(element, NUMERIC)


def _modulo(terms: Terms, node: Operation) -> Element:
    left, right = (_number(terms.once(argument)) for argument in node.arguments)
    return left - right * _floor(left, right, node)


def _add(terms: Terms, node: Operation) -> Element:
    total = _number(terms.value(node.arguments[0]))
    for argument in node.arguments[1:]:
        if isinstance(argument, Operation) and argument.op is Op.NEGATE:
            total = total - _number(terms.value(argument.arguments[0]))
        else:
            total = total + _number(terms.value(argument))
    return total


def _multiply(terms: Terms, node: Operation) -> Element:
    left, right = (_number(terms.value(argument)) for argument in node.arguments)
    return left * right


def _extreme(function: str) -> Emit:
    """Write LEAST or GREATEST, which would pass over NULLs."""

    def emit(terms: Terms, node: Operation) -> Element:
        if not any(map(may_be_blank, node.arguments)):
            least: Element = getattr(sa.func, function)(*map(terms.value, node.arguments), type_=column_type(node.type))
            return least
        items = [terms.once(argument) for argument in node.arguments]
        filled = sa.and_(*(item.is_not(None) for item in items))
        return sa.case((filled, getattr(sa.func, function)(*items, type_=column_type(node.type))))

    return emit


def _rounded(function: str) -> Emit:
    return lambda terms, node: getattr(sa.func, function)(
        terms.value(node.arguments[0]), node.settings[1], type_=NUMERIC
    )


def _round_up(terms: Terms, node: Operation) -> Element:
    """Cut off after adding just less than one unit of the last place that is kept."""
    scale, places = node.settings
    number = _number(terms.once(node.arguments[0]))
    nearly_one = sa.bindparam(None, decimal_of(10 ** (scale - places) - 1, scale), NUMERIC, unique=True)
    return sa.func.trunc(number + sa.func.sign(number, type_=NUMERIC) * nearly_one, places, type_=NUMERIC)


OPERATIONS: Mapping[Op, Emit] = {
    Op.RESCALE: lambda terms, node: terms.value(node.arguments[0]),
    Op.ADD: _add,
    Op.NEGATE: lambda terms, node: -_number(terms.value(node.arguments[0])),
    Op.MULTIPLY: _multiply,
    Op.DIVIDE: _divide,
    Op.FLOOR_DIVIDE: _floor_divide,
    Op.MODULO: _modulo,
    Op.ABSOLUTE: lambda terms, node: sa.func.abs(terms.value(node.arguments[0]), type_=NUMERIC),
    Op.LEAST: _extreme("least"),
    Op.GREATEST: _extreme("greatest"),
    Op.ROUND: _rounded("round"),
    Op.ROUND_UP: _round_up,
    Op.ROUND_DOWN: _rounded("trunc"),
    **TEXT_OPERATIONS,
    **FORMAT_OPERATIONS,
    **DATE_OPERATIONS,
    **MOMENT_OPERATIONS,
    **WORKDAY_OPERATIONS,
    **WORKING_HOURS_OPERATIONS,
}
