"""The breaker's days go from 15 to 20: tried on the last quarter, seen what differs and why, in use, taken back.

As a parameter and as a rule that is published; and what the rule did to a record is undone.
"""

from __future__ import annotations

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
PARAMETERS = f"/a/{APP}/parameters/"
DAYS = "#f-breaker-idle_days"
TWENTY = "days_since(last_activity_at) >= 20"
SETTLED = {"短停的单": 17, "快办的单": 5}
"""After how many days the budget of an opportunity was confirmed."""

BEGUN = int(datetime.fromisoformat("2026-01-05T09:10:00+08:00").timestamp() * 1000)


@pytest.fixture(scope="module")
def instance(tmp_path_factory):
    """Sales management in April: of the opportunities of January one stood still for 17 days, and one for good."""
    clock = Hand(BEGUN)
    opened = open_instance(read_settings({"YOUJU_HOME": str(tmp_path_factory.mktemp("home"))}), Clocks(business=clock))
    pack = read_pack(find_pack(APP))
    install_with_needs(opened.services, pack, Actor(None))
    add_people(opened.directory, pack.key, pack.users, {user["name"]: PASSWORD for user in pack.users})
    rep = opened.directory.viewer_of_session(opened.directory.sign_in("rep", PASSWORD))
    made = {name: _opportunity(opened, rep, name) for name in ("短停的单", "久停的单", "快办的单")}
    for day in range(1, 100):
        clock.moment += DAY_MS
        opened.jobs().run_until_quiet()
        for name, settled in SETTLED.items():
            if day == settled:
                opened.records.update(rep, APP, "opportunity", made[name], {"budget_confirmed": "confirmed"}, None)
    yield opened
    opened.close()


def _opportunity(opened, rep, name):
    customer = {"legal_name": f"{name}有限公司", "industry": "industrial"}
    made = opened.records.create(rep, APP, "customer", customer)
    return opened.records.create(rep, APP, "opportunity", {"name": name, "customer": made.id, "amount": "120000"}).id


def days(instance, viewer):
    listed = instance.parameters.list(viewer("admin"), APP)
    return next(item.value for item in listed if item.key == "breaker.idle_days")


@pytest.mark.parametrize("width", [390, 1280])
def test_a_parameter_is_tried_saved_and_taken_back_when_the_past_has_been_seen(signed_in, instance, viewer, width):
    page = signed_in("admin", viewport={"width": width, "height": 844})
    page.goto(PARAMETERS)
    page.fill(DAYS, "20")
    page.get_by_role("button", name="用过去的数据试算").click()
    page.get_by_role("link", name="上季度").click()
    expect(page.locator(".past-changes")).to_contain_text("15")
    assert days(instance, viewer) == "15"
    rows = page.locator(".past-rows > li")
    expect(rows).to_have_count(2)
    short, long = rows.filter(has_text="短停的单"), rows.filter(has_text="久停的单")
    expect(short.locator(".chip")).to_have_text("不再触发")
    expect(long.locator(".chip")).to_have_text("更晚")
    expect(long.locator(".past-when")).to_contain_text("1月20日")
    expect(long.locator(".past-when")).to_contain_text("1月25日")
    expect(rows.first.locator(".reasons")).to_contain_text("15 天,不到 20 天")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.get_by_role("button", name="就按这个保存").click()
    expect(page.locator(".said")).to_be_visible()
    assert days(instance, viewer) == "20"
    page.get_by_role("button", name="撤销这次改动").first.click()
    expect(page.locator(".said")).to_be_visible()
    assert days(instance, viewer) == "15"


def test_what_cannot_be_set_is_said_at_its_place_when_it_is_tried(signed_in):
    page = signed_in("admin")
    page.goto(PARAMETERS)
    page.fill(DAYS, "-3")
    page.get_by_role("button", name="用过去的数据试算").click()
    expect(page.locator("#summary li")).to_have_count(1)


def test_a_rule_of_the_draft_is_tried_on_the_past_when_it_is_designed(signed_in):
    page = signed_in("admin")
    page.goto(f"/a/{APP}/studio/rules/breaker_fuse")
    page.get_by_role("link", name="用过去的数据试算").click()
    page.get_by_role("link", name="上季度").click()
    expect(page.get_by_text("没有一条记录的结果会不同")).to_be_visible()


@pytest.mark.parametrize("width", [390, 1280])
def test_a_changed_rule_is_tried_published_and_taken_back(signed_in, instance, viewer, width):
    page = signed_in("admin", viewport={"width": width, "height": 844})
    page.goto(f"/a/{APP}/studio/rules/breaker_fuse")
    page.locator("#rule-text summary").click()
    source = page.locator("#text").input_value()
    assert "参数.breaker.idle_days" in source
    page.fill("#text", source.replace("参数.breaker.idle_days", "20"))
    page.get_by_role("button", name="用这段文本").click()
    expect(page.locator(".draft-bar.is-draft")).to_be_visible()
    page.get_by_role("link", name="用过去的数据试算").click()
    page.get_by_role("link", name="上季度").click()
    rows = page.locator(".past-rows > li")
    expect(rows).to_have_count(2)
    short = rows.filter(has_text="短停的单")
    expect(short.locator(".chip")).to_have_text("不再触发")
    expect(rows.first.locator(".reasons")).to_contain_text("15 天,不到 20 天")
    page.goto(f"/a/{APP}/revisions/")
    page.get_by_role("button", name="发布").click()
    expect(page.get_by_role("status")).to_contain_text("生效")
    assert TWENTY in condition(instance, viewer)
    page.get_by_role("button", name="撤回").click()
    expect(page.get_by_role("status")).to_contain_text("生效")
    assert TWENTY not in condition(instance, viewer)
    page.get_by_role("link", name="规则做了什么").click()
    expect(page.locator(".narrowed")).to_contain_text("版")
    expect(page.get_by_text("没有这样的运行")).to_be_visible()  # no rule has looked between the two publications
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_what_the_rule_did_to_a_record_is_undone_with_a_reason_that_the_record_tells(signed_in, instance, viewer):
    page = signed_in("admin", viewport={"width": 390, "height": 844})
    page.goto(f"/a/{APP}/runs/?rule=breaker_fuse&outcome=acted")
    page.locator(".runs li").filter(has_text="久停的单").first.click()
    effects = page.locator(".effects > li")
    expect(effects.filter(has_text="冻结")).to_contain_text("可以放回")
    expect(effects.filter(has_text="告诉了").first).to_contain_text("会再说明")
    expect(page.locator(".undo-run .banner")).to_contain_text("条件仍然成立")
    expect(page.locator("#condition + .tree")).to_contain_text("= 15")
    assert held(instance, viewer)
    page.fill("#reason", "客户在走年度预算,不算停滞")
    page.get_by_role("button", name="撤回这次运行").click()
    expect(page.locator(".undone")).to_contain_text("客户在走年度预算")
    assert not held(instance, viewer)
    page.locator("a.more").first.click()
    expect(page.locator(".events").first).to_contain_text("客户在走年度预算,不算停滞")
    expect(page.locator(".chip-held")).to_have_count(0)


def condition(instance, viewer):
    rules = instance.apps.definition(viewer("admin"), APP)["documents"]
    return rules["rules/breaker_fuse.json"]["when"]


def held(instance, viewer):
    listed = instance.records.list(viewer("rep"), APP, "opportunity").items
    return next(one.held for one in listed if "久停的单" in one.title)
