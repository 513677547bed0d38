"""Decision tables as the language sees them: columns with types, and rows of cells that have been read, not checked.

It knows neither documents nor apps: ``engine/rules/tables`` reads those, ``checking/deciding.py`` gives cells types.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Protocol

from engine.kernel.clocks import Day
from engine.kernel.problems import Text
from engine.language.kept import Kept
from engine.language.reading.syntax import Syntax
from engine.language.tree import Body
from engine.language.types import TextType, Type


class HitPolicy(StrEnum):
    """What a table answers where several rows hit."""

    FIRST = "first"
    """The first row that hits."""
    UNIQUE = "unique"
    """The one row that hits; blank where two or more do."""
    COLLECT = "collect"
    """All rows that hit: several options, or texts joined in the order of the rows."""
    MAX = "max"
    """The row whose first output is greatest before it is rounded, of equals the first; blanks do not count."""
    SUM = "sum"
    """The sum over the rows that hit; 0 where none does."""


class About(StrEnum):
    """What may be asked of a table beside its outputs: they begin with a sign, so that no output is called so."""

    ROW = "#row"
    """The key (else the uid) of the row."""
    POLICY_ZH = "#zh"
    POLICY_EN = "#en"
    """The text of the policy from which the row comes, in either language."""


@dataclass(frozen=True, slots=True)
class Column:
    """An input or output."""

    key: str
    labels: Text
    type: Type


@dataclass(frozen=True, slots=True)
class Cell:
    """What one cell says. ``is_value``: it is a value that the input must equal, unless it is a condition itself."""

    source: str
    written: Syntax
    is_value: bool = True


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row: the cells by the keys of inputs and outputs (one that is absent says nothing), and where it comes from.

    ``valid_from`` and ``valid_to`` are both included.
    """

    uid: str
    number: int
    when: Mapping[str, Cell] = field(default_factory=dict)
    then: Mapping[str, Cell] = field(default_factory=dict)
    key: str | None = None
    policy: Text | None = None
    valid_from: Day | None = None
    valid_to: Day | None = None

    @property
    def name(self) -> str:
        """The name by which records keep the row."""
        return self.key or self.uid


@dataclass(frozen=True, eq=False)
class DecisionTable:
    """A table. ``version`` is the content address of its document and of the types of its columns.

    ``valid_on`` names the input whose day decides which rows are valid; without it that is the run's day. Of a
    ``collect`` table at most ``limit`` rows are taken. ``exclusive``: it is proven that never two rows hit.
    """

    key: str
    labels: Text
    version: str
    policy: HitPolicy
    inputs: tuple[Column, ...]
    outputs: tuple[Column, ...]
    rows: tuple[TableRow, ...]
    parameters: Mapping[str, Type] = field(default_factory=dict)
    valid_on: str | None = None
    limit: int | None = None
    separator: str = "、"
    exclusive: bool = False

    @cached_property
    def kept(self) -> Kept:
        """What has been made of the table for arguments of some types."""
        return Kept()

    def output(self, key: str) -> Column | None:
        """Return the output with that key, or None."""
        return next((column for column in self.outputs if column.key == key), None)

    def type_of(self, output: str) -> Type:
        """Return the declared type of an output, or of what else may be asked."""
        column = self.output(output)
        return TextType() if column is None else column.type


class Decides(Protocol):
    """A table that expressions may ask; its cells have types already, so that no look-up gives them theirs."""

    @property
    def design(self) -> DecisionTable:
        """The table."""
        ...

    def answer(self, output: str, types: tuple[Type, ...]) -> Body:
        """Return an output, or what else may be asked, for inputs of these types; EngineError where a cell fails."""
        ...
