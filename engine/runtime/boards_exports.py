"""Boards as files, with the viewer's rights and in the viewer's language: PDF, PNG, and Excel with a sheet a widget."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Final, Literal

from engine.decision.problems import ABSENT
from engine.kernel.clocks import zone
from engine.kernel.problems import EngineError, Text
from engine.printouts import pixels
from engine.printouts.pdf import pdf_of
from engine.printouts.sheets import MEDIA, Cell, Sheet, xlsx_of
from engine.runtime.boards import Boards
from engine.runtime.boards_papers import NO_DATA, Printing, has_lights, tells_nothing
from engine.runtime.boards_said import NUMBERS, Saying, number
from engine.runtime.boards_views import BoardView, ColumnView, RowView, WidgetView
from engine.runtime.printouts import MadeDocument
from engine.runtime.views import Viewer
from engine.storage.contents.kinds import clean_name

Ending = Literal["pdf", "png", "xlsx"]
ENDINGS: Final[tuple[Ending, ...]] = ("pdf", "png", "xlsx")
PDF: Final = "application/pdf"

_LIGHT: Final = Text("灯", "Light")
_LIGHTS: Final = {"red": Text("红", "red"), "yellow": Text("黄", "yellow"), "green": Text("绿", "green")}
_RANK: Final = Text("名次", "Place")
_TEXT: Final = Text("内容", "Text")
_HIGHEST_SCALE: Final = 15
"""So many digits Excel keeps of a number; longer ones are written as texts, so that none is lost."""


class BoardExports:
    """Boards as files for whoever asks."""

    def __init__(self, boards: Boards) -> None:
        """Take figures from ``boards``."""
        self._boards = boards

    def make(self, viewer: Viewer, app: str, board: str, ending: str) -> MadeDocument:
        """Return a board as a file; EngineError (absent) where it or such a file is not there for the viewer."""
        kind = next((one for one in ENDINGS if one == ending), None)
        if kind is None:
            raise EngineError(ABSENT.at())
        return made_of(self._boards.show(viewer, app, board), viewer, kind)


def made_of(view: BoardView, viewer: Viewer, ending: Ending) -> MadeDocument:
    """Return what a viewer sees of a board as a file."""
    saying = Saying("en" if viewer.language == "en" else "zh", view.zone)
    printing = Printing(view, viewer.display_name, saying)
    day = saying.moment(view.at)[:10]
    match ending:
        case "pdf":
            content, media = pdf_of(printing.paper()), PDF
        case "png":
            content, media = pixels.png_of(replace(printing, is_brief=True).paper()), pixels.MEDIA
        case "xlsx":
            content, media = xlsx_of(printing.title, _sheets(printing)), MEDIA
    return MadeDocument(clean_name(f"{printing.title} {day}.{ending}", media), media, content)


def _sheets(printing: Printing) -> list[Sheet]:
    """Return a sheet for each widget, each saying which board it is of, when it was and with whose rights."""
    saying, board = printing.saying, printing.board
    made = []
    for widget in board.widgets:
        name = saying.text(widget.labels)
        notes = [f"{printing.title} · {name}", printing.made]
        notes += [saying.text(widget.help)] if widget.help is not None else []
        made.append(Sheet(name, tuple(notes), *_table(saying, widget)))
    return made


def _table(saying: Saying, widget: WidgetView) -> tuple[tuple[str, ...], tuple[tuple[Cell, ...], ...]]:
    if widget.kind == "text":
        return (saying.text(_TEXT),), tuple((Cell(line),) for line in saying.text(widget.said).splitlines())
    heads = [saying.text(column.labels) for column in widget.columns]
    is_lit, is_ranked = has_lights(widget), widget.kind == "leaders"
    heads = [*([saying.text(_RANK)] if is_ranked else []), *heads, *([saying.text(_LIGHT)] if is_lit else [])]
    rows = []
    for row in widget.rows:
        cells = [_cell(saying, column, row) for column in widget.columns]
        rank = [Cell(None if row.rank is None else number(row.rank))] if is_ranked else []
        said = NO_DATA if tells_nothing(widget, row) else _LIGHTS.get(row.light or "")
        light = [Cell(saying.text(said))] if is_lit else []
        rows.append((*rank, *cells, *light))
    return tuple(heads), tuple(rows)


def _cell(saying: Saying, column: ColumnView, row: RowView) -> Cell:
    """Return a value as Excel counts with it: numbers, days and moments; everything else in words."""
    value = row.values.get(column.key)
    if value is None:
        return Cell(None)
    found = number(value) if column.field.widget in NUMBERS else None
    if found is not None:
        if len(found.as_tuple().digits) > _HIGHEST_SCALE:
            return Cell(str(value))
        return Cell(found, _format(column))
    if column.field.widget == "date" and isinstance(value, str):
        return Cell(date.fromisoformat(value), "yyyy-mm-dd")
    if column.field.widget == "datetime" and isinstance(value, str):
        local = datetime.fromisoformat(value).astimezone(zone(saying.zone)).replace(tzinfo=None)
        return Cell(local, "yyyy-mm-dd hh:mm")
    return Cell(saying.value(column, row))


def _format(column: ColumnView) -> str:
    decimals = "." + "0" * column.field.scale if column.field.scale else ""
    match column.field.widget:
        case "money":
            return f'"¥"#,##0{decimals or ".00"}'
        case "percent":
            return f'0{decimals}"%"'
        case _:
            return f"#,##0{decimals}"
