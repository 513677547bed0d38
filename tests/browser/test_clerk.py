"""A clerk's minute: from the scan to a counted touch in at most three taps; what is tapped again is an answer more."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from engine.boot import open_instance
from engine.decision.changeset import Actor
from engine.packs.installing import install_with_needs
from engine.packs.people import add_people
from engine.packs.reading import find_pack, read_pack
from engine.runtime.settings import read_settings
from tests.browser.conftest import PASSWORD
from tests.browser.test_axe import judged
from tests.browser.test_scanning import CODE, browser, film

__all__ = ["browser", "film"]

APP = "store_sales"


@pytest.fixture(scope="module")
def instance(tmp_path_factory):
    """Store sales alone, with its people and one store."""
    opened = open_instance(read_settings({"YOUJU_HOME": str(tmp_path_factory.mktemp("home"))}))
    pack = read_pack(find_pack(APP))
    install_with_needs(opened.services, pack, Actor(None))
    people = [user for user in pack.users if user["name"] in ("hq", "store_manager", "clerk")]
    add_people(opened.directory, pack.key, people, {user["name"]: PASSWORD for user in people})
    yield opened
    opened.close()


@pytest.fixture
def shopper(instance, viewer):
    """A shopper of the clerk's store whose member code the camera sees."""
    store = {"store_code": "A1", "name": "八一路店", "clerks": [viewer("clerk").id]}
    made = instance.records.create(viewer("hq"), APP, "store", store)
    care = {"name": "李秀英", "code": CODE, "phone": "138-0000-2201", "consent": True, "conditions": ["hypertension"]}
    return instance.records.create(viewer("clerk"), APP, "shopper", {**care, "store": made.id})


def touches(instance, viewer):
    return instance.records.list(viewer("clerk"), APP, "service_touch").items


def test_a_touch_is_counted_once_when_a_clerk_scans_and_taps(signed_in, instance, viewer, shopper):
    page = signed_in("clerk")
    page.get_by_role("button", name="扫码").click()
    expect(page.get_by_role("heading", name="李秀英")).to_be_visible()
    page.get_by_role("button", name="您最近血压控制如何?").click()
    expect(page.get_by_text("已记1次有效触达")).to_be_visible()
    (touch,) = touches(instance, viewer)
    assert (touch.fields["counted"], touch.fields["shopper"], len(touch.fields["answers"])) == (True, shopper.id, 1)
    page.get_by_role("button", name="是否按时服用氨氯地平?").click()
    expect(page.get_by_role("status").filter(has_text="今天和李秀英说了2句,还是1次触达")).to_be_visible()
    (touch,) = touches(instance, viewer)
    assert (touch.fields["counted"], len(touch.fields["answers"])) == (True, 2)
    page.goto("/")
    expect(page.get_by_role("link", name="今天有效触达(门店)")).to_contain_text("1")


def test_the_next_shopper_is_scanned_in_one_tap_when_a_touch_is_done(signed_in, instance, viewer):
    (shopper,) = instance.records.list(viewer("clerk"), APP, "shopper").items
    page = signed_in("clerk")
    page.get_by_role("button", name="扫码").click()
    page.get_by_role("button", name="是否按时服用氨氯地平?").click()
    page.get_by_role("link", name="扫下一个").click()  # the camera is open, and sees the code again
    expect(page).to_have_url(re.compile(f"{shopper.id}.*scan_shopper"))
    expect(page.get_by_role("link", name="扫下一个")).to_be_visible()


def test_an_unknown_code_is_answered_where_it_is_looked_for_when_nobody_has_it(signed_in):
    page = signed_in("clerk")
    page.fill("[name=phone]", "13800009999")
    page.get_by_role("button", name="找到顾客").click()
    expect(page.get_by_role("heading", name="找到顾客")).to_be_visible()
    expect(page.get_by_role("alert")).to_contain_text("没有找到这条“顾客”")
    expect(page.get_by_role("alert")).to_contain_text("13800009999")
    expect(page.locator("[name=phone]")).to_have_value("13800009999")
    expect(page.get_by_role("button", name="扫码")).to_be_visible()
    assert judged(page) == []
    page.get_by_role("link", name="新建顾客").click()
    expect(page.get_by_label("手机", exact=True)).to_have_value("13800009999")


def test_the_bar_names_what_is_on_the_page_when_a_move_asks_for_files(signed_in, instance, viewer):
    own = {"store_code": "B1", "name": "中山路店", "manager": viewer("store_manager").id}
    store = instance.records.create(viewer("hq"), APP, "store", own)
    day = instance.records.create(viewer("hq"), APP, "store_daily", {"store": store.id})
    page = signed_in("store_manager")
    page.goto(f"/a/{APP}/store_daily/{day.id}/do/complete")
    bar = page.locator("#form-missing")
    # The reason is asked for once there were no orders: until then it is on no page, and its key is nobody's word.
    expect(bar).to_have_text("还差3项:货架实景照片、顾客咨询录音、社区团购订单截图")
