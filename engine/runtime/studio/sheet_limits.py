"""How much work a packed table is, known by going through it before it is read; it keeps nothing of what it sees.

Some thousand bytes may unpack to millions of elements, of which each takes a reader some hundred bytes and
microseconds. Here they are counted as they stream by, and no further than a reader would go.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Final
from xml.parsers.expat import ExpatError, ParserCreate

if TYPE_CHECKING:
    from collections.abc import Mapping
    from zipfile import ZipFile

MOST_ELEMENTS: Final = 100_000
"""Of a part of which a reader keeps every element: styles, names, what leads from part to part."""
MOST_IN_STRINGS: Final = 400_000
MOST_IN_ROWS: Final = 600_000
"""Of the rows that are read: each of 500 with 200 cells, filled and with a style."""
_SHEETS: Final = "xl/worksheets/"
_STRINGS: Final = "xl/sharedStrings.xml"
_SPACE: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_ROW: Final = f"{_SPACE} row"
_CHUNK: Final = 64 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """How many elements with their attributes are read of rows, of one row, and of the texts that cells share."""

    in_rows: int = MOST_IN_ROWS
    in_strings: int = MOST_IN_STRINGS
    in_row: int = MOST_IN_ROWS


def is_too_much(packed: ZipFile, rows: int, limits: Limits | None = None) -> bool:
    """Tell whether any part has more elements than are read of one; of sheets, the first ``rows`` rows are."""
    bounds = limits or Limits()
    for part in packed.infolist():
        in_rows = part.filename.startswith(_SHEETS)
        most = bounds.in_rows if in_rows else bounds.in_strings if part.filename == _STRINGS else MOST_ELEMENTS
        with packed.open(part) as stream:
            if _elements(stream, (most, bounds.in_row), rows if in_rows else None) > most:
                return True
    return False


class _Counting:
    """Counts elements with their attributes, to the end of the first row behind the last one that is wanted."""

    def __init__(self, rows: int | None, most_in_row: int) -> None:
        """Begin; ``rows`` is None where all is counted."""
        self.marks, self.ended, self.is_wide = 0, False, False
        self._rows, self._row = rows, 0
        self._most_in_row, self._begun = most_in_row, 0

    def begin(self, name: str, attributes: Mapping[str, str]) -> None:
        """Take note of an element that begins; a row says its own number, or is the next one."""
        self.marks += 1 + len(attributes)
        if name == _ROW:
            self._begun = self.marks
            said = attributes.get("r", "")
            self._row = int(said[:9]) if said.isascii() and said.isdecimal() else self._row + 1

        elif self.marks - self._begun > self._most_in_row:
            self.is_wide = self._rows is not None

    def end(self, name: str) -> None:
        """Take note of an element that ends."""
        if name == _ROW and self._rows is not None and self._row > self._rows:
            self.ended = True


def _elements(stream: IO[bytes], bounds: tuple[int, int], rows: int | None) -> int:
    """Return how many elements with their attributes a part has, if these are within its bounds: of all, of a row."""
    most, most_in_row = bounds
    counting, parser = _Counting(rows, most_in_row), ParserCreate(namespace_separator=" ")
    parser.StartElementHandler, parser.EndElementHandler = counting.begin, counting.end
    while not (counting.ended or counting.is_wide) and counting.marks <= most and (chunk := stream.read(_CHUNK)):
        try:
            parser.Parse(chunk)
        except ExpatError:  # no XML, or from here on none: no reader gets further either
            break
    return most + 1 if counting.is_wide else counting.marks
