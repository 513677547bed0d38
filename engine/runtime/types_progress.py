"""How far a publication is that waits for records to be converted; it only reads."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select

from engine.catalog.definitions import load_app
from engine.kernel.canonical import Json
from engine.kernel.clocks import Moment
from engine.kernel.problems import EngineError
from engine.runtime import problems
from engine.runtime.execution import Execution
from engine.runtime.preparing import far, prepared, whole
from engine.runtime.revising import next_revision
from engine.storage import revisions


@dataclass(frozen=True, slots=True)
class Progress:
    """What waits to be published of an app: since when, of how many records, how many are converted, how many failed.

    ``refused`` says why it waits no more; then it takes another publication.
    """

    begun: Moment
    records: int
    converted: int
    failed: int
    refused: tuple[Json, ...] = ()


def progress(execution: Execution, key: str) -> Progress | None:
    """Return how far a publication of the app is, None where none waits; EngineError (RUN-015) where there is none."""
    with execution.database.read() as connection:
        if key not in revisions.ever(connection):
            raise EngineError(problems.NO_APP.at(app=key, known=", ".join(revisions.current(connection))))
        item, passed = prepared(connection, key), far(connection, key)
        if item is None:
            return None
        current = execution.catalogs.current(connection)
        definition = load_app(whole(connection, item).documents, execution.catalogs.types)
        made = None if item.refused else next_revision(connection, execution, definition, current.catalog)
        forms = {one.spec.form for one in made.turnings} if made is not None else set()
        tables = (current.tables[key, form].main.table for form in forms)
        records = sum(connection.execute(select(func.count()).select_from(table)).scalar_one() for table in tables)
    return Progress(item.begun, records, min(passed.rows, records), passed.failed, tuple(item.refused or ()))
