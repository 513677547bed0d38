"""Filling a Word or Excel file: values are written as text or as numbers, never as formulas; rows come again for lines.

Everything else of the file stays as it is, byte by byte where nothing is filled in.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast

from engine.catalog.printouts.office import Grid, OfficeTemplate, Part, Repeat, grid_of, runs_of
from engine.catalog.printouts.packages import copy_of, elements, packed, parent_of, parse
from engine.catalog.printouts.problems import TOO_MANY_ROWS
from engine.catalog.printouts.sieves import Sieve
from engine.kernel.problems import EngineError
from engine.kernel.values import Row, decimal_text
from engine.language.expressions import Expression, Surroundings
from engine.language.templates import Show, Template, rows_of
from engine.language.types import NumberType

if TYPE_CHECKING:
    from xml.dom import minidom

MOST_ROWS: Final = 1_000
"""How often a row comes again at most."""

_UNWRITABLE: Final = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_CELL: Final = re.compile(r"([A-Z]+)(\d+)")


@dataclass(frozen=True)
class Filling:
    """What a file is filled with: the record, what is around it, how values read, and what may be read of it."""

    row: Row
    around: Surroundings
    show: Show
    speech: str
    sieve: Sieve


def filled(template: OfficeTemplate, filling: Filling) -> bytes:
    """Return the file filled in, the same always the same; EngineError (DOC-020) where there are too many rows."""
    grid, parts = grid_of(template.package), dict(template.package.parts)
    for name, part in template.parts.items():
        work = _Part(grid, parse(name, parts[name]), part, filling)
        work.fill()
        parts[name] = work.document.toxml(encoding="UTF-8")
    return packed(parts)


@dataclass(frozen=True)
class _Part:
    """Fills one part."""

    grid: Grid
    document: minidom.Document
    part: Part
    filling: Filling

    def fill(self) -> None:
        """Write every value, and let rows come again; numbers of paragraphs, cells and rows are those of the file."""
        units, rows = self.grid.units(self.document), self.grid.rows(self.document)
        for number, template in self.part.units.items():
            self._write(units[number], self.filling.sieve.template(template), self.filling.row)
        counts: dict[minidom.Element, int] = {}
        for number, repeat in self.part.repeats.items():
            counts[rows[number]] = self._repeated(rows[number], repeat)
        if self.grid.ending == "xlsx":
            _clear_results(self.document)
            if counts:
                _numbered(self.document, {_number(row): count for row, count in counts.items()})

    def _repeated(self, row: minidom.Element, repeat: Repeat) -> int:
        """Put a copy of the row before it for every line, and take it away; return how many there are."""
        sieve, parent = self.filling.sieve, parent_of(row)
        related, around = repeat.related, self.filling.around
        found = rows_of(related, self.filling.row, around, MOST_ROWS) if sieve.lets_related(related) else None
        if found is not None and found.total > len(found.rows):
            raise EngineError(TOO_MANY_ROWS.at(most=MOST_ROWS))
        lines = () if found is None else tuple(found.rows)
        for line in lines:
            copy = copy_of(row)
            units = self.grid.units(copy)
            for number, template in repeat.units.items():
                self._write(units[number], sieve.inside(related, template), line)
            parent.insertBefore(copy, row)
        alone = len([one for one in parent.childNodes if getattr(one, "localName", None) == row.localName]) == 1
        if alone and self.grid.ending == "docx":  # a table in Word has a row
            for unit in self.grid.units(row):
                _write_paragraph(unit, "")
        else:
            parent.removeChild(row)
        return len(lines)

    def _write(self, unit: minidom.Element, template: Template, row: Row) -> None:
        filling = self.filling
        if self.grid.ending == "xlsx":
            number = _number_in(template, row, filling.around)
            if number is not None:
                _write_number(unit, number)
                return
        text = template.render(row, filling.around, filling.show, filling.speech)
        write = _write_paragraph if self.grid.ending == "docx" else _write_cell
        write(unit, _UNWRITABLE.sub("", text))


def _number_in(template: Template, row: Row, around: Surroundings) -> str | None:
    """Return the value of a template that is one number and nothing else; None of any other."""
    match template.parts:
        case (Expression(type=NumberType(scale)) as only,):
            value = only.evaluate(row, around)
            return None if value is None else decimal_text(value, scale)
        case _:
            return None


def _made(like: minidom.Element, name: str) -> minidom.Element:
    """Return a new element in the namespace, and with the prefix, of another one."""
    prefix = f"{like.prefix}:" if like.prefix else ""
    return _document(like).createElementNS(like.namespaceURI, f"{prefix}{name}")


def _document(element: minidom.Element) -> minidom.Document:
    return cast("minidom.Document", element.ownerDocument)


def _write_paragraph(paragraph: minidom.Element, text: str) -> None:
    """Put a text into a paragraph, as its first run is written; line feeds and tabs become those of Word."""
    runs = runs_of(paragraph)
    if not runs:
        return
    first = next((one for one in runs if one.localName == "t"), runs[0])
    parent = parent_of(first)
    for piece in re.split(r"([\n\t])", text):
        made = _made(first, {"\n": "br", "\t": "tab"}.get(piece, "t"))
        if piece not in ("\n", "\t"):
            made.setAttribute("xml:space", "preserve")
            made.appendChild(_document(first).createTextNode(piece))
        parent.insertBefore(made, first)
    for one in runs:
        parent_of(one).removeChild(one)


def _emptied(cell: minidom.Element) -> None:
    for child in list(cell.childNodes):
        cell.removeChild(child)


def _write_cell(cell: minidom.Element, text: str) -> None:
    """Put a text into a cell as a text of its own, which no program takes for a formula."""
    _emptied(cell)
    cell.setAttribute("t", "inlineStr")
    inline, written = _made(cell, "is"), _made(cell, "t")
    written.setAttribute("xml:space", "preserve")
    written.appendChild(_document(cell).createTextNode(text))
    inline.appendChild(written)
    cell.appendChild(inline)


def _write_number(cell: minidom.Element, number: str) -> None:
    _emptied(cell)
    if cell.hasAttribute("t"):
        cell.removeAttribute("t")
    value = _made(cell, "v")
    value.appendChild(_document(cell).createTextNode(number))
    cell.appendChild(value)


def _clear_results(sheet: minidom.Document) -> None:
    """Take away what formulas came to with the template's own texts: they are worked out when the file is opened."""
    for formula in elements(sheet, "f"):
        cell = parent_of(formula)
        for value in [one for one in cell.childNodes if getattr(one, "localName", None) == "v"]:
            cell.removeChild(cast("minidom.Element", value))


def _number(row: minidom.Element) -> int:
    return int(row.getAttribute("r") or 0)


def _numbered(sheet: minidom.Document, counts: Mapping[int, int]) -> None:
    """Number rows, their cells and merged ranges anew, where rows have come again."""

    def moved(number: int) -> int:
        return number + sum(count - 1 for row, count in counts.items() if row < number)

    seen: dict[int, int] = {}
    for row in elements(sheet, "row"):
        old = _number(row)
        new = moved(old) + seen.get(old, 0)
        seen[old] = seen.get(old, 0) + 1
        row.setAttribute("r", str(new))
        for cell in elements(row, "c"):
            cell.setAttribute("r", _CELL.sub(rf"\g<1>{new}", cell.getAttribute("r")))
    for merged in elements(sheet, "mergeCell"):
        _move_merged(merged, counts, moved)
    for one in elements(sheet, "dimension"):
        parent_of(one).removeChild(one)


def _move_merged(merged: minidom.Element, counts: Mapping[int, int], moved: Callable[[int], int]) -> None:
    """Move a merged range; one within a row that comes again comes again with it."""
    (left, top), (right, bottom) = [(one[0], int(one[1])) for one in _CELL.findall(merged.getAttribute("ref"))]
    parent = parent_of(merged)
    copies = counts.get(top, 1) if top == bottom else 1
    for number in range(copies):
        copy = copy_of(merged)
        copy.setAttribute("ref", f"{left}{moved(top) + number}:{right}{moved(bottom) + number}")
        parent.insertBefore(copy, merged)
    parent.removeChild(merged)
    if parent.hasAttribute("count"):
        parent.setAttribute("count", str(len(elements(parent, "mergeCell"))))
    if not elements(parent, "mergeCell"):
        parent_of(parent).removeChild(parent)
