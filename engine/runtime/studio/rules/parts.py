"""A rule as a sentence of words to tap: what each word shows, what it can be instead, and what is wrong with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from engine.kernel.problems import Problem, Text

WordKind = Literal["choice", "several", "number", "text", "code", "time", "day", "words"]
Choices = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Word:
    """One word to tap: ``at`` says which, ``label`` what is asked there, ``values`` what is chosen now.

    ``shown`` stands in the sentence. ``inserts`` are fields that a text can name, as they are written in it. What
    cannot be set here is of the kind ``words``: ``values`` has it as it is written. ``away`` is what goes where a word
    is taken away that need not be there.
    """

    at: str
    label: str
    shown: str
    kind: WordKind
    values: tuple[str, ...] = ()
    choices: Choices = ()
    inserts: Choices = ()
    away: str = ""


@dataclass(frozen=True)
class Clause:
    """One part of the sentence: an event, a condition or an action, in words to tap and words between them.

    ``removable`` is whether it can be taken away by itself, ``more`` whether it can set one more field, ``details``
    what it can say besides.
    """

    at: str
    parts: tuple[Word | str, ...]
    removable: bool = True
    more: bool = False
    problems: tuple[Problem, ...] = ()
    details: Choices = ()

    @property
    def words(self) -> str:
        """The clause as one would say it."""
        return "".join(part.shown if isinstance(part, Word) else part for part in self.parts)


@dataclass(frozen=True)
class Sentence:
    """A rule in words: on what it looks, under which conditions, and what it then does.

    ``more_…`` are what can be added, ``problems`` what is wrong with none of the clauses in particular.
    """

    events: tuple[Clause, ...]
    joins: Word | None
    conditions: tuple[Clause, ...]
    actions: tuple[Clause, ...]
    more_events: Choices = ()
    more_conditions: Choices = ()
    more_actions: Choices = ()
    problems: tuple[Problem, ...] = ()

    @property
    def clauses(self) -> tuple[Clause, ...]:
        """All clauses, in the order of the sentence."""
        return (*self.events, *self.conditions, *self.actions)


@dataclass(frozen=True)
class RuleLine:
    """A rule in the list of an app's rules: ``words`` say in one sentence what it does."""

    key: str
    labels: Text
    enabled: bool
    severity: str | None
    words: str
    changed: Literal["", "new", "changed"] = ""


@dataclass(frozen=True)
class FormRules:
    """The rules about one form."""

    form: str
    labels: Text
    rules: tuple[RuleLine, ...] = ()


@dataclass(frozen=True)
class BeginningView:
    """A ready rule that one can begin with."""

    key: str
    labels: Text


@dataclass(frozen=True)
class RulePage:
    """A rule as it is designed: its sentence, and its text in one language."""

    key: str
    labels: Text
    form: str
    form_labels: Text
    enabled: bool
    severity: str
    once: str
    sentence: Sentence
    text: str
    severities: Choices = ()
    onces: Choices = ()
    note: str = ""
    order: str = ""
    valid_from: str = ""
    valid_to: str = ""
