"""A record that gets another owner while it is being approved: who is asked and owns it now makes way."""

from __future__ import annotations

from typing import cast

from engine.decision.approvals.courses import settle
from engine.decision.approvals.sittings import Save, Sitting
from engine.decision.commands import PassDue, Sign
from engine.decision.facts import ApprovalsOnQuery, OpenTask, OpenTasksQuery
from engine.decision.pending import Saving
from engine.decision.standing import StandingApproval


def hand_over(saving: Saving, save: Save) -> None:
    """Ask others in the approvals of a record that has just got an owner who is asked in them."""
    before, row, work = saving.before, saving.row, saving.work
    owner = row.get("owner")
    if before is None or owner is None or owner == before.get("owner") or row.get("deleted_at") is not None:
        return
    tasks = cast("tuple[OpenTask, ...]", work.fact(OpenTasksQuery(*saving.key)))
    if all(task.approval is None for task in tasks):
        return
    body = work.command.body
    acting = body.approval if isinstance(body, Sign | PassDue) else None
    for standing in cast("tuple[StandingApproval, ...]", work.fact(ApprovalsOnQuery(*saving.key))):
        # The one in which somebody acts right now makes way when it settles; one that this decision ended needs not.
        if standing.id == acting or standing.id in work.approvals or owner not in standing.course.asked:
            continue
        settle(Sitting(work, saving.app, saving.form, standing, standing, save, saving.depth), saving.actor)
