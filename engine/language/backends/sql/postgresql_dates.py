"""How PostgreSQL writes the operations over days and moments; results outside the years 1 to 9999 are NULL."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import sqlalchemy as sa

from engine.kernel.clocks import FIRST_DAY, LAST_DAY, datetime_of
from engine.language.backends.sql.column_types import DATE, INTEGER, LOCAL_MOMENT, MOMENT, NUMERIC, TEXT
from engine.language.backends.sql.postgresql_texts import whole
from engine.language.backends.sql.terms import Element, Terms
from engine.language.operations import Op
from engine.language.tree import Operation
from engine.language.zones import moments_of_days

Emit = Callable[[Terms, Operation], Element]

_EPOCH = sa.literal_column("DATE '1970-01-01'", DATE)
_ISO_DAY = "^(?!0000)[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])$"
_FIRST_MONTH, _LAST_MONTH = 12, 9999 * 12 + 11
"""Months counted from the year 0."""


def _number(element: Element) -> Element:
    return sa.cast(element, NUMERIC)


def _minus(left: Element, right: Element) -> Element:
    """Return the days between two dates; SQLAlchemy would take them for an interval."""
    return _number(left.op("-", precedence=7)(right))


def _part(field: str, day: Element) -> Element:
    return _number(sa.extract(field, day))


def _calendar(field: str) -> Emit:
    return lambda terms, node: _part(field, terms.value(node.arguments[0]))


def _day_of(terms: Terms, node: Operation) -> Element:
    moment = terms.once(node.arguments[0])
    first, last = (sa.bindparam(None, datetime_of(at), MOMENT, unique=True) for at in moments_of_days(terms.run.zone))
    zone = sa.bindparam(None, terms.run.zone, TEXT, unique=True)
    return sa.case((moment.between(first, last), sa.cast(sa.func.timezone(zone, moment), DATE)))


def _to_date(terms: Terms, node: Operation) -> Element:
    """Take apart only what the pattern has let through, and the day only where its month is so long."""
    text = sa.type_coerce(terms.once(node.arguments[0]), TEXT)
    pattern = sa.bindparam(None, _ISO_DAY, TEXT, unique=True)
    year, month, day = (
        sa.cast(sa.func.substr(text, start, length, type_=TEXT), INTEGER) for start, length in ((1, 4), (6, 2), (9, 2))
    )
    first = sa.func.make_date(year, month, sa.literal_column("1"), type_=DATE)
    made = sa.case((day <= _part("day", _month_end(first)), first.op("+", precedence=7)(day - 1)))
    return sa.type_coerce(sa.case((text.op("~", is_comparison=True)(pattern), made)), DATE)


def _make_date(terms: Terms, node: Operation) -> Element:
    """Test the year and month first, then the day against the length of that month."""
    year, month, day = (sa.type_coerce(terms.once(argument), NUMERIC) for argument in node.arguments)
    start = sa.func.make_date(whole(year), whole(month), 1, type_=DATE)
    made = sa.func.make_date(whole(year), whole(month), whole(day), type_=DATE)
    fits = sa.case((day.between(1, _part("day", _month_end(start))), made))
    return sa.case((sa.and_(year.between(1, 9999), month.between(1, 12)), fits))


def _shift_days(terms: Terms, node: Operation) -> Element:
    day, days = node.arguments
    shifted = terms.named(_minus(terms.value(day), _EPOCH) + sa.type_coerce(terms.value(days), NUMERIC), day, days)
    moved = _EPOCH.op("+", precedence=7)(sa.cast(shifted, INTEGER))
    return sa.type_coerce(sa.case((shifted.between(FIRST_DAY, LAST_DAY), moved)), DATE)


def _add_months(terms: Terms, node: Operation) -> Element:
    day, months = map(terms.once, node.arguments)
    month = _part("year", day) * 12 + _part("month", day) - 1 + sa.type_coerce(months, NUMERIC)
    moved = day.op("+", precedence=7)(sa.func.make_interval(0, whole(months)))
    return sa.case((month.between(_FIRST_MONTH, _LAST_MONTH), sa.cast(moved, DATE)))


def _month_end(day: Element) -> Element:
    """Return the last day of the day's month; timestamps reach beyond the year 9999."""
    start = sa.func.date_trunc("month", sa.cast(day, LOCAL_MOMENT))
    following = start.op("+", precedence=7)(sa.literal_column("INTERVAL '1 month'"))
    return sa.cast(following.op("-", precedence=7)(sa.literal_column("INTERVAL '1 day'")), DATE)


def _months_between(terms: Terms, node: Operation) -> Element:
    first, second = map(terms.once, node.arguments)
    years = _part("year", second) - _part("year", first)
    months = terms.named(years * 12 + _part("month", second) - _part("month", first), *node.arguments)
    reached = sa.func.least(_part("day", first), _part("day", _month_end(second)), type_=NUMERIC)
    return sa.case(
        (sa.and_(months > 0, reached > _part("day", second)), months - 1),
        (sa.and_(months < 0, reached < _part("day", second)), months + 1),
        else_=months,
    )


def _milliseconds(moment: Element) -> Element:
    return _number(sa.extract("epoch", moment)) * 1000


def _time_between(terms: Terms, node: Operation) -> Element:
    first, second = map(terms.value, node.arguments)
    return sa.func.round(_milliseconds(second) - _milliseconds(first), type_=NUMERIC)


DATE_OPERATIONS: Mapping[Op, Emit] = {
    Op.DAY_OF: _day_of,
    Op.YEAR: _calendar("year"),
    Op.MONTH: _calendar("month"),
    Op.DAY: _calendar("day"),
    Op.WEEKDAY: _calendar("isodow"),
    Op.TO_DATE: _to_date,
    Op.MAKE_DATE: _make_date,
    Op.SHIFT_DAYS: _shift_days,
    Op.ADD_MONTHS: _add_months,
    Op.END_OF_MONTH: lambda terms, node: _month_end(terms.value(node.arguments[0])),
    Op.DAYS_BETWEEN: lambda terms, node: _minus(terms.value(node.arguments[1]), terms.value(node.arguments[0])),
    Op.MONTHS_BETWEEN: _months_between,
    Op.TIME_BETWEEN: _time_between,
}
