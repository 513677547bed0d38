"""What templates draw of a widget besides its rows: charts as SVG, months, bars of time, sizes of words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from engine.runtime.boards_charts import (
    MOST_WORDS,
    days_said,
    months_of,
    pictures,
    schedule_of,
    unplaced,
    weights_of,
)
from engine.runtime.boards_said import Saying, bucket_words
from web.svg import svg
from web.texts import current_language

if TYPE_CHECKING:
    from engine.runtime.boards_views import BoardView, ColumnView, WidgetView
    from engine.runtime.charts.days import Day, Schedule

WEEK: Final = {"zh": "一二三四五六日", "en": "MTWTFSS"}


@dataclass(frozen=True)
class Chart:
    """A chart as SVG, and the measures of its series."""

    svg: str
    measures: tuple[ColumnView, ...]


@dataclass(frozen=True)
class MonthSheet:
    """A month of a calendar: its name, and its days by weeks."""

    name: str
    weeks: tuple[tuple[Day | None, ...], ...]


@dataclass(frozen=True)
class Beside:
    """What a widget has beside its rows; which of it is there follows from its kind."""

    charts: tuple[Chart, ...] = ()
    months: tuple[MonthSheet, ...] = ()
    weekdays: str = ""
    schedule: Schedule | None = None
    days: tuple[str, ...] = ()
    weights: tuple[int, ...] = ()
    words: tuple[int, ...] = ()
    unplaced: int = 0


def beside(board: BoardView, widget: WidgetView, hrefs: Sequence[str]) -> Beside:
    """Return what a widget with rows has beside them; ``hrefs`` are where the rows lead."""
    language = current_language()
    saying = Saying("en" if language == "en" else "zh", board.zone)
    match widget.kind:
        case "line" | "radar" | "scatter" | "map":
            made = tuple(Chart(svg(one.picture, hrefs), one.measures) for one in pictures(widget, saying))
            return Beside(made, unplaced=unplaced(widget, saying) if widget.kind == "map" else 0)
        case "calendar":
            found = months_of(widget)
            sheets = tuple(
                MonthSheet(bucket_words(one.first.isoformat(), "month", saying.speech), one.weeks) for one in found
            )
            return Beside(months=sheets, weekdays=WEEK[saying.speech])
        case "gantt":
            days = tuple(days_said(widget, row, saying) for row in widget.rows)
            return Beside(schedule=schedule_of(widget, saying, board.at), days=days)
        case "words":
            weights = weights_of(widget)
            return Beside(weights=weights, words=tuple(range(min(len(weights), MOST_WORDS))))
    return Beside()
