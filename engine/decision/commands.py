"""Commands: everything that can change data is one of these; and the three answers that deciding gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from engine.decision.changeset import Actor, Changeset
from engine.decision.envelopes.commands import EnvelopeBody, SendForSigning
from engine.decision.facts import Query
from engine.kernel.canonical import Json
from engine.kernel.clocks import Moment
from engine.kernel.problems import Problem
from engine.kernel.values import Value


@dataclass(frozen=True, slots=True)
class Create:
    """Make a record from a payload and, where ``transition`` is given, take it out of its first state at once."""

    app: str
    form: str
    fields: Json
    transition: str | None = None


@dataclass(frozen=True, slots=True)
class Update:
    """Change the fields that the payload names; ``seen`` is the version that the sender looked at."""

    app: str
    form: str
    id: str
    fields: Json
    seen: int | None = None


@dataclass(frozen=True, slots=True)
class Delete:
    """Put a record into the recycle bin."""

    app: str
    form: str
    id: str
    seen: int | None = None


@dataclass(frozen=True, slots=True)
class Restore:
    """Take a record out of the recycle bin."""

    app: str
    form: str
    id: str
    seen: int | None = None


@dataclass(frozen=True, slots=True)
class Fire:
    """Fire a transition, filling the fields of the payload on the way."""

    app: str
    form: str
    id: str
    transition: str
    fields: Json = field(default_factory=dict)
    seen: int | None = None


@dataclass(frozen=True, slots=True)
class Act:
    """Do something with a task of one's own; ``seen`` is the version of its record that the sender looked at.

    With a task of an approval comes a ``comment``.
    """

    task: str
    action: str
    fields: Json = field(default_factory=dict)
    seen: int | None = None
    comment: str | None = None


ApprovalActKind = Literal[
    "approve", "reject", "return", "transfer", "add_before", "add_after", "withdraw", "urge", "comment"
]


@dataclass(frozen=True, slots=True)
class Sign:
    """Do something in an approval: decide, hand on, ask another one along, take it back, urge, or say something.

    ``to`` is a person, or the step that it goes back to (None: to whoever applied). ``fields`` are what the step has
    filled, ``score`` is what it has given by whoever approves. ``seen`` is the version of the record looked at.
    """

    approval: str
    act: ApprovalActKind
    comment: str | None = None
    to: str | None = None
    fields: Json = field(default_factory=dict)
    score: int | None = None
    seen: int | None = None


@dataclass(frozen=True, slots=True)
class Relocate:
    """Put a record from one state into another by hand, as one of many: ``batch`` names all that are moved together.

    A record that is in another state by now, or has moved since ``moved_by`` (a batch) put it there, stays as it is.
    """

    app: str
    form: str
    id: str
    origin: str
    target: str
    batch: str
    moved_by: str | None = None


@dataclass(frozen=True, slots=True)
class PassDue:
    """So many percent of the time that a step of an approval may take are over; ``begun`` tells which step it was."""

    approval: str
    begun: int
    percent: int


@dataclass(frozen=True, slots=True)
class Press:
    """Press a button of a record, so that the rule of the button runs; ``seen`` is the version the sender looked at."""

    app: str
    form: str
    id: str
    button: str
    seen: int | None = None


@dataclass(frozen=True, slots=True)
class RunRules:
    """Let the after-rules of a form look at what happened to a record. ``depth`` counts the rules that led here.

    With ``rule`` only the rule of that key looks, whatever happened: its slot has come, its deadline has passed, or it
    is tried by itself. ``old`` is the record before what happened (see ``engine.decision.before_change``), kept where
    a rule asks for it; None where there was none, or nobody asked. ``happened`` is when it happened, None where that is
    what expressions see as ``now``: it tells on which day rules look, however late they get to it. With ``way`` the
    rule goes on after a wait, with the action that stands there; ``steps`` are those that it had when it began to wait.
    The rule ``but`` does not look: what happened is that a run of its was undone.
    """

    app: str
    form: str
    record: str
    event: Mapping[str, Json]
    depth: int = 0
    rule: str | None = None
    old: Mapping[str, Json] | None = None
    happened: Moment | None = None
    way: tuple[int | str, ...] = ()
    steps: str | None = None
    but: str | None = None


@dataclass(frozen=True, slots=True)
class TakeAnswer:
    """Keep in a record what the partner answered to a call of a rule; ``values`` are those taken from the answer.

    ``depth`` counts the rules that led here, as for ``RunRules``.
    """

    app: str
    form: str
    record: str
    connector: str
    operation: str
    rule: str
    values: Mapping[str, Value]
    depth: int = 0


@dataclass(frozen=True, slots=True)
class KeepDocument:
    """Keep the file of a document that a rule has had made in a field of its record."""

    app: str
    form: str
    record: str
    rule: str
    field: str
    file: str
    depth: int = 0


@dataclass(frozen=True, slots=True)
class TakeItem:
    """Let an item that came in become a record, or change the record that it is about; ``values`` were read from it.

    ``hook`` is the hook that brought it; None where it was fetched.
    """

    app: str
    form: str
    connector: str
    intake: str
    values: Mapping[str, Value]
    hook: str | None = None


@dataclass(frozen=True, slots=True)
class ImportRow:
    """Let a row of a file that somebody imports become a record, or change the one of the same key.

    ``by`` are the fields, or the id, by which its record is found: without any, each row makes a record. One that is
    not there is made, unless it ``must_exist``; what is made is taken out of its first state by ``transition``.
    """

    app: str
    form: str
    fields: Json
    by: tuple[str, ...] = ()
    must_exist: bool = False
    transition: str | None = None


@dataclass(frozen=True, slots=True)
class UndoRun:
    """Take back what a rule did in a run, by the run's id. With ``partly`` what cannot be taken back stays as it is."""

    app: str
    run: str
    reason: str
    partly: bool = False


Body = (
    Create
    | Update
    | Delete
    | Restore
    | Fire
    | Act
    | Press
    | Sign
    | PassDue
    | Relocate
    | RunRules
    | TakeAnswer
    | KeepDocument
    | TakeItem
    | ImportRow
    | UndoRun
    | SendForSigning
    | EnvelopeBody
)


@dataclass(frozen=True, slots=True)
class Command:
    """One command: its id names every record that it brings forth, its moment stamps all that it decides.

    Expressions see the moment as ``now``, unless ``now`` names an earlier one: that of the slot for which a rule runs.
    """

    id: str
    moment: Moment
    actor: Actor
    body: Body
    now: Moment | None = None


@dataclass(frozen=True, slots=True)
class Decided:
    """The command holds; ``record`` names the record that it was about."""

    changeset: Changeset
    record: tuple[str, str, str] | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """The command does not hold, with every reason found."""

    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class NeedFacts:
    """Deciding cannot go on without the answers to these; ``saves`` counts the records it has begun to save so far."""

    queries: tuple[Query, ...]
    saves: int = 0


Outcome = Decided | Refusal | NeedFacts
