"""Pages are checked when an app is published: what a block names and does not exist is told with its place."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.apps import (
    access,
    app,
    compiled,
    element,
    field,
    form,
    labels,
    places,
    problems_of,
    role,
    state,
    uid,
)
from tests.support.apps import transition as step
from tests.support.apps import workflow as flow

WORDS = labels("block")
BOTH = {"zh": "{{name}}", "en": "{{name}}"}


def shop(*pages: dict[str, Any], tab_bars: Any = ()) -> dict[str, Any]:
    """Return an app of customers and their deals with these pages."""
    relations = [{"uid": uid(), "key": "deals", "labels": WORDS, "form": "deal", "reference": "customer"}]
    customer = form("customer", field("name"), field("phone", "phone"), field("due", "date"), relations=relations)
    deal = form(
        "deal",
        field("name"),
        field("customer", "reference", form="customer"),
        field("amount", "money"),
        workflow="deal",
    )
    steps = flow("deal", [state("open"), state("won", "won")], [step("win", ["open"], "won")])
    documents = app(customer, deal, steps, roles=[role("staff", access("customer"), access("deal")), role("boss")])
    documents["pages.json"] = {"format": 1, "kind": "pages", "pages": list(pages), "tab_bars": list(tab_bars)}
    documents["boards/due.json"] = due()
    return documents


def page(*blocks: Any, key: str = "home", **more: Any) -> dict[str, Any]:
    return {"uid": uid(), "key": key, "labels": WORDS, "blocks": list(blocks), **more}


def block(kind: str, **more: Any) -> dict[str, Any]:
    return {"kind": kind, "labels": WORDS, **more}


def cards(**more: Any) -> dict[str, Any]:
    return block("cards", sources=[{"form": "deal", **more}])


def rows(form_key: str = "deal", **more: Any) -> dict[str, Any]:
    named = {"board": "due", "widget": "rows", **more}
    return block("cards", sources=[{"form": form_key, "rows": named}])


def due() -> dict[str, Any]:
    """Return a board with a list of deals and one without."""
    columns = [
        {"key": "deal", "record": True},
        {"key": "amount"},
        {"key": "card", "labels": WORDS, "sentence": {"zh": "{{amount}}", "en": "{{amount}}"}},
    ]
    listed = element("rows", kind="list", form="deal", columns=columns)
    return {"format": 1, "kind": "board", **element("due"), "widgets": [listed]}


def create(form_key: str = "deal", **values: str) -> dict[str, Any]:
    return {"kind": "create", "labels": WORDS, "form": form_key, "values": values}


OF_RECORD = {"record": "customer"}
CUSTOMER = "pages.json#/pages/home"
REFUSED: dict[str, tuple[dict[str, Any], str, str]] = {
    "a form": (page(block("list", form="order")), "APP-010", "/blocks[0].form"),
    "a field of a condition": (page(block("list", form="deal", filter="colour = 1")), "LANG-020", "/blocks[0].filter"),
    "a field of a sort": (page(block("list", form="deal", sort="-colour")), "APP-011", "/blocks[0].sort"),
    "a rank that is no number": (page(cards(rank="name")), "LANG-040", "/blocks[0].sources[0].rank"),
    "a light that is no condition": (page(cards(light={"red": "1"})), "LANG-040", "/blocks[0].sources[0].light.red"),
    "a field of a sentence": (
        page(cards(sentence={"zh": "{{colour}}", "en": "x"})),
        "LANG-020",
        "/blocks[0].sources[0].sentence.zh",
    ),
    "a transition": (
        page(cards(buttons=[{"kind": "transition", "transition": "lose"}])),
        "PAGE-004",
        "/blocks[0].sources[0].buttons[0].transition",
    ),
    "a quick action": (
        page(cards(buttons=[{"kind": "action", "action": "tap"}])),
        "PAGE-005",
        "/blocks[0].sources[0].buttons[0].action",
    ),
    "a field that is filled": (
        page(cards(buttons=[create(colour="name")])),
        "APP-011",
        "/blocks[0].sources[0].buttons[0].values.colour",
    ),
    "a value of another type": (
        page(cards(buttons=[create(amount="name")])),
        "LANG-040",
        "/blocks[0].sources[0].buttons[0].values.amount",
    ),
    "a link to a record of another form": (
        page(cards(buttons=[create(customer="id")])),
        "LANG-040",
        "/blocks[0].sources[0].buttons[0].values.customer",
    ),
    "a record that is no reference": (
        page(cards(buttons=[{"kind": "open", "labels": WORDS, "record": "name"}])),
        "LANG-040",
        "/blocks[0].sources[0].buttons[0].record",
    ),
    "a sum of nothing": (
        page(block("figures", figures=[{"labels": WORDS, "form": "deal", "measure": "sum"}])),
        "PAGE-007",
        "/blocks[0].figures[0].measure",
    ),
    "a board": (page(block("board", board="red", widget="all")), "PAGE-009", "/blocks[0].board"),
    "a list's board": (page(rows(board="red")), "PAGE-009", "/blocks[0].sources[0].rows.board"),
    "a list": (page(rows(widget="all")), "PAGE-010", "/blocks[0].sources[0].rows.widget"),
    "a list of another form": (page(rows("customer")), "PAGE-012", "/blocks[0].sources[0].rows.widget"),
    "a column of numbers": (page(rows(rank="card")), "PAGE-013", "/blocks[0].sources[0].rows.rank"),
    "a sentence": (page(rows(sentence="amount")), "PAGE-013", "/blocks[0].sources[0].rows.sentence"),
    "facts on a page of no record": (page(block("facts", fields=["name"])), "PAGE-003", "/blocks[0].kind"),
    "a field of facts": (
        page(block("facts", fields=["name", "colour"]), home=False, **OF_RECORD),
        "APP-011",
        "/blocks[0].fields[1]",
    ),
    "a relation": (
        page(block("related", relations=["orders"]), home=False, **OF_RECORD),
        "PAGE-002",
        "/blocks[0].relations[0]",
    ),
    "a time that is none": (
        page(block("timeline", events=[{"relation": "deals", "at": "name"}]), home=False, **OF_RECORD),
        "PAGE-006",
        "/blocks[0].events[0].at",
    ),
    "a home page of a record": (page(**OF_RECORD), "PAGE-008", "/home"),
    "a page of oneself that is of a record": (page(home=False, personal=True, **OF_RECORD), "PAGE-011", "/personal"),
    "a role": (page(for_roles=["king"]), "APP-017", "/for_roles"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_page_is_refused_with_the_place_when_it_names_what_is_not_there(name):
    document, code, place = REFUSED[name]
    assert places(problems_of(shop(document))) == [(code, CUSTOMER + place)]


def test_every_problem_of_all_pages_is_told_at_once():
    pages = [page(block("list", form="order")), page(block("list", form="order"), key="other")]
    assert [place for _, place in places(problems_of(shop(*pages)))] == [
        "pages.json#/pages/home/blocks[0].form",
        "pages.json#/pages/other/blocks[0].form",
    ]


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        ({"kind": "page", "page": "home"}, []),
        ({"kind": "page", "page": "nowhere"}, [("PAGE-001", "pages.json#/tab_bars/all/entries[0].page")]),
        ({"kind": "list", "form": "order"}, [("APP-010", "pages.json#/tab_bars/all/entries[0].form")]),
        (
            {"kind": "list", "form": "deal", "filter": "name"},
            [("LANG-040", "pages.json#/tab_bars/all/entries[0].filter")],
        ),
    ],
)
def test_a_tab_is_refused_when_it_leads_nowhere(entry, told):
    bar = {"uid": uid(), "key": "all", "entries": [entry, {"kind": "inbox"}, {"kind": "me"}]}
    assert places(problems_of(shop(page(), tab_bars=[bar]))) == told


def test_a_key_of_two_pages_is_told_when_it_stands_twice():
    assert ("APP-008", "pages.json#/pages") in places(problems_of(shop(page(), page())))


def test_the_record_itself_is_linked_when_its_id_is_given():
    values = create("deal", customer="id")
    document = page(block("actions", buttons=[values]), home=False, **OF_RECORD)
    assert problems_of(shop(document)) == []


def test_a_home_for_a_role_goes_before_the_one_for_everybody():
    documents = shop(page(), page(key="boss_home", home=True, for_roles=["boss"]))
    pages = compiled(documents).apps["shop"].pages
    found = [pages.home(frozenset(roles)) for roles in ((), ("staff",), ("staff", "boss"))]
    assert [item.key for item in found if item] == ["home", "home", "boss_home"]


def test_a_page_is_not_found_when_it_is_for_other_roles_or_of_a_record():
    documents = shop(
        page(), page(key="chart", for_roles=["boss"]), page(key="glance", **OF_RECORD), page(key="open_to_all")
    )
    pages = compiled(documents).apps["shop"].pages
    staff = frozenset({"staff"})
    assert pages.named("chart", staff) is None
    assert pages.named("glance", staff) is None
    assert pages.named("open_to_all", staff) is not None
    assert pages.of_record("customer", staff) is not None
    assert pages.of_record("deal", staff) is None


@pytest.mark.parametrize(
    "extra",
    [
        {"limit": 0},
        {"limit": 11},
        {"sources": []},
        {"colour": "red"},
        {"sources": [{"form": "deal", "most": 0}]},
        {"sources": [{"form": "deal", "rank": "amount", "rows": {"board": "due", "widget": "rows"}}]},
    ],
)
def test_cards_are_refused_when_their_shape_is_wrong(extra):
    found = problems_of(shop(page({**cards(), **extra})))
    assert found
    assert all(problem.path.startswith("pages.json#/pages/0/blocks/0") for problem in found)
