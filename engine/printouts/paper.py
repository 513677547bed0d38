"""What stands on the pages of a document, worked out already: texts, tables, pictures and codes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from engine.printouts.picture import Picture


@dataclass(frozen=True, slots=True)
class Writing:
    """A title, a heading or a paragraph."""

    style: Literal["title", "heading", "paragraph"]
    text: str


@dataclass(frozen=True, slots=True)
class Pairs:
    """Labels and values, in one column or two."""

    items: tuple[tuple[str, str], ...]
    columns: int = 1


@dataclass(frozen=True, slots=True)
class Grid:
    """A table: the heads of its columns, its rows, and labels with values below.

    ``widths`` are relative; of ``numbers`` the columns stand to the right.
    """

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    totals: tuple[tuple[str, str], ...] = ()
    widths: tuple[int, ...] = ()
    numbers: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Pictures:
    """Contents of pictures, so many millimetres wide; one that cannot be drawn is left out."""

    contents: tuple[bytes, ...]
    width: int


@dataclass(frozen=True, slots=True)
class Code:
    """A QR code, so many millimetres wide."""

    text: str
    size: int


@dataclass(frozen=True, slots=True)
class Drawing:
    """A picture of shapes, at most ``most`` points wide, and what its tones stand for."""

    picture: Picture
    keys: tuple[tuple[str, str], ...] = ()
    most: int = 360


@dataclass(frozen=True, slots=True)
class Break:
    """The end of a page."""


Block = Writing | Pairs | Grid | Pictures | Code | Drawing | Break


@dataclass(frozen=True, slots=True)
class Paper:
    """A whole document: ``title`` is what readers of PDF call it, ``page_words`` how a page is numbered."""

    title: str
    blocks: tuple[Block, ...]
    size: Literal["A4", "A5", "Letter"] = "A4"
    landscape: bool = False
    header: str = ""
    footer: str = ""
    page_words: str | None = None
