"""Filling a form in a browser: what shows as one types, what survives, and what is sent once."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from engine.boot import open_instance
from engine.runtime.settings import read_settings
from tests.browser.conftest import PASSWORD
from tests.support.orders import APP, publish_orders

NEW = f"/a/{APP}/order/new"


@pytest.fixture(scope="module")
def instance(tmp_path_factory):
    """The app about orders alone."""
    opened = open_instance(read_settings({"YOUJU_HOME": str(tmp_path_factory.mktemp("home"))}))
    publish_orders(opened, PASSWORD)
    yield opened
    opened.close()


@pytest.fixture
def form(signed_in):
    """The blank form, before somebody who may do everything; what it sends is counted."""
    page = signed_in("chief")
    page.goto(NEW)
    page.sent = []
    page.on("request", lambda request: page.sent.append(request) if request.method == "POST" else None)
    return page


def choose(page, key, option):
    page.check(f"#f-{key}-{option}")


def in_line(page, key, number=0):
    return page.locator(f"[data-line-of=items] [id$='-{key}']").nth(number)


def fill_all(page):
    """Fill all that an order needs before it can be sent."""
    page.fill("#f-buyer", "丁公司")
    choose(page, "kind", "normal")
    in_line(page, "name").fill("笔")
    page.fill("#f-outcome", "好")


def refuse(page):
    """Send an unfinished form, and again as it is: the server says no."""
    send = page.locator("button[value='transition:send']")
    send.click()
    expect(page.locator("#summary h2")).to_have_text(re.compile(r"还差\d项"))
    with page.expect_navigation() as answered:
        send.click()
    assert answered.value.status == 422
    expect(page.locator("#summary[role=alert]")).to_be_visible()


def test_fields_come_and_go_without_asking_the_server_when_the_page_can_tell(form):
    expect(form.locator("#f-discount")).to_have_count(0)
    choose(form, "kind", "rush")
    expect(form.locator("#f-discount")).to_be_visible()
    form.fill("#f-discount", "12")
    expect(form.locator("[data-field=reason] .must")).to_be_visible()
    form.fill("#f-discount", "8")
    expect(form.locator("[data-field=reason] .must")).to_have_count(0)
    choose(form, "kind", "gift")
    expect(form.locator("#f-greeting")).to_be_visible()
    expect(form.locator("[data-parked]")).to_contain_text("折扣")
    assert not form.sent


def test_sums_follow_what_is_typed_when_lines_change(form):
    in_line(form, "qty").fill("3")
    in_line(form, "price").fill("1,000.50")
    expect(form.locator("[data-field=total]")).to_contain_text("¥3,001.50")
    form.get_by_role("button", name="添加一行").click()
    in_line(form, "qty", 1).fill("2")
    in_line(form, "price", 1).fill("0.25")
    expect(form.locator("[data-field=total]")).to_contain_text("¥3,002.00")
    form.locator("[data-remove]").nth(0).click()
    expect(form.locator("[data-field=total]")).to_contain_text("¥0.50")


def test_lines_change_places_when_they_are_moved(form):
    in_line(form, "name").fill("甲")
    form.get_by_role("button", name="添加一行").click()
    in_line(form, "name", 1).fill("乙")
    form.locator("[data-move=up]").nth(1).click()
    expect(in_line(form, "name")).to_have_value("乙")
    expect(form.locator("[data-move=up]").nth(0)).to_be_disabled()


def test_an_error_shows_when_the_field_is_left_and_goes_when_it_is_put_right(form):
    form.fill("#f-phone", "12")
    expect(form.locator("#f-phone-problem")).to_have_count(0)
    form.locator("#f-code").focus()
    expect(form.locator("#f-phone-problem")).to_contain_text("不是有效的电话号码")
    expect(form.locator("#f-phone")).to_have_attribute("aria-invalid", "true")
    form.fill("#f-phone", "138 0013 8000")
    expect(form.locator("#f-phone-problem")).to_have_count(0)


def test_all_errors_show_with_links_when_an_unfinished_form_is_submitted(form):
    expect(form.locator("#form-missing")).to_contain_text("还差")
    form.click("button[value='transition:send']")
    expect(form.locator("#summary h2")).to_have_text(re.compile(r"还差\d项"))
    expect(form.locator("#f-buyer")).to_be_focused()
    form.locator("#summary a", has_text="结果").click()
    expect(form.locator("#f-outcome")).to_be_focused()
    assert all(request.headers.get("hx-request") for request in form.sent), "nothing was submitted"


def test_what_is_typed_survives_when_the_page_is_loaded_again(form):
    choose(form, "kind", "rush")
    form.fill("#f-discount", "8")
    form.get_by_role("button", name="添加一行").click()
    in_line(form, "name", 1).fill("第二行")
    key = form.input_value("input[name=_key]")
    form.wait_for_timeout(400)
    form.reload()
    expect(form.get_by_text("已恢复您上次填到一半的内容")).to_be_visible()
    expect(form.locator("#f-discount")).to_have_value("8")
    expect(form.locator("[id$='-name']").last).to_have_value("第二行")
    assert form.input_value("input[name=_key]") == key
    form.get_by_role("button", name="重新填写").click()
    expect(form.locator("#f-discount")).to_have_count(0)


def test_nothing_is_lost_and_nothing_sent_twice_when_the_network_is_gone(form, instance, viewer):
    fill_all(form)
    form.context.set_offline(True)
    form.click("button[value='transition:send']")
    expect(form.get_by_text("没有网,内容已存在本机")).to_be_visible()
    form.context.set_offline(False)
    form.get_by_role("button", name="再试").click()
    expect(form.locator(".said.answer")).to_contain_text("已记下")
    assert "youju.draft" not in form.evaluate("JSON.stringify(Object.keys(localStorage))")
    assert instance.records.list(viewer("chief"), APP, "order").count.value == 1


def test_an_unsent_draft_stays_when_something_else_is_done_meanwhile(form):
    fill_all(form)
    form.context.set_offline(True)
    form.click("button[value='transition:send']")
    expect(form.get_by_text("没有网,内容已存在本机")).to_be_visible()
    form.context.set_offline(False)
    form.goto(f"/a/{APP}/order/?done=deleted")
    form.goto(NEW)
    expect(form.get_by_text("已恢复您上次填到一半的内容")).to_be_visible()
    expect(form.locator("#f-buyer")).to_have_value("丁公司")


def test_a_refused_draft_stays_when_something_else_is_done_meanwhile(form):
    form.fill("#f-buyer", "丁公司")
    refuse(form)
    form.goto(f"/a/{APP}/order/")
    form.goto(f"/a/{APP}/order/?done=deleted")
    form.goto(NEW)
    expect(form.locator("#f-buyer")).to_have_value("丁公司")


def test_no_draft_stays_when_a_form_that_was_refused_goes_through(form):
    form.goto(f"{NEW}?kind=normal")
    form.fill("#f-buyer", "丁公司")
    refuse(form)
    fill_all(form)
    form.click("button[value='transition:send']")
    expect(form.locator(".said.answer")).to_contain_text("已记下")
    assert "youju.draft" not in form.evaluate("JSON.stringify(Object.keys(localStorage))")
    form.goto(f"{NEW}?kind=normal")
    expect(form.locator("#f-buyer")).to_have_value("")


def test_one_record_is_made_when_the_button_is_tapped_twice(form, instance, viewer):
    before = instance.records.list(viewer("chief"), APP, "order").count.value
    fill_all(form)
    form.dblclick("button[value='transition:send']")
    expect(form.locator(".said.answer")).to_be_visible()
    assert instance.records.list(viewer("chief"), APP, "order").count.value == before + 1


def test_a_draft_is_nobody_elses_when_another_person_signs_in(form, signed_in):
    form.fill("#f-buyer", "丁公司")
    form.wait_for_timeout(400)
    form.goto("/me")
    form.get_by_role("button", name="退出").click()
    form.wait_for_url("**/sign-in*")
    assert "youju.draft" not in form.evaluate("JSON.stringify(Object.keys(localStorage))")


def test_a_day_is_one_tap_when_the_field_offers_it(form):
    form.get_by_role("button", name="明天").click()
    tomorrow = (
        "const d = new Date(); d.setDate(d.getDate() + 1); return [d.getFullYear(), d.getMonth() + 1, d.getDate()]"
    )
    year, month, day = form.evaluate(f"(() => {{ {tomorrow}; }})()")
    assert form.input_value("#f-due") == f"{year}-{month:02}-{day:02}"


def test_a_form_is_filled_line_by_line_when_there_is_no_script(signed_in):
    page = signed_in("chief", java_script_enabled=False)
    page.goto(NEW)
    in_line(page, "name").fill("甲")
    page.get_by_role("button", name="添加一行").click()
    in_line(page, "name", 1).fill("乙")
    page.locator("button[value^='up:items']").nth(1).click()
    expect(in_line(page, "name")).to_have_value("乙")
    page.fill("#f-buyer", "丁公司")
    page.get_by_role("button", name="存草稿").click()
    expect(page.locator(".said")).to_be_visible()
