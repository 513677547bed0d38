"""A visit's way there and back: the rep on the phone, the supervisor's open page, and what comes of it."""

from __future__ import annotations

import re
import threading

import pytest
from playwright.sync_api import expect

from tests.browser.test_capture import HERE, shoot
from tests.browser.test_visit_journey import fill_tender_visit, open_tender_visit

SOON_MS = 2_000
BEGUN_MS = 1_500
"""So long a page may take until it follows what others do."""


@pytest.fixture
def working(instance):
    """Deliver what waits, all the time, as the jobs process beside the web does."""
    stopped = threading.Event()

    thread = threading.Thread(target=instance.jobs().run, args=(stopped.is_set,))
    thread.start()
    yield
    stopped.set()
    thread.join()


@pytest.fixture
def points(instance, viewer):
    """Return what the rep's ledger of points holds, the oldest first."""

    def read():
        page = instance.records.list(
            viewer("rep"), "work_hub", "points_ledger", filter=None, sort="created_at", limit=50, after=None
        )
        return [record.fields["delta"] for record in page.items]

    return read


@pytest.mark.covers("S0-06", "S0-17", "S3-32")
def test_a_visit_is_seen_read_and_answered_when_it_is_submitted_with_its_photo(signed_in, customer, working, points):
    customer("九江康宁医疗器械有限公司")
    supervisor = signed_in("supervisor")
    expect(supervisor.get_by_text("九江康宁医疗器械有限公司")).to_have_count(0)
    rep = signed_in("rep", **HERE)
    open_tender_visit(rep)
    fill_tender_visit(rep)

    rep.get_by_role("button", name="提交").click()
    expect(rep.locator("#summary")).to_contain_text("还差1项")
    expect(rep.locator("#summary")).to_contain_text("照片")
    assert points() == []

    shoot(rep, "onsite_photos")
    supervisor.wait_for_timeout(BEGUN_MS)
    rep.get_by_role("button", name="提交").click()
    said = rep.get_by_role("status").filter(has_text="已记好,+10分")
    expect(said).to_contain_text("会看到")
    task = supervisor.locator("article", has_text="九江康宁医疗器械有限公司")
    expect(task).to_be_visible(timeout=SOON_MS)
    assert points() == ["10"]

    task.get_by_role("link", name="点评").or_(task.get_by_role("button", name="点评")).click()
    supervisor.get_by_label(re.compile("点评")).fill("先请法务看偏差3.2")
    supervisor.get_by_role("button", name=re.compile("^(已阅|点评|保存)$")).first.click()
    expect(rep.locator(".chips")).to_contain_text("已阅", timeout=SOON_MS)
    expect(rep.get_by_text("先请法务看偏差3.2").first).to_be_visible(timeout=SOON_MS)
    assert points() == ["10"]


@pytest.fixture
def placed(instance, viewer, customer):
    """Say where a customer of the rep's is; make the customer where there is none of that name."""

    def place(name, where):
        rep, at = viewer("rep"), ("sales_management", "customer")
        known = instance.records.list(rep, *at, filter=f'legal_name = "{name}"').items
        found = known[0] if known else customer(name)
        there = {"lat": str(where["latitude"]), "lng": str(where["longitude"])}
        instance.records.update(rep, *at, found.id, {"site_location": there}, None)

    return place


@pytest.mark.covers("S0-32")
def test_a_visit_far_from_the_customer_comes_back_with_its_points_and_is_mended(
    signed_in, placed, working, points, instance
):
    before = points()
    at_the_customer = {**HERE["geolocation"], "latitude": HERE["geolocation"]["latitude"] + 0.0135}
    placed("九江康宁医疗器械有限公司", at_the_customer)
    rep = signed_in("rep", **HERE)
    open_tender_visit(rep)
    fill_tender_visit(rep)
    shoot(rep, "onsite_photos")
    rep.get_by_role("button", name="提交").click()
    expect(rep.locator(".chips")).to_contain_text("退回", timeout=SOON_MS)
    expect(rep.get_by_text("定位不符").first).to_be_visible(timeout=SOON_MS)
    assert points()[len(before) :] == ["10", "-10"]

    rep.goto("/a/sales_management/")
    card = rep.locator(".pressing-card", has_text="拜访被退回:定位不符")
    card.get_by_role("link", name="改好再交").click()
    expect(rep.get_by_text("定位不符").first).to_be_visible()
    rep.context.set_geolocation(at_the_customer)
    rep.get_by_role("link", name="编辑").click()
    photos = rep.locator("[data-field=onsite_photos]")
    photos.get_by_role("button", name="移除").click()
    shoot(rep, "onsite_photos")
    rep.get_by_role("button", name="保存").click()
    rep.get_by_role("button", name="重新提交").click()
    expect(rep.get_by_role("status")).to_contain_text("已改好,重新提交了")
    expect(rep.locator(".chips")).to_contain_text("重新提交")
    assert points()[len(before) :] == ["10", "-10", "10"]

    instance.jobs().run_until_quiet()
    rep.reload()
    expect(rep.locator(".chips")).to_contain_text("重新提交")
    assert points()[len(before) :] == ["10", "-10", "10"]


def test_a_next_step_is_done_in_one_tap_when_its_card_offers_that(signed_in, instance, viewer):
    rep = signed_in("rep")
    fields = {"title": "寄样机清单", "due_at": "2026-12-04T10:00:00Z"}
    made = instance.records.create(viewer("rep"), "work_hub", "todo", fields)
    rep.goto("/a/sales_management/")
    step = rep.locator(".pressing-card", has_text="寄样机清单")
    step.get_by_role("button", name="完成").click()
    expect(rep.get_by_role("status")).to_contain_text("已完成:寄样机清单")
    expect(rep.locator(".pressing-card", has_text="寄样机清单")).to_have_count(0)
    assert instance.records.read(viewer("rep"), "work_hub", "todo", made.id).state == "done"
