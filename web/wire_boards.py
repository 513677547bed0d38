"""The API's JSON of boards: figures, lights, and what opens the records behind them."""

from __future__ import annotations

from engine.kernel.canonical import Json
from engine.runtime.boards_snapshots import SnapshotView
from engine.runtime.boards_views import BoardSummary, BoardView, RowView, WidgetView


def boards_json(boards: tuple[BoardSummary, ...]) -> Json:
    """Return ``{"items": [{"key", "labels", "mine"}]}``."""
    return {"items": [{"key": item.key, "labels": item.labels.as_json(), "mine": item.mine} for item in boards]}


def board_json(board: BoardView) -> Json:
    """Return ``{"key", "labels", "at", "widgets"}``."""
    return {
        "key": board.key,
        "labels": board.labels.as_json(),
        "at": board.at,
        "widgets": [_widget_json(widget) for widget in board.widgets],
    }


def snapshots_json(periods: tuple[SnapshotView, ...]) -> Json:
    """Return ``{"items": [{"period", "taken_at", "rows"}]}``."""
    return {
        "items": [
            {"period": one.period, "taken_at": one.taken_at, "rows": [dict(row) for row in one.rows]} for one in periods
        ]
    }


def _widget_json(widget: WidgetView) -> Json:
    return {
        "key": widget.key,
        "kind": widget.kind,
        "labels": widget.labels.as_json(),
        "columns": [{"key": column.key, "labels": column.labels.as_json()} for column in widget.columns],
        "rows": [_row_json(row) for row in widget.rows],
        **({} if widget.said is None else {"said": widget.said.as_json()}),
    }


def _row_json(row: RowView) -> Json:
    drill = row.drill
    return {
        "values": dict(row.values),
        "light": row.light,
        "drill": {"form": drill.form, "filter": drill.filter, "id": drill.id},
        **({} if row.rank is None else {"rank": row.rank}),
    }
