"""Moving apps: one canonical file for the definition of an app, and back; it knows no records and no tables.

Law: export, import into an empty instance and export again give the same bytes. What an instance decides for itself
(physical names, revision numbers, values of parameters) is no part of the file.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.catalog.documents import Documents, document_problems
from engine.catalog.versions import fits
from engine.decision.changeset import Actor
from engine.kernel.canonical import Json, digest, pretty
from engine.kernel.problems import EngineError, Problem
from engine.kernel.strict_json import Unread, read_json
from engine.runtime import problems
from engine.runtime.execution import Execution
from engine.runtime.needs import Needs, needs_of
from engine.runtime.publishing import publish, version_of
from engine.storage import revisions

if TYPE_CHECKING:
    from sqlalchemy import Connection

FORMAT = 1
KIND = "app_export"
FILE_LIMIT = 20_000_000
"""Bytes that a file may have; the largest pack that is thought of is a hundredth of it."""
DEEPEST = 64
"""How deep a file may nest; what people design stays below 20."""


@dataclass(frozen=True)
class Export:
    """What a file says: an app's documents, the version of the pack that they came with, if known, and its needs."""

    documents: Documents
    version: str | None
    needs: Needs


@dataclass(frozen=True)
class Imported:
    """What an import did: the app, its revision now, and whether anything changed."""

    app: str
    revision: int
    changed: bool


def export_app(execution: Execution, key: str) -> bytes:
    """Return the file of an installed app; EngineError (RUN-015) where there is none of that key."""
    with execution.database.read() as connection:
        return exported(connection, execution, key)


def exported(connection: Connection, execution: Execution, key: str) -> bytes:
    """Return the file of an app as this transaction sees it; EngineError (RUN-015) where there is none."""
    apps = execution.catalogs.current(connection).catalog.apps
    if key not in apps:
        raise EngineError(problems.NO_APP.at(app=key, known=", ".join(apps)))
    documents = dict(apps[key].definition.documents)
    return _file(key, documents, version_of(connection, key), needs_of(connection, key))


def _file(key: str, documents: Json, version: str | None, needs: Needs) -> bytes:
    content = {
        "format": FORMAT,
        "kind": KIND,
        "app": key,
        "version": version,
        **({"needs": dict(needs)} if needs else {}),
        "digest": digest(documents),
        "documents": documents,
    }
    return pretty(content).encode()


def import_app(execution: Execution, raw: bytes, name: str, actor: Actor) -> Imported:
    """Publish what the file says as the next revision of its app; the same again changes nothing.

    EngineError carries every problem of the file (``name`` is its place), or of the documents in it; nothing of it is
    applied then.
    """
    found = read_export(raw, name)
    key = found.documents["app.json"]["key"] if _has_key(found.documents) else ""
    with execution.database.read() as connection:
        before = execution.catalogs.current(connection).catalog.revisions.get(key)
        unmet = list(unmet_needs(connection, found.needs, name))
    if unmet:
        raise EngineError(unmet)
    revision = publish(execution, found.documents, actor, found.version, found.needs)
    return Imported(key, revision, changed=revision != before)


def unmet_needs(connection: Connection, needs: Needs, name: str) -> Iterator[Problem]:
    """Go through the needs of a design that are not met here; ``name`` is its place."""
    there = {app: version_of(connection, app) for app in revisions.current(connection)}
    for app, wanted in needs.items():
        if app not in there or not fits(there[app], wanted):
            got = there.get(app) or "-"
            yield problems.UNMET_NEED.at(f"{name}#/needs/{app}", app=app, wanted=wanted or "*", got=got)


def read_export(raw: bytes, name: str) -> Export:
    """Return what a file says; EngineError with every breach of its shape, or of its digest and key.

    A file without a digest was changed by hand, on purpose; one with another digest was damaged on its way.
    """
    if len(raw) > FILE_LIMIT:
        raise EngineError(problems.FILE_TOO_LARGE.at(name, got=len(raw), limit=FILE_LIMIT))
    content = read_json(raw)
    if isinstance(content, Unread):
        raise EngineError(problems.BAD_FILE.at(name, line=content.line, column=content.column, reason=content.reason))
    if is_deeper(content, DEEPEST):
        raise EngineError(problems.TOO_DEEP.at(name, limit=DEEPEST))
    found = document_problems(KIND, name, content) or list(_disagreements(name, content))
    if found:
        raise EngineError(found)
    return Export(content["documents"], content.get("version"), content.get("needs", {}))


def is_deeper(content: Json, limit: int) -> bool:
    """Tell whether lists and objects stand in each other more than ``limit`` deep."""
    level = [content]
    for _ in range(limit + 1):
        level = [
            inner
            for outer in level
            if isinstance(outer, dict | list)
            for inner in (outer.values() if isinstance(outer, dict) else outer)
        ]
        if not level:
            return False
    return True


def _disagreements(name: str, content: Json) -> list[Problem]:
    """Return what a file says of itself that its documents belie."""
    found: list[Problem] = []
    documents = content["documents"]
    actual = digest(documents)
    if content.get("digest", actual) != actual:
        found.append(problems.OTHER_DIGEST.at(f"{name}#/digest", got=content["digest"][:12], actual=actual[:12]))
    if _has_key(documents) and documents["app.json"]["key"] != content["app"]:
        key = str(documents["app.json"]["key"])[:60]
        found.append(problems.OTHER_APP.at(f"{name}#/app", file=content["app"], app=key))
    return found


def _has_key(documents: Documents) -> bool:
    return "key" in documents.get("app.json", {})
