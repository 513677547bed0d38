"""Imports as pages, the API and the command line see them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from engine.kernel.canonical import Json
from engine.kernel.problems import Problem, Text
from engine.runtime.importing.carrying import Tried
from engine.runtime.importing.planning import Plan, Target


@dataclass(frozen=True)
class Way:
    """A transition by which new records may go on."""

    key: str
    labels: Text


@dataclass(frozen=True)
class Earlier:
    """That the same file has been imported here before: when, and how many records that made and changed."""

    at: str
    made: int
    changed: int


@dataclass(frozen=True)
class RefusedRow:
    """A row that was not taken: the line of its file, its cells, and why."""

    line: int
    cells: tuple[str, ...]
    problems: tuple[Json, ...]


@dataclass(frozen=True)
class ImportView:
    """How an import stands. ``state`` is ``reading``, ``ready``, ``running``, ``stopped`` or ``done``.

    ``silent`` says that it should be going on, and that nobody has heard of it for a while.
    """

    id: str
    app: str
    form: str
    form_labels: Text
    name: str
    kind: str
    state: str
    at: str
    columns: tuple[str, ...]
    plan: Plan
    rows: int
    left: int
    made: int
    changed: int
    unchanged: int
    refused: int
    problems: tuple[Json, ...] = ()
    silent: bool = False
    earlier: Earlier | None = None

    @property
    def percent(self) -> int:
        """How far it is, in hundredths."""
        return 100 if not self.rows else (self.rows - self.left) * 100 // self.rows


@dataclass(frozen=True)
class Choices:
    """What can be chosen about an import that is ready: fields for its columns, keys to match by, ways on."""

    targets: tuple[Target, ...]
    ways: tuple[Way, ...]
    may_create: bool
    may_update: bool


@dataclass(frozen=True)
class PreviewRow:
    """One of the first rows: its cells as texts, and what would become of it."""

    line: int
    cells: tuple[str, ...]
    tried: Tried | None = None


@dataclass(frozen=True)
class Preview:
    """The first rows, and what would become of the first ones of them; ``problems`` are those of the plan."""

    rows: tuple[PreviewRow, ...]
    tried: int = 0
    make: int = 0
    change: int = 0
    same: int = 0
    refuse: int = 0
    refused: Sequence[PreviewRow] = field(default=())
    problems: tuple[Problem, ...] = ()
