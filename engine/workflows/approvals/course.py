"""The course of one approval: who is asked now, and what their decisions come to. Values: each act gives a new one.

A step that has begun has *slots*: each is somebody whose agreement counts, with those who were put before or behind
them in a line; all in the line agree, one after the other. Who acts for somebody who is away is not known here: a seat
is that of whom the design names.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Literal

from engine.workflows.approvals.definitions import Outcome, StepDef

SeatState = Literal["waiting", "asked", "agreed", "refused", "spared"]
Place = Literal["before", "behind"]

WHOLE = 100


@dataclass(frozen=True, slots=True)
class Seat:
    """One person in a line: ``spared`` where the step came to its end without them. ``by`` is who acted for them."""

    person: str
    state: SeatState = "waiting"
    by: str | None = None
    score: int | None = None


@dataclass(frozen=True, slots=True)
class Slot:
    """One agreement that counts: a line of people, named by the entry ``group`` of the step's ``who``."""

    group: int
    line: tuple[Seat, ...]

    @property
    def agreed(self) -> bool:
        """Whether all in the line agree."""
        return all(seat.state == "agreed" for seat in self.line)

    @property
    def refused(self) -> bool:
        """Whether somebody in the line does not agree."""
        return any(seat.state == "refused" for seat in self.line)


@dataclass(frozen=True, slots=True)
class Course:
    """An approval under way, or at its end.

    ``steps`` are those that it goes through, ``at`` the number of the one that it is at; ``begun`` counts the steps
    that have begun, also those that began again. ``beside`` is the score that the record brought along (a fraction, so
    that no digit is lost). ``outcome`` is None while it is under way. ``before`` are those who have themselves agreed
    at a step before, since it was last sent back.
    """

    steps: tuple[StepDef, ...]
    at: int = 0
    begun: int = 0
    slots: tuple[Slot, ...] = ()
    beside: Fraction | None = None
    outcome: Outcome | None = None
    before: tuple[str, ...] = ()

    @property
    def step(self) -> StepDef:
        """The step that it is at."""
        return self.steps[self.at]

    @property
    def asked(self) -> tuple[str, ...]:
        """Whose decision it waits for, each once."""
        return tuple(dict.fromkeys(seat.person for seat in self.seats() if seat.state == "asked"))

    @property
    def named(self) -> tuple[str, ...]:
        """Everybody who has a seat at the step, each once."""
        return tuple(dict.fromkeys(seat.person for seat in self.seats()))

    @property
    def passed(self) -> bool:
        """Whether the step has all the agreement that it needs, and the next one has not begun yet."""
        return bool(self.slots) and self.outcome is None and _verdict(self.step, self.slots) is True

    @property
    def decided(self) -> bool:
        """Whether somebody has decided: steps have passed, or a seat of this one is decided."""
        return self.at > 0 or any(seat.state in ("agreed", "refused") for seat in self.seats())

    def seats(self) -> Iterator[Seat]:
        """Go through the seats of the step."""
        for slot in self.slots:
            yield from slot.line


def begun(course: Course, groups: Sequence[Iterable[str]], beside: Fraction | None = None) -> Course:
    """Return the course with its step begun: these people, by the entries of ``who``, decide. Nobody sits twice.

    Where each entry needs somebody, who stands in two of them has a seat in both, and decides for both at once.
    """
    taken: set[tuple[int, str]] = set()
    slots: list[Slot] = []
    for number, people in enumerate(groups):
        for person in people:
            if (number if course.step.need == "each" else 0, person) not in taken:
                taken.add((number if course.step.need == "each" else 0, person))
                slots.append(Slot(number, (Seat(person),)))
    if not slots:
        message = "a step begins with somebody to decide"
        raise ValueError(message)
    return _asking(replace(course, begun=course.begun + 1, slots=tuple(slots), beside=beside, outcome=None))


def agreed(course: Course, person: str, by: str | None, score: int | None = None) -> Course:
    """Return the course after somebody who is asked has agreed."""
    return _settled(_with(course, person, Seat(person, "agreed", by, score)))


def refused(course: Course, person: str, by: str | None) -> Course:
    """Return the course after somebody who is asked has not agreed."""
    return _settled(_with(course, person, Seat(person, "refused", by)))


def handed_on(course: Course, person: str, to: str) -> Course:
    """Return the course with somebody else in the seat of a person who is asked."""
    return _with(course, person, Seat(to, "asked"))


def without(course: Course, person: str) -> Course | None:
    """Return the course without the seats in which a person is asked; None where their agreement is needed.

    So where nobody would be left to ask, or nobody of an entry of ``each``.
    """
    left = []
    for slot in course.slots:
        line = tuple(seat for seat in slot.line if not _is_asked(seat, person))
        if line:
            left.append(replace(slot, line=line))
    groups = {slot.group for slot in course.slots}
    if not left or (course.step.need == "each" and {slot.group for slot in left} != groups):
        return None
    return _settled(replace(course, slots=tuple(left)))


def joined(course: Course, person: str, other: str, place: Place) -> Course:
    """Return the course with another one put before or behind a person who is asked: both must agree."""
    slots = []
    for slot in course.slots:
        line: list[Seat] = []
        for seat in slot.line:
            mine = seat.person == person and seat.state == "asked"
            pair = [Seat(other), Seat(person)] if place == "before" else [seat, Seat(other)]
            line += pair if mine else [seat]
        slots.append(replace(slot, line=tuple(line)))
    return _asking(replace(course, slots=tuple(slots)))


def advanced(course: Course) -> Course:
    """Return the course at the step after one that has passed, yet to begin; approved where that was the last."""
    if course.at + 1 == len(course.steps):
        return replace(course, outcome="approved")
    agreeing = (seat.by for seat in course.seats() if seat.state == "agreed" and seat.by is not None)
    before = tuple(dict.fromkeys((*course.before, *agreeing)))
    return replace(course, at=course.at + 1, slots=(), beside=None, before=before)


def sent_back(course: Course, to: int) -> Course:
    """Return the course at an earlier step, which is yet to begin anew."""
    if not 0 <= to < course.at:
        message = f"step {to} is not before {course.at}"
        raise ValueError(message)
    return replace(course, at=to, slots=(), beside=None, before=())


def ended(course: Course, outcome: Outcome) -> Course:
    """Return the course at its end; whoever was still asked is asked no longer."""
    return _spared(replace(course, outcome=outcome))


def scores(course: Course) -> tuple[Fraction, ...]:
    """Return the scores given at the step, that of the record first."""
    own = () if course.beside is None else (course.beside,)
    return (*own, *(Fraction(seat.score) for seat in course.seats() if seat.score is not None))


def are_apart(course: Course) -> bool:
    """Tell whether the scores of the step are further apart than it tolerates."""
    rule, given = course.step.score, scores(course)
    if rule is None or rule.tolerance is None or len(given) < 2:  # noqa: PLR2004 - one score is apart from nothing
        return False
    return (max(given) - min(given)) * WHOLE > rule.tolerance * (rule.most - rule.least)


def _with(course: Course, person: str, seat: Seat) -> Course:
    """Return the course with a seat in place of all those in which a person is asked."""
    slots = (
        replace(slot, line=tuple(seat if _is_asked(one, person) else one for one in slot.line)) for slot in course.slots
    )
    return replace(course, slots=tuple(slots))


def _is_asked(seat: Seat, person: str) -> bool:
    return seat.person == person and seat.state == "asked"


def _settled(course: Course) -> Course:
    """Return the course after a decision: at its end, with its step passed, or with the next ones asked."""
    match _verdict(course.step, course.slots):
        case None:
            return _asking(course)
        case True:
            return _spared(course)
        case False:
            return ended(course, "rejected")


def _verdict(step: StepDef, slots: Sequence[Slot]) -> bool | None:
    """Tell whether the step has its agreement, cannot have it any more, or (None) is still under way."""
    yes, no = sum(slot.agreed for slot in slots), sum(slot.refused for slot in slots)
    if step.need == "percent":
        needed = step.percent * len(slots)
        return True if yes * WHOLE >= needed else False if (len(slots) - no) * WHOLE < needed else None
    if no:
        return False
    match step.need:
        case "any":
            return True if yes else None
        case "each":
            agreeing = {slot.group for slot in slots if slot.agreed}
            return True if agreeing == {slot.group for slot in slots} else None
        case _:
            return True if yes == len(slots) else None


def _asking(course: Course) -> Course:
    """Return the course with everybody asked whose turn it is: the first of each line, in a sequence of one line."""
    slots: list[Slot] = []
    open_before = False
    for slot in course.slots:
        waits = open_before and course.step.need == "sequence"
        turn = next((number for number, seat in enumerate(slot.line) if seat.state not in ("agreed", "spared")), None)
        line = tuple(
            replace(seat, state="asked" if number == turn and not waits else "waiting")
            if seat.state in ("asked", "waiting")
            else seat
            for number, seat in enumerate(slot.line)
        )
        open_before = open_before or not slot.agreed
        slots.append(replace(slot, line=line))
    return replace(course, slots=tuple(slots))


def _spared(course: Course) -> Course:
    open_ones = ("asked", "waiting")
    slots = (
        replace(
            slot,
            line=tuple(replace(seat, state="spared") if seat.state in open_ones else seat for seat in slot.line),
        )
        for slot in course.slots
    )
    return replace(course, slots=tuple(slots))
