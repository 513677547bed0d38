"""Random approvals and random decisions: every course ends, and nobody is asked who should not be."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from engine.workflows.approvals import course as courses
from engine.workflows.approvals.course import Course
from engine.workflows.approvals.definitions import step_def
from engine.workflows.approvals.keeping import course_json, course_of

PEOPLE = tuple("abcdefgh")
NEEDS = st.one_of(
    st.sampled_from(("any", "all", "each", "sequence")), st.builds(lambda n: {"percent": n}, st.integers(1, 100))
)
GROUPS = st.lists(st.lists(st.sampled_from(PEOPLE), min_size=1, max_size=4), min_size=1, max_size=3)
PLAN = st.lists(st.tuples(NEEDS, GROUPS), min_size=1, max_size=4)
CHOICES = st.lists(st.tuples(st.integers(0, 99), st.integers(0, 99)), max_size=120)
STEP = {"labels": {"zh": "z", "en": "e"}, "who": [{"owner": True}]}
ENOUGH = 400


def course(plan):
    """Return the course of a plan, its first step begun."""
    steps = tuple(
        step_def({**STEP, "uid": f"s{n:011d}", "key": f"s{n}", "need": need}) for n, (need, _) in enumerate(plan)
    )
    return courses.begun(Course(steps), plan[0][1])


def decided(here, plan, choice, turn):
    """Return the course after one of those who are asked has done one of the things that can be done."""
    person = here.asked[turn % len(here.asked)]
    free = [one for one in PEOPLE if one not in here.named]
    if choice < 8 and free:
        return courses.handed_on(here, person, free[turn % len(free)])
    if choice < 20 and free:
        return courses.joined(here, person, free[turn % len(free)], "before" if turn % 2 else "behind")
    if choice < 24 and here.at > 0:
        to = turn % here.at
        return courses.begun(courses.sent_back(here, to), plan[to][1])
    if choice < 35:
        return courses.refused(here, person, person)
    return courses.agreed(here, person, person)


def moved_on(here, plan):
    while here.outcome is None and here.passed:
        here = courses.advanced(here)
        here = here if here.outcome is not None else courses.begun(here, plan[here.at][1])
    return here


@given(PLAN, CHOICES)
def test_every_course_ends_once_people_only_decide(plan, choices):
    here = moved_on(course(plan), plan)
    rounds = 0
    while here.outcome is None:
        assert here.asked, "it waits for somebody"
        assert len(set(here.asked)) == len(here.asked)
        choice, turn = choices[rounds] if rounds < len(choices) else (99, rounds)
        here = moved_on(decided(here, plan, choice, turn), plan)
        assert course_of(json.loads(json.dumps(course_json(here)))) == here, "it is kept as it stands"
        rounds += 1
        assert rounds < ENOUGH
    assert here.outcome in ("approved", "rejected")
    assert here.asked == ()


@given(PLAN, CHOICES)
def test_approved_is_what_every_step_has_agreed_to(plan, choices):
    """Compare with what the words say, counted by hand at the end of each step."""
    here = course(plan)
    for choice, turn in choices:
        if here.outcome is not None:
            return
        if here.passed:
            need, slots = plan[here.at][0], here.slots
            yes = [all(seat.state == "agreed" for seat in slot.line) for slot in slots]
            match need:
                case "any":
                    assert any(yes)
                case "all" | "sequence":
                    assert all(yes)
                case "each":
                    groups = {slot.group for slot in slots}
                    assert {slot.group for slot, done in zip(slots, yes, strict=True) if done} == groups
                case {"percent": percent}:
                    assert sum(yes) >= len(slots) * percent / 100
            here = moved_on(here, plan)
            continue
        here = decided(here, plan, choice, turn)


@given(PLAN, CHOICES)
def test_in_a_sequence_one_line_is_asked_at_a_time(plan, choices):
    here = course([("sequence", groups) for _, groups in plan])
    for choice, turn in choices:
        here = moved_on(here, plan)
        if here.outcome is not None:
            return
        assert len(here.asked) == 1
        here = decided(here, plan, choice, turn)
