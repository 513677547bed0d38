"""The page of parameters in a browser: it fits its screens, and Enter saves instead of putting a default back."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from engine.decision.changeset import Actor
from engine.runtime.directory import ADMIN_ROLE
from engine.runtime.publishing import publish
from tests.browser.conftest import PASSWORD
from tests.support.apps import app, field, form, parameter

PAGE = "/a/tuned/parameters/"
LONG = {"zh": "多少天没有任何活动就冻结" * 4, "en": "Days without any activity until it is held " * 4}


@pytest.fixture(scope="module", autouse=True)
def _tuned(instance):
    """An app with parameters, and an administrator who keeps them."""
    listed = [
        parameter("idle.days", "number", min="1", default="15"),
        parameter("idle.factor", "percent", default="95"),
        {**parameter("thing.a_rather_long_key_of_a_parameter_that_wraps", "text"), "labels": LONG},
        parameter("open", "boolean", default=True),
    ]
    publish(instance.services.execution, app(form("thing", field("a")), key="tuned", parameters=listed), Actor(None))
    instance.directory.add_user("root", "Root", PASSWORD)
    instance.directory.grant("root", *ADMIN_ROLE)


@pytest.mark.parametrize("width", [360, 1280])
def test_the_page_fits_its_screen_when_it_is_opened(signed_in, width):
    page = signed_in("root", viewport={"width": width, "height": 800})
    page.goto(PAGE)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_parameters_are_saved_refused_and_put_back_when_they_are_typed(signed_in, instance, viewer):
    def now(key):
        return next(p.value for p in instance.parameters.list(viewer("root"), "tuned") if p.key == key)

    page = signed_in("root")
    page.goto("/a/tuned/")
    page.get_by_role("link", name="参数").click()
    page.fill("#f-idle-days", "20")
    page.uncheck("#f-open")
    page.press("#f-idle-days", "Enter")
    expect(page.locator(".said")).to_be_visible()
    assert (now("idle.days"), now("open")) == ("20", False)
    page.fill("#f-idle-days", "0")
    page.fill("#f-idle-factor", "much")
    page.press("#f-idle-days", "Enter")
    expect(page.locator("#summary li")).to_have_count(2)
    assert now("idle.days") == "20"
    page.fill("#f-idle-factor", "90")
    page.get_by_role("button", name="恢复默认值 15").click()
    expect(page.locator(".said")).to_be_visible()
    expect(page.locator("#f-idle-factor")).to_have_value("90")
    assert (now("idle.days"), now("idle.factor")) == ("15", "95.00")
