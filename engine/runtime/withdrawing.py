"""Taking an app out of use: nothing of it is deleted, and publishing it again brings all of it back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.catalog.compiling import Installed
from engine.decision.changeset import Actor, Changeset, Note
from engine.kernel.identifiers import uuid7
from engine.kernel.problems import EngineError
from engine.runtime import problems
from engine.runtime.catalogs import held_names
from engine.runtime.execution import Execution
from engine.runtime.needs import needed_by
from engine.runtime.preparing import forget
from engine.storage import revisions, schedules
from engine.storage.locks import PUBLISHING, lock_for_publish, lock_name
from engine.storage.unit_of_work import apply

if TYPE_CHECKING:
    from sqlalchemy import Connection


def withdraw(execution: Execution, key: str, actor: Actor) -> None:
    """Take an app out of use, with its schedules; EngineError with all that others refer to in it."""
    with execution.database.write() as connection:
        lock_name(connection, PUBLISHING)
        lock_for_publish(connection, key)
        catalog = execution.catalogs.current(connection).catalog
        if key not in catalog.apps:
            raise EngineError(problems.NO_APP.at(app=key, known=", ".join(catalog.apps)))
        others = needed_by(connection, key)
        if others:
            raise EngineError([problems.APP_NEEDED.at(app, app=key, other=app) for app in others])
        _check_the_rest(connection, execution, key)
        revisions.withdraw(connection, key)
        forget(connection, key)
        schedules.sync(connection, key, ())
        moment = execution.clocks.business()
        note = Note(key, "app", key, "withdraw", {"revision": catalog.apps[key].revision})
        changeset = Changeset(uuid7(moment, execution.randomness(10)), moment, actor, {}, notes=(note,))
        apply(connection, changeset, {}, execution.randomness)


def _check_the_rest(connection: Connection, execution: Execution, key: str) -> None:
    """Raise where the other apps do not hold without this one: something in them refers to it."""
    current = execution.catalogs.current(connection).catalog
    rest = [
        Installed(app.definition, app.revision, held_names(connection, app.key))
        for app in current.apps.values()
        if app.key != key
    ]
    execution.catalogs.compiled(rest)
