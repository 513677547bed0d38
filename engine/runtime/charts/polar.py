"""Charts around a middle: the web of a radar, the parts of a ring."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from engine.printouts.picture import Align, Area, Label, Picture, Point, Shape, Stroke, shortened
from engine.runtime.charts.figures import WIDTH, Chart, Words, dashes, known, mark, steps, tone_of

HEIGHT: Final = 280.0
_MIDDLE: Final = (WIDTH / 2, HEIGHT / 2)
_RADIUS: Final = 96.0
MOST_AXES: Final = 12
"""So many axes can be read; further ones stand in the table alone."""

RING: Final = 132.0
_BAND: Final = 22.0
_UPRIGHT: Final = 0.3
"""How far from the middle line a label still stands centred, as part of the radius."""


def radar(chart: Chart, said: Words) -> Picture:
    """Return a web with an axis for each name and a polygon for each series, all on one scale from 0.

    A blank is a gap in the polygon; what is below 0 stands in the middle.
    """
    count = min(len(chart.names), MOST_AXES)
    values = [value for series in chart.series for value in known(series.values[:count])]
    ticks = steps(0.0, max([0.0, *values]), 3)
    shapes: list[Shape] = []
    for tick in ticks[1:]:
        ring = [_at(axis, count, tick / ticks[-1] * _RADIUS) for axis in range(count)]
        shapes.append(Stroke((*ring, ring[0]), "line"))
    for axis in range(count):
        shapes.append(Stroke((_MIDDLE, _at(axis, count, _RADIUS)), "line"))
        shapes.append(_name(axis, count, chart.names[axis]))
    shapes.append(Label(_MIDDLE[0] + 4, _MIDDLE[1] - _RADIUS + 12, said(ticks[-1]), size=10))
    for number, series in enumerate(chart.series):
        there = [(axis, max(0.0, value)) for axis, value in enumerate(series.values[:count]) if value is not None]
        points = tuple(_at(axis, count, value / ticks[-1] * _RADIUS) for axis, value in there)
        if len(there) == count:
            shapes.append(Area(points, tone_of(number), strength=18))
            shapes.append(Stroke((*points, points[0]), tone_of(number), 2.2, dashes(number)))
        for (axis, _), (x, y) in zip(there, points, strict=True):
            shapes.append(mark(number, x, y, 3.6, axis, chart.hint(axis, series)))
    return Picture(WIDTH, HEIGHT, tuple(shapes))


def _at(axis: int, count: int, length: float) -> Point:
    turn = 2 * math.pi * axis / count
    return round(_MIDDLE[0] + length * math.sin(turn), 1), round(_MIDDLE[1] - length * math.cos(turn), 1)


def _name(axis: int, count: int, name: str) -> Label:
    x, y = _at(axis, count, _RADIUS + 12)
    aside = x - _MIDDLE[0]
    align: Align = "middle" if abs(aside) < _RADIUS * _UPRIGHT else ("start" if aside > 0 else "end")
    room = WIDTH * 0.6 if align == "middle" else WIDTH - x - 2 if align == "start" else x - 2
    return Label(x, y + 4, shortened(name, room), align, "ink")


def ring(values: Sequence[float | None]) -> Picture:
    """Return a ring whose parts are as long as the numbers are great; what is blank or below 0 has none."""
    shares = [max(0.0, value or 0.0) for value in values]
    total = sum(shares)
    shapes: list[Shape] = []
    begun = 0.0
    for row, share in enumerate(shares):
        if total and share:
            ended = begun + share / total
            shapes.append(Area(_band(begun, ended), tone_of(row), row))
            begun = ended
    return Picture(RING, RING, tuple(shapes))


def _band(begun: float, ended: float) -> tuple[Point, ...]:
    """Return the outline of a part of the ring, from and to parts of a turn."""
    middle, outer = RING / 2, RING / 2 - 2
    pieces = max(2, math.ceil((ended - begun) * 72))
    turns = [begun + (ended - begun) * at / pieces for at in range(pieces + 1)]
    along = [(turn, outer) for turn in turns] + [(turn, outer - _BAND) for turn in reversed(turns)]
    return tuple(
        (
            round(middle + radius * math.sin(2 * math.pi * turn), 1),
            round(middle - radius * math.cos(2 * math.pi * turn), 1),
        )
        for turn, radius in along
    )
