"""Measures what a phone on a bad network sees first: each page cold, five times, the median.

python -m tests.perf.first_paint
"""

from __future__ import annotations

import json
import statistics
import sys

from playwright.sync_api import Browser, sync_playwright

from engine.bench.measuring import yardstick
from tests.browser.conftest import chromium
from tests.browser.walking import PHONE, Person, demo_instance, people
from tests.support.serving import serving

SLOWER = 6
"""How many times slower than this machine the phone's processor is."""

NETWORK = {"offline": False, "latency": 150, "downloadThroughput": 1_600_000 / 8, "uploadThroughput": 750_000 / 8}
"""1.6 Mbit/s down and 750 kbit/s up, as bytes a second; 150 ms there and back."""

ROUNDS = 5
BOUND_MS = 1_300
PAGES = {
    "home": ("rep", "/a/sales_management/"),
    "form": ("rep", "/a/sales_management/visit/new?visit_purpose=tender"),
    "list": ("rep", "/a/sales_management/customer/"),
}
_PAINTED = """
() => new Promise((found) => {
  new PerformanceObserver((entries, observer) => {
    const first = entries.getEntriesByName("first-contentful-paint")[0];
    if (first) { observer.disconnect(); found(first.startTime); }
  }).observe({ type: "paint", buffered: true });
})
"""


def painted(browser: Browser, site: str, person: Person, path: str) -> tuple[float, int]:
    """Return after how many milliseconds a page showed something, and how many bytes of scripts it loaded."""
    context = browser.new_context(base_url=site, viewport=PHONE, locale="zh-CN", device_scale_factor=2)
    context.add_cookies([{"name": "youju_session", "value": person.session, "url": site}])
    page = context.new_page()
    control = context.new_cdp_session(page)
    control.send("Network.enable")
    control.send("Network.emulateNetworkConditions", NETWORK)
    control.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    page.goto(path)
    first = page.evaluate(_PAINTED)
    sizes = page.evaluate(
        "() => performance.getEntriesByType('resource').filter(e => e.name.includes('.js'))"
        ".reduce((sum, e) => sum + e.encodedBodySize, 0)"
    )
    context.close()
    return first, sizes


def main() -> int:
    """Print a line for each page; 1 where one is slower than it may be."""
    slow = False
    with demo_instance() as instance, serving(instance) as site, sync_playwright() as playwright:
        known = people(instance)
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        for name, (who, path) in PAGES.items():
            measured = [painted(browser, site, known[who], path) for _ in range(ROUNDS)]
            pace = max(1.0, yardstick())
            first = statistics.median(time for time, _ in measured)
            holds = first <= BOUND_MS * pace
            slow = slow or not holds
            line = {
                "name": f"first paint {name}",
                "value": round(first),
                "reach": BOUND_MS,
                "yardstick": round(pace, 2),
            }
            sys.stdout.write(json.dumps({**line, "scripts": measured[0][1], "holds": holds}) + "\n")
        browser.close()
    return int(slow)


if __name__ == "__main__":
    sys.exit(main())
