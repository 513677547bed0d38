"""What a rule states of ledgers: what is booked and what is taken back; it knows no account and no balance."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.kernel.canonical import Json


@dataclass(frozen=True, slots=True)
class PostDef:
    """Book a change of an account in a ledger form, once for each reference."""

    ledger: str
    account: str
    delta: str
    reference: str
    fields: Mapping[str, str | Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ReverseDef:
    """Take back what was booked in a ledger form under the reference ``of``: its opposite is booked, once."""

    ledger: str
    of: str
    reference: str
    fields: Mapping[str, str | Mapping[str, str]] = field(default_factory=dict)


def posting_def(kind: str, body: Mapping[str, Json]) -> PostDef | ReverseDef:
    """Return the action of a valid document; ``kind`` is its member there."""
    return PostDef(**body) if kind == "post" else ReverseDef(**body)
