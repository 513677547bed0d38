"""Putting records from one state into another by hand: those that a new design of the states would strand."""

from __future__ import annotations

from typing import cast

from engine.decision import problems
from engine.decision.commands import Relocate
from engine.decision.facts import LastMoveQuery
from engine.decision.pending import Saving
from engine.decision.saving import save
from engine.decision.work import Key, Work
from engine.kernel.problems import EngineError
from engine.workflows.problems import NO_WORKFLOW, NOT_A_PLACE


def relocate(work: Work, body: Relocate) -> Key | None:
    """Put a record into another state; None where it is not where it should come from any more."""
    form, flow = work.form(body.app, body.form), work.app(body.app).workflows.get(body.form)
    if flow is None:
        raise EngineError(NO_WORKFLOW.at())
    there = flow.states.get(body.target)
    if there is None or (there.retired and body.moved_by is None):
        known = ", ".join(key for key, state in flow.states.items() if not state.retired)
        raise EngineError(NOT_A_PLACE.at("target", key=body.target, known=known))
    before = work.record(body.app, body.form, body.id)
    if before is None:
        raise EngineError(problems.ABSENT.at())
    if before.get("state") != body.origin:
        return None
    if body.moved_by is not None:
        last = cast("str | None", work.fact(LastMoveQuery(body.app, body.form, body.id)))
        if last != body.moved_by:
            return None
    row = {**before, "state": body.target, "state_since": work.moment}
    save(
        Saving(
            work=work,
            app=work.app(body.app),
            form=form,
            before=before,
            row=row,
            given={},
            actor=work.command.actor,
            typed=False,
            plain=True,
            batch=body.batch,
            reason=f"batch:{body.batch}",
        )
    )
    return (body.app, body.form, body.id)
