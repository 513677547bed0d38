"""The figures of a metric for one viewer: groups from one statement, formulas, lights, order and drills over them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from engine.boards.boards import Dimension, Measure, Metric, Widget
from engine.forms.forms import Form
from engine.kernel.canonical import Json
from engine.kernel.values import Value
from engine.language.backends.sql.queries import to_condition
from engine.language.types import NumberType, Type
from engine.runtime.boards_drills import filter_of
from engine.runtime.boards_sight import is_closed
from engine.runtime.boards_views import ColumnView, Drill, RowView, WidgetView
from engine.runtime.boards_words import Words, drawn_as, look_ahead, value_json
from engine.runtime.listing import Conditions, readable
from engine.runtime.reading import Reading
from engine.storage.metrics import Group, Ordering, Parts, Records, groups
from engine.storage.surroundings import SqlSurroundings

MOST_GROUPS = 5_000
"""So many groups are looked at where no database can order them."""

_HUNDRED = 100
_SUMS = ("avg", "share")

Figures = dict[str, Value]
"""One row: the values of dimensions and measures by key."""


def figures_widget(reading: Reading, form: Form, widget: Widget) -> WidgetView | None:
    """Return a widget with its figures; None where the viewer may not see what it asks or groups by, or no measure.

    ``form`` is the viewer's to read.
    """
    if widget.metric is None:
        return None
    sight = _Sight(reading, form, widget.metric)
    shown = [measure for measure in widget.measures if sight.may_see(measure)]
    if not shown or is_closed(reading, form, widget.metric.where, *(item.value for item in widget.metric.dimensions)):
        return None
    rows = sight.rows(_needed(sight, shown))
    cut = len(rows) > widget.metric.definition.limit
    rows = rows[: widget.metric.definition.limit]
    metric = widget.metric
    look_ahead(reading, ((row[item.key], item.value.type) for row in rows for item in metric.dimensions))
    words = Words(reading, form.app)
    return WidgetView(
        key=widget.key,
        kind=widget.definition.kind,
        labels=widget.definition.labels,
        help=widget.definition.help or metric.definition.help,
        form=form.key,
        columns=(*_dimension_columns(reading, form, metric), *_measure_columns(reading, form, metric, shown)),
        rows=tuple(_row_view(sight, words, shown, row) for row in rows),
        cut=cut,
    )


@dataclass(frozen=True)
class _Sight:
    """A metric as one viewer may see it."""

    reading: Reading
    form: Form
    metric: Metric

    def may_see(self, measure: Measure) -> bool:
        """Tell whether the viewer may know a measure: a formula only where all that it reads may be known."""
        if not measure.is_formula or measure.of is None:
            return not is_closed(self.reading, self.form, *measure.expressions)
        return all(self.may_see(part) for part in _read_by(self.metric, measure.of.reads.fields))

    @property
    def lights(self) -> bool:
        """Whether all that the lights read may be known."""
        read = [key for light in self.metric.light.values() for key in light.reads.fields]
        return all(self.may_see(part) for part in _read_by(self.metric, read))

    def rows(self, needed: Sequence[Measure]) -> list[Figures]:
        """Return the rows in their order, one more than the limit where there are more."""
        reading, form, metric = self.reading, self.form, self.metric
        found = [measure for measure in needed if not measure.is_formula]
        order, sorts_here = self._ordering(needed, found)
        scope = SqlSurroundings(
            reading.current.tables,
            reading.tables(form).main.table,
            reading.current.dialect,
            reading.surroundings(form.app),
        )
        records = Records(reading.connection, reading.tables(form), scope, self._where(scope))
        limit = MOST_GROUPS if sorts_here else metric.definition.limit + 1
        by = [item.value for item in metric.dimensions]
        made = [self._figures(group, found, needed) for group in groups(records, by, found, limit, order)]
        if sorts_here:
            for key in reversed(metric.order):
                _sort(made, key)
        return made

    def _where(self, scope: SqlSurroundings) -> Conditions:
        """Return what a record must meet: the viewer's row filter and the metric's condition."""
        own = [] if self.metric.where is None else [to_condition(self.metric.where, scope)]
        return [*readable(self.reading, self.form), *own]

    def _ordering(self, needed: Sequence[Measure], found: Sequence[Measure]) -> tuple[list[Ordering], bool]:
        """Return the order that a database can give, and whether it has to be given here."""
        places = {item.key: at for at, item in enumerate(self.metric.dimensions)}
        sortable = [item.key for item in found if item.definition.function not in _SUMS]
        places |= {item.key: at + len(places) for at, item in enumerate(found) if item.key in sortable}
        wanted = [key for key in self.metric.order if key.removeprefix("-") in {*places, *(m.key for m in needed)}]
        if any(key.removeprefix("-") not in places for key in wanted):
            return [], True
        return [Ordering(places[key.removeprefix("-")], key.startswith("-")) for key in wanted], False

    def _figures(self, group: Group, found: Sequence[Measure], needed: Sequence[Measure]) -> Figures:
        row: Figures = dict(zip((item.key for item in self.metric.dimensions), group.values, strict=True))
        parts = {measure.key: part for measure, part in zip(found, group.parts, strict=True)}
        around = self.reading.surroundings(self.form.app)
        for measure in needed:
            if measure.is_formula and measure.of is not None:
                row[measure.key] = measure.of.evaluate(row, around)
            else:
                row[measure.key] = _settled(measure, parts[measure.key])
        return row

    def light(self, row: Figures) -> str | None:
        """Return the light of a row; none where it would go by what is blank, or may not be known."""
        metric = self.metric
        if not metric.light or not self.lights:
            return None
        read = {part.key for light in metric.light.values() for part in _read_by(metric, light.reads.fields)}
        if any(row.get(key) is None for key in read):
            return None
        around = self.reading.surroundings(self.form.app)
        return next((colour for colour, light in metric.light.items() if light.holds(row, around)), "green")


def _read_by(metric: Metric, keys: Iterable[str]) -> Iterator[Measure]:
    """Go through the measures among these keys."""
    wanted = set(keys)
    return (measure for measure in metric.measures if measure.key in wanted)


def _needed(sight: _Sight, shown: Sequence[Measure]) -> list[Measure]:
    """Return the measures that are shown, ordered by or read by others, in the order in which they are worked out."""
    metric = sight.metric
    wanted = {measure.key for measure in shown} | {key.removeprefix("-") for key in metric.order}
    if sight.lights:
        wanted |= {key for light in metric.light.values() for key in light.reads.fields}
    for measure in reversed(metric.measures):
        if measure.key in wanted and measure.is_formula and measure.of is not None:
            wanted |= measure.of.reads.fields
    return [measure for measure in metric.measures if measure.key in wanted and sight.may_see(measure)]


def _settled(measure: Measure, parts: Parts) -> Value:
    """Return the value of a measure: of averages and shares the division, rounded half away from zero."""
    function = measure.definition.function
    if function not in _SUMS or not isinstance(measure.type, NumberType):
        return parts[0]
    total, count = parts
    if not count:
        return None
    of = measure.of.type if measure.of is not None else None
    scale = of.scale if function == "avg" and isinstance(of, NumberType) else 0
    hundred = _HUNDRED if function == "share" else 1
    return _divided(int(total or 0) * hundred * 10**measure.type.scale, int(count) * 10**scale)


def _divided(number: int, by: int) -> int:
    whole = (2 * abs(number) + by) // (2 * by)
    return -whole if number < 0 else whole


def _sort(rows: list[Figures], order: str) -> None:
    """Sort by one key, blanks last in both directions; what is equal stays as it is."""
    key, down = order.removeprefix("-"), order.startswith("-")
    filled = [row for row in rows if row.get(key) is not None]
    blank = [row for row in rows if row.get(key) is None]
    filled.sort(key=lambda row: row[key], reverse=down)
    rows[:] = [*filled, *blank]


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
        elif definition.function == "share":
            wanted = "percent"
        of = None if measure.is_formula else measure.of
        view = drawn_as(reading, form, measure.key, definition.labels, of, measure.type, wanted)
        yield ColumnView(measure.key, definition.labels, view, is_measure=True, is_lit=measure.key in lit)


def _row_view(sight: _Sight, words: Words, shown: Sequence[Measure], row: Figures) -> RowView:
    metric = sight.metric
    kinds: Mapping[str, Type] = {
        **{item.key: item.value.type for item in metric.dimensions},
        **{measure.key: measure.type for measure in shown},
    }
    values: dict[str, Json] = {key: value_json(row[key], kind) for key, kind in kinds.items()}
    said = {key: words.of(row[key], kind) for key, kind in kinds.items()}
    standing: list[tuple[Dimension, Value]] = [(item, row[item.key]) for item in metric.dimensions]
    drills = {
        measure.key: filter_of((metric.where, measure.where), standing) or ""
        for measure in shown
        if measure.where is not None and measure.definition.function != "share"
    }
    # A row that shows one figure opens the records of that figure.
    only = shown[0].where if len(shown) == 1 and shown[0].key in drills else None
    drill = Drill(sight.form.key, filter_of((metric.where, only), standing))
    return RowView(values, said, sight.light(row), drill, drills)
