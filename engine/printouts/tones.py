"""What the tones of pictures are on white paper; pages have their own, by theme."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

_TONES: Final[Mapping[str, str]] = {
    "series-1": "#0d6157",
    "series-2": "#c77700",
    "series-3": "#1a5aa8",
    "series-4": "#a33a6b",
    "series-5": "#5c6b2f",
    "series-6": "#6a4bb0",
    "ink": "#19201f",
    "soft": "#565f5c",
    "line": "#cfd4cf",
    "plain": "#eef0ed",
    "sheet": "#ffffff",
    "red": "#ab1f1a",
    "yellow": "#c77700",
    "green": "#1a6838",
    "heat-0": "#f1f3f0",
    "heat-1": "#d3e5e1",
    "heat-2": "#b3d3cd",
    "heat-3": "#93c0b8",
    "heat-4": "#6faaa0",
}


def tone(name: str) -> str:
    """Return the colour of a tone as #rrggbb; one that is not known is ink."""
    return _TONES.get(name, _TONES["ink"])
