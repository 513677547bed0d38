"""The font that papers bring along, as a file in memory and for pixels; loaded when it is first asked for."""

from __future__ import annotations

import io
import lzma
from functools import cache
from importlib.resources import files
from typing import Final

from PIL import Image, ImageDraw, ImageFont

_LARGE: Final = 72
"""Letters are drawn so many pixels high and made smaller: the font stands in memory once, whatever sizes are asked."""

_AROUND: Final = 12
_BASE: Final = 84
_HEIGHT: Final = 112


def font_content() -> bytes:
    """Return the font as a TrueType file."""
    packed = (files("engine.printouts") / "fonts" / "NotoSansSC.ttf.xz").read_bytes()
    return lzma.decompress(packed)


@cache
def _font() -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(io.BytesIO(font_content()), _LARGE, layout_engine=ImageFont.Layout.BASIC)


def length_in_pixels(text: str, size: float) -> float:
    """Return how long a text is in letters of a size."""
    return _font().getlength(text) * size / _LARGE


def drawn(text: str, size: float) -> tuple[Image.Image, float, float]:
    """Return a text as a mask, and where in it the text begins: how far from the left, and its base from above."""
    font = _font()
    mask = Image.new("L", (round(font.getlength(text)) + 2 * _AROUND, _HEIGHT))
    ImageDraw.Draw(mask).text((_AROUND, _BASE), text, 255, font, "ls")
    factor = size / _LARGE
    wide, high = max(1, round(mask.width * factor)), max(1, round(_HEIGHT * factor))
    return mask.resize((wide, high), Image.Resampling.LANCZOS), _AROUND * factor, _BASE * factor
