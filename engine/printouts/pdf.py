"""Pages as PDF, with the glyphs that they need of a Chinese font in them; the same paper gives the same bytes.

Texts are never markup: what stands in them is escaped. A sign that the font lacks becomes 〓, as printers have it.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from functools import cache
from threading import Lock
from typing import TYPE_CHECKING, Any, Final, Literal
from xml.sax.saxutils import escape

import segno
from PIL import Image as Pixels
from PIL import ImageOps
from reportlab.lib import colors
from reportlab.lib.enums import TA_CENTER, TA_LEFT, TA_RIGHT
from reportlab.lib.pagesizes import A4, A5, LETTER, landscape
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import (
    Flowable,
    Image,
    KeepTogether,
    PageBreak,
    Paragraph,
    SimpleDocTemplate,
    Spacer,
    Table,
    TableStyle,
)

from engine.printouts.letters import font_content
from engine.printouts.paper import Block, Break, Code, Drawing, Grid, Pairs, Paper, Pictures, Writing
from engine.printouts.picture import Area, Dot, Label, Picture, Shape, Stroke
from engine.printouts.reading_pictures import BROKEN
from engine.printouts.tones import tone

if TYPE_CHECKING:
    from reportlab.pdfgen.canvas import Canvas
    from reportlab.pdfgen.pathobject import PDFPathObject

FONT: Final = "NotoSansSC"
MISSING: Final = "〓"
MARGIN: Final = 18 * mm
_SIZES: Final = {"A4": A4, "A5": A5, "Letter": LETTER}
_MOST_PIXELS: Final = 1_600
"""How wide or high a picture is at most, in pixels: more is not seen on paper."""

_GREY: Final = colors.HexColor("#888888")
_LIGHT: Final = colors.HexColor("#f2f2f2")
_LOCK: Final = Lock()
"""The font keeps which glyphs a document needs while that is drawn."""


@cache
def _signs() -> frozenset[int]:
    """Load the font; return the signs that it has."""
    font = TTFont(FONT, io.BytesIO(font_content()))
    pdfmetrics.registerFont(font)
    return frozenset(font.face.charToGlyph)


def _drawable(text: str) -> str:
    """Return a text of which every sign can be drawn; what has no width and no glyph is left out."""
    known = _signs()
    kept = (one if ord(one) in known or one == "\n" else _instead(one) for one in text.replace("\t", "    "))
    return "".join(kept)


def _instead(sign: str) -> str:
    return MISSING if sign.isprintable() and ord(sign) not in range(0xFE00, 0xFE10) else ""


def _style(name: str, size: int, align: Literal[0, 1, 2] = TA_LEFT, before: int = 0, after: int = 0) -> ParagraphStyle:
    style = ParagraphStyle(name, fontName=FONT, fontSize=size, leading=size * 1.5, wordWrap="CJK")
    style.alignment, style.spaceBefore, style.spaceAfter = align, before, after
    return style


_HEADING: Final = _style("heading", 13, before=8, after=4)
_HEADING.keepWithNext = 1
_STYLES: Final = {
    "title": _style("title", 18, TA_CENTER, after=8),
    "heading": _HEADING,
    "paragraph": _style("paragraph", 10, after=4),
    "cell": _style("cell", 9),
    "label": _style("label", 9),
    "number": _style("number", 9, TA_RIGHT),
}


def pdf_of(paper: Paper) -> bytes:
    """Return the paper as a PDF."""
    target = io.BytesIO()
    size = landscape(_SIZES[paper.size]) if paper.landscape else _SIZES[paper.size]
    with _LOCK:
        _signs()
        made = SimpleDocTemplate(
            target,
            pagesize=size,
            leftMargin=MARGIN,
            rightMargin=MARGIN,
            topMargin=MARGIN,
            bottomMargin=MARGIN,
            title=paper.title,
            author="",
            subject="",
            creator="",
            producer="Youju",
            invariant=1,
        )
        drawing = [flowable for block in paper.blocks for flowable in _drawn(block, made.width, made.height)]

        def around(canvas: Canvas, document: SimpleDocTemplate) -> None:
            _edges(canvas, paper, size, int(document.page))

        made.build(drawing or [Spacer(1, 1)], onFirstPage=around, onLaterPages=around)
    return target.getvalue()


def _edges(canvas: Canvas, paper: Paper, size: tuple[float, float], number: int) -> None:
    """Draw what stands above and below a page."""
    canvas.saveState()
    canvas.setFont(FONT, 8)
    canvas.setFillColor(_GREY)
    width, height = size
    canvas.drawString(MARGIN, height - 12 * mm, _drawable(_one_line(paper.header)))
    canvas.drawString(MARGIN, 10 * mm, _drawable(_one_line(paper.footer)))
    if paper.page_words is not None:
        canvas.drawRightString(width - MARGIN, 10 * mm, _drawable(paper.page_words.format(number=number)))
    canvas.restoreState()


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _paragraph(text: str, style: str) -> Paragraph:
    return Paragraph(escape(_drawable(text)).replace("\n", "<br/>"), _STYLES[style])


def _drawn(block: Block, width: float, height: float) -> Iterator[Flowable]:
    match block:
        case Writing(style, text):
            yield _paragraph(text, style)
        case Pairs():
            yield from _pairs(block, width)
        case Grid():
            yield _grid(block, width)
            yield Spacer(1, 6)
        case Pictures(contents, wide):
            for content in contents:
                yield from _picture(content, min(wide * mm, width), height)
        case Code(text, size):
            if text:
                yield _code(text, size * mm)
        case Drawing():
            yield _keyed(block, width, height)
            yield Spacer(1, 8)
        case Break():
            yield PageBreak()


def _pairs(block: Pairs, width: float) -> Iterator[Flowable]:
    cells = [(_paragraph(label, "label"), _paragraph(value, "cell")) for label, value in block.items]
    rows = [cells[start : start + block.columns] for start in range(0, len(cells), block.columns)]
    if not rows:
        return
    blank = (_paragraph("", "label"), _paragraph("", "cell"))
    listed = [[part for pair in [*row, *[blank] * (block.columns - len(row))] for part in pair] for row in rows]
    share = width / block.columns
    yield _table(listed, [share * 0.28, share * 0.72] * block.columns, head=False)
    yield Spacer(1, 6)


def _grid(block: Grid, width: float) -> Flowable:
    total = sum(block.widths) or len(block.heads)
    widths = [width * one / total for one in block.widths or (1,) * len(block.heads)]
    listed = [[_paragraph(head, "label") for head in block.heads]]
    for row in block.rows:
        listed.append([_paragraph(cell, "number" if at in block.numbers else "cell") for at, cell in enumerate(row)])
    last = len(block.heads) - 1
    spans = []
    for label, value in block.totals:
        if last == 0:
            listed.append([_paragraph(f"{label} {value}", "number")])
            continue
        blanks = [_paragraph("", "cell") for _ in range(last - 1)]
        spans.append(("SPAN", (0, len(listed)), (last - 1, len(listed))))
        listed.append([_paragraph(label, "number"), *blanks, _paragraph(value, "number")])
    return _table(listed, widths, head=True, more=spans)


def _table(rows: list[list[Any]], widths: list[float], *, head: bool, more: list[Any] | None = None) -> Flowable:
    lines: list[Any] = [("GRID", (0, 0), (-1, -1), 0.4, _GREY), ("VALIGN", (0, 0), (-1, -1), "TOP")]
    lines += [("BACKGROUND", (0, 0), (-1, 0), _LIGHT)] if head else []
    made = Table(rows, colWidths=widths, repeatRows=1 if head else 0, splitInRow=1)
    made.setStyle(TableStyle([*lines, *(more or [])]))
    return made


def _picture(content: bytes, width: float, height: float) -> Iterator[Flowable]:
    """Draw a picture upright, no larger than paper shows; nothing where it is none."""
    try:
        with Pixels.open(io.BytesIO(content)) as opened:
            upright = ImageOps.exif_transpose(opened)
            upright.thumbnail((_MOST_PIXELS, _MOST_PIXELS))
            target = io.BytesIO()
            flat = Pixels.new("RGB", upright.size, "white")
            seen = upright.convert("RGBA")
            flat.paste(seen, mask=seen)
            flat.save(target, "JPEG", quality=85)
    except BROKEN:
        return
    target.seek(0)
    wide, high = flat.size
    tall = min(width * high / wide, height - 10 * mm)
    yield Image(target, width=tall * wide / high, height=tall)
    yield Spacer(1, 4)


def _code(text: str, size: float) -> Flowable:
    target = io.BytesIO()
    segno.make(text, micro=False, error="m").save(target, kind="png", scale=8, border=2)
    target.seek(0)
    return Image(target, width=size, height=size, hAlign="LEFT")


def _keyed(block: Drawing, width: float, height: float) -> Flowable:
    """Return a picture with its keys above it, kept on one page."""
    keys = [_paragraph(f"■ {words}", "label") for _, words in block.keys]
    for (name, _), key in zip(block.keys, keys, strict=True):
        key.style = ParagraphStyle("key", parent=key.style, textColor=colors.HexColor(tone(name)))
    return KeepTogether([*keys, _Drawn(block.picture, min(width, block.most), height - 24 * mm)])


class _Drawn(Flowable):
    """A picture as vectors: letters stay letters."""

    def __init__(self, picture: Picture, width: float, most: float) -> None:
        super().__init__()
        scale = min(width / picture.width, most / max(1.0, picture.height))
        self._picture, self._scale = picture, scale
        self.width, self.height = picture.width * scale, picture.height * scale

    def draw(self) -> None:
        """Draw it upwards, as PDF counts."""
        canvas: Canvas = self.canv
        canvas.saveState()
        canvas.translate(0, self.height)
        canvas.scale(self._scale, self._scale)
        for shape in self._picture.shapes:
            _shape(canvas, shape)
        canvas.restoreState()


def _shape(canvas: Canvas, shape: Shape) -> None:
    canvas.saveState()
    colour = colors.HexColor(tone(shape.tone))
    match shape:
        case Stroke(points, _, width, dashes):
            canvas.setStrokeColor(colour)
            canvas.setLineWidth(width)
            canvas.setDash([float(one) for one in dashes])
            canvas.drawPath(_outline(canvas, points), stroke=1, fill=0)
        case Area(points, strength=strength):
            canvas.setFillColor(colour, alpha=strength / 100)
            outline = _outline(canvas, points)
            outline.close()
            canvas.drawPath(outline, stroke=0, fill=1)
        case Dot(x, y, radius, strength=strength):
            canvas.setFillColor(colour, alpha=strength / 100)
            canvas.circle(x, -y, radius, stroke=0, fill=1)
        case Label(x, y, text, align, _, size):
            canvas.setFillColor(colour)
            canvas.setFont(FONT, size)
            write = {"start": canvas.drawString, "middle": canvas.drawCentredString, "end": canvas.drawRightString}
            write[align](x, -y, _drawable(text))
    canvas.restoreState()


def _outline(canvas: Canvas, points: Sequence[tuple[float, float]]) -> PDFPathObject:
    outline = canvas.beginPath()
    for at, (x, y) in enumerate(points):
        (outline.lineTo if at else outline.moveTo)(x, -y)
    return outline
