"""Today on the phone: what presses comes first, and what can be done about it is two taps away."""

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
PHONE_NUMBER = "138-0000-1101"


@pytest.fixture(scope="module")
def clock():
    """The business clock, in the test's hand."""
    return Hand(BEGUN)


@pytest.fixture(scope="module")
def instance(tmp_path_factory, clock):
    """Sales management with its people and no records, at a moment of the test's choosing."""
    home = tmp_path_factory.mktemp("home")
    opened = open_instance(read_settings({"YOUJU_HOME": str(home)}), Clocks(business=clock))
    pack = read_pack(find_pack(APP))
    install_with_needs(opened.services, pack, Actor(None))
    add_people(opened.directory, pack.key, pack.users, {user["name"]: PASSWORD for user in pack.users})
    yield opened
    opened.close()


def _let_days_pass(instance, clock, days):
    for _ in range(days):
        clock.moment += DAY_MS
        instance.jobs().run_until_quiet()


@pytest.fixture(scope="module")
def overdue(instance, clock):
    """A customer of the rep's who owes 73,500 since twelve days, with somebody to call; its address."""

    def viewer(name):
        return instance.directory.viewer_of_session(instance.directory.sign_in(name, PASSWORD))

    rep, finance, records = viewer("rep"), viewer("finance"), instance.records
    customer = records.create(rep, APP, "customer", {"legal_name": "九江康宁", "industry": "medical"}).id
    records.create(rep, APP, "contact", {"customer": customer, "name": "王主任", "phone": PHONE_NUMBER})
    owed = {"customer": customer, "kind": "goods", "due_date": "2026-03-03", "amount": "73500"}
    records.create(finance, APP, "receivable", owed)
    _let_days_pass(instance, clock, 13)
    return f"/a/{APP}/customer/{customer}"


def test_all_is_said_to_be_fine_when_nothing_presses(signed_in):
    page = signed_in("director")
    expect(page.locator(".closing").first).to_have_text(re.compile(r"其余都正常,09:10更新"))
    expect(page.locator(".pressing-card")).to_have_count(0)


def test_a_visit_is_two_taps_from_home_when_a_customer_owes(signed_in, overdue):
    page = signed_in("rep")
    card = page.locator(".pressing-card").first
    expect(card).to_contain_text("九江康宁 · 回款逾期12天 · 欠7.35万")
    expect(card.get_by_role("link", name="打给王主任")).to_have_attribute("href", "tel:13800001101")
    card.get_by_role("link", name="记拜访").click()
    expect(page).to_have_url(re.compile("/visit/new"))
    expect(page.get_by_role("heading", name="拜访目的")).to_have_count(0)
    expect(page.locator("#f-customer")).to_have_value("九江康宁")
    expect(page.locator("[data-field=unpaid_reason]")).to_be_visible()


def test_the_customer_s_page_tells_what_is_open_and_what_happened(signed_in, overdue):
    page = signed_in("rep")
    page.goto(overdue)
    expect(page.locator(".summary-line")).to_contain_text("逾期1笔,7.35万,最长12天")
    expect(page.locator(".head .light")).to_have_text("留意")
    tabs = page.locator(".related-tabs a")
    expect(tabs).to_have_text([re.compile("应收 1"), re.compile("联系人 1")])
    tabs.nth(1).click()
    expect(page.locator("#related .rows li")).to_have_count(1)
    expect(page.locator("#related")).to_contain_text("王主任")
    expect(page.locator(".timeline .around")).to_have_text(re.compile("应收到期 · 货款7.35万"))


def test_the_tabs_are_those_of_the_role(signed_in):
    tabs = signed_in("rep").locator("nav.tabs a")
    expect(tabs).to_have_text(["今天", "记拜访", "客户", re.compile("待办"), "我的"])
    tabs = signed_in("supervisor").locator("nav.tabs a")
    expect(tabs).to_have_text(["今天", "商机", "客户", re.compile("待办"), "我的"])


def test_the_customer_is_one_tap_away_when_the_supervisor_must_step_in(signed_in, instance, clock, overdue):
    _let_days_pass(instance, clock, 4)
    page = signed_in("supervisor")
    card = page.locator(".pressing-card").first
    expect(card).to_contain_text("九江康宁 欠7.35万·16天")
    expect(card.locator(".light")).to_have_text("紧急")
    card.get_by_role("link", name="看客户").click()
    expect(page).to_have_url(re.compile(overdue))
    expect(page.locator(".head .light")).to_have_text("紧急")


def test_the_tabs_stay_when_a_page_of_a_shared_app_is_opened(signed_in):
    page = signed_in("rep")
    tabs = page.locator("nav.tabs a")
    own = tabs.all_inner_texts()
    assert "记拜访" in own
    for address in ("/a/work_hub/pages/points", "/me"):
        page.goto(address)
        assert tabs.all_inner_texts() == own, address
