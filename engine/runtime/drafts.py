"""The way of a design to its next revision: drafted, looked over, published; and back to an earlier one.

An app has one draft, which all who design share. Whoever changes it says which version they saw, so that nobody
overwrites what another has just done.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from engine.catalog.change_words import Said, say
from engine.catalog.comparing import apply as applied
from engine.catalog.comparing import compare
from engine.catalog.documents import Documents
from engine.decision.changeset import Actor
from engine.kernel.clocks import moment_text
from engine.kernel.problems import EngineError, Text
from engine.runtime import problems
from engine.runtime.designs import Look, look_over
from engine.runtime.desk import Desk
from engine.runtime.drafting import current_of, drafted, keep, lock_of, moved, name_of, note, said_by
from engine.runtime.exporting import Export, read_export, unmet_needs
from engine.runtime.needs import needs_of
from engine.runtime.preparing import forget, prepared
from engine.runtime.publishing import Origin, publish, version_of
from engine.runtime.reading import Reading
from engine.runtime.views import Viewer
from engine.storage import drafts as stored
from engine.storage import revisions
from engine.storage.locks import PUBLISHING, lock_name

if TYPE_CHECKING:
    from sqlalchemy import Connection


@dataclass(frozen=True)
class DraftView:
    """A draft as it stands: who changed it last and when, and what publishing it would come to.

    ``behind`` is the revision that was published since it began, None where there is none.
    """

    version: int
    base: int
    by: str
    at: str
    look: Look
    behind: int | None


@dataclass(frozen=True)
class RevisionView:
    """A published revision; ``by`` is nobody where a command or an installation published it."""

    number: int
    by: str | None
    at: str
    is_current: bool


class Drafts:
    """Drafts and revisions of apps, for administrators; for all others they are absent."""

    def __init__(self, desk: Desk) -> None:
        """Read and write through ``desk``."""
        self._desk = desk

    def labels(self, viewer: Viewer, app: str) -> Text:
        """Return the name of an app."""
        with self._desk.reading(viewer) as reading:
            current_of(reading, app)
            return reading.app(app).definition.labels

    def history(self, viewer: Viewer, app: str) -> tuple[RevisionView, ...]:
        """Return the revisions of an app, the newest first."""
        with self._desk.reading(viewer) as reading:
            current = current_of(reading, app)
            return tuple(
                RevisionView(item.number, name_of(reading, item.user), moment_text(item.at), item.number == current)
                for item in revisions.history(reading.connection, app)
            )

    def changes(self, viewer: Viewer, app: str, number: int) -> tuple[Said, ...]:
        """Return in words what a revision changed of the one before; EngineError (STORE-054) where there is none."""
        with self._desk.reading(viewer) as reading:
            current_of(reading, app)
            new = revisions.documents(reading.connection, app, number)
            old = revisions.documents(reading.connection, app, number - 1) if number > 1 else {}
        return say(compare(old, new), old, new)

    def show(self, viewer: Viewer, app: str) -> DraftView | None:
        """Return the draft of an app with what publishing it would come to, None where there is none."""
        with self._desk.reading(viewer) as reading:
            current = current_of(reading, app)
            draft = stored.get(reading.connection, app)
            if draft is None:
                return None
            by, said = name_of(reading, draft.user) or "", said_by(draft)
            unmet = tuple(unmet_needs(reading.connection, said.needs, "app.json"))
        look = self._look(said.documents, app, current)
        look = replace(look, problems=(*unmet, *look.problems))
        behind = None if draft.base == current else current
        return DraftView(draft.version, draft.base, by, moment_text(draft.at), look, behind)

    def _look(self, documents: Documents, app: str, current: int) -> Look:
        """Return what publishing comes to; documents that are none of an app at all have problems alone."""
        try:
            return look_over(self._desk.execution, documents)
        except EngineError as error:
            return Look(app, current, error.problems)

    def send(self, viewer: Viewer, app: str, raw: bytes, name: str, seen: int | None) -> int:
        """Make a file of ``app export`` the draft of its app; return the draft's version.

        ``seen`` is the version of the draft that it takes the place of, None where there was none. EngineError for
        what is no such file or one of another app (``name`` is its place), or where the draft is another by now.
        """
        found = read_export(raw, name)
        key = found.documents.get("app.json", {}).get("key")
        if key != app:
            raise EngineError(problems.DRAFT_OTHER_APP.at(f"{name}#/app", got=key or "-", app=app))
        return self._keep(viewer, app, found, seen)

    def take_back(self, viewer: Viewer, app: str, number: int, seen: int | None) -> int:
        """Make an earlier revision the draft; return the draft's version. EngineError as ``send``, or STORE-054."""
        found = to_take_back(self._desk, viewer, app, number).found
        return self._keep(viewer, app, found, seen)

    def renew(self, viewer: Viewer, app: str, seen: int) -> int:
        """Take the revision that was published since into the draft, change by change; return the draft's version.

        EngineError (APP-023) with each place where both have changed the same thing.
        """
        with self._desk.reading(viewer) as reading:
            current, draft = current_of(reading, app), drafted(reading, app, seen)
            connection, said = reading.connection, said_by(draft)
            base = revisions.documents(connection, app, draft.base)
            now = revisions.documents(connection, app, current)
        documents = applied(compare(base, said.documents), now)
        return self._keep(viewer, app, replace(said, documents=documents), seen)

    def discard(self, viewer: Viewer, app: str, seen: int) -> None:
        """Throw the draft away, also where it waits to be published; EngineError (DRAFT-001) where it is another."""
        execution = self._desk.execution
        with execution.database.write() as connection:
            lock_name(connection, PUBLISHING)  # the first of the two, as for whoever publishes
            reading = self._locked(connection, viewer, app)
            drafted(reading, app, seen)
            stored.remove(connection, app)
            waits = prepared(connection, app)
            if waits is not None and waits.draft == seen:
                forget(connection, app)
            note(execution, connection, viewer, app, "discard", {"version": seen})

    def publish(self, viewer: Viewer, app: str, seen: int) -> int:
        """Publish the draft and return the number of the revision.

        EngineError as ``publish``, or where the draft is not the one that was seen, or a revision was published since.
        """
        wanted = to_publish(self._desk, viewer, app, seen)
        actor, execution = Actor(viewer.id), self._desk.execution
        came = (wanted.found.version, wanted.found.needs)
        return publish(execution, wanted.found.documents, actor, *came, origin=Origin(wanted.base, seen))

    def roll_back(self, viewer: Viewer, app: str, number: int, seen: int) -> int:
        """Publish an earlier revision at once, as the next one; return its number.

        ``seen`` is the revision that was current when this was decided: EngineError (DRAFT-003) where there is another.
        """
        found = to_take_back(self._desk, viewer, app, number).found
        return publish(
            self._desk.execution, found.documents, Actor(viewer.id), found.version, found.needs, origin=Origin(seen)
        )

    def _keep(self, viewer: Viewer, app: str, found: Export, seen: int | None) -> int:
        execution = self._desk.execution
        with execution.database.write() as connection:
            reading = self._locked(connection, viewer, app)
            old = stored.get(connection, app)
            if (old.version if old is not None else None) != seen:
                raise EngineError(moved(reading, old))
            return keep(execution, reading, app, found, old, current_of(reading, app))

    def _locked(self, connection: Connection, viewer: Viewer, app: str) -> Reading:
        lock_name(connection, lock_of(app))
        reading = self._desk.over(connection, viewer)
        current_of(reading, app)
        return reading


@dataclass(frozen=True)
class Wanted:
    """What is to be published, and the revision that is current where it is decided."""

    found: Export
    base: int


def to_publish(desk: Desk, viewer: Viewer, app: str, seen: int) -> Wanted:
    """Return what the draft would publish; EngineError where it is another by now, behind, or its needs are not met."""
    with desk.reading(viewer) as reading:
        current, draft = current_of(reading, app), drafted(reading, app, seen)
        if draft.base != current:
            raise EngineError(problems.DRAFT_OUTDATED.at(base=draft.base, now=current))
        said = said_by(draft)
        unmet = list(unmet_needs(reading.connection, said.needs, "app.json"))
        if unmet:
            raise EngineError(unmet)
    return Wanted(said, current)


def to_take_back(desk: Desk, viewer: Viewer, app: str, number: int) -> Wanted:
    """Return what publishing an earlier revision once more publishes; EngineError (STORE-054) where there is none."""
    with desk.reading(viewer) as reading:
        current, connection = current_of(reading, app), reading.connection
        documents: Documents = revisions.documents(connection, app, number)
        return Wanted(Export(documents, version_of(connection, app), needs_of(connection, app)), current)
