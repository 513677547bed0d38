"""A design before it is published: what is wrong with it, what is worth a look, what changes, and what it touches."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from engine.catalog.advising import advice
from engine.catalog.change_words import Said, say
from engine.catalog.comparing import compare
from engine.catalog.definitions import load_app
from engine.catalog.documents import Documents
from engine.decision.changeset import Actor
from engine.kernel.problems import EngineError, Problem
from engine.runtime import problems
from engine.runtime.execution import Execution
from engine.runtime.impact import Touched, touched, turned
from engine.runtime.impact_conditions import Sides, conditions
from engine.runtime.needs import needs_of
from engine.runtime.publishing import publish, version_of
from engine.runtime.purging import lost
from engine.runtime.revising import Next, next_revision
from engine.storage import revisions
from engine.storage.revisions import Published

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from engine.catalog.apps import App
    from engine.runtime.catalogs import Current


@dataclass(frozen=True)
class Look:
    """What publishing a design comes to. With ``problems`` it is refused; ``advice`` keeps nobody from anything.

    ``revision`` is the app's current one, None where it is not installed; ``changes`` are against that one.
    """

    app: str
    revision: int | None
    problems: tuple[Problem, ...] = ()
    advice: tuple[Problem, ...] = ()
    changes: tuple[Said, ...] = ()
    touched: tuple[Touched, ...] = ()


def look_over(execution: Execution, documents: Documents) -> Look:
    """Return what publishing the documents would come to; nothing is written.

    EngineError where they are no documents of an app at all, so that there is nothing to compare.
    """
    definition = load_app(documents, execution.catalogs.types)
    with execution.database.read() as connection:
        current = execution.catalogs.current(connection)
        before = current.catalog
        old = before.apps.get(definition.key)
        was = dict(old.definition.documents) if old is not None else {}
        revision = old.revision if old is not None else None
        try:
            made = next_revision(connection, execution, definition, before)
        except EngineError as error:
            changes = say(compare(was, documents), was, documents) if was else ()
            return Look(definition.key, revision, error.problems, changes=changes)
        if made is None:
            return Look(definition.key, revision, advice=advice(before.apps[definition.key], before))
        app = made.catalog.apps[definition.key]
        found = compare(was, app.definition.documents) if was else ()
        counted = touched(connection, definition.key, execution.catalogs.tables(before), was, found)
        counted += tuple(turned(connection, made.turnings, execution.catalogs.dialect))
        if old is not None:
            counted += tuple(_of_conditions(connection, execution, current, old, made))
        gone = lost(connection, definition.key, was, app.definition.documents)
    said = say(found, was, app.definition.documents)
    return Look(app.key, revision, made.obstacles, (*gone, *advice(app, made.catalog)), said, counted)


def _of_conditions(
    connection: Connection, execution: Execution, current: Current, old: App, made: Next
) -> Iterator[Touched]:
    """Find what changed conditions do to the records that are there, at this moment."""
    moment, key = execution.clocks.business(), old.key
    after = replace(current, catalog=made.catalog, parameters=execution.catalogs.parameters(connection, made.catalog))
    changing = frozenset((item.spec.form, item.new.key) for item in made.turnings)
    around = (current.around(key, moment, None), after.around(key, moment, None))
    sides = Sides(old, made.catalog.apps[key], *around, changing)
    return conditions(connection, current.tables, execution.catalogs.dialect, sides)


def history(execution: Execution, key: str) -> tuple[Published, ...]:
    """Return the revisions of an app, the newest first; EngineError (RUN-015) where there is none of that key."""
    with execution.database.read() as connection:
        found = revisions.history(connection, key)
        if not found:
            known = ", ".join(revisions.current(connection))
            raise EngineError(problems.NO_APP.at(app=key, known=known))
    return found


def documents_of(execution: Execution, key: str, number: int) -> Documents:
    """Return the documents of a revision; EngineError (STORE-054) where there is none."""
    with execution.database.read() as connection:
        found: Documents = revisions.documents(connection, key, number)
    return found


def lost_with(execution: Execution, key: str, number: int) -> tuple[Problem, ...]:
    """Return what publishing an earlier revision once more cannot bring back, because it was purged."""
    with execution.database.read() as connection:
        now = revisions.current(connection).get(key, revisions.WITHDRAWN)
        old: Documents = revisions.documents(connection, key, now) if now else {}
        return lost(connection, key, old, revisions.documents(connection, key, number))


def roll_back(execution: Execution, key: str, number: int, actor: Actor) -> int:
    """Publish an earlier revision once more, as the next one; return its number.

    What was removed since comes back with its data; what came since is retired with its data. EngineError as
    ``publish`` where records or other apps stand in the way.
    """
    documents = documents_of(execution, key, number)
    with execution.database.read() as connection:
        version, needs = version_of(connection, key), needs_of(connection, key)
    return publish(execution, documents, actor, version, needs)
