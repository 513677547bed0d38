"""Drafts and revisions as documents, for programs: read whole, sent whole or one by one, published without waiting."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from engine.catalog.change_words import Said, say
from engine.catalog.comparing import compare
from engine.catalog.documents import Documents
from engine.decision.changeset import Actor
from engine.kernel.canonical import Json, pretty
from engine.kernel.clocks import moment_text
from engine.kernel.problems import EngineError, Problem
from engine.runtime import problems
from engine.runtime.desk import Desk
from engine.runtime.drafting import current_of, keep, lock_of, moved, name_of, said_by, standing
from engine.runtime.drafts import Wanted, to_publish, to_take_back
from engine.runtime.exporting import FORMAT, KIND, Export, read_export
from engine.runtime.needs import Needs
from engine.runtime.publishing import Origin, begin, publish
from engine.runtime.purging import lost
from engine.runtime.types_progress import Progress, progress
from engine.runtime.views import Viewer
from engine.storage import drafts as stored
from engine.storage import revisions
from engine.storage.locks import lock_name

Differences = tuple[Said, ...]
"""What differs between two designs, in words."""

_Making = Callable[[Export], Mapping[str, Json]]

BODY = "draft.json"
"""How places name what a program has sent."""


@dataclass(frozen=True)
class RevisionFile:
    """A published revision with its documents; ``by`` is nobody where a command or an installation published it."""

    number: int
    by: str | None
    at: str
    is_current: bool
    digest: str
    documents: Documents


@dataclass(frozen=True)
class DraftFile:
    """A draft with its documents, and the version and needs of the pack that they came with.

    ``behind`` is the revision that was published since it began, None where there is none.
    """

    version: int
    base: int
    behind: int | None
    by: str | None
    at: str
    documents: Documents
    pack_version: str | None
    needs: Needs


@dataclass(frozen=True)
class Publication:
    """What became of publishing: the revision, None where it waits for records, and what cannot come back with it."""

    revision: int | None
    lost: tuple[Problem, ...] = ()


class DraftDocuments:
    """Drafts and revisions of apps as JSON, for administrators; for all others they are absent."""

    def __init__(self, desk: Desk) -> None:
        """Read and write through ``desk``."""
        self._desk = desk

    def revision(self, viewer: Viewer, app: str, number: int) -> RevisionFile:
        """Return one revision; EngineError (STORE-054) where there is none of that number."""
        with self._desk.reading(viewer) as reading:
            current = current_of(reading, app)
            documents: Documents = revisions.documents(reading.connection, app, number)
            found = next(one for one in revisions.history(reading.connection, app) if one.number == number)
            by, at = name_of(reading, found.user), moment_text(found.at)
        return RevisionFile(number, by, at, number == current, found.digest, documents)

    def between(self, viewer: Viewer, app: str, old: int, new: int) -> Differences:
        """Return in words what differs between two revisions; 0 is that there was nothing. EngineError (STORE-054)."""
        with self._desk.reading(viewer) as reading:
            current_of(reading, app)
            was = revisions.documents(reading.connection, app, old) if old else {}
            now = revisions.documents(reading.connection, app, new)
        return say(compare(was, now), was, now)

    def draft(self, viewer: Viewer, app: str) -> DraftFile | None:
        """Return the draft of an app, None where there is none."""
        with self._desk.reading(viewer) as reading:
            current, found = current_of(reading, app), stored.get(reading.connection, app)
            if found is None:
                return None
            said, by = said_by(found), name_of(reading, found.user)
        behind = None if found.base == current else current
        documents, version, needs = said.documents, said.version, said.needs
        return DraftFile(found.version, found.base, behind, by, moment_text(found.at), documents, version, needs)

    def put(self, viewer: Viewer, app: str, content: Mapping[str, Json], seen: int | None) -> int:
        """Make the ``documents`` of ``content`` the draft in place of the one that was seen; return its version.

        ``content`` may say ``version`` and ``needs`` of the pack; without them they stay. A draft that is behind stays
        so: what was published since has to be taken in. EngineError as ``Drafts.send``.
        """

        def made(_before: Export) -> Mapping[str, Json]:
            return content

        return self._kept(viewer, app, made, seen)

    def change(self, viewer: Viewer, app: str, documents: Mapping[str, Json], seen: int | None) -> int:
        """Put these documents into the draft by their paths, None taking one away; return the draft's version.

        Without a draft it begins with the current revision. EngineError as ``put``.
        """

        def made(before: Export) -> Mapping[str, Json]:
            merged = {**before.documents, **documents}
            return {"documents": {path: document for path, document in merged.items() if document is not None}}

        return self._kept(viewer, app, made, seen)

    def publish(self, viewer: Viewer, app: str, seen: int, *, wait: bool) -> Publication:
        """Publish the draft as ``Drafts.publish`` does.

        Where it is not to ``wait``, and many records have to be converted before, the jobs processes publish it.
        """
        return self._published(viewer, app, to_publish(self._desk, viewer, app, seen), wait=wait, draft=seen)

    def roll_back(self, viewer: Viewer, app: str, number: int, seen: int, *, wait: bool) -> Publication:
        """Publish an earlier revision once more, as ``Drafts.roll_back`` and ``publish`` do."""
        found = to_take_back(self._desk, viewer, app, number).found
        return self._published(viewer, app, Wanted(found, seen), wait=wait)

    def waiting(self, viewer: Viewer, app: str) -> tuple[int, Progress | None]:
        """Return the current revision, and how far the publication is that waits, if one does."""
        with self._desk.reading(viewer) as reading:
            current = current_of(reading, app)
        return current, progress(self._desk.execution, app)

    def _published(
        self, viewer: Viewer, app: str, wanted: Wanted, *, wait: bool, draft: int | None = None
    ) -> Publication:
        doing = publish if wait else begin
        found, execution = wanted.found, self._desk.execution
        with self._desk.reading(viewer) as reading:
            before = revisions.documents(reading.connection, app, current_of(reading, app))
        what = (found.documents, Actor(viewer.id), found.version, found.needs)
        number = doing(execution, *what, origin=Origin(wanted.base, draft))
        # Only now are these known to be documents of an app at all.
        with self._desk.reading(viewer) as reading:
            gone = lost(reading.connection, app, before, found.documents)
        return Publication(number, gone)

    def _kept(self, viewer: Viewer, app: str, made: _Making, seen: int | None) -> int:
        execution = self._desk.execution
        with execution.database.write() as connection:
            lock_name(connection, lock_of(app))
            reading = self._desk.over(connection, viewer)
            current, old = current_of(reading, app), stored.get(connection, app)
            if (old.version if old is not None else None) != seen:
                raise EngineError(moved(reading, old))
            before = standing(reading, app, old)
            found = _read(app, before, made(before))
            return keep(execution, reading, app, found, old, current if old is None else old.base)


def _read(app: str, before: Export, content: Mapping[str, Json]) -> Export:
    """Return what was sent as the file that it would be; EngineError with all that is wrong with that."""
    file = {"format": FORMAT, "kind": KIND, "app": app, "version": before.version, **content}
    needs = file.get("needs", dict(before.needs))
    found = read_export(pretty({**file, **({"needs": needs} if needs else {})}).encode(), BODY)
    key = found.documents.get("app.json", {}).get("key")
    if key != app:
        raise EngineError(problems.DRAFT_OTHER_APP.at(f"{BODY}#/app", got=key or "-", app=app))
    return found
