"""Boards as files: what stands in them is what the viewer sees, typed, in the viewer's language, and no formula."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from openpyxl import load_workbook
from PIL import Image
from pypdf import PdfReader

from engine.kernel.problems import EngineError
from tests.integration.runtime.test_boards import lent

__all__ = ["lent"]


def made(library, board, ending, viewer=None):
    return library.site.services.board_exports.make(viewer or library.anna, "library", board, ending)


def book_of(library, board, viewer=None):
    return load_workbook(io.BytesIO(made(library, board, "xlsx", viewer).content))


def text_of(library, board, viewer=None):
    pages = PdfReader(io.BytesIO(made(library, board, "pdf", viewer).content)).pages
    return "\n".join(page.extract_text() for page in pages)


def test_sheet_has_typed_figures_when_a_board_is_saved_as_excel(library, lent):
    book = book_of(library, "lending")
    assert book.sheetnames == ["现在", "逾期未还", "各读者", "每周", "状态", "读者明细"]
    now = [[cell.value for cell in row] for row in book["现在"].iter_rows()]
    assert now[0][0] == "借阅看板 · 现在"
    assert now[1][0].endswith("按anna的权限")
    heads, figures = now[-2], now[-1]
    found = dict(zip(heads, figures, strict=True))
    assert found["在借"] == 1
    assert isinstance(found["罚金合计"], int | float)
    assert book["现在"].cell(len(now), heads.index("罚金合计") + 1).number_format == '"¥"#,##0.00'


def test_text_is_no_formula_when_it_begins_like_one(library):
    evil = '=HYPERLINK("http://evil.example","x")'
    library.loan(member=library.member(name=evil).id)
    library.loan(member=library.member(name="\x01@SUM(A1)").id)
    cells = [cell for row in book_of(library, "lending")["各读者"].iter_rows() for cell in row]
    (cell,) = (one for one in cells if str(one.value).startswith(evil))
    assert cell.data_type == "s"
    assert cell.quotePrefix
    assert any(str(one.value).startswith("@SUM(A1)") and one.data_type == "s" for one in cells)


def test_file_is_named_in_the_language_of_its_viewer_when_that_is_english(library, lent):
    english = replace(library.anna, language="en")
    assert made(library, "lending", "pdf").name.startswith("借阅看板 20")
    assert made(library, "lending", "png", english).name.startswith("Lending 20")
    assert book_of(library, "lending", english).sheetnames[0] == "Now"
    assert "by the rights of" in text_of(library, "lending", english)


def test_files_hold_no_more_than_the_board_when_a_field_is_hidden(library):
    library.book(price="12.50")
    own, others = (book_of(library, "stock", viewer)["价值"] for viewer in (library.anna, library.john))
    heads = [[cell.value for cell in row] for row in own.iter_rows()]
    assert any("总价" in row for row in heads)
    assert not any("总价" in [cell.value for cell in row] for row in others.iter_rows())
    assert "总价" not in text_of(library, "stock", library.john)
    assert "总价" in text_of(library, "stock")


@pytest.mark.parametrize("board", ["lending", "desk", "stock"])
def test_pdf_and_picture_are_whole_when_there_is_something_and_when_there_is_nothing(library, board):
    assert "没有数据" in text_of(library, board)
    library.loan(transition="lend")
    library.book(price="1.00")
    told = text_of(library, board)
    assert "没有数据" not in told.replace("逾期未还\n没有数据", "")
    with Image.open(io.BytesIO(made(library, board, "png").content)) as picture:
        assert (picture.format, picture.width) == ("PNG", 1080)
        assert len(picture.convert("RGB").getcolors(1 << 20)) > 20


def test_same_figures_are_the_same_bytes_when_a_pdf_is_made_again(library, lent):
    assert made(library, "desk", "pdf").content == made(library, "desk", "pdf").content


def test_no_file_is_there_when_the_board_is_not_or_the_kind_is_unknown(library):
    stranger = library.site.person("eve", ("other", "nobody"))
    for board, ending, viewer in (("lending", "pdf", stranger), ("nothing", "pdf", None), ("lending", "exe", None)):
        with pytest.raises(EngineError):
            made(library, board, ending, viewer)
