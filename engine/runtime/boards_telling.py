"""What widgets tell beyond their figures: the places of a leader board, and the words of a text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from engine.boards.boards import Measure, Metric, Widget
from engine.decision.words import render
from engine.kernel.problems import Text
from engine.kernel.values import Value
from engine.language.messages import Message
from engine.language.types import PersonType
from engine.runtime.boards_said import number
from engine.runtime.boards_views import RowView
from engine.runtime.reading import Reading

if TYPE_CHECKING:
    from collections.abc import Sequence


def ranked(rows: Sequence[RowView], key: str, metric: Metric, viewer: str) -> tuple[RowView, ...]:
    """Return the rows by a measure, each with its place: equals share one, and the next ones are counted past them.

    The greatest comes first, unless the metric is ordered by the measure upwards; what is blank, or no number, has no
    place, at the end.
    """
    upwards = ranks_upwards(metric, key)
    told = [(number(row.values[key]), row) for row in rows]
    filled = [(value, row) for value, row in told if value is not None]
    filled.sort(key=lambda pair: pair[0], reverse=not upwards)
    placed: list[RowView] = []
    for at, (value, row) in enumerate(filled):
        rank = placed[-1].rank if at and filled[at - 1][0] == value else at + 1
        placed.append(replace(row, rank=rank))
    placed += [row for value, row in told if value is None]
    return tuple(replace(row, is_own=_is_about(row, metric, viewer)) for row in placed)


def ranks_upwards(metric: Metric, key: str) -> bool:
    """Tell whether the least of a measure has the first place."""
    return metric.definition.order[:1] == (key,)


def _is_about(row: RowView, metric: Metric, viewer: str) -> bool:
    of_persons = [item.key for item in metric.dimensions if isinstance(item.value.type, PersonType)]
    return any(row.values[key] == viewer for key in of_persons)


def said_by(widget: Widget) -> tuple[Measure, ...]:
    """Return the measures that a text reads."""
    if widget.text is None or widget.metric is None:
        return ()
    read = {key for expression in widget.text.expressions for key in expression.reads.fields}
    return tuple(measure for measure in widget.metric.measures if measure.key in read) or widget.measures[:1]


def said(reading: Reading, app: str, text: Message | None, row: Mapping[str, Value]) -> Text | None:
    """Return what a text says about figures."""
    return None if text is None else render(reading, app, dict(row), text, reading.surroundings(app))
