"""Publishing: documents become the next revision of an app, tables and all, in one transaction or not at all."""

from __future__ import annotations

import copy
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.catalog.apps import App, Catalog
from engine.catalog.compiling import Installed
from engine.catalog.definitions import AppDef, load_app
from engine.catalog.documents import Documents
from engine.catalog.naming import assign_names
from engine.catalog.restating import restated
from engine.catalog.restating_tables import restated_tables
from engine.decision.changeset import Actor, Changeset, Note
from engine.kernel.identifiers import uuid7
from engine.kernel.problems import EngineError, Nature, Problem
from engine.runtime import problems
from engine.runtime.catalogs import TABLES, held_names, taken_names
from engine.runtime.execution import Execution
from engine.runtime.needs import Needs, keep_needs
from engine.runtime.reuse import reused
from engine.runtime.timing import Values, follow_app, to_arm
from engine.storage import ddl, revisions, settings
from engine.storage.locks import lock_for_publish, lock_name
from engine.storage.query import bounded_count
from engine.storage.unit_of_work import apply

if TYPE_CHECKING:
    from sqlalchemy import Connection


COUNTED = 1_000
TRIES = 20
PAUSE_SECONDS = 0.25

VERSIONS = "version."
"""Settings under this name keep which version of a pack an app's documents came with."""

RESERVED_APPS = frozenset(("apps", "files", "inbox"))
RESERVED_FORMS = frozenset(("actions", "boards", "parameters"))
"""Keys that addresses of the API and of pages have for something else: what goes by them could not be reached."""


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
        if old is not None and old.definition.digest == definition.digest:
            return before
        after = _compiled(connection, execution, definition, before)
        written = after.apps[definition.key]
        stored = restated_tables(restated(definition.documents, written.placed), written.decision_tables)
        if stored is not definition.documents:
            definition = load_app(stored, execution.catalogs.types)
            if old is not None and old.definition.digest == definition.digest:
                return before
            after = _compiled(connection, execution, definition, before)
        app = after.apps[definition.key]
        values = execution.catalogs.parameters(connection, after)[app.key]
        found = [*_reserved(definition), *_stranded(connection, execution, before, app)]
        if old is not None:
            found += reused(connection, definition, old.revision, execution.catalogs.types)
        if found:
            raise EngineError(found)
        ddl.apply(connection, ddl.plan(old.tables if old else (), app.tables))
        _record(connection, execution, _Change(old, current.parameters.get(app.key, {}), app, values), actor)
        return after


@dataclass(frozen=True)
class _Change:
    """An app before and after a publication, each with the values of its parameters."""

    old: App | None
    old_values: Values
    new: App
    new_values: Values


def _compiled(connection: Connection, execution: Execution, definition: AppDef, before: Catalog) -> Catalog:
    others = [app for app in before.apps.values() if app.key != definition.key]
    held = held_names(connection, definition.key)
    elsewhere = (app for app in revisions.ever(connection) if app != definition.key)
    names = assign_names(definition, held, taken_names(connection, elsewhere))
    settings.write(connection, TABLES + definition.key, json.dumps(names, sort_keys=True))
    old = before.apps.get(definition.key)
    installed = [Installed(app.definition, app.revision, held_names(connection, app.key)) for app in others]
    new = Installed(definition, (old.revision if old else 0) + 1, names)
    return execution.catalogs.compiled([*installed, new])


def _reserved(definition: AppDef) -> Iterator[Problem]:
    """Find an app or a form whose key is an address of something else."""
    if definition.key in RESERVED_APPS:
        yield problems.RESERVED_KEY.at("app.json#/key", key=definition.key)
    for form in definition.forms:
        if form.key in RESERVED_FORMS:
            yield problems.RESERVED_KEY.at(f"forms/{form.key}.json#/key", key=form.key)


def _stranded(connection: Connection, execution: Execution, before: Catalog, app: App) -> Iterator[Problem]:
    """Find states that the next revision does not have and records are in: nobody could read them or move them on."""
    tables = execution.catalogs.tables(before)
    for form, flow in app.workflows.items():
        table = tables.get((app.key, form))
        if table is None:
            continue
        state = table.main.table.c.state
        elsewhere = state.not_in(sorted(flow.states))
        count, _ = bounded_count(connection, table, [state.is_not(None), elsewhere], COUNTED)
        if count:
            place = f"workflows/{flow.definition.key}.json#/states"
            yield problems.STATE_IN_USE.at(place, form=form, count=count, states=", ".join(flow.states))


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
