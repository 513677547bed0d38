"""Rules as they run: when they look, their condition, their actions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from engine.kernel.clocks import day_number
from engine.kernel.problems import Text
from engine.language.expressions import Expression
from engine.rules.actions import Action, ForEach, ForRelated, Hold, Release, evaluated_by, every, said_by
from engine.rules.definitions import RuleDef
from engine.rules.events import ScheduleDef
from engine.rules.lengths import LengthDef


@dataclass(frozen=True, eq=False)
class Ahead:
    """How far from its deadline a rule looks: so much later, or when ``percent`` of the time since then has passed."""

    offset: LengthDef | None
    percent: int | None
    since: Expression | None


@dataclass(frozen=True)
class Event:
    """What happened to one record: how it began, which fields differ, which state it left and entered.

    Or which ``task`` of it somebody has closed, and by which of its actions that was ``done``; or which ``approval``
    of it has come to its end, or the ``signing`` of which document, and what it came to.
    ``hook`` brought the item by which it was made or changed; None where no hook did.
    """

    created: bool = False
    deleted: bool = False
    changed: frozenset[str] = frozenset()
    left: str | None = None
    entered: str | None = None
    task: str | None = None
    done: str | None = None
    hook: str | None = None
    approval: str | None = None
    signing: str | None = None


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

    @cached_property
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
        return tuple(expression for action in self.every_action for expression in said_by(action))

    @cached_property
    def reaching(self) -> tuple[Expression, ...]:
        """The expressions of the rule that read beyond the record itself."""
        return tuple(expression for expression in self._expressions if expression.reads.reaches)

    @cached_property
    def _expressions(self) -> tuple[Expression, ...]:
        values = (expression for action in self.every_action for expression in evaluated_by(action))
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
                seen = [expression for inner in action.do for expression in evaluated_by(inner)]
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
                case "task_done" if event.task == wanted.names[0] and event.done in (wanted.names[1:] or (event.done,)):
                    return True
                case "approval_done" if event.approval == wanted.names[0] and event.done in (
                    wanted.names[1:] or (event.done,)
                ):
                    return True
                case "signing_done" if event.signing == wanted.names[0] and event.done in (
                    wanted.names[1:] or (event.done,)
                ):
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


def always_interrupts(rule: Rule) -> bool:
    """Tell whether what a rule tells interrupts by its nature: it is critical, or holds records or lets them go."""
    inner = (item for loop in rule.every_action if isinstance(loop, ForRelated) for item in every(loop.do))
    holds = any(isinstance(action, Hold | Release) for action in (*rule.every_action, *inner))
    return holds or rule.definition.severity == "critical"
