"""A paper as one picture in pixels (PNG), for chats: what stands on its pages, on one sheet as long as it needs.

Only texts, tables and drawings are drawn. Letters come from the same font as those of PDFs; no browser is asked.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from PIL import Image, ImageDraw

from engine.printouts.letters import drawn, length_in_pixels
from engine.printouts.paper import Block, Drawing, Grid, Paper, Writing
from engine.printouts.picture import Area, Dot, Label, Picture, Point, Shape, Stroke, box, shortened
from engine.printouts.tones import tone

MEDIA: Final = "image/png"
WIDTH: Final = 540.0
"""How wide the sheet is, in points."""

SCALE: Final = 2
"""So many pixels a point has on each side."""

_FINE: Final = 2
"""Forms are drawn so many times larger and made smaller, so that their edges are smooth."""

_BAND: Final = 512
"""So many rows of pixels are drawn finely at once."""

_EDGE: Final = 16
"""So many rows on each side of a band matter for how it is made smaller."""

MOST_POINTS: Final = 8_000.0
"""How long the sheet is at most; what would stand below is left out, and said to be."""

_MARGIN: Final = 20.0
_LINE: Final = 1.5
_ROW: Final = 18.0
_SIZES: Final = {"title": 18.0, "heading": 13.0, "paragraph": 10.0}
_WHOLE: Final = 100
_CUT: Final = "…"


@dataclass(frozen=True)
class _Piece:
    """Shapes of a block from its own top, and how much of the sheet they take."""

    height: float
    shapes: tuple[Shape, ...]
    picture: Picture | None = None
    scale: float = 1.0


def png_of(paper: Paper) -> bytes:
    """Return the paper as a PNG."""
    pieces, height = [], _MARGIN
    for block in paper.blocks:
        for piece in _pieces(block):
            if height + piece.height > MOST_POINTS:
                pieces.append(_written(_CUT, "paragraph"))
                height += pieces[-1].height
                break
            pieces.append(piece)
            height += piece.height
        else:
            continue
        break
    sheet = Image.new("RGB", (round(WIDTH * SCALE), round((height + _MARGIN) * SCALE)), "white")
    top = _MARGIN
    for piece in pieces:
        _place(sheet, piece.shapes, (_MARGIN, top), 1.0, (piece.height, 1))
        if piece.picture is not None:
            high = piece.picture.height * piece.scale
            _place(sheet, piece.picture.shapes, (_MARGIN, top + piece.height - high - 10), piece.scale, (high, _FINE))
        top += piece.height
    target = io.BytesIO()
    sheet.save(target, "PNG")
    return target.getvalue()


def _pieces(block: Block) -> Iterator[_Piece]:
    match block:
        case Writing(style, text):
            yield _written(text, style)
        case Grid():
            yield from _table(block)
        case Drawing(picture, keys):
            room = WIDTH - 2 * _MARGIN
            scale = min(room, block.most) / picture.width
            shapes: list[Shape] = []
            for at, (name, words) in enumerate(keys):
                shapes.append(Area(box(0, at * 14 + 3, 9, 9), name))
                shapes.append(Label(14, at * 14 + 11, words, tone="ink", size=9))
            yield _Piece(len(keys) * 14 + picture.height * scale + 10, tuple(shapes), picture, scale)


def _written(text: str, style: str) -> _Piece:
    size, room = _SIZES[style], WIDTH - 2 * _MARGIN
    lines = [line for written in text.splitlines() for line in _wrapped(written, size, room)]
    step = size * _LINE
    before = 12.0 if style == "heading" else 0.0
    shapes = (Label(0, before + step * (at + 0.75), line, tone="ink", size=size) for at, line in enumerate(lines))
    return _Piece(before + step * len(lines) + 4, tuple(shapes))


def _wrapped(text: str, size: float, room: float) -> Iterator[str]:
    """Go through the lines of a text, broken where a letter would not fit any more, at a blank if one is near."""
    rest = text
    while rest:
        count = len(rest)
        while count > 1 and length_in_pixels(rest[:count], size) > room:
            count -= max(1, count // 8)
        while count < len(rest) and length_in_pixels(rest[: count + 1], size) <= room:
            count += 1
        if count < len(rest):
            blank = rest.rfind(" ", max(1, count - 16), count)
            count = blank + 1 if blank > 0 else count
        yield rest[:count].rstrip()
        rest = rest[count:].lstrip()


def _table(block: Grid) -> Iterator[_Piece]:
    room, total = WIDTH - 2 * _MARGIN, sum(block.widths) or len(block.heads)
    widths = [room * one / total for one in block.widths or (1,) * len(block.heads)]
    yield _row(block.heads, widths, block.numbers, head=True)
    for row in block.rows:
        yield _row(row, widths, block.numbers, head=False)
    yield _Piece(8, ())


def _row(cells: Sequence[str], widths: Sequence[float], numbers: frozenset[int], *, head: bool) -> _Piece:
    shapes: list[Shape] = [Area(box(0, 0, sum(widths), _ROW), "plain")] if head else []
    left = 0.0
    for at, (cell, width) in enumerate(zip(cells, widths, strict=True)):
        said = shortened(" ".join(cell.split()), width - 6, 9)
        is_number = at in numbers
        x = left + (width - 3 if is_number else 3)
        shapes.append(Label(x, _ROW - 6, said, "end" if is_number else "start", "soft" if head else "ink", 9))
        left += width
    shapes.append(Stroke(((0, _ROW), (left, _ROW)), "line"))
    return _Piece(_ROW, tuple(shapes))


def _place(sheet: Image.Image, shapes: Sequence[Shape], origin: Point, scale: float, size: tuple[float, int]) -> None:
    """Draw shapes onto the sheet, forms first and letters over them; ``size`` is how high (points) and how fine."""
    width, high, fine = round(WIDTH * SCALE), max(1, round(size[0] * SCALE)), size[1]
    above = round(origin[1] * SCALE)
    factor = scale * SCALE * fine
    forms = [shape for shape in shapes if not isinstance(shape, Label)]
    before = None
    for begun in range(0, high if forms else 0, _BAND):
        # A band at a time, with an edge that is thrown away: a long drawing in fine pixels would take all memory.
        first, end, last = max(0, begun - _EDGE), min(high, begun + _BAND), min(high, begun + _BAND + _EDGE)
        ground = sheet.crop((0, above + first, width, above + last))
        if before is not None:
            ground.paste(before, (0, 0))
        before = sheet.crop((0, above + max(0, end - _EDGE), width, above + end))
        ground = ground.resize((width * fine, (last - first) * fine))
        for shape in forms:
            _draw(ground, shape, (origin[0] * SCALE * fine, -first * fine), factor)
        made = ground.resize((width, last - first), Image.Resampling.LANCZOS)
        sheet.paste(made.crop((0, begun - first, width, end - first)), (0, above + begun))
    for label in shapes:
        if isinstance(label, Label):
            _write(sheet, label, origin, scale)


def _write(sheet: Image.Image, label: Label, origin: Point, scale: float) -> None:
    if not label.text.strip():
        return
    size = label.size * scale * SCALE
    mask, before, base = drawn(label.text, size)
    length = length_in_pixels(label.text, size)
    back = {"start": 0.0, "middle": length / 2, "end": length}[label.align]
    x, y = (origin[0] + label.x * scale) * SCALE - back - before, (origin[1] + label.y * scale) * SCALE - base
    sheet.paste(tone(label.tone), (round(x), round(y)), mask)


def _draw(ground: Image.Image, shape: Shape, corner: Point, factor: float) -> None:
    def at(point: Point) -> tuple[float, float]:
        return corner[0] + point[0] * factor, corner[1] + point[1] * factor

    pen, colour = ImageDraw.Draw(ground, "RGBA"), tone(shape.tone)
    match shape:
        case Stroke(points, _, width, dashes):
            for piece in _dashed([at(one) for one in points], [one * factor for one in dashes]):
                pen.line(piece, colour, max(1, round(width * factor)), "curve")
        case Area(points, strength=strength):
            pen.polygon([at(one) for one in points], _seen(colour, strength))
        case Dot(x, y, radius, strength=strength):
            middle, far = at((x, y)), radius * factor
            corners = (middle[0] - far, middle[1] - far, middle[0] + far, middle[1] + far)
            pen.ellipse(corners, _seen(colour, strength))


def _seen(colour: str, strength: int) -> str:
    return f"{colour}{round(255 * strength / _WHOLE):02x}"


def _dashed(points: Sequence[Point], dashes: Sequence[float]) -> Iterator[list[Point]]:
    """Go through the pieces of a broken line; one that is whole is one piece."""
    if not dashes:
        yield list(points)
        return
    at, left = 0, dashes[0]
    for (x, y), (to_x, to_y) in pairwise(points):
        whole = ((to_x - x) ** 2 + (to_y - y) ** 2) ** 0.5
        gone = 0.0
        while whole - gone > 1e-6:  # noqa: PLR2004 - what is shorter cannot be seen
            step = min(left, whole - gone)
            if at % 2 == 0:
                begin, end = gone / whole, (gone + step) / whole
                yield [(x + (to_x - x) * part, y + (to_y - y) * part) for part in (begin, end)]
            gone, left = gone + step, left - step
            if left <= 0:
                at += 1
                left = dashes[at % len(dashes)]
