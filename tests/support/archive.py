"""A sealed archive and somebody who changes it behind the program's back: what audits are tried on."""

# ruff: noqa: S608 - the attacker's SQL is made here, of names that the tests give

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, create_engine, inspect, text

from engine.decision.changeset import Note
from engine.storage.audit import Report, verify
from engine.storage.journal_format import head_mac
from engine.storage.journal_triggers import ERASURE
from engine.storage.sealer import Sealer
from tests.support.guarding import TAMPERS
from tests.support.library import FULL_BOOK, NOON, Library, change

if TYPE_CHECKING:
    from pathlib import Path

KEY = b"a key that is kept outside of the database"
COPIES = ({"id": "c1", "shelf": "A", "cost": 1250, "lent": True, "bought_on": 1}, {"id": "c2", "shelf": "B"})
REAL = 1_795_000_000_000


class Archive:
    """A library with a journal that is sealed in three batches and has an unsealed tail."""

    def __init__(self, library: Library, folder: Path) -> None:
        self.library = library
        self.witness = folder / "journal.head"
        self.sealer = Sealer(library.database, KEY, self.witness, "one", lambda: REAL)
        self.raw = create_engine(library.database.engine.url, execution_options=TAMPERS)

    def fill(self) -> None:
        donor = self.library.create("member", {"name": "王芳"})
        self.book = self.library.create("book", {**FULL_BOOK, "donor": donor.id, "copies": COPIES})
        self.sealer.seal()
        self.book = change(self.book, {"title": "石头记", "held": {"reason": "盘点"}, "department": "d1"}, "check")
        note = Note("library", "parameter", "limit", "set", {"value": "3"})
        self.library.do(self.book, notes=(note,))
        self.sealer.seal()
        other = self.library.create("book", {"title": "要删的"})
        self.library.do(change(other, {"deleted_at": NOON}, "delete"))
        self.sealer.seal()
        self.library.create("member", {"name": "尾巴"})

    def verify(self) -> Report:
        return verify(self.library.database, self.library.tables, KEY, self.witness)

    def codes(self) -> set[str]:
        return {problem.code for problem in self.verify().findings}

    @contextmanager
    def tampering(self) -> Iterator[Connection]:
        """Give a connection of somebody who may do anything: triggers and foreign keys are off while it lasts."""
        with self.raw.connect() as connection, connection.begin():
            if self.raw.dialect.name == "postgresql":
                connection.execute(text("SET session_replication_role = replica"))
                yield connection
                connection.execute(text("SET session_replication_role = DEFAULT"))
                return
            found = connection.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")).all()
            for trigger in found:
                connection.execute(text(f"DROP TRIGGER {trigger.name}"))
            yield connection
            for trigger in found:
                connection.execute(text(trigger.sql))

    def tamper(self, statement: str, **parameters: Any) -> None:
        with self.tampering() as connection:
            assert connection.execute(text(statement), parameters).rowcount


def other_value(value: Any, kind: str) -> Any:
    """Return another value of the same kind, so that only its content tells it apart."""
    for sign, other in _OTHERS.items():
        if sign in kind:
            return other(value)
    if isinstance(value, str) and value.startswith("{"):
        return value[:-2] + ("0}" if value[-2] != "0" else "1}")
    return "forged" if value is None else f"{'f' if value[0] != 'f' else 'e'}{value[1:]}"


_OTHERS = {
    "BOOL": lambda value: not value,
    "INT": lambda value: (value or 0) + 1_000,
    "NUMERIC": lambda value: (value or 0) + 1_000,
    "DATE": lambda _value: "2001-02-03",
    "TIME": lambda _value: "2001-02-03T04:05:06Z",
    "JSON": lambda _value: '["forged"]',
}


def changed_in_turn(archive: Archive, table: str, key: str) -> Iterator[str]:
    """Change each column in turn, in the first, a middle and the last row; what was there is put back afterwards."""
    for column in inspect(archive.raw).get_columns(table):
        name = column["name"]
        with archive.raw.connect() as connection:
            every = connection.execute(text(f'SELECT "{key}", "{name}" FROM {table} ORDER BY "{key}"')).all()
        rows = {row[0]: row for row in (every[0], every[len(every) // 2], every[-1])}.values()
        cast = (
            f"CAST(:value AS {str(column['type']).partition(' COLLATE')[0]})"
            if archive.raw.dialect.name == "postgresql"
            else ":value"
        )
        update = f'UPDATE {table} SET "{name}" = {cast} WHERE "{key}" = :row'
        for row, value in rows:
            stored = json.dumps(value) if "JSON" in str(column["type"]) and value is not None else value
            forged = other_value(value, str(column["type"]))
            archive.tamper(update, value=forged, row=row)
            yield f"{table}.{name} of {row}: {value!r} -> {forged!r}"
            archive.tamper(update, value=stored, row=forged if name == key else row)


def rewrite_head(archive: Archive, number: int) -> None:
    """Put back the head as it was when it named that seal: its MAC was in every backup."""
    with archive.raw.connect() as connection:
        query = text("SELECT hash FROM youju_seal WHERE number = :number")
        seal = connection.execute(query, {"number": number}).scalar_one()
    older = {"number": number, "hash": seal, "mac": head_mac(KEY, number, seal)}
    archive.tamper("UPDATE youju_seal_head SET number = :number, hash = :hash, mac = :mac", **older)


def cut_off_the_end(archive: Archive) -> None:
    """Delete the last batch with its seal, and all that its records show of it."""
    with archive.tampering() as connection:
        ids = "SELECT record FROM youju_journal WHERE batch = 3 OR batch IS NULL"
        connection.execute(text(f"DELETE FROM book WHERE id IN ({ids})"))
        connection.execute(text(f"DELETE FROM member WHERE id IN ({ids})"))
        connection.execute(text("DELETE FROM youju_journal WHERE batch = 3 OR batch IS NULL"))
        connection.execute(text("DELETE FROM youju_seal WHERE number = 3"))


def erase(archive: Archive, field: str) -> None:
    """Blank a field of the book by a journalled erasure, and remove what the journal held of it before."""
    archive.book = change(archive.book, {field: None}, ERASURE)
    archive.library.do(archive.book)
    for version in range(1, archive.book.version):
        forget(archive, field, version)


def forget(archive: Archive, field: str, version: int) -> None:
    """Remove a field's value from one entry about the book, with the triggers on."""
    where = "WHERE record = :record AND version = :version"
    parameters = {"record": archive.book.id, "version": version}
    with archive.raw.begin() as connection:
        payload = json.loads(
            connection.execute(text(f"SELECT payload FROM youju_journal {where}"), parameters).scalar_one()
        )
        if payload.pop(field, None) is not None:
            shorter = json.dumps(payload, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
            update = text(f"UPDATE youju_journal SET payload = :payload {where}")
            connection.execute(update, {"payload": shorter, **parameters})
