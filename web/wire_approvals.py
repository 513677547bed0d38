"""The API's JSON of approvals and absences: what the runtime answers, as documents."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.kernel.canonical import Json

if TYPE_CHECKING:
    from engine.kernel.problems import Text
    from engine.runtime.absences import AbsenceView
    from engine.runtime.approvals_views import ActView, ApprovalPage, ApprovalView, MayView, SeatView, StepView


def approvals_json(page: ApprovalPage) -> Json:
    """Return ``{"items", "next"}``."""
    return {"items": [approval_json(view) for view in page.items], "next": page.next}


def approval_json(view: ApprovalView) -> Json:
    """Return an approval with its steps, what was done in it, and what the caller may do."""
    return {
        "id": view.id,
        "key": view.key,
        "labels": view.labels.as_json(),
        "record": {"app": view.app, "form": view.form, "id": view.record, "title": view.title},
        "starter": view.starter,
        "started_at": view.started_at,
        "ended_at": view.ended_at,
        "outcome": view.outcome,
        "steps": [_step_json(step) for step in view.steps],
        "acts": [_act_json(act) for act in view.acts],
        "may": None if view.may is None else _may_json(view.may),
        "beside": [{"id": one.id, "labels": one.labels.as_json(), "outcome": one.outcome} for one in view.beside],
    }


def _step_json(step: StepView) -> Json:
    return {
        "key": step.key,
        "labels": step.labels.as_json(),
        "state": step.state,
        "need": step.need,
        "percent": step.percent,
        "seats": [_seat_json(seat) for seat in step.seats],
    }


def _seat_json(seat: SeatView) -> Json:
    return {
        "person": seat.person,
        "name": seat.name,
        "state": seat.state,
        "by": seat.by,
        "score": seat.score,
        "deputy": seat.deputy,
        "until": seat.until,
    }


def _act_json(act: ActView) -> Json:
    return {
        "id": act.id,
        "act": act.act,
        "at": act.at,
        "by": act.by_id,
        "by_name": act.by,
        "step": act.step_key,
        "person": act.person_id,
        "instead_of": act.instead_of,
        "to": _text(act.to),
        "score": act.score,
        "comment": act.comment,
    }


def _may_json(may: MayView) -> Json:
    return {
        "acts": list(may.acts),
        "fields": list(may.fields),
        "score": None if may.score is None else {"least": may.score[0], "most": may.score[1]},
        "back_to": [{"step": key, "labels": labels.as_json()} for key, labels in may.back_to],
        "version": may.version,
        "instead_of": may.instead_of,
        "until": may.until,
    }


def _text(text: Text | None) -> Json:
    return None if text is None else text.as_json()


def absences_json(listed: tuple[AbsenceView, ...]) -> Json:
    """Return ``{"items": [{"id", "begins_at", "ends_at", "deputy", "deputy_name", "note"}]}``; no deputy is null."""
    return {
        "items": [
            {
                "id": one.id,
                "begins_at": one.begins_at,
                "ends_at": one.ends_at,
                "deputy": one.deputy or None,
                "deputy_name": one.deputy_name,
                "note": one.note,
            }
            for one in listed
        ]
    }
