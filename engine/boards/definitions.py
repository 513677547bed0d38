"""Metrics and boards as their documents state them, before any expression is compiled; knows no form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from engine.kernel.canonical import Json
from engine.kernel.problems import Text

Bucket = Literal["day", "week", "month"]
Period = Literal["daily", "weekly", "monthly"]
Function = Literal[
    "count",
    "distinct",
    "sum",
    "avg",
    "median",
    "percentile",
    "min",
    "max",
    "share",
    "conversion",
    "formula",
    "figure",
    "benchmark",
]
Over = Literal["records", "stays", "all_stays", "stages"]
Format = Literal["number", "money", "percent"]
Light = Literal["red", "yellow", "green"]
WidgetKind = Literal[
    "number",
    "table",
    "bar",
    "line",
    "pie",
    "funnel",
    "heat",
    "radar",
    "scatter",
    "calendar",
    "words",
    "leaders",
    "text",
    "list",
    "gantt",
    "map",
]
Width = Literal["half", "full"]
LISTS: Final = ("list", "gantt", "map")
"""Kinds of widgets that show records themselves."""

USUAL_LIMIT = 100
"""Rows of a widget that states no limit."""

USUAL_PLACE = 1_000
"""Where a board stands that does not say."""

USUAL_SCALE = 1
"""Decimals of an average, share or formula that does not say."""


@dataclass(frozen=True, slots=True)
class DimensionDef:
    """By what a metric groups: an expression over a record, of a day or moment in buckets."""

    uid: str
    key: str
    by: str
    labels: Text | None = None
    bucket: Bucket | None = None


@dataclass(frozen=True, slots=True)
class FigureDef:
    """A figure of another metric: its measure in the group that ``by`` names, blank where there is no such group.

    ``by`` says of each of that metric's dimensions where its value comes from; one that it leaves out is blank. It is
    that of so many buckets of time earlier as ``back`` says.
    """

    metric: str
    measure: str
    by: Mapping[str, str] = field(default_factory=dict)
    back: int = 0


@dataclass(frozen=True, slots=True)
class MeasureDef:
    """One figure of a group. ``of`` is what it goes over, ``where`` which records count for it.

    With ``per`` the values of ``of`` are told apart for each of its values; ``figure`` is that of another metric. ``p``
    is which percentile it is, 1 to 99; ``source`` tells whose figure a benchmark is.
    """

    uid: str
    key: str
    labels: Text
    function: Function
    of: str | None = None
    where: str | None = None
    format: Format | None = None
    scale: int = USUAL_SCALE
    per: str | None = None
    figure: FigureDef | None = None
    p: int | None = None
    source: Text | None = None


@dataclass(frozen=True, slots=True)
class MetricDef:
    """Records of one form, grouped, with measures; ``light`` holds conditions by colour.

    ``form`` is one of the app, or ``app.form`` of another. Over ``stays`` what counts is not a record but each of its
    stays in a state that has come to an end, over ``all_stays`` also the one that goes on. Over ``stages`` it is each
    of the states in ``stages``, which follow each other, that a record has ever reached. With a ``snapshot`` its
    figures are kept at the end of each such period as they are then.
    """

    uid: str
    key: str
    labels: Text
    form: str
    measures: tuple[MeasureDef, ...]
    dimensions: tuple[DimensionDef, ...] = ()
    where: str | None = None
    light: Mapping[str, str] = field(default_factory=dict)
    order: tuple[str, ...] = ()
    limit: int = USUAL_LIMIT
    help: Text | None = None
    over: Over = "records"
    stages: tuple[str, ...] = ()
    snapshot: Period | None = None


@dataclass(frozen=True, slots=True)
class ColumnDef:
    """A column of a list: a field by its key, an expression, the record itself, a figure of a metric, or a sentence.

    ``form`` says that the text which the expression gives is the id of a record of that form. A ``sentence`` is made of
    the columns before it. What is hidden is not drawn; others may read it, and it is among a row's values.
    """

    key: str
    labels: Text | None = None
    value: str | None = None
    is_record: bool = False
    format: Format | None = None
    missing: Text | None = None
    form: str | None = None
    figure: FigureDef | None = None
    sentence: Text | None = None
    is_hidden: bool = False


@dataclass(frozen=True, slots=True)
class WidgetDef:
    """One part of a board: figures of a ``metric``, or records of a ``form``.

    ``text`` of a text reads the metric's measures. ``start`` and ``end`` are the columns of a Gantt chart that hold
    days, ``place`` is the column of a map that holds positions. Without a ``width`` the kind decides. A ``trend`` is of
    the figures that were kept.
    """

    uid: str
    key: str
    labels: Text
    kind: WidgetKind
    help: Text | None = None
    metric: str | None = None
    measures: tuple[str, ...] = ()
    form: str | None = None
    where: str | None = None
    columns: tuple[ColumnDef, ...] = ()
    light: Mapping[str, str] = field(default_factory=dict)
    order: tuple[str, ...] = ()
    limit: int = USUAL_LIMIT
    width: Width | None = None
    text: Text | None = None
    start: str | None = None
    end: str | None = None
    place: str | None = None
    trend: bool = False


@dataclass(frozen=True, slots=True)
class SendDef:
    """By which cron line a board is sent to whoever has one of these roles, and on which ways.

    ``zone`` is the app's where it is None; ``catches_up`` says that the latest slot is played that came while nothing
    was there to play it.
    """

    cron: str
    roles: tuple[str, ...]
    channels: tuple[str, ...] = ("mail",)
    catches_up: bool = True
    zone: str | None = None
    workdays: bool = False


@dataclass(frozen=True, slots=True)
class BoardDef:
    """Widgets beside each other, and whose board that is; without ``roles`` it is everybody's."""

    uid: str
    key: str
    labels: Text
    widgets: tuple[WidgetDef, ...]
    roles: tuple[str, ...] = ()
    order: int = USUAL_PLACE
    help: Text | None = None
    send: SendDef | None = None


def metric_def(document: Json) -> MetricDef:
    """Return the metric that a valid document states."""
    return MetricDef(
        uid=document["uid"],
        key=document["key"],
        labels=Text.from_json(document["labels"]),
        form=document["form"],
        measures=tuple(map(_measure_def, document["measures"])),
        dimensions=tuple(map(_dimension_def, document.get("dimensions", ()))),
        where=document.get("where"),
        light=dict(document.get("light", {})),
        order=tuple(document.get("order", ())),
        limit=document.get("limit", USUAL_LIMIT),
        help=_text(document, "help"),
        over=document.get("over", "records"),
        stages=tuple(document.get("stages", ())),
        snapshot=document.get("snapshot"),
    )


def board_def(document: Json) -> BoardDef:
    """Return the board that a valid document states."""
    return BoardDef(
        uid=document["uid"],
        key=document["key"],
        labels=Text.from_json(document["labels"]),
        widgets=tuple(map(_widget_def, document["widgets"])),
        roles=tuple(document.get("roles", ())),
        order=document.get("order", USUAL_PLACE),
        help=_text(document, "help"),
        send=_send_def(document["send"]) if "send" in document else None,
    )


def _send_def(document: Json) -> SendDef:
    schedule = document["schedule"]
    return SendDef(
        cron=schedule["cron"],
        roles=tuple(document["roles"]),
        channels=tuple(document.get("channels", ("mail",))),
        catches_up=schedule.get("catch_up", "latest") == "latest",
        zone=schedule.get("timezone"),
        workdays=schedule.get("workdays", False),
    )


def _text(document: Json, key: str) -> Text | None:
    return Text.from_json(document[key]) if key in document else None


def _figure_def(document: Json) -> FigureDef | None:
    if "metric" not in document:
        return None
    return FigureDef(document["metric"], document["measure"], dict(document.get("by", {})), document.get("back", 0))


def _dimension_def(document: Json) -> DimensionDef:
    return DimensionDef(
        document["uid"], document["key"], document["by"], _text(document, "labels"), document.get("bucket")
    )


def _measure_def(document: Json) -> MeasureDef:
    return MeasureDef(
        uid=document["uid"],
        key=document["key"],
        labels=Text.from_json(document["labels"]),
        function=document["function"],
        of=document.get("of"),
        where=document.get("where"),
        format=document.get("format"),
        scale=document.get("scale", USUAL_SCALE),
        per=document.get("per"),
        figure=_figure_def(document),
        p=document.get("p"),
        source=_text(document, "source"),
    )


def _column_def(document: Json) -> ColumnDef:
    return ColumnDef(
        key=document["key"],
        labels=_text(document, "labels"),
        value=document.get("value"),
        is_record=document.get("record", False),
        format=document.get("format"),
        missing=_text(document, "missing"),
        form=document.get("form"),
        figure=_figure_def(document),
        sentence=_text(document, "sentence"),
        is_hidden=document.get("hidden", False),
    )


def _widget_def(document: Json) -> WidgetDef:
    return WidgetDef(
        uid=document["uid"],
        key=document["key"],
        labels=Text.from_json(document["labels"]),
        kind=document["kind"],
        help=_text(document, "help"),
        metric=document.get("metric"),
        measures=tuple(document.get("measures", ())),
        form=document.get("form"),
        where=document.get("where"),
        columns=tuple(map(_column_def, document.get("columns", ()))),
        light=dict(document.get("light", {})),
        order=tuple(document.get("order", ())),
        limit=document.get("limit", USUAL_LIMIT),
        width=document.get("width"),
        text=_text(document, "text"),
        start=document.get("start"),
        end=document.get("end"),
        place=document.get("place"),
        trend=document.get("trend", False),
    )
