"""What the runtime answers about approvals: plain types, moments as text."""

from __future__ import annotations

from dataclasses import dataclass

from engine.decision.commands import ApprovalActKind
from engine.kernel.problems import Text


@dataclass(frozen=True)
class SeatView:
    """Somebody whose agreement counts at a step: ``waiting``, ``asked``, ``agreed``, ``refused`` or ``spared``.

    ``by`` is who decided for them.
    """

    person: str
    name: str
    state: str
    by: str
    score: int | None


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
    """What somebody did: ``instead_of`` names in whose seat, where it is not their own; ``to`` a person or a step."""

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


@dataclass(frozen=True)
class MayView:
    """What the viewer can do now. ``fields`` are filled and ``score`` (least, most) is given by whoever approves.

    ``back_to`` are the steps that it can go back to; None stands for whoever applied. ``version`` is the record's.
    """

    acts: tuple[ApprovalActKind, ...]
    fields: tuple[str, ...]
    score: tuple[int, int] | None
    back_to: tuple[tuple[str | None, Text], ...]
    version: int


@dataclass(frozen=True)
class ApprovalView:
    """An approval as the viewer may see it; ``title`` is empty where they may not read the record."""

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
