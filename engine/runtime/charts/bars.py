"""Charts for paper whose twins on pages are lists and tables: bars, bars of time, months, words by their weight."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from engine.printouts.picture import Area, Label, Picture, Shape, Stroke, box, length_of, shortened
from engine.runtime.charts.days import Month, Schedule
from engine.runtime.charts.figures import WIDTH, Chart, known, tone_of

_ROW: Final = 20.0
_LINE: Final = 14.0
_NAMES: Final = 120.0
_VALUES: Final = 74.0
_HUNDRED: Final = 100.0


def bars(chart: Chart, *, centred: bool = False) -> Picture:
    """Return a bar for each row and series, as long as it is great among all; every bar tells its figure."""
    greatest = max((abs(value) for one in chart.series for value in known(one.values)), default=0.0) or 1.0
    room, y = WIDTH - _NAMES - _VALUES, 4.0
    shapes: list[Shape] = []
    for row, name in enumerate(chart.names):
        shapes.append(Label(0, y + _LINE - 3, shortened(name, _NAMES - 6), tone="ink"))
        for number, series in enumerate(chart.series):
            value = series.values[row]
            length = abs(value or 0.0) / greatest * room
            left = _NAMES + ((room - length) / 2 if centred else 0.0)
            if length:
                shapes.append(Area(box(left, y + 2, length, _LINE - 4), tone_of(number), row, chart.hint(row, series)))
            shapes.append(Label(WIDTH, y + _LINE - 3, series.texts[row], "end", "ink"))
            y += _LINE
        y += _ROW - _LINE
    return Picture(WIDTH, y, tuple(shapes))


def timed_bars(names: Sequence[str], times: Sequence[str], found: Schedule) -> Picture:
    """Return a bar of time for each row with its days in words; a dashed line is today."""
    room, y = WIDTH - _NAMES, 18.0
    shapes: list[Shape] = [
        Label(_NAMES, 11, found.first.isoformat()),
        Label(WIDTH, 11, found.last.isoformat(), "end"),
    ]
    for row, (name, said, span) in enumerate(zip(names, times, found.spans, strict=True)):
        shapes.append(Label(0, y + 11, shortened(name, _NAMES - 6), tone="ink"))
        if span is not None:
            left, width = _NAMES + span.left / _HUNDRED * room, span.width / _HUNDRED * room
            strength = 55 if span.is_open else 100
            shapes.append(Area(box(left, y + 1, width, 8), "series-1", row, f"{name} · {said}", strength))
            fits = left + length_of(said, 8) <= WIDTH
            shapes.append(Label(left if fits else WIDTH, y + 18, said, "start" if fits else "end", size=8))
        y += 24
    if found.today is not None:
        x = _NAMES + found.today / _HUNDRED * room
        shapes.append(Stroke(((x, 14), (x, y)), "red", 1.0, (3, 2)))
    return Picture(WIDTH, y, tuple(shapes))


def month_sheets(months: Sequence[tuple[str, Month]], days: Sequence[str], texts: Sequence[str]) -> Picture:
    """Return months two beside each other, each day with its number and its figure; ``texts`` are by row."""
    side, cell, head = WIDTH / 2, 23.0, 30.0
    shapes: list[Shape] = []
    top = height = 0.0
    for at, (name, month) in enumerate(months):
        left = (at % 2) * side
        if at and at % 2 == 0:
            top += height
            height = 0.0
        height = max(height, head + len(month.weeks) * cell + 10)
        shapes.append(Label(left, top + 11, name, tone="ink"))
        shapes += [Label(left + (n + 0.5) * cell, top + 25, day, "middle", size=8) for n, day in enumerate(days)]
        for week, line in enumerate(month.weeks):
            for n, day in enumerate(line):
                if day is None:
                    continue
                x, y = left + n * cell, top + head + week * cell
                shapes.append(Area(box(x + 1, y + 1, cell - 2, cell - 2), f"heat-{day.grade}"))
                shapes.append(Label(x + 3, y + 9, f"{day.day.day}", size=6))
                if day.row is not None:
                    said = shortened(texts[day.row], cell - 3, 8)
                    shapes.append(Label(x + cell / 2, y + 18, said, "middle", "ink", 8))
    return Picture(WIDTH, top + height, tuple(shapes))


def weighed_words(words: Sequence[tuple[str, str, int]]) -> Picture:
    """Return words with their figures, larger the greater their weight (1 to 5), line by line."""
    x, y, tallest = 0.0, 0.0, 0.0
    shapes: list[Shape] = []
    line: list[Label] = []

    def ended(line: list[Label], base: float) -> list[Shape]:
        return [Label(one.x, base, one.text, tone=one.tone, size=one.size) for one in line]

    for word, figure, weight in words:
        size = 8.0 + 3.0 * weight
        said = shortened(word, WIDTH - 40, size)
        length = length_of(said, size) + length_of(figure, 9) + 18
        if line and x + length > WIDTH:
            y += tallest * 1.35
            shapes += ended(line, y)
            line, x, tallest = [], 0.0, 0.0
        line += [Label(x, 0, said, tone="ink", size=size), Label(x + length_of(said, size) + 3, 0, figure, size=9)]
        x, tallest = x + length, max(tallest, size)
    y += tallest * 1.35
    return Picture(WIDTH, y + 6, (*shapes, *ended(line, y)))
