"""The one draft of an app, kept under its lock: who may, which version they saw, what is journalled; it judges none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from engine.catalog.changes_kept import to_json
from engine.catalog.comparing import compare
from engine.decision.changeset import Actor, Changeset, Note
from engine.decision.problems import ABSENT
from engine.kernel.canonical import Json, compact, digest
from engine.kernel.identifiers import uuid7
from engine.kernel.problems import EngineError, Problem
from engine.runtime import problems
from engine.runtime.directory import is_admin
from engine.runtime.draft_steps import Step, StepKind, with_step
from engine.runtime.execution import Execution
from engine.runtime.exporting import Export
from engine.runtime.needs import needs_of
from engine.runtime.publishing import version_of
from engine.runtime.reading import Reading
from engine.runtime.views import Viewer
from engine.storage import drafts as stored
from engine.storage.drafts import Draft
from engine.storage.unit_of_work import apply

if TYPE_CHECKING:
    from sqlalchemy import Connection

NOTED: Final = 20_000
"""Characters of changes that are put down in the journal in full."""


def lock_of(app: str) -> str:
    """Return the name under which whoever changes the draft of an app holds it."""
    return stored.lock_of(app)


def current_of(reading: Reading, app: str) -> int:
    """Return the current revision of an app; EngineError (absent) where there is none, or it is not the viewer's."""
    if not is_admin(reading.viewer):
        raise EngineError(ABSENT.at())
    return reading.app(app).revision


def drafted(reading: Reading, app: str, seen: int) -> Draft:
    """Return the draft if it is the one that was seen; EngineError (DRAFT-001, DRAFT-002) where it is not."""
    found = stored.get(reading.connection, app)
    if found is None or found.version != seen:
        raise EngineError(moved(reading, found))
    return found


def moved(reading: Reading, found: Draft | None) -> Problem:
    """Return what is told to who saw another draft than the one that is there."""
    if found is None:
        return problems.NO_DRAFT.at()
    return problems.DRAFT_MOVED.at(who=name_of(reading, found.user) or "-")


def said_by(draft: Draft) -> Export:
    """Return what a draft would publish."""
    return Export(draft.content["documents"], draft.content["version"], draft.content["needs"])


def name_of(reading: Reading, user: str | None) -> str | None:
    """Return what people call a user; None where it is nobody."""
    person = None if user is None else reading.person(user)
    return None if person is None else person.display_name


def in_use(reading: Reading, app: str) -> Export:
    """Return the design that is published, as a draft of it begins."""
    documents = dict(reading.app(app).definition.documents)
    return Export(documents, version_of(reading.connection, app), needs_of(reading.connection, app))


def standing(reading: Reading, app: str, draft: Draft | None) -> Export:
    """Return what a change is made to: the draft, or where there is none the design in use."""
    return in_use(reading, app) if draft is None else said_by(draft)


def keep(
    execution: Execution,
    reading: Reading,
    app: str,
    found: Export,
    old: Draft | None,
    base: int,
    kind: StepKind = "edit",
) -> int:
    """Make this the draft in place of ``old``, which the caller holds by its lock; return its version.

    ``base`` is the revision that it was made from. No two versions are the same, whatever was thrown away between.
    What changed is kept with the draft and put down in the journal, there as a number alone where it is much.
    """
    connection, moment = reading.connection, execution.clocks.business()
    before = standing(reading, app, old)
    version = stored.next_version(connection, app, old.version if old is not None else 0)
    # To undo what another revision brought would take that revision's changes out of what is published next.
    rebased = old is not None and old.base != base
    changes = compare(before.documents, found.documents)
    step = Step(version, reading.viewer.id, moment, "base" if rebased else kind, changes)
    content = {
        "documents": found.documents,
        "version": found.version,
        "needs": dict(found.needs),
        **with_step(old, step),
    }
    stored.put(connection, Draft(app, version, base, content, reading.viewer.id, moment))
    written = to_json(step.changes)
    noted = {"changes": written} if len(compact(written)) <= NOTED else {"changed": len(written)}
    told = {"version": version, "digest": digest(found.documents), **noted}
    note(execution, connection, reading.viewer, app, "draft", told)
    return version


def note(
    execution: Execution, connection: Connection, viewer: Viewer, app: str, action: str, changes: Mapping[str, Json]
) -> None:
    """Journal what somebody did to a draft."""
    moment = execution.clocks.business()
    command = uuid7(moment, execution.randomness(10))
    notes = (Note(app, "draft", app, action, changes),)
    apply(connection, Changeset(command, moment, Actor(viewer.id), {}, notes=notes), {}, execution.randomness)
