"""Boards on paper: the same figures as on pages, as texts, tables and charts, with whose rights and when."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from engine.kernel.problems import Text
from engine.printouts.paper import Block, Drawing, Grid, Paper, Writing
from engine.printouts.picture import Picture
from engine.runtime.boards_charts import (
    MOST_WORDS,
    chart_of,
    days_said,
    measures_of,
    months_of,
    pictures,
    schedule_of,
    unplaced,
    weights_of,
)
from engine.runtime.boards_said import DASH, NUMBERS, Saying, bucket_words
from engine.runtime.boards_views import BoardView, ColumnView, RowView, WidgetView
from engine.runtime.charts.bars import bars, month_sheets, timed_bars, weighed_words
from engine.runtime.charts.figures import Chart, Series, tone_of
from engine.runtime.charts.polar import ring

MOST_BARS: Final = 20
MOST_BRIEF: Final = 10
MOST_ROWS: Final = 60
"""So many rows of a table are drawn; an Excel file has all of them."""

NO_DATA: Final = Text("没有数据", "No data")
_MADE: Final = Text("{at}({zone})· 按{name}的权限", "{at} ({zone}) · by the rights of {name}")
_PAGE: Final = Text("第 {number} 页", "Page {number}")
_MORE: Final = Text(
    "共{count}行,这里是前{shown}行;完整的在Excel里。", "The first {shown} of {count} rows; Excel has all."
)
_FIRST: Final = Text("只显示前{count}行。", "The first {count} are shown.")
_LATEST: Final = Text("只显示最近的{count}行。", "The latest {count} are shown.")
_NO_PLACE: Final = Text(
    "位置按比例,没有街道和边界;{count}条没有位置。",
    "Positions to scale, without streets or borders; {count} have no position.",
)
_LIGHTS: Final = {"red": Text("●红", "● red"), "yellow": Text("▲黄", "▲ yellow"), "green": Text("绿", "green")}
_LIGHT: Final = Text("灯", "Light")
_RANK: Final = Text("名次", "Place")
_YOU: Final = Text("您", "you")
WEEKDAYS: Final = {"zh": "一二三四五六日", "en": "MTWTFSS"}


@dataclass(frozen=True)
class Printing:
    """The printing of a board for somebody, in one language."""

    board: BoardView
    viewer: str
    saying: Saying
    is_brief: bool = False
    """Whether charts stand without their tables, and of tables only the first rows."""

    @property
    def title(self) -> str:
        """What the board is called."""
        return self.saying.text(self.board.labels)

    @property
    def made(self) -> str:
        """When and with whose rights the figures were found."""
        at = self.saying.moment(self.board.at)
        return self.saying.text(_MADE).format(at=at, zone=self.saying.zone, name=self.viewer)

    def paper(self) -> Paper:
        """Return the board as a paper."""
        return Paper(
            title=self.title,
            blocks=tuple(self._blocks()),
            header=self.title,
            footer=self.made,
            page_words=self.saying.text(_PAGE),
        )

    def _blocks(self) -> Iterator[Block]:
        yield Writing("title", self.title)
        yield Writing("paragraph", self.made)
        if self.board.help is not None:
            yield Writing("paragraph", self.saying.text(self.board.help))
        for widget in self.board.widgets:
            yield Writing("heading", self.saying.text(widget.labels))
            if widget.help is not None:
                yield Writing("paragraph", self.saying.text(widget.help))
            yield from self._widget(widget)
            if widget.cut:
                said = self.saying.text(_LATEST if widget.is_latest else _FIRST)
                yield Writing("paragraph", said.format(count=len(widget.rows)))

    def _widget(self, widget: WidgetView) -> Iterator[Block]:
        if widget.kind == "text":
            yield Writing("paragraph", self.saying.text(widget.said))
            return
        if not widget.rows:
            yield Writing("paragraph", self.saying.text(NO_DATA))
            return
        match widget.kind:
            case "line" | "radar" | "scatter" | "map":
                yield from self._charts(widget)
            case "bar" | "funnel":
                yield from self._bars(widget)
            case "pie":
                yield from self._ring(widget)
            case "calendar" if months_of(widget):
                yield Drawing(self._months(widget))
            case "words":
                yield Drawing(self._words(widget))
            case "gantt":
                yield from self._times(widget)
        if not self._is_told(widget):
            yield from self._table(widget)

    def _is_told(self, widget: WidgetView) -> bool:
        """Tell whether the chart of a widget tells its figures without a table."""
        if widget.kind in ("bar", "funnel", "words"):
            return True
        if widget.kind == "calendar":
            return bool(months_of(widget))
        drawn = widget.kind in ("pie", "gantt") or bool(pictures(widget, self.saying))
        return self.is_brief and drawn

    def _charts(self, widget: WidgetView) -> Iterator[Block]:
        found = pictures(widget, self.saying)
        for one in found:
            yield Drawing(one.picture, self._keys(one.measures, is_alone=len(found) == 1))
        missing = unplaced(widget, self.saying) if widget.kind == "map" else 0
        if widget.kind == "map":
            yield Writing("paragraph", self.saying.text(_NO_PLACE).format(count=missing))

    def _keys(self, measures: tuple[ColumnView, ...], *, is_alone: bool) -> tuple[tuple[str, str], ...]:
        if len(measures) < 2 and is_alone:  # noqa: PLR2004 - one is told by the heading
            return ()
        return tuple((tone_of(at), self.saying.text(column.labels)) for at, column in enumerate(measures))

    def _bars(self, widget: WidgetView) -> Iterator[Block]:
        measures = measures_of(widget)
        chart = chart_of(widget, measures, self.saying)
        shown = Chart(
            chart.names[:MOST_BARS],
            tuple(Series(one.label, one.values[:MOST_BARS], one.texts[:MOST_BARS]) for one in chart.series),
        )
        by_unit: dict[str, list[int]] = {}
        for at, column in enumerate(measures):
            by_unit.setdefault(column.field.widget, []).append(at)
        for own in by_unit.values():
            part = Chart(shown.names, tuple(shown.series[at] for at in own))
            keys = self._keys(tuple(measures[at] for at in own), is_alone=len(by_unit) == 1)
            yield Drawing(bars(part, centred=widget.kind == "funnel"), keys)
        if len(chart.names) > MOST_BARS:
            yield from self._table(widget)

    def _ring(self, widget: WidgetView) -> Iterator[Block]:
        chart = chart_of(widget, measures_of(widget)[:1], self.saying)
        texts = zip(chart.names, chart.series[0].texts, strict=True)
        keys = tuple((tone_of(at), f"{name} {text}") for at, (name, text) in enumerate(texts))
        yield Drawing(ring(chart.series[0].values), keys[:MOST_BARS], most=150)

    def _months(self, widget: WidgetView) -> Picture:
        measure, speech = measures_of(widget)[0], self.saying.speech
        named = [(bucket_words(one.first.isoformat(), "month", speech), one) for one in months_of(widget)]
        texts = [self.saying.value(measure, row) for row in widget.rows]
        return month_sheets(named, WEEKDAYS[speech], texts)

    def _words(self, widget: WidgetView) -> Picture:
        measure = measures_of(widget)[0]
        listed = zip(widget.rows, weights_of(widget), strict=True)
        words = [(self.saying.name(widget, row), self.saying.value(measure, row), weight) for row, weight in listed]
        return weighed_words(words[:MOST_WORDS])

    def _times(self, widget: WidgetView) -> Iterator[Block]:
        found = schedule_of(widget, self.saying, self.board.at)
        if found is not None:
            names = [self.saying.name(widget, row) for row in widget.rows]
            yield Drawing(timed_bars(names, [days_said(widget, row, self.saying) for row in widget.rows], found))

    def _table(self, widget: WidgetView) -> Iterator[Block]:
        heads, rows = self.table(widget)
        most = MOST_BRIEF if self.is_brief else MOST_ROWS
        before = int(widget.kind == "leaders")
        columns = enumerate(widget.columns, before)
        numbers = frozenset(at for at, column in columns if column.field.widget in NUMBERS)
        yield Grid(heads, rows[:most], numbers=numbers)
        if len(rows) > most:
            yield Writing("paragraph", self.saying.text(_MORE).format(count=len(rows), shown=most))

    def table(self, widget: WidgetView) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
        """Return the heads and the rows of a widget's table in words; lights have a column of their own."""
        is_lit = has_lights(widget)
        heads = [self.saying.text(column.labels) for column in widget.columns]
        heads = [self.saying.text(_RANK), *heads] if widget.kind == "leaders" else heads
        heads += [self.saying.text(_LIGHT)] if is_lit else []
        return tuple(heads), tuple(self._row(widget, row, is_lit=is_lit) for row in widget.rows)

    def _row(self, widget: WidgetView, row: RowView, *, is_lit: bool) -> tuple[str, ...]:
        cells = [self.saying.value(column, row) for column in widget.columns]
        if widget.kind == "leaders":
            cells = [DASH if row.rank is None else str(row.rank), *cells]
            cells[1] += f" ({self.saying.text(_YOU)})" if row.is_own else ""
        return (*cells, self.light(widget, row)) if is_lit else tuple(cells)

    def light(self, widget: WidgetView, row: RowView) -> str:
        """Return a row's light in words."""
        return self.saying.text(NO_DATA if tells_nothing(widget, row) else _LIGHTS.get(row.light or ""))


def has_lights(widget: WidgetView) -> bool:
    """Tell whether a table has a column of lights."""
    return any(row.light or tells_nothing(widget, row) for row in widget.rows)


def tells_nothing(widget: WidgetView, row: RowView) -> bool:
    """Tell whether a row says that it has no light for want of data: where what lights go by is shown."""
    return row.is_unlit and any(column.is_lit for column in widget.columns)
