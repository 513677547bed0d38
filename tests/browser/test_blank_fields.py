"""What cannot be typed and holds nothing yet takes no room in a form."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

FORMS = ("/a/sales_management/customer/new", "/a/sales_management/visit/new?visit_purpose=technical")


@pytest.mark.parametrize("path", FORMS)
def test_a_blank_that_nobody_types_is_not_drawn_when_the_page_has_judged(signed_in, path):
    page = signed_in("rep")
    page.goto(path)
    expect(page.locator("#form-missing")).to_be_visible()
    drawn = page.locator("[data-field]:not([hidden]) .read-only > p")
    assert "—" not in [text.strip() for text in drawn.all_text_contents()]
