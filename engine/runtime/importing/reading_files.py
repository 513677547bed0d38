"""Reading tables from files, a row at a time: xlsx, CSV and JSON lines; it knows no form and keeps no row.

A row that cannot be read is given with its problem, and costs no other one. No formula is evaluated: what one came to
when the file was saved is read.
"""

from __future__ import annotations

import codecs
import csv
import datetime as dt
import io
import itertools
import json
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import IO, Any, Final

from engine.kernel.canonical import Json
from engine.kernel.problems import EngineError, Problem
from engine.kernel.strict_json import Unread, read_json
from engine.runtime.importing import problems
from engine.runtime.studio.sheet_limits import Limits, is_too_much
from engine.runtime.studio.sheets import BROKEN

MIB: Final = 1 << 20
MOST_BYTES: Final = 100 * MIB
MOST_PACKED: Final = 25 * MIB
MOST_UNPACKED: Final = 400 * MIB
MOST_ROWS: Final = 300_000
MOST_COLUMNS: Final = 300
LONGEST_NAME: Final = 200
LONGEST_CELL: Final = 100_000
MOST_MARKS: Final = Limits(in_rows=30_000_000, in_strings=6_000_000, in_row=50_000)
_HEAD: Final = 64 * 1024
_SEPARATORS: Final = (",", "\t", ";", "|")
_MARKS: Final = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_QUOTED: Final = re.compile(r"^'(?=[=+\-@'\t\r\n])")
"""The sign before a text that would else be a formula, as our own tables write it."""

Cells = Sequence[Json]


@dataclass(frozen=True, slots=True)
class ReadRow:
    """One row: its number in the file (the first row is 1), its cells, and what is wrong where it cannot be read."""

    line: int
    cells: Cells
    problem: Problem | None = None


@dataclass(frozen=True)
class Table:
    """A table of a file: its kind (``xlsx``, ``csv`` or ``ndjson``), the names of its columns, and its rows."""

    kind: str
    columns: tuple[str, ...]
    rows: Iterator[ReadRow] = field(repr=False)


def read_table(source: IO[bytes]) -> Table:
    """Return the table of a file that can be read from any place; EngineError (IMP-…) where it holds none.

    Blank rows are left out. The file is read as the rows are gone through.
    """
    source.seek(0, io.SEEK_END)
    size = source.tell()
    source.seek(0)
    head = source.read(_HEAD)
    source.seek(0)
    if head.startswith(b"PK\x03\x04"):
        _refuse_more(size, MOST_PACKED)
        return _of_xlsx(source)
    _refuse_more(size, MOST_BYTES)
    if b"\0" in head and not head.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise EngineError(problems.NO_TABLE.at("file"))
    if head.removeprefix(codecs.BOM_UTF8).lstrip().startswith(b"{"):
        return _of_lines(source)
    return _of_csv(source, head)


def _refuse_more(size: int, most: int) -> None:
    if size > most:
        raise EngineError(too_large())


def too_large() -> Problem:
    """Return the problem of a file with more than is taken."""
    return problems.TOO_LARGE.at("file", most_mib=MOST_BYTES // MIB, most_rows=MOST_ROWS, most_columns=MOST_COLUMNS)


def _table(kind: str, rows: Iterator[tuple[int, Cells]]) -> Table:
    """Return the table whose first row names the columns; of a column without a name what stands in it is left out."""
    first = next((cells for _, cells in rows), None)
    names = [] if first is None else [_name(cell) for cell in first]
    while names and not names[-1]:
        names.pop()
    if not any(names):
        raise EngineError(problems.NO_NAMES.at("file"))
    if len(names) > MOST_COLUMNS:
        raise EngineError(too_large())
    at = [number for number, name in enumerate(names) if name]
    seen: set[str] = set()
    for number in at:
        if names[number] in seen:
            raise EngineError(problems.SAME_NAME.at("file", name=names[number]))
        seen.add(names[number])
    return Table(kind, tuple(names[number] for number in at), _bounded(_under(rows, at, len(names))))


def _under(rows: Iterator[tuple[int, Cells]], at: Sequence[int], named: int) -> Iterator[ReadRow]:
    for line, cells in rows:
        if all(cell is None or cell == "" for cell in cells):
            continue
        beyond = [cell for cell in cells[named:] if cell not in (None, "")]
        if beyond:
            wrong = problems.TOO_MANY_CELLS.at(got=named + len(beyond), named=named)
            yield ReadRow(line, [cells[number] for number in at], wrong)
        else:
            yield ReadRow(line, [cells[number] if number < len(cells) else None for number in at])


def _bounded(rows: Iterator[ReadRow]) -> Iterator[ReadRow]:
    for number, row in enumerate(rows):
        if number >= MOST_ROWS:
            raise EngineError(too_large())
        yield row


def _name(cell: Json) -> str:
    return " ".join(str(cell).split())[:LONGEST_NAME] if cell is not None else ""


def _of_csv(source: IO[bytes], head: bytes) -> Table:
    """Read what is separated by commas, tabulators, semicolons or bars: whichever the first row has most of."""
    encoding = _encoding(source, head)
    begin = next(_text_lines(source, encoding), "")
    return _table("csv", _csv_rows(_text_lines(source, encoding), max(_SEPARATORS, key=begin.count)))


def _text_lines(source: IO[bytes], encoding: str) -> Iterator[str]:
    """Go through the lines of a text, each with its end."""
    source.seek(0)
    decoder, rest = codecs.getincrementaldecoder(encoding)(), ""
    while chunk := source.read(MIB):
        *lines, rest = (rest + decoder.decode(chunk)).split("\n")
        yield from (f"{line}\n" for line in lines)
    rest += decoder.decode(b"", final=True)
    if rest:
        yield rest


def _csv_rows(lines: Iterator[str], separator: str) -> Iterator[tuple[int, Cells]]:
    csv.field_size_limit(LONGEST_CELL)
    reader = csv.reader(lines, delimiter=separator)
    try:
        for line, cells in enumerate(reader, 1):
            yield line, [_QUOTED.sub("", cell) for cell in cells]
    except csv.Error as error:
        raise EngineError(problems.NO_TABLE.at(f"file:{reader.line_num}")) from error


def _encoding(source: IO[bytes], head: bytes) -> str:
    """Return in what the text is written: what it says itself, UTF-8 where all of it is that, else GB18030."""
    marked = next((name for mark, name in _MARKS if head.startswith(mark)), None)
    for name in (marked,) if marked else ("utf-8", "gb18030"):
        line = _undecoded(source, name)
        if line is None:
            return name
    raise EngineError(problems.NO_TEXT.at("file", line=line))


def _undecoded(source: IO[bytes], encoding: str) -> int | None:
    """Return the line of the first bytes that are no text in that encoding; None where all are."""
    source.seek(0)
    decoder, line = codecs.getincrementaldecoder(encoding)(), 1
    for chunk in itertools.chain(iter(lambda: source.read(MIB), b""), (b"",)):
        try:
            line += decoder.decode(chunk, final=not chunk).count("\n")
        except UnicodeDecodeError as error:
            return line + chunk[: error.start].count(b"\n")
    return None


def _of_lines(source: IO[bytes]) -> Table:
    """Read JSON objects, one on each line; every key that one of them has is a column."""
    names: dict[str, None] = {}
    for _, _, value in _objects(source):
        if isinstance(value, dict):
            names |= dict.fromkeys(value)
        if len(names) > MOST_COLUMNS:
            raise EngineError(too_large())
    if not names:
        raise EngineError(problems.NO_NAMES.at("file"))
    return Table("ndjson", tuple(names), _bounded(_object_rows(source, tuple(names))))


def _object_rows(source: IO[bytes], names: Sequence[str]) -> Iterator[ReadRow]:
    for line, raw, value in _objects(source):
        if isinstance(value, dict):
            yield ReadRow(line, [_exact(value.get(name)) for name in names])
        else:
            reason = value.reason if isinstance(value, Unread) else type(value).__name__
            text = raw.decode(errors="replace").strip()[:LONGEST_NAME]
            yield ReadRow(line, [text], problems.NO_OBJECT.at(reason=reason))


def _objects(source: IO[bytes]) -> Iterator[tuple[int, bytes, Json | Unread]]:
    source.seek(0)
    for line, raw in enumerate(source, 1):
        bare = raw.removeprefix(codecs.BOM_UTF8) if line == 1 else raw
        if bare.strip():
            yield line, bare, read_json(bare)


def _exact(value: Json) -> Json:
    """Return a value as it can be kept: a fraction as the text of its shortest decimal."""
    return _decimal(value) if isinstance(value, float) else value


def _of_xlsx(source: IO[bytes]) -> Table:
    """Read the first sheet that is shown."""
    try:
        with zipfile.ZipFile(source) as packed:
            parts = packed.infolist()
            large = sum(part.file_size for part in parts) > MOST_UNPACKED
            if large or is_too_much(packed, MOST_ROWS + 1, MOST_MARKS):
                raise EngineError(too_large())
        source.seek(0)
        return _table("xlsx", _guarded(_xlsx_rows(source)))
    except BROKEN as error:
        raise EngineError(problems.NO_TABLE.at("file")) from error


def _guarded(rows: Iterator[tuple[int, Cells]]) -> Iterator[tuple[int, Cells]]:
    """Go through the rows of a file of which any part may be damaged."""
    try:
        yield from rows
    except BROKEN as error:
        raise EngineError(problems.NO_TABLE.at("file")) from error


def _xlsx_rows(source: IO[bytes]) -> Iterator[tuple[int, Cells]]:
    from openpyxl import load_workbook  # noqa: PLC0415  # slow to load, and of use here alone

    book = load_workbook(source, read_only=True, data_only=True, keep_links=False)
    try:
        shown = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"] or book.worksheets
        if not shown:
            raise EngineError(problems.NO_TABLE.at("file"))
        sheet: Any = shown[0]
        sheet.reset_dimensions()  # what a file says of its size may be wrong
        for line, row in enumerate(sheet.iter_rows(), 1):
            yield line, [_cell(one.value, one) for one in row]
    finally:
        book.close()


def _cell(value: object, cell: Any) -> Json:  # noqa: ANN401 - cells of several classes
    """Return what a cell holds: numbers, days and moments as texts, as exact as a person has seen them."""
    match value:
        case None | bool():
            return value
        case int() | float():
            if str(cell.number_format).endswith("%"):
                return f"{(Decimal(_decimal(value)) * 100).normalize():f}%"
            return _decimal(value)
        case dt.datetime():
            return value.date().isoformat() if value.time() == dt.time() else value.isoformat(" ", "seconds")
        case dt.date():
            return value.isoformat()
        case dt.time():
            return value.isoformat("seconds" if value.second else "minutes")
        case _:
            return str(value)[:LONGEST_CELL]


def _decimal(value: float) -> str:
    """Return a number as a table shows it: with at most fifteen digits, and without an exponent."""
    return f"{Decimal(f'{value:.15g}'):f}"


def json_text(cell: Json) -> str:
    """Return a cell as the text of a table: what is no text, number or truth is JSON."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "是" if cell else "否"
    return json.dumps(cell, ensure_ascii=False) if isinstance(cell, list | dict) else str(cell)
