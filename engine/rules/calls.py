"""What is done after the commit, as a rule's document states it: calls of connectors, and making documents."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.kernel.canonical import Json
from engine.rules.announced import RetryDef, retry_def


@dataclass(frozen=True, slots=True)
class CallDef:
    """Call an operation of a connector."""

    connector: str
    operation: str
    arguments: Mapping[str, str] = field(default_factory=dict)
    retry: RetryDef | None = None


@dataclass(frozen=True, slots=True)
class MakeDocumentDef:
    """Make a document of the record and keep it in a field of attachments."""

    document: str
    field: str | None = None
    retry: RetryDef | None = None


def outside_def(kind: str, document: Mapping[str, Json]) -> CallDef | MakeDocumentDef:
    """Return what the member ``kind`` of a valid document states."""
    retry = retry_def(document)
    if kind == "call":
        return CallDef(document["connector"], document["operation"], document.get("with", {}), retry)
    return MakeDocumentDef(document["document"], document.get("field"), retry)
