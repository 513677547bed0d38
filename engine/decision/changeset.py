"""What a decision asks the unit of work to do: everything of it in one transaction, or nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from engine.forms.numbers import Frame
from engine.kernel.canonical import Json
from engine.kernel.clocks import Moment
from engine.kernel.problems import Text
from engine.kernel.values import Row, Value
from engine.rules.definitions import Priority
from engine.workflows.signing.chain import Act


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: a user, or the system on behalf of a rule (``rule`` is the rule's key then)."""

    user: str | None
    rule: str | None = None


@dataclass(frozen=True, slots=True)
class RecordWrite:
    """One record as it is after the command.

    ``changes`` holds every key whose value differs from before (for a new record: every key that is not blank), system
    fields included; ``row`` is the whole row afterwards. ``version`` is the version after; an update holds only if the
    stored version is ``version - 1``. ``action`` is ``create``, ``update``, ``delete`` or the key of the transition.
    """

    kind: Literal["insert", "update"]
    app: str
    form: str
    id: str
    version: int
    changes: Mapping[str, Value]
    row: Row
    action: str
    actor: Actor
    reason: str | None = None


OPEN, CLOSE = "\ue000", "\ue001"
"""Between what stands for a number that is yet to be given: characters of the private use area."""


@dataclass(frozen=True, slots=True)
class Numbering:
    """A number of a record in the field ``key`` (``field`` is its uid): to be given, or ``reached`` as it came along.

    Numbers that follow are greater than those that were reached.
    """

    app: str
    form: str
    record: str
    key: str
    field: str
    frame: Frame
    reached: int | None = None

    @property
    def token(self) -> str:
        """What stands for the number in texts until it is given."""
        return f"{OPEN}{self.record}:{self.key}{CLOSE}"


@dataclass(frozen=True, slots=True)
class StateChange:
    """One row of the state log. ``dwell`` is how long the record had been in ``origin``, in milliseconds.

    ``batch`` names the move of many records of which this is one.
    """

    app: str
    form: str
    record: str
    origin: str | None
    target: str
    transition: str | None
    actor: Actor
    at: Moment
    dwell: int | None
    batch: str | None = None


@dataclass(frozen=True, slots=True)
class TaskAction:
    """One thing that can be done with a task: fire ``transition`` on its record, or only close it (``None``).

    All of ``fields`` must be filled for it, and of ``one_of`` at least one.
    """

    key: str
    labels: Text
    transition: str | None = None
    fields: tuple[str, ...] = ()
    one_of: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TaskOpening:
    """A task for one person's inbox, unique by ``dedupe``: asked for twice, it is there once.

    One of an ``approval`` (its id) asks for a decision.
    """

    id: str
    key: str
    app: str
    form: str
    record: str
    assignee: str
    title: Text
    actions: tuple[TaskAction, ...]
    dedupe: str
    opened_at: Moment
    due_at: Moment | None = None
    state: str | None = None
    approval: str | None = None
    priority: Priority = "normal"


@dataclass(frozen=True, slots=True)
class TaskClosing:
    """The end of a task: done by an action, or overtaken because its record went on (``action`` is None)."""

    id: str
    action: str | None
    actor: Actor
    at: Moment


@dataclass(frozen=True, slots=True)
class TimerSetting:
    """When a rule is to look at a record again; ``due`` None takes its timer away. A rule has one timer a record."""

    app: str
    form: str
    record: str
    rule: str
    due: Moment | None


@dataclass(frozen=True, slots=True)
class OutboxMessage:
    """Something that must happen after the commit: ``kind`` names the delivery that knows ``payload``.

    Kinds: ``event`` (after-rules look at it), ``notify`` (``{"recipients": [user id], "text": {"zh", "en"}, "app",
    "form", "record"}``), ``call`` (see ``engine.decision.calls``), ``tell`` and ``digest`` (see
    ``engine.decision.telling``) and those that only jobs and the runtime send.
    """

    id: str
    kind: str
    payload: Json
    due_at: Moment


@dataclass(frozen=True, slots=True)
class RuleRun:
    """That a rule was looked at for a record: the inputs it read, the value of its condition and what followed.

    ``error`` is the code of the first problem that kept it from acting.
    """

    id: str
    app: str
    rule: str
    revision: int
    form: str
    record: str
    fired: bool
    trace: Json
    at: Moment
    error: str | None = None


@dataclass(frozen=True, slots=True)
class RunUndone:
    """That what a run did is taken back; ``left`` are the numbers of the effects that stay. Once for a run."""

    run: str
    actor: Actor
    reason: str
    left: tuple[int, ...]
    at: Moment


@dataclass(frozen=True, slots=True)
class Firing:
    """That a rule, by its uid, has fired for ``period`` of a record, for which it fires once only.

    ``over_at`` is when the period is over; None where it has no end. See ``engine.decision.firing_once``.
    """

    app: str
    rule: str
    record: str
    period: str
    at: Moment
    over_at: Moment | None


@dataclass(frozen=True, slots=True)
class Holding:
    """That a record holds a file in one of its fields; it is said once, and holds until the record is purged."""

    file: str
    app: str
    form: str
    record: str
    field: str


@dataclass(frozen=True, slots=True)
class TokenUse:
    """That a capture token is used up by a photo of a record; it is bound to the digest of the photo's content."""

    token: str
    sha256: str
    app: str
    form: str
    record: str


@dataclass(frozen=True, slots=True)
class Note:
    """A journal entry for what is not a record: a published revision, a parameter, a user, a role."""

    app: str
    subject: str
    id: str
    action: str
    changes: Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class ApprovalWrite:
    """An approval as it is after the command: ``course`` as ``engine.workflows.approvals.keeping`` writes it.

    ``version`` is the one after; it holds only if the stored one is ``version - 1`` (none, where it is 1). ``beside``
    are the ids of those that began with it.
    """

    id: str
    app: str
    form: str
    record: str
    approval: str
    version: int
    design: Mapping[str, Json]
    course: Mapping[str, Json]
    starter: str | None
    started_at: Moment
    urged_at: Moment | None = None
    ended_at: Moment | None = None
    outcome: str | None = None
    beside: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ApprovalAct:
    """What somebody did in an approval: ``act`` at ``step``, in the seat of ``person``; ``to`` a person or a step.

    ``actor`` is None where the clock or a rule did it. ``number`` orders what is done in one approval.
    """

    id: str
    approval: str
    app: str
    number: int
    step: str | None
    act: str
    actor: str | None
    at: Moment
    person: str | None = None
    to: str | None = None
    score: int | None = None
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class EnvelopeWrite:
    """An envelope as it is after the command: ``content`` as ``engine.workflows.signing.envelope`` writes it.

    ``version`` is the one after; it holds only if the stored one is ``version - 1`` (none, where it is 1). ``seen`` is
    the version of the record that the document was made of. ``acts`` counts what was done, ``head`` is the hash of the
    last of it.
    """

    id: str
    app: str
    form: str
    record: str
    document: str
    field: str
    file: str
    version: int
    seen: int
    content: Mapping[str, Json]
    sender: str | None
    rule: str | None
    sent_at: Moment
    ended_at: Moment | None
    state: str
    acts: int
    head: str
    signed_file: str | None = None
    report_file: str | None = None


@dataclass(frozen=True, slots=True)
class Changeset:
    """Everything that one command does, in the order in which it was decided."""

    command: str
    moment: Moment
    actor: Actor
    revisions: Mapping[str, int] = field(default_factory=dict)
    writes: tuple[RecordWrite, ...] = ()
    numbers: tuple[Numbering, ...] = ()
    state_changes: tuple[StateChange, ...] = ()
    tasks_opened: tuple[TaskOpening, ...] = ()
    tasks_closed: tuple[TaskClosing, ...] = ()
    timers: tuple[TimerSetting, ...] = ()
    messages: tuple[OutboxMessage, ...] = ()
    rule_runs: tuple[RuleRun, ...] = ()
    firings: tuple[Firing, ...] = ()
    holdings: tuple[Holding, ...] = ()
    tokens_used: tuple[TokenUse, ...] = ()
    undone: tuple[RunUndone, ...] = ()
    cancelled: tuple[str, ...] = ()
    """Messages, by id, that nobody has begun to deliver and that are not to go out any more."""
    notes: tuple[Note, ...] = ()
    approvals: tuple[ApprovalWrite, ...] = ()
    approval_acts: tuple[ApprovalAct, ...] = ()
    envelopes: tuple[EnvelopeWrite, ...] = ()
    envelope_acts: tuple[tuple[str, Act], ...] = ()
    """What was done with envelopes, each with the app that it belongs to."""
