"""Lists: the viewer's rows that meet a filter, in order, a page at a time; never more than was asked for."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import ColumnElement, exists, false, or_

from engine.forms.access import Right
from engine.forms.compiling import SYSTEM_LABELS
from engine.forms.forms import Form
from engine.kernel.problems import EngineError, Problem
from engine.language.backends.sql.queries import to_condition
from engine.language.expressions import Expression
from engine.language.keeping import keep_expression
from engine.language.pushdown import pushes_down
from engine.language.types import BooleanType
from engine.runtime import problems
from engine.runtime.boards_drills import own_reads
from engine.runtime.reading import Reading
from engine.runtime.showing import Viewing, prefetch
from engine.runtime.sight import not_open
from engine.runtime.views import Count, Page
from engine.storage.counting import Counted, counter_of
from engine.storage.query import list_rows
from engine.storage.surroundings import SqlSurroundings

LIMIT = 200
COUNT_BOUND = 1_000
"""How far what stands beside a record or on a card is counted."""

Conditions = list[ColumnElement[bool]]


def list_page(  # noqa: PLR0913 - what is asked of a list
    reading: Reading,
    form: Form,
    *,
    filter: str | None,
    sort: str | None,
    limit: int,
    after: str | None,
    within: Sequence[ColumnElement[bool]] = (),
    words: Collection[str] | None = None,
) -> Page:
    """Return one page of a form's records as the viewer may see them; every problem of the request at once.

    ``within`` are conditions besides the viewer's own filter, that are nobody's secret. ``words`` are the fields whose
    values are told in words, too (None: all).
    """
    order = sort or usual_sort(reading, form)
    met, wrong = asked_for(reading, form, filter, order)
    found = [*_limit_problems(limit), *wrong]
    if found:
        raise EngineError(found)
    where = [*readable(reading, form), *within, *met]
    tables, key = reading.tables(form), order.removeprefix("-")
    counter = counter_of(reading.connection, tables, where)
    rows, following = list_rows(
        reading.connection, tables, where, sort=key, descending=order.startswith("-"), after=after, limit=limit,
        as_it_lies=counter.is_rare(limit),
    )  # fmt: skip
    whole = after is None and following is None
    counted = Counted(len(rows), exact=True) if whole else counter.count(least=len(rows))
    for row in rows:
        reading.remember(form, row)
    prefetch(reading, form, rows)
    viewing = Viewing(reading, form, words)
    return Page(tuple(viewing.of(row) for row in rows), following, Count(counted.value, counted.exact))


def asked_for(reading: Reading, form: Form, filter: str | None, order: str) -> tuple[Conditions, list[Problem]]:
    """Return, as SQL, what a viewer's filter asks of a row; and what is wrong with it and with the order."""
    found = list(_sort_problems(reading, form, order.removeprefix("-")))
    if filter is None or not filter.strip():
        return [], found
    try:
        compiled = _filter(reading, form, filter)
        return [as_sql(reading, form, compiled), *within_sight(reading, form, compiled)], found
    except EngineError as error:
        return [], [*found, *(problem.under("filter") for problem in error.problems)]


def readable(reading: Reading, form: Form) -> Conditions:
    """Return, as SQL, what a row must meet for the viewer to read it."""
    return covered(reading, form, "read")


def covered(reading: Reading, form: Form, right: Right) -> Conditions:
    """Return, as SQL, what a row must meet for the viewer to have a right on it."""
    open_to = reading.access(form).rows(right)
    if open_to is None:
        return []
    return [or_(false(), *(as_sql(reading, form, expression) for expression in open_to))]


def as_sql(reading: Reading, form: Form, expression: Expression, app: str | None = None) -> ColumnElement[bool]:
    """Return an expression over a form's rows as SQL; ``app`` is whose expression it is, the form's where not said."""
    row = reading.tables(form).main.table
    around = reading.surroundings(app or form.app)
    return to_condition(expression, SqlSurroundings(reading.current.tables, row, reading.current.dialect, around))


def usual_sort(reading: Reading, form: Form) -> str:
    """Return the form's own order, or the newest first where the viewer may not see what that goes by."""
    order = form.definition.list_sort
    return "-updated_at" if order.removeprefix("-") in reading.access(form).not_always_shown else order


def _limit_problems(limit: int) -> Sequence[Problem]:
    return () if 1 <= limit <= LIMIT else (problems.BAD_LIMIT.at("limit", limit=LIMIT),)


def _sort_problems(reading: Reading, form: Form, key: str) -> Sequence[Problem]:
    """Refuse to sort by what does not exist, or is not the viewer's to see."""
    sortable = [name for name, field in form.fields.items() if field.type is not None] + list(SYSTEM_LABELS)
    if key not in sortable:
        return (problems.BAD_SORT.at("sort", key=key, known=", ".join(sortable)),)
    if key in reading.access(form).not_always_shown:
        return (problems.FIELD_HIDDEN.at("sort", key=key),)
    return ()


def _filter(reading: Reading, form: Form, source: str) -> Expression:
    """Compile a viewer's filter with the viewer's rights: what is hidden from the viewer cannot be asked about."""
    compiled = keep_expression(source, reading.catalog.scope(form.app, form.key), expects=BooleanType)
    hidden = [problems.FIELD_HIDDEN.at(key=key) for key in _hidden_reads(reading, form, compiled)]
    found = [*hidden, *pushes_down(compiled)]
    if found:
        raise EngineError(found)
    return compiled


def _hidden_reads(reading: Reading, form: Form, expression: Expression) -> list[str]:
    """Return what the expression reads and the viewer may not, here or at the end of a reference or relation."""
    if not any(not_open(reading, form.app, form.key, expression.reads)):
        return []
    asked = own_reads(reading, form, expression)
    return sorted({key for reads in asked for key in not_open(reading, form.app, form.key, reads)})


def within_sight(reading: Reading, form: Form, expression: Expression) -> Conditions:
    """Return, as SQL, that every record that the expression reaches over a reference is the viewer's to read."""
    main = reading.tables(form).main.table
    conditions: Conditions = []
    asked = own_reads(reading, form, expression) if expression.reads.paths else ()
    ways = {path: reads.forms[path] for reads in asked for path, _ in reads.paths if "." not in path}
    for path in sorted(ways):
        target = reading.catalog.form(*ways[path])
        rows = reading.access(target).rows("read") if target is not None else ()
        if target is None or rows is None:
            continue
        there = reading.tables(target).main.table.alias()
        scope = SqlSurroundings(
            reading.current.tables, there, reading.current.dialect, reading.surroundings(target.app)
        )
        seen = exists().where(there.c.id == main.c[path], or_(false(), *(to_condition(row, scope) for row in rows)))
        conditions.append(or_(main.c[path].is_(None), seen))
    return conditions
