"""Turning boards into what runs: which metric a widget can draw, and what texts, Gantt charts and maps need."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from engine.boards import problems
from engine.boards.boards import Board, Column, Measure, Metric, Widget, number_of
from engine.boards.compiling_lists import ListGround, compile_list
from engine.boards.compiling_parts import Metrics, known_keys
from engine.boards.definitions import LISTS, BoardDef, WidgetDef
from engine.boards.periods import BUCKET_OF
from engine.kernel.problems import Text
from engine.language import types as language
from engine.language.gathering import Gathering
from engine.language.messages import Message, compile_message
from engine.language.scope import FieldScope, FormScope

LEAST_AXES: Final = 3
"""So many axes has a radar at least: with fewer it has no inside."""

_DIMENSIONS: Final = {"number": 0, "text": 0, "heat": 2}
_OF_NUMBERS: Final = {"radar": 1, "scatter": 2, "calendar": 1, "words": 1, "leaders": 1}
"""So many of the measures that are shown have to be numbers."""

_PLACES: Final = ("location", "photo")
_TIMES: Final = (language.DateType, language.DateTimeType)


def compile_board(definition: BoardDef, metrics: Metrics, grounds: Mapping[str, ListGround]) -> Board:
    """Return the board that runs, as far as it compiles; each widget's ``ListGround`` gathers its problems.

    ``metrics`` holds None for those that did not compile: what is wrong with them has been told.
    """
    made = [_widget(item, metrics, grounds[item.key]) for item in definition.widgets]
    return Board(definition, tuple(widget for widget in made if widget is not None))


def _widget(definition: WidgetDef, metrics: Metrics, ground: ListGround) -> Widget | None:
    if definition.kind in LISTS:
        return _of_records(definition, metrics, ground)
    if definition.kind == "text" and definition.metric is None:
        return replace(Widget(definition), text=_said(definition.text, (), ground.work))
    found = ground.work.found
    if definition.metric is None or definition.metric not in metrics:
        known = ", ".join(sorted(metrics))
        found.append(problems.NO_SUCH_METRIC.at("metric", key=definition.metric or "", known=known))
        return None
    metric = metrics[definition.metric]
    if metric is None:
        return None
    if metric.source[0] != metric.app:
        found.append(problems.ELSEWHERE.at("metric", key=metric.key))
    by_key = {measure.key: measure for measure in metric.measures}
    known_keys(ground.work, "measures", definition.measures, by_key)
    wanted = definition.measures or tuple(by_key)
    shown = tuple(by_key[key] for key in wanted if key in by_key)
    if definition.trend and metric.definition.snapshot is None:
        found.append(problems.NOT_KEPT.at("trend", key=metric.key))
    if not _drawable(definition, metric, shown):
        found.append(problems.WRONG_SHAPE_OF_METRIC.at("kind", key=metric.key, kind=definition.kind))
    text = _said(definition.text, metric.measures, ground.work) if definition.kind == "text" else None
    return Widget(definition, metric, shown, text=text)


def _said(text: Text | None, measures: Sequence[Measure], work: Gathering) -> Message | None:
    """Return what a text says, over the measures by their keys."""
    own = work.scope.form
    fields = {
        item.key: FieldScope(item.key, item.key, item.type, item.definition.labels, settable=False) for item in measures
    }
    return compile_message("text", text, work.inside(FormScope("" if own is None else own.app, "metric", fields)))


def _drawable(definition: WidgetDef, metric: Metric, shown: Sequence[Measure]) -> bool:
    kind, snapshot = definition.kind, metric.definition.snapshot
    if sum(number_of(measure) is not None for measure in shown[:2]) < _OF_NUMBERS.get(kind, 0):
        return False
    timed = [item.definition.bucket for item in metric.dimensions]
    timed = [BUCKET_OF[snapshot], *timed] if definition.trend and snapshot is not None else timed
    count = len(timed)
    if kind == "radar" and count == 0:
        return len(shown) >= LEAST_AXES and all(number_of(measure) is not None for measure in shown)
    if kind in _DIMENSIONS:
        return count == _DIMENSIONS[kind]
    if kind in ("line", "calendar"):
        return count == 1 and timed[0] is not None and (kind == "line" or timed[0] == "day")
    if kind in ("words", "leaders"):
        return count == 1 and timed[0] is None
    return kind == "table" or count == 1


def _of_records(definition: WidgetDef, metrics: Metrics, ground: ListGround) -> Widget:
    widget = compile_list(definition, ground, metrics)
    by_key = {column.key: column for column in widget.columns}
    for name, key in (("start", definition.start), ("end", definition.end)):
        if key is not None and not _holds_days(by_key.get(key)):
            ground.work.found.append(problems.NEEDS_DAYS.at(name, key=key))
    place = definition.place
    if place is not None and not _holds_places(by_key.get(place)):
        ground.work.found.append(problems.NEEDS_PLACES.at("place", key=place))
    return widget


def _holds_days(column: Column | None) -> bool:
    return column is not None and isinstance(column.type, _TIMES)


def _holds_places(column: Column | None) -> bool:
    if column is None or not isinstance(column.type, language.CapturedType):
        return False
    return column.type.kind in _PLACES and not column.type.several
