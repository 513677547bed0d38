"""A visit is read with a spoken comment: the supervisor speaks on the phone, the rep's open page has it at once."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.test_axe import judged
from tests.browser.test_capture import HERE, shoot
from tests.browser.test_visit_comes_back import BEGUN_MS, SOON_MS, working
from tests.browser.test_visit_journey import fill_tender_visit, open_tender_visit

__all__ = ["working"]


@pytest.fixture
def read(signed_in, customer, working):
    """A rep's page of a visit that is submitted, and the supervisor's page that asks for a comment on it."""
    customer("九江康宁医疗器械有限公司")
    rep = signed_in("rep", **HERE)
    open_tender_visit(rep)
    fill_tender_visit(rep)
    shoot(rep, "onsite_photos")
    rep.get_by_role("button", name="提交").click()
    expect(rep.locator(".chips")).to_contain_text("已提交")
    supervisor = signed_in("supervisor", permissions=["microphone"])
    supervisor.goto("/inbox")
    supervisor.locator("article", has_text="九江康宁").get_by_role("link", name="点评").click()
    return rep, supervisor


def test_a_spoken_comment_is_heard_by_the_rep_when_the_supervisor_reads_a_visit(read):
    rep, supervisor = read
    supervisor.get_by_role("button", name="点评", exact=True).click()
    expect(supervisor.locator("#summary")).to_contain_text(re.compile("语音点评.*点评"))
    assert judged(supervisor) == []
    supervisor.get_by_role("button", name="录音").click()
    expect(supervisor.locator("[data-clock]")).to_contain_text("0:02")
    supervisor.get_by_role("button", name="停止").click()
    expect(supervisor.locator("audio")).to_be_visible()
    rep.wait_for_timeout(BEGUN_MS)
    supervisor.get_by_role("button", name="点评", exact=True).click()
    expect(supervisor.get_by_role("status").filter(has_text="已完成")).to_be_visible()

    player = rep.locator(".facts audio")
    expect(player).to_be_visible(timeout=SOON_MS)
    expect(rep.locator(".chips")).to_contain_text("已阅")
    sound = rep.request.get(player.get_attribute("src"))
    assert sound.headers["content-type"].startswith("audio/")
    rep.goto("/inbox")
    expect(rep.locator(".rows")).to_contain_text("有语音点评")
