"""Tables as an Excel file: numbers and days stay what they are, texts are texts and never formulas."""

from __future__ import annotations

import io
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Final

from openpyxl import Workbook
from openpyxl.cell import MergedCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

if TYPE_CHECKING:
    from decimal import Decimal

    from openpyxl.cell import Cell as Written
    from openpyxl.worksheet.worksheet import Worksheet

MEDIA: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_SIGNS: Final = 32_767
"""So many characters has a cell at most."""

_NAME: Final = 31
_UNNAMEABLE: Final = re.compile(r"[\[\]:*?/\\'\x00-\x1f]")
_UNWRITABLE: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|[\ud800-\udfff]")
_WIDEST: Final = 48
FORMULA_LIKE: Final = "=+-@'\t\r\n"
_FIRST_YEAR: Final = 1900
"""Excel has no days before it: they stand as texts."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A value, and how a number is shown (an Excel format)."""

    value: str | Decimal | date | datetime | bool | None
    shown: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table with a title and what is to be known about it above its heads."""

    name: str
    notes: tuple[str, ...]
    heads: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


def xlsx_of(title: str, sheets: Sequence[Sheet]) -> bytes:
    """Return an Excel file with these tables, each on a sheet of its own; their names are made unique."""
    book = Workbook()
    book.remove(book.worksheets[0])
    book.properties.title = _written(title)
    used: set[str] = set()
    for sheet in sheets:
        made = book.create_sheet(_named(sheet.name, used))
        _fill(made, sheet)
    if not sheets:
        book.create_sheet(_named(title, used))
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def _named(wanted: str, used: set[str]) -> str:
    """Return a name as Excel allows it, which no other sheet has in any case of letters."""
    base = _UNNAMEABLE.sub(" ", _written(wanted)).strip()[:_NAME] or "1"
    name, number = base, 1
    while name.casefold() in used:
        number += 1
        end = f" {number}"
        name = base[: _NAME - len(end)] + end
    used.add(name.casefold())
    return name


def _fill(made: Worksheet, sheet: Sheet) -> None:
    for down, note in enumerate(sheet.notes):
        _put(made.cell(down + 1, 1), Cell(note))
    rows: Iterable[tuple[Cell, ...]] = (tuple(Cell(head) for head in sheet.heads), *sheet.rows)
    first = len(sheet.notes) + (2 if sheet.notes else 1)
    widths = [0] * len(sheet.heads)
    for down, row in enumerate(rows):
        for across, cell in enumerate(row):
            place = made.cell(first + down, across + 1)
            _put(place, cell)
            widths[across] = max(widths[across], min(_WIDEST, _length(cell)))
            if down == 0:
                place.font = Font(bold=True)
    for across, width in enumerate(widths):
        made.column_dimensions[get_column_letter(across + 1)].width = max(8, width)
    made.freeze_panes = f"A{first + 1}"


def _put(place: Written | MergedCell, cell: Cell) -> None:
    """Write a value; a text is kept a text, also by whoever opens and saves the file again."""
    value = cell.value
    if isinstance(value, date) and value.year < _FIRST_YEAR:
        value = value.isoformat(" ", "minutes") if isinstance(value, datetime) else value.isoformat()
    if isinstance(place, MergedCell):
        return
    if isinstance(value, str):
        written = _written(value)[:MOST_SIGNS]
        place.value = written
        place.data_type = "s"
        place.quotePrefix = written[:1] in FORMULA_LIKE and bool(written)
        return
    place.value = value
    if cell.shown:
        place.number_format = cell.shown


def _written(text: str) -> str:
    return _UNWRITABLE.sub("", text)


def _length(cell: Cell) -> int:
    """Return how many digits wide a value is: a Chinese sign is as wide as two."""
    text = str(cell.value if cell.value is not None else "")
    return 2 + sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)
