"""Cards that are rows of a list on a board: it says which, in what order, in which words and with what light."""

from __future__ import annotations

import pytest

from tests.support.apps import access, app, field, form, labels, role, uid

STAFF, GUEST = ("shop", "staff"), ("shop", "guest")
SAID = {"zh": "{{customer}}欠{{amount}}", "en": "{{customer}} owes {{amount}}"}
LIST = {
    "uid": uid(), "key": "rows", "labels": labels("rows"), "kind": "list", "form": "bill", "where": "amount > 0",
    "columns": [
        {"key": "bill", "record": True},
        {"key": "customer"},
        {"key": "amount"},
        {"key": "weight", "value": "amount * 2", "labels": labels("weight"), "hidden": True},
        {"key": "card", "sentence": SAID, "labels": labels("card"), "hidden": True},
    ],
    "light": {"red": "amount >= 100", "yellow": "true"}, "order": ["-amount"], "limit": 3,
}  # fmt: skip
BOARD = {"format": 1, "kind": "board", "uid": uid(), "key": "due", "labels": labels("due"), "widgets": [LIST]}
ROWS = {
    "form": "bill", "labels": labels("due"),
    "rows": {"board": "due", "widget": "rows", "rank": "weight", "sentence": "card"},
    "buttons": [{"kind": "open", "labels": labels("open"), "record": "customer"}],
}  # fmt: skip
OTHERS = {"form": "customer", "filter": "debts > 0", "rank": "debts"}


@pytest.fixture
def shop(site):
    customer = form("customer", field("name"), field("debts", "number"), title="{{name}}")
    owed = field("amount", "money")
    bill = form("bill", field("customer", "reference", form="customer"), owed, title="{{amount}}")
    block = {"kind": "cards", "labels": labels("block"), "sources": [OTHERS, ROWS], "closing": labels("calm")}
    pages = [{"uid": uid(), "key": "home", "labels": labels("home"), "blocks": [block]}]
    roles = [
        role("staff", access("customer"), access("bill")),
        role("guest", access("customer", "read"), access("bill", "read", hidden_fields=["amount"])),
    ]
    documents = app(customer, bill, roles=roles, pages=pages)
    documents["boards/due.json"] = BOARD
    site.publish(documents)
    site.person("anna", STAFF)
    site.person("gast", GUEST)
    return site


def _owe(shop, name, *amounts, **more):
    records, anna = shop.services.records, shop.viewer("anna")
    id = records.create(anna, "shop", "customer", {"name": name, **more}).id
    for amount in amounts:
        records.create(anna, "shop", "bill", {"customer": id, "amount": amount})


def _cards(shop, who="anna"):
    page = shop.services.pages.home(shop.viewer(who), "shop")
    return page.blocks[0]


def test_rows_are_cards_among_others_by_their_rank_when_a_list_is_a_source(shop):
    _owe(shop, "九江", "30", "120", debts="100")
    block = _cards(shop)
    assert [(card.sentence, card.light) for card in block.cards] == [
        ("九江欠120", "red"), ("九江", None), ("九江欠30", "yellow"),
    ]  # fmt: skip
    assert [button.kind for button in block.cards[0].buttons] == ["open"]
    assert (block.more, block.closing.en) == ((), "calm in English")


def test_the_rest_leads_to_the_board_when_the_list_has_more(shop):
    _owe(shop, "九江", "30", "120", "50", "60")
    (more,) = _cards(shop).more
    assert (more.board, more.count, more.exact) == (("shop", "due"), 3, False)


def test_a_list_is_no_source_when_it_asks_what_is_hidden(shop):
    _owe(shop, "九江", "30", debts="100")
    assert [card.sentence for card in _cards(shop, "gast").cards] == ["九江"]


def test_no_more_cards_come_of_a_source_than_it_may_give(site):
    bill = form("bill", field("amount", "money"), title="{{amount}}")
    block = {
        "kind": "cards", "labels": labels("block"),
        "sources": [
            {"form": "bill", "filter": "amount >= 50", "rank": "amount", "most": 1, "labels": labels("large")},
            {"form": "bill", "filter": "amount < 50", "rank": "amount"},
        ],
    }  # fmt: skip
    pages = [{"uid": uid(), "key": "home", "labels": labels("home"), "blocks": [block]}]
    site.publish(app(bill, roles=[role("staff", access("bill"))], pages=pages))
    anna = site.person("anna", STAFF)
    for amount in ("90", "80", "70", "20", "10"):
        site.services.records.create(anna, "shop", "bill", {"amount": amount})
    shown = site.services.pages.home(anna, "shop").blocks[0]
    assert [card.sentence for card in shown.cards] == ["90", "20", "10"]
    assert [(more.labels.en, more.count) for more in shown.more] == [("large in English", 3)]
