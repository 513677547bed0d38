"""Lists page by key: every record once, blanks last, whatever is written in between."""

from __future__ import annotations

import base64
import json

import pytest

from engine.kernel.problems import EngineError
from engine.storage.query import bounded_count, list_rows
from tests.support.library import NOON, change, insertion
from tests.support.statements import recorded

PRICES = [300, None, 100, 300, None, 200, 100, 300, None, 100]


@pytest.fixture
def shop(library):
    library.do(*(insertion("book", library.new_id(), {"price": price, "title": "书"}) for price in PRICES))
    gone = library.create("book", {"price": 1})
    library.do(change(gone, {"deleted_at": NOON}, "delete"))
    return library


def pages(library, size, **options):
    form, after, found = library.tables["library", "book"], None, []
    for _ in range(30):
        with library.database.read() as connection:
            rows, after = list_rows(connection, form, after=after, limit=size, **options)
        assert len(rows) <= size
        found.append(rows)
        if after is None:
            return [row for rows in found for row in rows]
    pytest.fail("the pages never end")


@pytest.mark.parametrize("size", [1, 2, 3, 7, 10, 50])
@pytest.mark.parametrize("descending", [False, True])
def test_every_record_comes_once_and_in_order_when_paged(shop, size, descending):
    rows = pages(shop, size, sort="price", descending=descending)
    filled = sorted(((row["price"], row["id"]) for row in rows if row["price"] is not None), reverse=descending)
    blank = sorted((row["id"] for row in rows if row["price"] is None), reverse=descending)
    assert [row["id"] for row in rows] == [record for _, record in filled] + blank
    assert len(rows) == len(PRICES)


@pytest.mark.parametrize(
    "sort", ["id", "title", "lendable", "printed_on", "scanned_at", "created_at", "version", "owner", "weight", "pages"]
)
def test_every_record_comes_once_when_sorted_by_any_kind_of_field(shop, sort):
    values = {"title": "甲", "lendable": True, "printed_on": -5, "scanned_at": -5, "weight": -5, "pages": 9}
    shop.create("book", values)
    shop.create("book", {**values, "lendable": False, "pages": 10})
    for descending in (False, True):
        rows = pages(shop, 2, sort=sort, descending=descending)
        assert len({row["id"] for row in rows}) == len(rows) == len(PRICES) + 2


def test_a_page_goes_on_where_the_last_one_ended_when_records_are_added_meanwhile(shop):
    form = shop.tables["library", "book"]
    with shop.database.read() as connection:
        first, after = list_rows(connection, form, sort="price", limit=4)
    shop.create("book", {"price": 50})
    shop.create("book", {"price": 250})
    with shop.database.read() as connection:
        second, _ = list_rows(connection, form, sort="price", limit=4, after=after)
    assert [row["price"] for row in first + second] == [100, 100, 100, 200, 250, 300, 300, 300]


def test_conditions_narrow_list_and_count_when_given(shop):
    form = shop.tables["library", "book"]
    dear = form.main.table.c.price >= (200 if shop.database.dialect == "sqlite" else 2)
    assert len(pages(shop, 2, where=[dear], sort="price")) == 4
    with shop.database.read() as connection:
        assert bounded_count(connection, form, [dear], 10) == (4, True)
        assert bounded_count(connection, form, [dear], 4) == (4, True)
        assert bounded_count(connection, form, [dear], 3) == (3, False)
        assert bounded_count(connection, form) == (10, True)


def test_a_page_takes_three_queries_at_most_when_it_has_lines(shop):
    statements = []
    with shop.database.read() as connection, recorded(shop.database, statements):
        list_rows(connection, shop.tables["library", "book"], sort="price", limit=8)
    assert len(statements) == 3


def test_the_index_serves_a_page_when_sorted_by_creation(shop):
    plan = {"postgresql": "EXPLAIN (COSTS OFF) ", "sqlite": "EXPLAIN QUERY PLAN "}[shop.database.dialect]
    statements = []
    with shop.database.read() as connection:
        with recorded(shop.database, statements):
            list_rows(connection, shop.tables["library", "book"], sort="created_at", descending=True, limit=2)
        if shop.database.dialect == "postgresql":
            connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
            connection.exec_driver_sql("SET LOCAL enable_sort = off")
        values = {"param_1": 3} if shop.database.dialect == "postgresql" else (3, 0)
        shown = str(connection.exec_driver_sql(plan + statements[0], values).all())
    assert "ix_book_created_at_id" in shown
    assert "TEMP B-TREE" not in shown


def cursor(*parts):
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "%%%",
        "书",
        "e30",
        cursor("price", False),
        cursor("pages", False, 1, "a"),
        cursor("price", True, 1, "a"),
        cursor("price", False, "1", "a"),
        cursor("price", False, 1.5, "a"),
        cursor("price", False, True, "a"),
        cursor("price", False, 10**12, "a"),
        cursor("price", False, 1, 7),
        cursor("price", False, 1, "\0"),
        cursor("price", False, 1, "\ud800"),
        "W" * 200_000,
    ],
)
def test_a_cursor_is_refused_when_this_list_did_not_give_it(shop, text):
    with shop.database.read() as connection, pytest.raises(EngineError, match="STORE-040"):
        list_rows(connection, shop.tables["library", "book"], sort="price", after=text)


@pytest.mark.parametrize("sort", ["extra", "tags", "copies", "nothing", "price; DROP TABLE book"])
def test_a_sort_is_refused_when_the_field_has_no_order(shop, sort):
    with shop.database.read() as connection, pytest.raises(EngineError, match="STORE-041"):
        list_rows(connection, shop.tables["library", "book"], sort=sort)
