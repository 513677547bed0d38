"""Courses of approvals as they are stored: with all that they began with, so that a new revision changes none of it."""

from __future__ import annotations

from fractions import Fraction

from engine.kernel.canonical import Json
from engine.workflows.approvals.course import Course, Seat, Slot
from engine.workflows.approvals.definitions import step_def


def course_json(course: Course) -> dict[str, Json]:
    """Return a course as it is stored."""
    return {
        "steps": [step.document for step in course.steps],
        "at": course.at,
        "begun": course.begun,
        "slots": [{"group": slot.group, "line": [_seat_json(seat) for seat in slot.line]} for slot in course.slots],
        "beside": None if course.beside is None else str(course.beside),
        "outcome": course.outcome,
        "before": list(course.before),
    }


def _seat_json(seat: Seat) -> dict[str, Json]:
    return {"person": seat.person, "state": seat.state, "by": seat.by, "score": seat.score}


def course_of(document: Json) -> Course:
    """Return the course that was stored."""
    return Course(
        steps=tuple(map(step_def, document["steps"])),
        at=document["at"],
        begun=document["begun"],
        slots=tuple(Slot(slot["group"], tuple(Seat(**seat) for seat in slot["line"])) for slot in document["slots"]),
        beside=None if document["beside"] is None else Fraction(document["beside"]),
        outcome=document["outcome"],
        before=tuple(document.get("before", ())),
    )
