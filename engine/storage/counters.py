"""Gives records their numbers: one counter for each field and period, counted up in the write that uses the number.

What is rolled back gives its number back, so there are no gaps; who writes next waits until it is decided.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import groupby

from sqlalchemy import Connection, case, select

from engine.decision.changeset import OPEN, Changeset, Numbering, OutboxMessage, RecordWrite, TaskOpening
from engine.kernel.canonical import Json
from engine.kernel.problems import Text
from engine.storage import system_tables
from engine.storage.form_tables import Tables
from engine.storage.upserts import insert_into

_COUNTER = system_tables.counter

CounterKey = tuple[str, str, str, str]
"""App, form, field and period."""


def numbered(connection: Connection, changesets: Sequence[Changeset], tables: Tables) -> list[Changeset]:
    """Give the numbers that changesets ask for, in their order, and return the changesets with them in place.

    Counters are locked in one order, each until the transaction ends.
    """
    wanted = sorted((one for each in changesets for one in each.numbers), key=_key)
    given: dict[str, str] = {}
    for key, group in groupby(wanted, key=_key):
        given |= _given(connection, key, list(group), tables)
    return [_with_numbers(each, given) if each.numbers else each for each in changesets]


def _key(one: Numbering) -> CounterKey:
    return (one.app, one.form, one.field, one.frame.period)


def _given(connection: Connection, key: CounterKey, listed: Sequence[Numbering], tables: Tables) -> dict[str, str]:
    """Count a counter up for all of these; return the number for each token."""
    open_ones = [one for one in listed if one.reached is None]
    reached = max((one.reached for one in listed if one.reached is not None), default=0)
    if not open_ones:
        _counted(connection, key, 0, reached)
        return {}
    frame, numbers, left = open_ones[0].frame, list[str](), len(open_ones)
    while left:
        last = _counted(connection, key, left, reached)
        fresh = [frame.number(run) for run in range(last - left + 1, last + 1)]
        # A number of an earlier pattern, or one that was written by hand, may be there: it is passed over.
        taken = _taken(connection, open_ones[0], fresh, tables)
        numbers += [number for number in fresh if number not in taken]
        left = len(open_ones) - len(numbers)
    return {one.token: number for one, number in zip(open_ones, numbers, strict=True)}


def _counted(connection: Connection, key: CounterKey, count: int, reached: int) -> int:
    """Count up by ``count`` from where the counter stands, at least from ``reached``; return where it stands then."""
    app, form, field, period = key
    new = {"app": app, "form": form, "field": field, "period": period, "last": reached + count}
    stood = case((_COUNTER.c.last < reached, reached), else_=_COUNTER.c.last)
    counting = insert_into(connection, _COUNTER).values(new)
    counting = counting.on_conflict_do_update(
        index_elements=["app", "form", "field", "period"], set_={"last": stood + count}
    )
    return int(connection.execute(counting.returning(_COUNTER.c.last)).scalar_one())


def _taken(connection: Connection, one: Numbering, numbers: Iterable[str], tables: Tables) -> frozenset[str]:
    column = tables[one.app, one.form].main.table.c[one.key]
    return frozenset(connection.execute(select(column).where(column.in_(list(numbers)))).scalars())


def _with_numbers(changeset: Changeset, given: Mapping[str, str]) -> Changeset:
    own: dict[tuple[str, str, str], dict[str, str]] = {}
    for one in changeset.numbers:
        if one.token in given and one.reached is None:
            own.setdefault((one.app, one.form, one.record), {})[one.key] = given[one.token]
    return replace(
        changeset,
        writes=tuple(_write(write, own.get((write.app, write.form, write.id), {})) for write in changeset.writes),
        tasks_opened=tuple(_task(task, given) for task in changeset.tasks_opened),
        messages=tuple(_message(message, given) for message in changeset.messages),
    )


def _write(write: RecordWrite, numbers: Mapping[str, str]) -> RecordWrite:
    if not numbers:
        return write
    changes = {**write.changes, **numbers} if write.kind == "insert" else write.changes
    return replace(write, changes=changes, row={**write.row, **numbers})


def _task(task: TaskOpening, given: Mapping[str, str]) -> TaskOpening:
    return replace(task, title=Text(_placed(task.title.zh, given), _placed(task.title.en, given)))


def _message(message: OutboxMessage, given: Mapping[str, str]) -> OutboxMessage:
    return replace(message, payload=_placed(message.payload, given))


def _placed(value: Json, given: Mapping[str, str]) -> Json:
    """Return JSON with numbers in place of the tokens in its texts."""
    match value:
        case str():
            if OPEN not in value:
                return value
            for token, number in given.items():
                value = value.replace(token, number)
            return value
        case dict():
            return {key: _placed(inner, given) for key, inner in value.items()}
        case list():
            return [_placed(inner, given) for inner in value]
        case _:
            return value
