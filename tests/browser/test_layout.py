"""No page is wider than the phone or the desktop it is read on, in either language."""

from __future__ import annotations

import pytest

PAGES = (
    "/a/sales_management/",
    "/a/sales_management/customer/",
    "/a/sales_management/customer/new",
    "/a/sales_management/visit/new",
    "/a/sales_management/visit/new?visit_purpose=tender",
    "/a/sales_management/visit/?filter=visit_purpos%20%3D%20%22a%20very%20long%20value%20that%20does%20not%20wrap%22",
    "/inbox",
    "/me",
    "/nowhere",
)


def speak(page, language):
    page.goto("/me")
    with page.expect_navigation():
        page.click(f"button[value={language}]")


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("width", [360, 1280])
def test_a_page_fits_its_screen_when_it_is_opened(signed_in, customer, width, language):
    customer(f"鄱湖新能源科技股份有限公司上饶经济技术开发区分公司{width}{language}")
    page = signed_in("rep", viewport={"width": width, "height": 800})
    speak(page, language)
    too_wide = {}
    for path in PAGES:
        page.goto(path)
        reached = page.evaluate("document.documentElement.scrollWidth")
        if reached > width:
            too_wide[path] = reached
    speak(page, "zh")
    assert not too_wide
