"""Long tables as files: what a cell holds is what was written, and never a formula, in Excel as in CSV."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from engine.printouts.long_sheets import LongSheet
from engine.printouts.separated import csv_lines
from engine.printouts.sheets import MOST_SIGNS, Cell

DAY, MOMENT = date(2026, 9, 21), datetime(2026, 9, 21, 14, 13, 20)  # noqa: DTZ001 - as a cell holds it
TEXTS = ["=1+1", "#N/A", "#REF!", "plain", "-1", "+86 138", "'quoted", "a\x01b", "\ud800", "", "好" * 40_000, "\x01=1"]


def written(*rows, notes=()):
    sheet = LongSheet("图书/1", ["头", "=2"])
    sheet.add(rows)
    target = io.BytesIO()
    sheet.save(target, "说明", notes)
    return load_workbook(target)


def test_texts_stay_texts_when_they_look_like_something_else():
    book = written(*([Cell(text), Cell(None)] for text in TEXTS))
    first = book.worksheets[0]
    assert [cell.value for cell in first[1]] == ["头", "=2"]
    found = [first.cell(down + 2, 1) for down in range(len(TEXTS))]
    plain = [text.replace("\x01", "").replace("\ud800", "")[:MOST_SIGNS] or None for text in TEXTS]
    assert [cell.value for cell in found] == plain
    assert {cell.data_type for cell in found if cell.value is not None} == {"s"}
    assert [cell.value for cell in found if cell.quotePrefix] == ["=1+1", "-1", "+86 138", "'quoted", "=1"]
    assert found[-1].value == "=1"


def test_numbers_and_days_keep_their_format_when_texts_come_between():
    rows = [
        [Cell(Decimal("1.50"), "0.00"), Cell(DAY, "yyyy-mm-dd")],
        [Cell("=x"), Cell("text")],
        [Cell(Decimal("-2.50"), "0.00"), Cell(MOMENT, "yyyy-mm-dd hh:mm:ss")],
    ]
    sheet = written(*rows, notes=["=note"]).worksheets[0]
    assert [(cell.value, cell.number_format, cell.quotePrefix) for cell in (sheet["A2"], sheet["A4"])] == [
        (1.5, "0.00", False),
        (-2.5, "0.00", False),
    ]
    assert sheet["B4"].value == MOMENT
    assert (sheet["A3"].data_type, sheet["A3"].quotePrefix, sheet["A3"].number_format) == ("s", True, "General")


def test_values_are_written_in_full_when_a_table_is_csv():
    row = [
        Cell(Decimal("1E+3")),
        Cell(Decimal("-1.50")),
        Cell(DAY),
        Cell(MOMENT),
        Cell(None),
        Cell('a"b\nc'),
        Cell("-1"),
    ]
    assert csv_lines([row]).decode() == '1000,-1.50,2026-09-21,2026-09-21 14:13:20,,"a""b\nc",\'-1\r\n'


@given(st.lists(st.text(), min_size=1))
def test_no_cell_begins_like_a_formula_when_any_text_is_written_as_csv(texts):
    lines = csv_lines([[Cell("|"), *map(Cell, texts)]]).decode()
    (found,) = csv.reader(io.StringIO(lines, newline=""))
    assert not [cell for cell in found[1:] if cell[:1] in set("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20") - {""}]
    assert len(found) == len(texts) + 1
