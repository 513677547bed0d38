"""Pages tell nothing of records beyond the viewer's rows, over however many references they are reached."""

from __future__ import annotations

import pytest

from tests.integration.runtime.conftest import refused
from tests.support.apps import access, app, field, form, labels, role, uid


def _page(key, *figures, **more):
    shown = [{"labels": labels("figure"), "form": "bill", **figure} for figure in figures]
    block = {"kind": "figures", "labels": labels("block"), "figures": shown}
    return {"uid": uid(), "key": key, "labels": labels(key), "blocks": [block], **more}


RANKED = {"kind": "cards", "labels": labels("block"), "limit": 1, "closing": labels("calm"), "sources": [
    {"form": "bill", "filter": "amount > 0", "rank": "customer.credit", "sentence": labels("said")},
]}  # fmt: skip
FAR = 'customer.region.name = "north"'


@pytest.fixture
def shop(site):
    """A guest reads all bills, but one customer is not the guest's to read, and one region."""
    region = form("region", field("name"), field("quota", "number"), title="{{name}}")
    customer = form(
        "customer", field("name"), field("credit", "number"), field("region", "reference", form="region"),
        title="{{name}}",
    )  # fmt: skip
    bill = form("bill", field("customer", "reference", form="customer"), field("amount", "number"), title="{{amount}}")
    measures = [{"measure": measure, "of": "customer.credit"} for measure in ("sum", "average", "max")]
    pages = [
        _page("measured", *measures),
        _page("counted", {"measure": "count", "filter": "customer.credit >= 0"}),
        _page("far", {"measure": "count"}, {"measure": "count", "filter": FAR},
              {"measure": "sum", "of": "customer.region.quota"}),
        {"uid": uid(), "key": "ranked", "labels": labels("ranked"), "blocks": [RANKED]},
    ]  # fmt: skip
    guest = role(
        "guest", access("region", "read", rows='name != "north"'), access("customer", "read", rows='name != "上饶"'),
        access("bill", "read"),
    )  # fmt: skip
    staff = role("staff", access("region"), access("customer"), access("bill"))
    site.publish(app(region, customer, bill, roles=[staff, guest], pages=pages))
    anna = site.person("anna", ("shop", "staff"))
    site.person("gast", ("shop", "guest"))
    make = site.services.records.create
    north = make(anna, "shop", "region", {"name": "north", "quota": "7"}).id
    for name, credit, amount in (("上饶", "100", "1"), ("九江", "10", "2")):
        id = make(anna, "shop", "customer", {"name": name, "credit": credit, "region": north}).id
        make(anna, "shop", "bill", {"customer": id, "amount": amount})
    make(anna, "shop", "bill", {"amount": "3"})
    return site


def _block(shop, who, page):
    return shop.services.pages.page(shop.viewer(who), "shop", page).blocks[0]


def _figures(shop, who, page):
    return [figure.value for figure in _block(shop, who, page).figures]


def test_figure_leaves_out_what_it_would_read_when_it_is_beyond_the_viewer_s_rows(shop):
    assert _figures(shop, "anna", "measured") == ["110", "55.00", "100"]
    assert _figures(shop, "gast", "measured") == ["10", "10.00", "10"]


def test_figure_counts_as_many_as_the_list_behind_it_when_rows_are_closed(shop):
    for who, counted in (("anna", 2), ("gast", 1)):
        (figure,) = _block(shop, who, "counted").figures
        listed = shop.services.records.list(shop.viewer(who), "shop", "bill", filter=figure.filter)
        assert (figure.value, listed.count.value) == (str(counted), counted)


def test_figure_is_left_out_when_it_asks_over_two_references_and_rows_are_closed(shop):
    assert _figures(shop, "anna", "far") == ["3", "2", "14"]
    assert _figures(shop, "gast", "far") == ["3"]
    asked = refused(shop.services.records.list, shop.viewer("gast"), "shop", "bill", filter=FAR)
    assert asked, "neither does the list answer"


def test_rank_is_blank_when_it_is_that_of_a_record_beyond_the_viewer_s_rows(shop):
    shown = {}
    for who in ("anna", "gast"):
        block = _block(shop, who, "ranked")
        shown[who] = [card.record.title for card in block.cards], block.more[0].count
    assert shown == {"anna": (["1"], 3), "gast": (["2"], 3)}
