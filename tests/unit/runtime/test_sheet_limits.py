"""A table that takes long to read is refused before it is read; one that is merely long is read as far as needed."""

from __future__ import annotations

import time
import zipfile
from io import BytesIO

import pytest
from openpyxl import Workbook

from engine.kernel.problems import EngineError
from engine.runtime.studio.sheets import MOST_ROWS, read_sheet

SPACE = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
SHEET, STYLES, STRINGS = "xl/worksheets/sheet1.xml", "xl/styles.xml", "xl/sharedStrings.xml"
NAMED = '<row r="1"><c t="inlineStr"><is><t>name</t></is></c></row>'
ENCODED = '<?xml version="1.0" encoding="utf-16"?>'


def book(*rows):
    made, packed = Workbook(), BytesIO()
    for row in rows:
        made.active.append(row)
    made.save(packed)
    return packed.getvalue()


def with_part(name, content, *, encoding="utf-8"):
    """Return a small table of which one part is another."""
    packed = BytesIO()
    with zipfile.ZipFile(BytesIO(book(["a"], ["b"]))) as old, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as new:
        for part in {*old.namelist(), name}:
            new.writestr(part, content.encode(encoding) if part == name else old.read(part))
    return packed.getvalue()


def sheet(inner, before=""):
    return f"<worksheet {SPACE}>{before}<sheetData>{inner}</sheetData></worksheet>"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        (STYLES, f"<styleSheet {SPACE}><cellXfs>{'<xf/>' * 2_000_000}</cellXfs></styleSheet>"),
        (STRINGS, f"<sst {SPACE}>{'<si><t>a</t></si>' * 1_000_000}</sst>"),
        (SHEET, sheet(f"<row>{'<c><v>1</v></c>' * 1_000_000}</row>")),
        (SHEET, sheet(NAMED, "<x>" + "<y/>" * 2_000_000 + "</x>")),
        (SHEET, sheet(NAMED + '<row r="1"/>' * 1_000_000)),
        (SHEET, sheet(NAMED + '<o:row xmlns:o="other" r="900"/>' * 501 + '<row r="2"/>' * 1_000_000)),
        ("docProps/core.xml", "<x>" + "<y/>" * 2_000_000 + "</x>"),
    ],
    ids=["styles", "strings", "a row", "before the rows", "one row again", "rows of another kind", "what is beside"],
)
def test_a_small_file_of_millions_of_elements_is_refused_when_it_is_sent(name, content):
    packed = with_part(name, content)
    assert len(packed) < 500_000
    begun = time.monotonic()
    with pytest.raises(EngineError) as refused:
        read_sheet(packed)
    assert [one.code for one in refused.value.problems] == ["SHEET-002"]
    assert time.monotonic() - begun < 5


def test_elements_are_counted_in_another_encoding_too():
    content = ENCODED + f"<styleSheet {SPACE}><cellXfs>{'<xf/>' * 500_000}</cellXfs></styleSheet>"
    with pytest.raises(EngineError) as refused:
        read_sheet(with_part(STYLES, content, encoding="utf-16"))
    assert [one.code for one in refused.value.problems] == ["SHEET-002"]


def test_a_table_of_very_many_rows_is_read_as_far_as_needed():
    rows = [[f"text {number}", number, number / 4] for number in range(60_000)]
    found = read_sheet(book(["name", "count", "size"], *rows))
    assert [(one.name, one.type, one.scale) for one in found] == [
        ("name", "text", 0),
        ("count", "number", 0),
        ("size", "number", 2),
    ]


def test_a_table_as_wide_and_long_as_one_is_read_is_no_large_one():
    found = read_sheet(book([f"c{number}" for number in range(200)], *([1.5] * 200 for _ in range(MOST_ROWS))))
    assert {one.type for one in found} == {"number"}


def test_no_text_takes_long_to_be_told_by_what_it_is():
    begun = time.monotonic()
    found = read_sheet(book(["a", "b"], *([["a@" + "." * 32_000 + "@", "1" + "," * 32_000 + " " * 100 + "x"]] * 3)))
    assert len(found) == 2
    assert time.monotonic() - begun < 5
