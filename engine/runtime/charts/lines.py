"""A line chart: figures over time, with axes that say how much and when."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Final

from engine.printouts.picture import Align, Label, Picture, Point, Shape, Stroke, length_of, shortened
from engine.runtime.charts.figures import WIDTH, Chart, Words, dashes, known, mark, steps, tone_of

HEIGHT: Final = 190.0
_TOP: Final = 10.0
_FOOT: Final = 24.0
_EDGE: Final = 10.0
MOST_MARKS: Final = 31
"""Beyond so many points the line alone is drawn."""


def lines(chart: Chart, said: Words) -> Picture:
    """Return one line for each series on one scale that holds 0; a blank leaves a gap."""
    values = [value for series in chart.series for value in known(series.values)]
    ticks = steps(min([0.0, *values]), max([0.0, *values]))
    left = max(length_of(said(tick)) for tick in ticks) + 8
    span = (ticks[-1] - ticks[0]) or 1.0
    across = (WIDTH - left - _EDGE) / max(1, len(chart.names) - 1)

    def place(row: int, value: float) -> Point:
        down = (ticks[-1] - value) / span * (HEIGHT - _TOP - _FOOT)
        return round(left + row * across, 1), round(_TOP + down, 1)

    shapes: list[Shape] = []
    for tick in ticks:
        _, y = place(0, tick)
        shapes.append(Stroke(((left, y), (WIDTH - _EDGE, y)), "line", 1.0 if tick else 1.6))
        shapes.append(Label(left - 6, y + 4, said(tick), "end"))
    shapes.extend(_below(chart.names, left, across))
    for number, series in enumerate(chart.series):
        there = [(row, value) for row, value in enumerate(series.values) if value is not None]
        for piece in _pieces(there):
            if len(piece) > 1:
                points = tuple(place(*one) for one in piece)
                shapes.append(Stroke(points, tone_of(number), 2.4, dashes(number)))
        if len(there) <= MOST_MARKS:
            shapes.extend(mark(number, *place(*one), 3.6, one[0], chart.hint(one[0], series)) for one in there)
    return Picture(WIDTH, HEIGHT, tuple(shapes))


def _pieces(there: Sequence[tuple[int, float]]) -> Iterator[list[tuple[int, float]]]:
    """Go through the stretches without a gap."""
    for _, piece in groupby(enumerate(there), key=lambda pair: pair[1][0] - pair[0]):
        yield [one for _, one in piece]


def _below(names: Sequence[str], left: float, across: float) -> Iterator[Label]:
    """Go through the names under the chart, the last one and others in equal steps before it, as many as have room."""
    if not names:
        return
    room = WIDTH - left - _EDGE
    longest = max(length_of(name) for name in names) + 14
    last = len(names) - 1
    step = max(1, math.ceil(longest / across))
    for row in range(last % step, last + 1, step):
        x = round(left + row * across, 1)
        align: Align = "middle"
        if row == last and last and x + longest / 2 > WIDTH:
            x, align = WIDTH - 2, "end"
        elif row == 0 and x - longest / 2 < 0:
            align = "start"
        yield Label(x, HEIGHT - 6, shortened(names[row], room), align)
