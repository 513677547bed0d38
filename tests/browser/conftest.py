"""A real browser before a real site: every page error, console error and policy violation fails the test."""

from __future__ import annotations

import os
import re
import shutil
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from engine.boot import Instance, open_instance
from engine.decision.changeset import Actor
from engine.packs.installing import install_with_needs
from engine.packs.people import add_people
from engine.packs.reading import find_pack, read_pack
from engine.runtime.settings import read_settings
from tests.support.homes import furnished
from tests.support.serving import serving

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

PASSWORD = "correct horse"
PHONE = {"width": 390, "height": 844}
PATIENCE_MS = 30_000
"""Machines are busy with other tests; how fast a page must be is measured elsewhere (tests/perf)."""

REFUSAL = re.compile(
    r"Failed to load resource: the server responded with a status of 4(01|04|09|22)\b|htmx:(afterRequest|sendAbort),"
)
"""What is noted in the console of a page that is answered so, or left while it asks: an answer, not a fault."""
FAKE_DEVICES = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")
"""A camera with a moving picture and a microphone that beeps, given to whichever page asks."""
VIOLATIONS = """
document.addEventListener("securitypolicyviolation", (event) => {
  console.error(`policy violation: ${event.violatedDirective} ${event.blockedURI}`);
});
"""


def chromium() -> str:
    """Return the path of an installed Chromium."""
    named = os.environ.get("YOUJU_CHROMIUM")
    found = named or next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if found is None:
        pytest.fail("no Chromium: install it (apt-get install chromium), or name it in YOUJU_CHROMIUM", pytrace=False)
    return found


@pytest.fixture(scope="session")
def browser():
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox", *FAKE_DEVICES])
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def sales_home(run_folder):
    """The home of an installation of sales management with its people and no records, to be copied."""
    return furnished(run_folder, "sales", _with_sales)


def _with_sales(home: Path) -> None:
    opened = open_instance(read_settings({"YOUJU_HOME": str(home)}))
    pack = read_pack(find_pack("sales_management"))
    install_with_needs(opened.services, pack, Actor(None))
    add_people(opened.directory, pack.key, pack.users, {user["name"]: PASSWORD for user in pack.users})
    opened.close()


@pytest.fixture(scope="module")
def instance(sales_home, tmp_path_factory):
    """Sales management with its people and no records."""
    home = shutil.copytree(sales_home, tmp_path_factory.mktemp("sales") / "home")
    opened = open_instance(read_settings({"YOUJU_HOME": str(home)}))
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def site(instance: Instance):
    """The address of a site that serves the instance."""
    with serving(instance) as address:
        yield address


@dataclass
class Watch:
    """What went wrong in the pages of one test."""

    faults: list[str] = field(default_factory=list)

    def over(self, page: Page) -> Page:
        page.on("pageerror", lambda error: self.faults.append(f"page error: {error}"))
        page.on("console", lambda message: self._note(message.type, message.text))
        return page

    def _note(self, kind: str, text: str) -> None:
        if kind in ("error", "warning") and not REFUSAL.match(text):
            self.faults.append(f"console {kind}: {text}")


@pytest.fixture
def watch():
    seen = Watch()
    yield seen
    assert not seen.faults, "\n".join(seen.faults)


@pytest.fixture
def open_page(browser: Browser, site: str, watch: Watch):
    """Open a page in a fresh browser profile; ``more`` are options of the profile."""
    contexts = []

    def open_one(**more: Any) -> Page:
        context = browser.new_context(**{"base_url": site, "locale": "zh-CN", "viewport": PHONE, **more})
        context.set_default_timeout(PATIENCE_MS)
        if more.get("java_script_enabled", True):
            context.add_init_script(VIOLATIONS)
        contexts.append(context)
        return watch.over(context.new_page())

    expect.set_options(timeout=PATIENCE_MS)
    yield open_one
    for context in contexts:
        context.close()


@pytest.fixture
def signed_in(open_page: Callable[..., Page]):
    """Open a page on which a person has signed in through the form."""

    def sign_in(name: str, **more: Any) -> Page:
        page = open_page(**more)
        page.goto("/sign-in")
        page.fill("#name", name)
        page.fill("#password", PASSWORD)
        page.click("main button")
        page.wait_for_url(lambda url: "/sign-in" not in url)
        return page

    return sign_in


@pytest.fixture
def viewer(instance: Instance):
    """Return a person as the runtime knows one."""

    def of(name: str) -> Any:
        return instance.directory.viewer_of_session(instance.directory.sign_in(name, PASSWORD))

    return of


@pytest.fixture
def customer(instance: Instance, viewer):
    """Make a customer of the rep, with one contact."""
    rep = viewer("rep")

    def make(name: str) -> Any:
        fields = {"legal_name": name, "industry": "medical"}
        made = instance.records.create(rep, "sales_management", "customer", fields)
        instance.records.create(rep, "sales_management", "contact", {"customer": made.id, "name": f"{name[:2]}王主任"})
        return made

    return make
