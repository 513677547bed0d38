"""One record on its way to being saved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import cast

from engine.catalog.apps import App
from engine.decision.changeset import Actor
from engine.decision.work import Around, Key, Work
from engine.forms.forms import Form
from engine.kernel.problems import Problem
from engine.kernel.values import Row, Value
from engine.workflows.workflows import Transition, Workflow


@dataclass
class Saving:
    """One record on its way to being saved.

    ``given`` are the fields that the sender names, ``typed`` tells whether the sender is a person. A ``plain`` save
    changes nothing but what the system keeps of a record (that it is put away, or held): its fields are not examined.
    What a posting ``takes_back`` may leave less than its ledger's minimum. ``hook`` brought what is saved, if one did.
    One of a ``batch`` is moved to another state by hand with many others: no rule looks at it.
    ``undoes`` are the app and the rule whose run is taken back by it. One that is ``imported`` clears nothing, and may
    bring along the number that the system would give it.
    """

    work: Work
    app: App
    form: Form
    before: Row | None
    row: dict[str, Value]
    given: Mapping[str, Value]
    actor: Actor
    transition: Transition | None = None
    typed: bool = True
    plain: bool = False
    found: list[Problem] = field(default_factory=list)
    depth: int = 0
    reason: str | None = None
    needed: tuple[str, ...] = ()
    one_needed: tuple[str, ...] = ()
    takes_back: bool = False
    hook: str | None = None
    batch: str | None = None
    undoes: tuple[str, str] | None = None
    imported: bool = False
    unread: frozenset[str] = frozenset()
    """The fields of which what the sender says cannot be read; the record keeps what it has."""
    key: Key = field(init=False)
    """App, form and id of the record."""

    def __post_init__(self) -> None:
        """Name the record: whatever becomes of it, it stays the same one."""
        self.key = (self.app.key, self.form.key, str(self.row["id"]))

    @property
    def workflow(self) -> Workflow | None:
        """The form's state machine, if it has one."""
        return self.app.workflows.get(self.form.key)

    @property
    def origin(self) -> str | None:
        """The state that the record is in before this save; a new one's is the state that it begins in."""
        if self.before is not None:
            return cast("str | None", self.before.get("state"))
        return self.workflow.definition.initial if self.workflow else None

    @property
    def was_draft(self) -> bool:
        """Whether there was a draft before this is saved."""
        return (
            self.workflow is not None and self.before is not None and self.workflow.is_draft(self.before.get("state"))
        )

    @property
    def draft(self) -> bool:
        """Whether the record will still be a draft when this is saved."""
        return self.workflow is not None and self.workflow.is_draft(self.row.get("state"))

    @cached_property
    def around(self) -> Around:
        """What the form's expressions see."""
        return self.work.surroundings(self.app.key, old=self.before)

    def settle(self, row: Mapping[str, Value]) -> None:
        """Make ``row`` the record as the rest of this decision sees it."""
        self.row = dict(row)
        self.work.rows[self.key] = self.row
