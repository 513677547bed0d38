"""Fills the new column of a field whose type changes from the old one, a chunk at a time; knows no design, no revision.

Each row names the version at which it was converted (``system_columns.CONVERTED``): one that was written since is
converted again, so that nobody who writes meanwhile has to know of it. What the new column holds from an earlier time
comes back where the present value is what it would become: then a field returns to its type with the values of old.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import BigInteger, MetaData, Table, and_, bindparam, cast, inspect, or_, select, update

from engine.catalog.tables import ColumnSpec, TableSpec
from engine.kernel.problems import EngineError, Problem
from engine.kernel.values import Value
from engine.storage import ddl
from engine.storage.database import Dialect
from engine.storage.form_tables import physical_column
from engine.storage.rows import from_physical, to_physical
from engine.storage.system_columns import CONVERTED, SYSTEM_COLUMNS
from engine.storage.write_guard import writing

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Connection

CHUNK = 500
"""Rows in one transaction: few enough that whoever writes waits no more than some hundredths of a second."""

_STEP = 2**20
"""Generations are counted below this: a mark is the version times this and the generation."""

Convert = Callable[[Value], "Value | Problem"]


@dataclass(frozen=True)
class Turn:
    """One field: where its values were, where they go, what becomes of one, and what that would become again."""

    source: ColumnSpec
    target: ColumnSpec
    forth: Convert
    back: Convert

    def turned(self, value: Value, earlier: Value) -> Value:
        """Return what becomes of a value where the new column held ``earlier``; blank where it does not convert."""
        if earlier is not None:
            again = self.back(earlier)
            if (None if isinstance(again, Problem) else again) == value:
                return earlier
        made = self.forth(value)
        return None if isinstance(made, Problem) else made


@dataclass(frozen=True)
class Filling:
    """The fields of one form that change their types together; ``generation`` tells this time from all others."""

    spec: TableSpec
    turns: tuple[Turn, ...]
    generation: int
    dialect: Dialect

    def table(self) -> Table:
        """Return the table as filling sees it: old columns as ``s0`` …, new ones as ``t0`` …, and the mark."""
        named = [
            replace(column, key=f"{start}{number}", column=column.name)
            for start, columns in (("s", [t.source for t in self.turns]), ("t", [t.target for t in self.turns]))
            for number, column in enumerate(columns)
        ]
        own = [column for column in SYSTEM_COLUMNS if column.key in ("id", "version", "deleted_at")]
        columns = (physical_column(self.spec, column, self.dialect) for column in (*own, CONVERTED, *named))
        return Table(self.spec.name, MetaData(), *columns)


@dataclass(frozen=True, slots=True)
class Filled:
    """What one chunk came to: the id to go on after (None: the pass is over), and how many rows were looked at."""

    after: str | None
    rows: int
    failed: int


def expand(connection: Connection, filling: Filling) -> bool:
    """Add the new columns that are not there yet; tell whether there were any."""
    there = {column["name"] for column in inspect(connection).get_columns(filling.spec.name)}
    columns = (*(turn.target for turn in filling.turns), CONVERTED)
    steps = [ddl.AddColumn(filling.spec, replace(one, references=None)) for one in columns if one.name not in there]
    ddl.apply(connection, steps)
    return bool(steps)


def has_more(connection: Connection, filling: Filling, rows: int) -> bool:
    """Tell whether the table has more than so many rows."""
    table = filling.table()
    return connection.execute(select(table.c.id).offset(rows).limit(1)).first() is not None


def fill(connection: Connection, filling: Filling, after: str | None, limit: int = CHUNK) -> Filled:
    """Convert the next rows after an id, in the caller's transaction, and mark them."""
    table = filling.table()
    query = select(table).where(_stale(table, filling.generation)).order_by(table.c.id).limit(limit)
    found = connection.execute(query if after is None else query.where(table.c.id > after)).all()
    keys = [column.key for column in table.columns]
    changes, failed = [], 0
    for row in (dict(zip(keys, item, strict=True)) for item in found):
        made = [_made(filling, number, row) for number in range(len(filling.turns))]
        failed += any(row[f"s{number}"] is not None and value is None for number, value in enumerate(made))
        mark = {CONVERTED.key: row["version"] * _STEP + filling.generation}
        changes.append({f"t{number}": value for number, value in enumerate(made)} | mark | _found_by(row))
    if changes:
        # A row that somebody has written since it was read is at another version: the next pass finds it.
        change = update(table).where(table.c.id == bindparam("_id"), table.c.version == bindparam("_version"))
        with writing(connection):
            connection.execute(change, changes)
    return Filled(found[-1].id if len(found) == limit else None, len(found), failed)


def _found_by(row: dict[str, Any]) -> dict[str, Any]:
    return {"_id": row["id"], "_version": row["version"]}


def _stale(table: Table, generation: int) -> ColumnElement[bool]:
    mark = table.c[CONVERTED.key]
    return or_(mark.is_(None), mark != cast(table.c.version, BigInteger) * _STEP + generation)


def _made(filling: Filling, number: int, row: dict[str, Any]) -> Any:  # noqa: ANN401 - whatever the driver takes
    turn, dialect = filling.turns[number], filling.dialect
    value = from_physical(row[f"s{number}"], turn.source, dialect)
    earlier = from_physical(row[f"t{number}"], turn.target, dialect)
    try:
        return to_physical(turn.turned(value, earlier), turn.target, dialect)
    except EngineError:  # the type takes it, and the column does not: too long for an index, too many digits
        return None


@dataclass(frozen=True, slots=True)
class Estimate:
    """How many records have a value that converts and how many one that does not; exact unless there are more."""

    converted: int
    failed: int
    exact: bool


def estimate(connection: Connection, spec: TableSpec, turn: Turn, dialect: Dialect, most: int) -> Estimate:
    """Return what would become of a field's values, of the first ``most`` records that have one; nothing is written."""
    table = _sources(spec, turn, dialect)
    query = select(table.c.s).where(table.c.s.is_not(None), table.c.deleted_at.is_(None)).order_by(table.c.id)
    values = connection.execute(query.limit(most + 1)).scalars().all()
    failed = sum(_refusal(turn, value, dialect) is not None for value in values[:most])
    return Estimate(min(len(values), most) - failed, failed, len(values) <= most)


def unconverted(
    connection: Connection, spec: TableSpec, turn: Turn, dialect: Dialect, after: str | None, limit: int
) -> Iterator[tuple[str, Value, Problem]]:
    """Yield records whose value did not convert and who have none in its place: id, the value of old, and why."""
    table = _sources(spec, turn, dialect)
    empty = and_(table.c.s.is_not(None), table.c.t.is_(None), table.c.deleted_at.is_(None))
    while True:
        query = select(table.c.id, table.c.s).where(empty).order_by(table.c.id).limit(limit)
        found = connection.execute(query if after is None else query.where(table.c.id > after)).all()
        for row in found:
            after = row.id
            why = _refusal(turn, row.s, dialect)
            if why is not None:
                yield row.id, from_physical(row.s, turn.source, dialect), why
        if len(found) < limit:
            return


def _sources(spec: TableSpec, turn: Turn, dialect: Dialect) -> Table:
    own: Sequence[ColumnSpec] = [column for column in SYSTEM_COLUMNS if column.key in ("id", "deleted_at")]
    named: Iterable[ColumnSpec] = (
        replace(column, key=key, column=column.name) for key, column in (("s", turn.source), ("t", turn.target))
    )
    return Table(spec.name, MetaData(), *(physical_column(spec, column, dialect) for column in (*own, *named)))


def _refusal(turn: Turn, stored: Any, dialect: Dialect) -> Problem | None:  # noqa: ANN401 - whatever the driver gives
    """Return why a value does not convert; None where it does."""
    made = turn.forth(from_physical(stored, turn.source, dialect))
    if isinstance(made, Problem):
        return made
    try:
        to_physical(made, turn.target, dialect)
    except EngineError as error:
        return error.problems[0]
    return None
