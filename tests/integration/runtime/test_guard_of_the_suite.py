"""The write guard is on in every test that uses a database: records are written by a unit of work alone."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from engine.storage.write_guard import UnguardedWriteError

WRITES = [
    "INSERT INTO book (id, version) VALUES ('x', 1)",
    "UPDATE book SET title = 'x'",
    "DELETE FROM book",
    "UPDATE book__copies SET shelf = 'x'",
    'DELETE FROM "book__copies"',
    "insert into member (id, version) select id, 1 from book",
    "DELETE FROM youju_journal",
    "UPDATE youju_parameter SET value = '1'",
    "INSERT INTO youju_role_grant (user_id, app, role) VALUES ('a', 'b', 'c')",
]


@pytest.mark.parametrize("statement", WRITES)
def test_a_write_raises_when_no_unit_of_work_makes_it(library, statement):
    book = library.book(copies=[{"barcode": "1"}])
    with pytest.raises(UnguardedWriteError, match="unit of work"), library.site.database.write() as connection:
        connection.execute(text(statement))
    with pytest.raises(UnguardedWriteError), library.site.database.read() as connection:
        connection.execute(text(statement))
    assert library.records.read(library.anna, "library", "book", book.id) == book
