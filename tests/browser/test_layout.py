"""No page is wider than the screen it is read on, and nothing on it is cut off or lies outside, in either language."""

from __future__ import annotations

import itertools

import pytest

from tests.browser.walking import demo_instance, looking, people, sample, stops
from tests.support.serving import serving

WIDTHS = (360, 390, 768, 1280)
CUT_OFF = """
() => {
  const reached = document.documentElement.scrollWidth;
  const found = reached > innerWidth ? [`the page is ${reached} px wide`] : [];
  const scrolls = (element) => ["auto", "scroll"].includes(getComputedStyle(element).overflowX);
  const name = (element) => `${element.tagName}.${element.className}: ${element.textContent.trim().slice(0, 30)}`;
  const away = ".sr, .skip, dialog:not([open]), details:not([open]) > :not(summary), .list thead";
  for (const element of document.body.querySelectorAll("*")) {
    const box = element.getBoundingClientRect();
    const style = getComputedStyle(element);
    const isRead = box.width > 1 && box.height > 1;
    if (!isRead || style.visibility === "hidden" || element.closest(away)) continue;
    let around = element.parentElement;
    while (around && !scrolls(around)) around = around.parentElement;
    if (!around && (box.right > innerWidth + 1 || box.left < -1)) found.push(`outside: ${name(element)}`);
    const hides = style.overflowX === "hidden" || style.overflowX === "clip";
    const cut = hides && style.textOverflow !== "ellipsis" && element.scrollWidth > element.clientWidth + 1;
    if (cut && element.textContent.trim()) found.push(`cut off: ${name(element)}`);
  }
  return found;
}
"""

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


@pytest.fixture(scope="module")
def demo(demo_home):
    with demo_instance(demo_home) as instance, serving(instance) as base:
        everybody = people(instance)
        yield instance, base, everybody, sample(stops(instance, everybody), 2)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_nothing_is_cut_off_when_any_page_is_seen_at_any_width(browser, demo, language):
    instance, base, everybody, walk = demo
    for person in everybody.values():
        instance.directory.set_language(person.viewer, language)
    found = []
    for who, theirs in itertools.groupby(sorted(walk, key=lambda stop: stop.who), key=lambda stop: stop.who):
        with looking(browser, base, everybody.get(who)) as context:
            page = context.new_page()
            for stop in theirs:
                page.goto(stop.path)
                for width in WIDTHS:
                    page.set_viewport_size({"width": width, "height": 800})
                    found += [f"{stop.name} at {width}: {words}" for words in page.evaluate(CUT_OFF)]
    assert not found, "\n".join(found)
