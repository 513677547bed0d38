"""The work calendar on its page and over the API: everybody looks, administrators change."""

from __future__ import annotations

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.decision.changeset import Actor
from engine.runtime.publishing import publish
from tests.integration.web.conftest import Api
from tests.integration.web.test_api import problems
from tests.support.apps import app, field, form

FEW = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
ZONE = "Asia/Shanghai"


@pytest.fixture(scope="module", autouse=True)
def _east(instance):
    """An app whose days are those of China, beside one whose are not."""
    publish(instance.services.execution, app(form("case", field("name")), key="east", timezone=ZONE), Actor(None))


@pytest.fixture
def root(signed_in):
    return signed_in("root")


@pytest.fixture
def caller(request, instance):
    site = request.getfixturevalue("app")
    return lambda name: Api(site.test_client(), instance.directory.issue_token(name, "test"))


def text(answer):
    return re.sub(r"\s+", " ", answer.get_data(as_text=True))


def test_the_weeks_are_plain_where_the_days_of_china_do_not_count(root):
    assert "2026-10-05 工作日" in text(root.get("/calendar?zone=Europe/Berlin&year=2026"))


def test_everybody_sees_the_feasts_and_only_administrators_a_form(root, signed_in):
    shown = text(signed_in("librarian").get(f"/calendar?zone={ZONE}&year=2026"))
    assert "2026-10-05 休息日 · 国庆节" in shown
    assert "2026-10-10 工作日 · 国庆节" in shown
    assert 'name="works"' not in shown
    assert 'name="works"' in text(root.get(f"/calendar?zone={ZONE}&year=2026"))
    assert signed_in("librarian").post("/calendar", {"zone": ZONE, "from": "2026-03-05"}).status_code == 404


def test_a_year_without_announcement_says_so(root):
    assert "2033年的放假安排还没有" in text(root.get(f"/calendar?zone={ZONE}&year=2033"))
    assert "的放假安排还没有" not in text(root.get(f"/calendar?zone={ZONE}&year=2026"))


def test_days_are_changed_and_put_back_on_the_page(root):
    sent = {"zone": ZONE, "from": "2031-03-05", "until": "2031-03-06", "works": "off", "note": "<厂庆>"}
    done = root.post("/calendar", sent)
    assert done.status_code == 303
    shown = text(root.get(done.headers["Location"]))
    assert "已保存" in shown
    assert "2031-03-05 休息日 · &lt;厂庆&gt;" in shown
    root.post("/calendar", {**sent, "works": "usual"})
    assert "2031-03-05 工作日" in text(root.get(f"/calendar?zone={ZONE}&year=2031"))


@pytest.mark.parametrize(
    ("sent", "why"),
    [
        ({"from": ""}, "年的日期"),
        ({"from": "2031-03-05", "until": "2031-03-04"}, "年的日期"),
        ({"from": "2031-03-05", "until": "2035-03-04"}, "一次最多改366天"),
        ({"from": "2031-03-05", "note": "长" * 61}, "说明最长60个字"),
        ({"from": "2031-03-05", "zone": "Mars"}, "没有时区为 Mars 的应用"),
    ],
)
def test_what_cannot_be_kept_is_told_with_what_was_typed(root, sent, why):
    refused = root.post("/calendar", {"zone": ZONE, "until": "", "works": "off", "note": "", **sent})
    assert refused.status_code == 422
    shown = text(refused)
    assert why in shown
    assert f'value="{sent["from"]}"' in shown


def test_working_hours_are_set_on_the_page_and_put_back(root, signed_in):
    assert "09:00-12:00 13:00-18:00" in text(signed_in("librarian").get(f"/calendar?zone={ZONE}"))
    done = root.post("/calendar/hours", {"zone": ZONE, "hours": "8:30-12:00、13:30~17:30"})
    assert done.status_code == 303
    assert "08:30-12:00 13:30-17:30" in text(root.get(done.headers["Location"]))
    wrong = root.post("/calendar/hours", {"zone": ZONE, "hours": "<九点>到五点"})
    assert wrong.status_code == 422
    assert "不是上班时间" in text(wrong)
    assert 'value="&lt;九点&gt;到五点"' in text(wrong)
    assert root.post("/calendar/hours", {"zone": ZONE, "hours": "x", "usual": "1"}).status_code == 303
    assert "08:30" not in text(root.get(f"/calendar?zone={ZONE}")).split('id="changed"')[0]
    assert signed_in("librarian").post("/calendar/hours", {"zone": ZONE, "hours": "09:00-17:00"}).status_code == 404


def test_working_hours_are_read_and_set_over_the_api(caller):
    root, librarian = caller("root"), caller("librarian")
    before = librarian("GET", f"/calendar?zone={ZONE}").get_json()
    assert before["hours"] == [["09:00", "12:00"], ["13:00", "18:00"]]
    wanted = {"zone": ZONE, "hours": [["22:00", "24:00"]], "version": before["version"]}
    refused = problems(librarian("PUT", "/calendar/hours", wanted), 404)
    assert refused
    kept = {"changed": True, "hours": [["22:00", "24:00"]], "version": before["version"] + 1}
    assert root("PUT", "/calendar/hours", wanted).get_json() == kept
    problems(root("PUT", "/calendar/hours", {**wanted, "hours": [["01:00", "02:00"]]}), 409)
    problems(root("PUT", "/calendar/hours", {"zone": ZONE, "hours": "09:00-12:00"}), 422)
    problems(root("PUT", "/calendar/hours", {"zone": ZONE}), 422)
    assert root("PUT", "/calendar/hours", {"zone": ZONE, "hours": None}).get_json()["hours"] == before["hours"]


def test_it_is_read_and_changed_over_the_api(caller):
    root, librarian = caller("root"), caller("librarian")
    before = librarian("GET", f"/calendar?zone={ZONE}&year=2032").get_json()
    assert (before["zone"], before["announced"], before["days"]) == (ZONE, False, [])
    wanted = {"zone": ZONE, "days": {"2032-02-11": False}, "note": "春节", "version": before["version"]}
    assert root("PUT", "/calendar", wanted).get_json() == {"changed": 1, "version": before["version"] + 1}
    [day] = librarian("GET", f"/calendar?zone={ZONE}&year=2032").get_json()["days"]
    said = {"works": False, "note": "春节"}
    assert day == {"day": "2032-02-11", "works": False, "usually": True, "feast": None, "said": said}
    problems(root("PUT", "/calendar", {**wanted, "days": {"2032-02-12": False}}), 409)
    assert root("PUT", "/calendar", {"zone": ZONE, "days": {"2032-02-11": None}}).get_json()["changed"] == 1
    problems(librarian("PUT", "/calendar", wanted), 404)


@FEW
@given(
    st.fixed_dictionaries(
        {},
        optional={
            key: st.none() | st.text() | st.integers() | st.dictionaries(st.text(), st.booleans() | st.text())
            for key in ("zone", "days", "note", "version", "more")
        },
    )
)
def test_whatever_is_sent_is_refused_or_changes_nothing_by_half(caller, body):
    answer = caller("root")("PUT", "/calendar", body)
    assert answer.status_code in (200, 404, 409, 422)
