"""Signatures drawn by hand: pictures from outside, made plain before anything else is done with them."""

from __future__ import annotations

from io import BytesIO

from PIL import Image

from engine.printouts.reading_pictures import BROKEN

MOST_PIXELS = 2_000_000


def plain_mark(content: bytes) -> bytes | None:
    """Return a drawn PNG drawn anew, without whatever else its file held; None where it is none, or nothing is drawn.

    What signers send is read whole here, so that nothing that comes later can fail on it.
    """
    try:
        with Image.open(BytesIO(content), formats=["PNG"]) as found:
            if found.width * found.height > MOST_PIXELS:
                return None
            drawn = found.convert("RGBA")
    except BROKEN:
        return None
    seen = Image.new("RGBA", drawn.size, "white")
    seen.alpha_composite(drawn)
    if len(seen.convert("L").getcolors() or ()) == 1:
        return None
    kept = BytesIO()
    drawn.save(kept, "PNG", optimize=True)
    return kept.getvalue()
