"""Tables that people bring as .xlsx: read within limits and without evaluating a formula, then made a form."""

from __future__ import annotations

import zipfile
import zlib
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any, Final

from engine.catalog.documents import Documents
from engine.catalog.editing.access import with_new_form
from engine.catalog.editing.elements import Mint
from engine.catalog.editing.forms import first_labels
from engine.catalog.editing.sheets import TYPES, Cell, Column, form_of, guessed
from engine.kernel.problems import EngineError
from engine.runtime import problems
from engine.runtime.revising import RESERVED_FORMS
from engine.runtime.studio.edits import Language, form_keys, path_of
from engine.runtime.studio.sheet_limits import is_too_much

__all__ = ["MOST_COLUMNS", "TYPES", "AddSheetForm", "Column", "read_sheet"]

MOST_BYTES: Final = 5 * 1024 * 1024
MOST_UNPACKED: Final = 50 * 1024 * 1024
MOST_PARTS: Final = 500
MOST_COLUMNS: Final = 200
MOST_ROWS: Final = 500
LONGEST_NAME: Final = 60
LONGEST_CELL: Final = 300
"""Characters of a value that are looked at: enough to tell what a column holds."""
_REQUIRED: Final = "[Content_Types].xml"
BROKEN: Final = (
    *(zipfile.BadZipFile, zlib.error, SyntaxError, OSError, EOFError, KeyError, ValueError, TypeError),
    *(IndexError, AttributeError, NotImplementedError, RuntimeError, AssertionError),
)
"""What reading a damaged file comes to. The reader of tables trusts them: what is missing in one may fail anywhere in
it, what is no XML is a SyntaxError, a password and deep nesting are RuntimeErrors, and it asserts what it expects. No
code of ours is called there."""


def read_sheet(content: bytes) -> tuple[Column, ...]:
    """Return the columns of the first sheet of an .xlsx file: named by its first row, guessed from the next 500.

    EngineError (SHEET-001 to SHEET-005) for what is no such file, is too large, has no names in its first row, or the
    same name twice.
    """
    _refuse_large(content)
    try:
        rows = _rows(content)
    except BROKEN as error:
        raise EngineError(problems.NO_SHEET.at("file")) from error
    names = _names(rows[0] if rows else [])
    return tuple(guessed(name, [row[at] for row in rows[1:] if at < len(row)]) for at, name in names)


def _refuse_large(content: bytes) -> None:
    """Refuse what unpacks to more than is read, or takes long to read, before any of it is kept."""
    if len(content) > MOST_BYTES:
        raise EngineError(problems.LARGE_SHEET.at("file", limit=MOST_BYTES // 1024 // 1024))
    try:
        with zipfile.ZipFile(BytesIO(content)) as packed:
            parts = packed.infolist()
            is_large = len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED
            is_large = is_large or is_too_much(packed, MOST_ROWS + 1)
    except BROKEN as error:
        raise EngineError(problems.NO_SHEET.at("file")) from error
    if is_large:
        raise EngineError(problems.LARGE_SHEET.at("file", limit=MOST_BYTES // 1024 // 1024))
    if _REQUIRED not in {part.filename for part in parts}:
        raise EngineError(problems.NO_SHEET.at("file"))


def _rows(content: bytes) -> list[list[Cell]]:
    from openpyxl import load_workbook  # noqa: PLC0415  # slow to load, and of use here alone

    # What a formula came to when the file was saved is read; no formula is.
    book = load_workbook(BytesIO(content), read_only=True, data_only=True, keep_links=False)
    try:
        if not book.worksheets:
            raise EngineError(problems.NO_SHEET.at("file"))
        sheet: Any = book.worksheets[0]
        # A file may say that it has fewer cells than it has.
        sheet.reset_dimensions()
        found = sheet.iter_rows(max_row=MOST_ROWS + 1, max_col=MOST_COLUMNS + 1)
        return [[_cell(cell) for cell in row] for row in found]
    finally:
        book.close()


def _cell(found: Any) -> Cell:  # noqa: ANN401 - the reader's own
    value, shape = found.value, str(found.number_format or "")
    return Cell(value[:LONGEST_CELL] if isinstance(value, str) else value, shape[:LONGEST_CELL])


def _names(header: Sequence[Cell]) -> list[tuple[int, str]]:
    """Return where named columns are; those without a name and nothing under them are none."""
    listed = [(at, " ".join(str(cell.value).split())[:LONGEST_NAME]) for at, cell in enumerate(header) if cell.value]
    listed = [(at, name) for at, name in listed if name]
    if not listed:
        raise EngineError(problems.NO_HEADER.at("A1"))
    if len(listed) > MOST_COLUMNS:
        raise EngineError(problems.WIDE_SHEET.at("file", limit=MOST_COLUMNS))
    twice = {name for name, times in Counter(name for _, name in listed).items() if times > 1}
    if twice:
        raise EngineError([problems.DOUBLED_NAME.at(_address(at), name=name) for at, name in listed if name in twice])
    return listed


def _address(at: int) -> str:
    """Return what a cell of the first row is called in the sheet: ``A1``, ``AA1``."""
    letters, left = "", at + 1
    while left:
        left, rest = divmod(left - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}1"


@dataclass(frozen=True)
class AddSheetForm:
    """A new form of this name and uid with a field for each column, for all roles of the app."""

    uid: str
    name: str
    columns: tuple[Column, ...]
    language: Language

    def __call__(self, documents: Documents, mint: Mint) -> Documents:
        """Return the documents with the form; EngineError (SHEET-003) where no column is left."""
        if not self.columns:
            raise EngineError(problems.NO_HEADER.at("A1"))
        taken: Collection[str] = {*form_keys(documents), *RESERVED_FORMS}
        own = Mint(mint.random, mint.spelled, self.uid)
        labels = first_labels(self.name, self.language)
        made = form_of(labels, self.columns, set(taken), self.language, own)
        return with_new_form({**documents, path_of(made["key"]): made}, made["key"])
