"""What templates of blocks need to know how to draw: figures in words, widgets of boards, columns of lists."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from engine.runtime.views import FieldView
from web import charts
from web.display import number_words, system_field, trimmed
from web.pages.boards import DrawnWidget, amount_words, drawn
from web.pages.lists import columns_of

if TYPE_CHECKING:
    from engine.runtime.boards_views import BoardView
    from engine.runtime.pages_views import FigureView


def drawing() -> Mapping[str, object]:
    """Return the tools of the templates of blocks."""
    return {
        "columns_of": columns_of,
        "system_field": system_field,
        "figure_words": figure_words,
        "drawn_widget": drawn_widget,
    }


def figure_words(figure: FigureView) -> str:
    """Return a figure as people read it, amounts as boards tell them; one of nothing is an empty text."""
    if figure.value is None:
        return ""
    amount = charts.number(figure.value) if figure.widget == "money" else None
    if amount is not None:
        return amount_words(amount)
    return trimmed(number_words(FieldView("figure", figure.widget, figure.labels), figure.value))


def drawn_widget(board: BoardView) -> DrawnWidget:
    """Return the one widget of a board that a block shows."""
    return drawn(board, board.widgets[0])
