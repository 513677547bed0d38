"""Every page of the demo by axe, in both themes: no violation of WCAG 2.2 AA."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from tests.browser.walking import DESK, PHONE, demo_instance, looking, people, sample, stops
from tests.support.serving import serving

AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
RUN = """
async (options) => {
  const found = await axe.run(document, { ...options, resultTypes: ["violations"] });
  const words = (node) => `${node.target.join(" ")}: ${node.failureSummary.split("\\n").slice(1).join(";")}`;
  return found.violations.flatMap((one) => one.nodes.map((node) => `${one.id}: ${words(node)}`));
}
"""


@pytest.fixture(scope="module")
def demo(demo_home):
    with demo_instance(demo_home) as instance, serving(instance) as base:
        everybody = people(instance)
        yield base, everybody, sample(stops(instance, everybody), 2)


def judged(page):
    """Return what axe finds by day, and what it finds of colours by night: nothing else changes with the theme."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    day = page.evaluate(RUN, {"runOnly": TAGS})
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    night = page.evaluate(RUN, {"runOnly": {"type": "rule", "values": ["color-contrast"]}})
    return [*day, *(f"dark: {words}" for words in night)]


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_axe_finds_nothing_when_it_looks_at_every_page_in_both_themes(browser, demo, size):
    base, everybody, walk = demo
    walk = walk if size == PHONE else walk[::3]
    found = {}
    for who, theirs in itertools.groupby(sorted(walk, key=lambda stop: stop.who), key=lambda stop: stop.who):
        with looking(browser, base, everybody.get(who), viewport=size) as context:
            page = context.new_page()
            for stop in theirs:
                page.goto(stop.path)
                if faults := judged(page):
                    found[stop.name] = faults
    assert not found, "\n".join(f"{name}: {words}" for name, faults in found.items() for words in faults)


def test_axe_finds_nothing_when_the_palette_is_open(browser, demo):
    base, everybody, _ = demo
    with looking(browser, base, everybody["rep"]) as context:
        page = context.new_page()
        page.goto("/me")
        page.keyboard.press("Control+k")
        page.locator("#palette .found a").first.wait_for()
        assert judged(page) == []


def test_axe_finds_a_fault_when_there_is_one(browser, demo):
    base, everybody, _ = demo
    with looking(browser, base, everybody["rep"]) as context:
        page = context.new_page()
        page.goto("/me")
        page.evaluate("document.querySelector('main h1').style.color = '#e8e8e8'")
        assert any("color-contrast" in words for words in judged(page))
