"""The stages that records have ever reached, each record once in each: what conversion is counted over.

It reads the log of states alone, in one pass over it. Who went back has still been where it was: nothing is ever
subtracted, so that of those in a stage never more went on than there were.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import reduce
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement, Connection, FromClause
from sqlalchemy.dialects.postgresql import array

from engine.boards import stays
from engine.language.backends.sql.column_types import BIG_INTEGER, BOOLEAN, INTEGER, TEXT
from engine.storage.form_tables import FormTables
from engine.storage.metrics_sources import HUNDREDTHS, Conditions, days_of, hundredths_of, moment_of
from engine.storage.system_tables import relocation, state_log

Element = ColumnElement[Any]

_MARK = "walked_"
"""Begins the names of what is worked with beside the fields of a record."""


def stages_of(
    form: FormTables,
    stages: Sequence[str],
    needed: Collection[str],
    where: Conditions,
    *,
    moved_back: bool,
    told_apart: Collection[str] | None = None,
) -> FromClause:
    """Return the stages reached by the records that meet ``where``, deleted ones left out.

    ``stages`` are states in the order in which they follow each other, ``needed`` the keys that are read of what the
    log knows (``engine.boards.stays``); the stage and whether a later one was reached are always there. ``moved_back``
    says that moves of many were taken back (``any_moved_back``). With ``told_apart``, keys of fields, records that are
    alike in these and in what they have seen come once, and have no other fields.
    """
    is_sqlite = form.main.dialect == "sqlite"
    reached = _reached(form, stages, needed, moved_back=moved_back)
    known = _known(form, reached, where, told_apart)
    walked = (_by_joining if is_sqlite else _by_unnesting)(known, stages)
    at, seen = walked.c[f"{_MARK}at"], walked.c[f"{_MARK}seen"]
    later_ones = _shifted(seen, at + _number(1))
    own: dict[str, Element] = {
        stays.STAGE: walked.c[f"{_MARK}stage"],
        stays.NEXT: sa.type_coerce(sa.case((at < _number(len(stages) - 1), later_ones > _number(0))), BOOLEAN),
    }
    if stays.FURTHEST in needed:
        whens = [(seen >= _number(2**place), _text(key)) for place, key in enumerate(stages)]
        own[stays.FURTHEST] = sa.case(*reversed(whens))
    if stays.BEGUN in needed:
        own[stays.BEGUN] = moment_of(walked.c[f"{_MARK}begun"], is_sqlite=is_sqlite)
    if stays.FIRST in needed:
        own[stays.FIRST] = moment_of(walked.c[f"{_MARK}first"], is_sqlite=is_sqlite)
    if stays.PASSED in needed:
        # Who came from a later stage and fell back has not needed less than no time.
        first, later = walked.c[f"{_MARK}first"], walked.c[f"{_MARK}later"]
        own[stays.PASSED] = sa.case((later >= first, days_of(later - first, is_sqlite=is_sqlite)))
        own[f"{stays.PASSED}{HUNDREDTHS}"] = sa.case((later >= first, hundredths_of(later - first)))
    own |= {key: walked.c[f"{_MARK}{name}"] for key, name in _COUNTED.items() if key in needed}
    return (
        sa.select(
            *(column for column in walked.c if not column.key.startswith(_MARK)),
            *(column.label(key) for key, column in own.items()),
        )
        .where(at.is_not(None))
        .subquery("stage")
    )


_COUNTED = {stays.TIMES: "times", stays.BACKS: "backs"}


def any_moved_back(connection: Connection, form: FormTables) -> bool:
    """Tell whether many records of a form were moved by mistake: few forms ever need to look at that."""
    about = (relocation.c.app == form.app, relocation.c.form == form.form, relocation.c.back_of.is_not(None))
    return connection.execute(sa.select(relocation.c.id).where(*about).limit(1)).first() is not None


def _reached(form: FormTables, stages: Sequence[str], needed: Collection[str], *, moved_back: bool) -> sa.CTE:
    """Return of each record which stages it has seen, a bit for each, and what else is asked (``first0`` …)."""
    log, target = state_log, state_log.c.target
    columns: list[Element] = [log.c.record, _seen(stages, is_sqlite=form.main.dialect == "sqlite").label("seen")]
    if stays.BEGUN in needed:
        columns.append(sa.func.min(log.c.at).label("begun"))
    for at, key in enumerate(stages):
        after, before = stages[at + 1 :], stages[:at]
        if stays.FIRST in needed or stays.PASSED in needed:
            columns.append(sa.func.min(sa.case((target == key, log.c.at))).label(f"first{at}"))
        if stays.PASSED in needed and after:
            columns.append(sa.func.min(sa.case((target.in_(after), log.c.at))).label(f"later{at}"))
        if stays.TIMES in needed:
            columns.append(sa.func.count(sa.case((target == key, _number(1)))).label(f"times{at}"))
        if stays.BACKS in needed:
            fell = sa.and_(log.c.batch.is_(None), log.c.origin == key, target.in_(before)) if before else sa.false()
            columns.append(sa.func.count(sa.case((fell, _number(1)))).label(f"backs{at}"))
    query = sa.select(*columns).where(log.c.app == form.app, log.c.form == form.form, target.in_(stages))
    query = (query.where(_counts()) if moved_back else query).group_by(log.c.record)
    # Otherwise each of several processes of PostgreSQL that share the records would read the whole log.
    return query.cte("reached").prefix_with("MATERIALIZED", dialect="postgresql")


def _seen(stages: Sequence[str], *, is_sqlite: bool) -> Element:
    """Return the stages of a record as bits of one number."""
    target = state_log.c.target
    bits = {_text(key): _number(2**at) for at, key in enumerate(stages)}
    if not is_sqlite:
        return sa.func.bit_or(sa.case(bits, value=target), type_=INTEGER)
    # SQLite has no such aggregate; the greatest of a bit alone and nothing is this bit.
    alone: list[Element] = [sa.func.max(sa.case((target == key, bit), else_=_number(0))) for key, bit in bits.items()]
    return reduce(lambda one, other: one + other, alone)


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


def _known(form: FormTables, reached: sa.CTE, where: Conditions, told_apart: Collection[str] | None) -> sa.FromClause:
    """Return the records with what the log knows of them, those that are alike in what is told apart once."""
    main = form.main.table
    own = [column for column in main.c if told_apart is None or column.key in {*told_apart, _DELETED}]
    seen = [column.label(f"{_MARK}{column.key}") for column in reached.c if column.key != "record"]
    query = sa.select(*own, *seen).select_from(main.join(reached, reached.c.record == main.c.id))
    query = query.where(main.c[_DELETED].is_(None), *where)
    if told_apart is None:
        return query.subquery("known")
    # Few remain of many, and each becomes a row for each of its stages: that has to be after, not before.
    alike = query.distinct().cte("known")
    return alike.prefix_with("MATERIALIZED", dialect="postgresql")


_DELETED = "deleted_at"


def _by_stage(known: FromClause, count: int) -> dict[str, list[Element]]:
    """Return what is known of each stage, by the name of its columns in ``known``."""
    nothing: Element = sa.null().cast(BIG_INTEGER)
    names = [name for name in ("first", "later", "times", "backs") if f"{_MARK}{name}0" in known.c]
    return {name: [known.c.get(f"{_MARK}{name}{at}", nothing) for at in range(count)] for name in names}


def _own(known: FromClause) -> list[Element]:
    """Return the fields of a record, and what is known of all its stages together."""
    whole = (f"{_MARK}seen", f"{_MARK}begun")
    return [column for column in known.c if not column.key.startswith(_MARK) or column.key in whole]


def _by_joining(known: FromClause, stages: Sequence[str]) -> sa.Subquery:
    """Return each record once for each of the stages, by a join with these."""
    rows = [sa.select(_number(at).label("at"), _text(key).label("stage")) for at, key in enumerate(stages)]
    listed = sa.union_all(*rows).subquery("stages")
    there = _shifted(known.c[f"{_MARK}seen"], listed.c.at).op("&", precedence=6)(_number(1)) == _number(1)
    more = [sa.case((there, listed.c.at)).label(f"{_MARK}at"), listed.c.stage.label(f"{_MARK}stage")]
    for name, columns in _by_stage(known, len(stages)).items():
        chosen = sa.case({_number(at): column for at, column in enumerate(columns)}, value=listed.c.at)
        more.append(chosen.label(f"{_MARK}{name}"))
    return sa.select(*_own(known), *more).select_from(known.join(listed, sa.true())).subquery("walked")


def _by_unnesting(known: FromClause, stages: Sequence[str]) -> sa.Subquery:
    """Return each record once for each of the stages, by arrays: PostgreSQL may read the log again for each of them."""
    arrays: dict[str, list[Element]] = {
        "at": [_if_seen(known.c[f"{_MARK}seen"], at) for at in range(len(stages))],
        "stage": [_text(key) for key in stages],
        **_by_stage(known, len(stages)),
    }
    more = [
        sa.func.unnest(array(columns), type_=columns[0].type).label(f"{_MARK}{name}")
        for name, columns in arrays.items()
    ]
    return sa.select(*_own(known), *more).subquery("walked")


def _if_seen(seen: Element, at: int) -> Element:
    """Return the place of a stage where a record has seen it, else NULL."""
    return sa.case((seen.op("&", precedence=6)(_number(2**at)) > _number(0), _number(at)))


def _shifted(number: Element, by: Element) -> Element:
    return sa.type_coerce(number.op(">>", precedence=6)(by), INTEGER)


def _number(number: int) -> Element:
    return sa.literal_column(str(number), INTEGER)


def _text(key: str) -> Element:
    """Return a state's key, written out: it has letters, digits and underscores alone."""
    return sa.literal_column(f"'{key}'", TEXT)
