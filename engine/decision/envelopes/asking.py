"""Sending for signing by a rule: it becomes a message, since the document is made after the commit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.decision.changeset import OutboxMessage
from engine.decision.envelopes.handling import ASK
from engine.kernel.canonical import Json
from engine.kernel.values import Row
from engine.rules.actions import SendForSigning

if TYPE_CHECKING:
    from engine.decision.acting import Run


def ask_to_send(run: Run, action: SendForSigning, row: Row) -> None:
    """Put the sending into the outbox."""
    payload: dict[str, Json] = {
        "app": run.app.key,
        "form": run.form.key,
        "record": str(row["id"]),
        "rule": run.rule.key,
        "document": action.document,
    }
    run.work.messages.append(OutboxMessage(run.work.next_id(), ASK, payload, run.work.moment))
