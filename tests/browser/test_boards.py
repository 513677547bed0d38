"""Boards on the phone: from a red light to the scan behind it, every number opens its records, nothing is cut off."""

from __future__ import annotations

import io
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
from tests.browser.test_axe import judged
from tests.support.sites import Hand

APP = "sales_management"
BOARDS = f"/a/{APP}/boards"
BEGUN = int(datetime.fromisoformat("2026-03-02T10:00:00+08:00").timestamp() * 1000)
OWED = "8138000.00"
ADVANCES = {
    "advance_needs_confirmed": {"need": "32个测点集中到中控", "first_contact_method": "visit"},
    "advance_solution_confirmed": {"solution_summary": "在线仪表加边缘网关"},
    "advance_qualification": {"tech_confirmed": True, "expected_close_date": "2026-06-01"},
    "advance_comparison": {"no_competitor": True, "budget_confirmed": "confirmed"},
    "advance_negotiation": {"payment_terms": "预付三成,验收后付清"},
    "start_signing": {},
}
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
STAGES = [*ADVANCES]
QUALIFICATION = STAGES.index("advance_qualification") + 1


@pytest.fixture(scope="module")
def clock():
    """The business clock, in the test's hand."""
    return Hand(BEGUN)


@pytest.fixture(scope="module")
def instance(tmp_path_factory, clock):
    """Sales management with its people and what presses: a customer who owes while signing, and a stuck opportunity."""
    home = tmp_path_factory.mktemp("boards")
    opened = open_instance(read_settings({"YOUJU_HOME": str(home)}), Clocks(business=clock))
    pack = read_pack(find_pack(APP))
    install_with_needs(opened.services, pack, Actor(None))
    add_people(opened.directory, pack.key, pack.users, {user["name"]: PASSWORD for user in pack.users})
    _furnish(opened, clock)
    yield opened
    opened.close()


def _viewer(instance, name):
    return instance.directory.viewer_of_session(instance.directory.sign_in(name, PASSWORD))


def _deal(instance, customer, contact, name, stages, **more):
    """Make an opportunity of the rep and take it through so many stages."""
    rep, records = _viewer(instance, "rep"), instance.records
    fields = {"name": name, "customer": customer, "amount": "8600000.00", "budget_confirmed": "confirmed"}
    made = records.create(rep, APP, "opportunity", {**fields, **more})
    person = {"advance_needs_confirmed": "contact", "advance_solution_confirmed": "decision_maker"}
    for key in STAGES[:stages]:
        named = {person[key]: contact} if key in person else {}
        records.transition(rep, APP, "opportunity", made.id, key, {**ADVANCES[key], **named})
    return made.id


def _customer(instance, name):
    """Make a customer of the rep with somebody to call; return the ids of both."""
    rep, records = _viewer(instance, "rep"), instance.records
    made = records.create(rep, APP, "customer", {"legal_name": name, "industry": "industrial"}).id
    return made, records.create(rep, APP, "contact", {"customer": made, "name": "李青山", "phone": "138-0000-1101"}).id


def _furnish(instance, clock):
    rep, finance, records = _viewer(instance, "rep"), _viewer(instance, "finance"), instance.records
    debtor, other = _customer(instance, "信江铜业股份有限公司"), _customer(instance, "九江康宁医院")
    scan = instance.services.files.receive(rep, io.BytesIO(PDF), "付款协议.pdf")
    _deal(instance, *debtor, "循环水在线监测", len(STAGES), payment_agreement_files=[scan.id])
    owed = {"customer": debtor[0], "kind": "final", "due_date": "2026-03-03", "amount": OWED}
    records.create(finance, APP, "receivable", owed)
    first = _deal(instance, *other, "一期扩建", QUALIFICATION)
    _let_days_pass(instance, clock, 4)
    clock.moment += DAY_MS // 5
    records.transition(rep, APP, "opportunity", first, "advance_comparison", ADVANCES["advance_comparison"])
    _deal(instance, *other, "二期扩建", QUALIFICATION)
    _let_days_pass(instance, clock, 13)


def _let_days_pass(instance, clock, days):
    for _ in range(days):
        clock.moment += DAY_MS
        instance.jobs().run_until_quiet()


@pytest.fixture
def on_board(signed_in, instance):
    """Open a board as somebody, in Chinese or English."""

    def open_board(key, who="supervisor", language="zh", **more):
        instance.directory.set_language(_viewer(instance, who), language)
        page = signed_in(who, **more)
        page.goto(f"{BOARDS}/{key}")
        return page

    yield open_board
    instance.directory.set_language(_viewer(instance, "supervisor"), "zh")


def test_document_is_three_taps_from_the_board_when_a_light_is_red(on_board):
    page = on_board("red_light")
    row = page.locator(".lit-row").first
    expect(row.locator(".light")).to_have_text("要处理")
    expect(row).to_contain_text("¥8,138,000.00")
    expect(row.locator("a.file-link")).to_have_text("付款协议.pdf")
    row.get_by_role("link", name="循环水在线监测").click()
    expect(page).to_have_url(re.compile("/opportunity/"))
    scan = page.get_by_role("link", name="付款协议.pdf").first
    answer = page.request.get(scan.get_attribute("href"))
    assert answer.body().startswith(b"%PDF")


def test_stuck_opportunity_says_how_long_and_is_one_tap_away(on_board):
    page = on_board("funnel_stuck")
    row = page.locator(".lit-row", has_text="二期扩建")
    expect(row.locator(".lit-said")).to_have_text("资质审核环节平均耗时4.2天,本单已卡13天")
    expect(row.locator(".light")).to_have_text("要处理")
    expect(row).not_to_contain_text("参照均值")
    row.locator(".lit-name").click()
    expect(page.locator("h1")).to_contain_text("二期扩建")


@pytest.mark.parametrize("board", ["red_light", "funnel_stuck", "receivables", "breaker_blocks"])
def test_every_number_opens_records_when_it_is_followed(on_board, board):
    page = on_board(board)
    links = page.locator(".board a[href]").evaluate_all("all => all.map((one) => one.getAttribute('href'))")
    assert links
    for href in dict.fromkeys(links):
        answer = page.request.get(href)
        assert answer.status == 200, href
    rows = page.locator(".figures-table tbody tr").count()
    numbers = page.locator(".figures-table td a").count()
    assert numbers == rows * page.locator(".figures-table thead th").count() - rows


def test_count_is_that_of_the_list_when_a_stage_is_opened(on_board):
    page = on_board("funnel_stuck")
    row = page.locator(".figures-table tbody tr", has_text="资质审核")
    count = row.locator("td").first.inner_text()
    row.locator("td a").first.click()
    expect(page.locator("main .rows > li, main tbody tr")).to_have_count(int(count))


@pytest.mark.parametrize("width", [360, 390])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_page_is_no_wider_than_the_phone_when_amounts_are_long(on_board, width, language):
    page = on_board("receivables", language=language, viewport={"width": width, "height": 800})
    for board in ("receivables", "red_light", "funnel_stuck", "people_heat", "breaker_blocks", "visit_activity"):
        page.goto(f"{BOARDS}/{board}")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, board
        for value in page.locator(".figure .value").all():
            assert value.evaluate("(one) => one.scrollWidth <= one.clientWidth + 1"), board


@pytest.mark.parametrize("board", ["red_light", "funnel_stuck", "people_heat", "receivables"])
def test_axe_finds_nothing_when_a_board_is_looked_at_by_day_and_night(on_board, board):
    assert judged(on_board(board)) == []


def test_board_is_gone_through_when_only_keys_are_used(on_board):
    page = on_board("funnel_stuck")
    page.locator(".figures-table a").first.focus()
    seen = set()
    for _ in range(30):
        seen.add(page.evaluate("document.activeElement.closest('.widget')?.querySelector('h2')?.textContent ?? ''"))
        page.keyboard.press("Tab")
    assert {"停得比平均久的商机", "各阶段停多久"} <= seen
    page.locator(".lit-name").first.focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/opportunity/"))
