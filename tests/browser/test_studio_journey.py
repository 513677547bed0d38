"""From no app at all to a form in use within five minutes, at human speed: requests for samples, built without code."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from dataclasses import dataclass, field
from datetime import datetime

import pytest
from playwright.sync_api import Locator, Page, expect

from engine.boot import open_instance
from engine.kernel.clocks import DAY_MS, Clocks
from engine.runtime.directory import ADMIN_ROLE
from engine.runtime.exporting import export_app
from engine.runtime.pinyin import in_letters
from engine.runtime.settings import read_settings
from tests.browser.conftest import PASSWORD, PHONE
from tests.support.sites import Hand

BEGUN = int(datetime.fromisoformat("2026-03-02T09:10:00+08:00").timestamp() * 1000)
HOUR_MS = 3_600_000
CLICK_S, KEYS_A_SECOND = 1.2, 5
MOST_SECONDS = 5 * 60
DESK = {"width": 1280, "height": 800}
FIELDS = (("text", "客户"), ("number", "数量"), ("date", "需要日期"), ("boolean", "已寄出"))


@dataclass
class Builder:
    """Somebody of sales operations at a desk: it counts clicks and keys, and how long both take a person."""

    page: Page
    began: float = field(default_factory=time.monotonic)
    clicks: int = 0
    keys: int = 0

    def click(self, target: Locator) -> None:
        target.click()
        self.clicks += 1

    def write(self, target: Locator, text: str) -> None:
        self.click(target)
        target.fill(text)
        self.keys += len(in_letters(text).replace(" ", "")) + 1
        target.press("Enter")

    def settled(self) -> None:
        expect(self.page.locator("#studio[aria-busy]")).to_have_count(0)

    @property
    def seconds(self) -> float:
        """The machine's own time, and that of the hand."""
        return time.monotonic() - self.began + self.clicks * CLICK_S + self.keys / KEYS_A_SECOND


@pytest.fixture(scope="module")
def clock():
    """The business clock, in the test's hand; people sign in by the real one."""
    return Hand(BEGUN)


@pytest.fixture(scope="module")
def instance(tmp_path_factory, clock):
    """An installation with nobody's app on it, an administrator and a rep."""
    home = tmp_path_factory.mktemp("empty") / "home"
    opened = open_instance(read_settings({"YOUJU_HOME": str(home)}), Clocks(business=clock))
    ops = opened.directory.add_user("ops", "周运营", PASSWORD)
    opened.directory.grant("ops", *ADMIN_ROLE)
    opened.directory.add_user("seller", "李销售", PASSWORD, manager=ops)
    yield opened
    opened.close()


def add_field(builder, kind, name):
    page = builder.page
    before = page.locator(".structure .element").count()
    builder.click(page.locator(f'.palette-types [data-type="{kind}"] button'))
    expect(page.locator(".structure .element")).to_have_count(before + 1)
    builder.settled()
    chosen = page.locator(".element.chosen")
    builder.write(page.locator(f"#set-name-{chosen.get_attribute('data-uid')}"), name)
    expect(chosen.locator(".element-name > .grow")).to_contain_text(name)


def begin_rule(builder, beginning):
    page = builder.page
    builder.click(page.locator("main a", has_text=re.compile("^规则$")).first)
    builder.click(page.locator("main a", has_text=re.compile("^样品申请$")).last)
    builder.click(page.get_by_role("button", name=re.compile(beginning)))
    expect(page.locator("main")).to_contain_text("点一个词就能改")
    builder.settled()


def choose(builder, shown, wanted):
    """Tap a word of the sentence and choose another in its place."""
    page = builder.page
    builder.click(page.locator("details.word > summary", has_text=re.compile(f"^{shown}$")))
    builder.click(page.locator("details.word[open]").get_by_role("button", name=wanted, exact=True))
    builder.settled()


def published(builder):
    page = builder.page
    builder.click(page.get_by_role("link", name="检查并发布"))
    expect(page.locator(".draft")).to_contain_text("新增表单“样品申请”")
    builder.click(page.get_by_role("button", name="发布"))
    expect(page.get_by_role("status")).to_contain_text("生效")


def let_in(builder):
    page = builder.page
    page.goto("/a/yang_pin/studio/")
    builder.click(page.locator("main a").and_(page.locator('[href$="/studio/people/"]')).first)
    page.locator("#give-member").select_option(label="李销售 (seller)")
    builder.clicks += 2
    builder.click(page.locator("form", has=page.locator("#give-member")).get_by_role("button"))
    expect(page.locator(".people-list")).to_contain_text(["李销售", "周运营"])


def filled(page):
    page.goto("/a/yang_pin/")
    page.get_by_role("link", name="新建样品申请").click()
    page.get_by_label("样品名称").fill("气动阀样机")
    page.get_by_label("客户").fill("信江铜业")
    page.get_by_label("数量").fill("2")
    page.get_by_label("需要日期").fill("2026-03-20")
    page.get_by_role("button", name="保存").click()
    expect(page.locator("main h1")).to_contain_text("气动阀样机")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_requests_for_samples_are_built_published_and_filled_within_five_minutes(signed_in, instance, clock):
    page = signed_in("ops", viewport=DESK)
    page.goto("/")
    builder = Builder(page)
    builder.click(page.get_by_role("link", name="自己建一个应用").first)
    builder.write(page.get_by_label("应用名称"), "样品")
    builder.write(page.get_by_placeholder("新表单的名称"), "样品申请")
    expect(page.locator(".structure-title")).to_contain_text("样品申请")
    builder.settled()
    builder.click(page.locator(".element-name").first)
    expect(page.locator(".element.chosen")).to_have_count(1)
    name = page.locator(f"#set-name-{page.locator('.element.chosen').get_attribute('data-uid')}")
    builder.write(name, "样品名称")
    for kind, label in FIELDS:
        add_field(builder, kind, label)

    begin_rule(builder, "提交时通知")
    begin_rule(builder, "提交后没处理")
    builder.click(page.locator("#add-when > summary"))
    builder.click(page.locator("#add-when").get_by_role("button", name="已寄出"))
    builder.settled()
    choose(builder, "为是", "为否")
    expect(page.locator("details.word > summary", has_text="为否")).to_have_count(1)
    published(builder)
    let_in(builder)
    seller = signed_in("seller", viewport=PHONE)
    filled(seller)
    assert builder.seconds <= MOST_SECONDS, (builder.seconds, builder.clicks, builder.keys)
    instance.jobs().run_until_quiet()
    reminded(instance, clock, page, seller)
    checked(instance)


def reminded(instance, clock, page, seller):
    """The superior is told at once; whoever asked is reminded after three days, and not before."""
    page.goto("/inbox")
    expect(page.locator("main")).to_contain_text("气动阀样机")
    clock.moment += 2 * DAY_MS
    instance.jobs().run_until_quiet()
    seller.goto("/inbox")
    expect(seller.locator("main")).not_to_contain_text("还没处理")
    clock.moment += DAY_MS + HOUR_MS
    instance.jobs().run_until_quiet()
    seller.goto("/inbox")
    expect(seller.locator("main")).to_contain_text("气动阀样机")
    expect(seller.locator("main")).to_contain_text("还没处理")


def checked(instance):
    """What was built is a design like any other: its file passes the check of the command line."""
    home = instance.settings.home
    file = home.parent / "yang_pin.json"
    file.write_bytes(export_app(instance.services.execution, "yang_pin"))
    command = [sys.executable, "-c", "from engine.cli import main; main()", "app", "check", str(file), "--json"]
    answer = subprocess.run(
        command, env={**os.environ, "YOUJU_HOME": str(home)}, capture_output=True, text=True, check=False
    )
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert json.loads(answer.stdout)["problems"] == []
