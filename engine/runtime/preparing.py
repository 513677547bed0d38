"""Publications that wait until many records are converted: what was prepared, how far it is, and getting on with it.

Nobody sees anything of it before the switch: rules, filters and pages go by the revision that is current. Whoever
publishes gets on with the records, and so does every jobs process; where all of them die, the next one goes on.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from engine.catalog.documents import Documents
from engine.decision.changeset import Actor
from engine.kernel.canonical import Json
from engine.kernel.clocks import Moment
from engine.kernel.problems import EngineError
from engine.runtime.execution import Execution
from engine.runtime.needs import Needs
from engine.runtime.turning import Turning
from engine.storage import filling, settings
from engine.storage.filling import Filling
from engine.storage.locks import lock_name
from engine.storage.turned_events import turn_events

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from engine.storage.database import Dialect

PREPARED = "preparing/"
"""Settings under this name keep what of an app is published when its records are converted."""

_DOCUMENTS = "prepared/"
"""Those documents stand by themselves, since what waits is looked at with every chunk."""

_FAR = "filling/"
_GENERATION = "filling_generation"

AT_ONCE = 1_000
"""Up to so many records are converted in the transaction that publishes."""

PASSES = 20
"""How often publishing goes through the records; each time there are fewer that were written meanwhile."""


@dataclass(frozen=True)
class Prepared:
    """What waits to be published, and since when; ``refused`` says why it no longer does.

    ``documents`` are its own in ``whole`` alone. ``draft`` is the version of the draft that it was, if it was one.
    """

    app: str
    digest: str
    generation: int
    actor: Actor
    begun: Moment
    documents: Documents = field(default_factory=dict)
    version: str | None = None
    needs: Needs | None = None
    refused: Json = None
    draft: int | None = None


@dataclass(frozen=True)
class Far:
    """How far converting is: the record after which the pass goes on, by form, and counts of rows since it began."""

    after: dict[str, str | None] = field(default_factory=dict)
    rows: int = 0
    failed: int = 0
    over: bool = False


def prepared(connection: Connection, app: str) -> Prepared | None:
    """Return what waits to be published of an app, if anything."""
    written = settings.read(connection, PREPARED + app)
    return None if written is None else _read(app, written)


def whole(connection: Connection, item: Prepared) -> Prepared:
    """Return what waits with its documents."""
    return replace(item, documents=json.loads(settings.read(connection, _DOCUMENTS + item.app) or "{}"))


def waiting(connection: Connection) -> tuple[Prepared, ...]:
    """Return everything that waits to be published."""
    found = (_read(app, written) for app, written in settings.starting(connection, PREPARED).items())
    return tuple(item for item in found if item.refused is None)


def _read(app: str, written: str) -> Prepared:
    stored = json.loads(written)
    return Prepared(app=app, **{**stored, "actor": Actor(stored["actor"])})


def _keep(connection: Connection, item: Prepared) -> None:
    apart = ("app", "actor", "documents")
    stored = {key: getattr(item, key) for key in item.__dataclass_fields__ if key not in apart}
    written = json.dumps({**stored, "actor": item.actor.user}, ensure_ascii=False, sort_keys=True, default=dict)
    settings.write(connection, PREPARED + item.app, written)


def far(connection: Connection, app: str) -> Far:
    """Return how far the records of an app are."""
    written = settings.read(connection, _FAR + app)
    return Far() if written is None else Far(**json.loads(written))


def forget(connection: Connection, app: str) -> None:
    """Let nothing of an app wait any more: something is published in its place."""
    for name in (PREPARED, _DOCUMENTS, _FAR):
        settings.forget(connection, name + app)


def refuse(execution: Execution, item: Prepared, error: EngineError) -> None:
    """Keep why what waited cannot be published; it waits no more."""
    with execution.database.write() as connection:
        now = prepared(connection, item.app)
        if now is not None and now.generation == item.generation:
            _keep(connection, replace(now, refused=[problem.as_json() for problem in error.problems]))


def generation_of(connection: Connection, item: Prepared) -> int:
    """Return the generation of the rows that are converted for this: the same documents go on where they were."""
    now = prepared(connection, item.app)
    if now is not None and now.digest == item.digest and now.refused is None:
        return now.generation
    number = int(settings.read(connection, _GENERATION) or 0) + 1
    settings.write(connection, _GENERATION, str(number))
    return number


def prepare(connection: Connection, item: Prepared, generation: int) -> None:
    """Let documents wait, in place of any others of their app."""
    now, passed = prepared(connection, item.app), far(connection, item.app)
    if now is None or now.generation != generation:
        forget(connection, item.app)
        _keep(connection, replace(item, generation=generation))
        settings.write(connection, _DOCUMENTS + item.app, json.dumps(dict(item.documents), ensure_ascii=False))
    elif passed.over:  # some records have been written since they were converted
        _note(connection, item.app, replace(passed, after={}, over=False))


def fillings_of(turned: tuple[Turning, ...], generation: int, dialect: Dialect) -> tuple[Filling, ...]:
    """Return what is to be filled, form by form."""
    specs = {one.spec.form: one.spec for one in turned}
    return tuple(
        Filling(spec, tuple(one.turn for one in turned if one.spec.form == form), generation, dialect)
        for form, spec in sorted(specs.items())
    )


def finish(connection: Connection, listed: tuple[Filling, ...]) -> bool:
    """Convert what is left, in the caller's transaction; tell whether there was little enough to do so."""
    added = [item for item in listed if filling.expand(connection, item)]
    # PostgreSQL lets nobody read a table from when it gets a column until the transaction ends.
    if any(filling.has_more(connection, item, AT_ONCE) for item in added):
        return False
    # One look at every row: whether some are left is asked by converting them.
    if any(filling.fill(connection, item, None, AT_ONCE + 1).rows > AT_ONCE for item in listed):
        return False
    for item in listed:
        turn_events(connection, item.spec.app, item.spec.form, item.turns)
    return True


def get_on(execution: Execution, app: str, listed: tuple[Filling, ...]) -> bool:
    """Convert one chunk in a transaction of its own; tell whether the pass over all records goes on after it."""

    def work(connection: Connection) -> bool:
        lock_name(connection, f"filling/{app}")
        item, now = prepared(connection, app), far(connection, app)
        known = {one.generation for one in listed}
        if item is None or item.refused is not None or known != {item.generation} or now.over:
            return False
        for one in listed:
            key = one.spec.form
            if key in now.after and now.after[key] is None:
                continue
            done = filling.fill(connection, one, now.after.get(key))
            after = {**now.after, key: done.after}
            _note(connection, app, Far(after, now.rows + done.rows, now.failed + done.failed))
            return True
        _note(connection, app, replace(now, over=True))
        return False

    return execution.attempt(work)


def _note(connection: Connection, app: str, now: Far) -> None:
    settings.write(connection, _FAR + app, json.dumps({key: getattr(now, key) for key in now.__dataclass_fields__}))
