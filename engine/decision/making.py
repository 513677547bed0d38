"""Documents that rules have made: asking for one becomes a message, what was made comes into the record's field."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.decision.calls import retry_json
from engine.decision.changeset import Actor, OutboxMessage
from engine.decision.commands import KeepDocument
from engine.decision.pending import Saving
from engine.decision.saving import save
from engine.decision.work import Key, Work
from engine.kernel.canonical import Json
from engine.kernel.values import Row
from engine.rules.actions import MakeDocument

if TYPE_CHECKING:
    from engine.decision.acting import Run

KIND = "document"


def ask_for_document(run: Run, action: MakeDocument, row: Row) -> None:
    """Put the making of a document into the outbox."""
    payload: dict[str, Json] = {
        "app": run.app.key,
        "form": run.form.key,
        "record": str(row["id"]),
        "rule": run.rule.key,
        "document": action.document,
        "field": action.field,
        "depth": run.body.depth + 1,
        "retry": retry_json(action.retry),
    }
    run.work.messages.append(OutboxMessage(run.work.next_id(), KIND, payload, run.work.moment))


def keep_document(work: Work, body: KeepDocument) -> Key:
    """Put the file into the field, behind what is there; nothing where it is there already or the record has gone."""
    app, form = work.app(body.app), work.form(body.app, body.form)
    key = (body.app, body.form, body.record)
    before = work.record(*key)
    if before is None or body.field not in form.fields:
        return key
    held = tuple(before.get(body.field) or ())
    if body.file in held:
        return key
    given = {body.field: (*held, body.file)}
    row = {**before, **given}
    actor = Actor(None, body.rule)
    save(Saving(work, app, form, before, row, given, actor, typed=False, depth=body.depth, reason=body.rule))
    return key
