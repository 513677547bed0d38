"""The records of a list on a board for one viewer: one statement, lights, and the record behind every row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from engine.boards.boards import Column, Widget
from engine.forms.compiling import SYSTEM_LABELS
from engine.forms.forms import Form
from engine.forms.writing import as_json
from engine.kernel.canonical import Json
from engine.kernel.values import StorageKind, Value
from engine.language.backends.sql.queries import to_condition
from engine.language.expressions import Expression
from engine.language.types import Type
from engine.runtime.boards_sight import is_closed
from engine.runtime.boards_views import ColumnView, Drill, RowView, WidgetView
from engine.runtime.boards_words import Words, drawn_as, look_ahead, plain_field, value_json
from engine.runtime.listing import readable
from engine.runtime.reading import Reading
from engine.runtime.views import FieldView
from engine.storage.metrics import ListedRow, Ordering, Records, listed
from engine.storage.surroundings import SqlSurroundings


def list_widget(reading: Reading, form: Form, widget: Widget) -> WidgetView | None:
    """Return a list with its rows; None where the viewer may see none of its columns, or not what it asks.

    ``form`` is theirs to read.
    """
    if is_closed(reading, form, widget.where):
        return None
    columns = [column for column in widget.columns if _is_open(reading, form, column)]
    if not columns:
        return None
    limit = widget.definition.limit
    rows = _rows(reading, form, widget, columns)
    cut, rows = len(rows) > limit, rows[:limit]
    kinds = [column.type for column in columns]
    look_ahead(reading, ((value, kind) for row in rows for value, kind in zip(row.values, kinds, strict=True) if kind))
    words = Words(reading, form.app)
    return WidgetView(
        key=widget.key,
        kind="list",
        labels=widget.definition.labels,
        help=widget.definition.help,
        form=form.key,
        columns=tuple(_column_views(reading, form, columns)),
        rows=tuple(_row_view(form, words, columns, kinds, row) for row in rows),
        cut=cut,
    )


def _is_open(reading: Reading, form: Form, column: Column) -> bool:
    if column.value is None and not column.definition.is_record:
        return column.key not in reading.access(form).not_always_shown
    return not is_closed(reading, form, column.value)


def _rows(reading: Reading, form: Form, widget: Widget, columns: Sequence[Column]) -> list[ListedRow]:
    tables = reading.tables(form)
    scope = SqlSurroundings(
        reading.current.tables, tables.main.table, reading.current.dialect, reading.surroundings(form.app)
    )
    where = readable(reading, form)
    if widget.where is not None:
        where.append(to_condition(widget.where, scope))
    light = {} if is_closed(reading, form, *widget.light.values()) else widget.light
    places = {column.key: at for at, column in enumerate(columns)}
    order = [
        Ordering(places[key.removeprefix("-")], key.startswith("-"))
        for key in widget.definition.order
        if key.removeprefix("-") in places
    ]
    chosen: list[Expression | str] = [column.value or _stored(column) for column in columns]
    records = Records(reading.connection, tables, scope, where)
    return listed(records, chosen, light, widget.definition.limit + 1, order)


def _stored(column: Column) -> str:
    """Return the key of the table's column that a column without an expression shows."""
    return "id" if column.definition.is_record else column.key


def _column_views(reading: Reading, form: Form, columns: Sequence[Column]) -> Iterator[ColumnView]:
    for column in columns:
        definition = column.definition
        if definition.is_record:
            view = FieldView(column.key, "reference", column.labels, target=f"{form.app}.{form.key}")
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
                definition.format,
            )
        yield ColumnView(column.key, column.labels, view, is_record=definition.is_record, missing=definition.missing)


def _row_view(
    form: Form, words: Words, columns: Sequence[Column], kinds: Sequence[Type | None], row: ListedRow
) -> RowView:
    values: dict[str, Json] = {}
    said: dict[str, object] = {}
    for column, kind, value in zip(columns, kinds, row.values, strict=True):
        values[column.key] = value_json(value, kind) if kind is not None else _raw(form, column.key, value)
        said[column.key] = words.of(value, kind) if kind is not None else None
    return RowView(values, said, row.light, Drill(form.key, id=row.id))


def _raw(form: Form, key: str, value: Value) -> Json:
    """Return the value of a field that expressions do not know in its JSON form."""
    found = form.fields.get(key)
    kind = StorageKind.JSON if key in SYSTEM_LABELS or found is None or found.type is None else found.type.storage
    return as_json(kind, value)
