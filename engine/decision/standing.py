"""What stands of approvals and envelopes, as deciding sees it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from engine.kernel.canonical import Json
from engine.kernel.clocks import Moment
from engine.workflows.approvals.course import Course
from engine.workflows.signing.envelope import Envelope


@dataclass(frozen=True, slots=True)
class StandingApproval:
    """An approval as deciding sees it; ``design`` is its document as it was when it began, without its steps.

    ``beside`` are the ids of the others that began with it, because the record entered the state of them all.
    """

    id: str
    app: str
    form: str
    record: str
    approval: str
    version: int
    design: Mapping[str, Json]
    course: Course
    starter: str | None
    started_at: Moment
    urged_at: Moment | None = None
    ended_at: Moment | None = None
    beside: tuple[str, ...] = ()


def may_still_withdraw(together: Sequence[StandingApproval]) -> bool:
    """Tell whether approvals that began together can be taken back: none of them forbids it as they stand."""
    allowed = {one.design.get("withdraw", "always") for one in together}
    decided = any(one.course.decided for one in together)
    return "never" not in allowed and not ("before_first" in allowed and decided)


@dataclass(frozen=True, slots=True)
class StandingEnvelope:
    """An envelope as deciding sees it: see ``engine.decision.changeset.EnvelopeWrite``."""

    id: str
    app: str
    form: str
    record: str
    document: str
    field: str
    file: str
    version: int
    seen: int
    envelope: Envelope
    sender: str | None
    rule: str | None
    sent_at: Moment
    acts: int
    head: str
    ended_at: Moment | None = None
    signed_file: str | None = None
    report_file: str | None = None
