"""A contract is signed on a phone by somebody without an account, and on the record's page by a user of the house."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from engine.boot import open_instance
from engine.runtime.settings import read_settings
from engine.runtime.signing.sending import Named
from tests.browser.conftest import PASSWORD
from tests.browser.test_axe import judged
from tests.support.signing import KEY, Contracts, Installed

WANG = Named("王主任")


@pytest.fixture(scope="module")
def instance(tmp_path_factory):
    """An installation with contracts alone."""
    opened = open_instance(read_settings({"YOUJU_HOME": str(tmp_path_factory.mktemp("home"))}))
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def firm(instance):
    return Contracts.on(Installed(instance, PASSWORD))


def at(record):
    return f"/a/{KEY}/deal/{record.id}"


def fits(page):
    """Tell that nothing of the page stands out of a phone."""
    return page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def code_of(firm, view, number=1):
    return firm.site.services.envelopes.link(firm.site.viewer("ge"), view.id, number).code


def enter(firm, view, page, number=1):
    """Let a signer show who they are."""
    page.goto(f"/sign/{firm.token(view, number)}")
    page.get_by_role("button", name="发送验证码").click()
    page.get_by_label("验证码").fill(code_of(firm, view, number))
    page.get_by_role("button", name="继续").click()
    expect(page.get_by_role("heading", name="阅读文件")).to_be_visible()


def read_and_tick(page):
    """Let a signer open the document beside the page, and tick everything."""
    with page.expect_event("popup") as opened:
        page.get_by_role("link", name="打开文件").click()
    opened.value.close()
    for box in page.locator("[name=consent]").all():
        box.check()


def draw(page):
    box = page.locator(".sign-pad").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 30, box["y"] + 40)
    page.mouse.down()
    for step in range(30):
        page.mouse.move(box["x"] + 30 + step * 7, box["y"] + 40 + step % 6 * 12)
    page.mouse.up()


def test_a_stranger_signs_on_a_phone_and_a_user_from_the_record(firm, open_page, signed_in):
    record = firm.record()
    view = firm.send(record)
    phone = open_page(has_touch=True, is_mobile=True)
    enter(firm, view, phone)
    assert fits(phone)
    read_and_tick(phone)
    phone.get_by_role("button", name="确认签署").click()
    expect(phone.get_by_role("alert")).to_contain_text("请手写签名")
    draw(phone)
    phone.get_by_role("button", name="确认签署").click()
    expect(phone.get_by_role("status").filter(has_text="您已签署")).to_be_visible()
    assert fits(phone)
    assert firm.look(view).signers[0].state == "signed"

    owner = signed_in("ge")
    owner.goto(at(record))
    owner.get_by_role("link", name="阅读并签署").click()
    owner.get_by_role("button", name="是我本人").click()
    read_and_tick(owner)
    owner.get_by_role("button", name="改为输入姓名").click()
    owner.get_by_label("您的姓名").fill("葛明")
    owner.get_by_role("button", name="确认签署").click()
    expect(owner.get_by_role("status").filter(has_text="您已签署")).to_be_visible()
    firm.work()
    owner.goto(at(record))
    expect(owner.locator(".envelope .chip").first).to_contain_text("已签署")
    expect(owner.locator(".envelope").get_by_role("link", name="存证报告")).to_be_visible()
    assert fits(owner)
    done = firm.look(view)
    assert (done.state, done.intact, done.signers[0].typed, done.signers[1].typed) == ("signed", True, None, "葛明")
    assert firm.content(done.signed_file).startswith(firm.content(done.file))


def test_a_signer_signs_by_keyboard_and_one_refuses(firm, open_page):
    view = firm.send(firm.record(), WANG, Named("李经理"), order="together")
    page = open_page()
    enter(firm, view, page)
    read_and_tick(page)
    page.get_by_role("button", name="改为输入姓名").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_label("您的姓名")).to_be_focused()
    page.keyboard.type("王主任")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").filter(has_text="您已签署")).to_be_visible()
    other = open_page()
    enter(firm, view, other, 2)
    other.locator(".refusal summary").click()
    other.get_by_label("理由").fill("价格不对")
    other.get_by_role("button", name="拒签").click()
    expect(other.get_by_role("status").filter(has_text="已拒签")).to_be_visible()
    assert firm.look(view).state == "refused"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_hold_wcag_in_both_themes(firm, open_page, signed_in, scheme):
    record = firm.record()
    view = firm.send(record, WANG)
    page = open_page(color_scheme=scheme)
    page.goto(f"/sign/{firm.token(view)}")
    assert judged(page) == []
    enter(firm, view, page)
    page.locator(".signing-facts summary").click()
    page.locator(".refusal summary").click()
    assert judged(page) == []
    sender = signed_in("ge", color_scheme=scheme)
    for path in (at(record), f"{at(record)}/sign/contract", f"/envelopes/{view.id}/signers/1"):
        sender.goto(path)
        assert judged(sender) == [], path
        assert fits(sender), path
