"""What people do in an approval: decide, hand on, ask others along, take it back, urge, say something."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any, cast

from engine.decision import problems as decision_problems
from engine.decision.approvals.courses import REMINDED_AT, begin_step, settle
from engine.decision.approvals.people import look_who_is_away, may_act_for
from engine.decision.approvals.regions import all_beside
from engine.decision.approvals.sittings import Said, Save, Sitting, please, tell_asked, tell_starter, write
from engine.decision.changeset import Actor
from engine.decision.commands import PassDue, Sign
from engine.decision.facts import ApprovalQuery, AwayQuery, OpenTask, OpenTasksQuery, PersonQuery, RecordQuery
from engine.decision.pending import Saving
from engine.decision.permissions import readable
from engine.decision.persons import active
from engine.decision.standing import StandingApproval, may_still_withdraw
from engine.decision.tasks import close_task
from engine.decision.work import Key, Work
from engine.forms.forms import Form
from engine.forms.parsing import clean_text, problem
from engine.forms.problems import REQUIRED
from engine.kernel.canonical import Json
from engine.kernel.clocks import Moment
from engine.kernel.identifiers import is_uuid
from engine.kernel.problems import EngineError, Text
from engine.kernel.values import Row
from engine.workflows import problems
from engine.workflows.approvals import course as course_of_steps

HOUR_MS: Moment = 3_600_000
WITH_WORDS = frozenset(("reject", "return", "comment"))
"""What nobody does without saying why."""

LONGEST_COMMENT = 2000

Changed = Callable[[Work, Form, Row, Json], Saving]
"""Makes the save of a record out of a payload: ``engine.decision.changing.changed``."""


def sign(work: Work, body: Sign, changed: Changed, save: Save) -> Key:
    """Do what somebody does in an approval; EngineError where they may not, or it is over."""
    sitting = _sitting(work, body.approval, save)
    standing = sitting.standing
    work.applicant = standing.starter
    row = _row(sitting, body)
    if sitting.course.outcome is not None and body.act != "comment":
        raise EngineError(problems.APPROVAL_OVER.at())
    comment = clean_text(body.comment or "")
    if comment is None:
        raise EngineError(problems.BAD_WORDS.at("comment"))
    comment = comment.strip()
    if body.act in WITH_WORDS and not comment:
        raise EngineError(problems.SAY_WHY.at("comment"))
    if len(comment) > LONGEST_COMMENT:
        raise EngineError(problems.TOO_MANY_WORDS.at("comment", most=LONGEST_COMMENT))
    if body.score is not None and (body.act != "approve" or sitting.course.step.score is None):
        raise EngineError(problems.NO_SCORE_HERE.at("score"))
    said = replace(body, comment=comment or None)
    if body.act == "approve":
        _fill(sitting, said, row, changed)
    elif body.fields:
        raise EngineError([problems.NOT_FILLED_HERE.at(str(key), key=key, known="-") for key in body.fields])
    _ACTS[body.act](sitting, said)
    return (standing.app, standing.form, standing.record)


def _sitting(work: Work, id: str, save: Save) -> Sitting:
    """Return an approval that whoever acts may know of; absent where there is none."""
    standing = cast("StandingApproval | None", work.fact(ApprovalQuery(id)))
    if standing is None or work.catalog.form(standing.app, standing.form) is None:
        raise EngineError(decision_problems.ABSENT.at())
    form = work.form(standing.app, standing.form)
    sitting = Sitting(work, work.app(standing.app), form, standing, standing, save)
    _read_at_once(sitting)
    row, user = sitting.row, work.command.actor.user
    if row is None:
        raise EngineError(decision_problems.ABSENT.at())
    if user is None or readable(work, form, row) or user in sitting.own() or _seat_of(sitting, user) is not None:
        return sitting
    raise EngineError(decision_problems.ABSENT.at())


def _read_at_once(sitting: Sitting) -> None:
    standing, work = sitting.standing, sitting.work
    key = (standing.app, standing.form, standing.record)
    asked = sitting.course.asked
    work.saves += 1  # what is done in an approval may ask for as much as a save
    work.fetch([RecordQuery(*key), OpenTasksQuery(*key), AwayQuery(work.moment), *map(PersonQuery, asked)])
    look_who_is_away(work, asked, sitting.own())


def _row(sitting: Sitting, body: Sign) -> Row:
    row = sitting.row or {}
    if body.seen is not None and body.seen != row["version"]:
        raise EngineError(decision_problems.STALE.at(seen=body.seen, now=row["version"]))
    return row


def _seat_of(sitting: Sitting, user: str) -> str | None:
    """Return the person who is asked in whose seat a user may decide: themselves, or somebody for whom they act."""
    asked = sitting.course.asked
    if user in asked:
        return user
    return next((one for one in asked if may_act_for(sitting.work, user, one, sitting.own())), None)


def _seat(sitting: Sitting) -> str:
    """Return in whose seat the acting user decides; EngineError where none waits for them, or it is their own."""
    user, work = sitting.work.command.actor.user, sitting.work
    if user is not None and user in sitting.own():
        raise EngineError(problems.OWN_RECORD.at())
    person = None if user is None else _seat_of(sitting, user)
    if person is None:
        work.fetch(PersonQuery(one) for one in sitting.course.asked)
        names = [found.display_name for one in sitting.course.asked if (found := work.person(one))]
        raise EngineError(problems.NOT_ASKED.at(who="、".join(names)))
    return person


def _fill(sitting: Sitting, body: Sign, row: Row, changed: Changed) -> None:
    """Fill the fields of the step; EngineError where one of them stays blank, or another one comes along."""
    _seat(sitting)
    wanted, form = sitting.course.step.fields, sitting.form
    given = body.fields if isinstance(body.fields, dict) else {}
    labels = ", ".join(wanted) or "-"
    strange = [problems.NOT_FILLED_HERE.at(str(key), key=key, known=labels) for key in given if key not in wanted]
    if strange:
        raise EngineError(strange)
    if given:
        saving = changed(sitting.work, form, row, given)
        _refuse_blank(form, wanted, saving.row)
        sitting.save(saving)
    else:
        _refuse_blank(form, wanted, row)


def _refuse_blank(form: Form, wanted: tuple[str, ...], row: Row) -> None:
    live = [form.fields[key] for key in wanted if key in form.fields]
    blank = [problem(REQUIRED, item.definition).under(item.key) for item in live if row.get(item.key) is None]
    if blank:
        raise EngineError(blank)


def _decided(sitting: Sitting, body: Sign, person: str, **said: Any) -> Actor:  # noqa: ANN401 - whatever is kept
    """Note a decision in the seat of a person, and close their task with it."""
    work = sitting.work
    actor = work.command.actor
    key = (sitting.standing.app, sitting.standing.form, sitting.standing.record)
    for task in cast("tuple[OpenTask, ...]", work.fact(OpenTasksQuery(*key))):
        if task.approval == sitting.standing.id and task.assignee == person:
            close_task(work, task, body.act, actor)
    sitting.note(body.act, actor, person=person, comment=body.comment, **said)
    return actor


def _approve(sitting: Sitting, body: Sign) -> None:
    person = _seat(sitting)
    _check_score(sitting, body)
    actor = _decided(sitting, body, person, score=body.score)
    sitting.change(course_of_steps.agreed(sitting.course, person, actor.user, body.score))
    settle(sitting, actor)


def _check_score(sitting: Sitting, body: Sign) -> None:
    rule = sitting.course.step.score
    if rule is None:
        return
    if body.score is None or not rule.least <= body.score <= rule.most:
        raise EngineError(problems.BAD_SCORE.at("score", least=rule.least, most=rule.most))


def _reject(sitting: Sitting, body: Sign) -> None:
    person = _seat(sitting)
    actor = _decided(sitting, body, person)
    sitting.change(course_of_steps.refused(sitting.course, person, actor.user))
    settle(sitting, actor)


def _return(sitting: Sitting, body: Sign) -> None:
    """Send it back to an earlier step, or to whoever applied."""
    person = _seat(sitting)
    earlier = {step.key: number for number, step in enumerate(sitting.course.steps[: sitting.course.at])}
    to_starter = "returned" in sitting.definition.ends or sitting.definition.state is None
    if (body.to is None and not to_starter) or (body.to is not None and body.to not in earlier):
        raise EngineError(problems.NO_SUCH_STEP.at("to", key=body.to or "-", known=", ".join(earlier) or "-"))
    actor = _decided(sitting, body, person, to=body.to)
    if body.to is None:
        sitting.change(course_of_steps.ended(sitting.course, "returned"))
    else:
        sitting.change(course_of_steps.sent_back(sitting.course, earlier[body.to]))
        begin_step(sitting)
    settle(sitting, actor)


def _other(sitting: Sitting, body: Sign) -> str:
    """Return the other person of an act; EngineError where it cannot be them."""
    other = body.to
    if (
        other is None
        or not is_uuid(other)
        or not active(sitting.work, [other])
        or other in sitting.own()
        or other in sitting.course.named
    ):
        raise EngineError(problems.NOT_TO_THEM.at("to"))
    return other


def _transfer(sitting: Sitting, body: Sign) -> None:
    person, other = _seat(sitting), _other(sitting, body)
    actor = _decided(sitting, body, person, to=other)
    sitting.change(course_of_steps.handed_on(sitting.course, person, other))
    settle(sitting, actor)


def _add(sitting: Sitting, body: Sign) -> None:
    person, other = _seat(sitting), _other(sitting, body)
    place: course_of_steps.Place = "before" if body.act == "add_before" else "behind"
    actor = sitting.work.command.actor
    sitting.note(body.act, actor, person=person, to=other, comment=body.comment)
    sitting.change(course_of_steps.joined(sitting.course, person, other, place))
    settle(sitting, actor)


def _withdraw(sitting: Sitting, body: Sign) -> None:
    course, actor = sitting.course, sitting.work.command.actor
    if (
        not may_still_withdraw((sitting.standing, *all_beside(sitting)))
        or actor.user not in sitting.own()
        or not _leads_on(sitting, "withdrawn")
    ):
        raise EngineError(problems.NOT_YOURS_TO_TAKE_BACK.at())
    sitting.note("withdraw", actor, comment=body.comment)
    sitting.change(course_of_steps.ended(course, "withdrawn"))
    settle(sitting, actor)


def _leads_on(sitting: Sitting, outcome: str) -> bool:
    """Tell whether the record knows where to go after an outcome; an approval beside its states need not know."""
    return sitting.definition.state is None or outcome in sitting.definition.ends


def _urge(sitting: Sitting, body: Sign) -> None:
    work, last = sitting.work, sitting.standing.urged_at
    actor = work.command.actor
    if actor.user not in sitting.own():
        raise EngineError(decision_problems.NOT_ALLOWED.at())
    if last is not None and work.moment < last + HOUR_MS:
        raise EngineError(problems.URGED_ALREADY.at())
    sitting.note("urge", actor, comment=body.comment)
    sitting.standing = replace(sitting.standing, urged_at=work.moment)
    tell_asked(sitting, _said_of(sitting, "催办", "Urged", body.comment or ""))
    settle(sitting, actor)


def _comment(sitting: Sitting, body: Sign) -> None:
    actor, labels = sitting.work.command.actor, sitting.definition.labels
    sitting.note("comment", actor, comment=body.comment)
    who = sitting.work.person(actor.user) if actor.user else None
    name = who.display_name if who else ""
    text = Text(f"{name}在“{labels.zh}”里说:{body.comment}", f"{name} says in “{labels.en}”: {body.comment}")
    if sitting.course.outcome is None:
        tell_asked(sitting, lambda _: text)
    tell_starter(sitting, lambda _: text)
    write(sitting)


_ACTS: Mapping[str, Callable[[Sitting, Sign], None]] = MappingProxyType(
    {
        "approve": _approve,
        "reject": _reject,
        "return": _return,
        "transfer": _transfer,
        "add_before": _add,
        "add_after": _add,
        "withdraw": _withdraw,
        "urge": _urge,
        "comment": _comment,
    }
)


def pass_due(work: Work, body: PassDue, save: Save) -> Key | None:
    """Remind whom a step waits for, or do what happens when its time is over; nothing where it has gone on."""
    standing = cast("StandingApproval | None", work.fact(ApprovalQuery(body.approval)))
    if standing is None or work.catalog.form(standing.app, standing.form) is None:
        return None
    form = work.form(standing.app, standing.form)
    sitting = Sitting(work, work.app(standing.app), form, standing, standing, save)
    work.applicant, course = standing.starter, sitting.course
    if course.outcome is not None or course.begun != body.begun or sitting.row is None or course.step.due is None:
        return None
    if body.percent < REMINDED_AT[-1]:
        tell_asked(sitting, _said_of(sitting, f"时限已过{body.percent}%", f"{body.percent} % of the time are over"))
        return (standing.app, standing.form, standing.record)
    said, late = _said_of(sitting, "已超时", "Late"), course.step.due.late
    tell_asked(sitting, said)
    tell_starter(sitting, said)
    if late != "remind":
        _LATE[late](sitting, Actor(None, standing.approval))
    return (standing.app, standing.form, standing.record)


def _said_of(sitting: Sitting, zh: str, en: str, more: str = "") -> Said:
    """Return what is said before, and behind, the question for a decision."""

    def said(named: Text) -> Text:
        asked = please(sitting, named)
        return Text(f"{zh} · {asked.zh}{more and ':'}{more}", f"{en} · {asked.en}{more and ': '}{more}")

    return said


def _to_superior(sitting: Sitting, actor: Actor) -> None:
    """Put the superior of everybody who is asked in their seat; who has none stays in it."""
    for person in sitting.course.asked:
        above = sitting.work.person(person)
        other = None if above is None else above.manager
        if (
            other is None
            or other in sitting.own()
            or other in sitting.course.named
            or not active(sitting.work, [other])
        ):
            continue
        sitting.note("late_superior", actor, person=person, to=other)
        sitting.change(course_of_steps.handed_on(sitting.course, person, other))
    settle(sitting, actor)


def _approved_late(sitting: Sitting, actor: Actor) -> None:
    """Agree for whoever is asked; their superior is asked instead where the step wants what nobody has given."""
    step, row = sitting.course.step, sitting.row or {}
    if step.score is not None or any(row.get(key) is None for key in step.fields):
        _to_superior(sitting, actor)
        return
    while sitting.course.outcome is None and not sitting.course.passed:
        person = sitting.course.asked[0]
        sitting.note("late_approve", actor, person=person)
        sitting.change(course_of_steps.agreed(sitting.course, person, None))
    settle(sitting, actor)


def _rejected_late(sitting: Sitting, actor: Actor) -> None:
    sitting.note("late_reject", actor)
    sitting.change(course_of_steps.ended(sitting.course, "rejected"))
    settle(sitting, actor)


_LATE: Mapping[str, Callable[[Sitting, Actor], None]] = MappingProxyType(
    {"superior": _to_superior, "approve": _approved_late, "reject": _rejected_late}
)
