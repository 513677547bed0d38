"""Approvals under way: beginning one, taking it a step on, and what its end does to the record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from typing import cast

from engine.decision.approvals import regions
from engine.decision.approvals.people import asked_at
from engine.decision.approvals.seats import make_way, spare_repeated
from engine.decision.approvals.sittings import (
    SUBJECT,
    Save,
    Sitting,
    named_by,
    please,
    standing_of,
    tell_asked,
    tell_starter,
    write,
)
from engine.decision.changeset import (
    Actor,
    OutboxMessage,
    TaskAction,
    TaskOpening,
)
from engine.decision.commands import RunRules
from engine.decision.facts import ApprovalsOnQuery, OpenTask, OpenTasksQuery
from engine.decision.happenings import event_json
from engine.decision.pending import Saving
from engine.decision.reading_ahead import read_ahead
from engine.decision.standing import StandingApproval
from engine.decision.tasks import close_task
from engine.decision.timing import later, part_of
from engine.decision.work import Work
from engine.forms.forms import Form
from engine.kernel.clocks import Moment
from engine.kernel.problems import EngineError, Text
from engine.kernel.values import Row, Value
from engine.language.types import NumberType
from engine.rules.lengths import LengthDef
from engine.rules.rules import Event
from engine.workflows import problems
from engine.workflows.approvals import course as courses
from engine.workflows.approvals.approvals import Approval
from engine.workflows.approvals.course import Course
from engine.workflows.approvals.definitions import Outcome

KIND = "approval_due"
"""The kind of the message by which an approval hears that time passes."""

DEEPEST = 5
"""So many approvals and rules follow from each other in one decision; beyond it they go round."""

APPLICANT = "applicant"
"""What the event of an approval's end calls who applied for it."""

REMINDED_AT = (50, 80, 100)
"""After how many percent of its time a step says so."""


APPROVE, REJECT = TaskAction("approve", Text("同意", "Approve")), TaskAction("reject", Text("驳回", "Reject"))

_TOLD: Mapping[Outcome, Text] = {
    "approved": Text("已通过", "approved"),
    "rejected": Text("被驳回", "rejected"),
    "returned": Text("被退回", "returned"),
    "withdrawn": Text("已撤回", "withdrawn"),
    "apart": Text("打分相差过大,转复议", "the scores are too far apart, it is looked at again"),
    "overtaken": Text("已失效:单据走了别的路", "over: the record went another way"),
}


def start(saving: Saving, approval: Approval, save: Save) -> None:
    """Begin an approval of the record that is being saved; one of which no step applies is approved at once."""
    _go(_opened(saving, approval, save), saving.actor)


def _opened(saving: Saving, approval: Approval, save: Save) -> Sitting:
    """Return an approval of the record that is being saved, at its first step, which is yet to begin."""
    work, row = saving.work, saving.row
    if saving.depth > DEEPEST:
        raise EngineError(problems.GOES_ROUND.at(label_zh=approval.labels.zh, label_en=approval.labels.en))
    around = work.surroundings(saving.app.key)
    conditions = [part for step in approval.steps for part in (step.when, step.beside) if part is not None]
    read_ahead(work, [(row, conditions)], (), around)
    steps = tuple(step.definition for step in approval.steps if step.when is None or step.when.holds(row, around))
    standing = StandingApproval(
        id=work.next_id(),
        app=saving.app.key,
        form=saving.form.key,
        record=str(row["id"]),
        approval=approval.key,
        version=0,
        design=approval.definition.document,
        course=Course(steps),
        starter=_applicant(saving),
        started_at=work.moment,
    )
    return Sitting(work, saving.app, saving.form, None, standing, save, saving.depth)


def _go(sitting: Sitting, actor: Actor) -> None:
    """Begin the first step of an approval; one without a step is approved."""
    if sitting.course.steps:
        sitting.note("start", actor)
        begin_step(sitting)
    else:
        sitting.change(replace(sitting.course, outcome="approved"))
    settle(sitting, actor)


def _applicant(saving: Saving) -> str | None:
    """Return who applies: who acts, but for what follows from another approval, where it is who applied for that.

    Otherwise whoever agreed last to the one would apply for the next, and might not decide there, or the other way
    round.
    """
    work, body = saving.work, saving.work.command.body
    before = body.event.get(APPLICANT) if isinstance(body, RunRules) else work.applicant
    return before or work.command.actor.user or cast("str | None", saving.row.get("owner"))


def is_under_way(work: Work, form: Form, row: Row, approval: str) -> bool:
    """Tell whether an approval of a record has begun and not ended yet."""
    key = (form.app, form.key, str(row["id"]))
    if any((one.app, one.form, one.record) == key and one.approval == approval for one in work.approvals.values()):
        return True
    found = () if key in work.new else cast("tuple[StandingApproval, ...]", work.fact(ApprovalsOnQuery(*key)))
    return any(one.approval == approval for one in found)


def start_where_entered(saving: Saving, save: Save) -> None:
    """Begin the approvals of the state that a record has just entered, side by side."""
    flow = saving.workflow
    approvals = () if flow is None else flow.approvals_in(saving.row.get("state"))
    sittings = [_opened(saving, approval, save) for approval in approvals]
    regions.together(sittings)
    for sitting in sittings:
        _go(sitting, saving.actor)


def overtake(saving: Saving, save: Save) -> None:
    """End the approvals that the save has overtaken: the record has left their state, or is put away."""
    before, row = saving.before, saving.row
    deleted = row.get("deleted_at") is not None
    if before is None or not (deleted or row.get("state") != before.get("state")):
        return
    # Whatever the design says by now: one that is under way has a task open.
    tasks = cast("tuple[OpenTask, ...]", saving.work.fact(OpenTasksQuery(*saving.key)))
    stored = any(task.approval is not None for task in tasks)
    found = saving.work.fact(ApprovalsOnQuery(*saving.key)) if stored else ()
    known = [(one, one) for one in cast("tuple[StandingApproval, ...]", found)]
    for stood, standing in (*known, *((None, one) for one in _begun_here(saving))):
        sitting = Sitting(saving.work, saving.app, saving.form, stood, standing, save, saving.depth)
        bound = sitting.definition.state
        over = standing.id in saving.work.approvals and saving.work.approvals[standing.id].outcome is not None
        if over or not (deleted or (bound is not None and bound != row.get("state"))):
            continue
        _overtaken(sitting, saving.actor)


def _begun_here(saving: Saving) -> list[StandingApproval]:
    """Return the approvals of the record that this very decision has begun, and that are under way."""
    return [
        standing_of(write)
        for write in saving.work.approvals.values()
        if write.version == 1 and write.outcome is None and (write.app, write.form, write.record) == saving.key
    ]


def begin_step(sitting: Sitting) -> None:
    """Begin the step that the course has come to: its people are asked, and its time runs."""
    row = sitting.row or {}
    sitting.work.saves += 1  # each step may ask for as much as a save
    groups = asked_at(sitting.work, sitting.form, row, sitting.course.step, sitting.own())
    sitting.change(courses.begun(sitting.course, groups, _beside(sitting, row)))
    spare_repeated(sitting)
    _set_clock(sitting)


def _beside(sitting: Sitting, row: Row) -> Fraction | None:
    """Return the score that the record brings along, by the design of now."""
    flow = sitting.app.workflows.get(sitting.form.key)
    approval = None if flow is None else flow.approvals.get(sitting.standing.approval)
    step = (
        next((one for one in approval.steps if one.definition.uid == sitting.course.step.uid), None)
        if approval
        else None
    )
    if step is None or step.beside is None:
        return None
    around = sitting.work.surroundings(sitting.app.key)
    read_ahead(sitting.work, [(row, [step.beside])], (), around)
    value = step.beside.evaluate(row, around)
    kind = step.beside.type
    return None if value is None or not isinstance(kind, NumberType) else Fraction(value, 10**kind.scale)


def _set_clock(sitting: Sitting) -> None:
    due, work, step = due_at(sitting, sitting.work.moment), sitting.work, sitting.course.step
    if due is None or step.due is None:
        return
    length, around = LengthDef(step.due.count, step.due.unit), work.surroundings(sitting.app.key)
    for percent in REMINDED_AT:
        payload = {
            "app": sitting.standing.app,
            "approval": sitting.standing.id,
            "begun": sitting.course.begun,
            "percent": percent,
        }
        at = part_of(length, percent, work.moment, due, around)
        work.messages.append(OutboxMessage(work.next_id(), KIND, payload, due if at is None else at))


def due_at(sitting: Sitting, begun: Moment) -> Moment | None:
    """Return when the time of the step is over that began then; None where it has none."""
    due = sitting.course.step.due
    if due is None:
        return None
    return later(begun, LengthDef(due.count, due.unit), sitting.work.surroundings(sitting.app.key))


def settle(sitting: Sitting, actor: Actor) -> None:
    """Take the course as far as it goes by itself, ask whom it waits for, and do what its end does."""
    make_way(sitting, actor)
    while sitting.course.outcome is None and sitting.course.passed:
        if courses.are_apart(sitting.course):
            sitting.change(courses.ended(sitting.course, "apart"))
            break
        _keep_score(sitting, actor)
        sitting.change(courses.advanced(sitting.course))
        if sitting.course.outcome is None:
            begin_step(sitting)
    write(sitting)
    _ask(sitting, actor)
    if sitting.course.outcome is not None:
        _end(sitting, actor)


def _keep_score(sitting: Sitting, actor: Actor) -> None:
    """Put the mean of the scores into the field that the step names, rounded half away from zero."""
    rule, given, row = sitting.course.step.score, courses.scores(sitting.course), sitting.row
    if rule is None or rule.into is None or not given or row is None:
        return
    field = sitting.form.scope.fields.get(rule.into)
    if field is None or not isinstance(field.type, NumberType):
        return
    mean = sum(given) / len(given) * 10**field.type.scale
    rounded = int(abs(mean) + Fraction(1, 2)) * (-1 if mean < 0 else 1)
    _save(sitting, actor, row, {rule.into: rounded}, None)


def _ask(sitting: Sitting, actor: Actor) -> None:
    """Have a task open for everybody who is asked, and for nobody else."""
    work, standing = sitting.work, sitting.standing
    asked = () if sitting.course.outcome is not None else sitting.course.asked
    key = (standing.app, standing.form, standing.record)
    there: set[str] = set()
    same = sitting.stood is not None and sitting.stood.course.begun == sitting.course.begun
    known = cast("tuple[OpenTask, ...]", work.fact(OpenTasksQuery(*key))) if sitting.stood is not None else ()
    for task in known:
        if task.approval != standing.id or any(closing.id == task.id for closing in work.closed):
            continue
        if task.assignee in asked and same:
            there.add(task.assignee)
        else:
            close_task(work, task, None, actor)
    work.opened = [task for task in work.opened if task.approval != standing.id]
    new = [person for person in asked if person not in there]
    for person in new:
        work.opened.append(_task(sitting, person))
    if new:
        tell_asked(sitting, lambda named: please(sitting, named), new)


def _task(sitting: Sitting, person: str) -> TaskOpening:
    standing, step, work = sitting.standing, sitting.course.step, sitting.work
    state = (sitting.row or {}).get("state")
    return TaskOpening(
        id=work.next_id(),
        key=f"{standing.approval}.{step.key}",
        app=standing.app,
        form=standing.form,
        record=standing.record,
        assignee=person,
        title=please(sitting, named_by(sitting, person)),
        actions=(replace(APPROVE, fields=step.fields), REJECT),
        dedupe=f"{standing.id}:{sitting.version}:{sitting.course.begun}:{person}",
        opened_at=work.moment,
        due_at=due_at(sitting, work.moment),
        state=state if sitting.definition.state is not None else None,
        approval=standing.id,
    )


def _end(sitting: Sitting, actor: Actor) -> None:
    """Tell whoever applied, and take the record on where no approval beside it is still under way."""
    outcome = cast("Outcome", sitting.course.outcome)
    said, labels = _TOLD[outcome], sitting.definition.labels
    tell_starter(sitting, lambda named: Text(f"{named.zh}:{labels.zh}{said.zh}", f"{named.en}: {labels.en} {said.en}"))
    _announce(sitting, outcome)
    if outcome == "approved":
        if regions.waits(sitting):
            return
    elif outcome != "overtaken":
        for other in regions.others_under_way(sitting):
            _overtaken(other, actor)
    _lead_on(sitting, actor, outcome)


def _overtaken(sitting: Sitting, actor: Actor) -> None:
    """End an approval because its record goes another way."""
    sitting.note("overtaken", actor)
    sitting.change(courses.ended(sitting.course, "overtaken"))
    settle(sitting, actor)


def _lead_on(sitting: Sitting, actor: Actor, outcome: Outcome) -> None:
    """Fire the transition of an outcome, where there is one still."""
    row = sitting.row
    flow = sitting.app.workflows.get(sitting.form.key)
    key = sitting.definition.ends.get(outcome)
    if row is None or flow is None or key is None or key not in flow.transitions:
        return
    if not flow.may_start(flow.transitions[key], row.get("state")):
        return  # an approval beside the states may end when its record is elsewhere by now
    _save(sitting, actor, row, {}, key)


def _announce(sitting: Sitting, outcome: Outcome) -> None:
    """Leave an event in the outbox where an after-rule looks at the end of the approval."""
    standing, work, row = sitting.standing, sitting.work, sitting.row
    event = Event(approval=standing.approval, done=outcome)
    if row is None or not any(one.looks_at(event) for one in sitting.app.rules_of(sitting.form.key, before=False)):
        return
    payload = {
        "app": standing.app,
        "form": standing.form,
        "record": standing.record,
        "version": row["version"],
        "depth": sitting.depth,
        "by": work.command.actor.user,
        "event": {**event_json(event), "version": f"approval:{standing.id}", APPLICANT: standing.starter},
    }
    work.messages.append(OutboxMessage(work.next_id(), "event", payload, work.moment))


def _save(sitting: Sitting, actor: Actor, row: Row, values: Mapping[str, Value], transition: str | None) -> None:
    flow = sitting.app.workflows.get(sitting.form.key)
    sitting.save(
        Saving(
            work=sitting.work,
            app=sitting.app,
            form=sitting.form,
            before=row,
            row={**row, **values},
            given=values,
            actor=Actor(actor.user, sitting.standing.approval),
            transition=flow.transitions[transition] if flow is not None and transition is not None else None,
            typed=False,
            depth=sitting.depth + 1,
            reason=SUBJECT,
        )
    )
