"""Publishing: documents become the next revision of an app, tables and all, in one transaction or not at all."""

from __future__ import annotations

import copy
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.catalog.apps import App, Catalog
from engine.catalog.definitions import AppDef, load_app
from engine.catalog.documents import Documents
from engine.decision.changeset import Actor, Changeset, Note
from engine.kernel.identifiers import uuid7
from engine.kernel.problems import EngineError
from engine.language.calendars import WEEKDAYS
from engine.runtime import ahead, problems
from engine.runtime.boards_slots import follow_days
from engine.runtime.catalogs import TABLES
from engine.runtime.execution import Execution
from engine.runtime.needs import Needs, keep_needs
from engine.runtime.preparing import PASSES, Prepared, fillings_of, finish, forget, generation_of, get_on, prepare
from engine.runtime.pulling import follow_addresses
from engine.runtime.revising import Next, next_revision
from engine.runtime.timing import Values, follow_app, to_arm
from engine.storage import ddl, drafts, revisions, settings
from engine.storage.lacking import with_lacking
from engine.storage.locks import PUBLISHING, lock_for_publish, lock_name
from engine.storage.unit_of_work import apply

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from engine.storage.filling import Filling


VERSIONS = "version."
"""Settings under this name keep which version of a pack an app's documents came with."""


@dataclass(frozen=True)
class Origin:
    """Where documents come from: the revision that they were drafted from, and the version of the draft, if any."""

    revision: int | None = None
    draft: int | None = None


NOWHERE = Origin()


def publish(
    execution: Execution,
    documents: Documents,
    actor: Actor,
    version: str | None = None,
    needs: Needs | None = None,
    *,
    wait: bool = True,
    origin: Origin = NOWHERE,
) -> int:
    """Publish the documents as the next revision of their app; return its number.

    ``version`` is that of the pack they came with, if any, and ``needs`` what that needs (None: as before). What is
    stored names everything by its key, whatever the documents call it. The same documents again change nothing.
    ``origin`` is where they come from: where the revision is another by now, all is refused (DRAFT-003), and the draft
    is gone with the publication, unless it was changed since.
    EngineError carries every problem of the documents; running requests see the old revision until the commit and the
    new one after it. Where the tables are in use, publishing gives way to the requests and comes again some times.

    Where a field gets another type and many records have values of the old one, these are converted first, in short
    transactions, while everything goes on as before. That takes its time; unless it is to ``wait`` for it, the jobs
    processes do it, and the number is that of the revision until then (0 where there is none).
    """
    wanted = _wanted(execution, documents, actor, version, needs, origin)
    with ahead.made_ahead(execution, wanted.definition) as maker:
        for _ in range(PASSES):
            published = ahead.while_busy(lambda: _publish(execution, wanted, maker))
            if isinstance(published, Catalog):
                execution.catalogs.learn(published)
                return published.apps[wanted.definition.key].revision
            if not wait:
                return published.revision
            while get_on(execution, wanted.definition.key, published.fillings):
                pass
    raise EngineError(problems.STILL_CONVERTING.at(wanted.definition.key, app=wanted.definition.key))


def begin(
    execution: Execution,
    documents: Documents,
    actor: Actor,
    version: str | None = None,
    needs: Needs | None = None,
    *,
    origin: Origin = NOWHERE,
) -> int | None:
    """Publish the documents as ``publish`` does and wait for no records: return the number of the revision.

    None where many records have to be converted before: the jobs processes do that, and publish then.
    """
    wanted = _wanted(execution, documents, actor, version, needs, origin)
    with ahead.made_ahead(execution, wanted.definition) as maker:
        published = ahead.while_busy(lambda: _publish(execution, wanted, maker))
    if isinstance(published, _Waiting):
        return None
    execution.catalogs.learn(published)
    return published.apps[wanted.definition.key].revision


@dataclass(frozen=True)
class _Wanted:
    """What is to be published: the documents, by whom, and what they came with."""

    definition: AppDef
    actor: Actor
    version: str | None
    needs: Needs | None
    origin: Origin


def _wanted(
    execution: Execution,
    documents: Documents,
    actor: Actor,
    version: str | None,
    needs: Needs | None,
    origin: Origin,
) -> _Wanted:
    # What is published is kept in memory, too, and stays as it is whatever the caller does with the documents.
    definition = load_app(copy.deepcopy(dict(documents)), execution.catalogs.types)
    with execution.database.read() as connection:  # what takes long the first time, before anybody waits for it
        catalog = execution.catalogs.current(connection).catalog
        execution.catalogs.pasts.of(connection, definition.key, catalog.revisions.get(definition.key, 0))
    return _Wanted(definition, actor, version, needs, origin)


@dataclass(frozen=True)
class _Waiting:
    """A publication that waits until records are converted; ``revision`` is current until then."""

    fillings: tuple[Filling, ...]
    revision: int


def version_of(connection: Connection, app: str) -> str | None:
    """Return the version of the pack that an app's documents came with; None where it is not known."""
    return settings.read(connection, VERSIONS + app) or None


def _publish(execution: Execution, wanted: _Wanted, maker: str | None) -> Catalog | _Waiting:
    """Return the apps as they stand when this is committed, or what has to be done before."""
    definition = wanted.definition
    with execution.database.write() as connection:
        lock_name(connection, PUBLISHING)  # one at a time: an app is compiled together with all others
        ahead.refuse_others(connection, definition.key, maker)
        ddl.give_way(connection)  # whoever writes queues behind this while it waits
        lock_for_publish(connection, definition.key)
        restored = revisions.restore(connection, definition.key)
        current = execution.catalogs.current(connection)
        before = current.catalog
        old = before.apps.get(definition.key)
        now = 0 if old is None else old.revision
        if wanted.origin.revision not in (None, now):
            raise EngineError(problems.DRAFT_OUTDATED.at(base=wanted.origin.revision, now=now))
        if restored and old is not None:
            follow_app(connection, None, old, execution.clocks.business())
        made = next_revision(connection, execution, definition, before)
        if made is not None and made.obstacles:
            raise EngineError(made.obstacles)
        waiting = _waiting(connection, execution, wanted, made, now)
        if waiting is not None:
            return waiting
        forget(connection, definition.key)
        ahead.forget(connection, definition.key)
        _end_draft(connection, wanted)
        if version_of(connection, definition.key) != wanted.version:
            settings.write(connection, VERSIONS + definition.key, wanted.version or "")
        if wanted.needs is not None:
            keep_needs(connection, definition.key, wanted.needs)
        if made is None:
            return before
        settings.write(connection, TABLES + definition.key, json.dumps(made.names, sort_keys=True))
        app = made.catalog.apps[definition.key]
        values = execution.catalogs.parameters(connection, made.catalog)[app.key]
        steps = ddl.plan(old.tables if old else (), app.tables)
        ddl.apply(connection, with_lacking(connection, steps, app.tables) if old else steps)
        _record(connection, execution, _Change(old, current.parameters.get(app.key, {}), app, values), wanted.actor)
        return made.catalog


def _end_draft(connection: Connection, wanted: _Wanted) -> None:
    """Remove the draft that is published, unless somebody has changed it since."""
    if wanted.origin.draft is None:
        return
    app = wanted.definition.key
    lock_name(connection, drafts.lock_of(app))
    left = drafts.get(connection, app)
    if left is not None and left.version == wanted.origin.draft:
        drafts.remove(connection, app)


def _waiting(
    connection: Connection, execution: Execution, wanted: _Wanted, made: Next | None, revision: int
) -> _Waiting | None:
    """Convert the records of fields that get another type; return what waits where there are too many of them."""
    if made is None or not made.turnings:
        return None
    definition = wanted.definition
    item = Prepared(
        app=definition.key,
        digest=definition.digest,
        generation=0,
        documents=definition.documents,
        actor=wanted.actor,
        begun=execution.clocks.business(),
        version=wanted.version,
        needs=wanted.needs,
        draft=wanted.origin.draft,
    )
    number = generation_of(connection, item)
    fillings = fillings_of(made.turnings, number, execution.catalogs.dialect)
    if finish(connection, fillings):
        return None
    prepare(connection, item, number)
    return _Waiting(fillings, revision)


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
    if change.old is not None and change.old.zone != app.zone:
        days = execution.catalogs.current(connection).catalog.calendars.get(app.zone, WEEKDAYS)
        follow_days(execution, connection, {app.key: (app.zone, days)})
    revisions.publish(
        connection, app.key, app.revision, app.definition.digest, app.definition.documents, moment, actor.user
    )
    note = Note(app.key, "app", app.key, "publish", {"revision": app.revision, "digest": app.definition.digest})
    command = uuid7(moment, execution.randomness(10))
    follow_app(connection, change.old, app, moment)
    follow_addresses(connection, change.old, app)
    messages = to_arm(change.old, change.old_values, app, change.new_values, moment, command)
    changeset = Changeset(command, moment, actor, {app.key: app.revision}, notes=(note,), messages=messages)
    apply(connection, changeset, {}, execution.randomness)
