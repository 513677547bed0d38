"""Boards in the studio with a mouse and with keys alone: parts change places both ways, and the board follows."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from engine.runtime.directory import ADMIN_ROLE
from tests.browser.conftest import PASSWORD
from tests.browser.test_axe import judged

DESK = {"width": 1400, "height": 900}
STUDIO = "/a/sales_management/studio/boards/"


@pytest.fixture(scope="module", autouse=True)
def _maker(instance):
    instance.directory.add_user("drawer", "画工", PASSWORD)
    instance.directory.grant("drawer", *ADMIN_ROLE)


def settled(page):
    """Wait until everything that was changed is part of the draft."""
    expect(page.locator("#studio[aria-busy]")).to_have_count(0)


def names(page):
    return [name.strip() for name in page.locator(".structure .element-name .grow").all_inner_texts()]


def test_board_is_made_and_put_in_order_when_only_keys_are_used(signed_in):
    page = signed_in("drawer", viewport=DESK)
    page.goto(STUDIO)
    page.get_by_label("新看板的名称").fill("键盘看板")
    page.keyboard.press("Enter")
    expect(page.locator(".structure-title")).to_contain_text("键盘看板")
    page.get_by_label("文字内容").fill("第二句")
    page.keyboard.press("Enter")
    expect(page.locator(".structure .element")).to_have_count(2)
    settled(page)
    grip = page.locator(".structure .element").nth(1).locator(".grip")
    grip.focus()
    page.keyboard.press("ArrowUp")
    expect(page.locator(".structure .element-name .grow").first).to_contain_text("第二句")
    settled(page)
    assert names(page) == ["第二句", "说明"]
    expect(page.frame_locator("#preview").locator("h2").first).to_contain_text("第二句")
    assert judged(page) == []


def test_parts_change_places_when_one_is_dragged(signed_in):
    page = signed_in("drawer", viewport=DESK)
    page.goto(f"{STUDIO}visit_rhythm")
    before = names(page)
    rows = page.locator(".structure .element")
    first, third = rows.nth(0).locator(".grip").bounding_box(), rows.nth(2).bounding_box()
    page.mouse.move(first["x"] + 8, first["y"] + 8)
    page.mouse.down()
    page.mouse.move(first["x"] + 8, third["y"] + third["height"] * 0.4, steps=12)
    page.mouse.move(first["x"] + 8, third["y"] + third["height"] * 0.8, steps=12)
    page.mouse.up()
    settled(page)
    expect(page.locator(".structure .element-name .grow").first).to_have_text(before[1])
    assert sorted(names(page)) == sorted(before)
    assert names(page).index(before[0]) in (1, 2)


def test_what_is_wrong_is_told_beside_its_control_when_a_part_or_its_metric_is_set(signed_in):
    page = signed_in("drawer", viewport=DESK)
    page.goto(STUDIO)
    page.get_by_label("新看板的名称").fill("走势看板")
    page.keyboard.press("Enter")
    expect(page.locator(".structure-title")).to_contain_text("走势看板")
    page.locator("#add-part ~ form").first.locator("button").click()
    expect(page.locator(".structure .element")).to_have_count(2)
    page.locator(".structure .element-name").nth(1).click()
    page.locator("details.part-more summary").first.click()
    page.locator("#set-snapshot").select_option("daily")
    page.locator("#set-trend").check()
    settled(page)
    expect(page.locator(".element[data-wrong], .panel .problem")).to_have_count(0)
    page.locator("#set-snapshot").select_option("")
    expect(page.locator("form[data-property=trend] .problem")).to_contain_text("没有定期留存")
    expect(page.locator(".element[data-wrong]")).to_have_count(1)
    page.locator(".structure-title a").click()
    page.locator('[id="set-send/every"]').select_option("daily")
    page.locator('[id="set-send/time"]').fill("08:30")
    page.locator('[id="set-send/time"]').press("Tab")
    settled(page)
    expect(page.locator('[id="set-send/time"]')).to_have_value("08:30")
    assert judged(page) == []
