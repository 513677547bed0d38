"""Long tables as an Excel file that grows on the disk row by row: what memory it takes does not grow with the rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import IO, TYPE_CHECKING, Final

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from engine.printouts.sheets import FORMULA_LIKE, MOST_SIGNS, Cell, named, put, writable

if TYPE_CHECKING:
    from openpyxl.cell import Cell as Written

_WIDTH: Final = 18
_MARKED: Final = frozenset(("", "#", *FORMULA_LIKE))
"""What a text may begin with that the writer would not take for a text: formulas, and errors like #N/A."""


class LongSheet:
    """A table that is written a row at a time, with a second sheet that says what it is."""

    def __init__(self, name: str, heads: Sequence[str]) -> None:
        """Begin the table with its headings; ``name`` is the title of the file and of the sheet."""
        self._book = Workbook(write_only=True)
        self._book.properties.title = writable(name)
        self._used: set[str] = set()
        self._sheet = self._book.create_sheet(named(name, self._used))
        self._sheet.freeze_panes = "A2"
        for across in range(len(heads)):
            self._sheet.column_dimensions[get_column_letter(across + 1)].width = _WIDTH
        self._cells: dict[tuple[int, str], Written] = {}
        bold = Font(bold=True)
        self._sheet.append([self._head(head, bold) for head in heads])

    def _head(self, head: str, bold: Font) -> Written:
        place = WriteOnlyCell(self._sheet)
        put(place, Cell(head))
        place.font = bold
        return place

    def add(self, rows: Iterable[Sequence[Cell]]) -> None:
        """Write these rows."""
        for row in rows:
            self._sheet.append([self._placed(across, cell) for across, cell in enumerate(row)])

    def _placed(self, across: int, cell: Cell) -> Written | str | None:
        """Return the place of a column with this value in it: a row is written before the next one is begun.

        A plain text needs none. A place that was a text stays marked as one, so that texts, and each way to show a
        number, have their own.
        """
        value = cell.value
        if value is None:
            return None
        if isinstance(value, str) and (text := writable(value)[:MOST_SIGNS])[:1] not in _MARKED:
            return text
        key = (across, "'" if isinstance(value, str) else cell.shown)
        place = self._cells.get(key)
        if place is None:
            place = self._cells[key] = WriteOnlyCell(self._sheet)
        put(place, cell)
        return place

    def save(self, target: IO[bytes], about: str, notes: Sequence[str]) -> None:
        """Write the file, with the notes on a sheet called ``about``; nothing can be added any more."""
        sheet = self._book.create_sheet(named(about, self._used))
        sheet.column_dimensions["A"].width = 80
        for note in notes:
            place = WriteOnlyCell(sheet)
            put(place, Cell(note))
            sheet.append([place])
        self._book.save(target)
