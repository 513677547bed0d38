"""What the runtime answers about approvals: plain types, moments as text."""

from __future__ import annotations

from dataclasses import dataclass

from engine.decision.commands import ApprovalActKind
from engine.kernel.problems import Text


@dataclass(frozen=True)
class SeatView:
    """Somebody whose agreement counts at a step: ``waiting``, ``asked``, ``agreed``, ``refused`` or ``spared``.

    ``by`` is who decided for them. Of who is asked and away ``deputy`` is who acts now, ``until`` when they are back.
    """

    person: str
    name: str
    state: str
    by: str
    score: int | None
    deputy: str = ""
    until: str | None = None


@dataclass(frozen=True)
class StepView:
    """One step: ``done``, ``now``, ``ahead``, or what the approval came to there; only the current one has seats."""

    key: str
    labels: Text
    state: str
    need: str
    percent: int
    seats: tuple[SeatView, ...]


@dataclass(frozen=True)
class ActView:
    """What somebody did: ``instead_of`` names in whose seat, where it is not their own; ``to`` a person or a step.

    ``step_key`` is the step at which it was done, None where the approval has none.
    """

    id: str
    act: str
    at: str
    by_id: str | None
    by: str
    step: Text | None
    person_id: str | None
    instead_of: str
    to: Text | None
    score: int | None
    comment: str | None
    step_key: str | None = None


@dataclass(frozen=True)
class MayView:
    """What the viewer can do now. ``fields`` are filled and ``score`` (least, most) is given by whoever approves.

    ``back_to`` are the steps that it can go back to; None stands for whoever applied. ``version`` is the record's.
    ``instead_of`` names for whom the viewer decides, where it is not for themselves, ``until`` when they are back.
    """

    acts: tuple[ApprovalActKind, ...]
    fields: tuple[str, ...]
    score: tuple[int, int] | None
    back_to: tuple[tuple[str | None, Text], ...]
    version: int
    instead_of: str = ""
    until: str | None = None

    @property
    def plain(self) -> bool:
        """Tell whether it is approved by a tap: nothing is to be filled, and no score to be given."""
        return "approve" in self.acts and not self.fields and self.score is None


@dataclass(frozen=True)
class BesideView:
    """An approval that began together with another one; ``outcome`` is None while it is under way."""

    id: str
    labels: Text
    outcome: str | None


@dataclass(frozen=True)
class ApprovalView:
    """An approval as the viewer may see it; ``title`` is empty where they may not read the record.

    ``beside`` are those that began with it, because the record entered the state of them all.
    """

    id: str
    key: str
    labels: Text
    app: str
    form: str
    record: str
    title: str
    starter: str
    started_at: str
    ended_at: str | None
    outcome: str | None
    steps: tuple[StepView, ...]
    acts: tuple[ActView, ...]
    may: MayView | None
    beside: tuple[BesideView, ...] = ()

    @property
    def waits_for(self) -> tuple[Text, ...]:
        """What is still under way while this one is approved: the record goes on when all of them are."""
        return tuple(one.labels for one in self.beside if one.outcome is None) if self.outcome == "approved" else ()

    @property
    def now(self) -> StepView | None:
        """The step that it is at; None where it has ended."""
        return next((step for step in self.steps if step.state == "now"), None)


@dataclass(frozen=True)
class ApprovalPage:
    """A page of approvals; ``next`` is what the following page comes after, None at the end."""

    items: tuple[ApprovalView, ...]
    next: str | None


@dataclass(frozen=True)
class WaitingView:
    """An approval that waits for the viewer: since when, for how long (milliseconds), and until when it may take."""

    approval: ApprovalView
    opened_at: str
    waited: int
    due: str | None
    late: bool


@dataclass(frozen=True)
class StandInView:
    """Somebody who is away, for whom the viewer acts, until ``until``."""

    name: str
    until: str
