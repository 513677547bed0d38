"""The way of a design to its next revision: drafted, looked over, published; and back to an earlier one.

An app has one draft, which all who design share. Whoever changes it says which version they saw, so that nobody
overwrites what another has just done.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from engine.catalog.change_words import Said, say
from engine.catalog.comparing import apply as applied
from engine.catalog.comparing import compare
from engine.catalog.documents import Documents
from engine.decision.changeset import Actor, Changeset, Note
from engine.decision.problems import ABSENT
from engine.kernel.canonical import Json, digest
from engine.kernel.clocks import moment_text
from engine.kernel.identifiers import uuid7
from engine.kernel.problems import EngineError, Problem, Text
from engine.runtime import problems
from engine.runtime.designs import Look, look_over
from engine.runtime.desk import Desk
from engine.runtime.directory import is_admin
from engine.runtime.exporting import Export, read_export, unmet_needs
from engine.runtime.needs import needs_of
from engine.runtime.publishing import publish, version_of
from engine.runtime.reading import Reading
from engine.runtime.views import Viewer
from engine.storage import drafts as stored
from engine.storage import revisions
from engine.storage.drafts import Draft
from engine.storage.locks import lock_name
from engine.storage.unit_of_work import apply

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
            _current(reading, app)
            return reading.app(app).definition.labels

    def history(self, viewer: Viewer, app: str) -> tuple[RevisionView, ...]:
        """Return the revisions of an app, the newest first."""
        with self._desk.reading(viewer) as reading:
            current = _current(reading, app)
            return tuple(
                RevisionView(item.number, _name(reading, item.user), moment_text(item.at), item.number == current)
                for item in revisions.history(reading.connection, app)
            )

    def changes(self, viewer: Viewer, app: str, number: int) -> tuple[Said, ...]:
        """Return in words what a revision changed of the one before; EngineError (STORE-054) where there is none."""
        with self._desk.reading(viewer) as reading:
            _current(reading, app)
            new = revisions.documents(reading.connection, app, number)
            old = revisions.documents(reading.connection, app, number - 1) if number > 1 else {}
        return say(compare(old, new), old, new)

    def show(self, viewer: Viewer, app: str) -> DraftView | None:
        """Return the draft of an app with what publishing it would come to, None where there is none."""
        with self._desk.reading(viewer) as reading:
            current = _current(reading, app)
            draft = stored.get(reading.connection, app)
            if draft is None:
                return None
            by, said = _name(reading, draft.user) or "", _said(draft)
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
        with self._desk.reading(viewer) as reading:
            _current(reading, app)
            connection = reading.connection
            documents: Documents = revisions.documents(connection, app, number)
            found = Export(documents, version_of(connection, app), needs_of(connection, app))
        return self._keep(viewer, app, found, seen)

    def renew(self, viewer: Viewer, app: str, seen: int) -> int:
        """Take the revision that was published since into the draft, change by change; return the draft's version.

        EngineError (APP-023) with each place where both have changed the same thing.
        """
        with self._desk.reading(viewer) as reading:
            current, draft = _current(reading, app), _drafted(reading, app, seen)
            connection, said = reading.connection, _said(draft)
            base = revisions.documents(connection, app, draft.base)
            now = revisions.documents(connection, app, current)
        documents = applied(compare(base, said.documents), now)
        return self._keep(viewer, app, replace(said, documents=documents), seen)

    def discard(self, viewer: Viewer, app: str, seen: int) -> None:
        """Throw the draft away; EngineError (DRAFT-001) where it is another by now."""
        execution = self._desk.execution
        with execution.database.write() as connection:
            reading = self._locked(connection, viewer, app)
            _drafted(reading, app, seen)
            stored.remove(connection, app)
            self._note(connection, viewer, app, "discard", {"version": seen})

    def publish(self, viewer: Viewer, app: str, seen: int) -> int:
        """Publish the draft and return the number of the revision.

        EngineError as ``publish``, or where the draft is not the one that was seen, or a revision was published since.
        """
        with self._desk.reading(viewer) as reading:
            current, draft = _current(reading, app), _drafted(reading, app, seen)
            if draft.base != current:
                raise EngineError(problems.DRAFT_OUTDATED.at(base=draft.base, now=current))
            said = _said(draft)
            unmet = list(unmet_needs(reading.connection, said.needs, "app.json"))
            if unmet:
                raise EngineError(unmet)
        actor, execution = Actor(viewer.id), self._desk.execution
        number = publish(execution, said.documents, actor, said.version, said.needs, after=current)
        with execution.database.write() as connection:
            lock_name(connection, _lock(app))
            left = stored.get(connection, app)
            if left is not None and left.version == seen:
                stored.remove(connection, app)
        return number

    def roll_back(self, viewer: Viewer, app: str, number: int, seen: int) -> int:
        """Publish an earlier revision at once, as the next one; return its number.

        ``seen`` is the revision that was current when this was decided: EngineError (DRAFT-003) where there is another.
        """
        with self._desk.reading(viewer) as reading:
            _current(reading, app)
            connection = reading.connection
            documents: Documents = revisions.documents(connection, app, number)
            version, needs = version_of(connection, app), needs_of(connection, app)
        return publish(self._desk.execution, documents, Actor(viewer.id), version, needs, after=seen)

    def _keep(self, viewer: Viewer, app: str, found: Export, seen: int | None) -> int:
        execution = self._desk.execution
        with execution.database.write() as connection:
            reading = self._locked(connection, viewer, app)
            current, old = _current(reading, app), stored.get(connection, app)
            if (old.version if old is not None else None) != seen:
                raise EngineError(_moved(reading, old))
            version = (seen or 0) + 1
            content = {"documents": found.documents, "version": found.version, "needs": dict(found.needs)}
            stored.put(connection, Draft(app, version, current, content, viewer.id, execution.clocks.business()))
            self._note(connection, viewer, app, "draft", {"version": version, "digest": digest(found.documents)})
        return version

    def _locked(self, connection: Connection, viewer: Viewer, app: str) -> Reading:
        lock_name(connection, _lock(app))
        reading = self._desk.over(connection, viewer)
        _current(reading, app)
        return reading

    def _note(self, connection: Connection, viewer: Viewer, app: str, action: str, changes: Mapping[str, Json]) -> None:
        """Journal what somebody did to a draft."""
        execution = self._desk.execution
        moment = execution.clocks.business()
        command = uuid7(moment, execution.randomness(10))
        notes = (Note(app, "draft", app, action, changes),)
        apply(connection, Changeset(command, moment, Actor(viewer.id), {}, notes=notes), {}, execution.randomness)


def _lock(app: str) -> str:
    return f"draft/{app}"


def _current(reading: Reading, app: str) -> int:
    """Return the current revision of an app; EngineError (absent) where there is none, or it is not the viewer's."""
    if not is_admin(reading.viewer):
        raise EngineError(ABSENT.at())
    return reading.app(app).revision


def _drafted(reading: Reading, app: str, seen: int) -> Draft:
    """Return the draft if it is the one that was seen."""
    found = stored.get(reading.connection, app)
    if found is None or found.version != seen:
        raise EngineError(_moved(reading, found))
    return found


def _moved(reading: Reading, found: Draft | None) -> Problem:
    if found is None:
        return problems.NO_DRAFT.at()
    return problems.DRAFT_MOVED.at(who=_name(reading, found.user) or "-")


def _said(draft: Draft) -> Export:
    return Export(draft.content["documents"], draft.content["version"], draft.content["needs"])


def _name(reading: Reading, user: str | None) -> str | None:
    person = None if user is None else reading.person(user)
    return None if person is None else person.display_name
