"""The page of a record: facts, related lists as tabs, and a timeline of the record and of what points at it."""

from __future__ import annotations

import pytest

from tests.integration.runtime.conftest import refused
from tests.support.apps import access, app, element, field, form, labels, role, rule, uid
from tests.support.statements import recorded

STAFF, GUEST = ("shop", "staff"), ("shop", "guest")
KINDS = [f"kind_{number}" for number in range(10)]
MINUTE = 60_000
BLOCK = labels("block")
MOST = 12
"""Statements for the page of a record with ten related lists."""


def _relation(key):
    return {**element(f"{key}s"), "form": key, "reference": "customer"}


def _linked(key):
    reference = field("customer", "reference", form="customer")
    return form(key, reference, field("name"), field("day", "date"), title="{{name}}", list={"fields": ["name"]})


def _event(kind, **more):
    return {"relation": f"{kind}s", "sentence": {"zh": "{{customer.name}}:{{name}}", "en": "{{name}}"}, **more}


def _page():
    events = [_event("kind_0", icon="location"), _event("kind_1", at="day", filter='name != "x"')]
    return {
        "uid": uid(), "key": "glance", "labels": labels("glance"), "record": "customer",
        "summary": {"zh": "{{count(kind_0s)}}次", "en": "{{count(kind_0s)}}"}, "light": {"red": "note is not empty"},
        "blocks": [
            {"kind": "facts", "labels": BLOCK, "fields": ["name", "secret", "note", "owner"]},
            {"kind": "related", "labels": BLOCK, "relations": [f"{kind}s" for kind in KINDS]},
            {"kind": "timeline", "labels": BLOCK, "limit": 4, "rules": False, "events": events},
        ],
    }  # fmt: skip


@pytest.fixture
def shop(site):
    relations = [_relation(kind) for kind in KINDS]
    customer = form("customer", field("name"), field("note"), field("secret"), title="{{name}}", relations=relations)
    guest = role(
        "guest",
        access("customer", "read", hidden_fields=["secret"]),
        access("kind_0", "read"),
        access("kind_1", "read", hidden_fields=["day"]),
        access("kind_2", "read", hidden_fields=["customer"]),
    )
    staff = role("staff", *(access(key) for key in ("customer", *KINDS)))
    marking = rule("marking", "customer", {"changed": ["note"]}, {"set": {"secret": '"marked"'}})
    documents = app(customer, *map(_linked, KINDS), marking, roles=[staff, guest], pages=[_page()])
    site.publish(documents)
    site.person("anna", STAFF)
    site.person("gast", GUEST)
    return site


def _furnished(shop, rows=1, **more):
    """Return a customer at whom so many records of each kind point, a minute between them."""
    records, anna = shop.services.records, shop.viewer("anna")
    id = records.create(anna, "shop", "customer", {"name": "九江", "secret": "s", **more}).id
    for number in range(rows):
        for kind in KINDS:
            shop.business.moment += MINUTE
            day = f"2026-01-{number + 1:02}"
            records.create(anna, "shop", kind, {"name": f"{kind}-{number}", "customer": id, "day": day})
    return id


def _shown(shop, id, who="anna", **more):
    return shop.services.pages.record(shop.viewer(who), "shop", "customer", id, **more)


def _blocks(shop, id, who="anna", **more):
    return {block.kind: block for block in _shown(shop, id, who, **more).blocks}


def test_the_record_stands_with_its_summary_and_its_light(shop):
    page = _shown(shop, _furnished(shop, 2, note="!"))
    assert (page.record.title, page.composed, page.summary, page.light) == ("九江", True, "2次", "red")


def test_facts_are_those_that_are_filled_and_the_viewers_to_see(shop):
    id = _furnished(shop)
    assert _blocks(shop, id)["facts"].fields == ("name", "secret", "owner")
    assert _blocks(shop, id, "gast")["facts"].fields == ("name", "owner")


def test_tabs_count_and_one_is_open(shop):
    id = _furnished(shop, 7)
    block = _blocks(shop, id)["related"]
    assert [(tab.key, tab.count, tab.exact, tab.through) for tab in block.tabs] == [
        (f"{kind}s", 7, True, "customer") for kind in KINDS
    ]
    assert (block.open.key, len(block.records), block.records[0].form) == ("kind_0s", 5, "kind_0")
    other = _blocks(shop, id, related="kind_3s")["related"]
    assert (other.open.key, other.records[0].title[:6]) == ("kind_3s", "kind_3")
    assert _blocks(shop, id, related="nonsense")["related"].open.key == "kind_0s"


def test_the_first_filled_tab_is_open_when_others_are_empty(shop):
    records, anna = shop.services.records, shop.viewer("anna")
    id = records.create(anna, "shop", "customer", {"name": "上饶"}).id
    assert _blocks(shop, id)["related"].open is None
    records.create(anna, "shop", "kind_4", {"name": "x", "customer": id})
    assert _blocks(shop, id)["related"].open.key == "kind_4s"


def test_tabs_are_left_out_when_they_are_not_the_viewers_to_see(shop):
    block = _blocks(shop, _furnished(shop), "gast")["related"]
    assert [(tab.key, tab.through) for tab in block.tabs] == [("kind_0s", None), ("kind_1s", None)]


def test_the_timeline_merges_by_time_when_records_point_here(shop):
    id = _furnished(shop, 2)
    shop.services.records.update(shop.viewer("anna"), "shop", "customer", id, {"note": "n"}, 1)
    timeline = _blocks(shop, id)["timeline"]
    said = [getattr(entry, "sentence", None) or entry.action for entry in timeline.entries]
    assert said == ["update", "九江:kind_0-1", "九江:kind_0-0", "create"], "what is of a day in January is older"
    assert [getattr(entry, "icon", None) for entry in timeline.entries[1:3]] == ["location", "location"]
    assert timeline.more
    whole = _blocks(shop, id, whole=True)["timeline"]
    assert [entry.sentence for entry in whole.entries[-2:]] == ["九江:kind_1-1", "九江:kind_1-0"]
    assert (whole.entries[-1].whole_day, whole.more) == (True, False)


def test_what_rules_did_is_told_when_the_timeline_is_whole(shop):
    id = _furnished(shop)
    shop.services.records.update(shop.viewer("anna"), "shop", "customer", id, {"note": "n"}, 1)
    shop.jobs().run_until_quiet()

    def rules(**more):
        entries = _blocks(shop, id, **more)["timeline"].entries
        return [entry.rule for entry in entries if getattr(entry, "rule", None)]

    assert (rules(), rules(whole=True)) == ([], ["marking"])


def test_an_event_is_left_out_when_its_time_is_not_the_viewers_to_see(shop):
    whole = _blocks(shop, _furnished(shop, 2), "gast", whole=True)["timeline"]
    assert [getattr(entry, "sentence", "").partition("-")[0] for entry in whole.entries] == ["九江:kind_0"] * 2 + [""]


def test_a_page_is_absent_when_its_record_is(shop):
    absent = [("DECIDE-001", "")]
    assert refused(_shown, shop, "x") == absent
    assert refused(_shown, shop, "01900000-0000-7000-8000-000000000000") == absent


def test_the_usual_blocks_stand_when_no_document_states_any(shop):
    records, anna = shop.services.records, shop.viewer("anna")
    id = records.create(anna, "shop", "kind_0", {"name": "n"}).id
    page = shop.services.pages.record(anna, "shop", "kind_0", id)
    assert (page.composed, [block.kind for block in page.blocks]) == (False, ["facts", "timeline"])


def test_ten_related_lists_take_few_statements_however_many_records_there_are(shop):
    asked = []
    for rows in (1, 6):
        id, statements, anna = _furnished(shop, rows), [], shop.viewer("anna")
        _shown(shop, id)
        with recorded(shop.database, statements):
            shop.services.pages.record(anna, "shop", "customer", id, whole=True)
        asked.append(len(statements))
    assert asked[0] == asked[1]
    assert asked[1] <= MOST, statements
