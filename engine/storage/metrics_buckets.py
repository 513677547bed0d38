"""The days, weeks and months that moments fall into, in the database's own arithmetic where that is exact.

It knows the offsets of a time zone, and not what is counted.
"""

from __future__ import annotations

from functools import lru_cache

import sqlalchemy as sa

from engine.boards.boards import Dimension
from engine.kernel.clocks import DAY_MS, date_of, day_number
from engine.language.backends.sql.column_types import BIG_INTEGER, DATE, LOCAL_MOMENT, MOMENT, TEXT
from engine.language.backends.sql.queries import to_value
from engine.language.backends.sql.terms import Element, SqlScope
from engine.language.tree import Field
from engine.language.types import DateTimeType
from engine.language.zones import exact_offset

_YEARS_BACK, _YEARS_ON = 3, 2
_MONDAY = 3
"""The first day of the calendar of moments was a Thursday, three days after a Monday."""

_WEEK = 7
_SECOND = 1_000

_EARLIEST: Element = sa.literal_column("TIMESTAMPTZ '0001-01-09 00:00:00+00'", MOMENT)
_LATEST: Element = sa.literal_column("TIMESTAMPTZ '9999-12-30 00:00:00+00'", MOMENT)

Span = tuple[int, int, int]
"""Between two moments, the second left out, clocks are so many milliseconds ahead of UTC."""


def value_of(dimension: Dimension, scope: SqlScope) -> Element:
    """Return the value that a dimension has for a record.

    What the language says takes several steps for every record, and on SQLite, which knows no time zones, a function.
    A moment within the years that databases reckon with alike is put into its bucket by their own arithmetic instead.
    """
    exact = to_value(dimension.value, scope)
    item = dimension.item
    if not isinstance(item.type, DateTimeType) or not isinstance(item.tree, Field):
        return exact
    moment = to_value(item, scope)
    bucket = dimension.definition.bucket or "day"
    if scope.dialect != "sqlite":
        return sa.case((sa.and_(moment >= _EARLIEST, moment < _LATEST), _cut(bucket, moment, scope)), else_=exact)
    year = date_of(scope.run.today).year
    spans = [
        (sa.and_(moment >= _whole(first), moment < _whole(end)), _bucket(bucket, moment, ahead))
        for first, end, ahead in offsets(scope.run.zone, year)
    ]
    return sa.case(*spans, else_=exact) if spans else exact


def _cut(bucket: str, moment: Element, scope: SqlScope) -> Element:
    """Return the first day of the bucket of a moment as PostgreSQL reckons it."""
    zone = sa.bindparam(None, scope.run.zone, TEXT, unique=True)
    local = sa.func.timezone(zone, moment, type_=LOCAL_MOMENT)
    cut = local if bucket == "day" else sa.func.date_trunc(sa.literal_column(f"'{bucket}'"), local, type_=LOCAL_MOMENT)
    return sa.cast(cut, DATE)


def _whole(number: int) -> Element:
    return sa.literal_column(str(number), BIG_INTEGER)


def _bucket(bucket: str, moment: Element, ahead: int) -> Element:
    """Return the first day of the bucket of a moment after 1970."""
    local = sa.type_coerce(moment + _whole(ahead), BIG_INTEGER)
    day = sa.type_coerce(local.op("/", precedence=8)(_whole(DAY_MS)), BIG_INTEGER)
    match bucket:
        case "week":
            since = sa.type_coerce(day + _whole(_MONDAY), BIG_INTEGER).op("%", precedence=8)(_whole(_WEEK))
            return day - since
        case "month":
            seconds = local.op("/", precedence=8)(_whole(_SECOND))
            # Subtracting reads the digits as a number by itself; a cast takes longer than the day does.
            of_month = sa.func.strftime(sa.literal_column("'%d'"), seconds, sa.literal_column("'unixepoch'"))
            return day - sa.type_coerce(of_month, BIG_INTEGER) + _whole(1)
        case _:
            return day


@lru_cache(maxsize=256)
def offsets(zone: str, year: int) -> tuple[Span, ...]:
    """Return the spans of one offset each around a year, the latest first; days with a change are left out."""
    first = max(day_number(date_of(0).replace(year=max(year - _YEARS_BACK, 1971))), 0)
    last = day_number(date_of(0).replace(year=min(year + _YEARS_ON, 9999)))
    spans: list[Span] = []
    for day in range(first, last):
        start, end = day * DAY_MS, (day + 1) * DAY_MS
        ahead = exact_offset(start, zone)
        if ahead != exact_offset(end - 1, zone):
            continue
        if spans and spans[-1][1] == start and spans[-1][2] == ahead:
            spans[-1] = (spans[-1][0], end, ahead)
        else:
            spans.append((start, end, ahead))
    return tuple(reversed(spans))
