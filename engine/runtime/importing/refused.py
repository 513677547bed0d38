"""The refused rows of an import as a CSV file: as they came, each with its line and why; it opens no file.

No cell is a formula to whoever opens it in a table: a text that would be one has a sign before it, as in our own
tables, and loses it again when the file is imported.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from engine.kernel.canonical import Json
from engine.kernel.problems import Text
from engine.printouts.sheets import FORMULA_LIKE
from engine.runtime.importing.reading_files import json_text
from engine.storage.imports import ImportedRow

LANGUAGE: Final = ("zh", "en")
LINE: Final = Text("原行号", "Row")
WHY: Final = Text("没有导入的原因", "Why it was not imported")
_PIECE: Final = 64 * 1024
_NUMBER: Final = re.compile(r"-?\d+(\.\d+)?%?", re.ASCII)


def refused_csv(columns: Sequence[str], rows: Iterable[ImportedRow], language: str) -> Iterator[bytes]:
    """Return the pieces of the file."""
    target = io.StringIO()
    written = csv.writer(target, lineterminator="\r\n")
    yield codecs.BOM_UTF8
    written.writerow([safe(name) for name in columns] + [LINE.in_language(language), WHY.in_language(language)])
    for row in rows:
        cells = [safe(json_text(cell)) for cell in row.cells]
        cells += [""] * (len(columns) - len(cells))
        written.writerow([*cells, str(row.line), safe(said(row.problems, language))])
        if target.tell() > _PIECE:
            yield _taken(target)
    yield _taken(target)


def _taken(target: io.StringIO) -> bytes:
    piece = target.getvalue().encode("utf-8", "replace")
    target.seek(0)
    target.truncate()
    return piece


def safe(text: str) -> str:
    """Return a text that no program takes for a formula; a number stays one."""
    return f"'{text}" if text[:1] in FORMULA_LIKE and text and not _NUMBER.fullmatch(text) else text


def said(problems: Iterable[Json], language: str) -> str:
    """Return why a row was refused, in words."""
    key = "zh" if language.startswith("zh") else "en"
    listed = dict.fromkeys(f"{one['message'][key]} ({one['code']})" for one in problems)
    return (";" if key == "zh" else "; ").join(listed)
