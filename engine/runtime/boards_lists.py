"""The records of a list on a board for one viewer: one statement, lights, and the record behind every row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import sqlalchemy as sa

from engine.boards.boards import Column, Figure, Widget
from engine.decision.words import render
from engine.forms.compiling import SYSTEM_LABELS
from engine.forms.forms import Form
from engine.forms.writing import as_json
from engine.kernel.canonical import Json
from engine.kernel.values import StorageKind, Value
from engine.language.backends.sql.builder import dialect_of
from engine.language.backends.sql.queries import to_condition, to_value
from engine.language.expressions import Expression
from engine.language.messages import Message
from engine.runtime.boards_groups import look_up
from engine.runtime.boards_sight import is_closed
from engine.runtime.boards_views import ColumnView, Drill, RowView, WidgetView
from engine.runtime.boards_words import Words, drawn_as, look_ahead, plain_field, value_json
from engine.runtime.listing import readable
from engine.runtime.reading import Reading
from engine.runtime.views import FieldView
from engine.storage.metrics import ListedRow, Ordering, Records, listed
from engine.storage.metrics_sources import with_figures
from engine.storage.surroundings import SqlSurroundings

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, FromClause


def list_widget(reading: Reading, form: Form, widget: Widget) -> WidgetView | None:
    """Return a list with its rows; None where the viewer may see none of its columns, or not what it asks.

    ``form`` is theirs to read.
    """
    if is_closed(reading, form, widget.where):
        return None
    columns = _open_columns(reading, form, widget)
    needed = {widget.definition.start, widget.definition.end, widget.definition.place} - {None}
    if not columns or not needed <= {column.key for column in columns}:
        return None
    limit = widget.definition.limit
    rows = _rows(reading, form, widget, columns)
    cut, rows = len(rows) > limit, rows[:limit]
    kinds = [column.type for column in columns]
    look_ahead(reading, ((value, kind) for row in rows for value, kind in zip(row.values, kinds, strict=True) if kind))
    words = Words(reading, form.app)
    return WidgetView(
        key=widget.key,
        kind=widget.definition.kind,
        labels=widget.definition.labels,
        help=widget.definition.help,
        form=form.key,
        columns=tuple(_column_views(reading, form, [item for item in columns if not item.definition.is_hidden])),
        rows=tuple(_row_view(reading, form, words, columns, row) for row in rows),
        cut=cut,
        width=widget.definition.width,
        start=widget.definition.start,
        end=widget.definition.end,
        place=widget.definition.place,
    )


def _open_columns(reading: Reading, form: Form, widget: Widget) -> list[Column]:
    """Return the columns that the viewer may see: a sentence only where all that it tells is among them."""
    found = [column for column in widget.columns if column.sentence is None and _is_open(reading, form, column)]
    known = {column.key for column in found}
    return [
        column
        for column in widget.columns
        if column in found or (column.sentence is not None and _read_by(column.sentence) <= known)
    ]


def _read_by(sentence: Message) -> set[str]:
    return {key for expression in sentence.expressions for key in expression.reads.fields}


def _is_open(reading: Reading, form: Form, column: Column) -> bool:
    if column.value is None and not column.definition.is_record:
        return column.key not in reading.access(form).not_always_shown
    return not is_closed(reading, form, column.value)


def _rows(reading: Reading, form: Form, widget: Widget, columns: Sequence[Column]) -> list[ListedRow]:
    tables, own = reading.tables(form), readable(reading, form)
    row: FromClause = tables.main.table
    figures = {column.key: column.figure for column in columns if column.figure is not None}
    if figures:
        # Every expression of the list may name the figures: they stand beside the fields.
        row, own = with_figures(tables, _beside(reading, form, figures), own), []
    scope = _scope(reading, form, row)
    where = [] if widget.where is None else [to_condition(widget.where, scope)]
    light = {} if is_closed(reading, form, *widget.light.values()) else widget.light
    places = {column.key: at for at, column in enumerate(columns)}
    order = [
        Ordering(places[key.removeprefix("-")], key.startswith("-"))
        for key in widget.definition.order
        if key.removeprefix("-") in places
    ]
    chosen: list[Expression | str] = [column.value or _stored(column) for column in columns]
    records = Records(reading.connection, tables, scope, [*own, *where])
    return listed(records, chosen, light, widget.definition.limit + 1, order)


def _scope(reading: Reading, form: Form, row: FromClause) -> SqlSurroundings:
    return SqlSurroundings(reading.current.tables, row, reading.current.dialect, reading.surroundings(form.app))


def _beside(reading: Reading, form: Form, figures: Mapping[str, Figure]) -> dict[str, ColumnElement[object]]:
    """Return the figures for a record as SQL: it is asked for its group, and what was found is written in."""
    scope = _scope(reading, form, reading.tables(form).main.table)
    dialect = dialect_of(scope.dialect)
    found = look_up(reading, figures)
    beside: dict[str, ColumnElement[object]] = {}
    for key, figure in figures.items():
        kind, by = figure.measure.type, [None if isinstance(item, str) else item for item in figure.by]
        whens = [
            (_in_group(by, group, figure, scope), dialect.bind(value, kind)) for group, value in found[key].items()
        ]
        nothing = dialect.bind(None, kind)
        beside[key] = sa.case(*whens, else_=nothing) if whens else nothing
    return beside


def _in_group(
    by: Sequence[Expression | None], group: Sequence[Value], figure: Figure, scope: SqlSurroundings
) -> ColumnElement[bool]:
    """Return whether a record stands in a group; what it does not say is blank."""
    dialect = dialect_of(scope.dialect)
    conditions: list[ColumnElement[bool]] = [sa.true()]
    for expression, value, dimension in zip(by, group, figure.metric.dimensions, strict=True):
        if expression is None:
            conditions.append(sa.true() if value is None else sa.false())
        elif value is None:
            conditions.append(to_value(expression, scope).is_(None))
        else:
            kind = dimension.value.type
            conditions.append(dialect.same(to_value(expression, scope), dialect.bind(value, kind), kind))
    return sa.and_(*conditions)


def _stored(column: Column) -> str:
    """Return the key of the table's column that a column without an expression shows; a sentence is made of others."""
    return "id" if column.definition.is_record or column.sentence is not None else column.key


def _column_views(reading: Reading, form: Form, columns: Sequence[Column]) -> Iterator[ColumnView]:
    for column in columns:
        definition = column.definition
        if definition.is_record:
            view = FieldView(column.key, "reference", column.labels, target=f"{form.app}.{form.key}")
        elif column.sentence is not None:
            view = FieldView(column.key, "text", column.labels)
        elif column.value is None:
            view = plain_field(form, column.key, column.labels)
        else:
            view = drawn_as(
                reading,
                form,
                column.key,
                column.labels,
                column.value,
                column.type or column.value.type,
                definition.format or (column.figure.measure.definition.format if column.figure else None),
            )
        yield ColumnView(
            column.key,
            column.labels,
            view,
            is_record=definition.is_record,
            missing=definition.missing,
            is_sentence=column.sentence is not None,
        )


def _row_view(reading: Reading, form: Form, words: Words, columns: Sequence[Column], row: ListedRow) -> RowView:
    values: dict[str, Json] = {}
    said: dict[str, object] = {}
    plain = {column.key: value for column, value in zip(columns, row.values, strict=True)}
    for column in columns:
        value, kind = plain[column.key], column.type
        if column.sentence is not None:
            text = render(reading, form.app, plain, column.sentence, reading.surroundings(form.app))
            values[column.key], said[column.key] = text.zh, text
            continue
        values[column.key] = value_json(value, kind) if kind is not None else _raw(form, column.key, value)
        said[column.key] = words.of(value, kind) if kind is not None else None
    return RowView(values, said, row.light, Drill(form.key, id=row.id))


def _raw(form: Form, key: str, value: Value) -> Json:
    """Return the value of a field that expressions do not know in its JSON form."""
    found = form.fields.get(key)
    kind = StorageKind.JSON if key in SYSTEM_LABELS or found is None or found.type is None else found.type.storage
    return as_json(kind, value)
