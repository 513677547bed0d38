"""Open pages follow what others do, without a reload, and never take away what somebody is typing."""

from __future__ import annotations

from playwright.sync_api import expect

SOON_MS = 2_000


def test_a_list_shows_a_new_record_soon_when_somebody_else_makes_it(signed_in, customer):
    page = signed_in("rep")
    page.goto("/a/sales_management/customer/")
    expect(page.get_by_text("潜江重工")).to_have_count(0)
    page.wait_for_timeout(1_500)  # the stream has begun
    customer("潜江重工有限公司")
    expect(page.get_by_text("潜江重工有限公司").first).to_be_visible(timeout=SOON_MS)


def test_what_is_typed_stays_when_the_page_would_be_drawn_again(signed_in, customer):
    page = signed_in("rep")
    page.goto("/a/sales_management/customer/")
    field = page.locator("main input[name=filter]:not([type=hidden])")
    page.locator("main details.filter summary").click()
    field.fill("legal_name contains ")
    page.wait_for_timeout(1_500)
    customer("赣南机床有限公司")
    page.wait_for_timeout(SOON_MS)
    expect(field).to_have_value("legal_name contains ")
    expect(field).to_be_focused()
