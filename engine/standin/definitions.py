"""What a stand-in's document says, read and checked: resources, their fields, and the rows that they hold at first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.catalog.documents import document_problems
from engine.kernel.canonical import Json, digest
from engine.kernel.problems import EngineError, Problem, Text
from engine.kernel.strict_json import Unread, read_json
from engine.standin import problems

if TYPE_CHECKING:
    from pathlib import Path

LARGEST = 10_000_000
NEEDED = {"choice": "options", "reference": "resource", "lines": "fields"}
"""What fields of these types have to state."""


@dataclass(frozen=True)
class FieldDef:
    """One field; ``options`` are those of a choice, ``resource`` that of a reference, ``fields`` those of lines."""

    key: str
    type: str
    required: bool = False
    scale: int = 0
    options: tuple[str, ...] = ()
    resource: str = ""
    fields: tuple[FieldDef, ...] = ()


@dataclass(frozen=True)
class RowDef:
    """A row that is there at first, as it is written; ``at`` is the day of its last change, from the anchor."""

    at: int
    fields: Mapping[str, Json]


@dataclass(frozen=True)
class ResourceDef:
    """Rows of one kind; ``id`` is the field by which one is found, ``serial`` how the id of a new one is made."""

    key: str
    id: str
    fields: tuple[FieldDef, ...]
    serial: str | None = None
    allow: frozenset[str] = frozenset()
    rows: tuple[RowDef, ...] = ()


@dataclass(frozen=True)
class PartnerDef:
    """A whole document; ``digest`` tells whether two are the same."""

    key: str
    labels: Text
    zone: str
    resources: Mapping[str, ResourceDef]
    digest: str


def read_partner(path: Path) -> PartnerDef:
    """Return what the document in a file says; EngineError with every problem of its shape, then of its meaning."""
    try:
        raw = path.read_bytes() if path.stat().st_size <= LARGEST else b""
    except OSError as error:
        raise EngineError(problems.NO_DOCUMENT.at(name=str(path))) from error
    read = read_json(raw)
    if isinstance(read, Unread):
        if not (raw and read.is_text):
            raise EngineError(problems.NO_DOCUMENT.at(name=str(path)))
        raise EngineError(problems.NO_JSON.at(path.name, line=read.line, column=read.column, reason=read.reason))
    return partner_def(read, path.name)


def partner_def(document: Json, name: str) -> PartnerDef:
    """Return what a document says; EngineError with what is wrong with it. Rows are looked at when they are put in."""
    found = document_problems("partner", name, document) or list(_meaning(document, f"{name}#"))
    if found:
        raise EngineError(found)
    return PartnerDef(
        key=document["key"],
        labels=Text.from_json(document["labels"]),
        zone=document.get("zone", "Asia/Shanghai"),
        resources={item["key"]: _resource_def(item) for item in document["resources"]},
        digest=digest(document),
    )


def _resource_def(document: Json) -> ResourceDef:
    return ResourceDef(
        key=document["key"],
        id=document["id"],
        fields=tuple(map(_field_def, document["fields"])),
        serial=document.get("serial"),
        allow=frozenset(document.get("allow", ())),
        rows=tuple(RowDef(item["at"], item["fields"]) for item in document.get("rows", ())),
    )


def _field_def(document: Json) -> FieldDef:
    return FieldDef(
        key=document["key"],
        type=document["type"],
        required=document.get("required", False),
        scale=2 if document["type"] == "money" else document.get("scale", 0),
        options=tuple(document.get("options", ())),
        resource=document.get("resource", ""),
        fields=tuple(map(_field_def, document.get("fields", ()))),
    )


def _meaning(document: Json, place: str) -> Iterator[Problem]:
    """Go through what no schema sees: keys that stand twice, and names that lead nowhere."""
    resources = document["resources"]
    yield from _twice(resources, f"{place}/resources")
    known = {item["key"] for item in resources}
    for number, resource in enumerate(resources):
        here = f"{place}/resources/{number}"
        yield from _fields(resource["fields"], f"{here}/fields", known)
        fields = {item["key"]: item for item in resource["fields"]}
        id = resource["id"]
        if id not in fields:
            yield problems.LEADS_NOWHERE.at(f"{here}/id", key=id, known=", ".join(fields))
        elif fields[id]["type"] != "text" or not fields[id].get("required"):
            yield problems.BAD_ID.at(f"{here}/id", key=id)


def _fields(fields: Json, place: str, resources: set[str]) -> Iterator[Problem]:
    yield from _twice(fields, place)
    for number, field in enumerate(fields):
        here = f"{place}/{number}"
        needed = NEEDED.get(field["type"])
        if needed is not None and needed not in field:
            yield problems.LACKS.at(here, type=field["type"], key=needed)
        if "resource" in field and field["resource"] not in resources:
            known = ", ".join(sorted(resources))
            yield problems.LEADS_NOWHERE.at(f"{here}/resource", key=field["resource"], known=known)
        yield from _fields(field.get("fields", ()), f"{here}/fields", resources)


def _twice(items: Json, place: str) -> Iterator[Problem]:
    keys = [item["key"] for item in items]
    for number, key in enumerate(keys):
        if key in keys[:number]:
            yield problems.TWICE.at(f"{place}/{number}/key", key=key)
