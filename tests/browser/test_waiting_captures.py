"""What was captured without a network: kept by the browser, back with its form, gone when it is sent or not wanted."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.test_axe import judged
from tests.browser.test_capture import NEW, _field_work, filling, saved, shoot, slot

__all__ = ["_field_work", "filling", "saved"]

FILES = "**/api/v1/files"
KEPT = "已存手机,有网自动发"
COUNT = """
async () => {
  const known = await indexedDB.databases();
  if (!known.some(({ name }) => name === "youju.captured")) return 0;
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open("youju.captured");
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
      const store = opening.result.transaction("waiting").objectStore("waiting");
      store.count().onsuccess = (event) => resolve(event.target.result);
    };
  });
}
"""
NO_STORE = "Object.defineProperty(indexedDB, 'open', { value: () => { throw new Error('no store') } })"


@pytest.fixture
def cut(watch):
    """Take the line away from what is uploaded, and give it back; what the console says of that is no fault."""

    def off(page):
        page.route(FILES, lambda route: route.abort())

    yield off
    watch.faults[:] = [fault for fault in watch.faults if "net::ERR_FAILED" not in fault]


def kept(page):
    return page.evaluate(COUNT)


def sign(page):
    slot(page, "sign").get_by_role("button", name="签名").click()
    pad = page.get_by_role("dialog", name="在这里签名")
    box = pad.locator("canvas").bounding_box()
    page.mouse.move(box["x"] + 40, box["y"] + 60)
    page.mouse.down()
    page.mouse.move(box["x"] + 200, box["y"] + 90, steps=8)
    page.mouse.up()
    pad.get_by_role("button", name="完成").click()


def speak(page):
    note = slot(page, "note")
    note.get_by_role("button", name="录音").click()
    expect(note.locator("[data-clock]")).to_contain_text("0:02 / 1:00")
    note.get_by_role("button", name="停止").click()


def capture_all(page):
    """Take a photo, speak and sign, and type a name; nothing of it can be sent."""
    page.locator("#f-name").fill("三号泵")
    shoot(page)
    speak(page)
    sign(page)
    for key in ("photos", "note", "sign"):
        expect(slot(page, key).locator("[data-sentence]")).to_have_text(KEPT)


def opened_again(page, watch):
    """Close the page and open its form in a new one of the same browser."""
    page.wait_for_timeout(400)  # the draft is written a moment after the last key
    page.close()
    again = watch.over(page.context.new_page())
    again.goto(NEW)
    return again


def test_all_that_was_captured_is_sent_when_the_page_was_closed_and_the_form_is_opened_again(
    filling, saved, cut, watch
):
    page = filling()
    cut(page)
    capture_all(page)
    assert kept(page) == 3
    again = opened_again(page, watch)
    expect(again.locator("#f-name")).to_have_value("三号泵")
    for key in ("photos", "note", "sign"):
        expect(slot(again, key).locator("[data-json]")).to_have_value(re.compile("file|[0-9a-f]{8}-"))
    expect(again.locator(".captures:visible [data-sentence]:visible")).to_have_count(0)
    fields = saved(again)
    (photo,) = fields["photos"]
    assert (photo["lat"], photo["trust"]) == ("28.682", "online")
    assert float(fields["note"]["seconds"]) >= 2
    assert fields["sign"]["file"]
    assert kept(again) == 0


def test_another_page_says_what_waits_when_it_could_not_be_sent_and_leads_back(filling, cut, watch):
    page = filling()
    cut(page)
    shoot(page)
    expect(slot(page, "photos").locator("[data-sentence]")).to_have_text(KEPT)
    page.goto("/me")
    note = page.locator("#waiting")
    expect(note).to_contain_text("有1项已存手机,还没发出去")
    assert judged(page) == []
    note.get_by_role("link").click()
    expect(slot(page, "photos").locator("li")).to_contain_text("还没上传")
    page.unroute(FILES)
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(slot(page, "photos").locator("li")).to_contain_text("已定位")


def test_nothing_is_kept_when_it_is_taken_out_or_the_form_begun_anew(filling, cut, watch):
    page = filling()
    cut(page)
    shoot(page)
    expect(slot(page, "photos").locator("[data-sentence]")).to_have_text(KEPT)
    slot(page, "photos").get_by_role("button", name="移除").click()
    page.wait_for_timeout(200)
    assert kept(page) == 0
    page.locator("#f-name").fill("四号泵")
    shoot(page)
    expect(slot(page, "photos").locator("[data-sentence]")).to_have_text(KEPT)
    again = opened_again(page, watch)
    again.get_by_role("button", name="重新填写").click()
    expect(again.locator("#f-name")).to_have_value("")
    expect(slot(again, "photos").locator("li")).to_have_count(0)
    assert kept(again) == 0


def test_whoever_signs_out_is_asked_first_and_leaves_nothing_when_something_waits(filling, cut, watch):
    page = filling()
    cut(page)
    shoot(page)
    expect(slot(page, "photos").locator("[data-sentence]")).to_have_text(KEPT)
    page.goto("/me")
    said = []
    page.once("dialog", lambda dialog: (said.append(dialog.message), dialog.dismiss()))
    page.get_by_role("button", name="退出").click()
    expect(page.locator("#waiting")).to_be_visible()
    page.wait_for_timeout(300)
    assert "还有1项" in said[0]
    assert kept(page) == 1
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="退出").click()
    page.wait_for_url("**/sign-in*")
    assert kept(page) == 0


def test_the_field_says_so_and_the_page_is_not_left_unasked_when_the_browser_keeps_nothing(filling, cut, watch):
    page = filling()
    page.context.add_init_script(NO_STORE)
    page.goto(NEW)
    cut(page)
    shoot(page)
    expect(slot(page, "photos").locator("[data-sentence]")).to_contain_text("先别关这一页")
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    page.close(run_before_unload=True)
    page.wait_for_timeout(500)
    assert asked == ["beforeunload"]
