"""Word and Excel files whose texts hold templates of ours: found, compiled, and kept by where they stand."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from engine.catalog.printouts import problems
from engine.catalog.printouts.packages import Package, elements, parent_of, parse, read_package, text_in
from engine.language.gathering import Gathering
from engine.language.templates import Each, Template
from engine.language.tree import Related

if TYPE_CHECKING:
    from xml.dom import minidom

_PARTS: Final = {
    "docx": re.compile(r"^word/(document|header|footer)\d*\.xml$"),
    "xlsx": re.compile(r"^xl/worksheets/[^/]+\.xml$"),
}
_ROWS: Final = {"docx": "tr", "xlsx": "row"}
_UNITS: Final = {"docx": "p", "xlsx": "c"}
_SHARED: Final = "xl/sharedStrings.xml"
_OPENING: Final = re.compile(r"\{%\s*(?:if\b|each\b|如果|每个)")
_CLOSING: Final = re.compile(r"\{%\s*(?:end|结束)\s*%\}")
_BEGINS: Final = re.compile(r"\s*(\{%\s*(?:each\b|每个)[^%]*%\})")
_ENDS: Final = re.compile(r"\{%\s*(?:end|结束)\s*%\}\s*\Z")


@dataclass(frozen=True, eq=False)
class Repeat:
    """A row that comes again for every row of ``related``; templates by the number of the unit in it."""

    related: Related
    units: Mapping[int, Template]


@dataclass(frozen=True, eq=False)
class Part:
    """One part of the file: templates by the number of their paragraph or cell, rows that repeat by their number."""

    units: Mapping[int, Template]
    repeats: Mapping[int, Repeat]


@dataclass(frozen=True, eq=False)
class OfficeTemplate:
    """A Word or Excel file to be filled in."""

    package: Package
    parts: Mapping[str, Part]

    @property
    def media(self) -> str:
        """Its media type."""
        return self.package.media

    @property
    def ending(self) -> str:
        """The ending of its name."""
        return self.package.ending


@dataclass(frozen=True)
class Grid:
    """How texts and rows are found in a part of a kind of file; ``shared`` are the texts that cells name by number."""

    ending: str
    shared: tuple[str, ...] = ()

    def rows(self, document: minidom.Document) -> list[minidom.Element]:
        """Return the rows of tables, or of the sheet."""
        return elements(document, _ROWS[self.ending])

    def units(self, within: minidom.Document | minidom.Element) -> list[minidom.Element]:
        """Return the paragraphs or cells."""
        return elements(within, _UNITS[self.ending])

    def text(self, unit: minidom.Element) -> str:
        """Return what stands in a paragraph or cell; nothing of a cell that is computed or holds no text."""
        if self.ending == "docx":
            return "".join(_run_text(one) for one in runs_of(unit))
        kind = unit.getAttribute("t")
        if elements(unit, "f"):
            return ""
        if kind == "s":
            written = "".join(text_in(one) for one in elements(unit, "v"))
            return self.shared[int(written)] if written.isdigit() and int(written) < len(self.shared) else ""
        return "".join(text_in(one) for one in elements(unit, "t")) if kind == "inlineStr" else ""


def runs_of(paragraph: minidom.Element) -> list[minidom.Element]:
    """Return the texts, breaks and tabs of a paragraph itself, without those of paragraphs inside of it."""
    names = ("t", "br", "tab")
    inside = (one for one in paragraph.getElementsByTagNameNS("*", "*") if one.localName in names)
    return [one for one in inside if _owner(one) is paragraph and parent_of(one).localName == "r"]


def _owner(element: minidom.Element) -> minidom.Node | None:
    node: minidom.Node | None = element.parentNode
    while node is not None and getattr(node, "localName", None) != "p":
        node = node.parentNode
    return node


def _run_text(run: minidom.Element) -> str:
    return text_in(run) if run.localName == "t" else {"br": "\n", "tab": "\t"}[str(run.localName)]


def grid_of(package: Package) -> Grid:
    """Return how the file is looked into."""
    if _SHARED not in package.parts:
        return Grid(package.ending)
    shared = elements(parse(_SHARED, package.parts[_SHARED]), "si")
    texts = ("".join(text_in(one) for one in elements(item, "t") if _is_read(one)) for item in shared)
    return Grid(package.ending, tuple(texts))


def _is_read(text: minidom.Element) -> bool:
    """Tell whether a text is what people read, not how it is pronounced."""
    return getattr(text.parentNode, "localName", None) != "rPh"


def compile_office(raw: bytes, place: str, work: Gathering) -> OfficeTemplate | None:
    """Return the file as it is to be filled in; what is wrong with it is gathered with its part and its place there."""
    package = work.attempt(place, lambda: read_package(raw))
    if package is None:
        return None
    # What stands in a file cannot be rewritten in it, so it is not among the sources of the design.
    apart = Gathering(work.scope, work.found, [])
    grid, parts = grid_of(package), dict[str, Part]()
    for name in sorted(package.parts):
        if _PARTS[package.ending].match(name):
            part = _Looking(grid, parse(name, package.parts[name]), f"{place}.{name}", apart).part()
            if part.units or part.repeats:
                parts[name] = part
    if not parts and not work.found:
        work.found.append(problems.NOTHING_FILLED.at(place))
    return OfficeTemplate(package, MappingProxyType(parts))


@dataclass(frozen=True)
class _Looking:
    """Looks through one part."""

    grid: Grid
    document: minidom.Document
    place: str
    work: Gathering

    def part(self) -> Part:
        """Return what is to be filled in."""
        repeats: dict[int, Repeat] = {}
        taken: set[int] = set()
        for number, row in enumerate(self.grid.rows(self.document)):
            texts = [self.grid.text(unit) for unit in self.grid.units(row)]
            if not _opens(texts):
                continue
            taken |= {id(unit) for unit in self.grid.units(row)}
            made = self._repeat(row, texts)
            repeats |= {} if made is None else {number: made}
        if repeats and self.grid.ending == "xlsx" and elements(self.document, "f"):
            self.work.found.append(problems.FORMULA_BESIDE.at(self.place))
        units = {
            number: found
            for number, unit in enumerate(self.grid.units(self.document))
            if id(unit) not in taken and _is_template(text := self.grid.text(unit))
            for found in [self.work.template(self._at(unit, number), text)]
            if found is not None
        }
        return Part(units, repeats)

    def _at(self, unit: minidom.Element, number: int) -> str:
        return f"{self.place}.{unit.getAttribute('r') or f'p{number + 1}'}"

    def _repeat(self, row: minidom.Element, texts: list[str]) -> Repeat | None:
        units = self.grid.units(row)
        filled = [number for number, text in enumerate(texts) if text.strip()]
        first, last = filled[0], filled[-1]
        at, begin, end = self._at(units[first], first), _BEGINS.match(texts[first]), _ENDS.search(texts[last])
        if begin is None or end is None or first == last:
            self.work.found.append(problems.BAD_REPEAT.at(at))
            return None
        made = self.work.template(at, f"{begin.group(1)}{{% end %}}")
        if made is None or not isinstance(made.parts[0], Each):
            return None
        related = made.parts[0].related
        rest = {**dict(enumerate(texts)), first: texts[first][begin.end() :], last: texts[last][: end.start()]}
        scope = replace(self.work.scope, with_old=False)
        form = scope.forms[related.aggregate.app, related.aggregate.form]
        inner = Gathering(replace(scope, form=form), self.work.found, self.work.placed)
        kept = {number: text for number, text in rest.items() if number in (first, last) or _is_template(text)}
        compiled = {
            number: inner.template(self._at(units[number], number), text, with_each=False)
            for number, text in kept.items()
        }
        return Repeat(related, {number: one for number, one in compiled.items() if one is not None})


def _is_template(text: str) -> bool:
    return "{{" in text or "{%" in text


def _opens(texts: list[str]) -> bool:
    """Tell whether a row begins a block that its first filled unit does not close."""
    first = next((text for text in texts if text.strip()), "")
    return bool(_BEGINS.match(first)) and len(_OPENING.findall(first)) > len(_CLOSING.findall(first))
