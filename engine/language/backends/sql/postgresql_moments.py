"""How PostgreSQL writes the operations over moments and durations; no session zone has a part in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import sqlalchemy as sa

from engine.kernel.clocks import DAY_MS, FIRST_MOMENT, LAST_MOMENT
from engine.language.backends.sql.column_types import INTEGER, LOCAL_MOMENT, MOMENT, NUMERIC, TEXT
from engine.language.backends.sql.terms import Element, Terms
from engine.language.operations import Op
from engine.language.tree import Operation
from engine.language.types import LONGEST_DURATION

Emit = Callable[[Terms, Operation], Element]

_EPOCH = sa.literal_column("TIMESTAMP '1970-01-01'", LOCAL_MOMENT)
_FIRST = sa.literal_column("TIMESTAMP '0001-01-01'", LOCAL_MOMENT)
_AFTER_LAST = sa.literal_column("TIMESTAMP '10000-01-01'", LOCAL_MOMENT)
_A_DAY: Element = sa.literal_column("INTERVAL '24 hours'")
_LAST_SECOND = 86_399
_UTC: Element = sa.literal_column("'UTC'")


def _number(element: Element) -> Element:
    return sa.cast(element, NUMERIC)


def _plus(left: Element, right: Element) -> Element:
    return sa.type_coerce(left.op("+", precedence=7)(right), LOCAL_MOMENT)


def _minus(left: Element, right: Element) -> Element:
    return sa.type_coerce(left.op("-", precedence=7)(right), LOCAL_MOMENT)


def _times(count: Element, unit: str) -> Element:
    """Return so many units as an interval; small enough to be exact, since PostgreSQL multiplies as floats."""
    interval: Element = sa.literal_column(f"INTERVAL '1 {unit}'")
    return interval.op("*", precedence=8)(sa.cast(count, INTEGER))


def milliseconds(moment: Element) -> Element:
    """Return a moment as milliseconds since 1970."""
    return sa.func.round(_number(sa.extract("epoch", moment)) * 1000, type_=NUMERIC)


def _whole_part(number: Element, unit: int) -> tuple[Element, Element]:
    size: Element = sa.literal_column(str(unit))
    return sa.func.div(number, size, type_=NUMERIC), sa.func.mod(number, size, type_=NUMERIC)


def local_at(total: Element) -> Element:
    """Return what clocks show so many milliseconds after the midnight of 1970."""
    days, rest = _whole_part(total, DAY_MS)
    return _plus(_plus(_EPOCH, _times(days, "day")), _times(rest, "millisecond"))


def _shift_time(terms: Terms, node: Operation) -> Element:
    moment, duration = node.arguments
    moved = milliseconds(terms.value(moment)) + sa.type_coerce(terms.value(duration), NUMERIC)
    total = terms.named(moved, node)
    result = sa.func.timezone(_UTC, local_at(total), type_=MOMENT)
    return sa.case((total.between(FIRST_MOMENT, LAST_MOMENT), result))


def _duration(terms: Terms, node: Operation) -> Element:
    number = sa.type_coerce(terms.once(node.arguments[0]), NUMERIC)
    return sa.case((number.between(-LONGEST_DURATION, LONGEST_DURATION), number))


def _make_moment(terms: Terms, node: Operation) -> Element:
    day = terms.value(node.arguments[0])
    hour, minute, second = (sa.type_coerce(terms.once(part), NUMERIC) for part in node.arguments[1:])
    there_is = sa.and_(hour.between(0, 23), minute.between(0, 59), second.between(0, 59))
    seconds = sa.func.greatest(0, sa.func.least(_LAST_SECOND, hour * 3600 + minute * 60 + second))
    local = terms.named(_plus(sa.cast(day, LOCAL_MOMENT), _times(seconds, "second")), node)
    return moment_shown(terms, node, local, there_is)


def moment_shown(terms: Terms, node: Operation, local: Element, there_is: Element) -> Element:
    """Follow ``zones.moment_shown``: the offset of a day before, else that of a day after, else that of a day before.

    NULL where ``there_is`` does not hold; ``local`` is used again and again.
    """
    zone = sa.bindparam(None, terms.run.zone, TEXT, unique=True)

    def wall(moment: Element) -> Element:
        utc = sa.func.timezone(_UTC, moment, type_=MOMENT)
        return sa.func.timezone(zone, utc, type_=LOCAL_MOMENT)

    dawn, dusk = _minus(local, _A_DAY), _plus(local, _A_DAY)
    before = terms.named(_minus(local, _minus(wall(dawn), dawn)), node)
    after = _minus(local, _minus(wall(dusk), dusk))
    found = terms.named(sa.case((wall(before) == local, before), (wall(after) == local, after), else_=before), node)
    inside = sa.and_(there_is, found >= _FIRST, found < _AFTER_LAST)
    return sa.case((inside, sa.func.timezone(_UTC, found, type_=MOMENT)))


MOMENT_OPERATIONS: Mapping[Op, Emit] = {
    Op.SHIFT_TIME: _shift_time,
    Op.MAKE_MOMENT: _make_moment,
    Op.DURATION: _duration,
    Op.MILLISECONDS: lambda terms, node: terms.value(node.arguments[0]),
}
