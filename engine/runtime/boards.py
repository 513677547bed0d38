"""Boards for a viewer: which there are, and their figures as they stand now."""

from __future__ import annotations

from engine.boards.boards import Board, Widget
from engine.catalog.apps import App
from engine.decision.problems import ABSENT
from engine.forms.forms import Form
from engine.kernel.clocks import moment_text
from engine.kernel.problems import EngineError
from engine.runtime.boards_figures import figures_widget
from engine.runtime.boards_lists import list_widget
from engine.runtime.boards_telling import said
from engine.runtime.boards_views import BoardSummary, BoardView, WidgetView
from engine.runtime.desk import Desk
from engine.runtime.reading import Reading
from engine.runtime.views import Viewer

IN_FRONT = 3
"""So many boards does each role see; the others are a search away."""


class Boards:
    """What the boards of an app tell a viewer."""

    def __init__(self, desk: Desk) -> None:
        """Read through ``desk``."""
        self._desk = desk

    def list(self, viewer: Viewer, app: str) -> tuple[BoardSummary, ...]:
        """Return the boards that the viewer may open, those in front first; EngineError (absent) for no app."""
        with self._desk.reading(viewer) as reading:
            found = reading.app(app)
            open_to = [board for board in found.boards.values() if _is_open(reading, found, board)]
            own = {role for of, role in viewer.roles if of == app}
            front = [item for item in open_to if not item.definition.roles or own & set(item.definition.roles)]
            keys = {board.key for board in front[:IN_FRONT]}
            ordered = sorted(open_to, key=lambda board: board.key not in keys)
            return tuple(
                BoardSummary(item.key, item.definition.labels, item.definition.help, item.key in keys)
                for item in ordered
            )

    def show(self, viewer: Viewer, app: str, board: str) -> BoardView:
        """Return a board with its figures; EngineError (absent) where the viewer may read none of its forms."""
        with self._desk.reading(viewer) as reading:
            found = reading.app(app)
            definition = found.boards.get(board)
            if definition is None or not _is_open(reading, found, definition):
                raise EngineError(ABSENT.at())
            widgets = (widget_view(reading, found, widget) for widget in definition.widgets)
            return BoardView(
                app=app,
                key=definition.key,
                labels=definition.definition.labels,
                help=definition.definition.help,
                at=moment_text(reading.moment),
                zone=found.zone,
                widgets=tuple(widget for widget in widgets if widget is not None),
            )


def _is_open(reading: Reading, app: App, board: Board) -> bool:
    told = [widget for widget in board.widgets if widget.form]
    if not told:
        return any(of == app.key for of, _ in reading.viewer.roles)
    forms = (_form(reading, app, widget) for widget in told)
    return any(form is not None and reading.access(form).may("read") for form in forms)


def _form(reading: Reading, app: App, widget: Widget) -> Form | None:
    """Return the form whose records a widget tells of; one of another app may be gone."""
    source = widget.metric.source if widget.metric is not None else (app.key, widget.form)
    return reading.catalog.form(*source)


def widget_view(reading: Reading, app: App, widget: Widget) -> WidgetView | None:
    """Return one widget as the viewer sees it, or None where it has nothing that they may see."""
    if not widget.form:
        return _plain(reading, app, widget)
    form = _form(reading, app, widget)
    if form is None or not reading.access(form).may("read"):
        return None
    return list_widget(reading, form, widget) if widget.metric is None else figures_widget(reading, form, widget)


def _plain(reading: Reading, app: App, widget: Widget) -> WidgetView:
    """Return a text that tells no figures: whoever may open the board may read it."""
    definition = widget.definition
    return WidgetView(
        key=widget.key,
        kind=definition.kind,
        labels=definition.labels,
        help=definition.help,
        form="",
        columns=(),
        rows=(),
        width=definition.width,
        said=said(reading, app.key, widget.text, {}),
    )
