"""Rules as they run: condition and action expressions compiled."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from engine.kernel.clocks import day_number
from engine.kernel.persons import PersonsDef
from engine.kernel.problems import Text
from engine.kernel.values import Row, Value
from engine.language.expressions import Expression, Surroundings
from engine.language.messages import Message
from engine.language.tree import Step
from engine.rules.announced import LengthDef, RetryDef
from engine.rules.definitions import RuleDef, ScheduleDef, TaskActionDef


@dataclass(frozen=True, eq=False)
class Notify:
    """Tell persons something; those in ``copy`` for information only."""

    to: tuple[PersonsDef, ...]
    text: Message
    copy: tuple[PersonsDef, ...] = ()


@dataclass(frozen=True, eq=False)
class OpenTask:
    """Put a task into persons' inboxes."""

    key: str
    to: tuple[PersonsDef, ...]
    title: Message
    due: Expression | None
    actions: tuple[TaskActionDef, ...]


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
class ForEach:
    """Do something for every line of a field of lines for which ``where`` holds; its expressions see the line."""

    lines: str
    do: tuple[Update | Create, ...]
    where: Expression | None = None


@dataclass(frozen=True, eq=False)
class Branch:
    """Do one thing where a condition holds on the record as it is then, and another where it does not."""

    when: Expression
    then: tuple[Action, ...]
    otherwise: tuple[Action, ...]


Writing = SetFields | Fire | Create | Update | Post | Reverse | Hold | Release
"""An action that changes a record."""

Single = Writing | Notify | OpenTask | Refuse | Call | ForEach
"""An action that is no branch."""

Action = Single | Branch


@dataclass(frozen=True, eq=False)
class Ahead:
    """How far from its deadline a rule looks: so much later, or when ``percent`` of the time since then has passed."""

    offset: LengthDef | None
    percent: int | None
    since: Expression | None


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


def _said(action: Action) -> tuple[Expression, ...]:
    match action:
        case Notify(text=message) | OpenTask(title=message) | Refuse(message=message) | Hold(reason=message):
            return message.expressions
        case _:
            return ()


def _evaluated(action: Action) -> tuple[Expression, ...]:
    match action:
        case SetFields(fields=fields) | Fire(fields=fields) | Create(fields=fields) | Update(fields=fields):
            return tuple(part for source in fields.values() for part in _parts(source))
        case Post() | Reverse():
            return parts_of(action)
        case OpenTask(due=due) if due is not None:
            return (due,)
        case Call(arguments=arguments):
            return tuple(arguments.values())
        case Branch(when=when):
            return (when,)
        case Hold(parties=parties):
            return tuple(party.when for party in parties if party.when is not None)
        case _:
            return ()


@dataclass(frozen=True)
class Event:
    """What happened to one record: how it began, which fields differ, which state it left and entered.

    ``hook`` brought the item by which it was made or changed; None where no hook did.
    """

    created: bool = False
    deleted: bool = False
    changed: frozenset[str] = frozenset()
    left: str | None = None
    entered: str | None = None
    hook: str | None = None


@dataclass(frozen=True, eq=False)
class Rule:
    """One rule of one form."""

    definition: RuleDef
    when: Expression | None
    then: tuple[Action, ...]
    deadline: Expression | None = None
    ahead: Ahead | None = None
    begins_in: str | None = None
    """The state in which records of the form begin; None where it has no workflow."""

    @property
    def key(self) -> str:
        """The rule's key."""
        return self.definition.key

    @property
    def labels(self) -> Text:
        """The rule's labels."""
        return self.definition.labels

    @cached_property
    def every_action(self) -> tuple[Action, ...]:
        """The actions, with those of both ways of every branch."""
        return tuple(every(self.then))

    @cached_property
    def said(self) -> tuple[Expression, ...]:
        """The expressions of the rule's messages."""
        return tuple(expression for action in self.every_action for expression in _said(action))

    @cached_property
    def reaching(self) -> tuple[Expression, ...]:
        """The expressions of the rule that read beyond the record itself."""
        return tuple(expression for expression in self._expressions if expression.reads.reaches)

    @cached_property
    def _expressions(self) -> tuple[Expression, ...]:
        values = (expression for action in self.every_action for expression in _evaluated(action))
        return (*(() if self.when is None else (self.when,)), *values, *self.said)

    @cached_property
    def _old_fields(self) -> frozenset[str]:
        return frozenset(key for expression in self._expressions for key in expression.reads.old_fields)

    @cached_property
    def lines_read(self) -> Mapping[str, tuple[Expression, ...]]:
        """The expressions that see the lines of a field, by that field."""
        found: dict[str, list[Expression]] = {}
        for action in self.every_action:
            if isinstance(action, ForEach):
                seen = [expression for inner in action.do for expression in _evaluated(inner)]
                seen += [] if action.where is None else [action.where]
                found.setdefault(action.lines, []).extend(seen)
        return {key: tuple(expressions) for key, expressions in found.items()}

    @property
    def deadline_parameters(self) -> frozenset[str]:
        """The parameters that the moment of the rule's deadline depends on."""
        since = None if self.ahead is None else self.ahead.since
        return frozenset(key for one in (self.deadline, since) if one is not None for key in one.reads.parameters)

    @property
    def schedules(self) -> tuple[ScheduleDef, ...]:
        """The schedules by which the rule looks at every record for which its condition holds."""
        return tuple(event.schedule for event in self.definition.on if event.schedule is not None)

    @property
    def looks_before(self) -> bool:
        """Whether the rule runs inside the save that it looks at."""
        return self.definition.on[0].kind == "before"

    def looks_before_action(self, action: str) -> bool:
        """Tell whether a before-rule looks at ``action``: ``save`` for a plain save, else the key of a transition."""
        return any(event.kind == "before" and ({action, "save"} & set(event.names)) for event in self.definition.on)

    def looks_at(self, event: Event) -> bool:
        """Tell whether an after-rule looks at what happened."""
        for wanted in self.definition.on:
            match wanted.kind:
                case "created" if event.created:
                    return True
                case "submitted" if self._is_submitted(event):
                    return True
                case "deleted" if event.deleted:
                    return True
                case "changed" if event.changed.intersection(wanted.names):
                    return True
                case "changed" if not (wanted.names or event.created or event.deleted) and event.changed:
                    return True
                case "entered" if event.entered in wanted.names and event.entered is not None:
                    return True
                case "left" if event.left in wanted.names and event.left is not None:
                    return True
                case "webhook" if event.hook in wanted.names and event.hook is not None:
                    return True
                case _:
                    continue
        return False

    def _is_submitted(self, event: Event) -> bool:
        """Tell whether the record left its first state; where there are no states, whether it was created."""
        if self.begins_in is None:
            return event.created
        return event.entered not in (None, self.begins_in) and (event.created or event.left == self.begins_in)

    def is_valid_on(self, day: int) -> bool:
        """Tell whether the rule looks on a day, by its number."""
        first, last = self.definition.valid_from, self.definition.valid_to
        return (first is None or day_of_text(first) <= day) and (last is None or day <= day_of_text(last))


def day_of_text(day: str) -> int:
    """Return the number of an ISO date, which the checker has seen to be one."""
    return day_number(date.fromisoformat(day))


def old_fields(rule: Rule) -> frozenset[str]:
    """Return the fields that a rule reads of the record as it was before the change."""
    return rule._old_fields


def expressions_of(rule: Rule) -> tuple[Expression, ...]:
    """Return the expressions of a rule that see its record: condition, values, messages; not those that see lines."""
    return rule._expressions
