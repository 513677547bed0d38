"""How PostgreSQL counts workdays: whole numbers, and a search of its own in the calendar's running counts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.sql.elements import Grouping

from engine.kernel.clocks import FIRST_DAY, LAST_DAY
from engine.language.backends.sql.column_types import DATE, INTEGER, NUMERIC
from engine.language.backends.sql.terms import Element, Terms
from engine.language.calendars import WEEK, WORKING_WEEK
from engine.language.operations import Op
from engine.language.tree import Node, Operation

Emit = Callable[[Terms, Operation], Element]

_EPOCH = sa.literal_column("DATE '1970-01-01'", DATE)
_BEYOND = 2_147_483_647
FARTHEST = 4_000_000
"""More workdays than the calendar has."""


def _written(number: int) -> Element:
    return sa.literal_column(str(number), INTEGER)


def _array(numbers: Sequence[int]) -> Element:
    return sa.bindparam(None, list(numbers), ARRAY(sa.Integer), unique=True)


def _at(numbers: Sequence[int], place: Element) -> Element:
    """Return the number at a place that counts from 0."""
    found: Element = Grouping(sa.cast(_array(numbers), ARRAY(sa.Integer)))[place + _written(1)]
    return sa.type_coerce(found, INTEGER)


def _reached(number: Element, bounds: Sequence[int]) -> Element:
    """Return how many of the ascending bounds the number has reached."""
    return sa.func.width_bucket(number, sa.cast(_array(bounds), ARRAY(sa.Integer)), type_=INTEGER)


def _divided(number: Element, by: int) -> tuple[Element, Element]:
    """Return the quotient and the rest, both cut off towards zero."""
    quotient, rest = (number.op(sign, precedence=8)(_written(by)) for sign in ("/", "%"))
    return sa.type_coerce(quotient, INTEGER), sa.type_coerce(rest, INTEGER)


def count_of(terms: Terms, day: Element) -> Element:
    """Return the count of a day number; that of the day before the first is 0."""
    calendar = terms.run.calendar
    weeks, rest = _divided(day - _written(FIRST_DAY), WEEK)
    working = sa.func.least(rest + _written(1), _written(WORKING_WEEK), type_=INTEGER)
    counted = weeks * _written(WORKING_WEEK) + working
    return counted + _at((0, *calendar.shifts), _reached(day, calendar.days)) if calendar.days else counted


def _number(terms: Terms, node: Operation, day: Node) -> Element:
    """Return a day as its number, under a name."""
    return terms.named(sa.type_coerce(terms.value(day).op("-", precedence=7)(_EPOCH), INTEGER), node)


def _is_workday(terms: Terms, node: Operation) -> Element:
    day = _number(terms, node, node.arguments[0])
    return count_of(terms, day) > count_of(terms, day - _written(1))


def _workdays_between(terms: Terms, node: Operation) -> Element:
    first, second = (count_of(terms, _number(terms, node, day)) for day in node.arguments)
    return sa.cast(second - first, NUMERIC)


def _add_workdays(terms: Terms, node: Operation) -> Element:
    day = _number(terms, node, node.arguments[0])
    asked = sa.type_coerce(terms.value(node.arguments[1]), NUMERIC)
    bounded = sa.func.greatest(-FARTHEST, sa.func.least(FARTHEST, asked), type_=NUMERIC)
    # GREATEST passes over NULL, and a blank must stay one.
    workdays = terms.named(sa.case((asked.is_not(None), sa.cast(bounded, INTEGER))), node)
    after, before = count_of(terms, day), count_of(terms, day - _written(1)) + _written(1)
    wanted = terms.named(sa.case((workdays > _written(0), after), else_=before) + workdays, node)
    found = terms.named(sa.case((workdays == _written(0), day), else_=day_with(terms, wanted)), node)
    return sa.case((found.between(_written(FIRST_DAY), _written(LAST_DAY)), _EPOCH.op("+", precedence=7)(found)))


def day_with(terms: Terms, count: Element) -> Element:
    """Return the number of the workday that has this count, outside the calendar where there is none."""
    calendar = terms.run.calendar
    place = _reached(count - _written(1), calendar.counts) if calendar.days else _written(0)
    plain = count - _at((0, *calendar.shifts), place) if calendar.days else count
    weeks, rest = _divided(plain - _written(1), WORKING_WEEK)
    found = weeks * _written(WEEK) + rest + _written(FIRST_DAY)
    if not calendar.days:
        return found
    return sa.func.least(found, _at((*calendar.days, _BEYOND), place), type_=INTEGER)


WORKDAY_OPERATIONS: Mapping[Op, Emit] = {
    Op.IS_WORKDAY: _is_workday,
    Op.ADD_WORKDAYS: _add_workdays,
    Op.WORKDAYS_BETWEEN: _workdays_between,
}
