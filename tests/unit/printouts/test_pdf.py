"""Papers as PDF: whatever stands on them fits, is escaped, and is the same each time."""

from __future__ import annotations

import io
import struct
import zlib

import pytest
from pypdf import PdfReader

from engine.printouts.paper import Break, Code, Grid, Pairs, Paper, Pictures, Writing
from engine.printouts.pdf import pdf_of

LONG = "很长的一段话,没有尽头。" * 800


def read(paper):
    return [page.extract_text() for page in PdfReader(io.BytesIO(pdf_of(paper))).pages]


def png(wide, high):
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\0" + b"\x40" * wide for _ in range(high))
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", wide, high, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    "block", [Writing("paragraph", LONG), Pairs((("备注", LONG),), 2), Grid(("备注",), ((LONG,),))]
)
@pytest.mark.parametrize("landscape", [False, True])
def test_what_is_longer_than_a_page_goes_over_pages(block, landscape):
    pages = read(Paper("t", (block,), size="A5", landscape=landscape))
    assert len(pages) > 2
    assert "".join("".join(pages).split()).count("没有尽头") >= 790


@pytest.mark.parametrize("size", [(10, 4_000), (4_000, 10), (2_000, 2_000)])
def test_a_picture_of_any_shape_fits_its_page(size):
    made = PdfReader(io.BytesIO(pdf_of(Paper("t", (Pictures((png(*size),), 180),), size="A5", landscape=True))))
    assert [len(page.images) for page in made.pages] == [1]


def test_a_content_that_is_no_picture_is_left_out():
    [page] = PdfReader(io.BytesIO(pdf_of(Paper("t", (Pictures((b"%PDF-1.4", b""), 80), Writing("title", "x")))))).pages
    assert (len(page.images), page.extract_text().strip()) == (0, "x")


def test_texts_are_never_markup_and_signs_without_a_glyph_are_marked():
    [page] = read(Paper("t", (Writing("paragraph", '<b>a</b> & <img src="/etc/passwd"/> 喆堃 😀'),)))
    assert '<b>a</b> & <img src="/etc/passwd"/> 喆堃 〓' in page


def test_pages_are_numbered_and_end_where_it_is_said():
    blocks = (Writing("title", "一"), Break(), Writing("title", "二"), Code("https://example.com/" + "x" * 1_400, 30))
    pages = read(Paper("t", blocks, header="上", footer="下", page_words="第 {number} 页"))
    assert ["第 1 页" in pages[0], "第 2 页" in pages[1], "上" in pages[1], "下" in pages[1]] == [True] * 4


def test_the_same_paper_gives_the_same_bytes():
    paper = Paper("t", (Writing("title", "同样"), Pictures((png(40, 40),), 40), Code("同样", 20)))
    assert pdf_of(paper) == pdf_of(paper)
