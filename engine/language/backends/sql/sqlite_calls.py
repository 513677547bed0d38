"""How SQLite is given numbers and called: small parts that its numbers and its texts share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import sqlalchemy as sa

from engine.language.backends.sql.column_types import BIG_INTEGER, TEXT
from engine.language.backends.sql.sqlite_functions import function_name
from engine.language.backends.sql.terms import Element, Terms, in_groups
from engine.language.operations import Op
from engine.language.surroundings import Run
from engine.language.tree import Operation
from engine.language.types import DateTimeType, DateType, DurationType, NumberType, Type


def literal(number: int) -> Element:
    """Return a whole number, written out."""
    return sa.literal_column(str(number), BIG_INTEGER)


def result_type(kind: Type) -> sa.types.TypeEngine[Any]:
    """Return what values of the type are for SQLAlchemy."""
    return BIG_INTEGER if isinstance(kind, NumberType | DateType | DateTimeType | DurationType) else TEXT


_TOLD: Mapping[Op, Callable[[Run], str]] = {
    **dict.fromkeys((Op.DAY_OF, Op.MAKE_MOMENT), lambda run: run.zone),
    **dict.fromkeys((Op.IS_WORKDAY, Op.ADD_WORKDAYS, Op.WORKDAYS_BETWEEN), lambda run: run.calendar.text),
    **dict.fromkeys((Op.WORK_TIME_BETWEEN, Op.SHIFT_WORK_TIME), lambda run: f"{run.zone} {run.calendar.text}"),
}
"""What some registered functions must be told of the run."""


_OF_MANY = (Op.ADD, Op.LEAST, Op.GREATEST)
"""Operations over any number of values, in whatever groups."""


def called(terms: Terms, node: Operation) -> Element:
    """Call the registered function with the arguments, then the settings."""
    arguments = [terms.value(argument) for argument in node.arguments]
    told = _TOLD.get(node.op)
    if told is not None:
        arguments.append(sa.bindparam(None, told(terms.run), TEXT, unique=True))
    arguments.extend(map(literal, node.settings))
    function, kind = getattr(sa.func, function_name(node.op)), result_type(node.type)
    if node.op in _OF_MANY:
        return in_groups(lambda some: function(*some, type_=kind), arguments)
    result: Element = function(*arguments, type_=kind)
    return result


def number_of(terms: Terms, node: Operation, index: int = 0) -> Element:
    """Return an argument as a whole number."""
    return sa.type_coerce(terms.value(node.arguments[index]), BIG_INTEGER)
