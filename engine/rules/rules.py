"""Rules as they run: condition and action expressions compiled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from engine.kernel.persons import PersonsDef
from engine.kernel.problems import Text
from engine.kernel.values import Row, Value
from engine.language.expressions import Expression, Surroundings
from engine.language.templates import Template
from engine.language.tree import Step
from engine.rules.definitions import RuleDef, ScheduleDef, TaskActionDef


@dataclass(frozen=True, eq=False)
class Message:
    """A template in both languages."""

    zh: Template
    en: Template

    @property
    def expressions(self) -> tuple[Expression, ...]:
        """The expressions of both."""
        return (*self.zh.expressions, *self.en.expressions)


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
    """Create a record of a form."""

    app: str
    form: str
    fields: Mapping[str, Source]


@dataclass(frozen=True, eq=False)
class Update:
    """Set fields of the record at the end of ``way``, references that begin at the row."""

    way: tuple[Step, ...]
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
class ForEach:
    """Do something for every line of a field of lines; its expressions see the line."""

    lines: str
    do: tuple[Update | Create, ...]


Action = Notify | OpenTask | SetFields | Refuse | Fire | Create | Update | Hold | Release | ForEach


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
        case OpenTask(due=due) if due is not None:
            return (due,)
        case Hold(parties=parties):
            return tuple(party.when for party in parties if party.when is not None)
        case _:
            return ()


@dataclass(frozen=True)
class Event:
    """What happened to one record: how it began, which fields differ, which state it left and entered."""

    created: bool = False
    deleted: bool = False
    changed: frozenset[str] = frozenset()
    left: str | None = None
    entered: str | None = None


@dataclass(frozen=True, eq=False)
class Rule:
    """One rule of one form."""

    definition: RuleDef
    when: Expression | None
    then: tuple[Action, ...]
    deadline: Expression | None = None

    @property
    def key(self) -> str:
        """The rule's key."""
        return self.definition.key

    @property
    def labels(self) -> Text:
        """The rule's labels."""
        return self.definition.labels

    @cached_property
    def said(self) -> tuple[Expression, ...]:
        """The expressions of the rule's messages."""
        return tuple(expression for action in self.then for expression in _said(action))

    @cached_property
    def reaching(self) -> tuple[Expression, ...]:
        """The expressions of the rule that read beyond the record itself."""
        values = (expression for action in self.then for expression in _evaluated(action))
        every = (*(() if self.when is None else (self.when,)), *values, *self.said)
        return tuple(expression for expression in every if expression.reads.reaches)

    @cached_property
    def old_fields(self) -> frozenset[str]:
        """The fields that the rule reads of the record as it was before the change."""
        values = (expression for action in self.then for expression in _evaluated(action))
        every = (*(() if self.when is None else (self.when,)), *values, *self.said)
        return frozenset(key for expression in every for key in expression.reads.old_fields)

    @cached_property
    def lines_read(self) -> Mapping[str, tuple[Expression, ...]]:
        """The expressions that see the lines of a field, by that field."""
        found: dict[str, list[Expression]] = {}
        for action in self.then:
            if isinstance(action, ForEach):
                seen = [expression for inner in action.do for expression in _evaluated(inner)]
                found.setdefault(action.lines, []).extend(seen)
        return {key: tuple(expressions) for key, expressions in found.items()}

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
                case "deleted" if event.deleted:
                    return True
                case "changed" if event.changed.intersection(wanted.names):
                    return True
                case "entered" if event.entered in wanted.names and event.entered is not None:
                    return True
                case "left" if event.left in wanted.names and event.left is not None:
                    return True
                case _:
                    continue
        return False
