"""A picture made of few kinds of shapes, which pages, PDFs and pixels draw alike; it knows no figures.

Lengths are points (one is a pixel of a phone), from the left and from the top. A tone is a name for a colour that each
of them has; ``row`` is the number of the row that a shape stands for, ``hint`` says it in words.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Final, Literal

SIZE: Final = 11.0
"""How high the letters of a label are unless told."""

_BROAD: Final = "%@MWmw—…"

Point = tuple[float, float]
Align = Literal["start", "middle", "end"]


@dataclass(frozen=True, slots=True)
class Stroke:
    """A line through points."""

    points: tuple[Point, ...]
    tone: str
    width: float = 1.0
    dashes: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Area:
    """A filled polygon; ``strength`` is in percent, the ground shines through the rest."""

    points: tuple[Point, ...]
    tone: str
    row: int | None = None
    hint: str = ""
    strength: int = 100


@dataclass(frozen=True, slots=True)
class Dot:
    """A filled circle."""

    x: float
    y: float
    radius: float
    tone: str
    row: int | None = None
    hint: str = ""
    strength: int = 100


@dataclass(frozen=True, slots=True)
class Label:
    """A line of text; ``y`` is where its letters stand."""

    x: float
    y: float
    text: str
    align: Align = "start"
    tone: str = "soft"
    size: float = SIZE


Shape = Stroke | Area | Dot | Label


@dataclass(frozen=True, slots=True)
class Picture:
    """Shapes on a plane, the later ones over the earlier."""

    width: float
    height: float
    shapes: tuple[Shape, ...]


def length_of(text: str, size: float = SIZE) -> float:
    """Return about how long a text is: a Chinese sign is as long as it is high, others a little over half of that."""
    return sum(size * _part(sign) for sign in text)


def _part(sign: str) -> float:
    if unicodedata.east_asian_width(sign) in "WF":
        return 1.0
    return 0.95 if sign in _BROAD else 0.62


def shortened(text: str, length: float, size: float = SIZE) -> str:
    """Return as much of a text as fits into a length, with an ellipsis where it is cut."""
    if length_of(text, size) <= length:
        return text
    kept = text
    while kept and length_of(f"{kept}…", size) > length:
        kept = kept[:-1]
    return f"{kept.rstrip()}…"


def box(left: float, top: float, width: float, height: float) -> tuple[Point, ...]:
    """Return the corners of a rectangle."""
    return ((left, top), (left + width, top), (left + width, top + height), (left, top + height))
