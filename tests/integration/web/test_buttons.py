"""Buttons of a record on its page and over the API: offered, pressed once, refused with a reason."""

from __future__ import annotations

import re

import pytest

from tests.integration.web.deals import APP
from tests.integration.web.test_api import problems
from tests.integration.web.test_held_pages import at, read


@pytest.fixture
def rep(signed_in, deals):
    return signed_in("rep")


def hidden(page):
    """Return what travels with the button."""
    form = page.get_data(as_text=True).split("/press/paid")[1].split("</form>")[0]
    return dict(re.findall(r'<input type="hidden" name="(_key|_version)" value="([^"]*)"', form))


def test_a_button_stands_on_the_page_while_it_may_be_pressed_and_acts_once(rep, deals):
    debt = deals.debt("12.50")
    page = rep.get(at(debt))
    assert "已结清" in read(page)
    sent = hidden(page)
    for _ in range(2):
        answer = rep.post(f"{at(debt)}/press/paid", sent)
        assert (answer.status_code, answer.headers["Location"]) == (303, f"{at(debt)}?done=moved")
    after = rep.get(at(debt))
    assert "已结清" not in read(after)
    now = deals.instance.records.read(deals.viewer("rep"), APP, "debt", debt.id)
    assert (now.fields["amount"], now.version) == ("0.00", debt.version + 1)


def test_a_button_that_may_not_be_pressed_any_more_says_why_on_the_page(rep, deals):
    debt = deals.debt("1.00")
    sent = hidden(rep.get(at(debt)))
    deals.instance.records.press(deals.viewer("rep"), APP, "debt", debt.id, "paid")
    answer = rep.post(f"{at(debt)}/press/paid", sent)
    assert answer.status_code == 409
    assert "记录已被修改" in read(answer)
    assert rep.post(f"{at(debt)}/press/paid", {**sent, "_key": "x", "_version": "2"}).status_code == 409
    assert rep.post(f"{at(debt)}/press/nothing", {**sent, "_key": "y", "_version": "2"}).status_code == 422


def test_the_page_of_the_rule_says_that_it_waits_and_until_when(rep, deals):
    debt = deals.debt("3.00")
    deals.instance.records.press(deals.viewer("rep"), APP, "debt", debt.id, "paid")
    told = read(rep.get(f"{at(debt)}/rules/paid"))
    assert "开始等待" in told
    assert re.search(r"等到 \d{4}-\d\d-\d\d \d\d:\d\d 再接着做", told)


def test_a_button_is_pressed_over_the_api(api_of, deals):
    rep, debt = api_of("rep"), deals.debt("5.00")
    path = f"/{APP}/debt/{debt.id}/buttons"
    assert rep("POST", f"{path}/paid", {}).get_json()["fields"]["amount"] == "0.00"
    assert problems(rep("POST", f"{path}/paid", {}), 409) == {"": "RULE-063"}
    assert problems(rep("POST", f"{path}/nothing", {}), 422) == {"": "RULE-062"}
    assert problems(rep("POST", f"{path}/paid", {"fields": {}}), 422) == {"fields": "WEB-002"}
