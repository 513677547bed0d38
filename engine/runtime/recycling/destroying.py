"""Destroying records that lie in the bin: their rows, lines, values in the journal, files and all that is kept of them.

What others still refer to stays, whoever they are: no reference may lead nowhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING

from engine.kernel.clocks import DAY_MS, Moment
from engine.runtime.execution import Execution
from engine.runtime.granting import authorship
from engine.runtime.purging import references, tables_ever
from engine.storage import purging, revisions
from engine.storage.locks import PUBLISHING, lock_name
from engine.storage.purging import Remains

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from engine.storage.form_tables import FormTables, PhysicalTable

BATCH = 50
"""How many records one transaction destroys."""


@dataclass(frozen=True)
class Wanted:
    """What of a form is to go: ``only`` this record, or any behind ``after`` that lies in the bin since before then."""

    app: str
    form: str
    before: Moment
    only: str | None = None
    after: str = ""
    by: str | None = None


@dataclass(frozen=True)
class Destroyed:
    """How many records are gone; of those that stay, who refers to them: ``app.form.field`` by id; the last looked at.

    ``last`` is None where there was none.
    """

    gone: int = 0
    kept: Mapping[str, str] = field(default_factory=dict)
    last: str | None = None


def destroy(connection: Connection, execution: Execution, wanted: Wanted) -> Destroyed:
    """Destroy what is wanted, ``BATCH`` records at most; nothing is published meanwhile."""
    lock_name(connection, PUBLISHING)
    live = execution.catalogs.current(connection).tables.get((wanted.app, wanted.form))
    ids = (
        purging.binned(connection, live, wanted.before, only=wanted.only, after=wanted.after, most=BATCH)
        if live is not None
        else []
    )
    if not ids:
        return Destroyed()
    every = {
        (app, form): tables
        for app in revisions.ever(connection)
        for (_, form), tables in tables_ever(connection, execution, app).items()
    }
    tables = every[wanted.app, wanted.form]
    kept = _kept(connection, list(every.values()), tables, ids)
    going = [id for id in ids if id not in kept]
    if going:
        revision = revisions.current(connection).get(wanted.app, revisions.WITHDRAWN)
        purging.forget_messages_of(connection, tables, going)
        purging.remove(connection, Remains(tables), going, authorship(execution, wanted.by), revision)
    return Destroyed(len(going), kept, ids[-1])


def destroy_old(execution: Execution, days: int) -> int:
    """Destroy the next records that have lain in the bin for more than so many days of business time; return how many.

    What others refer to is passed over.
    """
    before = execution.clocks.business() - days * DAY_MS
    with execution.database.read() as connection:
        tables = execution.catalogs.current(connection).tables
        forms = [form for form, one in tables.items() if purging.any_binned(connection, one, before)]
    for app, form in forms:
        wanted: Wanted | None = Wanted(app, form, before)
        while wanted is not None:
            done = execution.attempt(partial(_destroy, execution, wanted))
            if done.gone:
                return done.gone
            wanted = None if done.last is None else replace(wanted, after=done.last)
    return 0


def _destroy(execution: Execution, wanted: Wanted, connection: Connection) -> Destroyed:
    return destroy(connection, execution, wanted)


def _kept(
    connection: Connection, every: Sequence[FormTables], tables: FormTables, ids: Sequence[str]
) -> dict[str, str]:
    """Return which of the records others refer to, and by which field; one that stays keeps what it refers to."""
    kept: dict[str, str] = {}
    ways = list(_ways(every, tables))
    while True:
        going = [id for id in ids if id not in kept]
        found = {
            id: place
            for place, table, key, own in ways
            for id in sorted(purging.referred(connection, table, key, going, own=own))
        }
        if not found:
            return kept
        kept |= found


def _ways(every: Sequence[FormTables], tables: FormTables) -> Iterator[tuple[str, PhysicalTable, str, bool]]:
    """Go through the columns that may refer to a form: what they are called, where, by which key, whether its own."""
    for one in every:
        for place, table, key, target in references(one):
            if target == tables.main.spec.name:
                yield f"{one.app}.{place}", table, key, (one.app, one.form) == (tables.app, tables.form)
