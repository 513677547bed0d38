"""Lists: the viewer's rows that meet a filter, in order, a page at a time; never more than was asked for."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlalchemy import ColumnElement, FromClause, or_

from engine.forms.compiling import SYSTEM_LABELS
from engine.forms.forms import Form
from engine.kernel.problems import EngineError
from engine.language.backends.sql import to_condition
from engine.language.compiling import compile_expression
from engine.language.expressions import Expression
from engine.language.scope import Scope
from engine.language.types import BooleanType
from engine.runtime import problems
from engine.runtime.reading import Reading
from engine.runtime.showing import prefetch, record_view
from engine.runtime.views import Count, Page
from engine.storage.facts import SqlSurroundings
from engine.storage.query import bounded_count, list_rows

LIMIT = 200
COUNT_BOUND = 1_000


def list_page(
    reading: Reading, form: Form, *, filter: str | None, sort: str | None, limit: int, after: str | None
) -> Page:
    """Return one page of a form's records as the viewer may see them."""
    if not 1 <= limit <= LIMIT:
        raise EngineError(problems.BAD_LIMIT.at("limit", limit=LIMIT))
    order = sort or form.definition.list_sort
    key = order.removeprefix("-")
    _check_sort(reading, form, key)
    tables = reading.tables(form)
    conditions = [condition for condition in (_readable(reading, form), _filtered(reading, form, filter)) if condition]
    where = [_to_sql(reading, form, tables.main.table, group) for group in conditions]
    rows, next_cursor = list_rows(
        reading.connection, tables, where, sort=key, descending=order.startswith("-"), after=after, limit=limit
    )
    value, exact = bounded_count(reading.connection, tables, where, COUNT_BOUND)
    prefetch(reading, form, rows)
    for row in rows:
        reading.remember(form, row)
    return Page(tuple(record_view(reading, form, row) for row in rows), next_cursor, Count(value, exact))


def _check_sort(reading: Reading, form: Form, key: str) -> None:
    """Refuse to sort by what does not exist, cannot be ordered, or is not the viewer's to see."""
    item = form.fields.get(key)
    sortable = [name for name, field in form.fields.items() if field.type is not None] + list(SYSTEM_LABELS)
    if key not in sortable:
        raise EngineError(problems.BAD_SORT.at("sort", key=key, known=", ".join(sortable)))
    if item is not None and key in reading.access(form).hidden_fields:
        raise EngineError(problems.FIELD_HIDDEN.at("sort", key=key))


def readable(reading: Reading, form: Form) -> tuple[Expression, ...] | None:
    """Return the conditions of which one must hold for the viewer to read a row; None where every row is open."""
    return reading.access(form).rows("read")


def _filter(reading: Reading, form: Form, source: str) -> Expression:
    """Compile a viewer's filter with the viewer's rights: what is hidden from the viewer cannot be asked about."""
    compiled = compile_expression(source, reading.catalog.scope(form.app, form.key), expects=BooleanType)
    hidden = reading.access(form).hidden_fields & compiled.reads.fields
    if hidden:
        raise EngineError(problems.FIELD_HIDDEN.at("filter", key=key) for key in sorted(hidden))
    return compiled
