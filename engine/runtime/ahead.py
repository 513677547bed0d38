"""Publishing where tables are large: what would lock them for long is made before, and undone where nothing comes.

What is made is noted first. The publication strikes the note out; while it stands nobody else publishes the app, and
whoever finds it after its maker has died takes back what was made.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from engine.catalog.definitions import AppDef
from engine.kernel.identifiers import uuid7
from engine.kernel.problems import EngineError, Nature
from engine.runtime.execution import Execution
from engine.runtime.revising import next_revision
from engine.runtime.whole_tables import whole_tables
from engine.storage import ahead, ddl, settings
from engine.storage.ahead import Ahead
from engine.storage.ddl import AddColumn, AddIndex
from engine.storage.lacking import with_lacking
from engine.storage.locks import POSTGRESQL, PUBLISHING, lock_name
from engine.storage.problems import BUSY

if TYPE_CHECKING:
    from sqlalchemy import Connection

NOTES = "ahead/"
"""Settings under this name keep what is made for the next revision of an app, and by whom."""

TRIES = 20
PAUSE_SECONDS = 0.25

T = TypeVar("T")


def while_busy(work: Callable[[], T]) -> T:
    """Do ``work``, which gives way to whoever uses the tables, and come again ``TRIES`` times."""
    for left in reversed(range(TRIES)):
        try:
            return work()
        except EngineError as error:
            if error.nature is not Nature.BUSY or not left:
                raise
            time.sleep(PAUSE_SECONDS)
    raise AssertionError


@contextmanager
def made_ahead(execution: Execution, definition: AppDef) -> Iterator[str | None]:
    """Make what takes long before the block publishes; give the name by which it may (None: any may), and tidy up.

    EngineError where something stands in its way: a field that is to be unique holds a value more than once
    (STORE-033), or the design does not hold; nothing of it is left then.
    """
    app = definition.key
    if execution.database.dialect != POSTGRESQL or not _concerns(execution, app):
        yield None
        return
    with execution.database.alone() as alone:
        while_busy(partial(ahead.hold, execution.database, alone, app, wait=True))
        _take_back(execution, alone, app)
        maker, steps = _noted(execution, definition)
        try:
            for step in steps:
                while_busy(partial(ahead.take, execution.database, alone, step))
            yield maker
        finally:
            _take_back(execution, alone, app)


def refuse_others(connection: Connection, app: str, maker: str | None) -> None:
    """Raise (BUSY) while somebody else makes tables ready for the app; ``maker`` is who publishes."""
    found = _read(connection, app)
    if found is not None and found.maker != maker:
        raise EngineError(BUSY.at())


def forget(connection: Connection, app: str) -> None:
    """Let what was made be the revision's that is published."""
    settings.forget(connection, NOTES + app)


def columns_of(connection: Connection, app: str) -> frozenset[str]:
    """Return the columns that no revision has yet, as ``table.column``."""
    found = _read(connection, app)
    return frozenset() if found is None else frozenset(".".join(column) for column in found.made.columns)


def tidy(execution: Execution) -> None:
    """Take back whatever was made by publishers who have died."""
    if execution.database.dialect != POSTGRESQL:
        return
    with execution.database.read() as connection:
        noted = tuple(settings.starting(connection, NOTES))
    for app in noted:
        with execution.database.alone() as alone:
            if ahead.hold(execution.database, alone, app, wait=False):
                _take_back(execution, alone, app)


@dataclass(frozen=True, slots=True)
class _Note:
    maker: str
    made: Ahead


def _read(connection: Connection, app: str) -> _Note | None:
    written = settings.read(connection, NOTES + app)
    if written is None:
        return None
    said = json.loads(written)
    made = Ahead(tuple((table, column) for table, column in said["columns"]), tuple(said["indices"]))
    return _Note(said["maker"], made)


def _concerns(execution: Execution, app: str) -> bool:
    """Tell whether the app has a large table, or something is noted."""
    with execution.database.read() as connection:
        old = execution.catalogs.current(connection).catalog.apps.get(app)
        noted = _read(connection, app) is not None
        return noted or (old is not None and ahead.has_large(connection, (spec.name for spec in old.tables)))


def _noted(execution: Execution, definition: AppDef) -> tuple[str, Sequence[AddColumn | AddIndex]]:
    """Note what is to be made, while nobody publishes: what is not there yet is nobody else's."""
    app, maker = definition.key, uuid7(execution.clocks.business(), execution.randomness(10))
    with execution.database.write() as connection:
        lock_name(connection, PUBLISHING)
        before = execution.catalogs.current(connection).catalog
        made, old = next_revision(connection, execution, definition, before), before.apps.get(app)
        if made is None or old is None or made.obstacles:
            return maker, ()
        filled = {(one.spec.name, one.turn.target.name) for one in made.turnings}
        tables = made.catalog.apps[app].tables
        steps = ahead.steps_ahead(connection, with_lacking(connection, ddl.plan(old.tables, tables), tables), filled)
        noted = ahead.made_by(steps)
        if steps:
            said = {"maker": maker, "columns": noted.columns, "indices": noted.indices}
            settings.write(connection, NOTES + app, json.dumps(said))
    return maker, steps


def _take_back(execution: Execution, alone: Connection, app: str) -> None:
    """Undo what is noted, if anything is: no publication came, for that would have struck it out.

    What a revision has by now is left alone, however it came to be noted.
    """
    with execution.database.read() as connection:
        found = _read(connection, app)
        if found is None:
            return
        kept = {
            (spec.name, column.name)
            for spec in whole_tables(connection, app, execution.catalogs.types)
            for column in spec.columns
        }
    columns = tuple(column for column in found.made.columns if column not in kept)
    undone = Ahead(columns, found.made.indices)
    while_busy(partial(ahead.undo, execution.database, alone, undone))
    with execution.database.write() as connection:
        lock_name(connection, PUBLISHING)
        forget(connection, app)
