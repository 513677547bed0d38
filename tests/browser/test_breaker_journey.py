"""The circuit breaker on the phone: the rep sees why, the supervisor releases, the page of rules explains."""

from __future__ import annotations

import re
from datetime import datetime

import pytest
from playwright.sync_api import expect

from engine.boot import open_instance
from engine.decision.changeset import Actor
from engine.kernel.clocks import DAY_MS, Clocks
from engine.packs.installing import install_with_needs
from engine.packs.people import add_people
from engine.packs.reading import find_pack, read_pack
from engine.runtime.settings import read_settings
from tests.browser.conftest import PASSWORD
from tests.support.sites import Hand

APP = "sales_management"
BEGUN = int(datetime.fromisoformat("2026-03-02T09:10:00+08:00").timestamp() * 1000)
HOUR_MS = 3_600_000


@pytest.fixture(scope="module")
def clock():
    """The business clock, in the test's hand; people sign in by the real one."""
    return Hand(BEGUN)


@pytest.fixture(scope="module")
def instance(tmp_path_factory, clock):
    """Sales management with its people, at a moment of the test's choosing."""
    home = tmp_path_factory.mktemp("home")
    opened = open_instance(read_settings({"YOUJU_HOME": str(home)}), Clocks(business=clock))
    pack = read_pack(find_pack(APP))
    install_with_needs(opened.services, pack, Actor(None))
    add_people(opened.directory, pack.key, pack.users, {user["name"]: PASSWORD for user in pack.users})
    yield opened
    opened.close()


@pytest.fixture
def opportunity(instance, viewer, clock):
    """Make an opportunity of the rep's and let days pass; after 15 of them it is held."""

    def make(name: str, days: int) -> str:
        rep, finance = viewer("rep"), viewer("finance")
        customer = {"legal_name": f"{name}有限公司", "industry": "industrial", "finance_bp": finance.id}
        made = instance.records.create(rep, APP, "customer", customer)
        fields = {"name": name, "customer": made.id, "amount": "120000"}
        id = instance.records.create(rep, APP, "opportunity", fields).id
        instance.jobs().run_until_quiet()
        clock.moment += days * DAY_MS
        instance.jobs().run_until_quiet()
        clock.moment += HOUR_MS
        instance.jobs().run_until_quiet()
        return f"/a/{APP}/opportunity/{id}"

    return make


def test_the_explanation_names_14_and_15_when_a_day_is_missing(signed_in, opportunity):
    at = opportunity("十四天的单", 14)
    page = signed_in("supervisor")
    page.goto(at)
    expect(page.locator(".hold")).to_have_count(0)
    page.get_by_role("link", name="规则").click()
    page.get_by_role("link", name=re.compile("商机熔断")).click()
    why = page.locator(".why")
    expect(why).to_contain_text("没触发,因为")
    expect(why).to_contain_text("距今 14 天,不到 15 天")
    expect(why).to_contain_text("下次查看")
    expect(page.locator(".tree .verdict.no").first).to_contain_text("不成立")
    rep = signed_in("rep")
    rep.goto(f"{at}/rules/breaker_fuse")
    expect(rep.locator(".why")).to_contain_text("距今 14 天,不到 15 天")
    expect(rep.locator(".why")).to_contain_text("您无权查看")


def test_the_rep_sees_why_it_is_held_and_what_is_missing_when_it_is_opened(signed_in, opportunity):
    at = opportunity("没有预算的单", 15)
    page = signed_in("rep")
    page.goto(at)
    hold = page.locator(".hold")
    expect(hold).to_contain_text("已冻结:预算没确认")
    expect(hold).to_contain_text("15天没有进展")
    expect(hold).to_contain_text("可解除:丁立群")
    expect(hold.get_by_role("button")).to_have_count(0)
    expect(page.get_by_role("link", name=re.compile("推进"))).to_have_count(0)
    page.goto(f"/a/{APP}/opportunity/")
    row = page.locator("tr", has_text="没有预算的单")
    expect(row).to_contain_text("已冻结")
    expect(row).to_contain_text("预算没确认")


def test_a_supervisor_releases_from_the_inbox_when_a_record_is_held(signed_in, opportunity):
    at = opportunity("待解除的单", 15)
    page = signed_in("supervisor")
    page.goto("/inbox")
    task = page.locator("article", has_text="待解除的单")
    task.get_by_role("link", name="解除", exact=True).click()
    page.get_by_role("button", name="解除", exact=True).click()
    expect(page.locator("#summary")).to_be_visible()
    expect(page.locator("main :focus")).to_have_attribute("aria-invalid", "true")
    page.get_by_label("解除原因").fill("客户下周开预算会")
    page.get_by_label("新下一步动作").fill("周五复核预算")
    page.get_by_label("豁免理由").fill("战略客户")
    with page.expect_response(lambda answer: answer.url.endswith("/release")) as redrawn:
        page.get_by_label("豁免理由").blur()
    assert redrawn.value.status == 200
    assert "Location" not in redrawn.value.headers, "nothing is released by typing"
    page.get_by_role("button", name="解除").click()
    expect(page.get_by_role("status")).to_contain_text("已解除冻结")
    expect(page.locator("article", has_text="待解除的单")).to_have_count(0)
    page.goto(at)
    expect(page.locator(".hold")).to_have_count(0)
    expect(page.locator(".timeline").first).to_contain_text("客户下周开预算会")


def test_a_supervisor_releases_on_the_record_when_it_is_held(signed_in, opportunity):
    at = opportunity("页上解除的单", 15)
    page = signed_in("supervisor", viewport={"width": 1280, "height": 800})
    page.goto(at)
    page.locator(".release > summary").click()
    page.get_by_label("解除原因").fill("客户下周开预算会")
    page.get_by_label("新下一步动作").fill("周五复核预算")
    page.get_by_label("豁免理由").fill("战略客户")
    page.locator(".hold").get_by_role("button", name="解除熔断").click()
    expect(page.get_by_role("status")).to_contain_text("已完成")
    expect(page.locator(".hold")).to_have_count(0)


def test_pages_fit_the_phone_when_a_record_is_held(signed_in, opportunity):
    at = opportunity("一个名称很长很长的在线监测与智能运维一体化改造项目二期", 15)
    page = signed_in("supervisor", viewport={"width": 360, "height": 800})
    for path in (at, f"{at}/rules", f"{at}/rules/breaker_fuse", f"{at}/do/release", "/inbox", f"/a/{APP}/opportunity/"):
        page.goto(path)
        if path == at:
            page.locator(".release > summary").click()
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, path
