"""What undoing a run asks of the world: the run, what versions of records brought, how tasks and messages stand."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from sqlalchemy import Connection, and_, delete, or_, select, update

from engine.catalog.tables import ColumnSpec
from engine.decision.changeset import RunUndone
from engine.decision.course import GOING_ON
from engine.decision.facts import Changes, ChangesQuery, MessageQuery, PastRun, Query, RunQuery, TaskEndQuery
from engine.kernel.canonical import Json, compact
from engine.kernel.problems import EngineError
from engine.kernel.values import Value
from engine.storage import problems, system_tables
from engine.storage.form_tables import FormTables, PhysicalTable, Tables
from engine.storage.journal import JournalEntry, entries_about
from engine.storage.rows import from_json

_RUN, _OUTBOX, _TASK = system_tables.rule_run, system_tables.outbox, system_tables.task
_NOT_BEGUN = and_(_OUTBOX.c.done_at.is_(None), or_(_OUTBOX.c.fence == 0, _OUTBOX.c.kind == GOING_ON))


def answers(connection: Connection, tables: Tables, queries: Iterable[Query]) -> Iterator[tuple[Query, object]]:
    """Go through the queries about runs that are to be undone, each with its answer; others are left out."""
    for query in queries:
        match query:
            case RunQuery(id):
                yield query, _run(connection, id)
            case ChangesQuery(app, form):
                yield query, _changes(connection, tables.get((app, form)), query)
            case MessageQuery(id):
                yield query, _message(connection, id)
            case TaskEndQuery(id):
                yield query, _task(connection, id)
            case _:
                pass


def _run(connection: Connection, id: str) -> PastRun | None:
    row = connection.execute(select(_RUN).where(_RUN.c.id == id)).one_or_none()
    if row is None:
        return None
    receipts = json.loads(row.trace).get("receipts")
    return PastRun(row.id, row.app, row.rule, row.form, row.record, row.fired, receipts, row.undone_at)


def _changes(connection: Connection, form: FormTables | None, query: ChangesQuery) -> Changes | None:
    """Return what the journal says that these versions changed, and what it was before the first that changed it."""
    if form is None:
        return None
    before: dict[str, Json] = {}
    found: dict[str, Json] = {}
    then: dict[str, Json] = {}
    erased: set[str] = set()
    told = set[int]()
    for entry in entries_about(connection, query.app, query.form, query.record):
        if entry.version in query.versions:
            told.add(entry.version)
            erased |= entry.erased
            for key, value in entry.values.items():
                then.setdefault(key, before.get(key))
                found[key] = value
            if "state" in entry.values:  # it is not said where it is the very moment of the state before
                found.setdefault("state_since", before.get("state_since"))
                then.setdefault("state_since", before.get("state_since"))
        _follow(before, entry)
    if not told.issuperset(query.versions):
        return None
    misfits = {key for key in found if not (_fits(form, key, found[key]) and _fits(form, key, then[key]))}
    known = [key for key in found if key not in misfits and _known(form, key)]
    return Changes(
        {key: _value(form, key, then[key]) for key in known},
        {key: _value(form, key, found[key]) for key in known},
        frozenset(erased | misfits),
    )


def _follow(before: dict[str, Json], entry: JournalEntry) -> None:
    before.update(entry.values)
    for key in entry.erased:
        before.pop(key, None)


def _known(form: FormTables, key: str) -> bool:
    return key in form.main.columns or key in form.lines


def _fits(form: FormTables, key: str, said: Json) -> bool:
    """Tell whether a value is one that its column takes today: where the type was another it is not."""
    try:
        _value(form, key, said)
    except (ArithmeticError, ValueError, TypeError, EngineError):
        return False
    return True


def _value(form: FormTables, key: str, said: Json) -> Value:
    if key in form.lines:
        return _lines(form.lines[key], said)
    column = form.main.columns.get(key)
    return None if column is None else from_json(said, column)


def _lines(physical: PhysicalTable, said: Json) -> Value:
    columns: dict[str, ColumnSpec] = {
        key: spec for key, spec in physical.columns.items() if key not in {"parent", "position"}
    }
    return tuple({key: from_json(line.get(key), spec) for key, spec in columns.items()} for line in said or ()) or None


def _message(connection: Connection, id: str) -> str:
    columns = (_OUTBOX.c.done_at, _OUTBOX.c.fence)
    row = connection.execute(select(*columns).where(_OUTBOX.c.id == id)).one_or_none()
    if row is None or row.done_at is not None:
        return "gone"
    return "begun" if row.fence else "waiting"


def _task(connection: Connection, id: str) -> str:
    columns = (_TASK.c.closed_at, _TASK.c.closed_action)
    row = connection.execute(select(*columns).where(_TASK.c.id == id)).one_or_none()
    if row is None:
        return "absent"
    if row.closed_at is None:
        return "open"
    return "over" if row.closed_action is None else "done"


def cancel(connection: Connection, messages: Iterable[str]) -> None:
    """Take messages out of the outbox; EngineError (STORE-066, busy) where one of them is being delivered by now."""
    for id in sorted(messages):
        if connection.execute(delete(_OUTBOX).where(_OUTBOX.c.id == id, _NOT_BEGUN)).rowcount != 1:
            raise EngineError(problems.SENT_MEANWHILE.at())


def note(connection: Connection, undone: Iterable[RunUndone]) -> None:
    """Keep that runs are undone; EngineError (STORE-067, conflict) where another transaction has undone one."""
    for one in undone:
        said = compact({"by": one.actor.user, "reason": one.reason, "left": list(one.left)})
        change = update(_RUN).where(_RUN.c.id == one.run, _RUN.c.undone_at.is_(None))
        if connection.execute(change, {"undone_at": one.at, "undone": said}).rowcount != 1:
            raise EngineError(problems.UNDONE_MEANWHILE.at())
