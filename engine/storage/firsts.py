"""When each of two conditions first held of a form's records, in a table of one connection; knows no rule."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import psycopg
from sqlalchemy import (
    BigInteger,
    ClauseElement,
    Column,
    ColumnElement,
    Connection,
    Executable,
    Index,
    Integer,
    MetaData,
    Select,
    Table,
    Text,
    and_,
    case,
    cast,
    func,
    literal,
    null,
    or_,
    select,
    true,
)
from sqlalchemy.ext.compiler import compiles

from engine.kernel.clocks import Moment
from engine.kernel.values import Value
from engine.storage.form_tables import FormTables
from engine.storage.rows import from_physical
from engine.storage.upserts import insert_into

if TYPE_CHECKING:
    from sqlalchemy.sql.compiler import SQLCompiler

_NAME = "youju_past_firsts"

Condition = ColumnElement[bool]
Kind = Literal["same", "later", "earlier", "gone", "added"]
"""How the new condition stands to the old one: at the same time, later, earlier, no more at all, only now."""


@dataclass(frozen=True, slots=True)
class Pair:
    """When the old condition and the new one first held of a record; None where one never did."""

    old: Moment | None
    new: Moment | None


@dataclass(frozen=True, slots=True)
class Total:
    """How many records stand in one way, and what a field of theirs comes to."""

    count: int
    money: Value


class Firsts:
    """Collects when two conditions first held; ``money`` is a field of numbers that is summed, as it was then."""

    def __init__(self, connection: Connection, form: FormTables, money: str | None = None) -> None:
        """Begin with no record."""
        self._connection, self._form, self._money = connection, form, money
        own = Integer() if money is None else form.main.table.c[money].type
        self._table = Table(
            _NAME,
            MetaData(),
            Column("id", Text(), nullable=False),
            Column("old_at", BigInteger()),
            Column("new_at", BigInteger()),
            Column("money", own),
            prefixes=["TEMPORARY"],
        )
        Index(f"{_NAME}_id", self._table.c.id, unique=True)
        self._made = False

    def look(self, at: Moment, old: Condition | None, new: Condition | None) -> None:
        """Note of which records the conditions hold now; None is a condition that is not asked now."""
        main, both = self._form.main.table, self._table.alias()
        holds = [one for one in (old, new) if one is not None]
        found = self._asked(_when(old, at), _when(new, at)).where(main.c.deleted_at.is_(None), or_(*holds))
        if not self._made:
            self._begin(found)
            return
        known = select(both.c.id).where(both.c.id == main.c.id, both.c.old_at.is_not(None), both.c.new_at.is_not(None))
        self._keep(found.where(~known.exists()))

    def note(self, record: str, at: Moment, *, old: bool, new: bool) -> None:
        """Note that the conditions hold of one record now."""
        sides = (literal(at if holds else None, BigInteger()) for holds in (old, new))
        self._keep(self._asked(*sides).where(self._form.main.table.c.id == record))

    def parted(self, at: Moment, limit: int) -> Sequence[str]:
        """Return records of which one condition first held at this moment and the other has not yet."""
        self._ready()
        old, new = self._table.c.old_at, self._table.c.new_at
        apart = or_(and_(old == at, new.is_(None)), and_(new == at, old.is_(None)))
        return (
            self._connection.execute(select(self._table.c.id).where(apart).order_by("id").limit(limit)).scalars().all()
        )

    def pairs(self, records: Sequence[str]) -> Mapping[str, Pair]:
        """Return when the conditions first held of these records."""
        self._ready()
        chosen = select(self._table).where(self._table.c.id.in_(records))
        return {row.id: Pair(row.old_at, row.new_at) for row in self._connection.execute(chosen)}

    def totals(self) -> Mapping[Kind, Total]:
        """Return how many records stand in which way, and what they come to."""
        self._ready()
        old, new = self._table.c.old_at, self._table.c.new_at
        kind = case(
            (new.is_(None), "gone"),
            (old.is_(None), "added"),
            (new > old, "later"),
            (new < old, "earlier"),
            else_="same",
        )
        query = select(kind, func.count(), func.sum(self._table.c.money)).group_by(kind)
        return {row[0]: Total(row[1], self._read(row[2])) for row in self._connection.execute(query)}

    def _asked(self, old: ColumnElement[Any], new: ColumnElement[Any]) -> Select[Any]:
        main, own = self._form.main.table, self._table.c
        money = cast(null(), own.money.type) if self._money is None else main.c[self._money]
        sides = (cast(one, BigInteger()).label(key) for key, one in (("old_at", old), ("new_at", new)))
        return select(main.c.id, *sides, money.label("money"))

    def _begin(self, found: Select[Any]) -> None:
        """Make the table of what the first look finds: PostgreSQL reads side by side for this, and for no insert."""
        if self._connection.dialect.name != "postgresql":
            self._keep(found)
            return
        with _values_written_out(self._connection):
            self._connection.execute(_TableOf(_NAME, found))
        for index in self._table.indexes:
            index.create(self._connection)
        self._made = True

    def _ready(self) -> None:
        if not self._made:
            self._table.create(self._connection)
            self._made = True

    def _read(self, total: Any) -> Value:  # noqa: ANN401 - what a driver gives
        if self._money is None:
            return None
        main = self._form.main
        return from_physical(total, main.columns[self._money], main.dialect)

    def _keep(self, found: Select[Any]) -> None:
        self._ready()
        adding = insert_into(self._connection, self._table).from_select(["id", "old_at", "new_at", "money"], found)
        own, more = self._table.c, adding.excluded
        merged = {key: func.coalesce(own[key], more[key]) for key in ("old_at", "new_at", "money")}
        self._connection.execute(adding.on_conflict_do_update(index_elements=["id"], set_=merged))


class _TableOf(Executable, ClauseElement):
    """Makes a temporary table of what a select finds; the library's own would not write every value out."""

    inherit_cache = False

    def __init__(self, name: str, found: Select[Any]) -> None:
        self.name, self.found = name, found


@compiles(_TableOf)
def _say(made: _TableOf, compiler: SQLCompiler, **_: Any) -> str:  # noqa: ANN401 - what a compiler passes on
    return f"CREATE TEMPORARY TABLE {made.name} AS {compiler.process(made.found)}"


@contextmanager
def _values_written_out(connection: Connection) -> Iterator[None]:
    """Have the driver write values into the statement: PostgreSQL takes none beside one that makes a table."""
    driver: Any = connection.connection.driver_connection
    usual, driver.cursor_factory = driver.cursor_factory, psycopg.ClientCursor
    try:
        yield
    finally:
        driver.cursor_factory = usual


def _when(condition: Condition | None, at: Moment) -> ColumnElement[Any]:
    if condition is None:
        return literal(None, BigInteger())
    return case((condition.is_(true()), literal(at, BigInteger())), else_=null())
