"""A list is counted exactly where little has to be looked at for it, else by a sample: never all of a large one."""

from __future__ import annotations

import pytest

from engine.storage import counting
from engine.storage.counting import BOUND, LOOKED, STRETCHES, Counted, counter_of
from engine.storage.query import list_rows
from engine.storage.records import insert_rows
from engine.storage.write_guard import writing
from tests.support.library import NOON, insertion
from tests.support.statements import explained, recorded

ROWS = LOOKED + 10_000
ONE_IN = 7
BATCH = 5_000


@pytest.fixture
def many(library):
    """More books than are looked at: each seventh of them dear, forty of one donor, thirty thick, a tenth deleted."""
    donor = library.create("member", {"name": "Donor"}).id
    form = library.tables["library", "book"]
    for begin in range(0, ROWS, BATCH):
        rows = [_book(library.new_id(), number, donor) for number in range(begin, begin + BATCH)]
        with library.database.write() as connection, writing(connection):
            insert_rows(connection, form, rows)
    if library.database.dialect == "postgresql":
        with library.database.alone() as connection:
            connection.exec_driver_sql("ANALYZE book")
    return library


def _book(record, number, donor):
    values = {
        "title": f"Book {number}",
        "price": 900 if number % ONE_IN == 0 else 100,
        "pages": 999 if number % (ROWS // 30) == 0 else 200,
        "donor": donor if number % (ROWS // 40) == 1 else None,
        "deleted_at": NOON if number % 10 == 3 else None,
    }
    return insertion("book", record, {**values, "isbn": f"i{number}"}).row


def _counted(library, *conditions, least=0):
    statements = []
    with library.database.read() as connection, recorded(library.database, statements):
        found = counter_of(connection, library.tables["library", "book"], conditions).count(least)
    return found, [one for one in statements if not one.startswith(("BEGIN", "SHOW"))]


def _books(library):
    return library.tables["library", "book"].main.table.c


def _dear(library):
    return _books(library).price >= (900 if library.database.dialect == "sqlite" else 9)


def test_few_records_are_counted_exactly_when_nothing_is_indexed(library):
    library.do(*(insertion("book", library.new_id(), {"price": price}) for price in (100, 900, 900)))
    assert _counted(library)[0] == Counted(3, exact=True)
    assert _counted(library, _dear(library))[0] == Counted(2, exact=True)


def test_an_empty_table_has_no_records(library):
    assert _counted(library)[0] == Counted(0, exact=True)


def test_a_sample_says_how_many_there_are_when_they_are_many(many):
    found, statements = _counted(many, _dear(many))
    alive = ROWS / ONE_IN * 0.9
    assert not found.exact
    assert 0.6 * alive < found.value < 1.5 * alive
    assert str(found.value).rstrip("0") == str(found.value)[:2].rstrip("0")
    assert len(statements) == 2
    assert _counted(many, _dear(many))[0] == found, "the same table gives the same sample"


def test_all_records_are_told_when_there_is_no_condition(many):
    found, _ = _counted(many)
    assert not found.exact
    assert 0.8 * ROWS < found.value < ROWS


def test_rare_records_are_counted_exactly_when_an_index_finds_them(many):
    with many.database.read() as connection:
        [donor] = connection.exec_driver_sql("SELECT id FROM member").scalars()
    assert _counted(many, _books(many).donor == donor)[0] == Counted(40, exact=True)
    assert _counted(many, _books(many).donor == donor, _books(many).price == 0)[0] == Counted(0, exact=True)


def test_rare_records_are_estimated_when_every_row_would_have_to_be_looked_at(many, monkeypatch):
    monkeypatch.setattr(counting, "STEPS", 100_000)
    monkeypatch.setattr(counting, "COST", 100.0)
    found, statements = _counted(many, _books(many).pages == 999, least=21)
    assert not found.exact
    assert 21 <= found.value < BOUND
    assert len(statements) <= 4


def test_the_database_serves_the_next_statement_when_a_count_was_broken_off(many, monkeypatch):
    monkeypatch.setattr(counting, "STEPS", 1_000)
    with many.database.read() as connection:
        counter_of(connection, many.tables["library", "book"], [_books(many).pages == 999]).count()
        assert connection.exec_driver_sql("SELECT count(*) FROM book").scalar_one() == ROWS


def test_a_count_looks_at_a_bounded_number_of_rows_when_the_table_grows(many):
    plans = []
    with many.database.read() as connection, explained(many.database, plans):
        counter_of(connection, many.tables["library", "book"], [_dear(many)]).count()
    if many.database.dialect == "sqlite":
        assert plans[-1].count("SEARCH book USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)") == STRETCHES
    else:
        assert "Tid Scan on book" in plans[-1], "the sample's rows, by their places"
        assert "Sample Scan on book" in plans[-1]
    assert "SCAN book" not in plans[-1]
    assert "Seq Scan" not in plans[-1]


def test_a_rare_filter_goes_through_the_table_when_an_index_would_lead_from_row_to_row(many):
    form, plans = many.tables["library", "book"], []
    rare, common = [_books(many).pages == 999], [_dear(many)]
    with many.database.read() as connection:
        assert counter_of(connection, form, rare).is_rare(50) is (many.database.dialect == "sqlite")
        assert not counter_of(connection, form, common).is_rare(50)
        assert not counter_of(connection, form, []).is_rare(50)
        pages = [
            list_rows(connection, form, rare, sort="created_at", descending=True, limit=9, as_it_lies=lies)
            for lies in (True, False)
        ]
        with explained(many.database, plans):
            list_rows(connection, form, rare, sort="created_at", limit=9, as_it_lies=True)
    assert pages[0] == pages[1]
    assert len(pages[0][0]) == 9
    if many.database.dialect == "sqlite":
        assert "SCAN book" in plans[0]
        assert "USING INDEX" not in plans[0]


def test_every_record_comes_once_when_the_table_is_gone_through_as_it_lies(library):
    form, seen, after = library.tables["library", "book"], [], None
    for price in (300, None, 100, 300, None, 200):
        library.create("book", {"price": price})
    while True:
        with library.database.read() as connection:
            rows, after = list_rows(connection, form, sort="price", after=after, limit=2, as_it_lies=True)
        seen += [row["price"] for row in rows]
        if after is None:
            break
    assert seen == [100, 200, 300, 300, None, None]
