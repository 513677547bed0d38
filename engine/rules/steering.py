"""Actions that stand for others, or say when and by whom these are done: as a rule's document states them."""

from __future__ import annotations

from dataclasses import dataclass

from engine.kernel.canonical import Json
from engine.rules.lengths import LengthDef, length_def


@dataclass(frozen=True, slots=True)
class LinkDef:
    """Let a reference of the record lead to the record that an expression names."""

    field: str
    record: str


@dataclass(frozen=True, slots=True)
class AddTagDef:
    """Choose one more option of a field of several."""

    tag: str
    field: str


@dataclass(frozen=True, slots=True)
class WaitForDef:
    """Go on with the next action after some time."""

    time: LengthDef


@dataclass(frozen=True, slots=True)
class WaitUntilDef:
    """Go on with the next action when a moment has come."""

    until: str


@dataclass(frozen=True, slots=True)
class RunRulesDef:
    """Run other rules of the form on the record, each where its condition holds."""

    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StartApprovalDef:
    """Start an approval of the record; one that is under way is not started a second time."""

    approval: str


@dataclass(frozen=True, slots=True)
class SendForSigningDef:
    """Make a document of the record and send it for signing, to the signers that its design names."""

    document: str


SteeringDef = LinkDef | AddTagDef | WaitForDef | WaitUntilDef | RunRulesDef | StartApprovalDef | SendForSigningDef

STEERING = frozenset(("link", "add_tag", "wait_for", "wait_until", "run", "start_approval", "send_for_signing"))
"""The members by which a document states these."""


def steering_def(kind: str, body: Json) -> SteeringDef:
    """Return the action of a valid document; ``kind`` is its member there, one of ``STEERING``."""
    match kind:
        case "link":
            return LinkDef(body["field"], body["record"])
        case "add_tag":
            return AddTagDef(body["tag"], body["field"])
        case "wait_for":
            return WaitForDef(length_def(body))
        case "wait_until":
            return WaitUntilDef(body)
        case "start_approval":
            return StartApprovalDef(body["approval"])
        case "send_for_signing":
            return SendForSigningDef(body["document"])
        case _:
            return RunRulesDef(tuple(body))
