"""The breaker's days go from 15 to 20: tried on the last quarter, seen what differs and why, saved, taken back."""

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
