"""What is told of a rule about one record: its condition in parts, its last looks, what keeps it from acting. Data."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from engine.kernel.problems import Text
from engine.rules.definitions import Severity
from engine.rules.severities import SEVERITY_WORDS


@dataclass(frozen=True)
class TableRowView:
    """A row of a decision table that decided: its name (key, else uid), its number now, where it comes from.

    ``number`` is None where the table has no such row any more; the period has ISO days, both included. ``words`` tell
    all of it.
    """

    row: str
    number: int | None
    policy: Text | None
    valid_from: str | None
    valid_to: str | None
    words: Text


@dataclass(frozen=True)
class TableView:
    """What was heard from a decision table: its key and labels, the output, and the rows that decided."""

    table: str
    output: str
    labels: Text
    rows: tuple[TableRowView, ...]

    @property
    def told(self) -> tuple[Text, ...]:
        """Every row in words, with the table before it."""
        rows = [row.words for row in self.rows] or [NO_ROW]
        return tuple(
            Text(f"“{self.labels.zh}”{words.zh}", f"“{self.labels.en}”: {words.en}") for words in dict.fromkeys(rows)
        )


NO_ROW = Text("没有命中任何行", "no row hits")


@dataclass(frozen=True)
class PartView:
    """One part of a condition in words.

    ``joins`` tells how its parts belong together, and then there are no words beside theirs; a condition that joins no
    others is a ``value``, negated or not, and its parts are what it reads. ``holds`` is None for
    what is no condition, ``shown`` the value as people read it, blank as an empty text. What the viewer may not see is
    ``closed``: neither words nor value of it are told. Of a look-up in a decision table the last parts are the rows
    that decide, each with its ``source``; one without says that none hits.
    """

    words: Text
    joins: Literal["all", "any", "not", "value"]
    holds: bool | None
    shown: Text
    closed: bool = False
    parts: tuple[PartView, ...] = ()
    source: TableRowView | None = None

    @property
    def deeper(self) -> tuple[PartView, ...]:
        """The rows of tables that decide what this part reads, at any depth."""
        return tuple(dict.fromkeys(_rows(self.parts)))


def _rows(parts: tuple[PartView, ...]) -> Iterator[PartView]:
    for part in parts:
        if part.source is not None:
            yield part
        yield from _rows(part.parts)


@dataclass(frozen=True)
class BeforeView:
    """A field that a rule read of the record before the change: its label, and the value as people read it."""

    label: Text
    shown: Text


@dataclass(frozen=True)
class RunView:
    """One look of the rule at the record: when, whether it fired, what it did, and the error that kept it from it.

    ``actions`` are keys as rules are written (``set``, ``notify`` …). ``before`` is what it read of the record before
    the change, ``tables`` what it heard from decision tables, both as far as the viewer may see it. ``severity`` is how
    grave the rule was then. With ``after_wait`` it went on there; ``waits_until`` is when it goes, or went, on again.
    """

    at: str
    fired: bool
    actions: tuple[str, ...]
    error: Text | None
    before: tuple[BeforeView, ...] = ()
    tables: tuple[TableView, ...] = ()
    severity: Severity | None = None
    after_wait: bool = False
    waits_until: str | None = None

    @property
    def told(self) -> tuple[Text, ...]:
        """What tables said, each row once."""
        return tuple(dict.fromkeys(words for table in self.tables for words in table.told))


@dataclass(frozen=True)
class RuleView:
    """A rule of the record's form; ``holds`` tells whether its condition holds for the record now.

    It is None where what the viewer may not see decides: its truth would tell of it. Where the rest settles it, it is
    told. ``fired_at`` is when the rule last fired for the record (ISO), None where no look that is kept did.
    """

    key: str
    labels: Text
    enabled: bool
    holds: bool | None
    severity: Severity | None = None
    fired_at: str | None = None

    @property
    def graded(self) -> Text | None:
        """How grave the rule is, in words; None where it does not say."""
        return None if self.severity is None else SEVERITY_WORDS[self.severity]


@dataclass(frozen=True)
class Obstacle:
    """What keeps a rule from acting though its condition may hold: ``validity`` or ``once``, in words."""

    kind: Literal["validity", "once"]
    words: Text


@dataclass(frozen=True)
class RuleExplanation:
    """Why a rule does, or does not do, something about a record now.

    ``because`` are the conditions that decide, in words with their values; ``kept_by`` is what keeps it from acting
    beside its condition; ``next_at`` is when it looks next by its schedule.
    """

    rule: RuleView
    condition: PartView | None
    because: tuple[Text, ...]
    runs: tuple[RunView, ...]
    at: str
    next_at: str | None
    kept_by: tuple[Obstacle, ...] = ()
