"""One approval while a decision changes it: how it stood and stands, what is kept of it, and who is told."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import cast

from engine.catalog.apps import App
from engine.decision.approvals.people import acting_for, look_who_is_away, whose_own
from engine.decision.changeset import Actor, ApprovalAct, ApprovalWrite, Note, OutboxMessage
from engine.decision.facts import PersonQuery
from engine.decision.numbering import to_be_told
from engine.decision.pending import Saving
from engine.decision.permissions import readable_by
from engine.decision.standing import StandingApproval
from engine.decision.words import title
from engine.decision.work import Work
from engine.forms.forms import Form
from engine.kernel.canonical import Json
from engine.kernel.problems import Text
from engine.kernel.values import Row
from engine.workflows.approvals.course import Course
from engine.workflows.approvals.definitions import ApprovalDef, approval_def
from engine.workflows.approvals.keeping import course_json, course_of

MOST_ACTS = 1000
"""More is never done in one approval by one decision."""

SUBJECT = "approval"
"""What the journal calls an approval."""

Save = Callable[[Saving], Row]
"""Saves a record: ``engine.decision.saving.save``, which itself begins approvals."""

Said = Callable[[Text], Text]
"""Makes the text that somebody is told of what the record is called for them."""


@dataclass
class Sitting:
    """One approval while a decision changes it: how it stood, and how it stands."""

    work: Work
    app: App
    form: Form
    stood: StandingApproval | None
    standing: StandingApproval
    save: Save
    depth: int = 0

    @property
    def course(self) -> Course:
        """How its course stands."""
        return self.standing.course

    @property
    def definition(self) -> ApprovalDef:
        """Its design as it was when it began."""
        return approval_def({**self.standing.design, "steps": []})

    @property
    def row(self) -> Row | None:
        """Its record as this decision sees it; None where it is gone."""
        return self.work.record(self.standing.app, self.standing.form, self.standing.record)

    @property
    def version(self) -> int:
        """The version that it has once the decision is carried out."""
        return 1 if self.stood is None else self.stood.version + 1

    def own(self) -> frozenset[str]:
        """Return those who may not decide because it is their own."""
        return whose_own(self.row or {}, self.standing.starter)

    def change(self, course: Course) -> None:
        """Let the course stand so from now on."""
        self.standing = replace(self.standing, course=course)

    def note(self, act: str, actor: Actor, **said: object) -> None:
        """Keep what somebody did, in its own list and in the journal."""
        step = self.course.step.key if self.course.steps else None
        kept = ApprovalAct(
            id=self.work.next_id(),
            approval=self.standing.id,
            app=self.standing.app,
            number=self.version * MOST_ACTS + len(self.work.approval_acts),
            step=step,
            act=act,
            actor=actor.user,
            at=self.work.moment,
            **cast("Mapping[str, Json]", said),
        )
        self.work.approval_acts.append(kept)
        told = {key: value for key, value in said.items() if value is not None}
        changes: dict[str, Json] = {"approval": self.standing.approval, "record": self.standing.record, "step": step}
        self.work.notes.append(Note(self.standing.app, SUBJECT, self.standing.id, act, {**changes, **told}))


def write(sitting: Sitting) -> None:
    """Gather the approval as it stands; of several writes of one decision the last counts."""
    standing, work = sitting.standing, sitting.work
    over = sitting.course.outcome is not None
    work.approvals[standing.id] = ApprovalWrite(
        id=standing.id,
        app=standing.app,
        form=standing.form,
        record=standing.record,
        approval=standing.approval,
        version=sitting.version,
        design=standing.design,
        course=course_json(standing.course),
        starter=standing.starter,
        started_at=standing.started_at,
        urged_at=standing.urged_at,
        beside=standing.beside,
        ended_at=(standing.ended_at or work.moment) if over else None,
        outcome=standing.course.outcome,
    )


def standing_of(write: ApprovalWrite) -> StandingApproval:
    """Return an approval as a decision has gathered it."""
    return StandingApproval(
        id=write.id,
        app=write.app,
        form=write.form,
        record=write.record,
        approval=write.approval,
        version=write.version,
        design=write.design,
        course=course_of(write.course),
        starter=write.starter,
        started_at=write.started_at,
        urged_at=write.urged_at,
        ended_at=write.ended_at,
        beside=write.beside,
    )


def please(sitting: Sitting, named: Text) -> Text:
    """Return what asks somebody for their decision on a record that is called so."""
    labels, step = sitting.definition.labels, sitting.course.step.labels
    return Text(f"请审批:{named.zh}({labels.zh} · {step.zh})", f"Please decide: {named.en} ({labels.en} · {step.en})")


def named_by(sitting: Sitting, person: str) -> Text:
    """Return what names the record of an approval for somebody: who may not read it hears of its form alone."""
    row = sitting.row
    if row is None or not readable_by(sitting.work, sitting.form, row, person):
        return sitting.form.definition.labels
    told = to_be_told(sitting.work, sitting.form, row)
    return Text(*(title(sitting.work, sitting.form, told, speech) for speech in ("zh", "en")))


def _tell(sitting: Sitting, people: Iterable[str], said: Said) -> None:
    standing, work = sitting.standing, sitting.work
    listed = [id for id in dict.fromkeys(people) if id]
    work.fetch(map(PersonQuery, listed))
    texts: dict[Text, list[str]] = {}
    for person in listed:
        texts.setdefault(said(named_by(sitting, person)), []).append(person)
    for text, recipients in texts.items():
        payload: dict[str, Json] = {
            "recipients": recipients,
            "text": text.as_json(),
            "app": standing.app,
            "form": standing.form,
            "record": standing.record,
        }
        work.messages.append(OutboxMessage(work.next_id(), "notify", payload, work.moment))


def tell_asked(sitting: Sitting, said: Said, asked: Iterable[str] | None = None) -> None:
    """Tell these people, or everybody whom the approval waits for, and whoever acts for them."""
    people = tuple(sitting.course.asked if asked is None else asked)
    look_who_is_away(sitting.work, people, sitting.own())
    _tell(sitting, [*people, *(acting_for(sitting.work, one, sitting.own()) for one in people)], said)


def tell_starter(sitting: Sitting, said: Said) -> None:
    """Tell whoever applied, and the owner of the record."""
    _tell(sitting, sorted(sitting.own()), said)
