"""What metrics and lists go over where it is more than a table: stays in states, stages, records with figures.

Each is a query that has all columns of the form by their keys and some of its own; who may see what is not known here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement, FromClause

from engine.boards import stays
from engine.kernel.clocks import DAY_MS, Moment
from engine.language.backends.sql.builder import dialect_of
from engine.language.backends.sql.column_types import BIG_INTEGER, MOMENT, NUMERIC, TEXT
from engine.language.types import DateTimeType
from engine.storage.form_tables import FormTables
from engine.storage.system_tables import state_log

Conditions = Sequence[ColumnElement[bool]]


def stays_of(form: FormTables, where: Conditions, until: Moment | None = None) -> FromClause:
    """Return the stays in states that have ended of the records that meet ``where``, deleted ones left out.

    With ``until`` the stays that go on come too: they have lasted until then, and have no end.
    """
    main = form.main.table
    ended = sa.and_(
        state_log.c.app == form.app,
        state_log.c.form == form.form,
        state_log.c.record == main.c.id,
        state_log.c.origin.is_not(None),
        state_log.c.dwell.is_not(None),
    )
    own = _stay(is_sqlite=form.main.dialect == "sqlite")
    query = (
        sa.select(*main.c, *(column.label(key) for key, column in own.items()))
        .select_from(main.join(state_log, ended))
        .where(main.c.deleted_at.is_(None), *where)
    )
    if until is None:
        return query.subquery("stay")
    going = _going_on(form, until)
    still = sa.select(*main.c, *(column.label(key) for key, column in going.items())).where(
        main.c.state.is_not(None), main.c.state_since.is_not(None), main.c.deleted_at.is_(None), *where
    )
    return sa.union_all(query, still).subquery("stay")


def _stay(*, is_sqlite: bool) -> dict[str, ColumnElement[Any]]:
    """Return what a stay was, as the database keeps values of these types."""
    until, dwell = state_log.c.at, state_log.c.dwell
    return {
        stays.STATE: sa.type_coerce(state_log.c.origin, TEXT),
        stays.DAYS: days_of(dwell, is_sqlite=is_sqlite),
        f"{stays.DAYS}{HUNDREDTHS}": hundredths_of(dwell),
        stays.SINCE: moment_of(until - dwell, is_sqlite=is_sqlite),
        stays.UNTIL: moment_of(until, is_sqlite=is_sqlite),
        stays.ENDED: sa.true(),
    }


def _going_on(form: FormTables, until: Moment) -> dict[str, ColumnElement[Any]]:
    main, is_sqlite = form.main.table, form.main.dialect == "sqlite"
    since: ColumnElement[Any] = main.c.state_since
    if not is_sqlite:
        since = sa.cast(sa.extract("epoch", main.c.state_since) * 1000, BIG_INTEGER)
    lasted = sa.literal(until, BIG_INTEGER) - since
    return {
        stays.STATE: sa.type_coerce(main.c.state, TEXT),
        stays.DAYS: days_of(lasted, is_sqlite=is_sqlite),
        f"{stays.DAYS}{HUNDREDTHS}": hundredths_of(lasted),
        stays.SINCE: main.c.state_since,
        stays.UNTIL: dialect_of(form.main.dialect).bind(None, DateTimeType()),
        stays.ENDED: sa.false(),
    }


HUNDREDTHS = "_hundredths"
"""Ends the names of the columns that have days as whole numbers, beside those that have them as decimals."""


def days_of(milliseconds: ColumnElement[Any], *, is_sqlite: bool) -> ColumnElement[Any]:
    """Return so long a time in days, to the hundredth, rounded half up."""
    hundredths = hundredths_of(milliseconds)
    return hundredths if is_sqlite else sa.cast(hundredths, NUMERIC) * sa.literal_column("0.01", NUMERIC)


def hundredths_of(milliseconds: ColumnElement[Any]) -> ColumnElement[Any]:
    """Return so long a time in hundredths of days, which PostgreSQL sorts several times as fast as decimals."""
    return sa.type_coerce(milliseconds * 100 + DAY_MS // 2, BIG_INTEGER).op("/", precedence=8)(DAY_MS)


def moment_of(milliseconds: ColumnElement[Any], *, is_sqlite: bool) -> ColumnElement[Any]:
    """Return a moment as the database keeps it in a form's table, exact to the millisecond."""
    if is_sqlite:
        return milliseconds + 0
    epoch = sa.literal_column("TIMESTAMPTZ '1970-01-01 00:00:00+00'", MOMENT)
    return sa.type_coerce(epoch + milliseconds * sa.literal_column("INTERVAL '1 millisecond'"), MOMENT)


def with_figures(form: FormTables, figures: Mapping[str, ColumnElement[Any]], where: Conditions) -> FromClause:
    """Return the records that meet ``where``, deleted ones left out, with figures beside their fields."""
    main = form.main.table
    return (
        sa.select(*main.c, *(column.label(key) for key, column in figures.items()))
        .where(main.c.deleted_at.is_(None), *where)
        .subquery("figured")
    )
