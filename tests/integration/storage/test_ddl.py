"""Publishing changes tables that hold rows: nothing is lost, and what stands in the way is said."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from secrets import token_bytes

import pytest
from sqlalchemy import inspect, text

from engine.decision.changeset import Changeset
from engine.kernel.problems import EngineError
from engine.kernel.values import StorageKind
from engine.storage import ddl, records
from engine.storage.database import open_database
from engine.storage.form_tables import form_tables
from engine.storage.locks import lock_for_publish, lock_for_write
from engine.storage.unit_of_work import apply
from tests.support.library import (
    BOOK,
    COPIES,
    FULL_BOOK,
    LIBRARIAN,
    MEMBER,
    NOON,
    SPECS,
    Library,
    change,
    column,
    insertion,
)


def publish(library, old, new):
    with library.database.write() as connection:
        ddl.apply(connection, ddl.plan(old, new))
    return Library(library.database, form_tables(new, library.database.dialect), library.chance)


def fetch(library, record):
    with library.database.read() as connection:
        return records.fetch(connection, library.tables["library", "book"], record)


def without(spec, key):
    return replace(spec, columns=tuple(found for found in spec.columns if found.key != key))


def test_old_rows_read_blank_when_a_field_is_added(library):
    old = library.create("book", FULL_BOOK)
    patron = column("patron", StorageKind.TEXT, references="member")
    second = replace(BOOK, columns=(*BOOK.columns, column("subtitle", StorageKind.TEXT, unique=True), patron))
    after = publish(library, SPECS, (second, COPIES, MEMBER))
    row = fetch(after, old.id)
    assert (row["subtitle"], row["patron"], row["title"]) == (None, None, "红楼梦")
    with library.database.read() as connection:
        assert connection.execute(text("SELECT subtitle, title FROM v_book")).one() == (None, "红楼梦")
    after.do(change(old, {"subtitle": "程甲本"}))
    assert fetch(after, old.id)["subtitle"] == "程甲本"
    with pytest.raises(EngineError, match="STORE-013"):
        after.do(change(change(old, {}), {"patron": "nobody"}))


def test_values_are_there_again_when_a_retired_field_comes_back(library):
    old = library.create("book", FULL_BOOK)
    smaller = (without(BOOK, "price"), COPIES, MEMBER)
    retired = publish(library, SPECS, smaller)
    assert "price" not in fetch(retired, old.id)
    assert fetch(publish(retired, smaller, SPECS), old.id)["price"] == 5990


def test_rows_are_there_again_when_a_removed_form_comes_back_with_a_new_field(library):
    old = library.create("book", FULL_BOOK)
    grown = replace(BOOK, columns=(*BOOK.columns, column("subtitle", StorageKind.TEXT)))
    after = publish(library, (MEMBER,), (grown, COPIES, MEMBER))
    assert fetch(after, old.id)["title"] == "红楼梦"
    assert fetch(after, old.id)["subtitle"] is None


def test_publishing_is_refused_when_a_field_that_shall_be_unique_holds_a_value_twice(library):
    for _ in range(2):
        library.create("book", {"title": "同名"})
    unique = replace(BOOK, columns=(column("title", StorageKind.TEXT, unique=True), *BOOK.columns[1:]))
    with pytest.raises(EngineError, match=r"STORE-033 library\.book\.title"):
        publish(library, SPECS, (unique, COPIES, MEMBER))
    library.create("book", {"title": "同名"})


def test_larger_numbers_are_kept_when_a_field_gets_more_digits(library):
    wider = tuple(replace(c, digits=18) if c.key == "price" else c for c in BOOK.columns)
    after = publish(library, SPECS, (replace(BOOK, columns=wider), COPIES, MEMBER))
    assert fetch(after, after.create("book", {"price": 10**17}).id)["price"] == 10**17


def test_larger_numbers_are_kept_when_a_retired_field_comes_back_with_more_digits(library):
    smaller = (without(BOOK, "price"), COPIES, MEMBER)
    publish(library, SPECS, smaller)
    wider = tuple(replace(c, digits=18) if c.key == "price" else c for c in BOOK.columns)
    after = publish(library, smaller, (replace(BOOK, columns=wider), COPIES, MEMBER))
    assert fetch(after, after.create("book", {"price": 10**17}).id)["price"] == 10**17


def test_equal_values_are_kept_when_a_removed_form_comes_back_with_nothing_unique(library):
    free = tuple(replace(c, unique=False) for c in BOOK.columns)
    after = publish(library, (MEMBER,), (replace(BOOK, columns=free), COPIES, MEMBER))
    assert [after.create("book", {"isbn": "978"}).kind for _ in range(2)] == ["insert", "insert"]


def test_a_connection_that_knew_the_old_type_is_replaced_when_a_field_gets_more_digits(library):
    book = library.create("book", {"price": 100})
    process = Library(open_database(library.database.engine.url.render_as_string()), library.tables)
    for _ in range(8):  # until the driver prepares the statement
        fetch(process, book.id)
    wider = tuple(replace(c, digits=18) if c.key == "price" else c for c in BOOK.columns)
    publish(library, SPECS, (replace(BOOK, columns=wider), COPIES, MEMBER))
    outcomes = [outcome(lambda: fetch(process, book.id)["price"]) for _ in range(3)]
    process.database.close()
    assert outcomes == [100 if library.database.dialect == "sqlite" else "STORE-004", 100, 100]


def outcome(work):
    try:
        return work()
    except EngineError as error:
        return error.problems[0].code


def test_no_request_fails_when_a_field_is_added_meanwhile(library):
    book = library.create("book", FULL_BOOK)
    going, published = threading.Event(), threading.Event()

    def request(number):
        done = 0
        while not published.is_set() or done < 20:
            fetch(library, book.id)
            with library.database.write() as connection:
                lock_for_write(connection, ["library"])
                write = insertion("book", f"{number}/{done}", {"title": "书"})
                apply(connection, Changeset("c", NOON, LIBRARIAN, writes=(write,)), library.tables, token_bytes)
            done += 1
            going.set()
        return done

    grown = replace(BOOK, columns=(*BOOK.columns, column("subtitle", StorageKind.TEXT)))
    with ThreadPoolExecutor(3) as pool:
        requests = [pool.submit(request, number) for number in range(3)]
        assert going.wait(20)
        with library.database.write() as connection:
            lock_for_publish(connection, "library")
            ddl.apply(connection, ddl.plan(SPECS, (grown, COPIES, MEMBER)))
        published.set()
        written = sum(one.result(timeout=60) for one in requests)
    with library.database.read() as connection:
        assert connection.execute(text("SELECT count(*) FROM book WHERE subtitle IS NULL")).scalar() == written + 1


def test_publishing_is_told_to_try_again_when_somebody_reads_for_long(library):
    grown = (replace(BOOK, columns=(*BOOK.columns, column("subtitle", StorageKind.TEXT))), COPIES, MEMBER)
    with library.database.read() as connection:
        records.fetch(connection, library.tables["library", "book"], "x")
        expected = 2 if library.database.dialect == "sqlite" else "STORE-004"
        assert outcome(lambda: publish(library, SPECS, grown) and 2) == expected


def test_forms_may_refer_to_each_other_when_installed_together(database):
    hen = replace(
        MEMBER, form="hen", name="hen", view="v_hen", columns=(column("egg", StorageKind.TEXT, references="egg"),)
    )
    egg = replace(
        MEMBER, form="egg", name="egg", view="v_egg", columns=(column("hen", StorageKind.TEXT, references="hen"),)
    )
    with database.write() as connection:
        ddl.apply(connection, ddl.plan((), (hen, egg)))
    found = inspect(database.engine)
    assert [key["referred_table"] for key in found.get_foreign_keys("hen")] == ["egg"]
    assert [key["referred_table"] for key in found.get_foreign_keys("egg")] == ["hen"]


def test_a_reference_needs_no_table_when_the_other_app_is_not_installed(database):
    loan = replace(MEMBER, columns=(column("shop", StorageKind.TEXT, references="shop_of_another_app"),))
    with database.write() as connection:
        ddl.apply(connection, ddl.plan((), (loan,)))
    library = Library(database, form_tables((loan,), database.dialect))
    library.create("member", {"shop": "anything"})


def test_lists_are_served_by_an_index_when_sorted_by_creation(library):
    names = {index["name"] for index in inspect(library.database.engine).get_indexes("book")}
    assert {"ix_book_created_at_id", "ix_book_owner_created_at_id", "ix_book_state_created_at_id"} <= names
    assert {"ux_book_isbn", "ix_book_donor_id"} <= names


def test_publishing_goes_on_or_says_why_not_when_another_view_reads_the_view(library):
    with library.database.engine.begin() as connection:
        connection.execute(text("CREATE VIEW report AS SELECT title FROM v_book"))
    grown = (replace(BOOK, columns=(*BOOK.columns, column("subtitle", StorageKind.TEXT))), COPIES, MEMBER)
    if library.database.dialect == "postgresql":
        with pytest.raises(EngineError, match="STORE-034 v_book"):
            publish(library, SPECS, grown)
    else:  # SQLite looks a view's tables up when it is read
        publish(library, SPECS, grown).create("book", {"title": "新书"})
        with library.database.read() as connection:
            assert connection.execute(text("SELECT title FROM report")).scalar_one() == "新书"
