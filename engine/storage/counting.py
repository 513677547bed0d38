"""Counts a form's records for a list: exactly where little has to be looked at for it, else by a sample of the table.

However many records there are and whichever meet the conditions, a bounded number of rows is looked at. On SQLite that
is held by the database's own count of its steps, on PostgreSQL by what the planner expects before it begins.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import (
    Connection,
    FromClause,
    Select,
    Table,
    TextClause,
    and_,
    func,
    literal,
    select,
    text,
)
from sqlalchemy.exc import OperationalError

from engine.storage.form_tables import FormTables
from engine.storage.plans import expected_cost
from engine.storage.query import Conditions

LOOKED: Final = 20_000
"""Rows that are looked at for one count, at most; smaller tables are counted whole."""

BOUND: Final = 1_000
"""What a first, small sample says is more than this is not counted."""

FIRST_LOOK: Final = 1_000
"""Rows of the first sample."""

ENOUGH: Final = 10
"""Records of a sample by which one may say how many there are in all; with fewer, more are looked at."""

STRETCHES: Final = 20
"""Places of a SQLite table from which a sample is taken."""

STEPS: Final = 30 * LOOKED
"""Steps of SQLite's machine that a count may take: some 15 to 30 for each row of a table that it goes through."""

RARE: Final = 10
"""Where fewer than so many times the rows of a page meet the conditions, going through the table as it lies is quicker
than along an index: on SQLite a row costs ten times as much that way."""

COST: Final = 5_000.0
"""What PostgreSQL may expect a count to cost: some 20,000 rows one after the other with conditions, 1,000 scattered."""

_USUAL_ROWS_OF_A_BLOCK: Final = 10
_SEED: Final = 7
"""The same table gives the same sample: what is told does not waver while one turns pages."""


@dataclass(frozen=True, slots=True)
class Counted:
    """How many records there are, and whether that is exact; else it is an estimate of two digits."""

    value: int
    exact: bool


def counter_of(connection: Connection, form: FormTables, where: Conditions) -> Counter:
    """Return what counts the records that meet the conditions, deleted ones left out; it asks nothing yet."""
    counted: FromClause = form.main.table
    if not isinstance(counted, Table):
        return _OfAQuery(connection, form, where)
    kind = _Sqlite if connection.dialect.name == "sqlite" else _Postgres
    return kind(connection, form, where)


def _in_two_digits(value: float) -> int:
    return int(float(f"{value:.1e}"))


_NOWHERE: Final[Mapping[str, int]] = MappingProxyType({})


class Counter:
    """Counts on either database; how large the table is and what a sample of it says, each finds in its own way."""

    def __init__(self, connection: Connection, form: FormTables, where: Conditions) -> None:
        """Know what is counted."""
        self.connection = connection
        self.main = form.main.table
        self.is_narrowed = bool(where)
        self.meets = and_(self.main.c.deleted_at.is_(None), *where)
        self.quoted = connection.dialect.identifier_preparer.quote(self.main.name)

    @cached_property
    def rows(self) -> float:
        """How many rows the table has, about."""
        raise NotImplementedError

    def guessed(self, rows: int) -> tuple[float, int]:
        """Return how many there are, as a sample of so many rows says, and how many of it meet the conditions."""
        raise NotImplementedError

    def bounded(self) -> int | None:
        """Return how many there are; None where that takes too much."""
        raise NotImplementedError

    def is_rare(self, wanted: int) -> bool:
        """Tell whether so few records meet the conditions that ``wanted`` of them are not found along an index."""
        return self.is_narrowed and self.rows > LOOKED and self._first_look[0] < RARE * wanted

    def count(self, least: int = 0) -> Counted:
        """Return how many there are; ``least`` are known to be there."""
        if self.rows <= LOOKED:
            return Counted(self.whole(), exact=True)
        guess, seen = self._first_look
        if seen < ENOUGH or guess <= BOUND:
            value = self.bounded()
            if value is not None:
                return Counted(value, exact=True)
            guess = self.guessed(LOOKED)[0] if seen < ENOUGH else guess
        return Counted(max(least, _in_two_digits(guess)), exact=False)

    @cached_property
    def _first_look(self) -> tuple[float, int]:
        return self.guessed(FIRST_LOOK)

    def whole(self) -> int:
        """Return how many there are, whatever has to be looked at."""
        return int(self.connection.execute(self._all()).scalar_one())

    def _all(self) -> Select[Any]:
        return select(func.count()).select_from(self.main).where(self.meets)

    def _of_sample(self, sample: TextClause, places: Mapping[str, int] = _NOWHERE) -> tuple[int, int]:
        """Return how many rows of a sample there are, and how many of them meet the conditions."""
        counted = select(func.count(), func.count().filter(self.meets)).select_from(self.main).where(sample)
        looked, met = self.connection.execute(counted, dict(places)).one()
        return int(looked), int(met)


class _OfAQuery(Counter):
    """What a design that is tried makes of a table is no table: it has no size, and gives no samples."""

    def is_rare(self, wanted: int) -> bool:  # noqa: ARG002 - there is no index to follow
        """Leave it to the database."""
        return False

    def count(self, least: int = 0) -> Counted:
        """Return how many there are, up to ``LOOKED``."""
        some = select(literal(1)).select_from(self.main).where(self.meets).limit(LOOKED + 1).subquery()
        found = int(self.connection.execute(select(func.count()).select_from(some)).scalar_one())
        return Counted(max(least, min(found, LOOKED)), exact=found <= LOOKED)


class _Sqlite(Counter):
    """SQLite numbers the rows of a table as they come: stretches of these numbers are a sample."""

    @cached_property
    def _ends(self) -> tuple[int, int]:
        least, most = (f"(SELECT {end}(rowid) FROM {self.quoted})" for end in ("min", "max"))  # noqa: S608 - quoted
        first, last = self.connection.execute(text(f"SELECT {least}, {most}")).one()
        return (1, 0) if last is None else (int(first), int(last))

    @cached_property
    def rows(self) -> float:
        """How many numbers of rows there are."""
        first, last = self._ends
        return last - first + 1

    def guessed(self, rows: int) -> tuple[float, int]:
        """Return how many there are, as a sample of so many rows says, and how many of it meet the conditions."""
        length = rows // STRETCHES
        first = self._ends[0]
        begins = [first + place * (int(self.rows) - length) // (STRETCHES - 1) for place in range(STRETCHES)]
        stretches = " OR ".join(f"{self.quoted}.rowid BETWEEN :s{at} AND :e{at}" for at in range(STRETCHES))
        ends = {f"e{at}": begin + length - 1 for at, begin in enumerate(begins)}
        _, met = self._of_sample(text(stretches), {f"s{at}": begin for at, begin in enumerate(begins)} | ends)
        return met * self.rows / (length * STRETCHES), met

    def bounded(self) -> int | None:
        """Return how many there are; None where that takes more than ``STEPS``."""
        try:
            with _within(self.connection, STEPS):
                return self.whole()
        except OperationalError as error:
            if getattr(error.orig, "sqlite_errorcode", None) != sqlite3.SQLITE_INTERRUPT:
                raise
            return None


@contextmanager
def _within(connection: Connection, steps: int) -> Iterator[None]:
    """Break off a statement of the block that takes more steps of the machine."""
    driver: Any = connection.connection.driver_connection
    driver.set_progress_handler(lambda: 1, steps)
    try:
        yield
    finally:
        driver.set_progress_handler(None, 0)


class _Postgres(Counter):
    """PostgreSQL knows about how many rows a table has, takes samples of its blocks, and says what a count costs."""

    @cached_property
    def rows(self) -> float:
        """How many rows there are, by how large the table is now and how closely they stood when that was looked at."""
        known = text(
            "SELECT reltuples, relpages, pg_relation_size(oid) / current_setting('block_size')::int"
            " FROM pg_class WHERE oid = CAST(:name AS regclass)"
        )
        rows, pages, blocks = self.connection.execute(known, {"name": self.quoted}).one()
        return float(blocks * (rows / pages if rows > 0 and pages > 0 else _USUAL_ROWS_OF_A_BLOCK))

    def is_rare(self, wanted: int) -> bool:  # noqa: ARG002 - the planner has samples of its own
        """Leave it to the planner."""
        return False

    def guessed(self, rows: int) -> tuple[float, int]:
        """Return how many there are, as a sample of so many rows says, and how many of it meet the conditions."""
        share = min(100.0, 100.0 * rows / self.rows)
        taken = f"TABLESAMPLE SYSTEM ({share}) REPEATABLE ({_SEED})"
        blocks = f"SELECT ctid FROM {self.quoted} {taken}"  # noqa: S608 - quoted
        looked, met = self._of_sample(text(f"{self.quoted}.ctid = ANY (ARRAY({blocks}))"))
        return met * self.rows / max(looked, 1), met

    def bounded(self) -> int | None:
        """Return how many there are; None where the planner expects that to cost more than ``COST``."""
        return self.whole() if expected_cost(self.connection, self._all()) <= COST else None
