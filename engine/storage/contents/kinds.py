"""What a content is, told from how it begins: never from its name alone, never from what its sender says of it."""

from __future__ import annotations

import codecs
import re
import struct
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from engine.kernel.problems import EngineError
from engine.storage.contents import problems

MIB: Final = 1 << 20
LARGEST_IMAGE: Final = 15 * MIB
LARGEST: Final = 25 * MIB
MOST_MEGAPIXELS: Final = 50
LONGEST_NAME: Final = 120

_BEGINNINGS: Final = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"%PDF-", "application/pdf"),
    (b"OggS", "audio/ogg"),
    (b"ID3", "audio/mpeg"),
    (b"#!AMR", "audio/amr"),
    (b"\x1a\x45\xdf\xa3", "audio/webm"),
)
_WITHIN: Final = ((b"RIFF", b"WEBP", "image/webp"), (b"RIFF", b"WAVE", "audio/wav"))
_MP4: Final = frozenset(
    (
        b"M4A ",
        b"M4B ",
        b"mp41",
        b"mp42",
        b"isom",
        b"iso2",
        b"iso4",
        b"iso5",
        b"iso6",
        b"dash",
        b"3gp4",
        b"3gp5",
        b"3gp6",
    )
)
"""The brands under which phones and browsers write what they record."""

_OFFICE: Final = "application/vnd.openxmlformats-officedocument."
_ZIPPED: Final = (
    (b"word/", f"{_OFFICE}wordprocessingml.document"),
    (b"xl/", f"{_OFFICE}spreadsheetml.sheet"),
    (b"ppt/", f"{_OFFICE}presentationml.presentation"),
)
_OLE: Final = {"doc": "application/msword", "xls": "application/vnd.ms-excel", "ppt": "application/vnd.ms-powerpoint"}
_ENDINGS: Final = {
    "image/jpeg": ("jpg", "jpeg", "jfif"),
    "image/png": ("png",),
    "image/gif": ("gif",),
    "image/webp": ("webp",),
    "audio/ogg": ("ogg", "oga", "opus"),
    "audio/mpeg": ("mp3",),
    "audio/amr": ("amr",),
    "audio/webm": ("webm", "weba"),
    "audio/mp4": ("m4a", "mp4"),
    "audio/wav": ("wav",),
    "application/pdf": ("pdf",),
    "application/zip": ("zip",),
    "text/plain": ("txt", "log", "md"),
    "text/csv": ("csv",),
    **{kind: (ending,) for ending, kind in _OLE.items()},
    **{kind: (ending,) for (_, kind), ending in zip(_ZIPPED, ("docx", "xlsx", "pptx"), strict=True)},
}
_UNSHOWN: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff<>:\"|?*\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Kind:
    """What a content is: its media type, and of a picture the size in pixels."""

    type: str
    width: int | None = None
    height: int | None = None


def kind_of(head: bytes, size: int, name: str) -> Kind:
    """Return what a content is; EngineError where it is of no type that is taken, empty, damaged or too large."""
    if not size:
        raise EngineError(problems.EMPTY.at("file", name=name))
    media = _media_type(head, _ending(name))
    if media is None:
        raise EngineError(problems.UNKNOWN_KIND.at("file", name=name))
    if not media.startswith("image/"):
        return Kind(media)
    if size > LARGEST_IMAGE:
        raise EngineError(problems.TOO_LARGE.at("file", most=LARGEST_IMAGE // MIB))
    pixels = _pixels(head, media)
    if pixels is None or not 0 < pixels[0] * pixels[1] <= MOST_MEGAPIXELS * 1_000_000:
        raise EngineError(problems.BAD_IMAGE.at("file", name=name, most=MOST_MEGAPIXELS))
    return Kind(media, *pixels)


def clean_name(raw: str | None, media: str | None = None) -> str:
    """Return a name that can be shown and saved under: no folders, no unseen signs, the ending of its type."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", raw or ""))[-1]
    name = _UNSHOWN.sub("", last).strip(" .") or "file"
    endings = _ENDINGS.get(media or "", ())
    if endings and _ending(name) not in endings:
        name = f"{name}.{endings[0]}"
    if len(name) <= LONGEST_NAME:
        return name
    stem, dot, ending = name.rpartition(".")
    return f"{stem[: LONGEST_NAME - len(ending) - 1]}{dot}{ending}" if dot else name[:LONGEST_NAME]


def _ending(name: str) -> str:
    _, dot, ending = name.rpartition(".")
    return ending.lower() if dot else ""


def _media_type(head: bytes, ending: str) -> str | None:
    for begins, media in _BEGINNINGS:
        if head.startswith(begins):
            return media
    for begins, inside, media in _WITHIN:
        if head.startswith(begins) and head[8:12] == inside:
            return media
    if head[4:8] == b"ftyp":  # pictures (HEIC, AVIF) and films (QuickTime) come in the same box; the brand tells
        return "audio/mp4" if head[8:12] in _MP4 else None
    if head.startswith(b"PK\x03\x04"):
        return next((media for part, media in _ZIPPED if b"[Content_Types].xml" in head and part in head), _ZIP)
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return _OLE.get(ending)
    if _is_mpeg_frame(head):
        return "audio/mpeg"
    if _is_text(head):
        return "text/csv" if ending == "csv" else "text/plain"
    return None


_ZIP: Final = "application/zip"
_FRAME: Final = 0xE0
_NO_LAYER: Final = 0x06


def _is_mpeg_frame(head: bytes) -> bool:
    """Tell whether it begins with the header of an MPEG audio frame of layer III."""
    if len(head) < 4 or head[0] != 0xFF:  # noqa: PLR2004 - eleven bits set
        return False
    return head[1] & _FRAME == _FRAME and head[1] & _NO_LAYER == 0x02 and head[2] >> 4 not in (0, 15)  # noqa: PLR2004


def _is_text(head: bytes) -> bool:
    """Tell whether it is UTF-8 (or the GB 18030 of a Chinese spreadsheet) without signs that no text has."""
    for encoding in ("utf-8", "gb18030"):
        try:
            text = codecs.getincrementaldecoder(encoding)().decode(head)
        except UnicodeDecodeError:
            continue
        return not any(char < " " and char not in "\t\r\n\f" for char in text)
    return False


def _pixels(head: bytes, media: str) -> tuple[int, int] | None:
    """Return the size of a picture in pixels from its header, or None where it has none that can be read."""
    try:
        match media:
            case "image/png":
                return struct.unpack(">II", head[16:24]) if head[12:16] == b"IHDR" else None
            case "image/gif":
                return struct.unpack("<HH", head[6:10])
            case "image/webp":
                return _webp(head)
            case _:
                return next(_jpeg(head), None)
    except (struct.error, IndexError):  # it ends before its size
        return None


_FRAMES: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""Markers of a JPEG that begin a frame, which states the size."""

_BARE: Final = frozenset((0x01, *range(0xD0, 0xD9)))
"""Markers of a JPEG that have no length."""


def _jpeg(head: bytes) -> Iterator[tuple[int, int]]:
    """Go through the segments of a JPEG to its frame."""
    at = 2
    while at + 9 <= len(head) and head[at] == 0xFF:  # noqa: PLR2004 - a marker's first byte
        marker = head[at + 1]
        if marker in _FRAMES:
            height, width = struct.unpack(">HH", head[at + 5 : at + 9])
            yield width, height
            return
        if marker == 0xFF:  # noqa: PLR2004 - padding
            at += 1
        else:
            at += 2 if marker in _BARE else 2 + struct.unpack(">H", head[at + 2 : at + 4])[0]


def _webp(head: bytes) -> tuple[int, int] | None:
    match head[12:16]:
        case b"VP8 ":
            width, height = struct.unpack("<HH", head[26:30])
            return width & 0x3FFF, height & 0x3FFF
        case b"VP8L":
            bits = struct.unpack("<I", head[21:25])[0]
            return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
        case b"VP8X":
            return int.from_bytes(head[24:27], "little") + 1, int.from_bytes(head[27:30], "little") + 1
        case _:
            return None
