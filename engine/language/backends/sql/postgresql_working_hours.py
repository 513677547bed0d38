"""How PostgreSQL counts working hours: as ``engine.language.working_hours``, in milliseconds as plain numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import sqlalchemy as sa

from engine.kernel.clocks import DAY_MS, FIRST_DAY, LAST_DAY, datetime_of
from engine.language.backends.sql.column_types import INTEGER, LOCAL_MOMENT, MOMENT, NUMERIC, TEXT
from engine.language.backends.sql.postgresql_moments import local_at, moment_shown
from engine.language.backends.sql.postgresql_workdays import FARTHEST, count_of, day_with
from engine.language.backends.sql.terms import Element, Terms
from engine.language.calendars import Spans
from engine.language.operations import Op
from engine.language.tree import Node, Operation
from engine.language.working_hours import MINUTE_MS, of_a_day
from engine.language.zones import moments_of_days

Emit = Callable[[Terms, Operation], Element]


def _written(number: int) -> Element:
    return sa.literal_column(str(number), NUMERIC)


def _floor(number: Element, unit: int) -> Element:
    """Return the whole quotient rounded down, exact for numbers of any sign."""
    rest = sa.func.mod(number, _written(unit), type_=NUMERIC)
    cut = sa.func.div(number, _written(unit), type_=NUMERIC)
    return sa.case((rest < _written(0), cut - _written(1)), else_=cut)


def _worked(terms: Terms, node: Operation, at: Node) -> Element:
    """Return the working time up to a moment; NULL for a blank, and where the moment has no day."""
    moment, hours = terms.once(at), terms.run.calendar.hours
    zone = sa.bindparam(None, terms.run.zone, TEXT, unique=True)
    first, last = (sa.bindparam(None, datetime_of(one), MOMENT, unique=True) for one in moments_of_days(terms.run.zone))
    shown = sa.func.timezone(zone, moment, type_=LOCAL_MOMENT)
    inside = sa.case((moment.between(first, last), shown))
    local = terms.named(sa.func.round(sa.cast(sa.extract("epoch", inside), NUMERIC) * 1000, type_=NUMERIC), node)
    day = terms.named(sa.cast(_floor(local, DAY_MS), INTEGER), node)
    clock = terms.named(local - sa.cast(day, NUMERIC) * _written(DAY_MS), node)
    before = terms.named(sa.cast(count_of(terms, day - sa.literal_column("1", INTEGER)), NUMERIC), node)
    works = sa.cast(count_of(terms, day), NUMERIC) - before
    return terms.named(before * _written(of_a_day(hours)) + works * _within(clock, hours), node)


def _within(clock: Element, hours: Spans) -> Element:
    """Return how much of a day's working time is over when the clock shows so many milliseconds from midnight."""
    over: Element = _written(0)
    for begin, end in hours:
        reached = sa.func.least(clock, _written(end * MINUTE_MS), type_=NUMERIC)
        over += sa.func.greatest(_written(0), reached - _written(begin * MINUTE_MS), type_=NUMERIC)
    return over


def _work_time_between(terms: Terms, node: Operation) -> Element:
    first, second = (_worked(terms, node, at) for at in node.arguments)
    return second - first


def _shift_work_time(terms: Terms, node: Operation) -> Element:
    hours = terms.run.calendar.hours
    moment, length = node.arguments
    duration = sa.type_coerce(terms.once(length), NUMERIC)
    daily, ahead = of_a_day(hours), duration > _written(0)
    wanted = terms.named(_worked(terms, node, moment) + duration, node)
    # Where a span ends exactly, the way ahead stops there; the way back stops where the next one begins.
    whole = sa.case((ahead, _floor(wanted - _written(1), daily)), else_=_floor(wanted, daily))
    full = terms.named(whole, node)
    bounded = sa.func.greatest(
        _written(-FARTHEST), sa.func.least(_written(FARTHEST), full + _written(1)), type_=NUMERIC
    )
    count = terms.named(sa.case((full.is_not(None), sa.cast(bounded, INTEGER))), node)
    day = terms.named(day_with(terms, count), node)
    clock = terms.named(_clock_at(wanted - full * _written(daily), hours, ahead), node)
    last = sa.literal_column(str(LAST_DAY), INTEGER)
    there_is = sa.and_(
        day.between(sa.literal_column(str(FIRST_DAY), INTEGER), last),
        sa.or_(day < last, clock < _written(DAY_MS)),
    )
    total = sa.case((there_is, sa.cast(day, NUMERIC) * _written(DAY_MS) + clock))
    local = terms.named(local_at(terms.named(total, node)), node)
    moved = moment_shown(terms, node, local, local.is_not(None))
    return sa.case((duration == _written(0), terms.once(moment)), else_=moved)


def _clock_at(worked: Element, hours: Spans, ahead: Element) -> Element:
    """Return what the clock shows after so much of a day's working time, in milliseconds from midnight."""
    choices, before = [], 0
    for begin, end in hours:
        upto = before + (end - begin) * MINUTE_MS
        reached = sa.or_(worked < _written(upto), sa.and_(ahead, worked == _written(upto)))
        choices.append((reached, worked + _written(begin * MINUTE_MS - before)))
        before = upto
    return sa.case(*choices)


WORKING_HOURS_OPERATIONS: Mapping[Op, Emit] = {
    Op.WORK_TIME_BETWEEN: _work_time_between,
    Op.SHIFT_WORK_TIME: _shift_work_time,
}
