"""Charts on a plane: groups by two figures, records by where they are."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from engine.printouts.picture import Area, Dot, Label, Picture, Shape, Stroke, length_of
from engine.runtime.charts.figures import WIDTH, Chart, Words, known, steps

HEIGHT: Final = 240.0
_TOP: Final = 24.0
_FOOT: Final = 40.0
_EDGE: Final = 14.0

MAP_HEIGHT: Final = 300.0
_FRAME: Final = 28.0
_CELL: Final = 26.0
"""Positions nearer than about so much on the map are told together."""

KM_OF_DEGREE: Final = 111.195
"""A degree of latitude on a sphere of 6371 km."""

LEAST_KM: Final = 0.2
"""What a map is wide at least, so that one position does not fill it."""

_BAR: Final = 90.0
_DEGREES: Final = 180.0


def scatter(chart: Chart, across: Words, down: Words) -> Picture:
    """Return a dot for each row that has both figures: the first series counts to the right, the second up."""
    first, second = chart.series[:2]
    right, up = (steps(min([0.0, *known(one.values)]), max([0.0, *known(one.values)])) for one in (first, second))
    left = max(length_of(down(tick)) for tick in up) + 8
    wide, high = WIDTH - left - _EDGE, HEIGHT - _TOP - _FOOT
    shapes: list[Shape] = [Label(2, 12, second.label), Label(WIDTH - 2, HEIGHT - 4, first.label, "end")]
    for tick in up:
        y = round(_TOP + (up[-1] - tick) / (up[-1] - up[0]) * high, 1)
        shapes += [Stroke(((left, y), (WIDTH - _EDGE, y)), "line"), Label(left - 6, y + 4, down(tick), "end")]
    room = wide / max(1, len(right) - 1)
    every = max(1, math.ceil((max(length_of(across(tick)) for tick in right) + 8) / room))
    for at, tick in enumerate(right):
        x = round(left + (tick - right[0]) / (right[-1] - right[0]) * wide, 1)
        shapes.append(Stroke(((x, _TOP), (x, _TOP + high)), "line"))
        if at % every == 0:
            shapes.append(Label(x, HEIGHT - _FOOT + 15, across(tick), "middle"))
    for row, (one, other) in enumerate(zip(first.values, second.values, strict=True)):
        if one is not None and other is not None:
            x = round(left + (one - right[0]) / (right[-1] - right[0]) * wide, 1)
            y = round(_TOP + (up[-1] - other) / (up[-1] - up[0]) * high, 1)
            hint = f"{chart.names[row]} · {first.label} {first.texts[row]} · {second.label} {second.texts[row]}"
            shapes.append(Dot(x, y, 5.0, "series-1", row, hint, 75))
    return Picture(WIDTH, HEIGHT, tuple(shapes))


@dataclass(frozen=True, slots=True)
class Place:
    """Where a row is, in degrees; its light, if it has one."""

    row: int
    lat: float
    lng: float
    name: str
    light: str | None = None


def map_of(places: Sequence[Place]) -> Picture:
    """Return the places to scale, north above, without any ground below them; near ones are one dot with their number.

    A dot of places of which one is red has a corner: a triangle; one with yellow a diamond.
    """
    if not places:
        return Picture(WIDTH, MAP_HEIGHT, ())
    lat = (max(one.lat for one in places) + min(one.lat for one in places)) / 2
    lng = _middle(places)
    squeeze = max(0.01, math.cos(math.radians(lat)))
    flat = [(_turned(one.lng - lng) * KM_OF_DEGREE * squeeze, (lat - one.lat) * KM_OF_DEGREE) for one in places]
    wide = max(LEAST_KM, *(abs(x) * 2 for x, _ in flat))
    high = max(LEAST_KM, *(abs(y) * 2 for _, y in flat))
    scale = min((WIDTH - 2 * _FRAME) / wide, (MAP_HEIGHT - 3 * _FRAME) / high)
    middle = (WIDTH / 2, (MAP_HEIGHT - _FRAME) / 2)
    spots = [(round(middle[0] + x * scale, 1), round(middle[1] + y * scale, 1)) for x, y in flat]
    heaps: dict[tuple[int, int], list[int]] = {}
    for at, (x, y) in enumerate(spots):
        heaps.setdefault((int(x // _CELL), int(y // _CELL)), []).append(at)
    shapes: list[Shape] = [*_frame(), *_bar(scale)]
    for heap in heaps.values():
        x = round(sum(spots[at][0] for at in heap) / len(heap), 1)
        y = round(sum(spots[at][1] for at in heap) / len(heap), 1)
        shapes.extend(_heap([places[at] for at in heap], x, y))
    return Picture(WIDTH, MAP_HEIGHT, tuple(shapes))


def _turned(degrees: float) -> float:
    """Return a difference of longitudes as the shorter way around."""
    return (degrees + _DEGREES) % (2 * _DEGREES) - _DEGREES


def _middle(places: Sequence[Place]) -> float:
    """Return the longitude in the middle, also of places on both sides of the date line."""
    first = places[0].lng
    apart = [_turned(one.lng - first) for one in places]
    return first + (max(apart) + min(apart)) / 2


def _frame() -> list[Shape]:
    edge = ((1.0, 1.0), (WIDTH - 1, 1.0), (WIDTH - 1, MAP_HEIGHT - 1), (1.0, MAP_HEIGHT - 1), (1.0, 1.0))
    x = WIDTH - 18
    arrow = ((x, 10.0), (x + 5, 24.0), (x, 20.0), (x - 5, 24.0))
    return [Stroke(edge, "line"), Area(arrow, "soft"), Label(x, 36, "N", "middle")]


def _bar(scale: float) -> list[Shape]:
    """Return the bar that says how long a kilometre is: a round length of at most ``_BAR`` points."""
    most = _BAR / scale
    power = 10.0 ** math.floor(math.log10(most))
    km = max(one * power for one in (1, 2, 5) if one * power <= most * (1 + 1e-9))
    left, y = 12.0, MAP_HEIGHT - 14
    right = round(left + km * scale, 1)
    words = f"{km:g} km" if km >= 1 else f"{km * 1000:g} m"
    points = ((left, y - 5), (left, y), (right, y), (right, y - 5))
    return [Stroke(points, "soft", 1.6), Label(right + 6, y + 2, words)]


def _heap(heap: Sequence[Place], x: float, y: float) -> list[Shape]:
    light = next((one for one in ("red", "yellow") if any(place.light == one for place in heap)), None)
    tone = light or "series-1"
    radius = min(16.0, 7 + 1.8 * math.sqrt(len(heap) - 1)) if len(heap) > 1 else 5.5
    row = heap[0].row if len(heap) == 1 else None
    names = [place.name for place in heap[:5]]
    hint = " · ".join(names) + (f" · +{len(heap) - len(names)}" if len(heap) > len(names) else "")
    if light is None:
        shape: Shape = Dot(x, y, radius, tone, row, hint)
    else:
        corners = _TRIANGLE if light == "red" else _DIAMOND
        points = tuple((round(x + a * radius * 1.3, 1), round(y + b * radius * 1.3, 1)) for a, b in corners)
        shape = Area(points, tone, row, hint)
    if len(heap) == 1:
        return [shape]
    return [shape, Label(x, y + 3.5, f"{len(heap)}", "middle", "sheet", 10)]


_TRIANGLE: Final = ((0.0, -1.1), (1.0, 0.8), (-1.0, 0.8))
_DIAMOND: Final = ((0.0, -1.0), (1.0, 0.0), (0.0, 1.0), (-1.0, 0.0))
