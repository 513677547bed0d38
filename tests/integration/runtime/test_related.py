"""Related lists: what points at a record, the first rows of it, and no more than the viewer may read."""

from __future__ import annotations

import pytest

from tests.integration.runtime.conftest import refused
from tests.support.apps import access, app, element, field, form, role
from tests.support.statements import recorded

STAFF, GUEST = ("shop", "staff"), ("shop", "guest")
FIVE = 5


def _relation(key, target, reference, **more):
    return {**element(key), "form": target, "reference": reference, **more}


@pytest.fixture
def shop(site):
    relations = [
        _relation("deals", "deal", "customer"),
        _relation("notes", "note", "customer"),
        _relation("payments", "payment", "customer", lines="parts"),
    ]
    customer = form("customer", field("name"), title="{{name}}", relations=relations)

    def reference():
        return field("customer", "reference", form="customer")

    deal = form("deal", field("name"), reference(), title="{{name}}", list={"fields": ["name"], "sort": "name"})
    note = form("note", field("text"), reference())
    payment = form("payment", field("parts", "lines", fields=[reference(), field("amount", "money")]))
    staff = role("staff", *(access(key) for key in ("customer", "deal", "note", "payment")))
    guest = role(
        "guest",
        access("customer", "read"),
        access("deal", "read", rows="owner = me"),
        access("note", "read", hidden_fields=["customer"]),
    )
    site.publish(app(customer, deal, note, payment, roles=[staff, guest]))
    site.person("anna", STAFF)
    site.person("gast", GUEST)
    return site


def _furnished(shop, deals=7):
    """Return a customer on whom so many deals, a note and a payment hang, and another one with as many."""
    records, anna = shop.services.records, shop.viewer("anna")
    both = [records.create(anna, "shop", "customer", {"name": name}).id for name in ("九江", "上饶")]
    for id in both:
        for number in range(deals):
            records.create(anna, "shop", "deal", {"name": f"{number}号", "customer": id})
        records.create(anna, "shop", "note", {"text": "电话", "customer": id})
        lines = [{"customer": id, "amount": "3"}, {"customer": id, "amount": "4"}]
        records.create(anna, "shop", "payment", {"parts": lines})
    return both[0]


def _of(shop, id, who="anna"):
    return shop.services.related.of(shop.viewer(who), "shop", "customer", id, FIVE)


def test_the_first_rows_of_each_relation_come_with_their_count(shop):
    deals, notes, payments = _of(shop, _furnished(shop))
    assert [item.title for item in deals.page.items] == ["0号", "1号", "2号", "3号", "4号"]
    assert (deals.page.count.value, deals.page.next is not None) == (7, True)
    assert (deals.key, deals.title, deals.through, deals.form.key) == ("deals", "九江", "customer", "deal")
    assert notes.page.count.value == 1
    assert (payments.page.count.value, payments.through) == (1, "parts"), "two lines of one record are one record"


def test_no_more_is_shown_than_the_viewer_may_read(shop):
    (deals,) = _of(shop, _furnished(shop), "gast")
    assert deals.key == "deals", "neither the form that is closed nor the one whose reference is hidden"
    assert deals.page.items == ()
    assert deals.page.count.value == 0


def test_one_relation_is_paged_filtered_and_sorted(shop):
    related, anna, id = shop.services.related, shop.viewer("anna"), _furnished(shop)

    def page(**more):
        return related.page(anna, "shop", "customer", id, "deals", **more).page

    first = page(limit=4, sort="-name")
    rest = page(limit=4, sort="-name", after=first.next)
    assert [item.title for item in (*first.items, *rest.items)] == [f"{n}号" for n in range(6, -1, -1)]
    assert [item.title for item in page(filter='name = "3号"').items] == ["3号"]
    assert refused(page, filter="nonsense = 1") == [("LANG-020", "filter")]


def test_nothing_is_there_when_record_or_relation_is_not(shop):
    related, anna, id = shop.services.related, shop.viewer("anna"), _furnished(shop)
    absent = [("DECIDE-001", "")]
    assert refused(related.of, anna, "shop", "customer", "x", FIVE) == absent
    assert refused(related.page, anna, "shop", "customer", id, "nonsense") == absent
    assert refused(related.page, shop.viewer("gast"), "shop", "customer", id, "notes") == absent


def test_as_much_is_asked_of_the_database_for_one_row_as_for_five(shop):
    counts = []
    for deals in (1, FIVE):
        id, statements = _furnished(shop, deals), []
        _of(shop, id)
        with recorded(shop.database, statements):
            _of(shop, id)
        counts.append(len(statements))
    assert counts[0] == counts[1], statements
    assert counts[1] <= 30, statements
