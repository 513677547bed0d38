"""A design changes in the browser: what changes and what it touches is seen before it holds, and it is taken back."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import expect

from engine.decision.changeset import Actor
from engine.runtime.directory import ADMIN_ROLE
from engine.runtime.publishing import publish
from tests.browser.conftest import PASSWORD
from tests.support.apps import access, app, field, form, role

PAGE = "/a/lent/revisions/"
THINGS = 3


@pytest.fixture(scope="module", autouse=True)
def _lent(instance):
    """An app whose things have a colour, an administrator, and somebody who keeps the things."""
    documents = app(form("thing", field("name"), field("colour")), key="lent", roles=[role("staff", access("thing"))])
    publish(instance.services.execution, documents, Actor(None))
    instance.directory.add_user("root", "周工", PASSWORD)
    instance.directory.grant("root", *ADMIN_ROLE)
    instance.directory.grant("rep", "lent", "staff")
    rep = instance.directory.viewer_of_session(instance.directory.sign_in("rep", PASSWORD))
    for number in range(THINGS):
        instance.records.create(rep, "lent", "thing", {"name": f"样机{number}", "colour": "red"})


def send(page, tmp_path, change):
    """Download the design as anybody would, change it and send it."""
    with page.expect_download() as waiting:
        page.get_by_role("link", name="下载").click()
    document = json.loads(waiting.value.path().read_text(encoding="utf-8"))
    document.pop("digest")
    change(document["documents"]["forms/thing.json"])
    file = tmp_path / "design.json"
    file.write_text(json.dumps(document), encoding="utf-8")
    page.get_by_label("设计文件").set_input_files(file)
    page.get_by_role("button", name="上传并检查").click()


def drop_colour(thing):
    thing["fields"] = [one for one in thing["fields"] if one["key"] != "colour"]


@pytest.mark.parametrize("width", [360, 1280])
def test_a_change_is_seen_published_and_taken_back(signed_in, instance, viewer, tmp_path, width):
    page = signed_in("root", viewport={"width": width, "height": 800}, accept_downloads=True)
    page.goto(PAGE)
    send(page, tmp_path, lambda thing: thing.update(title="{{nothing}}"))
    expect(page.get_by_text("没有字段“nothing”")).to_be_visible()
    expect(page.get_by_role("button", name="发布")).to_have_count(0)
    send(page, tmp_path, drop_colour)
    draft = page.locator(".draft")
    expect(draft).to_contain_text("移除字段“colour的中文”")
    expect(draft).to_contain_text(f"{THINGS}条记录里的字段“colour的中文”不再显示,数据保留")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert "colour" in instance.apps.form(viewer("rep"), "lent", "thing").fields
    page.get_by_role("button", name="发布").click()
    expect(page.get_by_role("status")).to_contain_text("生效")
    expect(draft).to_have_count(0)
    assert "colour" not in instance.apps.form(viewer("rep"), "lent", "thing").fields
    page.get_by_role("button", name="撤回").click()
    expect(page.get_by_role("status")).to_contain_text("生效")
    assert "colour" in instance.apps.form(viewer("rep"), "lent", "thing").fields
    kept = instance.records.list(viewer("rep"), "lent", "thing").items
    assert [one.fields["colour"] for one in kept] == ["red"] * THINGS


def test_an_earlier_revision_comes_back_through_the_same_door(signed_in, instance, viewer, tmp_path):
    page = signed_in("root", accept_downloads=True)
    page.goto(PAGE)
    before = page.locator(".revisions li").count()
    send(page, tmp_path, drop_colour)
    page.get_by_role("button", name="发布").click()
    page.locator(".revisions").get_by_role("link", name=f"第 {before + 1} 版").click()
    expect(page.get_by_text("移除字段“colour的中文”")).to_be_visible()
    page.goto(PAGE)
    page.locator(".revisions li").nth(1).get_by_role("button", name="回到这一版").click()
    expect(page.locator(".draft")).to_contain_text("新增字段“colour的中文”")
    page.get_by_role("button", name="丢弃草稿").click()
    expect(page.get_by_role("status")).to_contain_text("正在用的不变")
    assert "colour" not in instance.apps.form(viewer("rep"), "lent", "thing").fields


def test_whoever_does_not_design_finds_no_such_page(signed_in):
    page = signed_in("rep")
    answer = page.goto(PAGE)
    assert answer.status == 404
