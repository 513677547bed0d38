"""The basic operations as functions of SQLite, for numbers of more than 18 digits and for what SQLite itself lacks.

A number is an INTEGER where it fits into 64 bits and else its decimal digits as TEXT; every function takes and gives
both.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Protocol

from engine.kernel.values import Value
from engine.language import formats, globs, working_hours
from engine.language.backends.python import runtime
from engine.language.calendars import Calendar, calendar_from
from engine.language.operations import Op, blanks_of
from engine.language.types import LONGEST_DURATION
from engine.language.zones import day_of, moment_at

_LOWEST, _HIGHEST = -(2**63), 2**63 - 1
_LOW_PART = 1_000_000_000
"""Sums are taken in two parts, so that no part can pass 64 bits."""

SqlNumber = int | str


class Connection(Protocol):
    """What a DBAPI connection of SQLite offers for registering functions."""

    def create_function(
        self, name: str, narg: int, func: Callable[..., Any] | None, *, deterministic: bool = ...
    ) -> None:
        """Register a function."""
        ...

    def create_aggregate(self, name: str, n_arg: int, aggregate_class: type[object]) -> None:
        """Register an aggregate."""
        ...


def to_sqlite(number: int) -> SqlNumber:
    """Return the number as SQLite keeps it."""
    return number if _LOWEST <= number <= _HIGHEST else str(number)


def function_name(op: Op) -> str:
    """Return the name under which SQLite knows the operation."""
    return f"youju_{op.replace(' ', '_')}"


def _add(*numbers: int) -> int:
    return sum(numbers)


def _negate(number: int) -> int:
    return -number


def _multiply(left: int, right: int) -> int:
    return left * right


def _duration(number: int) -> int | None:
    return number if abs(number) <= LONGEST_DURATION else None


def _rescale(number: int, more: int) -> int:
    return number * int(10**more)


_NUMERIC: dict[Op, Callable[..., int | None]] = {
    Op.ADD: _add,
    Op.NEGATE: _negate,
    Op.MULTIPLY: _multiply,
    Op.RESCALE: _rescale,
    Op.DIVIDE: runtime.divide,
    Op.FLOOR_DIVIDE: runtime.floor_divide,
    Op.MODULO: runtime.modulo,
    Op.ABSOLUTE: abs,
    Op.LEAST: min,
    Op.GREATEST: max,
    Op.ROUND: runtime.round_half,
    Op.ROUND_UP: runtime.round_up,
    Op.ROUND_DOWN: runtime.round_down,
    Op.MAKE_DATE: runtime.make_date,
    Op.SHIFT_DAYS: runtime.shift_days,
    Op.ADD_MONTHS: runtime.add_months,
    Op.END_OF_MONTH: runtime.end_of_month,
    Op.MONTHS_BETWEEN: runtime.months_between,
    Op.DURATION: _duration,
}
_PLAIN: dict[Op, Callable[..., Value]] = {
    Op.TO_NUMBER: runtime.to_number,
    Op.TO_DATE: runtime.to_date,
    Op.REPLACE: runtime.replace_within,
    Op.CONCAT: runtime.concat_within,
    Op.JOIN: runtime.join,
    Op.MATCHES: globs.matches,
    Op.IS_EMAIL: formats.is_email,
    Op.IS_PHONE: formats.is_phone,
    Op.IS_USCC: formats.is_uscc,
}
_IN_ZONE: dict[Op, Callable[..., int | None]] = {Op.DAY_OF: day_of, Op.MAKE_MOMENT: moment_at}
_BY_CALENDAR: dict[Op, Callable[..., int | None]] = {
    Op.IS_WORKDAY: Calendar.is_workday,
    Op.ADD_WORKDAYS: Calendar.shifted,
    Op.WORKDAYS_BETWEEN: Calendar.between,
}
_BY_HOURS: dict[Op, Callable[..., int | None]] = {
    Op.WORK_TIME_BETWEEN: working_hours.between,
    Op.SHIFT_WORK_TIME: working_hours.shifted,
}
_WITH_COUNTS: dict[Op, Callable[..., str | None]] = {
    Op.RIGHT: runtime.right,
    Op.MID: runtime.mid,
    Op.LEFT: runtime.left,
}


def register(connection: Connection) -> None:
    """Give a DBAPI connection of SQLite the functions that compiled expressions call."""
    for op, function in _NUMERIC.items():
        connection.create_function(function_name(op), -1, _over_numbers(function), deterministic=True)
    for op, plain in _PLAIN.items():
        wrapped = plain if blanks_of(op) == "made" else _over_values(plain)
        connection.create_function(function_name(op), -1, _to_sqlite_result(wrapped), deterministic=True)
    for op, local in _IN_ZONE.items():
        connection.create_function(function_name(op), -1, _in_zone(local), deterministic=True)
    for op, asked in _BY_CALENDAR.items():
        connection.create_function(function_name(op), -1, _by_calendar(asked), deterministic=True)
    for op, timed in _BY_HOURS.items():
        connection.create_function(function_name(op), -1, _by_hours(timed), deterministic=True)
    for op, counted in _WITH_COUNTS.items():
        connection.create_function(function_name(op), -1, _over_counts(counted), deterministic=True)
    connection.create_function("youju_join_within", -1, runtime.join_within, deterministic=True)
    connection.create_function("youju_compare", 2, _over_numbers(_compare), deterministic=True)
    connection.create_function("youju_same", 2, _same, deterministic=True)
    connection.create_function("youju_joined", 2, _joined, deterministic=True)
    connection.create_aggregate("youju_total", 1, _Total)
    connection.create_aggregate("youju_least_of", 1, _Least)
    connection.create_aggregate("youju_greatest_of", 1, _Greatest)


def _over_numbers(function: Callable[..., int | None]) -> Callable[..., SqlNumber | None]:
    def called(*arguments: SqlNumber | None) -> SqlNumber | None:
        if None in arguments:
            return None
        result = function(*[int(argument) for argument in arguments if argument is not None])
        return None if result is None else to_sqlite(result)

    return called


def _over_values(function: Callable[..., Value]) -> Callable[..., Value]:
    def called(*arguments: Value) -> Value:
        return None if None in arguments else function(*arguments)

    return called


def _to_sqlite_result(function: Callable[..., Value]) -> Callable[..., Value]:
    def called(*arguments: Value) -> Value:
        result = function(*arguments)
        return to_sqlite(int(result)) if isinstance(result, int) else result

    return called


def _in_zone(function: Callable[..., int | None]) -> Callable[..., int | None]:
    """Wrap a function of whole numbers and a zone; no moment and no day needs more than 64 bits."""

    def called(*arguments: SqlNumber | None) -> int | None:
        *numbers, zone = arguments
        if None in numbers:
            return None
        return function(*[int(number) for number in numbers if number is not None], zone)

    return called


def _by_calendar(method: Callable[..., int | None]) -> Callable[..., int | None]:
    """Wrap a question of whole numbers to the calendar that the last argument spells."""

    def called(*arguments: SqlNumber | None) -> int | None:
        *numbers, text = arguments
        if None in numbers:
            return None
        found = method(calendar_from(str(text)), *[int(number) for number in numbers if number is not None])
        return None if found is None else int(found)

    return called


def _by_hours(function: Callable[..., int | None]) -> Callable[..., int | None]:
    """Wrap a question of whole numbers to the zone and the calendar that the last argument spells, with a blank."""

    def called(*arguments: SqlNumber | None) -> int | None:
        *numbers, told = arguments
        if None in numbers:
            return None
        zone, _, text = str(told).partition(" ")
        return function(*[int(one) for one in numbers if one is not None], calendar_from(text), zone)

    return called


def _over_counts(function: Callable[..., str | None]) -> Callable[..., str | None]:
    """Wrap a function of a text and whole numbers."""

    def called(text: str | None, *counts: SqlNumber | None) -> str | None:
        if text is None or None in counts:
            return None
        return function(text, *[int(count) for count in counts if count is not None])

    return called


def _compare(left: int, right: int) -> int:
    return (left > right) - (left < right)


def _same(left: SqlNumber | None, right: SqlNumber | None) -> int:
    if left is None or right is None:
        return int(left is right)
    return int(int(left) == int(right))


def _joined(high: int | None, low: int | None) -> SqlNumber:
    """Return the sum whose two parts have been added up."""
    return to_sqlite((high or 0) * _LOW_PART + (low or 0))


class _Total:
    """The exact sum of numbers of any length; 0 over nothing."""

    def __init__(self) -> None:
        self._total = 0

    def step(self, value: SqlNumber | None) -> None:
        """Add a value."""
        self._total += 0 if value is None else int(value)

    def finalize(self) -> SqlNumber:
        """Return the sum."""
        return to_sqlite(self._total)


class _Least:
    """The least of numbers of any length; blank over nothing."""

    def __init__(self) -> None:
        self._best: int | None = None

    def step(self, value: SqlNumber | None) -> None:
        """Look at a value."""
        if value is not None and (self._best is None or self._before(int(value), self._best)):
            self._best = int(value)

    def finalize(self) -> SqlNumber | None:
        """Return the least."""
        return None if self._best is None else to_sqlite(self._best)

    @staticmethod
    def _before(left: int, right: int) -> bool:
        return left < right


class _Greatest(_Least):
    """The greatest instead."""

    @staticmethod
    def _before(left: int, right: int) -> bool:
        return left > right


def several_to_sqlite(values: tuple[str, ...]) -> str:
    """Return several values as SQLite keeps them: a JSON array."""
    return json.dumps(values, ensure_ascii=False)
