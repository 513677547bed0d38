"""Publishing: documents become the next revision of an app, tables and all, in one transaction or not at all."""

from __future__ import annotations

import copy
import json
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.catalog.apps import App, Catalog
from engine.catalog.definitions import AppDef, load_app
from engine.catalog.documents import Documents
from engine.decision.changeset import Actor, Changeset, Note
from engine.kernel.identifiers import uuid7
from engine.kernel.problems import EngineError, Nature
from engine.runtime.catalogs import TABLES
from engine.runtime.execution import Execution
from engine.runtime.needs import Needs, keep_needs
from engine.runtime.revising import next_revision
from engine.runtime.timing import Values, follow_app, to_arm
from engine.storage import ddl, revisions, settings
from engine.storage.locks import lock_for_publish, lock_name
from engine.storage.unit_of_work import apply

if TYPE_CHECKING:
    from sqlalchemy import Connection


TRIES = 20
PAUSE_SECONDS = 0.25

VERSIONS = "version."
"""Settings under this name keep which version of a pack an app's documents came with."""


def publish(
    execution: Execution, documents: Documents, actor: Actor, version: str | None = None, needs: Needs | None = None
) -> int:
    """Publish the documents as the next revision of their app; return its number.

    ``version`` is that of the pack they came with, if any, and ``needs`` what that needs (None: as before). What is
    stored names everything by its key, whatever the documents call it. The same documents again change nothing.
    EngineError carries every problem of the documents; running requests see the old revision until the commit and the
    new one after it. Where the tables are in use, publishing gives way to the requests and comes again ``TRIES`` times.
    """
    # What is published is kept in memory, too, and stays as it is whatever the caller does with the documents.
    definition = load_app(copy.deepcopy(dict(documents)), execution.catalogs.types)
    for left in reversed(range(TRIES)):
        try:
            published = _publish(execution, definition, actor, version, needs)
        except EngineError as error:
            if error.nature is not Nature.BUSY or not left:
                raise
            time.sleep(PAUSE_SECONDS)
        else:
            execution.catalogs.learn(published)
            return published.apps[definition.key].revision
    raise AssertionError


def version_of(connection: Connection, app: str) -> str | None:
    """Return the version of the pack that an app's documents came with; None where it is not known."""
    return settings.read(connection, VERSIONS + app) or None


def _publish(
    execution: Execution, definition: AppDef, actor: Actor, version: str | None, needs: Needs | None
) -> Catalog:
    """Return the apps as they stand when this is committed."""
    with execution.database.write() as connection:
        lock_name(connection, "publish")  # one at a time: an app is compiled together with all others
        lock_for_publish(connection, definition.key)
        restored = revisions.restore(connection, definition.key)
        current = execution.catalogs.current(connection)
        before = current.catalog
        old = before.apps.get(definition.key)
        if version_of(connection, definition.key) != version:
            settings.write(connection, VERSIONS + definition.key, version or "")
        if needs is not None:
            keep_needs(connection, definition.key, needs)
        if restored and old is not None:
            follow_app(connection, None, old, execution.clocks.business())
        made = next_revision(connection, execution, definition, before)
        if made is None:
            return before
        if made.obstacles:
            raise EngineError(made.obstacles)
        settings.write(connection, TABLES + definition.key, json.dumps(made.names, sort_keys=True))
        app = made.catalog.apps[definition.key]
        values = execution.catalogs.parameters(connection, made.catalog)[app.key]
        ddl.apply(connection, ddl.plan(old.tables if old else (), app.tables))
        _record(connection, execution, _Change(old, current.parameters.get(app.key, {}), app, values), actor)
        return made.catalog


@dataclass(frozen=True)
class _Change:
    """An app before and after a publication, each with the values of its parameters."""

    old: App | None
    old_values: Values
    new: App
    new_values: Values


def _record(connection: Connection, execution: Execution, change: _Change, actor: Actor) -> None:
    """Keep the revision, and let what goes by the clock follow it."""
    app = change.new
    moment = execution.clocks.business()
    revisions.publish(
        connection, app.key, app.revision, app.definition.digest, app.definition.documents, moment, actor.user
    )
    note = Note(app.key, "app", app.key, "publish", {"revision": app.revision, "digest": app.definition.digest})
    command = uuid7(moment, execution.randomness(10))
    follow_app(connection, change.old, app, moment)
    messages = to_arm(change.old, change.old_values, app, change.new_values, moment, command)
    changeset = Changeset(command, moment, actor, {app.key: app.revision}, notes=(note,), messages=messages)
    apply(connection, changeset, {}, execution.randomness)
