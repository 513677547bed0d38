"""Designing without files: one change after another on the draft of an app, undone and redone, by several at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from engine.catalog.change_words import say
from engine.catalog.changes_kept import collision
from engine.catalog.comparing import Change, compare, turned_round
from engine.catalog.comparing import apply as applied
from engine.catalog.documents import Documents, shape_problems
from engine.catalog.editing.elements import Mint
from engine.kernel.canonical import Json
from engine.kernel.clocks import moment_text
from engine.kernel.problems import EngineError, Text
from engine.runtime import problems
from engine.runtime.desk import Desk
from engine.runtime.draft_steps import Step, StepKind, redoable, since, steps_of, undoable
from engine.runtime.drafting import current_of, in_use, keep, lock_of, moved, name_of, said_by, standing
from engine.runtime.exporting import Export
from engine.runtime.pinyin import in_letters
from engine.runtime.reading import Reading
from engine.runtime.views import Viewer
from engine.storage import drafts as stored
from engine.storage.drafts import Draft
from engine.storage.locks import lock_name

if TYPE_CHECKING:
    from sqlalchemy import Connection

Edit = Callable[[Documents, Mint], Documents]
"""Takes the documents of a design, and what gives new elements their identity, and returns the documents after it."""

Last = Callable[[Sequence[Step], str], Step | None]


@dataclass(frozen=True, slots=True)
class Seen:
    """What somebody looked at when they changed it: the revision that it began with, and the version of the draft."""

    base: int
    version: int = 0


@dataclass(frozen=True)
class Design:
    """An app as it is being designed. ``seen`` goes with every change; ``behind`` is a revision published meanwhile.

    ``by`` and ``at`` say who changed the draft last; both are empty where there is no draft: ``documents`` are those
    in use then. ``changed`` counts what differs from them.
    """

    app: str
    labels: Text
    seen: Seen
    documents: Documents
    published: Documents
    by: str
    at: str
    changed: int
    may_undo: bool
    may_redo: bool
    behind: int | None

    @property
    def is_draft(self) -> bool:
        """Whether anything was changed yet."""
        return self.seen.version > 0


class Studio:
    """The design of apps, for administrators; for all others it is absent."""

    def __init__(self, desk: Desk) -> None:
        """Read and write through ``desk``."""
        self._desk = desk

    def design(self, viewer: Viewer, app: str) -> Design:
        """Return the design of an app as it stands; EngineError (DRAFT-009) for a draft that is none."""
        with self._desk.reading(viewer) as reading:
            current = current_of(reading, app)
            draft, published = stored.get(reading.connection, app), in_use(reading, app).documents
            documents: Documents = published if draft is None else self._shapely(said_by(draft).documents)
            steps = steps_of(draft)
            return Design(
                app=app,
                labels=reading.app(app).definition.labels,
                seen=Seen(current) if draft is None else Seen(draft.base, draft.version),
                documents=documents,
                published=published,
                by="" if draft is None else name_of(reading, draft.user) or "",
                at="" if draft is None else moment_text(draft.at),
                changed=len(say(compare(published, documents), published, documents)),
                may_undo=undoable(steps, viewer.id) is not None,
                may_redo=redoable(steps, viewer.id) is not None,
                behind=None if draft is None or draft.base == current else current,
            )

    def edit(self, viewer: Viewer, app: str, seen: Seen, edit: Edit) -> Seen:
        """Change the design; return what is to be seen now. Nothing is written where nothing changes.

        The change is made on the draft as it is now, whoever else has changed it since it was ``seen``. EngineError
        where somebody has changed the same place (DRAFT-005), where the draft was published or discarded (DRAFT-006),
        or where the documents would not be those of an app any more, or are not (DRAFT-009).
        """

        def made(reading: Reading, old: Draft | None, found: Export) -> Documents:
            documents = edit(deepcopy(dict(self._shapely(found.documents))), self._mint)
            mine = compare(found.documents, documents)
            if mine:
                self._refuse_collisions(reading, mine, old, seen)
            return documents

        return self._changed(viewer, app, seen, made)

    def undo(self, viewer: Viewer, app: str, seen: Seen) -> Seen:
        """Take the viewer's last change back; EngineError (APP-023) where others have changed the same since."""
        return self._stepped(viewer, app, seen, undoable, "undo")

    def redo(self, viewer: Viewer, app: str, seen: Seen) -> Seen:
        """Make the change again that was taken back last; EngineError as ``undo``."""
        return self._stepped(viewer, app, seen, redoable, "redo")

    def _stepped(self, viewer: Viewer, app: str, seen: Seen, last: Last, kind: StepKind) -> Seen:
        def made(_: Reading, old: Draft | None, found: Export) -> Documents:
            step = last(steps_of(old), viewer.id)
            if step is None:
                raise EngineError(problems.NOTHING_TO_UNDO.at())
            return applied(turned_round(step.changes), found.documents)

        return self._changed(viewer, app, seen, made, kind)

    def _changed(
        self,
        viewer: Viewer,
        app: str,
        seen: Seen,
        made: Callable[[Reading, Draft | None, Export], Documents],
        kind: StepKind = "edit",
    ) -> Seen:
        execution = self._desk.execution
        with execution.database.write() as connection:
            reading, old = self._opened(connection, viewer, app)
            self._refuse_another(reading, app, old, seen)
            found = standing(reading, app, old)
            documents = made(reading, old, found)
            base = current_of(reading, app) if old is None else old.base
            if not compare(found.documents, documents):
                return Seen(base, 0 if old is None else old.version)
            wrong = shape_problems(documents, execution.catalogs.types)
            if wrong and not shape_problems(found.documents, execution.catalogs.types):
                raise EngineError(wrong)
            version = keep(execution, reading, app, replace(found, documents=documents), old, base, kind)
        return Seen(base, version)

    def _shapely(self, documents: Documents) -> Documents:
        """Return documents that can be gone through by their shape, whatever a program has sent.

        What they mean may be wrong all the same. EngineError (DRAFT-009) for others.
        """
        wrong = shape_problems(documents, self._desk.execution.catalogs.types)
        if wrong:
            raise EngineError(problems.DRAFT_BROKEN.at(wrong[0].path, count=len(wrong), place=wrong[0].path))
        return documents

    def _opened(self, connection: Connection, viewer: Viewer, app: str) -> tuple[Reading, Draft | None]:
        lock_name(connection, lock_of(app))
        reading = self._desk.over(connection, viewer)
        current_of(reading, app)
        return reading, stored.get(connection, app)

    def _refuse_another(self, reading: Reading, app: str, old: Draft | None, seen: Seen) -> None:
        """Refuse to go on with a draft that is not the one that was seen, however much it was changed since."""
        base = current_of(reading, app) if old is None else old.base
        if seen.base != base or (old is None and seen.version):
            raise EngineError(problems.DRAFT_GONE.at())

    def _refuse_collisions(self, reading: Reading, mine: tuple[Change, ...], old: Draft | None, seen: Seen) -> None:
        if old is None or old.version == seen.version:
            return
        steps = since(old, seen.version)
        if steps is None:
            raise EngineError(moved(reading, old))
        for step in steps:
            if collision(mine, step.changes) is not None:
                raise EngineError(problems.DRAFT_COLLISION.at(who=name_of(reading, step.user) or "-"))

    def uid(self) -> str:
        """Return an identity for an element that is to be added."""
        return self._mint.uid()

    @property
    def _mint(self) -> Mint:
        return Mint(self._desk.execution.randomness, in_letters)


def with_document(documents: Mapping[str, Json], path: str, document: Json) -> Documents:
    """Return the documents with one of them put in, or in place of the one before."""
    return {**documents, path: document}
