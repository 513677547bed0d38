"""Tables as comma-separated text (RFC 4180) that spreadsheets open rightly and never as formulas."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Final

from engine.printouts.sheets import Cell, writable

MEDIA: Final = "text/csv; charset=utf-8"
MARK: Final = "\ufeff".encode()
"""What begins the file: without it Excel reads Chinese wrongly."""

FORMULA_LIKE: Final = frozenset("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")
"""A text that begins so is taken for a formula by some spreadsheet, in full width too."""


def csv_lines(rows: Iterable[Sequence[Cell]]) -> bytes:
    """Return these rows as lines of the file."""
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\r\n")
    writer.writerows([written(cell) for cell in row] for row in rows)
    return target.getvalue().encode("utf-8", "replace")


def written(cell: Cell) -> str:
    """Return a cell as it stands in the file: numbers in full, days and moments ISO, and texts never as formulas.

    Before a text that looks like a formula stands an apostrophe, as spreadsheets mark texts themselves.
    """
    match cell.value:
        case None:
            return ""
        case str():
            text = writable(cell.value)
            return f"'{text}" if text[:1] in FORMULA_LIKE else text
        case Decimal():
            return f"{cell.value:f}"
        case value:
            return str(value)
