"""Actions as they run: their expressions compiled."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from engine.kernel.persons import PersonsDef
from engine.kernel.values import Row, Value
from engine.language.expressions import Expression, Surroundings
from engine.language.messages import Message
from engine.language.tree import Related, Step
from engine.rules.announced import DeliveryDef, RetryDef
from engine.rules.definitions import Priority, TaskActionDef
from engine.rules.lengths import LengthDef


@dataclass(frozen=True, eq=False)
class Notify:
    """Tell persons something; those in ``copy`` for information only."""

    to: tuple[PersonsDef, ...]
    text: Message
    copy: tuple[PersonsDef, ...] = ()
    delivery: DeliveryDef | None = None
    amount: Expression | None = None


@dataclass(frozen=True, eq=False)
class OpenTask:
    """Put a task into persons' inboxes."""

    key: str
    to: tuple[PersonsDef, ...]
    title: Message
    due: Expression | None
    actions: tuple[TaskActionDef, ...]
    priority: Priority = "normal"


@dataclass(frozen=True, eq=False)
class Chosen:
    """The options of a multi-choice whose conditions hold; blank where none does."""

    options: tuple[tuple[str, Expression], ...]

    def evaluate(self, row: Row, around: Surroundings) -> Value:
        """Return the keys of the options, in the order of the field's options."""
        return tuple(key for key, condition in self.options if condition.holds(row, around)) or None


Source = Expression | Chosen
"""What a field is set to."""


def _parts(source: Source) -> tuple[Expression, ...]:
    return tuple(condition for _, condition in source.options) if isinstance(source, Chosen) else (source,)


@dataclass(frozen=True, eq=False)
class SetFields:
    """Set fields of the record."""

    fields: Mapping[str, Source]


@dataclass(frozen=True, eq=False)
class Refuse:
    """Refuse the command."""

    message: Message
    field: str | None


@dataclass(frozen=True, eq=False)
class Fire:
    """Fire a transition of the record."""

    transition: str
    fields: Mapping[str, Source]


@dataclass(frozen=True, eq=False)
class Create:
    """Create a record of a form, unless the reference ``into`` leads to one already; it is led to the new one."""

    app: str
    form: str
    fields: Mapping[str, Source]
    into: str | None = None


@dataclass(frozen=True, eq=False)
class Update:
    """Set fields of the record at the end of ``way``, references that begin at the row."""

    way: tuple[Step, ...]
    fields: Mapping[str, Source]


@dataclass(frozen=True, eq=False)
class Post:
    """Book ``delta`` to an account in a ledger form, once for its reference."""

    app: str
    form: str
    account: Expression
    delta: Expression
    reference: Expression
    fields: Mapping[str, Source]


@dataclass(frozen=True, eq=False)
class Reverse:
    """Book the opposite of what stands in a ledger form under the reference ``of``, once for its own reference."""

    app: str
    form: str
    of: Expression
    reference: Expression
    fields: Mapping[str, Source]


@dataclass(frozen=True, eq=False)
class Party:
    """One of those who must agree before a record is let go."""

    persons: tuple[PersonsDef, ...]
    when: Expression | None


@dataclass(frozen=True, eq=False)
class Hold:
    """Hold the record."""

    reason: Message
    parties: tuple[Party, ...]


@dataclass(frozen=True, eq=False)
class Release:
    """Let the record go."""


@dataclass(frozen=True, eq=False)
class Call:
    """Ask a partner's service for something, after the commit; ``retry`` goes before what the connector says."""

    connector: str
    operation: str
    arguments: Mapping[str, Expression]
    retry: RetryDef | None = None


@dataclass(frozen=True, eq=False)
class MakeDocument:
    """Make a document of the record, after the commit, and keep it in a field of attachments."""

    document: str
    field: str
    retry: RetryDef | None = None


@dataclass(frozen=True, eq=False)
class SendForSigning:
    """Make a document of the record, after the commit, and send it for signing."""

    document: str


@dataclass(frozen=True, eq=False)
class AddTag:
    """Choose one more option of a field of several, which stay in the order of ``options``."""

    field: str
    tag: str
    options: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class StartApproval:
    """Start an approval of the record, by its key."""

    approval: str


@dataclass(frozen=True, eq=False)
class Wait:
    """Do what follows after some time, or when the moment has come that an expression names."""

    time: LengthDef | Expression


@dataclass(frozen=True, eq=False)
class RunOthers:
    """Run other rules of the form, each where its condition holds."""

    rules: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class ForEach:
    """Do something for every line of a field of lines for which ``where`` holds; its expressions see the line."""

    lines: str
    do: tuple[Update | Create, ...]
    where: Expression | None = None


@dataclass(frozen=True, eq=False)
class ForRelated:
    """Do something for every record that ``related`` would count; the actions are about that record."""

    related: Related
    do: tuple[Action, ...]


@dataclass(frozen=True, eq=False)
class Branch:
    """Do one thing where a condition holds on the record as it is then, and another where it does not."""

    when: Expression
    then: tuple[Action, ...]
    otherwise: tuple[Action, ...]


Writing = SetFields | AddTag | Fire | Create | Update | Post | Reverse | Hold | Release
"""An action that changes a record."""

Done = Writing | Notify | OpenTask | StartApproval | Refuse | Call | MakeDocument | SendForSigning | ForEach
"""An action that does something by itself."""

Single = Done | RunOthers | Wait | ForRelated
"""An action that is no branch."""

Action = Single | Branch


def every(actions: Iterable[Action]) -> Iterator[Action]:
    """Go through actions and those of both ways of every branch."""
    for action in actions:
        yield action
        if isinstance(action, Branch):
            yield from every((*action.then, *action.otherwise))


def parts_of(action: Post | Reverse) -> tuple[Expression, ...]:
    """Return the expressions of what is booked in a ledger."""
    rest = tuple(part for source in action.fields.values() for part in _parts(source))
    if isinstance(action, Post):
        return (action.account, action.delta, action.reference, *rest)
    return (action.of, action.reference, *rest)


def said_by(action: Action) -> tuple[Expression, ...]:
    """Return the expressions of what an action says."""
    match action:
        case Notify(text=message) | OpenTask(title=message) | Refuse(message=message) | Hold(reason=message):
            return message.expressions
        case _:
            return ()


def evaluated_by(action: Action) -> tuple[Expression, ...]:
    """Return the expressions that an action evaluates over the record, beside what it says."""
    match action:
        case SetFields(fields=fields) | Fire(fields=fields) | Create(fields=fields) | Update(fields=fields):
            return tuple(part for source in fields.values() for part in _parts(source))
        case Post() | Reverse():
            return parts_of(action)
        case OpenTask(due=wanted) | Notify(amount=wanted) if wanted is not None:
            return (wanted,)
        case Call(arguments=arguments):
            return tuple(arguments.values())
        case Branch(when=when):
            return (when,)
        case Wait(time=Expression() as until):
            return (until,)
        case Hold(parties=parties):
            return tuple(party.when for party in parties if party.when is not None)
        case _:
            return ()
