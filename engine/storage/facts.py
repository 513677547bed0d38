"""Answers what deciding asks, inside the caller's transaction and in batches; knows tables, not why it is asked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from sqlalchemy import Connection, func, select

from engine.decision.facts import (
    AggregateQuery,
    ApprovalQuery,
    ApprovalsOnQuery,
    AwayQuery,
    BalanceQuery,
    CaptureQuery,
    EntriesQuery,
    EnvelopeQuery,
    FileQuery,
    FiredQuery,
    LastMoveQuery,
    LoadsQuery,
    OpenTasksQuery,
    PersonQuery,
    Query,
    RecordQuery,
    RepeatQuery,
    RoleQuery,
    RowsQuery,
    SameQuery,
    SuperiorsQuery,
    TaskQuery,
)
from engine.kernel.problems import EngineError
from engine.kernel.values import StorageKind
from engine.language.backends.sql.queries import aggregate_select, rows_select, stored_from
from engine.language.surroundings import RelatedRows, Run
from engine.language.tree import PARENT
from engine.storage import (
    absences,
    approvals,
    capture_tokens,
    directory,
    envelopes,
    files,
    firings,
    problems,
    records,
    relocations,
    tasks,
    undoing,
)
from engine.storage.form_tables import FormTables, Tables
from engine.storage.locks import lock_name
from engine.storage.rows import from_physical, to_physical
from engine.storage.surroundings import SqlSurroundings

__all__ = ["SAME", "Run", "SqlSurroundings", "answer"]

SAME = 20
"""How many candidates a duplicate check gets to see."""

_COMPARED = frozenset((StorageKind.TEXT, StorageKind.NUMBER, StorageKind.DATE))
"""The kinds of values that are found again by what the database answers."""

Answers = Iterator[tuple[Query, object]]


def answer(
    connection: Connection,
    queries: Iterable[Query],
    tables: Tables,
    around: Callable[[str], Run] | None = None,
) -> dict[Query, object]:
    """Return the answer to each query; an aggregate's is in its stored form (see ``engine.language.aggregates``).

    ``around`` gives the surroundings of an app, by its key, in which the app's aggregates are computed. Records of one
    form take one query, and one for each kind of their lines; users take two, tasks one.
    """
    listed = list(dict.fromkeys(queries))
    answers: dict[Query, object] = {}
    # Envelopes come first: whoever waits for one reads everything else as whoever was before has left it.
    answers.update(envelopes.facts(connection, [query for query in listed if isinstance(query, EnvelopeQuery)]))
    answers.update(_records(connection, tables, [query for query in listed if isinstance(query, RecordQuery)]))
    answers.update(_persons(connection, [query for query in listed if isinstance(query, PersonQuery)]))
    answers.update(_roles(connection, [query for query in listed if isinstance(query, RoleQuery)]))
    loaded = [query for query in listed if isinstance(query, LoadsQuery)]
    answers.update((query, tasks.loads(connection, query.app, query.role)) for query in loaded)
    answers.update(_superiors(connection, [query for query in listed if isinstance(query, SuperiorsQuery)]))
    answers.update(_tasks(connection, listed))
    answers.update(firings.fired(connection, [query for query in listed if isinstance(query, FiredQuery)]))
    entered = [query for query in listed if isinstance(query, EntriesQuery)]
    answers.update((query, firings.entries(connection, query)) for query in entered)
    answers.update(_balances(connection, tables, [query for query in listed if isinstance(query, BalanceQuery)]))
    answers.update(_same(connection, tables, [query for query in listed if isinstance(query, SameQuery)]))
    answers.update(files.facts(connection, [query for query in listed if isinstance(query, FileQuery)]))
    answers.update(
        (query, files.is_held_elsewhere(connection, query)) for query in listed if isinstance(query, RepeatQuery)
    )
    answers.update(approvals.facts_by_id(connection, [query for query in listed if isinstance(query, ApprovalQuery)]))
    answers.update(approvals.facts_on(connection, [query for query in listed if isinstance(query, ApprovalsOnQuery)]))
    answers.update(absences.facts(connection, [query for query in listed if isinstance(query, AwayQuery)]))
    answers.update(capture_tokens.facts(connection, [query for query in listed if isinstance(query, CaptureQuery)]))
    moved = [query for query in listed if isinstance(query, LastMoveQuery)]
    answers.update((query, relocations.last_move(connection, query)) for query in moved)
    answers.update(undoing.answers(connection, tables, listed))
    related = [query for query in listed if isinstance(query, AggregateQuery | RowsQuery)]
    if related:
        if around is None:
            message = "aggregates need to know what is around them"
            raise ValueError(message)
        answers.update(_related(connection, tables, related, around))
    return answers


def _form(tables: Tables, app: str, form: str) -> FormTables:
    found = tables.get((app, form))
    if found is None:
        raise EngineError(problems.UNKNOWN_FORM.at(app=app, form=form))
    return found


def _records(connection: Connection, tables: Tables, queries: list[RecordQuery]) -> Answers:
    wanted: dict[tuple[str, str, bool], list[RecordQuery]] = {}
    for query in queries:
        wanted.setdefault((query.app, query.form, query.deleted), []).append(query)
    for (app, form, deleted), asked in sorted(wanted.items()):
        ids = [query.id for query in asked]
        found = records.fetch_many(connection, _form(tables, app, form), ids, deleted=deleted)
        yield from ((query, found.get(query.id)) for query in asked)


def _persons(connection: Connection, queries: list[PersonQuery]) -> Answers:
    if queries:
        found = directory.persons(connection, [query.id for query in queries])
        yield from ((query, found.get(query.id)) for query in queries)


def _roles(connection: Connection, queries: list[RoleQuery]) -> Answers:
    if queries:
        found = directory.holders(connection, [(query.app, query.role) for query in queries])
        yield from ((query, found[query.app, query.role]) for query in queries)


def _superiors(connection: Connection, queries: list[SuperiorsQuery]) -> Answers:
    if queries:
        found = directory.superiors(connection, [query.id for query in queries])
        yield from ((query, found[query.id]) for query in queries)


def _tasks(connection: Connection, queries: list[Query]) -> Answers:
    on_records = [query for query in queries if isinstance(query, OpenTasksQuery)]
    if on_records:
        found = tasks.open_tasks_on(connection, [(query.app, query.form, query.record) for query in on_records])
        for query in on_records:
            yield query, tuple(task.as_fact() for task in found[query.app, query.form, query.record])
    by_id = [query for query in queries if isinstance(query, TaskQuery)]
    if by_id:
        open_ones = tasks.open_tasks_by_id(connection, [query.id for query in by_id])
        for one in by_id:
            yield one, open_ones[one.id].as_fact() if one.id in open_ones else None


def _same(connection: Connection, tables: Tables, queries: list[SameQuery]) -> Answers:
    """Yield the records with the same values; blank is the same as blank, as in the language."""
    alike: dict[tuple[str, str, str], list[SameQuery]] = {}
    for query in queries:
        if len(query.fields) == 1 and query.values[0] is not None:
            alike.setdefault((query.app, query.form, query.fields[0]), []).append(query)
    together = dict(answer for group in alike.values() for answer in _same_at_once(connection, tables, group))
    yield from together.items()
    for query in queries:
        if query in together:
            continue
        physical = _form(tables, query.app, query.form).main
        table = physical.table
        conditions = [table.c.deleted_at.is_(None), table.c.id != query.excluding]
        for field, value in zip(query.fields, query.values, strict=True):
            stored = to_physical(value, physical.columns[field], physical.dialect)
            conditions.append(table.c[field].is_(None) if stored is None else table.c[field] == stored)
        found = connection.execute(select(table.c.id).where(*conditions).order_by(table.c.id).limit(SAME))
        yield query, tuple(found.scalars())


def _same_at_once(connection: Connection, tables: Tables, queries: list[SameQuery]) -> Answers:
    """Yield the records with the values of queries about one field, by one statement; nothing where these are many."""
    physical = _form(tables, queries[0].app, queries[0].form).main
    table, field = physical.table, queries[0].fields[0]
    column = physical.columns[field]
    if len(queries) == 1 or column.kind not in _COMPARED:
        return
    stored = {query: to_physical(query.values[0], column, physical.dialect) for query in queries}
    wanted = select(table.c[field], table.c.id).where(
        table.c.deleted_at.is_(None), table.c[field].in_(list(dict.fromkeys(stored.values())))
    )
    most = SAME * len(queries)
    found = connection.execute(wanted.order_by(table.c.id).limit(most)).all()
    if len(found) == most:
        return
    ids: dict[object, list[str]] = {}
    for value, id in found:
        ids.setdefault(value, []).append(id)
    for query, value in stored.items():
        yield query, tuple(id for id in ids.get(value, ()) if id != query.excluding)[:SAME]


def _balances(connection: Connection, tables: Tables, queries: list[BalanceQuery]) -> Answers:
    """Yield what accounts hold. Whoever asks books to the account, so nobody else does until the transaction ends."""
    for query in sorted(queries, key=str):
        lock_name(connection, f"ledger/{query.app}/{query.form}/{query.value}")
        physical = _form(tables, query.app, query.form).main
        table, column = physical.table, physical.columns[query.delta]
        account = to_physical(query.value, physical.columns[query.account], physical.dialect)
        mine = (table.c.deleted_at.is_(None), table.c[query.account] == account)
        total = connection.execute(select(func.sum(table.c[query.delta])).where(*mine)).scalar_one()
        yield query, from_physical(total, column, physical.dialect) or 0


def _related(
    connection: Connection,
    tables: Tables,
    queries: list[AggregateQuery | RowsQuery],
    around: Callable[[str], Run],
) -> Answers:
    for query in queries:
        form = _form(tables, query.app, query.form)
        main = form.main
        scope = SqlSurroundings(tables, main.table, main.dialect, around(query.app), lasting=True)
        if isinstance(query, RowsQuery):
            yield query, _rows(connection, form, query, scope)
            continue
        statement = aggregate_select(query.aggregate, query.owner, scope, query.excluding)
        row = connection.execute(statement).first()
        yield query, stored_from(query.aggregate, row, main.dialect)


def _rows(connection: Connection, form: FormTables, query: RowsQuery, scope: SqlSurroundings) -> RelatedRows:
    """Return the first rows; how many there are in all is asked for only where there are more."""
    ids, counted = rows_select(query.aggregate, query.owner, scope, query.excluding)
    found = connection.execute(ids.limit(query.limit + 1)).all()
    total = len(found) if len(found) <= query.limit else connection.execute(counted).scalar_one()
    kept = found[: query.limit]
    stored = records.fetch_many(connection, form, {row[0] for row in kept})
    _, _, lines = query.aggregate.form.partition(".")
    if not lines:
        return RelatedRows(tuple(stored[row[0]] for row in kept), total)
    by_id = {line["id"]: {**line, PARENT: id} for id, record in stored.items() for line in record[lines] or ()}
    return RelatedRows(tuple(by_id[row[1]] for row in kept), total)
