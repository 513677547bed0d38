"""The design of decision tables as a JSON document states it; it knows no types of columns and reads no cell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.kernel.canonical import Json, digest
from engine.kernel.problems import Text
from engine.language.tables import HitPolicy


@dataclass(frozen=True, slots=True)
class ColumnDef:
    """An input or output. ``field`` (``form.field``) lends its type and labels; else ``document`` states the type."""

    uid: str
    key: str
    labels: Text | None
    field: str | None
    document: Json

    def __hash__(self) -> int:
        """Hash by identity of design: the uid."""
        return hash(self.uid)


@dataclass(frozen=True, slots=True)
class RowDef:
    """One row: cells by the keys of inputs and outputs, the policy it comes from, and its period (ISO days)."""

    uid: str
    key: str | None
    when: Mapping[str, str]
    then: Mapping[str, str]
    policy: Text | None
    valid_from: str | None
    valid_to: str | None

    def __hash__(self) -> int:
        """Hash by identity of design: the uid."""
        return hash(self.uid)


@dataclass(frozen=True, slots=True)
class TableDef:
    """One decision table; ``digest`` is the content address of its document."""

    uid: str
    key: str
    labels: Text
    policy: HitPolicy
    inputs: tuple[ColumnDef, ...]
    outputs: tuple[ColumnDef, ...]
    rows: tuple[RowDef, ...]
    valid_on: str | None
    limit: int | None
    separator: str
    digest: str


def table_def(document: Json) -> TableDef:
    """Return the table that a valid document states."""
    return TableDef(
        uid=document["uid"],
        key=document["key"],
        labels=Text.from_json(document["labels"]),
        policy=HitPolicy(document["hit_policy"]),
        inputs=tuple(map(_column_def, document["inputs"])),
        outputs=tuple(map(_column_def, document["outputs"])),
        rows=tuple(map(_row_def, document["rows"])),
        valid_on=document.get("valid_on"),
        limit=document.get("limit"),
        separator=document.get("separator", "、"),
        digest=digest(document),
    )


def _column_def(document: Json) -> ColumnDef:
    labels = Text.from_json(document["labels"]) if "labels" in document else None
    return ColumnDef(document["uid"], document["key"], labels, document.get("field"), document)


def _row_def(document: Json) -> RowDef:
    return RowDef(
        uid=document["uid"],
        key=document.get("key"),
        when=document.get("when", {}),
        then=document["then"],
        policy=Text.from_json(document["policy"]) if "policy" in document else None,
        valid_from=document.get("valid_from"),
        valid_to=document.get("valid_to"),
    )
