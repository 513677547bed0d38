"""A rep's minute: a default visit takes four typed inputs and sixty seconds at most, at human speed, in plain words."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import PASSWORD
from tests.browser.test_capture import HERE

APP = "sales_management"
NAME = "九江康宁医疗器械有限公司"
TAP_S, KEY_S = 0.25, 0.2
MOST_INPUTS, MOST_SECONDS = 4, 60


@dataclass
class Hand:
    """A thumb on the phone: it counts what it taps and types, and how long both would take."""

    page: Page
    began: float = field(default_factory=time.monotonic)
    taps: int = 0
    keys: int = 0
    typed: list[str] = field(default_factory=list)

    def tap(self, target: Locator) -> None:
        target.click()
        self.taps += 1

    def type(self, target: Locator, text: str) -> None:
        self.tap(target)
        target.press_sequentially(text, delay=20)
        self.keys += len(text)
        self.typed.append(text)

    @property
    def seconds(self) -> float:
        """The machine's own time, and that of the hand."""
        return time.monotonic() - self.began + self.taps * TAP_S + self.keys * KEY_S

    def shoot(self, slot: Locator) -> None:
        self.tap(slot.get_by_role("button", name="拍照"))
        camera = self.page.get_by_role("dialog", name="相机")
        expect(camera.get_by_text("已定位 ±12米")).to_be_visible()
        self.tap(camera.get_by_role("button", name="按下快门"))
        expect(slot.locator("li")).to_contain_text("已定位 ±12米")

    def next_step(self) -> None:
        todos = self.page.locator("[data-field=todos]")
        self.tap(todos.get_by_role("button", name="周五前发参数"))
        expect(todos.get_by_label(re.compile("^事项"))).to_have_value("周五前发参数")
        self.tap(todos.get_by_role("button", name="周五", exact=True))

    def submitted(self) -> None:
        self.tap(self.page.get_by_role("button", name="提交"))
        expect(self.page.get_by_role("status").filter(has_text="已记好,+10分。丁立群会看到。")).to_be_visible()

    def within_the_minute(self) -> None:
        assert len(self.typed) <= MOST_INPUTS, self.typed
        assert self.seconds <= MOST_SECONDS


@pytest.fixture(scope="module", autouse=True)
def _known_tender(instance):
    """A customer of the rep with a contact, whose tender has a number from an earlier visit."""
    rep = instance.directory.viewer_of_session(instance.directory.sign_in("rep", PASSWORD))
    make = instance.records.create
    customer = make(rep, APP, "customer", {"legal_name": NAME, "industry": "medical"})
    contact = {"customer": customer.id, "name": "王主任", "phone": "13800000001", "contact_state": "active"}
    make(rep, APP, "contact", contact)
    earlier = {"visit_purpose": "tender", "customer": customer.id, "tender_no": "JX-0318"}
    make(rep, APP, "visit", earlier)


def test_a_tender_visit_takes_one_typed_input_when_the_number_is_known(signed_in):
    page = signed_in("rep", **HERE)
    hand = Hand(page)
    hand.tap(page.locator("nav.tabs").get_by_role("link", name="记拜访"))
    expect(page.get_by_text("这次是去?")).to_be_visible()
    hand.tap(page.get_by_role("link", name="招标答疑"))
    hand.type(page.locator("#f-customer"), "jjkn")
    hand.tap(page.locator("#f-customer-list [role=option]", has_text=NAME))
    expect(page.get_by_label("招标文件编号")).to_have_value("JX-0318")
    expect(page.locator("[data-field=tender_no]")).to_contain_text("沿用上次")
    hand.tap(page.get_by_label("无偏差", exact=True).first)
    scores = page.locator("[data-field=attitude_scores]")
    hand.tap(scores.get_by_role("combobox"))
    hand.tap(scores.get_by_role("option", name="王主任"))
    hand.tap(scores.locator("label.pill", has_text="4"))
    hand.shoot(page.locator("[data-field=onsite_photos]"))
    hand.next_step()
    hand.submitted()
    expect(page.get_by_text("JX-0318", exact=True)).to_be_visible()
    hand.within_the_minute()
    assert len(hand.typed) == 1


def test_a_technical_visit_takes_two_typed_inputs_when_the_next_step_is_asked_once(signed_in):
    page = signed_in("rep", **HERE)
    hand = Hand(page)
    hand.tap(page.locator("nav.tabs").get_by_role("link", name="记拜访"))
    hand.tap(page.get_by_role("link", name="技术交流"))
    hand.type(page.locator("#f-customer"), "jjkn")
    hand.tap(page.locator("#f-customer-list [role=option]", has_text=NAME))
    hand.type(page.get_by_label("技术关注点"), "高温漂移")
    hand.tap(page.get_by_role("button", name="发技术参数"))
    hand.tap(page.locator("[data-field=next_tech_date]").get_by_role("button", name="周五"))
    hand.shoot(page.locator("[data-field=onsite_photos]"))
    hand.submitted()
    expect(page.locator("main")).to_contain_text("发技术参数")
    hand.within_the_minute()
    assert len(hand.typed) == 2


def test_what_was_taken_over_is_said_no_more_when_it_is_typed_over(signed_in):
    page = signed_in("rep")
    page.goto(f"/a/{APP}/visit/new?visit_purpose=tender")
    page.locator("#f-customer").fill("jjkn")
    page.locator("#f-customer-list [role=option]", has_text=NAME).click()
    slot = page.locator("[data-field=tender_no]")
    expect(slot).to_contain_text("沿用上次")
    slot.get_by_role("textbox").fill("JX-0500")
    expect(slot).not_to_contain_text("沿用上次")
    page.wait_for_timeout(500)
    expect(slot.get_by_role("textbox")).to_have_value("JX-0500")
    expect(slot).not_to_contain_text("沿用上次")


def test_what_was_typed_before_the_script_began_is_looked_for(signed_in):
    page = signed_in("rep")
    waiting = []

    def hold(route):
        waiting.append(route)

    page.route(re.compile(r"/form\b.*\.js"), hold)
    page.goto(f"/a/{APP}/visit/new?visit_purpose=tender", wait_until="commit")
    page.locator("#f-customer").press_sequentially("jjkn")
    expect(page.locator("#f-customer-list")).to_be_hidden()
    assert waiting
    for request in waiting:
        request.continue_()
    expect(page.locator("#f-customer-list [role=option]", has_text=NAME)).to_be_visible()


@pytest.fixture(scope="module")
def other_deal(instance):
    """A deal and a contact of another customer, and a deal of the known one; returns the latter."""
    rep = instance.directory.viewer_of_session(instance.directory.sign_in("rep", PASSWORD))
    make = instance.records.create
    known = next(one for one in instance.records.list(rep, APP, "customer").items if one.fields["legal_name"] == NAME)
    other = make(rep, APP, "customer", {"legal_name": "鄱湖新能源科技有限公司", "industry": "industrial"})
    make(rep, APP, "contact", {"customer": other.id, "name": "刘工", "phone": "13800000002", "contact_state": "active"})
    make(rep, APP, "opportunity", {"customer": other.id, "name": "别家的商机", "amount": "1000.00"})
    return make(rep, APP, "opportunity", {"customer": known.id, "name": "监护仪采购", "amount": "1000.00"})


def test_only_what_belongs_to_the_customer_is_offered_and_the_customer_comes_with_the_deal(signed_in, other_deal):
    page = signed_in("rep")
    page.goto(f"/a/{APP}/visit/new?visit_purpose=tender&opportunity={other_deal.id}")
    expect(page.locator("#f-customer")).to_have_value(NAME)
    expect(page.locator(".field.wrong")).to_have_count(0)
    page.locator("#f-opportunity").fill("")
    page.locator("#f-opportunity").press("ArrowDown")
    deals = page.locator("#f-opportunity-list [role=option]")
    expect(deals.first).to_contain_text("监护仪采购")
    expect(deals.filter(has_text="别家的商机")).to_have_count(0)
    page.locator("#f-opportunity").press("Escape")
    contact = page.locator("[data-field=attitude_scores]").get_by_role("combobox")
    contact.press("ArrowDown")
    people = page.locator("[data-field=attitude_scores] [role=option]")
    expect(people.filter(has_text="王主任")).to_have_count(1)
    expect(people.filter(has_text="刘工")).to_have_count(0)


def test_the_bar_waits_for_a_customer_when_only_a_name_is_typed(signed_in):
    page = signed_in("rep")
    page.goto(f"/a/{APP}/visit/new?visit_purpose=tender")
    bar = page.locator("#form-missing")
    expect(bar).to_contain_text("还差6项:客户")
    page.locator("#f-customer").fill("jjkn")
    option = page.locator("#f-customer-list [role=option]", has_text=NAME)
    expect(option).to_be_visible()
    expect(bar).to_contain_text("还差6项:客户")
    option.click()
    expect(bar).not_to_contain_text("客户")
    expect(bar).to_contain_text("还差")


def test_the_bar_counts_one_of_a_group_when_none_of_it_is_filled(signed_in, other_deal):
    page = signed_in("rep")
    page.goto(f"/a/{APP}/opportunity/{other_deal.id}/do/lose")
    bar = page.locator("#form-missing")
    expect(bar).to_contain_text("还差3项")
    expect(bar).to_contain_text("无竞品或输给的竞品")
    page.get_by_label("无竞品").check()
    expect(bar).to_contain_text("还差2项")
    expect(bar).not_to_contain_text("竞品")


def test_the_bar_counts_what_a_step_back_asks_for_when_only_the_server_knows_where_it_shows(
    signed_in, instance, other_deal
):
    rep = instance.directory.viewer_of_session(instance.directory.sign_in("rep", PASSWORD))
    (contact,) = [
        one
        for one in instance.records.list(rep, APP, "contact").items
        if one.fields["customer"] == other_deal.fields["customer"]
    ]
    on = {"contact": contact.id, "need": "32个测点集中到中控", "first_contact_method": "visit"}
    instance.records.transition(rep, APP, "opportunity", other_deal.id, "advance_needs_confirmed", on)
    page = signed_in("rep")
    page.goto(f"/a/{APP}/opportunity/{other_deal.id}/do/back_first_contact")
    bar = page.locator("#form-missing")
    expect(bar).to_contain_text("还差3项:回退理由、回退说明、责任人")
    page.get_by_label("回退说明").fill("阶段写早了")
    expect(bar).to_contain_text("还差2项:回退理由、责任人")
