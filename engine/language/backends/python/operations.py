"""How each basic operation is written in Python: as an operator where there is one, else as a call of the runtime."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence

from engine.language import formats, globs, working_hours
from engine.language.backends.python import runtime
from engine.language.lengths import is_tested
from engine.language.operations import Op
from engine.language.tree import Operation
from engine.language.zones import day_of, moment_at

Writer = Callable[[Sequence[ast.expr], Operation], ast.expr]
"""Writes an operation over arguments that have been written; they are not blank unless the operation takes blanks."""

SURROUNDINGS = "s"
ROW = "row"

RUNTIME: Mapping[str, object] = {
    "_quotient": runtime.quotient,
    "_floor_divide": runtime.floor_divide,
    "_modulo": runtime.modulo,
    "_abs": abs,
    "_min": min,
    "_max": max,
    "_len": len,
    "_round": runtime.round_half,
    "_round_up": runtime.round_up,
    "_round_down": runtime.round_down,
    "_to_number": runtime.to_number,
    "_length": runtime.length,
    "_left": runtime.left,
    "_right": runtime.right,
    "_mid": runtime.mid,
    "_find": runtime.find,
    "_replace": runtime.replace,
    "_trim": runtime.trim,
    "_lower": runtime.lower,
    "_upper": runtime.upper,
    "_starts_with": str.startswith,
    "_ends_with": str.endswith,
    "_matches": globs.matches,
    "_is_email": formats.is_email,
    "_is_phone": formats.is_phone,
    "_is_uscc": formats.is_uscc,
    "_concat": runtime.concat,
    "_join": runtime.join,
    "_replace_within": runtime.replace_within,
    "_concat_within": runtime.concat_within,
    "_join_within": runtime.join_within,
    "_several": runtime.several,
    "_day_of": day_of,
    "_make_moment": moment_at,
    "_year": runtime.year,
    "_month": runtime.month,
    "_day": runtime.day_of_month,
    "_weekday": runtime.weekday,
    "_to_date": runtime.to_date,
    "_make_date": runtime.make_date,
    "_add_months": runtime.add_months,
    "_end_of_month": runtime.end_of_month,
    "_months_between": runtime.months_between,
    "_work_time_between": working_hours.between,
    "_shift_work_time": working_hours.shifted,
}
"""All that compiled code may call: there are no builtins."""


def name(identifier: str) -> ast.Name:
    """Write a name that is read."""
    return ast.Name(identifier, ast.Load())


def constant(value: object) -> ast.Constant:
    """Write a constant; besides what ast declares, a frozenset is one for the compiler."""
    return ast.Constant(value)  # type: ignore[arg-type]


def attribute(of: ast.expr, key: str) -> ast.Attribute:
    """Write ``of.key``."""
    return ast.Attribute(of, key, ast.Load())


def subscript(of: ast.expr, key: str) -> ast.Subscript:
    """Write ``of["key"]``."""
    return ast.Subscript(of, constant(key), ast.Load())


def call(function: ast.expr, *arguments: ast.expr) -> ast.Call:
    """Write a call with positional arguments."""
    return ast.Call(function, list(arguments), [])


def compare(left: ast.expr, operator: ast.cmpop, right: ast.expr) -> ast.Compare:
    """Write a comparison."""
    return ast.Compare(left, [operator], [right])


def _calls(function: str) -> Writer:
    """Write a call of the runtime with the arguments, then the settings."""
    return lambda arguments, node: call(name(function), *arguments, *map(constant, node.settings))


def _growing(function: str) -> Writer:
    """Write a call of the function, or of that which looks at the length first."""
    return lambda arguments, node: call(name(f"{function}_within" if is_tested(node) else function), *arguments)


def _binary(operator: ast.operator) -> Writer:
    return lambda arguments, _: ast.BinOp(arguments[0], operator, arguments[1])


def _backwards(arguments: Sequence[ast.expr], _: Operation) -> ast.expr:
    """Write the second less the first."""
    return ast.BinOp(arguments[1], ast.Sub(), arguments[0])


def _contains(arguments: Sequence[ast.expr], _: Operation) -> ast.expr:
    return compare(arguments[1], ast.In(), arguments[0])


def _rescale(arguments: Sequence[ast.expr], node: Operation) -> ast.expr:
    return ast.BinOp(arguments[0], ast.Mult(), constant(10 ** node.settings[0]))


def _times(number: ast.expr, factor: int) -> ast.expr:
    return number if factor == 1 else ast.BinOp(number, ast.Mult(), constant(factor))


def _divide(arguments: Sequence[ast.expr], node: Operation) -> ast.expr:
    up, down = runtime.factors(*node.settings)
    return call(name("_quotient"), _times(arguments[0], up), _times(arguments[1], down))


def _in_zone(function: str) -> Writer:
    """Write a call with the arguments, then the run's zone."""
    return lambda arguments, _: call(name(function), *arguments, attribute(name(SURROUNDINGS), "zone"))


def _by_calendar(method: str) -> Writer:
    """Write a call of the run's calendar."""
    return lambda arguments, _: call(attribute(attribute(name(SURROUNDINGS), "calendar"), method), *arguments)


def _by_hours(function: str) -> Writer:
    """Write a call with the arguments, then the run's calendar and zone."""
    around = [attribute(name(SURROUNDINGS), key) for key in ("calendar", "zone")]
    return lambda arguments, _: call(name(function), *arguments, *around)


def _same(arguments: Sequence[ast.expr], _: Operation) -> ast.expr:
    return arguments[0]


def _negate(arguments: Sequence[ast.expr], _: Operation) -> ast.expr:
    return ast.UnaryOp(ast.USub(), arguments[0])


WRITERS: Mapping[Op, Writer] = {
    Op.RESCALE: _rescale,
    Op.ADD: _binary(ast.Add()),
    Op.NEGATE: _negate,
    Op.MULTIPLY: _binary(ast.Mult()),
    Op.DIVIDE: _divide,
    Op.FLOOR_DIVIDE: _calls("_floor_divide"),
    Op.MODULO: _calls("_modulo"),
    Op.ABSOLUTE: _calls("_abs"),
    Op.LEAST: _calls("_min"),
    Op.GREATEST: _calls("_max"),
    Op.ROUND: _calls("_round"),
    Op.ROUND_UP: _calls("_round_up"),
    Op.ROUND_DOWN: _calls("_round_down"),
    Op.TO_NUMBER: _calls("_to_number"),
    Op.LENGTH: _calls("_length"),
    Op.LEFT: _calls("_left"),
    Op.RIGHT: _calls("_right"),
    Op.MID: _calls("_mid"),
    Op.FIND: _calls("_find"),
    Op.REPLACE: _growing("_replace"),
    Op.TRIM: _calls("_trim"),
    Op.LOWER: _calls("_lower"),
    Op.UPPER: _calls("_upper"),
    Op.STARTS_WITH: _calls("_starts_with"),
    Op.ENDS_WITH: _calls("_ends_with"),
    Op.CONTAINS: _contains,
    Op.MATCHES: _calls("_matches"),
    Op.IS_EMAIL: _calls("_is_email"),
    Op.IS_PHONE: _calls("_is_phone"),
    Op.IS_USCC: _calls("_is_uscc"),
    Op.CONCAT: _growing("_concat"),
    Op.JOIN: _growing("_join"),
    Op.HAS: _contains,
    Op.SEVERAL: _calls("_several"),
    Op.DAY_OF: _in_zone("_day_of"),
    Op.YEAR: _calls("_year"),
    Op.MONTH: _calls("_month"),
    Op.DAY: _calls("_day"),
    Op.WEEKDAY: _calls("_weekday"),
    Op.TO_DATE: _calls("_to_date"),
    Op.MAKE_DATE: _calls("_make_date"),
    Op.SHIFT_DAYS: _binary(ast.Add()),
    Op.ADD_MONTHS: _calls("_add_months"),
    Op.END_OF_MONTH: _calls("_end_of_month"),
    Op.DAYS_BETWEEN: _backwards,
    Op.MONTHS_BETWEEN: _calls("_months_between"),
    Op.TIME_BETWEEN: _backwards,
    Op.IS_WORKDAY: _by_calendar("is_workday"),
    Op.ADD_WORKDAYS: _by_calendar("shifted"),
    Op.WORKDAYS_BETWEEN: _by_calendar("between"),
    Op.WORK_TIME_BETWEEN: _by_hours("_work_time_between"),
    Op.SHIFT_WORK_TIME: _by_hours("_shift_work_time"),
    Op.MAKE_MOMENT: _in_zone("_make_moment"),
    Op.SHIFT_TIME: _binary(ast.Add()),
    Op.DURATION: _same,
    Op.MILLISECONDS: _same,
}
