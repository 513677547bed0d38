"""A widget of figures that were kept, period by period, for who may know them all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from engine.boards.boards import Measure, Metric
from engine.boards.periods import BUCKET_OF, buckets
from engine.kernel.clocks import date_of
from engine.kernel.problems import Text
from engine.runtime.boards_drills import filter_of
from engine.runtime.boards_groups import MOST_BUCKETS, Sight
from engine.runtime.boards_snapshots import MOST_ROWS, kinds_of, knows_all, read_back
from engine.runtime.boards_views import ColumnView, Drill, RowView
from engine.runtime.boards_words import Words, look_ahead, value_json
from engine.runtime.views import FieldView
from engine.storage import snapshots

if TYPE_CHECKING:
    from engine.boards.definitions import Bucket
    from engine.kernel.clocks import Day
    from engine.runtime.boards_groups import Figures

PERIOD: Final = "_period"
"""The key of the column of periods; no dimension and no measure has one like it."""

_PERIODS: Final[dict[str, Text]] = {
    "day": Text("日期", "Day"),
    "week": Text("周", "Week"),
    "month": Text("月份", "Month"),
}


def shown_in_trend(sight: Sight, wanted: Sequence[Measure]) -> list[Measure]:
    """Return the measures whose figures the viewer may know of all records."""
    return [measure for measure in wanted if knows_all(sight, measure)]


def period_column(bucket: Bucket) -> ColumnView:
    """Return the column of the periods."""
    return ColumnView(PERIOD, _PERIODS[bucket], FieldView(PERIOD, "date", _PERIODS[bucket]), bucket=bucket)


def trend_rows(sight: Sight, shown: Sequence[Measure], *, fills: bool) -> tuple[tuple[RowView, ...], bool]:
    """Return the latest periods in order, group by group, and whether there are earlier ones.

    With ``fills`` a period of which nothing was kept has a row that is blank.
    """
    metric, reading = sight.metric, sight.reading
    kept, is_cut = snapshots.latest(reading.connection, metric.app, metric.key, MOST_ROWS)
    kinds = kinds_of(metric, shown)
    found: list[tuple[Day, Figures]] = [(one.period, read_back(row, kinds)) for one in kept for row in one.figures]
    if fills and metric.definition.snapshot is not None:
        dated = dict(found)
        nothing: Figures = dict.fromkeys(kinds)
        days = buckets(BUCKET_OF[metric.definition.snapshot], dated, MOST_BUCKETS)
        found = [(day, dated.get(day, nothing)) for day in days]
    look_ahead(reading, ((row[item.key], item.value.type) for _, row in found for item in metric.dimensions))
    words = Words(reading, metric.app)
    return tuple(_row(sight, words, shown, day, row) for day, row in found), is_cut


def _row(sight: Sight, words: Words, shown: Sequence[Measure], day: Day, row: Figures) -> RowView:
    """Return one row; what stands behind it are the records that would count now: no list can ask about then."""
    metric: Metric = sight.metric
    kinds = kinds_of(metric, shown)
    values = {PERIOD: date_of(day).isoformat()} | {key: value_json(row[key], kind) for key, kind in kinds.items()}
    said = {key: words.of(row[key], kind) for key, kind in kinds.items()}
    standing = [] if metric.reads_log else [(item, row[item.key]) for item in metric.dimensions]
    asked = [] if metric.where is None or metric.reads_log else [metric.where]
    return RowView(values, said, None, Drill(sight.form.key, filter_of(asked, standing)))
