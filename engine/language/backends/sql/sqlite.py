"""How SQLite keeps values and writes operations: whole scaled numbers, and registered functions beyond 18 digits."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence

import sqlalchemy as sa

from engine.kernel.clocks import FIRST_DAY, FIRST_MOMENT, LAST_DAY, LAST_MOMENT
from engine.kernel.values import Value
from engine.language.backends.sql.column_types import BIG_INTEGER, INTEGER, TEXT
from engine.language.backends.sql.sqlite_calls import called, literal, number_of, result_type
from engine.language.backends.sql.sqlite_functions import several_to_sqlite, to_sqlite
from engine.language.backends.sql.sqlite_texts import TEXT_OPERATIONS, left
from engine.language.backends.sql.sqlite_wide import is_wide, sides
from engine.language.backends.sql.terms import Element, Grouped, Sides, Terms, grouping, in_groups
from engine.language.measuring import is_plain
from engine.language.operations import Op
from engine.language.tree import Node, Operation
from engine.language.types import (
    LONGEST_DURATION,
    SEVERAL,
    BooleanType,
    CapturedType,
    DateTimeType,
    DateType,
    DurationType,
    NumberType,
    Type,
)

_LOW_PART = 1_000_000_000
_SHORT_DIGITS = 9
"""Sums of numbers this short cannot pass 64 bits."""

_ORDERS: dict[str, Callable[[Element, Element], Element]] = {
    "<": lambda left, right: left < right,
    "<=": lambda left, right: left <= right,
    ">": lambda left, right: left > right,
    ">=": lambda left, right: left >= right,
}

Emit = Callable[[Terms, Operation], Element]


def _written(value: Value, kind: Type) -> Element | None:
    """Return a number in parentheses or a word in quotes; there is nothing in a plain value to be escaped."""
    if isinstance(kind, SEVERAL) or not is_plain(value):
        return None
    kept = to_sqlite(int(value)) if isinstance(value, int) else value
    if isinstance(kept, int):
        return sa.literal_column(f"({kept})", INTEGER if isinstance(kind, BooleanType) else BIG_INTEGER)
    return sa.literal_column(f"'{kept}'", TEXT)


class SqliteDialect:
    """SQLite; the connection has the functions of ``sqlite_functions``."""

    room = 48
    """The parser holds 100 symbols: the statement around a step has as many again."""

    def is_wide(self, kind: Type) -> bool:
        """Tell whether numbers of the type can pass 18 digits."""
        return is_wide(kind)

    def own_sides(self, terms: Terms, left: Node, right: Node) -> Sides | None:
        """Compute in 64 bits where these do."""
        return sides(terms, left, right)

    def bind(self, value: Value, kind: Type, *, written: bool = False) -> Element:
        """Return the value as a parameter."""
        if written and (element := _written(value, kind)) is not None:
            return element
        if value is None:
            # Not null(): SQLAlchemy would turn a comparison with it into IS.
            return sa.literal_column("NULL", result_type(kind))
        if isinstance(kind, BooleanType):
            return sa.bindparam(None, int(value), INTEGER, unique=True)
        if isinstance(kind, SEVERAL):
            return sa.bindparam(None, several_to_sqlite(value), TEXT, unique=True)
        kept = to_sqlite(value) if isinstance(value, int) else value
        return sa.bindparam(None, kept, BIG_INTEGER if isinstance(kept, int) else TEXT, unique=True)

    def operation(self, terms: Terms, node: Operation) -> Element:
        """Write an operation, natively where SQLite can be exact."""
        native = _NATIVE.get(node.op)
        if native is not None and not any(map(is_wide, (node.type, *(part.type for part in node.arguments)))):
            return native(terms, node)
        always = _ALWAYS.get(node.op)
        return always(terms, node) if always is not None else called(terms, node)

    def same(self, left: Element, right: Element, kind: Type) -> Element:
        """Compare with ``IS``, which an index serves."""
        return (
            sa.func.youju_same(left, right, type_=INTEGER) == 1 if is_wide(kind) else left.is_not_distinct_from(right)
        )

    def compared(self, left: Element, order: str, right: Element, kind: Type) -> Element:
        """Compare as whole numbers."""
        if is_wide(kind):
            return _ORDERS[order](sa.func.youju_compare(left, right, type_=INTEGER), sa.literal_column("0", INTEGER))
        return _ORDERS[order](left, right)

    def holds(self, element: Element) -> Element:
        """Booleans are 0 and 1."""
        return element == sa.literal_column("1", INTEGER)

    def truth(self, condition: Element, *, wanted: bool) -> Element:
        """Use ``IS 1``, which knows no NULL."""
        one = sa.literal_column("1", INTEGER)
        grouped = sa.type_coerce(grouping(condition), INTEGER)
        return grouped.is_not_distinct_from(one) if wanted else grouped.is_distinct_from(one)

    def grouped(self, function: Grouped, element: Element | None, kind: Type) -> Element:
        """Use the aggregates of SQLite, or registered ones where 64 bits may not do."""
        if element is None:
            return sa.func.count()
        match function:
            case "count":
                return sa.func.count(element)
            case "sum":
                return _total(element, kind)
            case "min":
                least = sa.func.youju_least_of if is_wide(kind) else sa.func.min
                return least(element, type_=BIG_INTEGER)
            case _:
                greatest = sa.func.youju_greatest_of if is_wide(kind) else sa.func.max
                return greatest(element, type_=BIG_INTEGER)

    def quotient(self, left: Element, right: Element, scales: Sequence[int], digits: int) -> Element:  # noqa: ARG002
        """Divide in the registered function."""
        return sa.func.youju_divide(left, right, *map(literal, scales), type_=BIG_INTEGER)

    def read(self, value: Value, kind: Type) -> Value:
        """Read whole numbers, 0 and 1, and JSON arrays."""
        match kind:
            case _ if value is None:
                return None
            case NumberType() | DateType() | DateTimeType() | DurationType():
                return int(value)
            case BooleanType():
                return bool(value)
            case CapturedType():
                kept = json.loads(value)
                return tuple(kept) if kind.kind == "attachment" else kept
            case _ if isinstance(kind, SEVERAL):
                return tuple(json.loads(value)) or None
            case _:
                return value


def _total(element: Element, kind: Type) -> Element:
    """Add up in two parts that 64 bits cannot fail to hold; 0 over nothing."""
    if is_wide(kind):
        return sa.func.youju_total(element, type_=BIG_INTEGER)
    if isinstance(kind, NumberType) and kind.digits <= _SHORT_DIGITS:
        return sa.func.coalesce(sa.func.sum(element), sa.literal_column("0", INTEGER), type_=BIG_INTEGER)
    number, part = sa.type_coerce(element, BIG_INTEGER), sa.literal_column(str(_LOW_PART), BIG_INTEGER)
    high, low = sa.func.sum(number.op("/", precedence=8)(part)), sa.func.sum(number.op("%", precedence=8)(part))
    return sa.func.youju_joined(high, low, type_=BIG_INTEGER)


def _rescale(terms: Terms, node: Operation) -> Element:
    return number_of(terms, node) * literal(10 ** node.settings[0])


def _add(terms: Terms, node: Operation) -> Element:
    total = number_of(terms, node)
    for index, argument in enumerate(node.arguments[1:], 1):
        if isinstance(argument, Operation) and argument.op is Op.NEGATE:
            total = total - number_of(terms, argument)
        else:
            total = total + number_of(terms, node, index)
    return total


def _rounded(carry: Callable[[int], int]) -> Emit:
    """Write a rounding: add ``carry`` of the divisor away from zero, then cut off."""

    def emit(terms: Terms, node: Operation) -> Element:
        scale, places = node.settings
        divisor = 10 ** (scale - places)
        number: Element = sa.type_coerce(terms.once(node.arguments[0]), BIG_INTEGER)
        added = carry(divisor)
        if added:
            number = number + sa.case((number < literal(0), literal(-added)), else_=literal(added))
        kept = number.op("/", precedence=8)(literal(divisor))
        return kept * literal(10**-places) if places < 0 else kept

    return emit


def _shift_days(terms: Terms, node: Operation) -> Element:
    day, days = (sa.type_coerce(terms.once(argument), BIG_INTEGER) for argument in node.arguments)
    return sa.case(((day + days).between(literal(FIRST_DAY), literal(LAST_DAY)), day + days))


def _shift_time(terms: Terms, node: Operation) -> Element:
    moment, duration = (sa.type_coerce(terms.once(argument), BIG_INTEGER) for argument in node.arguments)
    shifted = moment + duration
    return sa.case((shifted.between(literal(FIRST_MOMENT), literal(LAST_MOMENT)), shifted))


def _duration(terms: Terms, node: Operation) -> Element:
    number = sa.type_coerce(terms.once(node.arguments[0]), BIG_INTEGER)
    return sa.case((number.between(literal(-LONGEST_DURATION), literal(LONGEST_DURATION)), number))


def _difference(terms: Terms, node: Operation) -> Element:
    return number_of(terms, node, 1) - number_of(terms, node, 0)


def _calendar(code: str) -> Emit:
    def emit(terms: Terms, node: Operation) -> Element:
        seconds = number_of(terms, node) * literal(86_400)
        part = sa.func.strftime(sa.literal_column(f"'{code}'"), seconds, sa.literal_column("'unixepoch'"))
        return sa.cast(part, INTEGER)

    return emit


def _extreme(function: Callable[..., Element]) -> Emit:
    return lambda terms, node: in_groups(
        lambda some: function(*some, type_=BIG_INTEGER), [terms.value(argument) for argument in node.arguments]
    )


def _weekday(terms: Terms, node: Operation) -> Element:
    days = number_of(terms, node) - literal(FIRST_DAY)
    return days.op("%", precedence=8)(literal(7)) + literal(1)


_NATIVE: Mapping[Op, Emit] = {
    Op.RESCALE: _rescale,
    Op.ADD: _add,
    Op.NEGATE: lambda terms, node: -number_of(terms, node),
    Op.MULTIPLY: lambda terms, node: number_of(terms, node, 0) * number_of(terms, node, 1),
    Op.ABSOLUTE: lambda terms, node: sa.func.abs(number_of(terms, node), type_=BIG_INTEGER),
    Op.LEAST: _extreme(sa.func.min),
    Op.GREATEST: _extreme(sa.func.max),
    Op.ROUND: _rounded(lambda divisor: divisor // 2),
    Op.ROUND_UP: _rounded(lambda divisor: divisor - 1),
    Op.ROUND_DOWN: _rounded(lambda _: 0),
    Op.SHIFT_DAYS: _shift_days,
    Op.DURATION: _duration,
    Op.DAYS_BETWEEN: _difference,
    Op.TIME_BETWEEN: _difference,
    Op.YEAR: _calendar("%Y"),
    Op.MONTH: _calendar("%m"),
    Op.DAY: _calendar("%d"),
    Op.WEEKDAY: _weekday,
    Op.LEFT: left,
}
"""What SQLite does exactly where no number has more than 18 digits."""

_ALWAYS: Mapping[Op, Emit] = {
    **TEXT_OPERATIONS,
    Op.YEAR: _calendar("%Y"),
    Op.MONTH: _calendar("%m"),
    Op.DAY: _calendar("%d"),
    Op.WEEKDAY: _weekday,
    Op.DAYS_BETWEEN: _difference,
    Op.TIME_BETWEEN: _difference,
    Op.SHIFT_TIME: _shift_time,
    Op.MILLISECONDS: number_of,
}
"""What SQLite does whatever numbers there are."""
