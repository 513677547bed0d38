"""Pages for a viewer: cards ranked over several lists, figures, homes by role; closed things are left out."""

from __future__ import annotations

import pytest

from tests.integration.runtime.conftest import refused
from tests.support.apps import access, app, field, form, labels, role, state, transition, uid, workflow
from tests.support.statements import recorded

STAFF, GUEST, BOSS = (("shop", key) for key in ("staff", "guest", "boss"))
SAID = {"zh": "{{customer.name}}欠{{amount}}", "en": "{{customer.name}} owes {{amount}}"}
BLOCK = labels("block")
STATEMENTS = 24
"""For a home page with three sources of cards, figures and two lists."""


def _page(key, *blocks, **more):
    return {"uid": uid(), "key": key, "labels": labels(key), "blocks": list(blocks), **more}


def _bills(**more):
    return {"form": "bill", "filter": "amount > 0", "rank": "amount", "sentence": SAID, **more}


def _cards(*sources, **more):
    return {"kind": "cards", "labels": BLOCK, "sources": list(sources), "closing": labels("calm"), **more}


def _figure(measure, of=None, **more):
    return {"labels": labels(measure), "form": "bill", "measure": measure, **({"of": of} if of else {}), **more}


BUTTONS = [
    {"kind": "call", "labels": labels("call"), "phone": "customer.phone", "who": "customer.name"},
    {"kind": "create", "labels": labels("bill"), "form": "bill", "values": {"customer": "customer", "amount": "1.5"}},
    {"kind": "open", "labels": labels("open"), "record": "customer"},
    {"kind": "transition", "transition": "pay"},
]
HOME = (
    _cards(_bills(light={"red": "amount >= 100", "yellow": "amount >= 50"}, buttons=BUTTONS)),
    _cards({"form": "customer", "filter": "debts > 0", "rank": "debts"}, _bills(), limit=2),
    {"kind": "figures", "labels": BLOCK, "figures": [_figure("count"), _figure("sum", "amount")]},
    {"kind": "list", "labels": BLOCK, "form": "customer", "filter": 'secret = "x"'},
    {"kind": "list", "labels": BLOCK, "form": "bill", "filter": "amount > 1000", "quiet": True},
)


@pytest.fixture
def shop(site):
    customer = form(
        "customer", field("name"), field("phone", "phone"), field("debts", "number"), field("secret"), title="{{name}}"
    )
    bill = form(
        "bill", field("customer", "reference", form="customer"), field("amount", "money"), title="{{amount}}",
        workflow="bill",
    )  # fmt: skip
    paying = workflow("bill", [state("open"), state("paid", "won")], [transition("pay", ["open"], "paid")])
    measures = [_figure(measure, "amount") for measure in ("sum", "average", "min", "max")]
    measured = _page("measures", {"kind": "figures", "labels": BLOCK, "figures": measures})
    pages = [_page("home", *HOME), measured, _page("boss_home", home=True, for_roles=["boss"])]
    bar = {"uid": uid(), "key": "all", "entries": [
        {"kind": "page", "page": "home"}, {"kind": "create", "form": "bill"}, {"kind": "list", "form": "customer"},
        {"kind": "me"},
    ]}  # fmt: skip
    roles = [
        role("staff", access("customer"), access("bill")),
        role("boss", access("customer"), access("bill")),
        role(
            "guest",
            access("customer", "read", rows='name != "上饶"', hidden_fields=["secret", "debts", "phone"]),
            access("bill", "read"),
        ),
    ]
    documents = app(customer, bill, paying, roles=roles, pages=pages)
    documents["pages.json"]["tab_bars"] = [bar]
    site.publish(documents)
    for name, given in (("anna", STAFF), ("gast", GUEST), ("bert", BOSS)):
        site.person(name, given)
    return site


def _owe(shop, name, *amounts, **more):
    """Make a customer with bills of these amounts; return its id."""
    records, anna = shop.services.records, shop.viewer("anna")
    id = records.create(anna, "shop", "customer", {"name": name, **more}).id
    for amount in amounts:
        records.create(anna, "shop", "bill", {"customer": id, "amount": amount})
    return id


def _home(shop, who="anna"):
    return shop.services.pages.home(shop.viewer(who), "shop")


def _kinds(page):
    return [block.kind for block in page.blocks]


def test_the_most_pressing_come_first_and_the_rest_is_counted_when_there_are_many(shop):
    _owe(shop, "九江", "30", "120", "9")
    _owe(shop, "上饶", "60.5", "0")
    block = _home(shop).blocks[0]
    assert [(card.sentence, card.light) for card in block.cards] == [
        ("九江欠120", "red"), ("上饶欠60.5", "yellow"), ("九江欠30", "green"),
    ]  # fmt: skip
    assert [(more.form.key, more.count, more.exact, more.filter) for more in block.more] == [
        ("bill", 4, True, "amount > 0")
    ]
    assert block.closing is None, "not everything is fine"


def test_the_cards_close_and_are_never_filled_up_when_there_is_little(shop):
    _owe(shop, "九江", "30")
    block = _home(shop).blocks[0]
    assert [card.sentence for card in block.cards] == ["九江欠30"]
    assert (block.more, block.closing.zh, block.at[:4].isdecimal()) == ((), "calm的中文", True)


def test_sources_are_ranked_together_when_a_block_has_several(shop):
    _owe(shop, "九江", "30", debts="50")
    _owe(shop, "上饶", "60", debts="7")
    assert [card.sentence for card in _home(shop).blocks[1].cards] == ["上饶欠60", "九江"]


def test_buttons_lead_somewhere_when_the_viewer_may_go_there(shop):
    id = _owe(shop, "九江", "30", phone="138-0000-1101")
    call, create, opening, paying = _home(shop).blocks[0].cards[0].buttons
    assert (call.kind, call.phone, call.dial, call.who) == ("call", "138-0000-1101", "13800001101", "九江")
    assert (create.kind, create.form, create.values) == ("create", "bill", {"customer": id, "amount": "1.50"})
    assert (opening.kind, opening.form, opening.id) == ("open", "customer", id)
    assert (paying.kind, paying.transition.key) == ("transition", "pay")


def test_buttons_are_left_out_when_they_lead_nowhere_for_the_viewer(shop):
    _owe(shop, "九江", "30", phone="138-0000-1101")
    card = _home(shop, "gast").blocks[0].cards[0]
    assert [button.kind for button in card.buttons] == ["open"], "no phone to be seen, nothing to make, nothing to pay"


def test_a_card_says_no_more_than_the_name_when_its_sentence_tells_what_is_closed(shop):
    _owe(shop, "上饶", "30")
    (card,) = _home(shop, "gast").blocks[0].cards
    assert card.sentence == "30", "the customer of this bill is not this viewer's to see"
    assert card.buttons == ()


def test_blocks_and_sources_are_left_out_when_they_ask_what_is_closed(shop):
    _owe(shop, "九江", "30", debts="50", secret="x")
    assert _kinds(_home(shop)) == ["cards", "cards", "figures", "list"], "the quiet list is empty"
    guest = _home(shop, "gast")
    assert _kinds(guest) == ["cards", "cards", "figures"]
    assert [card.record.form for card in guest.blocks[1].cards] == ["bill"], "debts are hidden from guests"


def test_as_much_is_asked_of_the_database_for_one_card_as_for_three(shop):
    asked, anna = [], shop.viewer("anna")
    for amounts in (("30",), ("120", "60", "9", "8")):
        _owe(shop, "九江", *amounts, phone="138-0000-1101", debts="5")
        statements = []
        _home(shop)
        with recorded(shop.database, statements):
            page = shop.services.pages.home(anna, "shop")
        asked.append((len(page.blocks[0].cards), len(statements)))
    assert [cards for cards, _ in asked] == [1, 3]
    assert asked[0][1] == asked[1][1] <= STATEMENTS, statements


def test_figures_are_exact_and_open_what_they_count(shop):
    _owe(shop, "九江", "30.10", "0.20")
    count, total = _home(shop).blocks[2].figures
    assert (count.value, count.widget, count.form.key) == ("2", "number", "bill")
    assert (total.value, total.widget) == ("30.30", "money")


@pytest.mark.parametrize(
    ("measure", "amounts", "value"),
    [
        ("sum", (), "0.00"), ("average", (), None), ("min", (), None), ("average", ("1", "2", "2"), "1.67"),
        ("average", ("0.01", "0.02"), "0.02"), ("min", ("3", "2.5"), "2.50"), ("max", ("3", "2.5"), "3.00"),
    ],
)  # fmt: skip
def test_a_measure_is_exact_or_blank_when_there_is_nothing(shop, measure, amounts, value):
    _owe(shop, "九江", *amounts)
    (block,) = shop.services.pages.page(shop.viewer("anna"), "shop", "measures").blocks
    assert [figure.value for figure in block.figures if figure.labels.en.startswith(measure)] == [value]


def test_the_home_is_of_the_role_when_a_document_states_one(shop):
    assert (_home(shop).key, _home(shop, "bert").key) == ("home", "boss_home")


def test_a_page_is_absent_when_there_is_none_for_the_viewer(shop):
    pages, anna = shop.services.pages, shop.viewer("anna")
    absent = [("DECIDE-001", "")]
    assert refused(pages.page, anna, "shop", "boss_home") == absent
    assert refused(pages.page, anna, "shop", "nowhere") == absent
    assert refused(pages.page, anna, "nowhere", "home") == absent
    assert pages.page(anna, "shop", "home").key == "home"


def test_tabs_are_left_out_when_they_lead_nowhere_for_the_viewer(shop):
    def tabs(who):
        return [(tab.kind, tab.form or tab.page) for tab in shop.services.pages.tab_bar(shop.viewer(who), "shop")]

    every = [("page", "home"), ("create", "bill"), ("list", "customer"), ("me", None)]
    assert tabs("anna") == every
    assert tabs("gast") == [every[0], every[2], every[3]]
