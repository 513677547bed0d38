"""Boards: figures and lists side by side, each of which opens the records behind it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Final

from flask import Blueprint, redirect, render_template, request, url_for

from engine.runtime import boards_said
from engine.runtime.boards_views import BoardView, ColumnView, RowView, WidgetView
from web import board_pictures, charts
from web.board_pictures import Beside
from web.display import BLANK, text_of, words
from web.display_evidence import CAPTURED
from web.display_moments import moment_words
from web.doors import instance, viewer
from web.heat import Heat, Spot, figure, heat
from web.saving import saved
from web.texts import current_language, gettext

if TYPE_CHECKING:
    from decimal import Decimal

    from flask import Response
    from werkzeug.wrappers import Response as BaseResponse

blueprint = Blueprint("boards", __name__)

_CLOCK: Final = 5
HOUR_DIGITS: Final = 2
"""The last signs of a moment in words: its hour and minute."""


@dataclass(frozen=True)
class DrawnValue:
    """One value of a row: its words, where it leads, and how much of the greatest of its column it is in percent."""

    column: ColumnView
    text: str
    href: str | None
    share: float = 0.0

    @property
    def has_files(self) -> bool:
        """Whether the value is files."""
        return self.column.field.widget in CAPTURED


@dataclass(frozen=True)
class DrawnRow:
    """One row: what it is called, where it leads, its values."""

    row: RowView
    name: str
    href: str
    values: tuple[DrawnValue, ...]


@dataclass(frozen=True)
class DrawnWidget:
    """A widget with the shapes of its figures."""

    view: WidgetView
    rows: tuple[DrawnRow, ...]
    measures: tuple[ColumnView, ...]
    arcs: tuple[charts.Arc, ...] = ()
    heat: Heat | None = None
    beside: Beside = field(default_factory=Beside)

    @property
    def ends(self) -> tuple[DrawnRow, ...]:
        """The rows where a line begins and ends: what has no time stands at neither."""
        times = [column.key for column in self.view.columns if column.bucket is not None]
        dated = [one for one in self.rows if all(one.row.values.get(key) is not None for key in times)]
        return (dated[0], dated[-1]) if len(dated) > 1 else ()


@blueprint.get("/a/<app>/boards")
def boards(app: str) -> str:
    """Show the boards of an app: those in front, the others by search."""
    asking = viewer()
    found = instance().services.boards.list(asking, app)
    sought = request.args.get("q", "").strip()
    others = [item for item in found if not item.mine]
    if sought:
        others = [item for item in found if sought.casefold() in text_of(item.labels).casefold()]
    return render_template(
        "boards.html",
        app=instance().apps.app(asking, app),
        front=[item for item in found if item.mine],
        others=others,
        wanted=sought,
    )


@blueprint.get("/a/<app>/boards/<key>")
def board(app: str, key: str) -> str:
    """Show a board."""
    asking = viewer()
    view = instance().services.boards.show(asking, app, key)
    return render_template(
        "board.html",
        app=instance().apps.app(asking, app),
        board=view,
        sections=sections_of(view),
        siblings=[item for item in instance().services.boards.list(asking, app) if item.mine or item.key == key],
        wanted=instance().services.board_subscriptions.of(asking, app, key),
        clock=moment_words(view.at, view.zone)[-_CLOCK:],
    )


@blueprint.get("/a/<app>/boards/<key>/file/<ending>")
def board_file(app: str, key: str, ending: str) -> Response:
    """Answer with a board as a PDF, PNG or Excel file."""
    return saved(instance().services.board_exports.make(viewer(), app, key, ending))


@blueprint.post("/a/<app>/boards/<key>/mail")
def board_by_mail(app: str, key: str) -> BaseResponse:
    """Send the asker the board by mail from now on, or (no period) no more."""
    asking, wanted = viewer(), instance().services.board_subscriptions
    period, hour = request.form.get("period", ""), request.form.get("hour", "")
    if period:
        is_hour = hour.isascii() and hour.isdecimal() and len(hour) <= HOUR_DIGITS
        wanted.want(asking, app, key, period, int(hour) if is_hour else -1)
    else:
        wanted.stop(asking, app, key)
    return redirect(url_for("boards.board", app=app, key=key), 303)


def drawn(board: BoardView, widget: WidgetView) -> DrawnWidget:
    """Return a widget with its words, addresses and shapes."""
    measures = tuple(column for column in widget.columns if column.is_measure)
    tops = {column.key: charts.greatest([row.values[column.key] for row in widget.rows]) for column in measures}
    top = max(tops.values(), default=charts.greatest(()))
    scales = dict.fromkeys(tops, top) if widget.kind == "bar" and _alike(measures) else tops
    rows = tuple(_row(board, widget, row, scales) for row in widget.rows)
    columns = [[row.values[column.key] for row in widget.rows] for column in measures]
    return DrawnWidget(
        widget,
        rows,
        measures,
        charts.arcs(columns[0]) if widget.kind == "pie" and columns else (),
        heat_of(widget, rows) if widget.kind == "heat" and columns else None,
        board_pictures.beside(board, widget, [row.href for row in rows]) if widget.rows else Beside(),
    )


def heat_of(widget: WidgetView, rows: Sequence[DrawnRow]) -> Heat:
    """Return the table of a widget with two dimensions and, of its measures, the first; time goes to the right."""
    first, second, measure = widget.columns[:3]
    is_turned = first.bucket is not None and second.bucket is None
    first, second = (second, first) if is_turned else (first, second)
    spots = []
    for drawn_row in rows:
        row, (one, other, said) = drawn_row.row, drawn_row.values[:3]
        one, other = (other, one) if is_turned else (one, other)
        spots.append(
            Spot(
                row=str(row.values[first.key]),
                row_name=one.text,
                column=str(row.values[second.key] or ""),
                column_name=_short(second, row, other.text),
                value=figure(row.values[measure.key]),
                text=said.text,
                href=said.href or drawn_row.href,
            )
        )
    return heat(spots, BLANK)


def _short(column: ColumnView, row: RowView, text: str) -> str:
    """Return the name of a column in a table of many: a week by its first day."""
    value = row.values[column.key]
    if column.bucket != "week" or value is None:
        return text
    first = date.fromisoformat(str(value))
    return f"{first.month}/{first.day}"


def sections_of(view: BoardView) -> list[list[DrawnWidget]]:
    """Return the drawn widgets of a board in its sections."""
    return _sections([drawn(view, widget) for widget in view.widgets])


def _sections(widgets: Sequence[DrawnWidget]) -> list[list[DrawnWidget]]:
    """Return the widgets in sections of one, numbers that stand side by side in one together."""
    sections: list[list[DrawnWidget]] = []
    for widget in widgets:
        both = bool(sections) and {widget.view.kind, sections[-1][0].view.kind} == {"number"}
        if both:
            sections[-1].append(widget)
        else:
            sections.append([widget])
    return sections


def _alike(measures: Sequence[ColumnView]) -> bool:
    """Tell whether figures can stand on one scale."""
    return len({column.field.widget for column in measures}) == 1


def _row(board: BoardView, widget: WidgetView, row: RowView, tops: Mapping[str, Decimal]) -> DrawnRow:
    href = _address(board, row)
    values = tuple(
        DrawnValue(
            column,
            value_words(column, row, board.zone),
            _value_address(board, column, row) or (href if column.is_measure else None),
            charts.share(row.values[column.key], tops[column.key]) if column.key in tops else 0.0,
        )
        for column in widget.columns
    )
    named = [value.text for value in values if not value.column.is_measure]
    if row.drill.id is not None:
        named = [value.text for value in values if value.column.is_record] or named[:1]
    return DrawnRow(row, " · ".join(named), href, values)


def _address(board: BoardView, row: RowView) -> str:
    drill = row.drill
    if drill.id is not None:
        return url_for("records.record", app=board.app, form=drill.form, record_id=drill.id)
    return url_for("lists.records", app=board.app, form=drill.form, filter=drill.filter, board=board.key)


def _value_address(board: BoardView, column: ColumnView, row: RowView) -> str | None:
    """Return where one value leads by itself: a record that it names, or the fewer records that a measure counts."""
    if column.key in row.drills:
        found = row.drills[column.key] or None
        return url_for("lists.records", app=board.app, form=row.drill.form, filter=found, board=board.key)
    value = row.values.get(column.key)
    target = column.field.target
    if column.field.widget == "reference" and target and value and not column.is_record and row.shown.get(column.key):
        app, form = target.split(".")
        return url_for("records.record", app=app, form=form, record_id=value)
    return None


def value_words(column: ColumnView, row: RowView, zone: str) -> str:
    """Return one value as people read it; a blank one is a dash, in a group it is said to be blank."""
    value = row.values.get(column.key)
    if column.is_measure and column.field.widget == "money" and (found := charts.number(value)) is not None:
        return amount_words(found)
    if column.bucket is not None and value is not None:
        return boards_said.bucket_words(str(value), column.bucket, current_language())
    text = words(column.field, value, row.shown.get(column.key), zone)
    if text:
        return text
    return BLANK if column.is_measure or column.missing is not None or row.drill.id else gettext("(blank)")


def amount_words(amount: Decimal) -> str:
    """Return an amount as it is spoken of in the current language."""
    return boards_said.amount_words(amount, current_language())
