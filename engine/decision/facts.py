"""Facts: what deciding may ask of the world, each question a value that storage can answer inside the transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.decision.changeset import TaskAction
from engine.kernel.canonical import Json
from engine.kernel.clocks import Moment
from engine.kernel.values import Value
from engine.language.expressions import Aggregate


@dataclass(frozen=True, slots=True)
class RecordQuery:
    """One record by id, its lines included. Answer: ``Row`` or None (absent; deleted, too, unless asked for)."""

    app: str
    form: str
    id: str
    deleted: bool = False


@dataclass(frozen=True, slots=True)
class AggregateQuery:
    """An aggregate over the records related to ``owner``, without those in ``excluding``. Answer: a value.

    ``excluding`` names records that this very command writes: deciding adds what they contribute itself.
    """

    app: str
    form: str
    owner: str
    aggregate: Aggregate
    excluding: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RowsQuery:
    """The first ``limit`` of the rows that the aggregate goes over, lines of records included, without ``excluding``.

    Answer: ``RelatedRows``, records by ``created_at`` and id, lines by their record and place.
    """

    app: str
    form: str
    owner: str
    aggregate: Aggregate
    limit: int
    excluding: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SameQuery:
    """Which other records hold the same values in these fields. Answer: at most 20 ids, in order."""

    app: str
    form: str
    fields: tuple[str, ...]
    values: tuple[Value, ...]
    excluding: str


@dataclass(frozen=True, slots=True)
class BalanceQuery:
    """The sum of ``delta`` over the postings of one account in a ledger form; nobody else books to it until the end.

    Answer: a number in the engine's form, 0 where there is no posting.
    """

    app: str
    form: str
    account: str
    delta: str
    value: Value


@dataclass(frozen=True, slots=True)
class PersonQuery:
    """One user. Answer: ``Person`` or None."""

    id: str


@dataclass(frozen=True, slots=True)
class RoleQuery:
    """Who holds a role in an app. Answer: a tuple of user ids in order of name; only active users."""

    app: str
    role: str


@dataclass(frozen=True, slots=True)
class LoadsQuery:
    """What those who hold a role in an app have to do. Answer: a tuple of ``Load``s of active users, by name."""

    app: str
    role: str


@dataclass(frozen=True, slots=True)
class Load:
    """How many tasks are open for a person, and when they last got one; None where they never did."""

    person: str
    open: int
    newest: Moment | None


@dataclass(frozen=True, slots=True)
class OpenTasksQuery:
    """The open tasks of one record. Answer: a tuple of ``OpenTask``."""

    app: str
    form: str
    record: str


@dataclass(frozen=True, slots=True)
class TaskQuery:
    """One open task by id. Answer: ``OpenTask`` or None."""

    id: str


@dataclass(frozen=True, slots=True)
class ApprovalQuery:
    """An approval by its id. Answer: ``StandingApproval``, or None where there is none."""

    id: str


@dataclass(frozen=True, slots=True)
class ApprovalsOnQuery:
    """The approvals of a record that are under way. Answer: ``StandingApproval``s in the order in which they began."""

    app: str
    form: str
    record: str


@dataclass(frozen=True, slots=True)
class EnvelopeQuery:
    """An envelope by its id. Answer: ``StandingEnvelope``, or None where there is none."""

    id: str


@dataclass(frozen=True, slots=True)
class LastMoveQuery:
    """The move of many by which a record came to its state. Answer: its batch, or None where it came another way."""

    app: str
    form: str
    record: str


@dataclass(frozen=True, slots=True)
class AwayQuery:
    """Who is away at a moment. Answer: their ids, each with that of whom they named to act for them, or None."""

    at: Moment


@dataclass(frozen=True, slots=True)
class SuperiorsQuery:
    """Everybody above a user, the nearest first; a circle ends where it closes. Answer: a tuple of ids."""

    id: str


@dataclass(frozen=True, slots=True)
class FiredQuery:
    """Whether a rule, by its uid, has fired for a period of a record. Answer: a boolean."""

    app: str
    rule: str
    record: str
    period: str


@dataclass(frozen=True, slots=True)
class EntriesQuery:
    """How often a record has come into a state, the one that it began in included. Answer: a number."""

    app: str
    form: str
    record: str


@dataclass(frozen=True, slots=True)
class FileQuery:
    """One file by id, as a record asks for it. Answer: ``StoredFile`` or None."""

    id: str
    app: str
    form: str
    record: str


@dataclass(frozen=True, slots=True)
class CaptureQuery:
    """One capture token. Answer: ``CaptureToken`` or None."""

    token: str


@dataclass(frozen=True, slots=True)
class RepeatQuery:
    """Whether another record of the form holds a file of the same content in the same field. Answer: a bool."""

    sha256: str
    app: str
    form: str
    field: str
    record: str


@dataclass(frozen=True, slots=True)
class RunQuery:
    """One run of a rule by id. Answer: ``PastRun`` or None."""

    id: str


@dataclass(frozen=True, slots=True)
class ChangesQuery:
    """What some versions of a record brought, by the journal. Answer: ``Changes`` or None where nothing is kept."""

    app: str
    form: str
    record: str
    versions: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class MessageQuery:
    """How a message of the outbox stands. Answer: ``waiting`` (nobody has begun it), ``begun`` or ``gone``."""

    id: str


@dataclass(frozen=True, slots=True)
class TaskEndQuery:
    """How a task has ended. Answer: ``open``, ``done`` by somebody, ``over`` by itself, or ``absent``."""

    id: str


Query = (
    RecordQuery
    | AggregateQuery
    | RowsQuery
    | SameQuery
    | BalanceQuery
    | PersonQuery
    | RoleQuery
    | LoadsQuery
    | OpenTasksQuery
    | TaskQuery
    | FiredQuery
    | EntriesQuery
    | FileQuery
    | CaptureQuery
    | RepeatQuery
    | ApprovalQuery
    | ApprovalsOnQuery
    | EnvelopeQuery
    | AwayQuery
    | LastMoveQuery
    | SuperiorsQuery
    | RunQuery
    | ChangesQuery
    | MessageQuery
    | TaskEndQuery
)

Facts = Mapping[Query, object]


@dataclass(frozen=True, slots=True)
class Person:
    """What deciding may know of a user; ``roles`` are of the form ``(app, role)``."""

    id: str
    name: str
    display_name: str
    manager: str | None
    department: str | None
    roles: frozenset[tuple[str, str]]
    active: bool

    @property
    def departments_below(self) -> tuple[str, ...] | None:
        """Their department with all below it: there is no tree of departments yet, so it is their own."""
        return None if self.department is None else (self.department,)

    @property
    def held_roles(self) -> frozenset[tuple[str, str]]:
        """The roles that count: who is not active holds none."""
        return self.roles if self.active else frozenset()


@dataclass(frozen=True, slots=True)
class OpenTask:
    """A task as deciding sees it: ``actions`` are what can be done with it, by key."""

    id: str
    key: str
    app: str
    form: str
    record: str
    assignee: str
    state: str | None
    actions: Mapping[str, TaskAction]
    approval: str | None = None


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file as deciding sees it: who sent its content and when; ``held`` by the record that asks, ``kept`` by any."""

    id: str
    sha256: str
    name: str
    type: str
    user: str
    at: Moment
    held: bool
    kept: bool


@dataclass(frozen=True, slots=True)
class PastRun:
    """A run of a rule as deciding sees it; ``receipts`` is None where it kept none, ``undone_at`` while it stands."""

    id: str
    app: str
    rule: str
    form: str
    record: str
    fired: bool
    receipts: Json
    undone_at: Moment | None


@dataclass(frozen=True, slots=True)
class Changes:
    """What fields of a record were before some versions and after them; those of ``erased`` nobody knows any more."""

    before: Mapping[str, Value]
    after: Mapping[str, Value]
    erased: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class CaptureToken:
    """A capture token as deciding sees it: to whom, and where it was said to which device, it was issued."""

    token: str
    user: str
    device: str | None
    device_type: str | None
    issued_at: Moment
    used: bool
