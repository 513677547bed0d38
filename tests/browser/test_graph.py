"""The graph of states: drawn beside its table, in step with it, and drawing a line in it fills in a new transition."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from engine.runtime.directory import ADMIN_ROLE
from tests.browser.conftest import PASSWORD, PHONE

DESK = {"width": 1280, "height": 1600}
STATES = "/a/sales_management/studio/states/receipt"


@pytest.fixture(scope="module", autouse=True)
def _drawer(instance):
    instance.directory.add_user("drawer", "画师", PASSWORD)
    instance.directory.grant("drawer", *ADMIN_ROLE)
    instance.directory.grant("drawer", "sales_management", "sales_ops")


def middle(page, key):
    box = page.locator(f'#graph [data-key="{key}"] rect').bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_the_graph_has_every_state_and_leads_to_its_row(signed_in):
    page = signed_in("drawer", viewport=DESK)
    page.goto(STATES)
    rows = page.locator(".states-rows .part-row").count()
    expect(page.locator("#graph [data-key] rect")).to_have_count(rows)
    first = page.locator("#graph [data-key]").first
    row = first.get_attribute("href")
    first.focus()
    page.keyboard.press("Enter")
    assert page.url.endswith(row)
    expect(page.locator(row)).to_be_in_viewport()


def test_a_line_from_one_state_to_another_fills_in_a_transition_and_the_graph_follows(signed_in):
    page = signed_in("drawer", viewport=DESK)
    page.goto(STATES)
    keys = page.locator("#graph [data-key]").evaluate_all("all => all.map(one => one.dataset.key)")
    begin, end = keys[0], keys[-1]
    ways = page.locator("#graph .a-way").count()
    page.mouse.move(*middle(page, begin))
    page.mouse.down()
    page.mouse.move(*middle(page, end), steps=5)
    page.mouse.up()
    expect(page.locator("#new-from")).to_have_value(begin)
    expect(page.locator("#new-to")).to_have_value(end)
    expect(page.locator("#new-move")).to_be_focused()
    page.keyboard.type("直接结束")
    page.keyboard.press("Enter")
    expect(page.locator("#graph .a-way")).to_have_count(ways + 1)
    expect(page.locator("#graph .way-name").filter(has_text="直接结束")).to_have_count(1)


def test_on_a_phone_the_graph_is_scrolled_and_widens_nothing(signed_in):
    page = signed_in("drawer", viewport=PHONE)
    page.goto("/a/sales_management/studio/states/opportunity")
    expect(page.locator("#graph [data-key] rect").first).to_be_attached()
    sizes = page.evaluate(
        "() => [document.documentElement.scrollWidth, innerWidth, graph.scrollWidth > graph.clientWidth]"
    )
    assert sizes[0] <= sizes[1]
    assert sizes[2]


def test_records_stand_in_the_graph_and_a_state_leads_to_its_list(signed_in):
    page = signed_in("drawer", viewport=DESK)
    page.goto("/a/sales_management/moves/")
    state = page.locator(".graph [data-key]").filter(has_text="条").first
    assert re.fullmatch(r"共 \d+ 条", state.locator(".note").text_content())
    name = state.locator("text").first.text_content()
    state.click()
    expect(page).to_have_url(re.compile("filter=state"))
    expect(page.locator("main")).to_contain_text(f"状态是“{name}”")


def test_focus_is_shown_by_more_than_colour_when_one_goes_through_by_keys(signed_in):
    page = signed_in("drawer", viewport=DESK)
    page.goto(STATES)
    page.locator("#graph [data-key]").first.focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Shift+Tab")
    state = page.locator("#graph a.a-state:focus-visible")
    assert state.evaluate("one => getComputedStyle(one).outlineStyle") == "solid"
    assert state.evaluate("one => parseFloat(getComputedStyle(one).outlineWidth)") >= 2
    page.locator("#graph a.a-way").first.focus()
    way = page.locator("#graph a.a-way:focus-visible")
    assert way.locator(".way").evaluate("one => parseFloat(getComputedStyle(one).strokeWidth)") >= 3
    assert "underline" in way.locator(".way-name").evaluate("one => getComputedStyle(one).textDecorationLine")
