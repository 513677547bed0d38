"""A rule is made by tapping: begun whole, its words changed where they stand, told in text, tried on a record."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from engine.decision.changeset import Actor
from engine.runtime.directory import ADMIN_ROLE
from engine.runtime.publishing import publish
from tests.browser.conftest import PASSWORD
from tests.support.apps import access, app, element, field, form, role

HOME = "/a/sampling/studio/"


@pytest.fixture(scope="module", autouse=True)
def _samples(instance):
    """An app in which samples are asked for, somebody who designs it, and two samples."""
    way = element("way", labels={"zh": "状态", "en": "State"}, type="choice", options=[
        element("open", labels={"zh": "待处理", "en": "Open"}), element("done", labels={"zh": "已寄出", "en": "Sent"}),
    ])  # fmt: skip
    sample = form(
        "sample", element("name", labels={"zh": "名称", "en": "Name"}, type="text"), way, field("amount", "number"),
        title="{{name}}", labels={"zh": "样品申请", "en": "Sample"},
    )  # fmt: skip
    publish(
        instance.services.execution, app(sample, key="sampling", roles=[role("staff", access("sample"))]), Actor(None)
    )
    instance.directory.add_user("root", "周工", PASSWORD)
    instance.directory.grant("root", *ADMIN_ROLE)
    for name in ("root", "rep"):
        instance.directory.grant(name, "sampling", "staff")
    rep = instance.directory.viewer_of_session(instance.directory.sign_in("rep", PASSWORD))
    for name, state in (("一号样", "open"), ("二号样", "done")):
        instance.records.create(rep, "sampling", "sample", {"name": name, "way": state})


def tap(page, at, choice):
    """Tap a word of the sentence and choose something else."""
    page.locator(f"#w-{at} > summary").click()
    page.locator(f"#w-{at}").get_by_role("button", name=choice, exact=True).click()
    expect(page.locator(f"#w-{at} > summary")).to_have_text(choice)
    expect(page.locator(f"#w-{at} > .word-panel")).to_be_hidden()


def type_into(page, at, text):
    page.locator(f"#w-{at} > summary").click()
    page.locator(f"#w-{at}-value").fill(text)
    page.locator(f"#w-{at}").get_by_role("button", name="完成").click()


@pytest.fixture
def rule(instance, viewer):
    """Return the rule as the draft has it, and throw the draft away at the end."""
    services, root = instance.services, viewer("root")

    def read():
        documents = services.studio.design(root, "sampling").documents
        return next(item for path, item in documents.items() if path.startswith("rules/"))

    yield read
    left = services.drafts.show(root, "sampling")
    if left is not None:
        services.drafts.discard(root, "sampling", left.version)


@pytest.mark.parametrize("width", [390, 1280])
def test_a_reminder_is_made_of_a_beginning_by_tapping_words(signed_in, rule, width):
    page = signed_in("root", viewport={"width": width, "height": 844})
    page.goto(HOME)
    page.get_by_role("link", name="自动做的事").click()
    page.locator("main").get_by_role("link", name="样品申请").click()
    page.get_by_role("button", name="提交后没处理").click()
    expect(page.locator("#clauses-on")).to_contain_text("创建时间")
    type_into(page, "on-0-count", "5")
    expect(page.locator("#w-on-0-count > summary")).to_have_text("5")
    tap(page, "when-1-operator", "不是")
    tap(page, "when-1-value", "已寄出")
    tap(page, "when-joins", "并且")
    tap(page, "when-0-operator", "已填")
    page.locator("#w-then-0-to > summary").click()
    page.locator("#w-then-0-to").get_by_label("staff的中文").check()
    page.locator("#w-then-0-to").get_by_role("button", name="完成").click()
    expect(page.locator("#w-then-0-to > summary")).to_contain_text("staff的中文")
    page.locator("#w-then-0-text > summary").click()
    page.locator("#w-then-0-text-inserts > summary").click()
    page.locator("#w-then-0-text").get_by_role("button", name="状态", exact=True).click()
    expect(page.locator("#w-then-0-text-value")).to_have_value("样品申请 {{名称}} 提交后还没处理{{状态}}")
    page.locator("#w-then-0-text").get_by_role("button", name="完成").click()
    expect(page.locator("#w-then-0-text > summary")).to_contain_text("[状态]")
    made = rule()
    assert made["on"] == [{"deadline": {"at": "created_at", "offset": {"days": 5}}}]
    assert made["when"] == 'way is not empty and way != "done"'
    assert made["then"][0]["notify"]["text"]["zh"].endswith("还没处理{{way}}")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.get_by_role("button", name="撤销").click()
    expect(page.locator("#w-then-0-text > summary")).not_to_contain_text("[状态]")


def test_the_text_is_mended_where_it_is_wrong_and_the_rule_is_tried(signed_in, rule):
    page = signed_in("root", viewport={"width": 1280, "height": 844})
    page.goto(f"{HOME}rules/?form=sample")
    page.get_by_role("button", name="提交后没处理").click()
    page.locator("#rule-text > summary").click()
    text = page.locator("#text")
    told = text.input_value()
    text.fill(told.replace("状态 为空", "状况 为空"))
    page.get_by_role("button", name="用这段文本").click()
    expect(page.locator("#rule-text .wrongs")).to_contain_text("行")
    expect(text).to_have_value(told.replace("状态 为空", "状况 为空"))
    text.fill(told.replace("状态 为空 或", "非 (状态 为空) 且"))
    page.get_by_role("button", name="用这段文本").click()
    expect(page.locator("#rule-text .wrongs")).to_have_count(0)
    assert rule()["when"] == 'not way is empty and way = "open"'
    page.locator("#rule-try > summary").click()
    page.get_by_role("link", name="列出最近的记录").click()
    page.get_by_role("link", name="一号样").click()
    expect(page.locator("#rule-try .why")).to_contain_text("会动作")
    page.get_by_role("link", name="二号样").click()
    expect(page.locator("#rule-try .why")).to_contain_text("不会动作")


def test_words_are_reached_and_left_by_keys(signed_in, rule):
    page = signed_in("root", viewport={"width": 1280, "height": 844})
    page.goto(f"{HOME}rules/?form=sample")
    page.get_by_role("button", name="保存前拒绝").click()
    word = page.locator("#w-when-0-operator > summary")
    word.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#w-when-0-operator > .word-panel")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#w-when-0-operator > .word-panel")).to_be_hidden()
    expect(word).to_be_focused()
    assert rule()["then"][0]["refuse"]["field"] == "amount"
