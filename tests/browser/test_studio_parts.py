"""The other parts of an app in the browser: a new app, a form of a table, its states, a list and a role."""

from __future__ import annotations

import pytest
from openpyxl import Workbook
from playwright.sync_api import expect

from engine.runtime.directory import ADMIN_ROLE
from tests.browser.conftest import PASSWORD, PHONE

DESK = {"width": 1280, "height": 800}


@pytest.fixture(scope="module", autouse=True)
def _maker(instance):
    instance.directory.add_user("maker", "吴工", PASSWORD)
    instance.directory.grant("maker", *ADMIN_ROLE)


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    book, path = Workbook(), tmp_path_factory.mktemp("tables") / "样品申请.xlsx"
    rows = [
        ["样品名称", "数量", "去向"],
        *([f"杯{number}", number, ("客户", "展会")[number % 2]] for number in range(6)),
    ]
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path


def settled(page):
    """Wait until everything that was changed is part of the draft."""
    expect(page.locator("#studio[aria-busy]")).to_have_count(0)


@pytest.mark.parametrize(("size", "name"), [(PHONE, "样品甲"), (DESK, "样品乙")])
def test_an_app_is_begun_and_its_parts_are_made_without_leaving_the_pages(signed_in, table, size, name):
    page = signed_in("maker", viewport=size)
    page.goto("/studio/new")
    page.get_by_label("应用名称").fill(name)
    page.get_by_role("button", name="建立应用").click()
    page.get_by_role("link", name="用 Excel 表建表单").click()
    page.set_input_files("#sheet-file", table)
    page.get_by_role("button", name="读取表格").click()
    expect(page.locator("#type-1")).to_have_value("number")
    page.get_by_role("button", name="建立表单").click()
    expect(page.locator(".structure-title")).to_contain_text("样品申请")
    studio = page.url.split("forms/")[0]
    states_are_made(page, studio)
    a_list_is_made(page, studio)
    a_role_is_set(page, studio)
    expect(page.locator("#checks")).to_contain_text("可以发布")


def states_are_made(page, studio):
    page.goto(studio)
    page.locator('a[href*="/studio/states/"]').click()
    page.get_by_role("button", name="草稿 → 提交 → 完成").click()
    expect(page.locator(".states-rows .part-row")).to_have_count(3)
    second = page.locator(".states-rows .part-row").nth(1).get_by_label("名称")
    second.fill("待处理")
    second.press("Tab")
    expect(page.locator("#initial")).to_contain_text("待处理")
    page.locator(".moves-rows summary").first.click()
    page.locator(".moves-rows .part-row").first.get_by_label("创建人").check()
    settled(page)
    expect(page.locator(".moves-rows details").first).to_have_attribute("open", "")
    expect(page.locator(".moves-rows summary").first).to_contain_text("负责人、创建人")


def a_list_is_made(page, studio):
    page.goto(f"{studio}lists/")
    page.get_by_placeholder("新列表的名称").fill("城市")
    page.get_by_placeholder("新列表的名称").press("Enter")
    words = page.locator(".options-rows .part-row").first.get_by_label("别名")
    words.fill("沪、魔都")
    words.press("Tab")
    settled(page)
    page.get_by_placeholder("新选项").fill("北京")
    page.get_by_placeholder("新选项").press("Enter")
    expect(page.locator(".options-rows .part-row")).to_have_count(3)
    expect(words).to_have_value("沪、魔都")


def a_role_is_set(page, studio):
    page.goto(f"{studio}roles/member")
    page.get_by_label("删除:样品申请").check()
    page.locator('select[id^="rows-"]').select_option("all")
    settled(page)
    page.reload()
    expect(page.get_by_label("删除:样品申请")).to_be_checked()
    expect(page.locator('select[id^="rows-"]')).to_have_value("all")
