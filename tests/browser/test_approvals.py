"""Approvals on a phone: applied for, approved with a field, rejected with words, withdrawn, and decided by a deputy."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from engine.boot import open_instance
from engine.kernel.clocks import DAY_MS
from engine.runtime.settings import read_settings
from tests.browser.conftest import PASSWORD
from tests.browser.test_axe import judged
from tests.support.agreements import APP, Agreements


@pytest.fixture(scope="module")
def instance(tmp_path_factory):
    """An installation with agreements alone."""
    opened = open_instance(read_settings({"YOUJU_HOME": str(tmp_path_factory.mktemp("home"))}))
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def firm(instance):
    return Agreements.on(instance, PASSWORD)


@pytest.fixture
def people(firm, signed_in):
    """Sign people in, who are there once the app is."""
    return signed_in


def at(record):
    return f"/a/{APP}/agreement/{record.id}"


def the_one(firm, name):
    """Return the newest agreement."""
    listed = firm.instance.records.list(firm.viewer(name), APP, "agreement", sort="-created_at", limit=1)
    return listed.items[0]


def fits(page):
    """Tell that nothing of the page stands out of a phone."""
    return page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_an_agreement_goes_its_way_on_phones(firm, people):
    applicant = people("ge")
    applicant.goto(f"/a/{APP}/agreement/new")
    applicant.get_by_label("名称").fill("九江康宁 2026")
    applicant.get_by_role("button", name="提交审批").click()
    expect(applicant.locator(".route [aria-current=step]")).to_contain_text("主管审批")
    record = the_one(firm, "ge")

    chief = people("ding")
    chief.goto("/approvals")
    assert fits(chief)
    chief.locator(".waits").get_by_role("button", name="同意").click()
    expect(chief.get_by_role("status").filter(has_text="已同意")).to_be_visible()

    lawyer = people("wang")
    lawyer.goto(at(record))
    lawyer.locator("#record-form [name=comment]").fill("看过了")
    lawyer.get_by_role("button", name="同意").click()
    expect(lawyer.locator("#record-form .problem")).to_contain_text("法务意见")
    lawyer.locator("[name='f.opinion']").fill("条款完整")
    lawyer.get_by_role("button", name="同意").click()
    expect(lawyer.locator(".route [aria-current=step]")).to_contain_text("评委打分")
    expect(lawyer.locator(".course")).to_contain_text("看过了")
    assert fits(lawyer)

    judge = people("sun")
    judge.goto(at(record))
    judge.locator("summary", has_text="更多").last.click()
    judge.locator("[id^=do-reject-] summary").click()
    judge.locator("[id^=do-reject-]").get_by_role("button", name="驳回").click()
    assert firm.standing(record).outcome is None, "the browser asks for words first"
    judge.locator("[id^=do-reject-] textarea").fill("两家报价相差太大")
    judge.locator("[id^=do-reject-]").get_by_role("button", name="驳回").click()
    expect(judge.locator(".approval .chip").first).to_contain_text("已驳回")
    assert firm.state(record) == "bad"


def test_the_applicant_withdraws_with_a_word(firm, people):
    record, applicant = firm.apply("撤回"), people("ge")
    applicant.goto(at(record))
    applicant.locator(".approval summary", has_text="更多").click()
    applicant.locator("[id^=do-withdraw-] summary").click()
    applicant.locator("[id^=do-withdraw-] textarea").fill("客户改主意了")
    applicant.locator("[id^=do-withdraw-]").get_by_role("button", name="撤回").click()
    expect(applicant.locator(".approval .chip").first).to_contain_text("已撤回")
    expect(applicant.locator(".course")).to_contain_text("客户改主意了")
    assert firm.state(record) == "draft"


def test_a_deputy_is_named_on_the_phone_and_decides(firm, people):
    chief, day = people("ding"), 5 * DAY_MS
    record = firm.apply("代办")
    firm.act("ding", record, "approve")
    lawyer = people("wang")
    lawyer.goto("/me")
    lawyer.get_by_text("我要请假").click()
    today = lawyer.evaluate("new Date(Date.now()).toLocaleDateString('sv', {timeZone: 'Asia/Shanghai'})")
    later = lawyer.evaluate(
        "(ms) => new Date(Date.now() + ms).toLocaleDateString('sv', {timeZone: 'Asia/Shanghai'})", day
    )
    lawyer.locator("#away-from").fill(today)
    lawyer.locator("#away-until").fill(later)
    lawyer.locator("#away-deputy").select_option(label="赵律师")
    lawyer.locator(".away-new").get_by_role("button", name="保存").click()
    expect(lawyer.locator(".away-list")).to_contain_text("赵律师代办")
    deputy = people("zhao")
    deputy.goto("/approvals")
    expect(deputy.locator(".waits").filter(has_text="代办")).to_contain_text(re.compile("代王芳,至\\d+月\\d+日"))
    deputy.locator(".waits").filter(has_text="代办").get_by_role("link", name="填写并同意").click()
    deputy.locator("[name='f.opinion']").fill("可以签")
    deputy.get_by_role("button", name="同意").click()
    expect(deputy.locator(".course")).to_contain_text("代王芳")
    expect(deputy.locator(".route [aria-current=step]")).to_contain_text("评委打分")
    assert firm.standing(record).acts[-1].instead_of == "王芳"
    chief.goto("/inbox")
    assert fits(chief)
    lawyer.locator(".away-list button").click()
    expect(lawyer.locator(".away-list")).to_have_count(0)


def test_without_a_script_one_approves_and_rejects_all_the_same(firm, people):
    good, bad = firm.apply("没有脚本一"), firm.apply("没有脚本二")
    for record in (good, bad):
        firm.act("ding", record, "approve")
    lawyer = people("wang", java_script_enabled=False)
    lawyer.goto(at(good))
    lawyer.locator("[name='f.opinion']").fill("好")
    lawyer.locator(".bar button.primary").click()
    assert firm.standing(good).now.key == "jury"
    lawyer.goto(f"/approvals/{firm.standing(bad).id}?do=reject")
    lawyer.locator("[id^=do-reject-] textarea").fill("不行")
    lawyer.locator("[id^=do-reject-] button").click()
    assert firm.state(bad) == "bad"


@pytest.mark.parametrize("size", [(390, 844), (1280, 800)], ids=["phone", "desk"])
def test_axe_finds_nothing_on_any_page_of_approvals(firm, people, size):
    plain, filled, scored = (firm.apply(f"无障碍{number}") for number in range(3))
    firm.apply("无障碍3")
    firm.act("ding", filled, "approve", "可以")
    firm.act("ding", scored, "approve")
    firm.act("wang", scored, "approve", fields={"opinion": "好"})
    visits = [
        ("ding", "/approvals"),
        ("ding", at(plain)),
        ("ding", f"/approvals/{firm.standing(plain).id}?do=reject"),
        ("ding", "/approvals?of=decided"),
        ("ding", "/inbox"),
        ("wang", at(filled)),
        ("sun", at(scored)),
        ("ge", at(filled)),
        ("ge", "/approvals?of=started"),
        ("ge", "/approvals"),
        ("wang", "/me"),
    ]
    pages, found = {}, {}
    for who, path in visits:
        page = pages.setdefault(who, None) or people(who, viewport={"width": size[0], "height": size[1]})
        pages[who] = page
        page.goto(path)
        for summary in page.locator("main details:not([open]) > summary").all():
            if summary.is_visible():
                summary.click()
        if faults := judged(page):
            found[f"{who} {path}"] = faults
        assert fits(page), path
    assert not found, "\n".join(f"{name}: {words}" for name, faults in found.items() for words in faults)
