"""Open pages follow what others do, without a reload, and never take away what somebody is typing."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from engine.decision.changeset import Actor
from engine.runtime.publishing import publish
from tests.browser.conftest import PASSWORD
from tests.support.apps import app, field, form, state, transition, workflow

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


MARK = "document.querySelector('main').firstElementChild.dataset.stood = 'yes'"
LOOK = "document.dispatchEvent(new Event('visibilitychange'))"


@pytest.fixture(scope="module")
def gate(instance):
    """A record whose page has a button that is a form."""
    flow = workflow("gate", [state("open"), state("shut")], [transition("close", ["open"], "shut")])
    documents = app(form("gate", field("name"), title="{{name}}"), flow, key="gates")
    publish(instance.services.execution, documents, Actor(None))
    instance.directory.add_user("eva", "韦小宝", PASSWORD)
    instance.directory.grant("eva", "gates", "staff")
    keeper = instance.directory.viewer_of_session(instance.directory.sign_in("eva", PASSWORD))
    return keeper, instance.records.create(keeper, "gates", "gate", {"name": "南门"})


@pytest.fixture
def gate_page(signed_in, gate):
    """The page of the gate, with a mark in it that a drawing of the page does not have."""
    _, made = gate
    page = signed_in("eva")
    page.goto(f"/a/gates/gate/{made.id}")
    expect(page.locator("main input[name=_key]")).to_have_count(1)
    page.evaluate(MARK)
    page.wait_for_timeout(1_500)
    return page


def look_again(page):
    """Have the page ask for itself, as it does when it comes into sight, and give it time to read the answer."""
    with page.expect_response(lambda answer: answer.url == page.url and answer.ok):
        page.evaluate(LOOK)
    page.wait_for_timeout(500)


def test_a_record_is_drawn_again_only_when_something_changed(gate_page, gate, instance):
    look_again(gate_page)
    expect(gate_page.locator("main > [data-stood]")).to_have_count(1)
    keeper, made = gate
    instance.records.update(keeper, made.app, made.form, made.id, {"name": "北门"}, made.version)
    expect(gate_page.locator("h1")).to_have_text("北门")
    expect(gate_page.locator("main > [data-stood]")).to_have_count(0)


def test_a_button_keeps_its_key_when_it_was_pressed_and_the_record_changed(gate_page, gate, instance):
    key = gate_page.input_value("main input[name=_key]")
    # The answer takes its time: the press is told to the page without being sent.
    gate_page.eval_on_selector("main form", "form => form.dispatchEvent(new Event('submit', { bubbles: true }))")
    keeper, made = gate
    now = instance.records.read(keeper, made.app, made.form, made.id)
    instance.records.update(keeper, made.app, made.form, made.id, {"name": f"{now.title}外"}, now.version)
    gate_page.wait_for_timeout(SOON_MS)
    assert gate_page.input_value("main input[name=_key]") == key
