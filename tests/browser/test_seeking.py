"""Among many people one is looked for: a drop-down opens a box to type in; without script it stays a drop-down."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PASSWORD
from tests.browser.test_axe import judged

VISIT = "/a/sales_management/visit/new?visit_purpose=technical"
OWNER = "#f-next_tech_owner"


@pytest.fixture(scope="module", autouse=True)
def _colleagues(instance):
    """So many people that nobody would look through them."""
    for number in range(13):
        instance.directory.add_user(name=f"colleague{number}", display_name=f"欧阳小{number}", password=PASSWORD)


def opened(page):
    page.goto(VISIT)
    page.locator("[data-seek]", has=page.locator(OWNER)).click()
    return page.get_by_role("dialog", name="技术动作责任人")


def chosen(page):
    return page.locator(OWNER).evaluate("control => control.selectedOptions[0].label")


def test_a_person_is_found_by_pinyin_when_letters_are_typed(signed_in):
    page = signed_in("rep")
    dialog = opened(page)
    assert judged(page) == []
    dialog.get_by_role("combobox").press_sequentially("dlq")
    expect(dialog.get_by_role("option")).to_have_text(["丁立群"])
    page.keyboard.press("Enter")
    expect(dialog).to_be_hidden()
    expect(page.locator(OWNER)).to_be_focused()
    assert chosen(page) == "丁立群"


def test_a_person_is_found_by_name_when_the_server_cannot_be_asked(signed_in):
    page = signed_in("rep")
    dialog = opened(page)
    page.route("**/search/people*", lambda route: route.fulfill(status=404))
    dialog.get_by_role("combobox").fill("小12")
    dialog.get_by_role("option", name="欧阳小12").click()
    assert chosen(page) == "欧阳小12"
    page.locator("[data-seek]", has=page.locator(OWNER)).click()
    dialog.get_by_role("combobox").fill("没有这人")
    expect(dialog).to_contain_text("没有找到“没有这人”")


def test_the_form_stays_when_the_phone_s_back_leaves_the_box(signed_in):
    page = signed_in("rep")
    dialog = opened(page)
    expect(dialog).to_be_visible()
    page.go_back()
    expect(dialog).to_be_hidden()
    expect(page).to_have_url(VISIT)
    assert chosen(page) == "葛晓峰"


def test_a_letter_opens_the_box_when_the_drop_down_has_the_focus(signed_in):
    page = signed_in("rep")
    page.goto(VISIT)
    page.locator(OWNER).focus()
    page.keyboard.press("d")
    box = page.get_by_role("dialog", name="技术动作责任人").get_by_role("combobox")
    expect(box).to_have_value("d")
    page.keyboard.press("Escape")
    expect(page.locator(OWNER)).to_be_focused()


def test_it_is_a_drop_down_when_there_is_no_script(signed_in):
    page = signed_in("rep", java_script_enabled=False)
    page.goto(VISIT)
    page.locator(OWNER).select_option(label="丁立群")
    expect(page.locator("[data-sift]:visible")).to_have_count(0)
