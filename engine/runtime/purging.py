"""Purging: what was removed from a design and is kept is listed with its counts, and destroyed when that is said.

Before it, publishing an earlier revision brings all of it back; after it, fields come back empty, and that is told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from engine.catalog.documents import Documents
from engine.decision.changeset import Actor, Note
from engine.kernel.clocks import moment_text
from engine.kernel.problems import EngineError, Problem, Text
from engine.runtime import problems
from engine.runtime.desk import Desk
from engine.runtime.drafting import current_of
from engine.runtime.execution import Execution
from engine.runtime.granting import authorship
from engine.runtime.views import Viewer
from engine.runtime.whole_tables import whole_tables
from engine.storage import journal, purging, revisions
from engine.storage.form_tables import FormTables, PhysicalTable, Tables, form_tables
from engine.storage.locks import PUBLISHING, lock_name
from engine.storage.purging import Kept, Remains
from engine.storage.system_columns import CONVERTED, SYSTEM_COLUMNS

if TYPE_CHECKING:
    from sqlalchemy import Connection

SUBJECT = "purge"
"""What the journal calls a purge; its entries are about the form, or the field as ``form.field``."""

_OWN = frozenset(column.key for column in (*SYSTEM_COLUMNS, CONVERTED))

Progress = Callable[[int], object]
"""Told how many records are done."""


@dataclass(frozen=True)
class Retired:
    """A form, or a field as ``form.field``, that the design has no more, and how much is kept of it."""

    name: str
    labels: Text
    kept: Kept


class Purging:
    """Purging for administrators; for all others there is nothing."""

    def __init__(self, desk: Desk) -> None:
        """Read and write through ``desk``."""
        self._desk = desk

    def retired(self, viewer: Viewer, app: str) -> tuple[Retired, ...]:
        """Return what is kept of an app that its design has no more."""
        with self._desk.reading(viewer) as reading:
            current_of(reading, app)
        return retired(self._desk.execution, app)

    def purge(self, viewer: Viewer, app: str, confirmed: Mapping[str, tuple[int, int, int]]) -> tuple[Retired, ...]:
        """Destroy what is confirmed: by name, with how many records, entries and files; EngineError as ``purge``."""
        with self._desk.reading(viewer) as reading:
            current_of(reading, app)
        seen = {name: Kept(*counts) for name, counts in confirmed.items()}
        return purge(self._desk.execution, app, seen, Actor(viewer.id))


def retired(execution: Execution, key: str) -> tuple[Retired, ...]:
    """Return what is kept of an app that its design has no more, forms before fields; EngineError (RUN-015)."""
    with execution.database.read() as connection:
        return tuple(_listed(connection, key, _removed(connection, execution, key)))


def purge(
    execution: Execution, key: str, confirmed: Mapping[str, Kept], actor: Actor, progress: Progress = int
) -> tuple[Retired, ...]:
    """Destroy what is kept of removed forms and fields, by name, each with the counts that were seen; return them.

    Records are done some at a time; ended on the way, the rest is done by the next purge. EngineError where something
    is not removed (PURGE-001), something else still refers to it (PURGE-002), or the counts are others (PURGE-003).
    """
    revision, found = _begun(execution, key, confirmed, actor)
    done = 0
    # Fields first: what they refer to may be the records of a form that goes, too.
    for remains in sorted(found.values(), key=lambda one: one.field is None):
        step: Callable[..., str | None] = partial(_step, execution, remains, actor, revision)
        after = execution.attempt(partial(step, None))
        while after is not None:
            done += purging.CHUNK
            progress(done)
            after = execution.attempt(partial(step, after))
    with execution.database.read() as connection:
        labels = _labels(connection, key)
    return tuple(Retired(name, labels[name], confirmed[name]) for name in found)


def lost(connection: Connection, app: str, old: Documents, new: Documents) -> tuple[Problem, ...]:
    """Return what comes back with a design and cannot be as it was, because it was purged; only what was removed."""
    labels = dict(_names(new)) if old else {}
    coming = labels.keys() - dict(_names(old)).keys()
    if not coming:
        return ()
    purged = journal.last_of_each(connection, app, SUBJECT)
    return tuple(
        problems.CANNOT_COME_BACK.at(name, zh=labels[name].zh, en=labels[name].en, at=moment_text(purged[name][1].at))
        for name in sorted(coming & purged.keys())
    )


def _removed(connection: Connection, execution: Execution, key: str) -> dict[str, Remains]:
    """Return what the tables of an app have beyond its design, by name, forms first."""
    apps = execution.catalogs.current(connection).catalog.apps
    if key not in apps:
        raise EngineError(problems.NO_APP.at(app=key, known=", ".join(apps)))
    live = {form.key: {field.key for field in form.fields} for form in apps[key].definition.forms}
    tables = tables_ever(connection, execution, key)
    forms = {form: Remains(found) for (_, form), found in sorted(tables.items()) if form not in live}
    fields = {
        f"{form}.{field}": Remains(found, field)
        for (_, form), found in sorted(tables.items())
        if form in live
        for field in sorted(_fields_of(found) - live[form])
    }
    return {**forms, **fields}


def tables_ever(connection: Connection, execution: Execution, key: str) -> Tables:
    """Return the tables of an app with all that its designs ever had."""
    catalogs = execution.catalogs
    return form_tables(whole_tables(connection, key, catalogs.types), catalogs.dialect)


def _fields_of(tables: FormTables) -> set[str]:
    own = {key.partition(purging.SHAPED)[0] for key in tables.main.columns if key not in _OWN}
    return own | set(tables.lines)


def _listed(connection: Connection, key: str, found: Mapping[str, Remains]) -> Iterator[Retired]:
    labels = _labels(connection, key)
    for name, remains in found.items():
        kept = purging.count(connection, remains)
        if kept.records or kept.entries or kept.files:
            yield Retired(name, labels[name], kept)


def _labels(connection: Connection, key: str) -> dict[str, Text]:
    """Return what everything was called last, by name."""
    found: dict[str, Text] = {}
    for item in revisions.history(connection, key):
        for name, labels in _names(revisions.documents(connection, key, item.number)):
            found.setdefault(name, labels)
    return found


def _names(documents: Documents) -> Iterator[tuple[str, Text]]:
    """Go through the forms and fields of a design: the name of each, and what it is called."""
    for path, form in documents.items():
        if path.startswith("forms/"):
            yield form["key"], Text.from_json(form["labels"])
            for field in form["fields"]:
                yield f"{form['key']}.{field['key']}", Text.from_json(field["labels"])


def _begun(
    execution: Execution, key: str, confirmed: Mapping[str, Kept], actor: Actor
) -> tuple[int, dict[str, Remains]]:
    """Look whether all may go, and put down in the journal that it goes; return the revision and what goes."""
    # Nobody writes what was removed: what is counted here is so until a design brings it back, or another purge begins.
    with execution.database.read() as connection:
        revision, removed = _revision(connection, key), _removed(connection, execution, key)
        unknown = sorted(set(confirmed) - removed.keys())
        if unknown:
            known = ", ".join(removed) or "-"
            raise EngineError([problems.NOT_REMOVED.at(name, name=name, known=known) for name in unknown])
        found = {name: removed[name] for name in removed if name in confirmed}
        wrong = [*_moved(connection, found, confirmed), *_referred(connection, execution, found)]
        if wrong:
            raise EngineError(wrong)

    def begin(connection: Connection) -> None:
        _unchanged(connection, key, revision)
        for remains in found.values():
            purging.forget_messages(connection, remains)
            if remains.field is None:
                purging.loosen(connection, remains)
        journal.note(
            connection, authorship(execution, actor.user), (_note(key, name, confirmed[name]) for name in found)
        )

    execution.attempt(begin)
    return revision, found


def _revision(connection: Connection, key: str) -> int:
    return revisions.current(connection).get(key, revisions.WITHDRAWN)


def _unchanged(connection: Connection, key: str, revision: int) -> None:
    """Hold back publishing until the transaction ends; EngineError (DRAFT-003) where there is another revision."""
    lock_name(connection, PUBLISHING)
    now = _revision(connection, key)
    if now != revision:
        raise EngineError(problems.DRAFT_OUTDATED.at(base=revision, now=now))


def _moved(connection: Connection, found: Mapping[str, Remains], confirmed: Mapping[str, Kept]) -> Iterator[Problem]:
    for name, remains in found.items():
        now = purging.count(connection, remains)
        if now != confirmed[name]:
            yield problems.OTHER_COUNTS.at(name, name=name, records=now.records, entries=now.entries, files=now.files)


def _referred(connection: Connection, execution: Execution, found: Mapping[str, Remains]) -> Iterator[Problem]:
    """Find what is kept elsewhere and refers to a form that goes, and does not go with it."""
    going = {remains.tables.main.spec.name: name for name, remains in found.items() if remains.field is None}
    leaving = {(remains.tables.app, name) for name, remains in found.items()}
    every = revisions.ever(connection) if going else ()
    for app, tables in ((key, one) for key in every for one in tables_ever(connection, execution, key).values()):
        if (app, tables.form) in leaving:
            continue
        for place, table, key, target in references(tables):
            if target in going and (app, place) not in leaving and purging.referring(connection, table, key):
                yield problems.STILL_REFERRED.at(going[target], name=going[target], by=f"{app}.{place}")


def references(tables: FormTables) -> Iterator[tuple[str, PhysicalTable, str, str]]:
    """Go through the columns of a form that refer to a table: the field, where it is kept, by which key, the table."""
    for table in (tables.main, *tables.lines.values()):
        for column in table.spec.columns:
            if column.references is not None:
                inner = f"{tables.form}.{column.key.partition(purging.SHAPED)[0]}"
                yield (inner if table is tables.main else table.spec.form), table, column.key, column.references


def _step(
    execution: Execution, remains: Remains, actor: Actor, revision: int, after: str | None, connection: Connection
) -> str | None:
    """Destroy what the next records keep; return after which record it goes on, None where all is done."""
    _unchanged(connection, remains.tables.app, revision)
    by = authorship(execution, actor.user)
    if remains.field is None:
        return "" if purging.remove_next(connection, remains, by, revision) else None
    return purging.erase_next(connection, remains, by, revision, after)


def _note(app: str, name: str, kept: Kept) -> Note:
    counts = {"records": kept.records, "entries": kept.entries, "files": kept.files}
    return Note(app, SUBJECT, name, "purge", counts)
