"""What is told of the runs of rules: a page of them, one run whole, and what undoing it comes to. Data."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, get_args

from engine.decision.effects import Kind, Standing
from engine.kernel.problems import Problem, Text
from engine.runtime.explanations import BeforeView, PartView, TableView

Outcome = Literal["acted", "idle", "failed", "undone"]
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)


@dataclass(frozen=True)
class Wanted:
    """Which runs are asked for; a part that is None asks for nothing.

    ``first`` and ``last`` are ISO days, both included, or moments (with ``T`` and a zone), of which the last is not.
    """

    rule: str | None = None
    form: str | None = None
    record: str | None = None
    outcome: str | None = None
    first: str | None = None
    last: str | None = None
    revision: str | None = None


def replace_outcome(wanted: Wanted, outcome: Outcome) -> Wanted:
    """Return the same of what came to this."""
    return replace(wanted, outcome=outcome)


@dataclass(frozen=True)
class RecordRef:
    """A record by its keys and its title; the title is None where the viewer may not see it, and so is its id."""

    app: str
    form: str
    labels: Text
    id: str | None
    title: str | None


@dataclass(frozen=True)
class UndoneView:
    """That a run was undone: when (ISO), by whom, why, and how many of its effects stayed."""

    at: str
    by: str | None
    by_shown: str | None
    reason: str
    left: int


@dataclass(frozen=True)
class RunItem:
    """One run. ``rule`` is a key, with its labels where it is there; ``actions`` are keys as rules are written."""

    id: str
    rule: str
    labels: Text
    revision: int
    record: RecordRef
    at: str
    outcome: Outcome
    actions: tuple[str, ...]
    error: Text | None
    undone: UndoneView | None
    after_wait: bool = False
    waits_until: str | None = None


@dataclass(frozen=True)
class RunPage:
    """One page of runs, the newest first; ``next`` is the cursor of the next one, None at the end."""

    items: tuple[RunItem, ...]
    next: str | None


@dataclass(frozen=True)
class EffectView:
    """One thing that a run did, in words, and how it stands; closed where the viewer may not see what it is about."""

    kind: Kind
    words: Text
    standing: Standing
    because: Text | None
    record: RecordRef
    closed: bool = False
    problem: Problem | None = None


@dataclass(frozen=True)
class RunDetail:
    """All of one run: what it looked at, its condition with the values that it had then, what it did.

    ``condition`` is None where the rule has none, did not act, or cannot be read any more. ``effects`` are None where
    the run kept no receipts. Where it can be undone, ``problems`` are what stands against putting back what could be,
    and ``acts_again`` tells that the rule acts anew when it looks next.
    """

    item: RunItem
    event: Text
    inputs: tuple[BeforeView, ...]
    before: tuple[BeforeView, ...]
    condition: PartView | None
    tables: tuple[TableView, ...]
    effects: tuple[EffectView, ...] | None
    problems: tuple[Problem, ...] = ()
    acts_again: bool = False

    @property
    def can_be_undone(self) -> bool:
        """Whether there is anything to put back, and nothing against it."""
        going = self.effects is not None and any(one.standing == "back" for one in self.effects)
        return going and self.item.undone is None and not self.problems

    @property
    def stays(self) -> tuple[EffectView, ...]:
        """What cannot be put back."""
        return tuple(one for one in self.effects or () if one.standing == "stays")
