"""What metrics and lists go over where it is more than a table: stays in states, records with figures beside them.

Each is a query that has all columns of the form by their keys and some of its own; who may see what is not known here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement, FromClause

from engine.boards import stays
from engine.kernel.clocks import DAY_MS
from engine.language.backends.sql.column_types import BIG_INTEGER, MOMENT, NUMERIC, TEXT
from engine.storage.form_tables import FormTables
from engine.storage.system_tables import state_log

Conditions = Sequence[ColumnElement[bool]]


def stays_of(form: FormTables, where: Conditions) -> FromClause:
    """Return the stays in states that have ended of the records that meet ``where``, deleted ones left out."""
    main = form.main.table
    ended = sa.and_(
        state_log.c.app == form.app,
        state_log.c.form == form.form,
        state_log.c.record == main.c.id,
        state_log.c.origin.is_not(None),
        state_log.c.dwell.is_not(None),
    )
    own = _stay(is_sqlite=form.main.dialect == "sqlite")
    return (
        sa.select(*main.c, *(column.label(key) for key, column in own.items()))
        .select_from(main.join(state_log, ended))
        .where(main.c.deleted_at.is_(None), *where)
        .subquery("stay")
    )


def _stay(*, is_sqlite: bool) -> dict[str, ColumnElement[Any]]:
    """Return what a stay was, as the database keeps values of these types; days are rounded half up."""
    until, dwell = state_log.c.at, state_log.c.dwell
    hundredths = sa.type_coerce(dwell * 100 + DAY_MS // 2, BIG_INTEGER).op("/", precedence=8)(DAY_MS)
    state = sa.type_coerce(state_log.c.origin, TEXT)
    if is_sqlite:
        return {stays.STATE: state, stays.DAYS: hundredths, stays.SINCE: until - dwell, stays.UNTIL: until + 0}
    days = sa.cast(hundredths, NUMERIC) / 100
    return {stays.STATE: state, stays.DAYS: days, stays.SINCE: _moment(until - dwell), stays.UNTIL: _moment(until)}


def _moment(milliseconds: ColumnElement[Any]) -> ColumnElement[Any]:
    """Return a moment of PostgreSQL, exact to the millisecond."""
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
