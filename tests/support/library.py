"""A small library as physical tables and changesets: what storage is tried on, without catalogue or decisions."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from engine.catalog.tables import ColumnSpec, TableSpec
from engine.decision.changeset import Actor, Changeset, RecordWrite
from engine.kernel.identifiers import uuid7
from engine.kernel.problems import Text
from engine.kernel.values import StorageKind
from engine.storage import ddl
from engine.storage.database import Database
from engine.storage.form_tables import Tables, form_tables
from engine.storage.unit_of_work import apply

NOON = 1_790_000_000_123
"""A moment with milliseconds, 2026-09-21T14:13:20.123Z."""

LIBRARIAN = Actor("11111111-1111-7111-8111-111111111111")


def column(key: str, kind: StorageKind, **more: Any) -> ColumnSpec:
    return ColumnSpec(key, kind, Text(f"{key}的中文", key), **more)


GENRES = (("novel", Text("小说", "Novel")), ("poetry", Text("诗歌 100%'", "Poetry")))
MEMBER = TableSpec(
    "library", "member", "member", "v_member", Text("读者", "Member"), (column("name", StorageKind.TEXT),)
)
BOOK = TableSpec(
    "library",
    "book",
    "book",
    "v_book",
    Text("图书", "Book"),
    (
        column("title", StorageKind.TEXT),
        column("isbn", StorageKind.TEXT, unique=True),
        column("price", StorageKind.NUMBER, scale=2, digits=12),
        column("weight", StorageKind.NUMBER, scale=3, digits=18),
        column("pages", StorageKind.NUMBER, digits=9),
        column("lendable", StorageKind.BOOLEAN),
        column("printed_on", StorageKind.DATE),
        column("scanned_at", StorageKind.DATETIME),
        column("genre", StorageKind.TEXT, options=GENRES),
        column("tags", StorageKind.TEXTS, options=GENRES),
        column("extra", StorageKind.JSON),
        column("donor", StorageKind.TEXT, references="member", indexed=True),
    ),
    states=(("draft", Text("草稿", "Draft")), ("shelved", Text("上架", "Shelved"))),
)
COPIES = TableSpec(
    "library",
    "book.copies",
    "book_copies",
    "v_book_copies",
    Text("馆藏", "Copies"),
    (
        column("shelf", StorageKind.TEXT),
        column("cost", StorageKind.NUMBER, scale=2, digits=12),
        column("lent", StorageKind.BOOLEAN),
        column("bought_on", StorageKind.DATE),
    ),
    parent="book",
)
SPECS = (BOOK, COPIES, MEMBER)

FULL_BOOK: Mapping[str, Any] = {
    "title": "红楼梦",
    "isbn": "978-7-02-000220-7",
    "price": 5990,
    "weight": -123456789012345678,
    "pages": 1606,
    "lendable": False,
    "printed_on": -1,
    "scanned_at": -1,
    "genre": "novel",
    "tags": ("poetry", "novel"),
    "extra": {"b": [1, 2.5, True, None], "a": "是"},
}


@dataclass
class Library:
    """An open database with the library's tables, repeatable randomness, and short words for what tests do often."""

    database: Database
    tables: Tables
    chance: random.Random = field(default_factory=lambda: random.Random(7))  # noqa: S311 - repeatable on purpose

    def new_id(self) -> str:
        return uuid7(NOON, self.chance.randbytes(10))

    def apply(self, changeset: Changeset) -> None:
        with self.database.write() as connection:
            apply(connection, changeset, self.tables, self.chance.randbytes)

    def do(self, *writes: RecordWrite, **more: Any) -> Changeset:
        changeset = Changeset(self.new_id(), NOON, LIBRARIAN, writes=writes, **more)
        self.apply(changeset)
        return changeset

    def create(self, form: str, fields: Mapping[str, Any]) -> RecordWrite:
        write = insertion(form, self.new_id(), fields)
        self.do(write)
        return write


def insertion(form: str, record: str, fields: Mapping[str, Any]) -> RecordWrite:
    """Return the write of a new record with these fields and the system fields that a decision would give it."""
    changes = {
        "id": record,
        "version": 1,
        "state": "draft",
        "state_since": NOON,
        "owner": LIBRARIAN.user,
        "created_at": NOON,
        "created_by": LIBRARIAN.user,
        "updated_at": NOON,
        "updated_by": LIBRARIAN.user,
        **fields,
    }
    return RecordWrite("insert", "library", form, record, 1, changes, changes, "create", LIBRARIAN)


def change(before: RecordWrite, changes: Mapping[str, Any], action: str = "update") -> RecordWrite:
    """Return the write that follows ``before`` and changes these fields."""
    return replace(
        before,
        kind="update",
        version=before.version + 1,
        changes={"version": before.version + 1, "updated_at": NOON + before.version, **changes},
        row={**before.row, **changes},
        action=action,
    )


def open_library(database: Database) -> Library:
    with database.write() as connection:
        ddl.apply(connection, ddl.plan((), SPECS))
    return Library(database, form_tables(SPECS, database.dialect))
