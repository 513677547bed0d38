"""Documents of records as an app's design states them, before any expression is compiled."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, cast

from engine.kernel.canonical import Json
from engine.kernel.problems import Text
from engine.workflows.signing.definitions import SigningDef, signing_def

FOLDER = "documents"
Size = Literal["A4", "A5", "Letter"]
Style = Literal["title", "heading", "paragraph"]
STYLES: tuple[Style, ...] = ("title", "heading", "paragraph")

USUAL_PICTURE, USUAL_CODE = 80, 25
"""How wide pictures and codes are unless told, in millimetres."""


@dataclass(frozen=True, slots=True)
class PageDef:
    """The paper, and what stands above and below every page."""

    size: Size = "A4"
    landscape: bool = False
    header: Text | None = None
    footer: Text | None = None
    numbers: bool = True


@dataclass(frozen=True, slots=True)
class TextDef:
    """A title, a heading or a paragraph."""

    style: Style
    text: Text


@dataclass(frozen=True, slots=True)
class FieldsDef:
    """Fields of the record with their labels."""

    keys: tuple[str, ...]
    columns: int = 1


@dataclass(frozen=True, slots=True)
class ColumnDef:
    """A column of a table of lines: a field of theirs, or an expression; ``width`` is relative to the others."""

    field: str | None
    labels: Text | None
    value: str | None
    width: int = 2


@dataclass(frozen=True, slots=True)
class LinesDef:
    """A table of lines; ``totals`` are labels and expressions over the record."""

    of: str
    columns: tuple[ColumnDef, ...]
    where: str | None = None
    totals: tuple[tuple[Text, str], ...] = ()


@dataclass(frozen=True, slots=True)
class PicturesDef:
    """The pictures of a field, so many millimetres wide."""

    of: str
    width: int = USUAL_PICTURE


@dataclass(frozen=True, slots=True)
class CodeDef:
    """A QR code of a text, so many millimetres wide."""

    text: str
    size: int = USUAL_CODE


@dataclass(frozen=True, slots=True)
class BreakDef:
    """The end of a page."""


BlockDef = TextDef | FieldsDef | LinesDef | PicturesDef | CodeDef | BreakDef


@dataclass(frozen=True, slots=True)
class PrintoutDef:
    """A document of records of a form: pages of ``content``, or a ``template``, the bytes of an office file.

    ``template`` is empty where what is written there is no base64.
    """

    uid: str
    key: str
    labels: Text
    form: str
    when: str | None = None
    file_name: Text | None = None
    language: Literal["zh", "en"] = "zh"
    page: PageDef = PageDef()
    content: tuple[BlockDef, ...] = ()
    template: bytes | None = None
    signing: SigningDef | None = None


def printout_def(document: Mapping[str, Json]) -> PrintoutDef:
    """Return what a valid document states."""
    page = document.get("page", {})
    return PrintoutDef(
        uid=document["uid"],
        key=document["key"],
        labels=Text.from_json(document["labels"]),
        form=document["form"],
        when=document.get("when"),
        file_name=_text(document, "file_name"),
        language=document.get("language", "zh"),
        page=PageDef(
            size=page.get("size", "A4"),
            landscape=page.get("landscape", False),
            header=_text(page, "header"),
            footer=_text(page, "footer"),
            numbers=page.get("numbers", True),
        ),
        content=tuple(map(_block, document.get("content", ()))),
        template=_decoded(document["template"]["file"]) if "template" in document else None,
        signing=signing_def(document["signing"]) if "signing" in document else None,
    )


def _text(document: Mapping[str, Json], key: str) -> Text | None:
    return Text.from_json(document[key]) if key in document else None


def _decoded(written: str) -> bytes:
    try:
        return base64.b64decode(written, validate=True)
    except binascii.Error:
        return b""


def _block(document: Mapping[str, Json]) -> BlockDef:
    [(kind, body)] = document.items()
    match kind:
        case "fields":
            return FieldsDef(tuple(body["keys"]), body.get("columns", 1))
        case "lines":
            totals = ((Text.from_json(item["labels"]), item["value"]) for item in body.get("totals", ()))
            return LinesDef(body["of"], tuple(map(_column, body["columns"])), body.get("where"), tuple(totals))
        case "pictures":
            return PicturesDef(body["of"], body.get("width", USUAL_PICTURE))
        case "code":
            return CodeDef(body["text"], body.get("size", USUAL_CODE))
        case "page_break":
            return BreakDef()
        case style:
            return TextDef(cast("Style", style), Text.from_json(body))


def _column(document: Mapping[str, Json]) -> ColumnDef:
    return ColumnDef(document.get("field"), _text(document, "labels"), document.get("value"), document.get("width", 2))
