"""Which charts tell the figures of a widget: one for each unit, so that no two units share a scale."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Final

from engine.kernel.canonical import Json
from engine.kernel.clocks import zone
from engine.printouts.picture import Picture
from engine.runtime.boards_said import Saying, axis_words, number, short_bucket
from engine.runtime.boards_views import ColumnView, RowView, WidgetView
from engine.runtime.charts.days import Month, Schedule, months, schedule
from engine.runtime.charts.figures import Chart, Series, grade
from engine.runtime.charts.lines import lines
from engine.runtime.charts.plane import Place, map_of, scatter
from engine.runtime.charts.polar import radar

WEIGHTS: Final = 5
"""So many sizes have the words of a cloud."""

LEAST_AXES: Final = 3
"""With fewer groups a radar has no inside: its table tells them."""

MOST_WORDS: Final = 60
"""So many words a cloud shows; the table has all."""


@dataclass(frozen=True)
class Drawn:
    """A picture, and the measures whose series it shows, in the order of their tones.

    ``rows`` tells which row each of its numbers of rows stands for, where these are not the widget's own.
    """

    picture: Picture
    measures: tuple[ColumnView, ...]


def pictures(widget: WidgetView, saying: Saying) -> tuple[Drawn, ...]:
    """Return the charts of a widget that is drawn as lines, a radar, a scatter or a map; none of any other."""
    measures = measures_of(widget)
    match widget.kind:
        case "line":
            return tuple(
                Drawn(lines(chart_of(widget, own, saying, short=True), _axis(own[0], saying)), own)
                for own in _units(measures)
            )
        case "radar" if len(widget.columns) == len(measures):
            chart = _turned(chart_of(widget, measures, saying), widget, saying)
            return (Drawn(radar(chart, _axis(measures[0], saying)), ()),)
        case "radar" if len(widget.rows) >= LEAST_AXES:
            return tuple(
                Drawn(radar(chart_of(widget, own, saying), _axis(own[0], saying)), own) for own in _units(measures)
            )
        case "scatter" if len(measures) > 1:
            across, down = (_axis(column, saying) for column in measures[:2])
            return (Drawn(scatter(chart_of(widget, measures[:2], saying), across, down), ()),)
        case "map":
            return (Drawn(map_of(_places(widget, saying)), ()),)
    return ()


def measures_of(widget: WidgetView) -> tuple[ColumnView, ...]:
    """Return the columns of figures."""
    return tuple(column for column in widget.columns if column.is_measure)


def _units(measures: Sequence[ColumnView]) -> list[tuple[ColumnView, ...]]:
    """Return the measures together that have one unit, in the order of the first of each."""
    units: dict[str, list[ColumnView]] = {}
    for column in measures:
        units.setdefault(column.field.widget, []).append(column)
    return [tuple(own) for own in units.values()]


def _axis(column: ColumnView, saying: Saying) -> partial[str]:
    return partial(axis_words, widget=column.field.widget, speech=saying.speech)


def chart_of(widget: WidgetView, measures: Sequence[ColumnView], saying: Saying, *, short: bool = False) -> Chart:
    """Return the figures of these measures over all rows; ``short`` names buckets as they stand beside an axis."""
    rows = _timed(widget) if short else widget.rows
    names = tuple(_short(widget, row, saying) if short else saying.name(widget, row) for row in rows)
    return Chart(names, tuple(_series(rows, column, saying) for column in measures))


def _timed(widget: WidgetView) -> tuple[RowView, ...]:
    """Return the rows that have a place in time; the one that has none stands behind them, in the table alone."""
    times = [column.key for column in widget.columns if column.bucket is not None]
    return tuple(row for row in widget.rows if all(row.values.get(key) is not None for key in times))


def _series(rows: Sequence[RowView], column: ColumnView, saying: Saying) -> Series:
    values = tuple(_float(row.values[column.key]) for row in rows)
    return Series(saying.text(column.labels), values, tuple(saying.value(column, row) for row in rows))


def _float(value: Json) -> float | None:
    found = number(value)
    return None if found is None else float(found)


def _short(widget: WidgetView, row: RowView, saying: Saying) -> str:
    column = next((item for item in widget.columns if item.bucket is not None), None)
    value = None if column is None else row.values.get(column.key)
    if column is None or column.bucket is None or value is None:
        return saying.name(widget, row)
    return short_bucket(str(value), column.bucket, saying.speech)


def _turned(chart: Chart, widget: WidgetView, saying: Saying) -> Chart:
    """Return the one row of a chart as its series: its measures are the names."""
    values = tuple(one.values[0] if one.values else None for one in chart.series)
    texts = tuple(one.texts[0] if one.texts else "" for one in chart.series)
    return Chart(tuple(one.label for one in chart.series), (Series(saying.text(widget.labels), values, texts),))


def _places(widget: WidgetView, saying: Saying) -> list[Place]:
    found = []
    for at, row in enumerate(widget.rows):
        value = row.values.get(widget.place or "")
        if isinstance(value, dict) and value.get("lat") is not None and value.get("lng") is not None:
            found.append(Place(at, float(value["lat"]), float(value["lng"]), saying.name(widget, row), row.light))
    return found


def unplaced(widget: WidgetView, saying: Saying) -> int:
    """Return how many rows of a map have no position."""
    return len(widget.rows) - len(_places(widget, saying))


def months_of(widget: WidgetView) -> tuple[Month, ...]:
    """Return the months of a calendar, its days graded by the first measure."""
    day, measure = widget.columns[0], measures_of(widget)[0]
    figures = {
        date.fromisoformat(str(row.values[day.key])): (at, _float(row.values[measure.key]))
        for at, row in enumerate(widget.rows)
        if row.values[day.key] is not None
    }
    return months(figures)


def schedule_of(widget: WidgetView, saying: Saying, at: str) -> Schedule | None:
    """Return the bars of time of a Gantt chart; ``at`` is now, an ISO moment."""
    today = _day(at, saying.zone)
    begun, ended = (
        [_day(row.values.get(key or ""), saying.zone) for row in widget.rows] for key in (widget.start, widget.end)
    )
    return None if today is None else schedule(list(zip(begun, ended, strict=True)), today)


def _day(value: Json, zone_name: str) -> date | None:
    """Return a day, or the day of a moment in a zone."""
    if value is None:
        return None
    written = str(value)
    if "T" not in written:
        return date.fromisoformat(written)
    return datetime.fromisoformat(written).astimezone(zone(zone_name)).date()


def days_said(widget: WidgetView, row: RowView, saying: Saying) -> str:
    """Return from when until when a row of a Gantt chart goes, in words."""
    days = (_day(row.values.get(key or ""), saying.zone) for key in (widget.start, widget.end))
    return " – ".join("…" if day is None else day.isoformat() for day in days)


def weights_of(widget: WidgetView) -> tuple[int, ...]:
    """Return how large each word of a cloud is, from 1 to ``WEIGHTS``."""
    measure = measures_of(widget)[0]
    values = [_float(row.values[measure.key]) for row in widget.rows]
    greatest = max((abs(value) for value in values if value is not None), default=0.0)
    return tuple(max(1, grade(value, greatest, WEIGHTS)) for value in values)
