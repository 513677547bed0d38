"""The groups of a metric as one viewer may know them: figures, formulas, figures of other metrics, lights and order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.boards.boards import Dimension, Figure, Measure, Metric
from engine.boards.periods import buckets, earlier
from engine.boards.stays import FURTHEST, KEYS, NEXT, STAGE, STATE
from engine.forms.forms import Form
from engine.kernel.values import Value
from engine.language.backends.sql.queries import to_condition
from engine.language.tree import Field
from engine.language.types import NumberType
from engine.runtime.boards_sight import is_closed
from engine.runtime.listing import readable
from engine.runtime.reading import Reading
from engine.storage.metrics import Group, Ordering, Parts, Records, groups
from engine.storage.metrics_folding import often_or_once
from engine.storage.metrics_percentiles import percent_of
from engine.storage.metrics_sources import stays_of
from engine.storage.metrics_stages import any_moved_back, stages_of
from engine.storage.surroundings import SqlSurroundings

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, FromClause

    from engine.storage.form_tables import FormTables

MOST_GROUPS = 5_000
"""So many groups are looked at where no database can order them."""

MOST_LOOKED_UP = 20_000
"""Among so many groups other metrics find their figures; of times these are the latest."""

MOST_BUCKETS = 400
"""So many buckets a line of time has at most: more than a year of days."""

_HUNDRED = 100
_RATES = ("share", "conversion")
_SEEN = {STAGE, NEXT, FURTHEST}
"""What of a stage follows from which ones a record has seen."""

_DIVIDED = ("avg", "median", "percentile", "share", "conversion")

Figures = dict[str, Value]
"""One row: the values of dimensions and measures by key."""

Found = Mapping[tuple[Value, ...], Value]
"""Figures of a metric by the values of its dimensions."""


@dataclass(frozen=True)
class Listed:
    """Rows that are shown, and whether there are more: others, or where times are in order, earlier ones."""

    rows: list[Figures]
    cut: bool
    is_latest: bool = False


@dataclass(frozen=True)
class Sight:
    """A metric as one viewer may see it; ``is_whole`` for nobody: over all records, with all fields."""

    reading: Reading
    form: Form
    metric: Metric
    is_whole: bool = False

    @property
    def is_open(self) -> bool:
        """Whether the viewer may know which records count, and what they are grouped by."""
        metric, form = self.metric, self.form
        if self.is_whole:
            return True
        if metric.reads_log and "state" in self.reading.access(form).not_always_shown:
            return False
        return not is_closed(self.reading, form, metric.where, *(item.value for item in metric.dimensions))

    def may_see(self, measure: Measure) -> bool:
        """Tell whether the viewer may know a measure: a formula only where all that it reads may be known."""
        if not measure.is_formula or measure.of is None:
            return self.is_whole or not is_closed(self.reading, self.form, *measure.expressions)
        return all(self.may_see(part) for part in _read_by(self.metric, measure.of.reads.fields))

    @property
    def lights(self) -> bool:
        """Whether all that the lights read may be known."""
        read = [key for light in self.metric.light.values() for key in light.reads.fields]
        return all(self.may_see(part) for part in _read_by(self.metric, read))

    def listed(self, needed: Sequence[Measure], order: Sequence[str] | None = None, *, fills: bool = False) -> Listed:
        """Return the rows in ``order``, else in the metric's own, as many as it shows.

        Of times that follow each other upwards these are the latest ones. With ``fills`` buckets of time between the
        first and the last of them have a row each, also those in which there is nothing, and no other row is there.
        """
        order, limit = self.metric.order if order is None else order, self.metric.definition.limit
        times = [item for item in self.metric.dimensions if item.definition.bucket is not None]
        leading = next((item for item in times if order[:1] == (item.key,)), None)
        wanted = order if leading is None else (f"-{leading.key}", *order[1:])
        made = self._made(needed, wanted, limit + 1)
        shown = Listed(made[:limit], len(made) > limit, is_latest=leading is not None)
        if leading is not None:
            _sort(shown.rows, leading.key, {})
        return self._filled(shown, needed, leading) if fills and leading is not None else shown

    def whole(self, needed: Sequence[Measure]) -> list[Figures]:
        """Return the rows of all groups in any order, at most ``MOST_LOOKED_UP``: of times the latest."""
        times = [f"-{item.key}" for item in self.metric.dimensions if item.definition.bucket is not None]
        return self._made(needed, times, MOST_LOOKED_UP)

    def _made(self, needed: Sequence[Measure], wanted: Sequence[str], limit: int) -> list[Figures]:
        """Return so many rows; more where no database can order them."""
        found = [measure for measure in needed if measure.is_found]
        order, sorts_here = self._ordering(wanted, needed, found)
        records, taken = self._records(needed), self._taken(needed)
        listed = groups(records, self.metric.dimensions, found, MOST_GROUPS if sorts_here else limit, order)
        made = [self._figures(group, found, needed, taken) for group in listed]
        if sorts_here:
            for key in reversed(wanted):
                _sort(made, key, self._ranks(key.removeprefix("-")))
        return made

    def _taken(self, needed: Sequence[Measure]) -> Mapping[str, Found]:
        figures = {item.key: item.figure for item in needed if item.figure is not None}
        return look_up(self.reading, figures, whole=True, of_all=self.is_whole)

    def _filled(self, shown: Listed, needed: Sequence[Measure], time: Dimension) -> Listed:
        """Return the rows of all buckets from the first to the last one, at most the latest ``MOST_BUCKETS``.

        Where nothing is counted there are none and their sum is nothing, and an average is blank.
        """
        dated = {first: row for row in shown.rows if isinstance(first := row[time.key], int)}
        missing = [day for day in buckets(time.definition.bucket, dated, MOST_BUCKETS) if day not in dated]
        found = [measure for measure in needed if measure.is_found]
        taken = self._taken(needed) if missing else {}
        empty = tuple(_nothing(measure) for measure in found)
        for day in missing:
            dated[day] = self._figures(Group((day,), empty), found, needed, taken)
        latest = sorted(dated)[-MOST_BUCKETS:]
        blank = [row for row in shown.rows if row[time.key] is None]
        cut = shown.cut or len(latest) < len(dated)
        return Listed([*(dated[day] for day in latest), *blank], cut, is_latest=True)

    def _records(self, needed: Sequence[Measure]) -> Records:
        """Return what counts: by the viewer's row filter and the metric's condition."""
        reading, form, metric = self.reading, self.form, self.metric
        tables, own = reading.tables(form), [] if self.is_whole else readable(reading, form)
        row: FromClause = tables.main.table
        if metric.reads_log:
            row, own = self._logged(tables, own, needed), []
        scope = SqlSurroundings(reading.current.tables, row, reading.current.dialect, reading.surroundings(metric.app))
        where = [] if metric.where is None else [to_condition(metric.where, scope)]
        return Records(reading.connection, tables, scope, [*own, *where])

    def _logged(
        self, tables: FormTables, where: Sequence[ColumnElement[bool]], needed: Sequence[Measure]
    ) -> FromClause:
        """Return what counts of the log of states, of the records that meet ``where``."""
        metric = self.metric
        if metric.definition.over != "stages":
            return stays_of(tables, where, self.reading.moment if metric.definition.over == "all_stays" else None)
        asked = [metric.where] if metric.where is not None else []
        asked += [item.value for item in metric.dimensions]
        asked += [expression for measure in needed if measure.is_found for expression in measure.expressions]
        read = {key for expression in asked for key in expression.reads.fields}
        moved_back = any_moved_back(self.reading.connection, tables)
        reaches_out = any(expression.reads.aggregates for expression in asked)
        counts = any(not often_or_once(measure) for measure in needed if measure.is_found)
        counted = reaches_out or counts or bool(read & KEYS - _SEEN)
        return stages_of(
            tables,
            metric.definition.stages,
            read,
            where,
            moved_back=moved_back,
            told_apart=None if counted else read,
        )

    def _ordering(
        self, order: Sequence[str], needed: Sequence[Measure], found: Sequence[Measure]
    ) -> tuple[list[Ordering], bool]:
        """Return the order that a database can give, and whether it has to be given here."""
        places = {item.key: at for at, item in enumerate(self.metric.dimensions)}
        sortable = [item.key for item in found if item.definition.function not in _DIVIDED]
        places |= {item.key: at + len(places) for at, item in enumerate(found) if item.key in sortable}
        wanted = [key for key in order if key.removeprefix("-") in {*places, *(m.key for m in needed)}]
        if any(key.removeprefix("-") not in places or self._ranks(key.removeprefix("-")) for key in wanted):
            return [], True
        return [Ordering(places[key.removeprefix("-")], key.startswith("-")) for key in wanted], False

    def _ranks(self, key: str) -> Mapping[str, int]:
        """Return the places of what a dimension by states or options can be, in the order of the design; else nothing.

        Stages of a funnel stand as they follow each other, not by their keys.
        """
        item = next((item.item.tree for item in self.metric.dimensions if item.key == key), None)
        if not isinstance(item, Field):
            return {}
        flow = self.reading.app(self.metric.app).workflows.get(self.form.key)
        if item.key == STAGE:
            return {state: place for place, state in enumerate(self.metric.definition.stages)}
        if item.key in ("state", STATE) and flow is not None:
            return {state: place for place, state in enumerate(flow.states)}
        field = self.form.fields.get(item.key)
        return {} if field is None else {one.key: place for place, one in enumerate(field.definition.options)}

    def _figures(
        self, group: Group, found: Sequence[Measure], needed: Sequence[Measure], taken: Mapping[str, Found]
    ) -> Figures:
        row: Figures = dict(zip((item.key for item in self.metric.dimensions), group.values, strict=True))
        parts = {measure.key: part for measure, part in zip(found, group.parts, strict=True)}
        around = self.reading.surroundings(self.metric.app)
        for measure in needed:
            if measure.is_formula and measure.of is not None:
                row[measure.key] = measure.of.evaluate(row, around)
            elif measure.figure is not None:
                group_of = _group_of(measure.figure, row)
                row[measure.key] = None if group_of is None else taken[measure.key].get(group_of)
            else:
                row[measure.key] = _settled(measure, parts[measure.key])
        return row

    def is_unlit(self, row: Figures) -> bool:
        """Tell whether a row would have a light, but what that goes by is blank."""
        metric = self.metric
        read = {part.key for light in metric.light.values() for part in _read_by(metric, light.reads.fields)}
        return self.lights and any(row.get(key) is None for key in read)

    def light(self, row: Figures) -> str | None:
        """Return the light of a row; none where it would go by what is blank, or may not be known."""
        metric = self.metric
        if not metric.light or not self.lights or self.is_unlit(row):
            return None
        around = self.reading.surroundings(self.metric.app)
        return next((colour for colour, light in metric.light.items() if light.holds(row, around)), "green")


def _group_of(figure: Figure, row: Figures) -> tuple[Value, ...] | None:
    """Return the values that name the group of another metric in which a row finds its figure.

    None where there is no such group: nothing was before what has no time, or before the calendar begins.
    """
    values: list[Value] = []
    for source, dimension in zip(figure.by, figure.metric.dimensions, strict=True):
        value, bucket = row[source] if isinstance(source, str) else None, dimension.definition.bucket
        if figure.back and bucket and isinstance(source, str):
            value = earlier(bucket, value, figure.back) if isinstance(value, int) else None
            if value is None:
                return None
        values.append(value)
    return tuple(values)


def look_up(
    reading: Reading, figures: Mapping[str, Figure], *, whole: bool = False, of_all: bool = False
) -> dict[str, Found]:
    """Return figures of other metrics by key and group, one statement a metric; none that the viewer may not know.

    They are those of the rows that the metric shows, with ``whole`` of all there are (``MOST_LOOKED_UP``),
    ``of_all`` over all records whoever looks.
    """
    found: dict[str, Found] = {}
    for metric in {figure.metric.key: figure.metric for figure in figures.values()}.values():
        wanted = {key: figure.measure for key, figure in figures.items() if figure.metric is metric}
        form = reading.catalog.form(*metric.source)
        is_there = form is not None and (of_all or reading.access(form).may("read"))
        sight = Sight(reading, form, metric, of_all) if form is not None and is_there else None
        measures = [] if sight is None or not sight.is_open else [*filter(sight.may_see, wanted.values())]
        rows: list[Figures] = []
        if sight is not None and measures:
            needed = needed_for(sight, measures)
            rows = sight.whole(needed) if whole else sight.listed(needed).rows
        for key, measure in wanted.items():
            found[key] = {
                tuple(row[item.key] for item in metric.dimensions): row[measure.key]
                for row in rows
                if measure in measures
            }
    return found


def _read_by(metric: Metric, keys: Iterable[str]) -> Iterator[Measure]:
    """Go through the measures among these keys."""
    wanted = set(keys)
    return (measure for measure in metric.measures if measure.key in wanted)


def needed_for(sight: Sight, shown: Sequence[Measure]) -> list[Measure]:
    """Return the measures that are shown, ordered by or read by others, in the order in which they are worked out."""
    metric = sight.metric
    wanted = {measure.key for measure in shown} | {key.removeprefix("-") for key in metric.order}
    if sight.lights:
        wanted |= {key for light in metric.light.values() for key in light.reads.fields}
    for measure in reversed(metric.measures):
        if measure.key in wanted and measure.is_formula and measure.of is not None:
            wanted |= measure.of.reads.fields
    return [measure for measure in metric.measures if measure.key in wanted and sight.may_see(measure)]


def _nothing(measure: Measure) -> Parts:
    """Return what a database would find for a measure in a group without records."""
    function = measure.definition.function
    if function in ("median", "percentile"):
        return (None, None, 0)
    if function in _DIVIDED:
        return (0, 0)
    return (None,) if function in ("min", "max") else (0,)


def _settled(measure: Measure, parts: Parts) -> Value:
    """Return the value of a measure: of averages and shares the division, rounded half away from zero."""
    function = measure.definition.function
    if function not in _DIVIDED or not isinstance(measure.type, NumberType):
        return parts[0]
    if function in _RATES:
        total, count = parts
        return _divided(int(total or 0) * _HUNDRED * 10**measure.type.scale, int(count)) if count else None
    of = measure.of.type if measure.of is not None else None
    scale = of.scale if isinstance(of, NumberType) else 0
    percent = percent_of(measure)
    if percent is None:
        total, count = parts
    else:
        lower, upper, number = (None if part is None else int(part) for part in parts)
        if lower is None or not number:
            return None
        # So far beyond the lower one towards the upper, which is not asked where the lower one is met.
        beyond = (number - 1) * percent % _HUNDRED
        total, count = lower * (_HUNDRED - beyond) + (upper or 0) * beyond, _HUNDRED
    return _divided(int(total or 0) * 10**measure.type.scale, int(count) * 10**scale) if count else None


def _divided(number: int, by: int) -> int:
    whole = (2 * abs(number) + by) // (2 * by)
    return -whole if number < 0 else whole


def _sort(rows: list[Figures], order: str, ranks: Mapping[str, int]) -> None:
    """Sort by one key, or by the places that its values have, blanks last in both directions; what is equal stays."""
    key, down = order.removeprefix("-"), order.startswith("-")
    filled = [row for row in rows if row.get(key) is not None]
    blank = [row for row in rows if row.get(key) is None]
    filled.sort(key=lambda row: ranks.get(row[key], len(ranks)) if ranks else row[key], reverse=down)
    rows[:] = [*filled, *blank]
