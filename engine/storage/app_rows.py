"""The rows of the engine's own tables that belong to one app: read in one order and put back; it knows no meaning.

What an instance decides for itself is left out: who delivers a message, by which seal an entry is covered. A column
that holds JSON is given as what it says, not as text in text.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
    Connection,
    Integer,
    RowMapping,
    Table,
    Text,
    func,
    insert,
    inspect,
    select,
)
from sqlalchemy.exc import DataError, IntegrityError

from engine.kernel.canonical import Json, compact
from engine.storage import system_tables
from engine.storage.audit_chain import STREAM
from engine.storage.write_guard import writing

APP = "app"
BIGGEST = 2**31
"""No number of the engine's own is beyond what 32 bits hold."""

MOMENTS = range(-62_135_510_400_000, 253_402_214_400_001)
"""From the second day of the year 1 to the last but one of 9999: these moments have a day in every zone."""


@dataclass(frozen=True)
class Kept:
    """One table whose rows belong to apps: the order in which they are read, and the columns that hold JSON.

    ``left_out`` are the columns that belong to the instance; without a column of its own, the app stands in the
    payload.
    """

    table: Table
    order: tuple[str, ...]
    json: frozenset[str] = frozenset()
    left_out: frozenset[str] = frozenset()

    @property
    def name(self) -> str:
        """Its name without the engine's prefix."""
        return self.table.name.removeprefix(system_tables.PREFIX)

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that a row is given with, in order."""
        return tuple(column.name for column in self.table.columns if column.name not in {APP, *self.left_out})


def _kept(table: Table, *order: str, json: Iterable[str] = (), left_out: Iterable[str] = ()) -> Kept:
    return Kept(table, order or ("id",), frozenset(json), frozenset(left_out))


JOURNAL = _kept(system_tables.journal, json=("digests", "payload"), left_out=("batch", "position"))
MESSAGES = _kept(system_tables.outbox, json=("payload",), left_out=("available_at", "fence", "done_at"))
FILES = _kept(system_tables.file)
USES = _kept(system_tables.file_use, "file", "form", "record", "field")

KEPT = (
    _kept(system_tables.parameter, "key", json=("value",)),
    _kept(system_tables.counter, "form", "field", "period"),
    _kept(system_tables.state_log),
    _kept(system_tables.relocation, json=("moves",)),
    _kept(system_tables.task, json=("actions",)),
    _kept(system_tables.approval, json=("design", "course", "beside")),
    _kept(system_tables.approval_act),
    _kept(system_tables.envelope, json=("content",)),
    _kept(system_tables.envelope_act, "envelope", "number", json=("said",)),
    _kept(system_tables.notification),
    _kept(system_tables.rule_run, json=("trace", "undone")),
    _kept(system_tables.rule_once, "rule", "record", "period"),
    _kept(system_tables.timer, "form", "record", "rule"),
    _kept(system_tables.schedule, "rule", "number"),
    _kept(system_tables.saved_filter),
    _kept(system_tables.board_subscription),
    _kept(system_tables.metric_snapshot, "metric", "period", "number", json=("figures",)),
    USES,
    MESSAGES,
    JOURNAL,
)
"""The tables of which every app has rows of its own."""


def read(connection: Connection, kept: Kept, app: str) -> Iterator[dict[str, Json]]:
    """Go through an app's rows of a table in their order, without reading all of them at once."""
    table = kept.table
    query = select(*(table.c[name] for name in kept.columns)).order_by(*(table.c[name] for name in kept.order))
    query = query.where(_own(kept, app))
    with connection.execute(query, execution_options=STREAM) as found:
        for row in found.mappings():
            said = _said(kept, row)
            if kept is not MESSAGES or said["payload"].get(APP) == app:
                yield said


def _own(kept: Kept, app: str) -> ColumnElement[bool]:
    """Return what holds of an app's rows; of messages, of which those delivered are over, only their payloads tell."""
    return kept.table.c.done_at.is_(None) if kept is MESSAGES else kept.table.c.app == app


def count(connection: Connection, kept: Kept, app: str) -> int:
    """Return how many rows ``read`` goes through at most."""
    query = select(func.count()).select_from(kept.table).where(_own(kept, app))
    return int(connection.execute(query).scalar_one())


def read_files(connection: Connection, apps: Sequence[str]) -> Iterator[dict[str, Json]]:
    """Go through the files that records of these apps hold, or have held, each once, by their ids."""
    file, use = FILES.table, USES.table
    held = select(use.c.file).where(use.c.app.in_(apps))
    query = select(*(file.c[name] for name in FILES.columns)).where(file.c.id.in_(held)).order_by(file.c.id)
    with connection.execute(query, execution_options=STREAM) as found:
        for row in found.mappings():
            yield _said(FILES, row)


def contents(connection: Connection, apps: Sequence[str]) -> tuple[str, ...]:
    """Return the digests of the contents of these files, each once, in order."""
    file, use = FILES.table, USES.table
    held = select(use.c.file).where(use.c.app.in_(apps))
    query = select(file.c.sha256).distinct().where(file.c.id.in_(held)).order_by(file.c.sha256)
    return tuple(connection.execute(query).scalars())


def _said(kept: Kept, row: RowMapping) -> dict[str, Json]:
    return {name: json.loads(value) if name in kept.json else value for name, value in row.items() if value is not None}


def blank_allowed(connection: Connection, kept: Kept) -> frozenset[str]:
    """Return the columns of a table that may be blank."""
    return frozenset(item["name"] for item in inspect(connection).get_columns(kept.table.name) if item["nullable"])


def misfit(kept: Kept, said: Mapping[str, Json], blank: frozenset[str]) -> str | None:
    """Return the column in which what ``read`` would have given is not that, or None where all of it may be put."""
    unknown = sorted(said.keys() - set(kept.columns))
    if unknown:
        return unknown[0]
    for name in kept.columns:
        value = said.get(name)
        fits = name in blank if value is None else name in kept.json or _fits(kept.table.c[name].type, value)
        if not fits:
            return name
    return None


def _fits(kind: object, value: Json) -> bool:
    match kind:
        case Boolean():
            return isinstance(value, bool)
        case BigInteger():
            return isinstance(value, int) and not isinstance(value, bool) and value in MOMENTS
        case Integer():
            return isinstance(value, int) and not isinstance(value, bool) and -BIGGEST <= value < BIGGEST
        case Text():
            return isinstance(value, str)
        case _:
            return False


def put(connection: Connection, kept: Kept, app: str, said: Sequence[Mapping[str, Json]]) -> bool:
    """Put rows as they were read; False where the database has one of them already, or cannot keep one.

    The caller has looked at them with ``misfit``; where this fails, its transaction is over.
    """
    own = {} if APP not in kept.table.c else {APP: app}
    rows = [own | {name: _stored(kept, name, row.get(name)) for name in kept.columns} for row in said]
    try:
        with writing(connection):
            if rows:
                connection.execute(insert(kept.table), rows)
    except (DataError, IntegrityError):
        return False
    return True


def _stored(kept: Kept, name: str, value: Json) -> Json:
    return compact(value) if name in kept.json and value is not None else value
