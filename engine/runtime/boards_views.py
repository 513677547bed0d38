"""The plain types that boards answer with: figures and rows, and what opens the records behind them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.boards.definitions import Bucket, WidgetKind, Width
from engine.kernel.canonical import Json
from engine.kernel.problems import Text
from engine.runtime.views import FieldView


@dataclass(frozen=True)
class BoardSummary:
    """A board that the viewer may open; ``mine`` says that it is one of those in front."""

    key: str
    labels: Text
    help: Text | None
    mine: bool


@dataclass(frozen=True)
class Drill:
    """What opens the records behind a row: one record, or the list of a form under a filter (None: all of it)."""

    form: str
    filter: str | None = None
    id: str | None = None


@dataclass(frozen=True)
class ColumnView:
    """A column: ``field`` says how its values are drawn, ``bucket`` that they are the first days of weeks or months.

    ``missing`` is what is said where there is nothing; ``is_lit`` says that a row's light goes by this measure,
    ``is_sentence`` that it puts the other columns into words.
    """

    key: str
    labels: Text
    field: FieldView
    is_measure: bool = False
    is_record: bool = False
    bucket: Bucket | None = None
    missing: Text | None = None
    is_lit: bool = False
    is_sentence: bool = False


@dataclass(frozen=True)
class RowView:
    """One row: values in their JSON form, ``shown`` as people read them, and what opens the records behind it.

    ``drills`` are the filters behind single measures, where these count fewer records than the row. ``rank`` is the
    place on a leader board, shared by equals; ``is_own`` says that the row is about the viewer, ``is_unlit`` that it
    would have a light, but there is nothing to go by.
    """

    values: Mapping[str, Json]
    shown: Mapping[str, object]
    light: str | None
    drill: Drill
    drills: Mapping[str, str] = field(default_factory=dict)
    rank: int | None = None
    is_own: bool = False
    is_unlit: bool = False


@dataclass(frozen=True)
class WidgetView:
    """One widget with its rows; ``cut`` says that there are more than are shown, ``is_latest`` that these are earlier.

    ``said`` is what a text says; ``start`` and ``end`` are the columns of a Gantt chart, ``place`` is that of a map.
    """

    key: str
    kind: WidgetKind
    labels: Text
    help: Text | None
    form: str
    columns: tuple[ColumnView, ...]
    rows: tuple[RowView, ...]
    cut: bool = False
    is_latest: bool = False
    width: Width | None = None
    said: Text | None = None
    start: str | None = None
    end: str | None = None
    place: str | None = None


@dataclass(frozen=True)
class BoardView:
    """A board as one viewer sees it at one moment."""

    app: str
    key: str
    labels: Text
    help: Text | None
    at: str
    zone: str
    widgets: tuple[WidgetView, ...]
