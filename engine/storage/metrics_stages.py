"""The stages that records have ever reached, each record once in each: what conversion is counted over.

It reads the log of states alone, in one pass over it. Who went back has still been where it was: nothing is ever
subtracted, so that of those in a stage never more went on than there were.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement, Connection, FromClause

from engine.boards import stays
from engine.language.backends.sql.column_types import BIG_INTEGER, BOOLEAN, INTEGER, TEXT
from engine.storage.form_tables import FormTables
from engine.storage.metrics_sources import Conditions, days_of, moment_of
from engine.storage.system_tables import relocation, state_log

Element = ColumnElement[Any]


def stages_of(
    form: FormTables, stages: Sequence[str], needed: Collection[str], where: Conditions, *, moved_back: bool
) -> FromClause:
    """Return the stages reached by the records that meet ``where``, deleted ones left out.

    ``stages`` are states in the order in which they follow each other, ``needed`` the keys that are read of what the
    log knows (``engine.boards.stays``); the stage and whether a later one was reached are always there. ``moved_back``
    says that moves of many were taken back (``any_moved_back``).
    """
    main, is_sqlite = form.main.table, form.main.dialect == "sqlite"
    reached = _reached(form, stages, needed, moved_back=moved_back)
    listed = _listed(stages)
    first = _of_stage(listed, reached, "r", len(stages))
    later = _of_stage(listed, reached, "g", len(stages) - 1)
    has_next = listed.c.n < _number(len(stages) - 1)
    own: dict[str, Element] = {
        stays.STAGE: listed.c.stage,
        stays.NEXT: sa.type_coerce(sa.case((has_next, reached.c.top > listed.c.n)), BOOLEAN),
        stays.FURTHEST: sa.case({at: _text(key) for at, key in enumerate(stages)}, value=reached.c.top),
        stays.FIRST: moment_of(first, is_sqlite=is_sqlite),
        stays.BEGUN: moment_of(reached.c.begun, is_sqlite=is_sqlite),
    }
    if stays.PASSED in needed:
        # Who came from a later stage and fell back has not needed less than no time.
        own[stays.PASSED] = sa.case((later >= first, days_of(later - first, is_sqlite=is_sqlite)))
    if stays.TIMES in needed:
        own[stays.TIMES] = _of_stage(listed, reached, "n", len(stages))
    if stays.BACKS in needed:
        own[stays.BACKS] = _of_stage(listed, reached, "b", len(stages))
    return (
        sa.select(*main.c, *(column.label(key) for key, column in own.items()))
        .select_from(main.join(reached, reached.c.record == main.c.id).join(listed, sa.true()))
        .where(main.c.deleted_at.is_(None), first.is_not(None), *where)
        .subquery("stage")
    )


def any_moved_back(connection: Connection, form: FormTables) -> bool:
    """Tell whether many records of a form were moved by mistake: few forms ever need to look at that."""
    about = (relocation.c.app == form.app, relocation.c.form == form.form, relocation.c.back_of.is_not(None))
    return connection.execute(sa.select(relocation.c.id).where(*about).limit(1)).first() is not None


def _reached(form: FormTables, stages: Sequence[str], needed: Collection[str], *, moved_back: bool) -> sa.Subquery:
    """Return of each record when it first came to each stage (``r0`` …), and how far it got (``top``)."""
    log, target = state_log, state_log.c.target
    ranks = sa.case({key: _number(at) for at, key in enumerate(stages)}, value=target)
    columns: list[Element] = [log.c.record, sa.func.max(ranks).label("top"), sa.func.min(log.c.at).label("begun")]
    for at, key in enumerate(stages):
        columns.append(sa.func.min(sa.case((target == key, log.c.at))).label(f"r{at}"))
        after, before = stages[at + 1 :], stages[:at]
        if stays.PASSED in needed and after:
            columns.append(sa.func.min(sa.case((target.in_(after), log.c.at))).label(f"g{at}"))
        if stays.TIMES in needed:
            columns.append(sa.func.count(sa.case((target == key, _number(1)))).label(f"n{at}"))
        if stays.BACKS in needed:
            fell = sa.and_(log.c.batch.is_(None), log.c.origin == key, target.in_(before)) if before else sa.false()
            columns.append(sa.func.count(sa.case((fell, _number(1)))).label(f"b{at}"))
    query = sa.select(*columns).where(log.c.app == form.app, log.c.form == form.form, target.in_(stages))
    query = query.where(_counts()) if moved_back else query
    return query.group_by(log.c.record).subquery("reached")


def _counts() -> ColumnElement[bool]:
    """Return whether a row of the log counts: not where many were moved by mistake, and moved back."""
    batch, other, move = state_log.c.batch, state_log.alias("other"), relocation
    moves_back = sa.select(move.c.id).where(move.c.back_of.is_not(None))
    taken_back = (
        sa.select(sa.literal_column("1"))
        .select_from(other.join(move, move.c.id == other.c.batch))
        .where(other.c.record == state_log.c.record, move.c.back_of == batch)
        .correlate(state_log)
        .exists()
    )
    return sa.or_(batch.is_(None), sa.and_(batch.not_in(moves_back), sa.not_(taken_back)))


def _listed(stages: Sequence[str]) -> sa.Subquery:
    """Return the stages as rows: their place and their key."""
    rows = [sa.select(_number(at).label("n"), _text(key).label("stage")) for at, key in enumerate(stages)]
    return sa.union_all(*rows).subquery("stages")


def _of_stage(listed: sa.Subquery, reached: sa.Subquery, name: str, count: int) -> Element:
    """Return of the columns that a record has for each stage the one of this stage."""
    columns = {at: reached.c[f"{name}{at}"] for at in range(count) if f"{name}{at}" in reached.c}
    return sa.case(columns, value=listed.c.n) if columns else sa.null().cast(BIG_INTEGER)


def _number(number: int) -> Element:
    return sa.literal_column(str(number), INTEGER)


def _text(key: str) -> Element:
    """Return a state's key, written out: it has letters, digits and underscores alone."""
    return sa.literal_column(f"'{key}'", TEXT)
