"""Seats of people who need not, or must not, decide: they agreed before, or the record is their own now."""

from __future__ import annotations

from typing import Any

from engine.decision.approvals.people import asked_instead
from engine.decision.approvals.sittings import Sitting
from engine.decision.changeset import Actor
from engine.kernel.problems import EngineError
from engine.workflows import problems
from engine.workflows.approvals import course as courses

ACT = "own"
"""What the list of an approval calls it."""


def spare_repeated(sitting: Sitting) -> None:
    """Let who has agreed at a step before agree at once, where the design says so and nothing is to be filled."""
    step, before = sitting.course.step, sitting.course.before
    if not sitting.definition.skip_repeated or step.fields or step.score is not None:
        return
    while sitting.course.outcome is None and not sitting.course.passed:
        person = next((one for one in sitting.course.asked if one in before), None)
        if person is None:
            return
        sitting.note("repeated", Actor(None, sitting.standing.approval), person=person)
        sitting.change(courses.agreed(sitting.course, person, person))


def make_way(sitting: Sitting, actor: Actor) -> None:
    """Have others asked in place of whoever is asked about what is their own now.

    That is the nearest of their superiors, else an administrator. Where these have a seat at the step already, it goes
    without the one. EngineError where nobody is left to decide.
    """
    own = sitting.own()
    for person in sitting.course.asked:
        if person not in own or sitting.course.outcome is not None:
            continue
        course = sitting.course
        others = asked_instead(sitting.work, [person], own)
        other = next((one for one in others if one not in course.named or course.step.need == "each"), None)
        changed = courses.without(course, person) if other is None else courses.handed_on(course, person, other)
        if changed is None:
            labels: dict[str, Any] = {"label_zh": course.step.labels.zh, "label_en": course.step.labels.en}
            raise EngineError(problems.NOBODY_TO_ASK.at(**labels))
        sitting.note(ACT, actor, person=person, to=other)
        sitting.change(changed)
