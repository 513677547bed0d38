"""Approvals for a viewer: how they stand, what can be done in them, and doing it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from dataclasses import field as dataclass_field
from typing import TYPE_CHECKING, cast, get_args

from engine.decision.approvals.people import acting_for, look_who_is_away, may_act_for, whose_own
from engine.decision.changeset import Actor, ApprovalAct
from engine.decision.commands import ApprovalActKind, Sign
from engine.decision.facts import RecordQuery
from engine.decision.problems import ABSENT
from engine.decision.standing import StandingApproval, may_still_withdraw
from engine.decision.words import title_of
from engine.kernel.canonical import Json, compact, digest
from engine.kernel.clocks import DAY_MS, Moment, moment_text
from engine.kernel.identifiers import is_uuid
from engine.kernel.problems import EngineError, Text
from engine.runtime.approvals_views import (
    ActView,
    ApprovalPage,
    ApprovalView,
    BesideView,
    MayView,
    SeatView,
    StandInView,
    StepView,
    WaitingView,
)
from engine.runtime.desk import Desk
from engine.runtime.inbox import away_below, waiting_for
from engine.runtime.reading import Reading
from engine.runtime.repeating import once
from engine.runtime.views import Viewer
from engine.storage import absences
from engine.storage import approvals as stored
from engine.storage.approvals import StoredApproval
from engine.storage.problems import BAD_CURSOR
from engine.storage.tasks import StoredTask, open_tasks
from engine.workflows.approvals.course import Course, Seat
from engine.workflows.approvals.definitions import StepDef, approval_def

if TYPE_CHECKING:
    from sqlalchemy import Connection

PAGE = 30
"""How many approvals one page of a list shows."""

MOST_WAITING = 200
ACTS: frozenset[str] = frozenset(get_args(ApprovalActKind))


class Approvals:
    """What a viewer sees of approvals, and does in them."""

    def __init__(self, desk: Desk) -> None:
        """Work at ``desk``."""
        self._desk = desk
        self._execution = desk.execution

    def sign(self, viewer: Viewer, body: Sign, idempotency_key: str | None = None) -> ApprovalView:
        """Do something in an approval and return how it stands then; the same request again does nothing twice."""
        _known(body.approval)
        execution = self._execution
        command = execution.command(Actor(viewer.id), body)

        def signed(connection: Connection) -> ApprovalView:
            def do() -> str:
                execution.within(connection, command)
                return body.approval

            once(connection, viewer.id, idempotency_key, lambda: _digest(body), execution.clocks.business(), do)
            reading = self._desk.over(connection, viewer)
            return _views(reading, [_one(reading, body.approval)])[0]

        return execution.attempt(signed)

    def act(self, viewer: Viewer, id: str, act: str, said: Said, idempotency_key: str | None = None) -> ApprovalView:
        """Do something in an approval by the name of the act (``sign``); absent where there is no such act."""
        if act not in ACTS:
            raise EngineError(ABSENT.at())
        body = Sign(id, cast("ApprovalActKind", act), said.comment, said.to, said.fields, said.score, said.version)
        return self.sign(viewer, body, idempotency_key)

    def look(self, viewer: Viewer, id: str) -> ApprovalView:
        """Return one approval; absent where the viewer may not know of it."""
        _known(id)
        with self._desk.reading(viewer) as reading:
            found = _one(reading, id)
            view = _views(reading, [found])[0]
            if not _may_know(reading, found, view):
                raise EngineError(ABSENT.at())
            return view

    def of_record(self, viewer: Viewer, app: str, form: str, record: str) -> tuple[ApprovalView, ...]:
        """Return the approvals of a record, the latest first; absent where the viewer may not read it."""
        _known(record)
        with self._desk.reading(viewer) as reading:
            definition = reading.form(app, form)
            row = reading.record(app, form, record)
            if row is None or not reading.may_see(definition, row):
                raise EngineError(ABSENT.at())
            return approvals_of(reading, app, form, record)

    def waiting(self, viewer: Viewer) -> tuple[WaitingView, ...]:
        """Return what waits for the viewer's decision, the most urgent first; at most 200 of their own.

        After these comes what they decide because it is the own record of who would act for somebody away.
        """
        with self._desk.reading(viewer) as reading:
            people, pressing = waiting_for(reading), reading.moment + DAY_MS
            others = [id for id in away_below(reading) if id not in people]
            tasks = [
                task
                for asked in (people, others)
                if asked
                for task in open_tasks(reading.connection, asked, pressing, MOST_WAITING, of_approvals=True)
            ]
            first: dict[str, StoredTask] = {}
            for task in tasks:
                first.setdefault(str(task.approval), task)
            found = stored.by_id(reading.connection, first)
            views = _views(reading, [found[id] for id in first if id in found])
            return tuple(
                _waiting(reading, first[view.id], view) for view in views if view.may and "approve" in view.may.acts
            )

    def stands_in(self, viewer: Viewer) -> tuple[StandInView, ...]:
        """Return for whom the viewer acts now because they are away."""
        with self._desk.reading(viewer) as reading:
            people = [id for id in waiting_for(reading) if id != viewer.id]
            until = absences.ends_at(reading.connection, people, reading.moment)
            return tuple(StandInView(_name(reading, id), moment_text(until[id])) for id in people if id in until)

    def started(self, viewer: Viewer, before: str | None = None, limit: int = PAGE) -> ApprovalPage:
        """Return a page of what the viewer applied for, the newest first; ``before`` is ``next`` of the page before."""
        _cursor(before)
        with self._desk.reading(viewer) as reading:
            found = stored.started_by(reading.connection, viewer.id, limit + 1, before)
            following = found[limit - 1].standing.id if len(found) > limit else None
            return ApprovalPage(_views(reading, found[:limit]), following)

    def decided(self, viewer: Viewer, before: str | None = None, limit: int = PAGE) -> ApprovalPage:
        """Return a page of the approvals in which the viewer decided something, the latest decision first.

        ``before`` is ``next`` of the page before. One in which they decided often stands where the last of it was.
        """
        _cursor(before)
        with self._desk.reading(viewer) as reading:
            acts = stored.decided_by(reading.connection, viewer.id, limit + 1, before)
            following = acts[limit - 1].id if len(acts) > limit else None
            listed = stored.latest_of(reading.connection, viewer.id, acts[:limit])
            found = stored.by_id(reading.connection, listed)
            return ApprovalPage(_views(reading, [found[id] for id in listed if id in found]), following)


@dataclass(frozen=True)
class Said:
    """What is said with an act: see ``engine.decision.commands.Sign``."""

    comment: str | None = None
    to: str | None = None
    fields: Json = dataclass_field(default_factory=dict)
    score: int | None = None
    version: int | None = None


def approvals_of(reading: Reading, app: str, form: str, record: str) -> tuple[ApprovalView, ...]:
    """Return the approvals of a record that the viewer may read, the latest first."""
    return _views(reading, tuple(reversed(stored.of_record(reading.connection, app, form, record))))


def _cursor(before: str | None) -> None:
    if before is not None and not is_uuid(before):
        raise EngineError(BAD_CURSOR.at("after"))


def _waiting(reading: Reading, task: StoredTask, view: ApprovalView) -> WaitingView:
    due = task.due_at
    return WaitingView(
        approval=view,
        opened_at=moment_text(task.opened_at),
        waited=max(0, reading.moment - task.opened_at),
        due=None if due is None else moment_text(due),
        late=due is not None and due <= reading.moment,
    )


def _known(id: str) -> None:
    if not is_uuid(id):
        raise EngineError(ABSENT.at())


def _digest(body: Sign) -> str:
    return digest(["Sign", *(compact(getattr(body, name)) for name in body.__slots__)])


def _one(reading: Reading, id: str) -> StoredApproval:
    found = stored.by_id(reading.connection, [id]).get(id)
    if found is None or reading.catalog.form(found.standing.app, found.standing.form) is None:
        raise EngineError(ABSENT.at())
    return found


def _may_know(reading: Reading, found: StoredApproval, view: ApprovalView) -> bool:
    """Tell whether the viewer reads the record, applied for it, or has had a part in it."""
    standing, me = found.standing, reading.viewer.id
    if _reads(reading, standing):
        return True
    return standing.starter == me or bool(view.may) or any(me in (act.by_id, act.person_id) for act in view.acts)


def _views(reading: Reading, listed: Sequence[StoredApproval]) -> tuple[ApprovalView, ...]:
    """Return approvals as they are shown, with all that they name asked for at once."""
    if not listed:
        return ()
    acts = stored.acts_of(reading.connection, (one.standing.id for one in listed))
    known = [one for one in listed if reading.catalog.form(one.standing.app, one.standing.form) is not None]
    reading.fetch(RecordQuery(one.standing.app, one.standing.form, one.standing.record) for one in known)
    people = {seat.person for one in known for seat in one.standing.course.seats()}
    look_who_is_away(reading, sorted(people))
    back = absences.ends_at(reading.connection, people, reading.moment) if people else {}
    beside = {id for one in known for id in one.standing.beside}
    others = {id: one.standing for id, one in stored.by_id(reading.connection, beside).items()} if beside else {}
    return tuple(
        _view(
            reading,
            one,
            acts[one.standing.id],
            back,
            [others[id] for id in one.standing.beside if id in others],
        )
        for one in known
    )


def _view(
    reading: Reading,
    one: StoredApproval,
    acts: Iterable[ApprovalAct],
    back: Mapping[str, Moment],
    beside: Sequence[StandingApproval],
) -> ApprovalView:
    """Return one approval; ``back`` says when those who are away are back, ``beside`` are those that began with it."""
    standing = one.standing
    row = reading.record(standing.app, standing.form, standing.record)
    own = whose_own(row or {}, standing.starter)
    design = approval_def({**standing.design, "steps": []})
    steps = {step.key: step.labels for step in standing.course.steps}
    return ApprovalView(
        id=standing.id,
        key=standing.approval,
        labels=design.labels,
        app=standing.app,
        form=standing.form,
        record=standing.record,
        title=title_of(reading, standing.app, standing.form, standing.record, reading.viewer.language),
        starter=_name(reading, standing.starter),
        started_at=moment_text(standing.started_at),
        ended_at=None if one.ended_at is None else moment_text(one.ended_at),
        outcome=standing.course.outcome,
        steps=tuple(_step(reading, one, number, own, back) for number in range(len(standing.course.steps))),
        acts=tuple(_act(reading, act, steps) for act in acts),
        may=_may(reading, one, own, back, withdrawable=may_still_withdraw((standing, *beside))),
        beside=tuple(
            BesideView(other.id, Text.from_json(other.design["labels"]), other.course.outcome)
            for other in (beside if _reads(reading, standing) else ())
        ),
    )


def _reads(reading: Reading, standing: StandingApproval) -> bool:
    """Tell whether the viewer may read the record of an approval: who may not knows of their own approval alone."""
    form = reading.catalog.form(standing.app, standing.form)
    row = reading.record(standing.app, standing.form, standing.record)
    return form is not None and row is not None and reading.may_see(form, row)


def _name(reading: Reading, id: str | None) -> str:
    person = reading.person(id) if id else None
    return person.display_name if person else ""


def _step(
    reading: Reading, one: StoredApproval, number: int, own: frozenset[str], back: Mapping[str, Moment]
) -> StepView:
    course = one.standing.course
    step, over = course.steps[number], course.outcome is not None
    if number == course.at:
        state = "now" if not over else "done" if course.outcome == "approved" else str(course.outcome)
    else:
        state = "done" if number < course.at else "ahead"
    seats = tuple(
        _seat(reading, seat, own, back.get(seat.person)) for seat in (course.seats() if number == course.at else ())
    )
    return StepView(step.key, step.labels, state, step.need, step.percent, seats)


def _seat(reading: Reading, seat: Seat, own: frozenset[str], back: Moment | None) -> SeatView:
    """Return a seat; of who is asked and away, with who acts for them and when they are back."""
    view = SeatView(seat.person, _name(reading, seat.person), seat.state, _name(reading, seat.by), seat.score)
    if seat.state != "asked" or back is None:
        return view
    deputy = acting_for(reading, seat.person, own)
    named = _name(reading, deputy) if deputy != seat.person else ""
    return replace(view, deputy=named, until=moment_text(back))


def _act(reading: Reading, act: ApprovalAct, steps: dict[str, Text]) -> ActView:
    to = steps.get(act.to or "")
    return ActView(
        id=act.id,
        act=act.act,
        at=moment_text(act.at),
        by_id=act.actor,
        by=_name(reading, act.actor),
        step=steps.get(act.step or ""),
        person_id=act.person,
        instead_of=_name(reading, act.person) if act.person != act.actor else "",
        to=to if to is not None else Text(_name(reading, act.to), _name(reading, act.to)) if act.to else None,
        score=act.score,
        comment=act.comment,
        step_key=act.step,
    )


def _may(
    reading: Reading, one: StoredApproval, own: frozenset[str], back: Mapping[str, Moment], *, withdrawable: bool
) -> MayView | None:
    """Return what the viewer can do in an approval; None where nothing.

    ``withdrawable`` tells whether it, and those that began with it, can still be taken back.
    """
    standing, me = one.standing, reading.viewer.id
    course, row = standing.course, reading.record(standing.app, standing.form, standing.record)
    if course.outcome is not None or row is None:
        return None
    design = approval_def({**standing.design, "steps": []})
    acts: list[ApprovalActKind] = []
    person = None if me in own else _seat_of(reading, course, own)
    asked = person is not None
    if asked:
        acts += ["approve", "reject", "transfer", "add_before", "add_after"]
        if course.at > 0 or "returned" in design.ends or design.state is None:
            acts.append("return")
    if me in own:
        acts.append("urge")
        if withdrawable and (design.state is None or "withdrawn" in design.ends):
            acts.append("withdraw")
    if not acts:
        return None
    step = course.step
    return MayView(
        acts=tuple(acts),
        fields=step.fields if asked else (),
        score=None if step.score is None or not asked else (step.score.least, step.score.most),
        back_to=_back_to(course, to_starter="returned" in design.ends or design.state is None) if asked else (),
        version=int(row["version"]),
        instead_of=_name(reading, person) if person != me else "",
        until=moment_text(back[person]) if person is not None and person != me and person in back else None,
    )


def _seat_of(reading: Reading, course: Course, own: frozenset[str]) -> str | None:
    """Return in whose seat the viewer decides: their own, else that of somebody for whom they act."""
    me = reading.viewer.id
    if me in course.asked:
        return me
    return next((one for one in course.asked if may_act_for(reading, me, one, own)), None)


def _back_to(course: Course, *, to_starter: bool) -> tuple[tuple[str | None, Text], ...]:
    """Return where it can go back to: to whoever applied (None), and to each earlier step."""
    first: tuple[tuple[str | None, Text], ...] = ((None, Text("申请人", "Whoever applied")),) if to_starter else ()
    earlier: Sequence[StepDef] = course.steps[: course.at]
    return (*first, *((cast("str | None", step.key), step.labels) for step in earlier))
