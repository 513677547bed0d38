"""The figures of a metric for one viewer: groups from one statement, formulas, lights, order and drills over them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from engine.boards.boards import Dimension, Measure, Metric, Widget
from engine.boards.definitions import WidgetKind
from engine.boards.periods import BUCKET_OF
from engine.boards.stays import STATES, reads_log
from engine.forms.forms import Form
from engine.kernel.canonical import Json
from engine.kernel.values import Value
from engine.language.expressions import Expression
from engine.language.types import Type
from engine.runtime.boards_drills import filter_of
from engine.runtime.boards_groups import Figures, Sight, needed_for
from engine.runtime.boards_telling import ranked, ranks_upwards, said, said_by
from engine.runtime.boards_trends import period_column, shown_in_trend, trend_rows
from engine.runtime.boards_views import ColumnView, Drill, RowView, WidgetView
from engine.runtime.boards_words import Words, drawn_as, look_ahead, value_json
from engine.runtime.reading import Reading


def figures_widget(reading: Reading, form: Form, widget: Widget) -> WidgetView | None:
    """Return a widget with its figures; None where the viewer may not see what it asks or groups by, or no measure.

    ``form`` is the viewer's to read.
    """
    if widget.metric is None:
        return None
    metric, sight = widget.metric, Sight(reading, form, widget.metric)
    if widget.definition.trend:
        return _trend(sight, widget)
    wanted = said_by(widget) if widget.text is not None else widget.measures
    shown = [measure for measure in wanted if sight.may_see(measure)]
    if not shown or not sight.is_open or (widget.text is not None and len(shown) < len(wanted)):
        return None
    kind = widget.definition.kind
    listed = sight.listed(needed_for(sight, shown), _order(metric, kind, shown), fills=kind == "line")
    rows = listed.rows
    look_ahead(reading, ((row[item.key], item.value.type) for row in rows for item in metric.dimensions))
    words = Words(reading, metric.app)
    views = tuple(_row_view(sight, words, shown, row) for row in rows)
    if kind == "leaders":
        views = ranked(views, shown[0].key, metric, reading.viewer.id)
    return WidgetView(
        key=widget.key,
        kind=kind,
        labels=widget.definition.labels,
        help=widget.definition.help or metric.definition.help,
        form=form.key,
        columns=(*_dimension_columns(reading, form, metric), *_measure_columns(reading, form, metric, shown)),
        rows=views,
        cut=listed.cut,
        is_latest=listed.is_latest,
        width=widget.definition.width,
        said=said(reading, metric.app, widget.text, rows[0] if rows else {}),
    )


def _trend(sight: Sight, widget: Widget) -> WidgetView | None:
    """Return a widget of what was kept; None where the viewer may not know it of all records."""
    definition, metric = widget.definition, sight.metric
    shown, snapshot = shown_in_trend(sight, widget.measures), metric.definition.snapshot
    if not shown or snapshot is None:
        return None
    rows, is_cut = trend_rows(sight, shown, fills=definition.kind == "line")
    columns = _dimension_columns(sight.reading, sight.form, metric)
    return WidgetView(
        key=widget.key,
        kind=definition.kind,
        labels=definition.labels,
        help=definition.help or metric.definition.help,
        form=sight.form.key,
        columns=(
            period_column(BUCKET_OF[snapshot]),
            *columns,
            *_measure_columns(sight.reading, sight.form, metric, shown),
        ),
        rows=rows,
        cut=is_cut,
        is_latest=True,
        width=definition.width,
    )


def _order(metric: Metric, kind: WidgetKind, shown: Sequence[Measure]) -> tuple[str, ...]:
    """Return in which order a widget wants its rows: those that a kind leaves out have to be the last of its own."""
    match kind:
        case "leaders":
            return (shown[0].key,) if ranks_upwards(metric, shown[0].key) else (f"-{shown[0].key}",)
        case "line" | "calendar":
            return tuple(item.key for item in metric.dimensions if item.definition.bucket is not None)
        case _:
            return metric.order


def _dimension_columns(reading: Reading, form: Form, metric: Metric) -> Iterator[ColumnView]:
    for item in metric.dimensions:
        bucket = item.definition.bucket
        view = drawn_as(
            reading,
            form,
            item.key,
            item.labels,
            None if bucket else item.item,
            item.value.type,
            "date" if bucket else None,
        )
        yield ColumnView(item.key, item.labels, view, bucket=bucket)


def _measure_columns(reading: Reading, form: Form, metric: Metric, shown: Sequence[Measure]) -> Iterator[ColumnView]:
    lit = {key for light in metric.light.values() for key in light.reads.fields}
    for measure in shown:
        definition = measure.definition
        wanted: str | None = definition.format
        if definition.function in ("count", "distinct"):
            wanted = "number"
        elif definition.function in ("share", "conversion"):
            wanted = "percent"
        of = None if measure.is_formula else measure.of
        view = drawn_as(reading, form, measure.key, measure.labels, of, measure.type, wanted)
        yield ColumnView(measure.key, measure.labels, view, is_measure=True, is_lit=measure.key in lit)


def _row_view(sight: Sight, words: Words, shown: Sequence[Measure], row: Figures) -> RowView:
    metric = sight.metric
    kinds: Mapping[str, Type] = {
        **{item.key: item.value.type for item in metric.dimensions},
        **{measure.key: measure.type for measure in shown},
    }
    values: dict[str, Json] = {key: value_json(row[key], kind) for key, kind in kinds.items()}
    said = {key: words.of(row[key], kind) for key, kind in kinds.items()}
    standing: list[tuple[Dimension, Value]] = [(item, row[item.key]) for item in metric.dimensions]
    drills = {
        measure.key: _filter(metric, standing, measure.where) or ""
        for measure in shown
        if measure.where is not None and measure.definition.function not in ("share", "conversion")
    }
    # A row that shows one figure opens the records of that figure.
    only = shown[0].where if len(shown) == 1 and shown[0].key in drills else None
    drill = Drill(sight.form.key, _filter(metric, standing, only))
    return RowView(values, said, sight.light(row), drill, drills, is_unlit=sight.is_unlit(row))


def _filter(metric: Metric, standing: Sequence[tuple[Dimension, Value]], measured: Expression | None) -> str | None:
    """Return the filter behind a row, or behind one measure of it.

    No list of records can ask about what has been: it shows those that stand in the state now.
    """
    asked = [condition for condition in (metric.where, measured) if condition is not None]
    if metric.reads_log:
        asked = [condition for condition in asked if not reads_log([condition])]
        standing = [
            (item, value) for item, value in standing if item.item.source in STATES or not reads_log([item.item])
        ]
    return filter_of(asked, standing)
