"""What reading a picture from outside raises where it is none, or a broken one: whoever reads one catches the same."""

from __future__ import annotations

import struct
import zlib

from PIL import Image, UnidentifiedImageError

BROKEN = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    struct.error,
    zlib.error,
    UnidentifiedImageError,
    Image.DecompressionBombError,
)
