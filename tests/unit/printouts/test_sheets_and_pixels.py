"""Excel files with days that Excel does not know and texts like formulas; pictures that take little memory."""

from __future__ import annotations

import io
import subprocess
import sys
from datetime import UTC, date, datetime

import pytest
from openpyxl import load_workbook
from PIL import Image, ImageChops

from engine.printouts import pixels
from engine.printouts.paper import Drawing, Paper
from engine.printouts.sheets import Cell, Sheet, xlsx_of
from engine.runtime.charts.bars import timed_bars
from engine.runtime.charts.days import schedule


def cell_of(value, shown=""):
    book = load_workbook(io.BytesIO(xlsx_of("t", [Sheet("s", (), ("h",), ((Cell(value, shown),),))])))
    return book["s"].cell(2, 1)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (date(1899, 12, 31), "1899-12-31"),
        (date(1, 1, 1), "0001-01-01"),
        (datetime(1815, 6, 18, 11, 35, tzinfo=UTC).replace(tzinfo=None), "1815-06-18 11:35"),
    ],
)
def test_day_before_the_first_one_of_excel_is_a_text(value, expected):
    found = cell_of(value, "yyyy-mm-dd")
    assert (found.data_type, found.value) == ("s", expected)


@pytest.mark.parametrize("value", [date(1900, 1, 1), date(1900, 2, 28), date(1900, 3, 1), date(9999, 12, 31)])
def test_day_is_a_day_when_excel_knows_it(value):
    found = cell_of(value, "yyyy-mm-dd")
    assert (found.is_date, found.value.date()) == (True, value)


@pytest.mark.parametrize("text", ["=1+1", "\x01=1+1", "\x08@SUM(A1)", "+1", "-1", "\t=1", "\n=1", "'a"])
def test_text_that_looks_like_a_formula_is_marked_as_a_text(text):
    found = cell_of(text)
    assert (found.data_type, found.quotePrefix) == ("s", True)


@pytest.mark.parametrize("text", ["a=1", "", "\x01", "中文"])
def test_other_text_is_not_marked(text):
    assert not cell_of(text).quotePrefix


def plan(rows):
    """Return a paper with bars of time for so many rows."""
    days = [(date(2026, 1, 1 + at % 28), date(2026, 3, 1 + at % 28)) for at in range(rows)]
    found = schedule(days, date(2026, 2, 1))
    return Paper("t", (Drawing(timed_bars([f"row {at}" for at in range(rows)], ["…"] * rows, found)),))


_PEAK = """
import resource
from engine.printouts.pixels import png_of
from tests.unit.printouts.test_sheets_and_pixels import plan
png_of(plan(2))
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
png_of(plan(200))
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""


def test_picture_of_many_bars_takes_little_more_memory_than_its_sheet():
    made = subprocess.run([sys.executable, "-c", _PEAK], check=True, capture_output=True, text=True)
    assert int(made.stdout) < 90, "megabytes; the sheet alone has 42"


def test_picture_is_the_same_whether_it_is_drawn_in_one_piece_or_in_bands(monkeypatch):
    in_bands = Image.open(io.BytesIO(pixels.png_of(plan(60))))
    monkeypatch.setattr(pixels, "_BAND", 1 << 20)
    whole = Image.open(io.BytesIO(pixels.png_of(plan(60))))
    assert in_bands.size == whole.size
    assert in_bands.height > 1024
    rows = ImageChops.difference(in_bands, whole).convert("L").resize((1, whole.height), Image.Resampling.BOX)
    assert max(rows.tobytes()) <= 1, "of 255, on the whole of a row: corners are rounded to another fine pixel"
