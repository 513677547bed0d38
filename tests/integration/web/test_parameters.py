"""Parameters over the API and on their page: read, set, put back, refused, and absent for everybody else."""

from __future__ import annotations

import re

import pytest

from tests.integration.web.test_api import problems

PAGE = "/a/library/parameters/"
LIMIT = "/library/parameters/loan.limit"


@pytest.fixture(autouse=True)
def _as_designed(instance, admin_api):
    """Leave every parameter at its default."""
    yield
    for key in ("loan.limit", "loan.days", "fine.per_day"):
        assert admin_api("PUT", f"/library/parameters/{key}", {"value": None}).status_code == 200


def now(api, key="loan.limit"):
    return next(item for item in api("GET", "/library/parameters").get_json()["items"] if item["key"] == key)


def drawn(visitor):
    """Return what the page's form sends when nobody touches it."""
    page = visitor.get(PAGE).get_data(as_text=True)
    inputs = re.findall(r'<input[^>]* name="([fd_v]+\.[\w-]+|_[dv]\.[\w-]+)"[^>]*? value="([^"]*)"', page)
    return dict(inputs), page


def test_parameters_are_listed_and_set_when_the_caller_may(api):
    first = now(api)
    assert set(first) == {"key", "labels", "value", "default", "version", "changed_at", "changed_by"}
    assert (first["value"], first["default"]) == ("3", "3")
    answer = api("PUT", LIMIT, {"value": "5"}, If_Match=str(first["version"]))
    assert (answer.status_code, answer.get_json()["value"]) == (200, "5")
    assert answer.headers["ETag"] == f'"{first["version"] + 1}"'
    again = api("PUT", LIMIT, {"value": 5})
    assert again.get_json() == answer.get_json()
    assert now(api)["changed_by"] is not None
    assert api("PUT", LIMIT, {"value": None}).get_json()["value"] == "3"


def test_a_change_is_refused_with_its_place_when_it_does_not_hold(api):
    assert problems(api("PUT", LIMIT, {"value": "many"}), 422) == {"value": "FORM-003"}
    assert problems(api("PUT", LIMIT, {"value": "0"}), 422) == {"value": "FORM-006"}
    assert problems(api("PUT", LIMIT, {"worth": 1}), 422) == {"worth": "WEB-002", "value": "WEB-003"}
    assert problems(api("PUT", LIMIT, {"value": "4"}, If_Match="x"), 422) == {"If-Match": "WEB-008"}
    assert problems(api("PUT", LIMIT, {"value": "4"}, If_Match="987654"), 409) == {"value": "RUN-037"}
    problems(api("PUT", "/library/parameters/loan.nothing", {"value": "4"}), 404)
    problems(api("PUT", "/nothing/parameters/loan.limit", {"value": "4"}), 404)


def test_parameters_are_absent_when_the_caller_may_not_set_them(reader_api, reader):
    problems(reader_api("GET", "/library/parameters"), 404)
    problems(reader_api("PUT", LIMIT, {"value": "4"}), 404)
    assert reader.get(PAGE).status_code == 404
    assert reader.post(PAGE, {"f.loan-limit": "4"}).status_code == 404
    assert PAGE not in reader.get("/a/library/").get_data(as_text=True)


def test_the_page_is_in_reach_when_somebody_may_set_parameters(librarian, root):
    for visitor in (librarian, root):
        assert PAGE in visitor.get("/a/library/").get_data(as_text=True)
        sent, page = drawn(visitor)
        assert {"f.loan-limit", "_d.loan-limit", "_v.loan-limit", "f.fine-per_day"} <= set(sent)
        assert "每人同时借阅上限" in page
        assert "再借一本前要先还一本" in page


def test_only_what_was_touched_is_set_when_the_page_is_sent(librarian, api):
    sent, _ = drawn(librarian)
    api("PUT", "/library/parameters/loan.days", {"value": "14"})  # somebody else, meanwhile
    answer = librarian.post(PAGE, {**sent, "f.loan-limit": " 7 ", "_do": "save"})
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{PAGE}?done=updated")
    assert (now(api)["value"], now(api, "loan.days")["value"]) == ("7", "14")
    page = librarian.get(PAGE).get_data(as_text=True)
    assert "安娜" in page
    assert "恢复默认值:3" in page


def test_every_mistake_comes_back_with_what_was_typed_when_the_page_is_refused(librarian, api):
    sent, _ = drawn(librarian)
    typed = {"f.loan-limit": "99", "f.fine-per_day": "viel", "f.loan-days": "21"}
    answer = librarian.post(PAGE, {**sent, **typed, "_do": "save"})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    for text in ("99", "viel", "21"):
        assert f'value="{text}"' in page
    assert page.count('aria-invalid="true"') == 2
    assert 'href="#f-loan-limit"' in page
    assert now(api, "loan.days")["value"] == "28"


def test_a_conflict_is_shown_and_then_settled_when_two_changed_the_same(librarian, api):
    sent, _ = drawn(librarian)
    api("PUT", LIMIT, {"value": "8"})
    answer = librarian.post(PAGE, {**sent, "f.loan-limit": "9", "_do": "save"})
    page = answer.get_data(as_text=True)
    assert (answer.status_code, now(api)["value"]) == (409, "8")
    assert "现在是 8" in page
    version = re.search(r'name="_v.loan-limit" value="(\d+)"', page).group(1)
    again = {**sent, "_d.loan-limit": "8", "_v.loan-limit": version, "f.loan-limit": "9"}
    assert librarian.post(PAGE, {**again, "_do": "save"}).status_code == 303
    assert now(api)["value"] == "9"


def test_one_goes_back_and_the_rest_stays_typed_when_a_default_is_asked_for(librarian, api):
    api("PUT", LIMIT, {"value": "8"})
    sent, _ = drawn(librarian)
    answer = librarian.post(PAGE, {**sent, "f.loan-days": "21", "_do": "reset:loan.limit"})
    page = answer.get_data(as_text=True)
    assert (now(api)["value"], now(api, "loan.days")["value"]) == ("3", "28")
    assert answer.status_code == 200
    assert 'name="f.loan-days" type="text" value="21"' in page
    assert 'name="_d.loan-days" value="28"' in page
    assert librarian.post(PAGE, {**drawn(librarian)[0], "_do": "reset:loan.limit"}).status_code == 303


@pytest.mark.parametrize(
    "sent",
    [
        {"f.nothing": "1"},
        {"f.loan-limit": "a\0b"},
        {"_do": "reset:"},
        {"_do": "reset:nothing"},
        {"_v.loan-limit": "x", "f.loan-limit": "4"},
        {"f.": "1", "f.loan-limit.x": "2", "_d.": ""},
    ],
)
def test_a_post_is_answered_when_it_is_arbitrary(librarian, sent):
    assert librarian.post(PAGE, sent).status_code in (200, 303, 404, 409, 422)


def test_nothing_is_set_when_the_post_has_no_token(librarian, api):
    assert librarian.client.post(PAGE, data={"f.loan-limit": "9"}).status_code == 403
    assert now(api)["value"] == "3"
