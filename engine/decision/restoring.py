"""Taking a record out of the bin: it is back where it was, unless its place is taken by now. Pure."""

from __future__ import annotations

from typing import cast

from engine.decision import checks, problems
from engine.decision.commands import Restore
from engine.decision.facts import RecordQuery
from engine.decision.pending import Saving
from engine.decision.permissions import readable, require
from engine.decision.saving import save
from engine.decision.work import Key, Work
from engine.kernel.problems import EngineError
from engine.kernel.values import Row


def restore(work: Work, body: Restore) -> Key:
    """Put a record back; EngineError where it is not in the bin, not as it was seen, or another has what is unique.

    Whoever may delete it may. Deadlines are set anew and approvals of its state begin anew; tasks stay closed.
    """
    form = work.form(body.app, body.form)
    row = cast("Row | None", work.fact(RecordQuery(body.app, body.form, body.id, deleted=True)))
    if row is None or row.get("deleted_at") is None or not readable(work, form, row):
        raise EngineError(problems.ABSENT.at())
    if body.seen is not None and body.seen != row["version"]:
        raise EngineError(problems.STALE.at(seen=body.seen, now=row["version"]))
    require(work, form, "delete", row)
    saving = Saving(
        work=work,
        app=work.app(body.app),
        form=form,
        before=row,
        row={**row, "deleted_at": None},
        given={},
        actor=work.command.actor,
        typed=False,
        plain=True,
    )
    # Whoever puts it back applies for nothing: approvals that begin anew are those of whom the record is.
    work.applicant = row.get("owner") or row.get("created_by")
    checks.check_uniqueness(saving, [item.key for item in form.unique])
    save(saving)
    return saving.key
