"""Calls of connectors as a rule's document states them."""

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


def call_def(document: Mapping[str, Json]) -> CallDef:
    """Return the call that a valid document states."""
    return CallDef(document["connector"], document["operation"], document.get("with", {}), retry_def(document))
