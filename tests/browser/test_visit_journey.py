"""The main journey: a rep records a visit on the phone, the supervisor has it in the inbox."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PASSWORD
from tests.browser.test_capture import HERE, shoot

VISITS = "/a/sales_management/visit/"
DATE = "2026-12-04"
WHAT = re.compile("^事项")


def open_tender_visit(page):
    """Go the way of a rep on the phone: home, new visit, its purpose."""
    page.locator("nav.tabs").get_by_role("link", name="记拜访").click()
    expect(page.get_by_role("heading", name="拜访目的")).to_be_visible()
    expect(page.locator("a.choice")).to_have_text(["技术交流", "招标答疑", "回款催收"])
    page.get_by_role("link", name="招标答疑").click()


def fill_tender_visit(page):
    """Fill what a tender visit asks for, by keyboard and by tap."""
    page.locator("#f-customer").focus()
    page.keyboard.type("九江")
    expect(page.locator("#f-customer-list [role=option]").first).to_have_text("九江康宁医疗器械有限公司")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("#f-customer")).to_have_value("九江康宁医疗器械有限公司")
    page.get_by_label("招标文件编号").fill("JX-0318")
    page.get_by_label("无偏差", exact=True).first.check()
    expect(page.locator("[data-field=tender_deviations]")).to_be_hidden()
    scores = page.locator("[data-field=attitude_scores]")
    scores.get_by_role("combobox").click()
    scores.get_by_role("option", name="王主任").click()
    scores.get_by_role("radio", name="4").check()
    todos = page.locator("[data-field=todos]")
    todos.get_by_label(WHAT).fill("周五前发参数")
    todos.get_by_label("截止").fill(DATE)


@pytest.mark.covers("S0-17", "S0-18")
def test_the_purpose_brings_its_three_fields_and_all_errors_come_at_once_when_a_visit_is_begun(signed_in):
    page = signed_in("rep")
    open_tender_visit(page)
    for label in ("招标文件编号", "我方应答偏差项", "关键人态度评分"):
        field = page.locator(".field", has=page.locator("label, legend", has_text=label)).first
        expect(field).to_be_visible()
        expect(field).to_contain_text("必填")
    expect(page.get_by_text("技术关注点")).to_have_count(0)
    expect(page.get_by_text("承诺回款日期")).to_have_count(0)
    expect(page.locator("#form-missing")).to_contain_text("还差6项")
    page.get_by_role("button", name="提交").click()
    summary = page.locator("#summary")
    expect(summary).to_contain_text("还差6项")
    expect(page.locator("#f-customer")).to_be_focused()
    wrong = ("客户", "招标文件编号", "我方应答偏差项", "关键人态度评分", "现场照片", "待办事项")
    expect(summary.get_by_role("link")).to_have_text([re.compile(label) for label in wrong])
    expect(page.locator("#f-tender_no")).to_have_attribute("aria-invalid", "true")
    summary.get_by_role("link", name="客户").click()
    expect(page.locator("#f-customer")).to_be_focused()
    page.get_by_label("招标文件编号").fill("JX-1")
    page.get_by_label("招标文件编号").blur()
    expect(summary.get_by_role("link")).to_have_count(5)


@pytest.mark.covers("S0-06")
def test_a_visit_reaches_the_supervisor_once_when_a_rep_submits_it_twice(signed_in, customer, instance):
    customer("九江康宁医疗器械有限公司")
    rep = signed_in("rep", **HERE)
    open_tender_visit(rep)
    fill_tender_visit(rep)
    shoot(rep, "onsite_photos")
    rep.get_by_role("button", name="提交").dblclick()
    expect(rep.get_by_role("status")).to_contain_text("已记好")
    expect(rep.locator(".chips")).to_have_text("已提交")
    expect(rep.get_by_text("JX-0318", exact=True)).to_be_visible()

    instance.jobs().run_until_quiet()
    supervisor = signed_in("supervisor")
    supervisor.goto("/inbox")
    task = supervisor.locator("article", has_text="九江康宁")
    expect(task).to_have_count(1)
    task.get_by_role("button", name="已阅").click()
    expect(supervisor.get_by_role("status")).to_contain_text("已完成")
    expect(supervisor.locator("article")).to_have_count(0)
    rep.reload()
    expect(rep.locator(".chips")).to_contain_text("已阅")


def test_what_was_typed_stays_when_the_purpose_changes_and_comes_back(signed_in):
    page = signed_in("rep")
    page.goto(f"{VISITS}new?visit_purpose=tender")
    page.get_by_label("招标文件编号").fill("JX-0400")
    page.get_by_role("radio", name="技术交流").check()
    expect(page.get_by_label("技术关注点")).to_be_visible()
    expect(page.get_by_label("招标文件编号")).to_be_hidden()
    expect(page.locator("#form-notes")).to_contain_text("不会保存")
    expect(page.locator("#form-notes")).to_contain_text("招标文件编号")
    page.get_by_role("radio", name="招标答疑").check()
    expect(page.get_by_label("招标文件编号")).to_have_value("JX-0400")
    expect(page.locator("#form-notes")).not_to_contain_text("不会保存")


def test_typing_goes_on_undisturbed_when_an_answer_arrives(signed_in):
    page = signed_in("rep")
    page.goto(f"{VISITS}new?visit_purpose=tender")
    page.route(f"**{VISITS}new", lambda route: (page.wait_for_timeout(300), route.continue_()))
    page.get_by_label("无偏差", exact=True).first.check()
    page.get_by_label("招标文件编号").press_sequentially("JX-0318-二期", delay=60)
    expect(page.locator("[data-field=tender_deviations]")).to_be_hidden()
    expect(page.get_by_label("招标文件编号")).to_have_value("JX-0318-二期")
    expect(page.get_by_label("招标文件编号")).to_be_focused()


def test_lines_are_added_and_removed_when_their_buttons_are_pressed(signed_in):
    page = signed_in("rep")
    page.goto(f"{VISITS}new?visit_purpose=tender")
    todos = page.locator("[data-field=todos]")
    expect(todos.get_by_role("group")).to_have_count(2)
    todos.get_by_role("button", name="添加一行").click()
    expect(todos.get_by_label(WHAT).nth(1)).to_be_focused()
    page.keyboard.type("约三方会")
    todos.get_by_role("button", name="删除这一行").first.click()
    expect(todos.get_by_label(WHAT)).to_have_count(1)
    expect(todos.get_by_label(WHAT)).to_have_value("约三方会")


def test_a_name_typed_and_not_chosen_is_found_when_the_form_is_sent(signed_in, customer, instance, viewer):
    made = customer("赣州立信新能源有限公司")
    page = signed_in("rep")
    page.goto(f"{VISITS}new?visit_purpose=collection")
    page.locator("#f-customer").fill("赣州立信")
    page.get_by_role("button", name="存草稿").click()
    expect(page.get_by_role("status")).to_contain_text("已记好")
    id = page.url.split("?")[0].rsplit("/", 1)[1]
    assert instance.records.read(viewer("rep"), "sales_management", "visit", id).fields["customer"] == made.id


def test_the_form_works_when_scripts_are_off(signed_in, customer):
    customer("上饶恒盛建材有限公司")
    page = signed_in("rep", java_script_enabled=False)
    page.goto(f"{VISITS}new?visit_purpose=technical")
    page.get_by_label("技术关注点").fill("高温")
    page.locator("label.pill", has_text="招标答疑").click()
    page.locator("noscript button, .bar button", has_text="更新表单").first.click()
    expect(page.get_by_label("招标文件编号")).to_be_visible()
    expect(page.get_by_text("不会保存")).to_be_visible()
    page.locator("#f-customer").fill("上饶恒盛")
    page.get_by_role("button", name="存草稿").click()
    expect(page.locator(".said")).to_contain_text("已记好")
    expect(page.locator("h1")).to_contain_text("上饶恒盛")


def test_somebody_signs_in_again_without_losing_the_form_when_the_session_ended(signed_in, instance):
    page = signed_in("rep")
    page.goto(f"{VISITS}new?visit_purpose=technical")
    page.get_by_label("技术关注点").fill("写了十分钟的内容")
    cookie = next(c for c in page.context.cookies() if c["name"] == "youju_session")
    instance.directory.sign_out(cookie["value"])
    page.get_by_role("button", name="存草稿").click()
    expect(page.locator(".note")).to_contain_text("已填的内容还在")
    page.fill("#name", "rep")
    page.fill("#password", PASSWORD)
    page.locator("main").get_by_role("button", name="登录").click()
    page.get_by_role("button", name="回到表单").click()
    expect(page.get_by_label("技术关注点")).to_have_value("写了十分钟的内容")
