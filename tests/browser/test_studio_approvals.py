"""An approval of two steps from nothing, by keyboard alone: designed, published, and gone through by two people."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from engine.boot import open_instance
from engine.runtime.directory import ADMIN_ROLE
from engine.runtime.settings import read_settings
from tests.browser.conftest import PASSWORD, PHONE
from tests.browser.test_axe import judged
from tests.support.agreements import APP, Agreements, undecided

DESK = {"width": 1400, "height": 900}
PAGE = f"/a/{APP}/studio/approvals/agreement"
MOST_TABS = 120


@pytest.fixture(scope="module")
def instance(tmp_path_factory):
    """An installation with agreements that nobody approves as yet."""
    opened = open_instance(read_settings({"YOUJU_HOME": str(tmp_path_factory.mktemp("home"))}))
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def firm(instance):
    made = Agreements.on(instance, PASSWORD, undecided())
    instance.directory.add_user("maker", "吴工", PASSWORD)
    instance.directory.grant("maker", *ADMIN_ROLE)
    return made


@pytest.fixture
def people(firm, signed_in):
    """Sign people in, who are there once the app is."""
    return signed_in


def settled(page):
    """Wait until everything that was changed is part of the draft."""
    expect(page.locator("#studio[aria-busy]")).to_have_count(0)


def reach(page, wanted):
    """Go on by the tab key until something has the focus."""
    expect(wanted).to_be_attached()
    for _ in range(MOST_TABS):
        if wanted.evaluate("one => one === document.activeElement"):
            return
        page.keyboard.press("Tab")
    pytest.fail(f"not reached by keyboard: {wanted}")


def press(page, wanted):
    reach(page, wanted)
    page.keyboard.press("Enter")


def write(page, wanted, words):
    reach(page, wanted)
    page.keyboard.press("Control+a")
    page.keyboard.type(words)


def choose(page, wanted, words):
    """Go down a list, or up, until it holds what is called so."""
    reach(page, wanted)
    labels = [" ".join(one.split()) for one in wanted.locator("option").all_text_contents()]
    there = wanted.evaluate("one => one.selectedIndex")
    aim = next(number for number, label in enumerate(labels) if words in label)
    for _ in range(abs(aim - there)):
        page.keyboard.press("ArrowDown" if aim > there else "ArrowUp")
    settled(page)


def test_an_approval_of_two_steps_is_designed_published_and_run_by_keyboard_alone(people, firm):
    page = people("maker", viewport=DESK)
    page.goto(PAGE)
    write(page, page.locator("#new-approval"), "合同审批")
    choose(page, page.locator("#new-state"), "审批中")
    press(page, page.get_by_role("button", name="审批", exact=True))
    expect(page.locator(".structure-title")).to_contain_text("合同审批")
    expect(page.locator(".route-ends[data-wrong]")).to_have_count(1)
    expect(page.locator('[data-property="ends"] > .problem').first).to_contain_text("approved")
    assert judged(page) == []
    for outcome, target in (("全部同意", "已生效"), ("驳回", "未通过")):
        choose(page, page.locator("#new-end"), outcome)
        choose(page, page.locator("#new-target"), target)
        press(page, page.locator("#make-end"))
        expect(page.locator(".route-ends")).to_contain_text(f"→ {target}")
        settled(page)
    second_step(page)
    expect(page.locator("#ready")).to_contain_text("可以发布")
    assert judged(page) == []
    press(page, page.get_by_role("link", name="检查并发布"))
    press(page, page.get_by_role("button", name="发布"))
    expect(page.get_by_role("status")).to_contain_text("生效")
    run(people, firm)


def second_step(page):
    """Add a step, say who is asked and how, put it in front by the arrow keys of its grip, and back by a button."""
    write(page, page.locator("#new-step"), "法务审核")
    page.keyboard.press("Enter")
    expect(page.locator(".route-step.chosen")).to_contain_text("法务审核")
    settled(page)
    choose(page, page.locator("[id^=who-][id$='-1']"), "legal")
    expect(page.locator(".route-step.chosen .step-said")).to_have_text("legal,任一人同意即可")
    reach(page, page.locator("#due-none"))
    page.keyboard.press("ArrowRight")
    settled(page)
    expect(page.locator("#due-count")).to_have_value("48")
    expect(page.locator(".route-step.chosen .step-said")).to_have_text("legal,任一人同意即可,48 小时内;超时只提醒")
    write(page, page.locator("textarea[id^=set-when]"), "金额 > 无名")
    page.keyboard.press("Tab")
    expect(page.locator('form[data-property="when"] .problem')).to_contain_text("无名")
    expect(page.locator(".route-step.chosen[data-wrong]")).to_have_count(1)
    page.keyboard.press("Shift+Tab")
    write(page, page.locator("textarea[id^=set-when]"), "金额 > 100000")
    page.keyboard.press("Tab")
    expect(page.locator(".route-step.chosen")).to_contain_text("仅当 金额 > 100000")
    settled(page)
    page.reload()
    reach(page, page.locator(".route-step .grip").nth(1))
    page.keyboard.press("ArrowUp")
    expect(page.locator(".route-step strong").first).to_have_text("法务审核")
    settled(page)
    expect(page.locator(".route-step .grip").first).to_be_focused()
    press(page, page.locator("[id^=down-]"))
    expect(page.locator(".route-step strong").first).to_have_text("上级审批")
    settled(page)


def run(people, firm):
    """An agreement over a hundred thousand goes to the superior, then to the lawyer; a small one to the superior."""
    small, large = firm.apply("小合同", amount="5000"), firm.apply("大合同", amount="200000")
    chief = people("ding")
    for title in ("小合同", "大合同"):
        chief.goto("/approvals")
        card = chief.locator("li.waits").filter(has_text=title)
        press(chief, card.get_by_role("button", name="同意"))
        expect(chief.get_by_role("status").filter(has_text="已同意")).to_be_visible()
    assert (firm.state(small), firm.state(large)) == ("good", "asking")
    lawyer = people("wang")
    lawyer.goto("/approvals")
    press(lawyer, lawyer.locator(".waits").get_by_role("button", name="同意"))
    expect(lawyer.get_by_role("status").filter(has_text="已同意")).to_be_visible()
    assert firm.state(large) == "good"


def test_the_route_is_changed_without_a_script(people, firm):
    page = people("maker", viewport=PHONE, java_script_enabled=False)
    page.goto(PAGE)
    page.locator("#new-approval").fill("备用审批")
    page.get_by_role("button", name="审批", exact=True).click()
    page.locator("#new-step").fill("第二步")
    page.get_by_role("button", name="步骤", exact=True).click()
    page.get_by_role("button", name="提前").click()
    assert page.locator(".step-head h2").inner_text() == "第 1 步"
    page.locator("#need-percent").check()
    page.locator("#need-percent-of").fill("70")
    page.locator("form", has=page.locator("#need-percent")).get_by_role("button", name="保存").click()
    page.get_by_role("link", name="整条路线").click()
    assert "70% 同意即通过" in page.locator(".route-step").first.inner_text()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_duties_are_added_and_every_page_stands_up_to_axe(people, firm, size):
    page = people("maker", viewport=size)
    page.goto(f"/a/{APP}/studio/duties/agreement")
    page.locator("#new-duty").fill(f"每周回访{size['width']}")
    page.locator("#new-duty-records").select_option(index=0)
    page.get_by_role("button", name="每期记录", exact=True).click()
    duty = page.locator(".duty-more", has_text=f"每周回访{size['width']}")
    duty.locator("summary").click()
    duty.get_by_label("哪几天").select_option("friday")
    expect(duty.locator("summary")).to_contain_text("还不够时每周五 09:00 提醒负责人")
    settled(page)
    expect(duty).to_have_attribute("open", "")
    assert judged(page) == []
    page.goto(PAGE)
    assert judged(page) == []
    page.locator(".approval-card h2 a").last.click()
    page.locator(".route-step .element-name").first.click()
    page.locator("#with-score").check()
    page.locator("#need-percent").check()
    settled(page)
    expect(page.locator("#need-percent-of")).to_have_value(re.compile("^[67]0$"))
    assert judged(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_steps_change_places_when_one_is_dragged(people, firm):
    page = people("maker", viewport=DESK)
    page.goto(PAGE)
    page.locator(".approval-card h2 a").last.click()
    expect(page.locator(".route-step .grip").first).to_be_visible()
    before = page.locator(".route-step strong").all_inner_texts()
    first = page.locator(".route-step").nth(0).locator(".grip").bounding_box()
    second = page.locator(".route-step").nth(1).bounding_box()
    page.mouse.move(first["x"] + 8, first["y"] + 8)
    page.mouse.down()
    page.mouse.move(first["x"] + 8, second["y"] + second["height"] * 0.4, steps=12)
    page.mouse.move(first["x"] + 8, second["y"] + second["height"] * 0.9, steps=12)
    page.mouse.up()
    settled(page)
    expect(page.locator(".route-step strong").first).to_have_text(before[1])
