"""What a stand-in holds, in an SQLite file of its own: rows in the order of their last change, and answers once given.

One connection serves all threads, one after the other: a partner that is asked a few hundred times a second at most.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.kernel.canonical import Json, compact
from engine.kernel.clocks import Day, Moment, date_of, moment_text, start_of_day
from engine.kernel.problems import EngineError, Problem
from engine.standin import problems
from engine.standin.definitions import PartnerDef, ResourceDef
from engine.standin.values import counted, taken

if TYPE_CHECKING:
    from pathlib import Path

TABLES = (
    "CREATE TABLE row (resource TEXT, id TEXT, seq INTEGER UNIQUE, changed_at INTEGER, fields TEXT,"
    " PRIMARY KEY (resource, id))",
    "CREATE TABLE answer (key TEXT PRIMARY KEY, request TEXT, status INTEGER, body TEXT)",
    "CREATE TABLE made_of (name TEXT PRIMARY KEY, value TEXT)",
)
INSERT = "INSERT INTO row VALUES (?, ?, (SELECT coalesce(max(seq), 0) + 1 FROM row), ?, ?)"
REPLACE = INSERT.replace("INSERT", "REPLACE")
MORNING_MS = 8 * 3_600_000
BUSY_SECONDS = 5.0


@dataclass(frozen=True)
class Page:
    """Some rows of a resource, how many there are in all, and behind which one the next page begins."""

    items: tuple[Json, ...]
    count: int
    next: str | None


@dataclass(frozen=True)
class Kept:
    """An answer that was given under an idempotency key; ``request`` tells to what."""

    request: str
    status: int
    body: Json


class Shelf:
    """The rows of one stand-in. What is read is read under the lock; what is written, in ``changing``."""

    def __init__(self, connection: sqlite3.Connection, partner: PartnerDef, clock: Callable[[], Moment]) -> None:
        """Take over an open file that holds the rows of this partner."""
        self._connection = connection
        self._lock = threading.RLock()
        self._clock = clock
        self.partner = partner

    @contextmanager
    def changing(self) -> Iterator[None]:
        """Do all that happens within in one transaction, alone; EngineError (STAND-023) where the file fails."""
        with self._lock:
            try:
                self._connection.execute("BEGIN IMMEDIATE")
                yield
                self._connection.commit()
            except sqlite3.Error as error:
                self._connection.rollback()
                raise EngineError(problems.NO_DATABASE.at(database=self.partner.key, reason=str(error))) from error
            except BaseException:
                self._connection.rollback()
                raise

    def find(self, resource: str, id: str) -> Json | None:
        """Return a row by its id, None where there is none."""
        with self._lock:
            query = "SELECT fields, changed_at FROM row WHERE resource = ? AND id = ?"
            found = self._connection.execute(query, (resource, id)).fetchone()
        return None if found is None else _shown(*found)

    def holds(self, resource: str, id: str) -> bool:
        """Tell whether a resource holds a row of that id."""
        return self.find(resource, id) is not None

    def page(self, resource: str, wanted: Mapping[str, Json], since: Moment, after: int, limit: int) -> Page:
        """Return rows with these values, changed ``since`` then, that stand behind ``after``; oldest change first."""
        where = ["resource = ?", "changed_at >= ?", *("json_extract(fields, ?) = ?" for _ in wanted)]
        given: list[Json] = [resource, since]
        for key, value in wanted.items():
            given += [f'$."{key}"', value]
        condition = " AND ".join(where)
        with self._lock:
            (count,) = self._connection.execute(f"SELECT count(*) FROM row WHERE {condition}", given).fetchone()  # noqa: S608 - places alone
            query = f"SELECT fields, changed_at, seq FROM row WHERE {condition} AND seq > ? ORDER BY seq LIMIT ?"  # noqa: S608 - places alone
            found = self._connection.execute(query, [*given, after, limit + 1]).fetchall()
        items = tuple(_shown(fields, changed_at) for fields, changed_at, _ in found[:limit])
        return Page(items, count, str(found[limit - 1][2]) if len(found) > limit else None)

    def put(self, resource: ResourceDef, fields: Mapping[str, Json]) -> Json:
        """Write a row as it is now, in ``changing``; return it as it is shown."""
        changed_at = self._clock()
        _put(self._connection, resource, fields, changed_at)
        return _shown(compact(dict(fields)), changed_at)

    def next_id(self, resource: ResourceDef) -> str | None:
        """Return an id for a new row, behind all of that form; None where the resource makes none. In ``changing``."""
        if resource.serial is None:
            return None
        prefix, _, rest = resource.serial.partition("{")
        width, start = int(rest[2:-2]), len(prefix) + 1
        query = (
            "SELECT max(CAST(substr(id, ?) AS INTEGER)) FROM row WHERE resource = ? AND substr(id, 1, ?) = ?"
            " AND substr(id, ?) NOT GLOB '*[^0-9]*'"
        )
        given = (start, resource.key, len(prefix), prefix, start)
        (last,) = self._connection.execute(query, given).fetchone()
        return f"{prefix}{(last or 0) + 1:0{width}d}"

    def kept(self, key: str) -> Kept | None:
        """Return the answer that was given under an idempotency key, None where none was."""
        with self._lock:
            query = "SELECT request, status, body FROM answer WHERE key = ?"
            found = self._connection.execute(query, (key,)).fetchone()
        return None if found is None else Kept(found[0], found[1], json.loads(found[2]))

    def keep(self, key: str, answer: Kept) -> None:
        """Keep an answer under its idempotency key, in ``changing``."""
        given = (key, answer.request, answer.status, compact(answer.body))
        self._connection.execute("INSERT INTO answer VALUES (?, ?, ?, ?)", given)

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._connection.close()


def discard(path: Path) -> None:
    """Delete the file of a stand-in, if it is there; EngineError (STAND-023) where it is none of a stand-in."""
    if not path.exists():
        return
    try:
        connection = sqlite3.connect(f"file:{path}?mode=ro", timeout=BUSY_SECONDS, uri=True)
        try:
            connection.execute("SELECT name, value FROM made_of").fetchall()
        finally:
            connection.close()
        path.unlink()
    except (sqlite3.Error, OSError) as error:
        raise EngineError(problems.NO_DATABASE.at(database=str(path), reason=str(error))) from error


def open_shelf(
    path: Path, partner: PartnerDef, anchor: Day, clock: Callable[[], Moment], *, is_stated: bool = False
) -> Shelf:
    """Open the file of a stand-in, made and filled where there is none; EngineError where that cannot be.

    One that is there keeps the anchor that it was made with; where another ``is_stated``, or the document has changed,
    that is a problem (STAND-022).
    """
    try:
        connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
        try:
            _make(connection, path, partner, anchor, is_stated=is_stated)
        except BaseException:
            connection.close()
            raise
    except (sqlite3.Error, OSError) as error:
        raise EngineError(problems.NO_DATABASE.at(database=str(path), reason=str(error))) from error
    return Shelf(connection, partner, clock)


def _make(connection: sqlite3.Connection, path: Path, partner: PartnerDef, anchor: Day, *, is_stated: bool) -> None:
    connection.execute("BEGIN IMMEDIATE")
    if connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
        was = dict(connection.execute("SELECT name, value FROM made_of").fetchall())
        connection.commit()
        wanted = {"document": partner.digest, **({"anchor": date_of(anchor).isoformat()} if is_stated else {})}
        if any(was.get(name) != value for name, value in wanted.items()):
            shown = f"{was.get('key')}, {was.get('anchor')}, {str(was.get('document'))[:12]}"
            raise EngineError(problems.OTHER_CONTENT.at(database=str(path), was=shown))
        return
    for statement in TABLES:
        connection.execute(statement)
    found = list(_filled(connection, partner, anchor))
    if found:
        raise EngineError(found)
    made_of = {"key": partner.key, "document": partner.digest, "anchor": date_of(anchor).isoformat()}
    connection.executemany("INSERT INTO made_of VALUES (?, ?)", made_of.items())
    connection.commit()


def _filled(connection: sqlite3.Connection, partner: PartnerDef, anchor: Day) -> Iterator[Problem]:
    """Put in what is there at first, the oldest change first; go through what is wrong with it."""
    seeds = [
        (row.at, number, index, resource)
        for number, resource in enumerate(partner.resources.values())
        for index, row in enumerate(resource.rows)
    ]
    ids = {
        resource.key: {str(row.fields.get(resource.id)) for row in resource.rows}
        for resource in partner.resources.values()
    }
    for order, (at, number, index, resource) in enumerate(sorted(seeds, key=lambda seed: seed[:3])):
        place = f"resources/{number}/rows/{index}/fields"
        raw = counted(dict(resource.rows[index].fields), anchor, partner.zone)
        values, found = taken(resource.fields, raw, place, lambda leads, id: id in ids[leads])
        yield from found
        if not found:
            moment = start_of_day(anchor + at, partner.zone) + MORNING_MS + order
            try:
                _put(connection, resource, values, moment, is_new=True)
            except sqlite3.IntegrityError:
                yield problems.ROW_TWICE.at(place, resource=resource.key, id=values[resource.id])


def _put(
    connection: sqlite3.Connection,
    resource: ResourceDef,
    fields: Mapping[str, Json],
    changed_at: Moment,
    *,
    is_new: bool = False,
) -> None:
    statement = INSERT if is_new else REPLACE
    connection.execute(statement, (resource.key, fields[resource.id], changed_at, compact(dict(fields))))


def _shown(fields: str, changed_at: Moment) -> Json:
    return {**json.loads(fields), "changed_at": moment_text(changed_at)}
