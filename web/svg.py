"""Pictures as SVG: tones are classes, for the policy of pages allows no styles of elements and themes say colours."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from engine.printouts.picture import Area, Dot, Label, Picture, Point, Shape, Stroke

_WHOLE = 100
_STROKE = '<polyline class="on-{}" points="{}" stroke-width="{}"{}/>'
_AREA = '<polygon class="in-{}" points="{}"{}/>'
_DOT = '<circle class="in-{}" cx="{}" cy="{}" r="{}"{}/>'
_LABEL = '<text class="in-{}" x="{}" y="{}" text-anchor="{}" font-size="{}">{}</text>'
_FINGER = 11
"""Around so many points a small mark can be hit."""


def svg(picture: Picture, hrefs: Sequence[str] = ()) -> str:
    """Return a picture as an SVG element; ``hrefs`` are where its rows lead.

    It is for eyes and pointers alone: whoever reads or steps by keys has the table of the same figures beside it.
    """
    inner = "".join(_linked(shape, hrefs) for shape in picture.shapes)
    seen = f"0 0 {_short(picture.width)} {_short(picture.height)}"
    return f'<svg class="chart" viewBox="{seen}" aria-hidden="true" focusable="false">{inner}</svg>'


def _linked(shape: Shape, hrefs: Sequence[str]) -> str:
    drawn = _drawn(shape)
    if not isinstance(shape, Area | Dot) or shape.hint == "":
        return drawn
    titled = f"<title>{escape(shape.hint)}</title>{drawn}"
    if shape.row is None or shape.row >= len(hrefs):
        return f"<g>{titled}</g>"
    x, y = _middle(shape)
    hit = f'<circle class="hit" cx="{_short(x)}" cy="{_short(y)}" r="{_FINGER}"/>'
    return f'<a href="{escape(hrefs[shape.row])}" tabindex="-1">{titled}{hit}</a>'


def _middle(shape: Area | Dot) -> Point:
    if isinstance(shape, Dot):
        return shape.x, shape.y
    return sum(x for x, _ in shape.points) / len(shape.points), sum(y for _, y in shape.points) / len(shape.points)


def _drawn(shape: Shape) -> str:
    match shape:
        case Stroke(points, tone, width, dashes):
            return _STROKE.format(tone, _points(points), _short(width), _broken(dashes))
        case Area(points, tone, strength=strength):
            return _AREA.format(tone, _points(points), _strength(strength))
        case Dot(x, y, radius, tone, strength=strength):
            return _DOT.format(tone, _short(x), _short(y), _short(radius), _strength(strength))
        case Label(x, y, text, align, tone, size):
            return _LABEL.format(tone, _short(x), _short(y), align, _short(size), escape(text))


def _broken(dashes: Sequence[int]) -> str:
    return ' stroke-dasharray="{}"'.format(" ".join(map(str, dashes))) if dashes else ""


def _points(points: Sequence[Point]) -> str:
    return " ".join(f"{_short(x)},{_short(y)}" for x, y in points)


def _strength(strength: int) -> str:
    return "" if strength == _WHOLE else f' fill-opacity="{strength / _WHOLE}"'


def _short(length: float) -> str:
    return f"{length:.1f}".removesuffix(".0")
