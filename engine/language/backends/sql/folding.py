"""Comparisons of days with what is the same for the whole run become bounds on the field, which an index serves.

``days_since(f) >= n`` asks whether ``f`` is at most the day n days ago; ``date(t) = d`` asks whether ``t`` lies between
the moments at which that day begins and ends in the app's zone.
"""

from __future__ import annotations

from typing import Protocol

import sqlalchemy as sa

from engine.kernel.clocks import FIRST_DAY, FIRST_MOMENT, LAST_DAY, LAST_MOMENT
from engine.kernel.values import Value
from engine.language.backends.sql.folding_moments import moment_bounds
from engine.language.backends.sql.terms import FLIPPED_ORDER, Element, depends_on_row
from engine.language.operations import Op
from engine.language.surroundings import Run
from engine.language.tree import Node, Operation
from engine.language.types import DateTimeType, DateType, Type
from engine.language.zones import day_start, moments_of_days

_EDGE = 2
"""So near the ends of the calendar nothing is folded."""


class Folding(Protocol):
    """What folding asks of the builder."""

    @property
    def run(self) -> Run:
        """What is the same for every row."""
        ...

    def constant(self, node: Node) -> Value:
        """Return the value of a node that reads nothing of the row."""
        ...

    def bound(self, value: Value, kind: Type) -> Element:
        """Return a value as a parameter."""
        ...

    def value(self, node: Node) -> Element:
        """Return the value of a node."""
        ...

    def once(self, node: Node) -> Element:
        """Return the value of a node in a form that may be used again and again."""
        ...


def day_bound(builder: Folding, order: str, left: Node, right: Node) -> Element | None:
    """Return the comparison as bounds on a field, or None where it is no such comparison."""
    if depends_on_row(right):
        if depends_on_row(left):
            return None
        left, right, order = right, left, FLIPPED_ORDER.get(order, order)
    if isinstance(left, Operation) and left.op is Op.WORKDAYS_BETWEEN:
        return _workday_bounds(builder, order, left, builder.constant(right))
    if isinstance(left, Operation) and left.op in {Op.TIME_BETWEEN, Op.DIVIDE}:
        return _time_bounds(builder, order, left, builder.constant(right))
    if not isinstance(left, Operation) or left.op not in {Op.DAYS_BETWEEN, Op.DAY_OF}:
        return None
    limit = builder.constant(right)
    if limit is None:
        return None
    if left.op is Op.DAYS_BETWEEN:
        first, second = left.arguments
        constant, item = (second, first) if not depends_on_row(second) else (first, second)
        fixed = None if depends_on_row(constant) else builder.constant(constant)
        if fixed is None:
            return None
        if constant is second:
            limit, order = fixed - limit, FLIPPED_ORDER.get(order, order)
        else:
            limit = fixed + limit
        left = item
    if not FIRST_DAY + _EDGE <= limit <= LAST_DAY - _EDGE:
        return None
    if isinstance(left, Operation) and left.op is Op.DAY_OF:
        return _moment_bounds(builder, order, left.arguments[0], limit)
    return _compared(builder.value(left), order, builder.bound(limit, DateType()))


def _compared(element: Element, order: str, bound: Element) -> Element:
    match order:
        case "=":
            return element == bound
        case "<":
            return element < bound
        case "<=":
            return element <= bound
        case ">":
            return element > bound
        case _:
            return element >= bound


def _moment_bounds(builder: Folding, order: str, moment: Node, day: int) -> Element | None:
    """Return the bounds on a moment whose day is compared; also those within which a moment has a day at all."""
    begin, end = day_start(day, builder.run.zone), day_start(day + 1, builder.run.zone)
    if begin is None or end is None:
        return None
    first, last = moments_of_days(builder.run.zone)
    lowest = {"=": begin, ">": end, ">=": begin}.get(order, None if first == FIRST_MOMENT else first)
    before = {"=": end, "<": begin, "<=": end}.get(order, None if last == LAST_MOMENT else last + 1)
    both = lowest is not None and before is not None
    element = builder.once(moment) if both else builder.value(moment)
    parts = []
    if lowest is not None:
        parts.append(element >= builder.bound(lowest, DateTimeType()))
    if before is not None:
        parts.append(element < builder.bound(before, DateTimeType()))
    return sa.and_(*parts)


def _time_bounds(builder: Folding, order: str, left: Operation, limit: Value) -> Element | None:
    """Return a time since or until a fixed moment, compared, as bounds on the other moment."""
    moment, bounds = moment_bounds(left, order, limit, builder.constant)
    if not bounds:
        return None
    element = builder.once(moment)
    return sa.and_(*(_compared(element, found, builder.bound(at, DateTimeType())) for found, at in bounds))


def _workday_bounds(builder: Folding, order: str, between: Operation, limit: Value) -> Element | None:
    """Return a number of workdays from or until a fixed day, compared, as bounds on the other day.

    The day whose count is compared with a number lies before, from or after the workday that has this count.
    """
    first, second = between.arguments
    backwards = not depends_on_row(second)
    fixed, item = (second, first) if backwards else (first, second)
    day = None if depends_on_row(fixed) else builder.constant(fixed)
    if limit is None or day is None:
        return None
    calendar = builder.run.calendar
    count = calendar.count(day) + (-limit if backwards else limit)
    order = FLIPPED_ORDER.get(order, order) if backwards else order
    this, following = calendar.nth(count), calendar.nth(count + 1)
    if this is None or following is None or this < FIRST_DAY + _EDGE or following > LAST_DAY - _EDGE:
        return None
    match order:
        case "=":
            parts = [_day_bound(builder, ">=", item, this), _day_bound(builder, "<", item, following)]
        case ">=" | "<":
            parts = [_day_bound(builder, order, item, this)]
        case _:
            parts = [_day_bound(builder, ">=" if order == ">" else "<", item, following)]
    known = [part for part in parts if part is not None]
    return sa.and_(*known) if len(known) == len(parts) else None


def _day_bound(builder: Folding, order: str, item: Node, day: int) -> Element | None:
    if isinstance(item, Operation) and item.op is Op.DAY_OF:
        return _moment_bounds(builder, order, item.arguments[0], day)
    return _compared(builder.once(item), order, builder.bound(day, DateType()))
