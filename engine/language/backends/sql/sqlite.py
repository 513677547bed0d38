"""How SQLite keeps values and writes operations: whole scaled numbers, and registered functions beyond 18 digits."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from engine.kernel.clocks import FIRST_DAY, FIRST_MOMENT, LAST_DAY, LAST_MOMENT
from engine.kernel.values import Value
from engine.language.backends.python.runtime import WHITE_SPACE
from engine.language.backends.sql.sqlite_functions import function_name, several_to_sqlite, to_sqlite
from engine.language.backends.sql.sqlite_wide import is_wide, sides
from engine.language.backends.sql.terms import Element, Grouped, Sides, Terms, grouping
from engine.language.globs import glob_of
from engine.language.operations import Op
from engine.language.surroundings import Run
from engine.language.tree import Literal, Node, Operation
from engine.language.types import (
    LONGEST_DURATION,
    SEVERAL,
    BooleanType,
    DateTimeType,
    DateType,
    DurationType,
    NumberType,
    Type,
)

_LOW_PART = 1_000_000_000
_LONGEST = 2**31 - 1
"""No text is longer, and ``substr`` takes no larger number."""
_SHORT_DIGITS = 9
"""Sums of numbers this short cannot pass 64 bits."""

_ORDERS: dict[str, Callable[[Element, Element], Element]] = {
    "<": lambda left, right: left < right,
    "<=": lambda left, right: left <= right,
    ">": lambda left, right: left > right,
    ">=": lambda left, right: left >= right,
}

Emit = Callable[[Terms, Operation], Element]


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

    def bind(self, value: Value, kind: Type) -> Element:
        """Return the value as a parameter."""
        if value is None:
            # Not null(): SQLAlchemy would turn a comparison with it into IS.
            return sa.literal_column("NULL", _result_type(kind))
        if isinstance(kind, BooleanType):
            return sa.bindparam(None, int(value), sa.Integer(), unique=True)
        if isinstance(kind, SEVERAL):
            return sa.bindparam(None, several_to_sqlite(value), sa.Text(), unique=True)
        kept = to_sqlite(value) if isinstance(value, int) else value
        return sa.bindparam(None, kept, sa.BigInteger() if isinstance(kept, int) else sa.Text(), unique=True)

    def operation(self, terms: Terms, node: Operation) -> Element:
        """Write an operation, natively where SQLite can be exact."""
        native = _NATIVE.get(node.op)
        if native is not None and not any(map(is_wide, (node.type, *(part.type for part in node.arguments)))):
            return native(terms, node)
        always = _TEXTS.get(node.op)
        return always(terms, node) if always is not None else _called(terms, node)

    def same(self, left: Element, right: Element, kind: Type) -> Element:
        """Compare with ``IS``, which an index serves."""
        return (
            sa.func.youju_same(left, right, type_=sa.Integer()) == 1
            if is_wide(kind)
            else left.is_not_distinct_from(right)
        )

    def compared(self, left: Element, order: str, right: Element, kind: Type) -> Element:
        """Compare as whole numbers."""
        if is_wide(kind):
            return _ORDERS[order](
                sa.func.youju_compare(left, right, type_=sa.Integer()), sa.literal_column("0", sa.Integer())
            )
        return _ORDERS[order](left, right)

    def holds(self, element: Element) -> Element:
        """Booleans are 0 and 1."""
        return element == sa.literal_column("1", sa.Integer())

    def truth(self, condition: Element, *, wanted: bool) -> Element:
        """Use ``IS 1``, which knows no NULL."""
        one = sa.literal_column("1", sa.Integer())
        grouped = sa.type_coerce(grouping(condition), sa.Integer())
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
                return least(element, type_=sa.BigInteger())
            case _:
                greatest = sa.func.youju_greatest_of if is_wide(kind) else sa.func.max
                return greatest(element, type_=sa.BigInteger())

    def quotient(self, left: Element, right: Element, scales: Sequence[int], digits: int) -> Element:  # noqa: ARG002
        """Divide in the registered function."""
        return sa.func.youju_divide(left, right, *map(_written, scales), type_=sa.BigInteger())

    def read(self, value: Value, kind: Type) -> Value:
        """Read whole numbers, 0 and 1, and JSON arrays."""
        match kind:
            case _ if value is None:
                return None
            case NumberType() | DateType() | DateTimeType() | DurationType():
                return int(value)
            case BooleanType():
                return bool(value)
            case _ if isinstance(kind, SEVERAL):
                return tuple(json.loads(value)) or None
            case _:
                return value


def _total(element: Element, kind: Type) -> Element:
    """Add up in two parts that 64 bits cannot fail to hold; 0 over nothing."""
    if is_wide(kind):
        return sa.func.youju_total(element, type_=sa.BigInteger())
    if isinstance(kind, NumberType) and kind.digits <= _SHORT_DIGITS:
        return sa.func.coalesce(sa.func.sum(element), sa.literal_column("0", sa.Integer()), type_=sa.BigInteger())
    number, part = sa.type_coerce(element, sa.BigInteger()), sa.literal_column(str(_LOW_PART), sa.BigInteger())
    high, low = sa.func.sum(number.op("/", precedence=8)(part)), sa.func.sum(number.op("%", precedence=8)(part))
    return sa.func.youju_joined(high, low, type_=sa.BigInteger())


def _written(number: int) -> Element:
    return sa.literal_column(str(number), sa.BigInteger())


def _result_type(kind: Type) -> sa.types.TypeEngine[Any]:
    return sa.BigInteger() if isinstance(kind, NumberType | DateType | DateTimeType | DurationType) else sa.Text()


_TOLD: Mapping[Op, Callable[[Run], str]] = {
    **dict.fromkeys((Op.DAY_OF, Op.MAKE_MOMENT), lambda run: run.zone),
    **dict.fromkeys((Op.IS_WORKDAY, Op.ADD_WORKDAYS, Op.WORKDAYS_BETWEEN), lambda run: run.calendar.text),
}
"""What some registered functions must be told of the run."""


def _called(terms: Terms, node: Operation) -> Element:
    """Call the registered function with the arguments, then the settings."""
    arguments = [terms.value(argument) for argument in node.arguments]
    told = _TOLD.get(node.op)
    if told is not None:
        arguments.append(sa.bindparam(None, told(terms.run), sa.Text(), unique=True))
    function = getattr(sa.func, function_name(node.op))
    result: Element = function(*arguments, *map(_written, node.settings), type_=_result_type(node.type))
    return result


def _number(terms: Terms, node: Operation, index: int = 0) -> Element:
    return sa.type_coerce(terms.value(node.arguments[index]), sa.BigInteger())


def _blank_if_empty(element: Element) -> Element:
    return sa.func.nullif(element, sa.literal_column("''", sa.Text()), type_=sa.Text())


def _text_or_empty(element: Element) -> Element:
    return sa.func.coalesce(element, sa.literal_column("''", sa.Text()), type_=sa.Text())


def _rescale(terms: Terms, node: Operation) -> Element:
    return _number(terms, node) * _written(10 ** node.settings[0])


def _add(terms: Terms, node: Operation) -> Element:
    total = _number(terms, node)
    for index, argument in enumerate(node.arguments[1:], 1):
        if isinstance(argument, Operation) and argument.op is Op.NEGATE:
            total = total - _number(terms, argument)
        else:
            total = total + _number(terms, node, index)
    return total


def _rounded(carry: Callable[[int], int]) -> Emit:
    """Write a rounding: add ``carry`` of the divisor away from zero, then cut off."""

    def emit(terms: Terms, node: Operation) -> Element:
        scale, places = node.settings
        divisor = 10 ** (scale - places)
        number: Element = sa.type_coerce(terms.once(node.arguments[0]), sa.BigInteger())
        added = carry(divisor)
        if added:
            number = number + sa.case((number < _written(0), _written(-added)), else_=_written(added))
        kept = number.op("/", precedence=8)(_written(divisor))
        return kept * _written(10**-places) if places < 0 else kept

    return emit


def _shift_days(terms: Terms, node: Operation) -> Element:
    day, days = (sa.type_coerce(terms.once(argument), sa.BigInteger()) for argument in node.arguments)
    return sa.case(((day + days).between(_written(FIRST_DAY), _written(LAST_DAY)), day + days))


def _shift_time(terms: Terms, node: Operation) -> Element:
    moment, duration = (sa.type_coerce(terms.once(argument), sa.BigInteger()) for argument in node.arguments)
    shifted = moment + duration
    return sa.case((shifted.between(_written(FIRST_MOMENT), _written(LAST_MOMENT)), shifted))


def _duration(terms: Terms, node: Operation) -> Element:
    number = sa.type_coerce(terms.once(node.arguments[0]), sa.BigInteger())
    return sa.case((number.between(_written(-LONGEST_DURATION), _written(LONGEST_DURATION)), number))


def _difference(terms: Terms, node: Operation) -> Element:
    return _number(terms, node, 1) - _number(terms, node, 0)


def _calendar(code: str) -> Emit:
    def emit(terms: Terms, node: Operation) -> Element:
        seconds = _number(terms, node) * _written(86_400)
        part = sa.func.strftime(sa.literal_column(f"'{code}'"), seconds, sa.literal_column("'unixepoch'"))
        return sa.cast(part, sa.Integer())

    return emit


def _weekday(terms: Terms, node: Operation) -> Element:
    days = _number(terms, node) - _written(FIRST_DAY)
    return days.op("%", precedence=8)(_written(7)) + _written(1)


def _length(terms: Terms, node: Operation) -> Element:
    return sa.func.coalesce(sa.func.length(terms.value(node.arguments[0])), _written(0), type_=sa.Integer())


def _left(terms: Terms, node: Operation) -> Element:
    count = sa.func.min(sa.func.max(_number(terms, node, 1), _written(0)), _written(_LONGEST))
    return _blank_if_empty(sa.func.substr(terms.value(node.arguments[0]), _written(1), count))


def _find(terms: Terms, node: Operation) -> Element:
    search, text = map(terms.value, node.arguments)
    return sa.func.nullif(sa.func.instr(text, search), _written(0), type_=sa.Integer())


def _replace(terms: Terms, node: Operation) -> Element:
    text, search, replacement = map(terms.value, node.arguments)
    return _blank_if_empty(sa.func.replace(text, _text_or_empty(search), _text_or_empty(replacement)))


def _trim(terms: Terms, node: Operation) -> Element:
    return _blank_if_empty(sa.func.trim(terms.value(node.arguments[0]), WHITE_SPACE))


def _ascii(function: str) -> Emit:
    return lambda terms, node: getattr(sa.func, function)(terms.value(node.arguments[0]), type_=sa.Text())


def _starts_with(terms: Terms, node: Operation) -> Element:
    search = terms.once(node.arguments[1])
    return sa.func.substr(terms.value(node.arguments[0]), _written(1), sa.func.length(search)) == search


def _ends_with(terms: Terms, node: Operation) -> Element:
    text, search = map(terms.once, node.arguments)
    start = sa.func.length(text) - sa.func.length(search)
    return sa.and_(start >= _written(0), sa.func.substr(text, start + _written(1)) == search)


def _contains(terms: Terms, node: Operation) -> Element:
    text, search = map(terms.value, node.arguments)
    return sa.func.instr(text, search) > _written(0)


def _matches(terms: Terms, node: Operation) -> Element:
    """Use ``GLOB``, which takes the last characters of the basic plane for one: patterns with these are called."""
    text, pattern = node.arguments
    written = pattern.value if isinstance(pattern, Literal) else ""
    if any("\ufffd" <= character <= "\uffff" for character in written):
        return _called(terms, node)
    glob = sa.bindparam(None, glob_of(written), sa.Text(), unique=True)
    return terms.value(text).op("GLOB", is_comparison=True)(glob)


def _concat(terms: Terms, node: Operation) -> Element:
    first, *rest = (_text_or_empty(terms.value(argument)) for argument in node.arguments)
    for text in rest:
        first = first.concat(text)
    return _blank_if_empty(first)


def _has(terms: Terms, node: Operation) -> Element:
    several, element = map(terms.value, node.arguments)
    items = sa.func.json_each(several).table_valued("value")
    found: sa.Select[Any] = sa.select(sa.literal_column("1")).select_from(items).where(items.c.value == element)
    return sa.exists(found.correlate_except(items))


def _several(terms: Terms, node: Operation) -> Element:
    """Write the JSON array of the values, as ``several_to_sqlite`` writes it."""
    between, opening = sa.literal_column("', '", sa.Text()), sa.literal_column("'['", sa.Text())
    # json_quote writes a blank as null without quotes, and no text so.
    quoted = [
        sa.func.nullif(sa.func.json_quote(terms.value(argument)), sa.literal_column("'null'"), type_=sa.Text())
        for argument in node.arguments
    ]
    first, *rest = [_text_or_empty(between.concat(item)) for item in quoted]
    for item in rest:
        first = first.concat(item)
    inside = sa.func.substr(grouping(first), _written(3), type_=sa.Text())
    written = opening.concat(inside).concat(sa.literal_column("']'", sa.Text()))
    return sa.func.nullif(written, sa.literal_column("'[]'", sa.Text()), type_=sa.Text())


_NATIVE: Mapping[Op, Emit] = {
    Op.RESCALE: _rescale,
    Op.ADD: _add,
    Op.NEGATE: lambda terms, node: -_number(terms, node),
    Op.MULTIPLY: lambda terms, node: _number(terms, node, 0) * _number(terms, node, 1),
    Op.ABSOLUTE: lambda terms, node: sa.func.abs(_number(terms, node), type_=sa.BigInteger()),
    Op.LEAST: lambda terms, node: sa.func.min(*map(terms.value, node.arguments), type_=sa.BigInteger()),
    Op.GREATEST: lambda terms, node: sa.func.max(*map(terms.value, node.arguments), type_=sa.BigInteger()),
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
    Op.LEFT: _left,
}
"""What SQLite does exactly where no number has more than 18 digits."""

_TEXTS: Mapping[Op, Emit] = {
    Op.LENGTH: _length,
    Op.FIND: _find,
    Op.REPLACE: _replace,
    Op.TRIM: _trim,
    Op.LOWER: _ascii("lower"),
    Op.UPPER: _ascii("upper"),
    Op.STARTS_WITH: _starts_with,
    Op.ENDS_WITH: _ends_with,
    Op.CONTAINS: _contains,
    Op.MATCHES: _matches,
    Op.CONCAT: _concat,
    Op.HAS: _has,
    Op.SEVERAL: _several,
    Op.YEAR: _calendar("%Y"),
    Op.MONTH: _calendar("%m"),
    Op.DAY: _calendar("%d"),
    Op.WEEKDAY: _weekday,
    Op.DAYS_BETWEEN: _difference,
    Op.TIME_BETWEEN: _difference,
    Op.SHIFT_TIME: _shift_time,
    Op.MILLISECONDS: _number,
}
"""What SQLite does whatever numbers there are."""
