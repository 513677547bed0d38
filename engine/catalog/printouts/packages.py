"""Word and Excel files as they are packed: read with bounds, refused where they are more than text, never run."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, cast
from xml.dom import minidom
from xml.parsers import expat

from engine.catalog.printouts import problems
from engine.kernel.problems import EngineError

MOST_PARTS: Final = 400
MOST_BYTES: Final = 12_000_000
"""How many bytes all parts have together, unpacked."""

MOST_XML: Final = 3_000_000
DEEPEST: Final = 100
"""How deep elements stand in each other at most; what Word writes stays below 40."""

_TYPES: Final = "[Content_Types].xml"
_OFFICE: Final = "application/vnd.openxmlformats-officedocument."
_MAIN: Final = {
    f"{_OFFICE}wordprocessingml.document.main+xml": ("docx", f"{_OFFICE}wordprocessingml.document"),
    f"{_OFFICE}spreadsheetml.sheet.main+xml": ("xlsx", f"{_OFFICE}spreadsheetml.sheet"),
}
_ACTIVE_PART: Final = re.compile(
    r"vbaproject|embeddings/|activex|externallinks/|customui|querytables/|connections\.xml|macrosheets|dialogsheets",
    re.I,
)
_ACTIVE_TYPE: Final = re.compile(r"macroenabled|vbaproject|oleobject|activex|externallink|ms-excel\.", re.I)
_LOADED: Final = re.compile(r"/(aFChunk|oleObject|attachedTemplate|subDocument|externalLink\w*)$", re.I)
_FETCHING: Final = re.compile(r"^\s*(DDE|DDEAUTO|INCLUDE\w*|LINK|DATABASE|MACROBUTTON|RD|IMPORT)\b", re.I)
_CALLING: Final = re.compile(r"\b(WEBSERVICE|RTD|CALL|REGISTER(\.ID)?|EXEC)\s*\(|\|[^|]*!", re.I)
_SAFE_LINK: Final = re.compile(r"^(https?://|mailto:|#)", re.I)
_MOMENT: Final = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class Package:
    """An office file, unpacked: its parts by name, which kind it is (``docx`` or ``xlsx``) and its media type."""

    parts: Mapping[str, bytes]
    ending: str
    media: str


def read_package(raw: bytes) -> Package:
    """Unpack an office file; EngineError (DOC-010 to DOC-013) where it cannot be read or is not to be trusted."""
    parts = _unpacked(raw)
    for name in parts:
        if _ACTIVE_PART.search(name) or (name.lower().endswith(".bin") and "printersettings" not in name.lower()):
            raise EngineError(problems.ACTIVE.at(what=name[:120]))
    documents = {name: parse(name, data) for name, data in parts.items() if name.lower().endswith((".xml", ".rels"))}
    ending, media = _kind(documents)
    for name, document in documents.items():
        for found in _active(name, document):
            raise EngineError(problems.ACTIVE.at(what=f"{name}: {found}"[:160]))
    return Package(parts, ending, media)


def _unpacked(raw: bytes) -> dict[str, bytes]:
    parts: dict[str, bytes] = {}
    left = MOST_BYTES
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as packed:
            listed = packed.infolist()
            if len(listed) > MOST_PARTS:
                raise EngineError(problems.TOO_MUCH.at(what=f"{len(listed)} > {MOST_PARTS}"))
            for item in listed:
                if item.is_dir():
                    continue
                limit = MOST_XML if item.filename.lower().endswith((".xml", ".rels")) else left
                with packed.open(item) as part:
                    data = part.read(min(limit, left) + 1)
                if len(data) > min(limit, left):
                    raise EngineError(problems.TOO_MUCH.at(what=item.filename[:120]))
                if item.filename in parts or ".." in item.filename.split("/") or item.filename.startswith("/"):
                    raise EngineError(problems.NOT_OFFICE.at(why=item.filename[:120]))
                left -= len(data)
                parts[item.filename] = data
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, ValueError, EOFError, OSError) as error:
        raise EngineError(problems.NOT_OFFICE.at(why=str(error)[:120] or "zip")) from error
    return parts


def parse(name: str, data: bytes) -> minidom.Document:
    """Return a part as a tree; EngineError where it declares anything, or is no XML. Entities are never resolved."""
    depth = 0

    def refuse(*_: object) -> None:
        raise EngineError(problems.XML_ENTITY.at(part=name[:120]))

    def begin(*_: object) -> None:
        nonlocal depth
        depth += 1
        if depth > DEEPEST:
            raise EngineError(problems.TOO_MUCH.at(what=name[:120]))

    def end(*_: object) -> None:
        nonlocal depth
        depth -= 1

    reader = expat.ParserCreate()
    reader.StartDoctypeDeclHandler = refuse
    reader.EntityDeclHandler = refuse
    reader.StartElementHandler = begin
    reader.EndElementHandler = end
    try:
        reader.Parse(data, True)
        return minidom.parseString(data)  # noqa: S318 - looked at above: nothing is declared in it
    except (expat.ExpatError, LookupError, ValueError) as error:
        raise EngineError(problems.NOT_OFFICE.at(why=f"{name}: {error}"[:160])) from error


def elements(document: minidom.Document | minidom.Element, name: str) -> list[minidom.Element]:
    """Return the elements of that local name, in order, whatever their namespace is."""
    return list(document.getElementsByTagNameNS("*", name))


def _kind(documents: Mapping[str, minidom.Document]) -> tuple[str, str]:
    types = documents.get(_TYPES)
    if types is None:
        raise EngineError(problems.NOT_OFFICE.at(why=_TYPES))
    stated = [one.getAttribute("ContentType") for name in ("Override", "Default") for one in elements(types, name)]
    for one in stated:
        if _ACTIVE_TYPE.search(one):
            raise EngineError(problems.ACTIVE.at(what=one[:120]))
    found = [_MAIN[one] for one in stated if one in _MAIN]
    if len(found) != 1:
        raise EngineError(problems.NOT_OFFICE.at(why=_TYPES))
    return found[0]


def _active(name: str, document: minidom.Document) -> Iterator[str]:
    """Go through what in a part would fetch or run something when the file is opened."""
    for one in elements(document, "Relationship") if name.endswith(".rels") else ():
        kind, target = one.getAttribute("Type"), one.getAttribute("Target")
        outside = one.getAttribute("TargetMode").lower() == "external"
        if _LOADED.search(kind) or (outside and not (kind.endswith("/hyperlink") and _SAFE_LINK.match(target))):
            yield target
    for one in elements(document, "instrText"):
        if _FETCHING.match(text_in(one)):
            yield text_in(one)
    yield from (written for one in elements(document, "fldSimple") if _FETCHING.match(written := _instruction(one)))
    yield from (text_in(one) for one in elements(document, "f") if _CALLING.search(text_in(one)))


def _instruction(field: minidom.Element) -> str:
    return next((str(one.value) for one in field.attributes.values() if one.localName == "instr"), "")


def parent_of(node: minidom.Node) -> minidom.Element:
    """Return the element around a node that stands in one."""
    return cast("minidom.Element", node.parentNode)


def copy_of(element: minidom.Element) -> minidom.Element:
    """Return a copy of an element and all that is in it."""
    return cast("minidom.Element", element.cloneNode(deep=True))


def text_in(element: minidom.Element) -> str:
    """Return the text right in an element."""
    return "".join(str(one.data) for one in element.childNodes if isinstance(one, minidom.Text))


def packed(parts: Mapping[str, bytes]) -> bytes:
    """Pack parts, the same always the same: without the time of day."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as made:
        for name, data in parts.items():
            item = zipfile.ZipInfo(name, _MOMENT)
            item.compress_type, item.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
            made.writestr(item, data)
    return target.getvalue()
