"""Tasks of a record: which close when it moves on, is let go or goes away."""

from __future__ import annotations

from typing import cast

from engine.decision.changeset import Actor, OutboxMessage, TaskClosing
from engine.decision.facts import OpenTask, OpenTasksQuery
from engine.decision.happenings import event_json
from engine.decision.pending import Saving
from engine.decision.work import Work
from engine.rules.rules import Event


def close_task(work: Work, task: OpenTask, action: str | None, actor: Actor) -> None:
    """Note the end of a task, once."""
    if all(closing.id != task.id for closing in work.closed):
        work.closed.append(TaskClosing(task.id, action, actor, work.moment))


def announce_done(work: Work, task: OpenTask, action: str) -> None:
    """Leave an event in the outbox where an after-rule looks at what somebody has just done with a task."""
    event = Event(task=task.key, done=action)
    if not any(rule.looks_at(event) for rule in work.app(task.app).rules_of(task.form, before=False)):
        return
    row = work.record(task.app, task.form, task.record)
    if row is None:
        return
    payload = {
        "app": task.app,
        "form": task.form,
        "record": task.record,
        "version": row["version"],
        "depth": 0,
        "by": work.command.actor.user,
        "event": {**event_json(event), "version": f"task:{task.id}"},
    }
    work.messages.append(OutboxMessage(work.next_id(), "event", payload, work.moment))


def close_overtaken(saving: Saving) -> None:
    """Close the tasks that the save has overtaken.

    The record has left the state they were for, or is deleted, or they ask for a release that is no longer asked for:
    of everybody once the record is let go, of the one who has just agreed before that.
    """
    before, row = saving.before, saving.row
    if before is None:
        return
    deleted, moved = row.get("deleted_at") is not None, row.get("state") != before.get("state")
    released = row.get("held") != before.get("held") and before.get("held") is not None
    if not (deleted or moved or released):
        return
    for task in cast("tuple[OpenTask, ...]", saving.work.fact(OpenTasksQuery(*saving.key))):
        overtaken = moved and task.state is not None and task.state != row.get("state")
        agreed = released and _releases(saving, task) and (row["held"] is None or task.assignee == saving.actor.user)
        if deleted or overtaken or agreed:
            close_task(saving.work, task, None, saving.actor)


def _releases(saving: Saving, task: OpenTask) -> bool:
    flow = saving.workflow
    wanted = [action.transition for action in task.actions.values() if action.transition is not None]
    return flow is not None and any(
        flow.transitions[key].definition.releases for key in wanted if key in flow.transitions
    )
