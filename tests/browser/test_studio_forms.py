"""A form is designed in the browser by tapping, dragging and the keyboard; it is tried beside, published and filled."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from engine.decision.changeset import Actor
from engine.runtime.directory import ADMIN_ROLE
from engine.runtime.publishing import publish
from tests.browser.conftest import PASSWORD, PHONE
from tests.support.apps import access, app, field, form, role

STUDIO = "/a/built/studio/"
DESK = {"width": 1440, "height": 900}
HELD_MS = 250
"""So long a finger rests before what it holds comes along."""


@pytest.fixture(scope="module", autouse=True)
def _built(instance):
    """An app with one form, an administrator, and somebody who fills it."""
    documents = app(form("thing", field("name"), field("colour")), key="built", roles=[role("staff", access("thing"))])
    publish(instance.services.execution, documents, Actor(None))
    instance.directory.add_user("builder", "周工", PASSWORD)
    instance.directory.grant("builder", *ADMIN_ROLE)
    instance.directory.grant("rep", "built", "staff")


@pytest.fixture
def studio(signed_in, instance, viewer):
    """The designer of the form, with no draft begun."""
    page = signed_in("builder", viewport=DESK)
    page.goto(f"{STUDIO}forms/thing")
    yield page
    page.goto("about:blank")
    drafts, builder = instance.services.drafts, viewer("builder")
    left = drafts.show(builder, "built")
    if left is not None:
        drafts.discard(builder, "built", left.version)


def rows(page):
    return page.locator(".structure .element-name > .grow")


def settled(page):
    """Wait until everything that was changed is part of the draft."""
    expect(page.locator("#studio[aria-busy]")).to_have_count(0)


def control(page, key):
    """Find the control of a property of the field that is chosen."""
    chosen = page.locator(".element.chosen").first
    expect(chosen).to_be_attached()
    return page.locator(f"#set-{key}-{chosen.get_attribute('data-uid')}")


def add(page, kind):
    before = rows(page).count()
    page.locator(f'.palette-types [data-type="{kind}"] button').click()
    expect(rows(page)).to_have_count(before + 1)
    settled(page)


def name(page, text):
    box = control(page, "name")
    box.fill(text)
    box.blur()
    expect(page.locator(".element.chosen .element-name > .grow")).to_contain_text(text)


def test_fields_are_added_named_and_required_and_shown_in_the_form_beside(studio):
    add(studio, "choice")
    name(studio, "去向")
    studio.locator(".panel").get_by_label("提交时").check()
    studio.get_by_placeholder("新选项").fill("客户")
    studio.get_by_placeholder("新选项").press("Enter")
    expect(studio.locator(".option-list li")).to_have_count(3)
    expect(studio.get_by_placeholder("新选项")).to_have_value("")
    shown = studio.frame_locator("#preview")
    expect(shown.get_by_text("去向")).to_be_visible()
    expect(shown.get_by_text("客户")).to_be_visible()
    expect(studio.locator(".draft-bar")).to_contain_text("草稿")
    expect(studio.locator("#checks")).to_contain_text("可以发布")


def test_the_form_beside_shows_the_last_change_where_it_is_still_waited_for(studio):
    asked = "**/preview?*"
    studio.route(asked, lambda _route: None)  # waits until nobody watches any more
    with studio.expect_request(asked):
        add(studio, "text")
    with studio.expect_request(asked):
        name(studio, "去向")
    studio.unroute(asked)
    expect(studio.frame_locator("#preview").get_by_text("去向")).to_be_visible()


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_the_options_of_a_choice_lie_in_its_panel_and_the_name_is_typed_at_once(studio, size):
    studio.set_viewport_size(size)
    add(studio, "choice")
    expect(control(studio, "name")).to_be_focused()
    studio.keyboard.type("颜色")
    studio.keyboard.press("Tab")
    expect(studio.locator(".element.chosen .element-name > .grow")).to_contain_text("颜色")
    panel = studio.locator("#panel").bounding_box()
    last = studio.locator(".option-list input[type=text]").last
    last.scroll_into_view_if_needed()
    options, below = last.bounding_box(), studio.locator("#panel .more-properties").first.bounding_box()
    assert panel["x"] < options["x"]
    assert options["x"] + options["width"] < panel["x"] + panel["width"]
    assert options["y"] + options["height"] <= below["y"]


def test_whether_it_can_be_published_stands_beside_the_tools_of_the_draft(studio):
    add(studio, "text")
    ready = studio.locator("#ready")
    expect(ready).to_contain_text("可以发布")
    condition = control(studio, "visible_when")
    condition.fill("nothing = 1")
    condition.blur()
    expect(ready).to_contain_text("1")
    expect(ready).to_have_class(re.compile("is-wrong"))
    ready.click()
    expect(studio.locator("#checks .wrongs")).to_be_in_viewport()


def test_what_is_typed_next_is_kept_while_what_was_typed_before_is_sent(studio):
    add(studio, "text")
    box = control(studio, "name")
    box.fill("先写的")
    box.press("Tab")
    studio.locator(".more-properties > summary").click()
    helping = control(studio, "help")
    helping.press_sequentially("后写的,没有丢", delay=40)
    helping.blur()
    settled(studio)
    expect(control(studio, "name")).to_have_value("先写的")
    expect(control(studio, "help")).to_have_value("后写的,没有丢")
    expect(studio.locator(".more-properties")).to_have_attribute("open", "")


def test_fields_go_by_mouse_by_arrow_key_and_out_of_the_palette_to_where_they_are_dropped(studio):
    names = rows(studio).all_inner_texts()
    first = studio.locator(".structure .element").first
    grip = first.locator(".grip")
    grip.focus()
    grip.press("ArrowDown")
    expect(rows(studio)).to_have_text([names[1], names[0]])
    expect(grip.or_(studio.locator(".grip:focus"))).not_to_have_count(0)
    source, target = studio.locator(".structure .grip").nth(1), studio.locator(".structure .element").nth(0)
    drag(studio, source, target)
    expect(rows(studio)).to_have_text(names)
    drag(studio, studio.locator('.palette-types [data-type="date"]'), studio.locator(".structure .element").nth(1))
    expect(rows(studio)).to_have_count(3)
    settled(studio)
    texts = rows(studio).all_inner_texts()
    assert texts.index("日期") < 2
    expect(studio.locator('.palette-types [data-type="date"]')).to_have_count(1)


def drag(page, source, target):
    """Drag as a hand does: press, move a little, move on, let go."""
    a, b = source.bounding_box(), target.bounding_box()
    page.mouse.move(a["x"] + 10, a["y"] + a["height"] / 2)
    page.mouse.down()
    page.mouse.move(a["x"] + 14, a["y"] + a["height"] / 2 + 6, steps=3)
    page.mouse.move(b["x"] + 20, b["y"] + 4, steps=12)
    page.mouse.up()


def test_a_field_is_put_elsewhere_by_a_finger(signed_in):
    page = signed_in("builder", viewport=PHONE, has_touch=True, is_mobile=True)
    page.goto(f"{STUDIO}forms/thing")
    names = rows(page).all_inner_texts()
    grip = page.locator(".structure .grip").nth(1).bounding_box()
    above = page.locator(".structure .element").nth(0).bounding_box()
    x, y = grip["x"] + grip["width"] / 2, grip["y"] + grip["height"] / 2
    touch = page.context.new_cdp_session(page)

    def at(kind, x, y):
        points = [] if kind == "touchEnd" else [{"x": x, "y": y}]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    at("touchStart", x, y)
    page.wait_for_timeout(HELD_MS)
    for part in range(1, 9):
        at("touchMove", x, y + (above["y"] + 4 - y) * part / 8)
        page.wait_for_timeout(20)
    at("touchEnd", x, y)
    expect(rows(page)).to_have_text(names[::-1])
    page.get_by_role("button", name="撤销").click()
    expect(rows(page)).to_have_text(names)


def test_a_mistake_in_a_condition_is_told_where_it_is_and_undone_by_a_key(studio):
    rows(studio).nth(1).click()
    box = control(studio, "visible_when")
    box.fill("颜色 = ")
    box.blur()
    expect(studio.locator(".panel .problem")).to_be_visible()
    expect(studio.locator(".element[data-wrong]")).to_have_count(1)
    studio.locator(".draft-bar p").click()
    studio.keyboard.press("Control+z")
    expect(control(studio, "visible_when")).to_have_value("")
    expect(studio.locator(".panel .problem")).to_have_count(0)


def test_names_are_proposed_while_a_condition_is_written(studio):
    rows(studio).nth(1).click()
    box = control(studio, "visible_when")
    box.press_sequentially("name")
    proposals = studio.locator(".proposals li")
    expect(proposals.first).to_contain_text("name的中文")
    box.press("Enter")
    expect(box).to_have_value("name的中文")
    box.press_sequentially(" = 今")
    expect(proposals.first).to_contain_text("今天()")
    box.press("Escape")
    expect(proposals).to_have_count(0)
    box.fill("name的中文 is not empty")
    box.blur()
    expect(studio.locator("#checks")).to_contain_text("可以发布")
    expect(studio.locator(".panel .problem")).to_have_count(0)


def test_two_who_design_at_once_both_see_what_the_other_did(studio, signed_in, instance):
    other = signed_in("builder", viewport=DESK)
    other.goto(f"{STUDIO}forms/thing")
    add(studio, "number")
    name(studio, "件数")
    rows(other).first.click()
    expect(other.locator(".element.chosen")).to_have_count(1)
    box = control(other, "name")
    box.fill("物品名称")
    box.blur()
    expect(rows(other)).to_contain_text(["物品名称", "colour的中文", "件数"])


def test_what_was_designed_is_published_and_filled_on_a_phone(studio, signed_in):
    add(studio, "money")
    name(studio, "押金")
    studio.get_by_role("link", name="检查并发布").click()
    expect(studio.locator(".draft")).to_contain_text("新增字段“押金”")
    studio.get_by_role("button", name="发布").click()
    expect(studio.get_by_role("status")).to_contain_text("生效")
    rep = signed_in("rep", viewport=PHONE)
    rep.goto("/a/built/thing/new")
    rep.get_by_label("押金").fill("12.5")
    rep.get_by_label("name的中文").fill("样机")
    rep.get_by_role("button", name="保存").click()
    expect(rep.locator("main")).to_contain_text("12.50")


def test_what_a_change_does_to_records_is_seen_before_it_is_published_and_taken_back(studio, instance, viewer):
    rep = viewer("rep")
    made = instance.records.create(rep, "built", "thing", {"name": "样机", "colour": "red"})
    rows(studio).filter(has_text="colour").click()
    expect(studio.locator(".element.chosen")).to_contain_text("colour")
    studio.get_by_role("button", name="移除", exact=True).click()
    expect(rows(studio).filter(has_text="colour")).to_have_count(0)
    studio.get_by_role("link", name="检查并发布").click()
    draft = studio.locator(".draft")
    expect(draft).to_contain_text("移除字段“colour的中文”")
    expect(draft).to_contain_text(re.compile(r"[0-9]+条记录里的字段“colour的中文”不再显示,数据保留"))
    studio.get_by_role("button", name="发布").click()
    expect(studio.get_by_role("status")).to_contain_text("生效")
    assert "colour" not in instance.records.read(rep, "built", "thing", made.id).fields
    with studio.expect_navigation():  # the page before says the same words
        studio.get_by_role("button", name="撤回").click()
    expect(studio.get_by_role("status")).to_contain_text("生效")
    assert instance.records.read(rep, "built", "thing", made.id).fields["colour"] == "red"


def test_the_designer_fits_a_phone_and_needs_no_script(signed_in, browser):
    page = signed_in("builder", viewport=PHONE)
    page.goto(f"{STUDIO}forms/thing")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    rows(page).first.click()
    expect(control(page, "name")).to_be_visible()
    page.get_by_role("link", name="全部字段").click()
    expect(rows(page).first).to_be_visible()


def test_whoever_designs_nothing_finds_no_studio(signed_in):
    page = signed_in("rep")
    for address in (STUDIO, f"{STUDIO}forms/thing", f"{STUDIO}forms/thing/preview", f"{STUDIO}checks"):
        assert page.goto(address).status == 404
