"""The physical shape that an app's forms ask for: plain descriptions that storage turns into tables and views."""

from __future__ import annotations

from dataclasses import dataclass

from engine.kernel.problems import Text
from engine.kernel.values import StorageKind


@dataclass(frozen=True, slots=True)
class ColumnSpec:
    """One column. ``references`` is the physical name of the table that a reference points at.

    ``column`` is the physical name where it is not the key: that of a field whose type has changed.
    """

    key: str
    kind: StorageKind
    labels: Text
    scale: int = 0
    digits: int = 15
    references: str | None = None
    options: tuple[tuple[str, Text], ...] = ()
    unique: bool = False
    indexed: bool = False
    column: str | None = None

    @property
    def name(self) -> str:
        """The physical name."""
        return self.column or self.key


@dataclass(frozen=True, slots=True)
class TableSpec:
    """One table and its view. A sub-table of lines names the table of its records as ``parent``.

    A table without a parent also has the system columns of every record; one with a parent has ``id``, ``parent`` (the
    record's id) and ``position`` (from 0) instead. ``form`` is the key by which the language and the API know it: a
    form's key, or ``form.field`` for lines.
    """

    app: str
    form: str
    name: str
    view: str
    labels: Text
    columns: tuple[ColumnSpec, ...]
    states: tuple[tuple[str, Text], ...] = ()
    parent: str | None = None
