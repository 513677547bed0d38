"""Lists of many records: an index serves their order, and a page takes no more statements than a short one."""

from __future__ import annotations

import copy

import pytest
from sqlalchemy import inspect

from engine.kernel.problems import EngineError
from tests.support.apps import app, element, field, form, options, places, problems_of
from tests.support.statements import explained, recorded

STAFF = ("shop", "staff")
DEALS = 60
PAGE = 50


def _documents(*more, sort="-day", **fields):
    deal = form(
        "deal",
        field("name", **fields.get("name", {})),
        field("day", "date"),
        field("kind", "choice", options=options("a", "b")),
        field("customer", "reference", form="customer"),
        field("keeper", "person"),
        *more,
        title="{{name}}",
        list={"fields": ["name", "customer", "keeper"], "sort": sort},
    )
    return app(form("customer", field("name"), title="{{name}}"), deal)


@pytest.fixture
def again():
    """The documents that were published first, to be changed."""
    return _documents()


@pytest.fixture
def shop(site, again):
    site.publish(copy.deepcopy(again))
    site.person("anna", STAFF)
    return site


def _filled(shop, deals=DEALS):
    records, anna = shop.services.records, shop.viewer("anna")
    ids = [records.create(anna, "shop", "customer", {"name": f"c{number}"}).id for number in range(5)]
    for number in range(deals):
        fields = {"name": f"d{number}", "day": f"2026-01-{number % 28 + 1:02}", "customer": ids[number % 5]}
        records.create(anna, "shop", "deal", {**fields, "kind": "ab"[number % 2], "keeper": anna.id})
    return anna


def _asked(shop, viewer, **asked):
    statements = []
    with recorded(shop.database, statements):
        page = shop.services.records.list(viewer, "shop", "deal", limit=PAGE, **asked)
    return page, [one for one in statements if not one.startswith("BEGIN") and "FROM youju_" not in one]


def _indices(shop, table="deal"):
    with shop.database.read() as connection:
        return {index["name"] for index in inspect(connection).get_indexes(table)}


def test_nobody_counts_when_the_first_page_is_the_whole_list(shop):
    anna = _filled(shop, 7)
    page, statements = _asked(shop, anna)
    assert (page.count.value, page.count.exact, page.next) == (7, True, None)
    assert not [one for one in statements if "count(" in one]
    some, statements = _asked(shop, anna, filter='kind = "a"')
    assert (some.count.value, some.count.exact) == (4, True)
    assert not [one for one in statements if "count(" in one]


def test_all_are_counted_when_there_is_another_page_and_on_that_page(shop):
    anna = _filled(shop)
    first, _ = _asked(shop, anna)
    last, _ = _asked(shop, anna, after=first.next)
    assert (first.count.value, first.count.exact) == (DEALS, True)
    assert (len(last.items), last.next, last.count.value) == (DEALS - PAGE, None, DEALS)


def test_a_page_takes_no_more_statements_when_it_has_more_rows(shop):
    anna = _filled(shop)
    page, statements = _asked(shop, anna, filter='kind = "a" or kind = "b"')
    assert len(page.items) == PAGE
    tables = [one.split("FROM ")[1].split()[0] for one in statements]
    assert len([one for one in tables if one == "customer"]) == 1, "customers are fetched together"
    assert len([one for one in statements if "FROM deal" in one]) <= 3, (
        "rows, how large the table is, how many there are"
    )


def test_words_are_told_of_the_fields_that_are_asked_for(shop):
    anna = _filled(shop, 3)
    whole, _ = _asked(shop, anna)
    some, _ = _asked(shop, anna, words=("customer", "owner"))
    bare, _ = _asked(shop, anna, words=())
    assert set(some.items[0].shown) == {"customer", "owner"}
    assert {key: whole.items[0].shown[key] for key in some.items[0].shown} == some.items[0].shown
    assert bare.items[0].shown == {}
    assert bare.items[0].fields == some.items[0].fields == whole.items[0].fields


@pytest.mark.parametrize("sort", ["day", "-day"])
def test_an_index_serves_the_order_when_the_form_sorts_its_list_so(shop, sort):
    anna, plans = _filled(shop), []
    off = [f"SET LOCAL enable_{way} = off" for way in ("seqscan", "sort", "bitmapscan")]
    with explained(shop.database, plans, *off):
        shop.services.records.list(anna, "shop", "deal", sort=sort, filter='kind = "a"', limit=20)
    [served] = [plan for plan in plans if "ix_deal_day_id" in plan]
    assert "TEMP B-TREE" not in served
    assert "Sort" not in served


def test_a_field_has_an_index_when_it_says_so_or_the_list_is_sorted_by_it(shop, again):
    assert "ix_deal_day_id" in _indices(shop)
    assert "ix_deal_name_id" not in _indices(shop)
    deal = again["forms/deal.json"]
    deal["list"]["sort"] = "name"
    deal["fields"][0]["indexed"] = True
    deal["fields"].append(field("size", "number", indexed=True))
    shop.publish(again)
    assert {"ix_deal_name_id", "ix_deal_size_id"} <= _indices(shop)


def test_a_text_needs_its_index_said_when_the_list_is_sorted_by_it(site):
    site.publish(_documents(sort="name"))
    assert "ix_deal_name_id" not in _indices(site)


def test_a_table_gets_the_index_that_it_lacks_when_its_app_is_published_again(shop, again):
    anna = _filled(shop, 2)
    with shop.database.write() as connection:
        connection.exec_driver_sql("DROP INDEX ix_deal_day_id")
        connection.exec_driver_sql("DROP INDEX ix_customer_created_at_id")
    assert "ix_deal_day_id" not in _indices(shop)
    again["forms/deal.json"]["fields"].append(field("more"))
    shop.publish(again)
    assert "ix_deal_day_id" in _indices(shop)
    assert "ix_customer_created_at_id" in _indices(shop, "customer")
    assert len(_asked(shop, anna)[0].items) == 2


@pytest.mark.parametrize("kind", ["long_text", "multi_choice", "persons", "references", "photo"])
def test_an_index_is_refused_when_the_field_does_not_fit_into_one(kind):
    own = {"multi_choice": {"options": options("a")}, "references": {"form": "thing"}}.get(kind, {})
    found = problems_of(app(form("thing", field("some", kind, indexed=True, **own))))
    assert places(found) == [("APP-004", "forms/thing.json#/fields/0/indexed")]


def test_an_index_is_refused_when_the_field_is_of_lines():
    lines = element("rows", type="lines", fields=[field("some", indexed=True)])
    found = problems_of(app(form("thing", lines)))
    assert [problem.code for problem in found] == ["APP-004"]


def test_a_text_that_is_too_long_for_its_index_is_refused(site):
    site.publish(_documents(name={"indexed": True, "max_length": 2000}))
    anna = site.person("anna", STAFF)
    site.services.records.create(anna, "shop", "deal", {"name": "x" * 600})
    with pytest.raises(EngineError, match="600"):
        site.services.records.create(anna, "shop", "deal", {"name": "x" * 601})
