"""Approvals and absences over the API: as it describes itself, with the rights of the pages."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.kernel.clocks import DAY_MS, moment_text
from tests.integration.web.conftest import PASSWORD, Api
from tests.integration.web.test_api import ABSENT, problems
from tests.support.agreements import APP, Agreements
from tests.support.contracts import fitting

FEW = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def firm(instance):
    return Agreements.on(instance, PASSWORD)


@pytest.fixture
def caller(app, instance, firm):
    return lambda name: Api(app.test_client(), instance.directory.issue_token(name, "test"))


@pytest.fixture
def record(firm):
    return firm.apply()


def test_an_approval_is_read_and_decided(firm, record, caller):
    chief, lawyer = caller("ding"), caller("wang")
    [found] = chief("GET", f"/{APP}/agreement/{record.id}/approvals").get_json()["items"]
    path = f"/approvals/{found['id']}"
    assert (found["outcome"], found["may"]["version"]) == (None, 1)
    assert [step["state"] for step in found["steps"]] == ["now", "ahead", "ahead"]
    done = chief("POST", f"{path}/approve", {"comment": "好", "version": 1}, Idempotency_Key="a")
    again = chief("POST", f"{path}/approve", {"comment": "好", "version": 1}, Idempotency_Key="a")
    assert [answer.status_code for answer in (done, again)] == [200, 200]
    assert [act["act"] for act in again.get_json()["acts"]] == ["start", "approve"]
    problems(chief("POST", f"{path}/approve", {"comment": "不", "version": 1}, Idempotency_Key="a"), 422)
    problems(lawyer("POST", f"{path}/approve", {"fields": {"amount": "1"}}), 422)
    passed = lawyer("POST", f"{path}/approve", {"fields": {"opinion": "完整"}}).get_json()
    assert passed["steps"][2]["state"] == "now"
    scored = caller("sun")("POST", f"{path}/approve", {"score": 80}).get_json()
    assert scored["acts"][-1]["score"] == 80


@pytest.mark.parametrize(
    "body",
    [{"score": "8"}, {"score": True}, {"comment": 3}, {"fields": []}, {"to": {}}, {"version": 1.5}, {"unknown": 1}],
)
def test_what_cannot_be_read_is_told_with_its_place(firm, record, caller, body):
    refused = caller("ding")("POST", f"/approvals/{firm.standing(record).id}/approve", body)
    assert [one["path"] for one in refused.get_json(force=True)["errors"]] == list(body)


def test_who_may_not_know_of_it_finds_nothing(firm, record, caller):
    stranger, id = caller("stranger"), firm.standing(record).id
    problems(stranger("GET", f"/approvals/{id}"), 404)
    problems(stranger("GET", f"/{APP}/agreement/{record.id}/approvals"), 404)
    problems(stranger("POST", f"/approvals/{id}/comment", {"comment": "x"}), 404)
    for path in (f"/approvals/{ABSENT}", "/approvals/none"):
        problems(caller("ding")("GET", path), 404)
    problems(caller("ding")("POST", f"/approvals/{id}/burn", {}), 404)


def test_lists_go_on_page_by_page(firm, caller):
    made = [firm.apply(f"第{number}份", by="zhao") for number in range(3)]
    for one in made:
        firm.act("ding", one, "approve")
    for name, of in (("zhao", "started"), ("ding", "decided")):
        api, listed, after = caller(name), [], ""
        while after is not None:
            page = api("GET", f"/approvals?of={of}&limit=2{after and f'&after={after}'}").get_json()
            listed += [item["record"]["id"] for item in page["items"]]
            after = page["next"]
        assert listed[:3] == [one.id for one in reversed(made)]
        assert len(listed) == len(set(listed))
    for query in ("of=all", "after=x", "limit=0", "who=me"):
        problems(caller("zhao")("GET", f"/approvals?{query}"), 422)


def test_one_decided_in_twice_stands_once(firm, record, caller):
    firm.act("ding", record, "approve")
    firm.act("wang", record, "return", "再看", to="chief")
    firm.act("ding", record, "approve")
    listed = [
        item["record"]["id"] for item in caller("ding")("GET", "/approvals?of=decided&limit=1").get_json()["items"]
    ]
    everything = caller("ding")("GET", "/approvals?of=decided&limit=200").get_json()["items"]
    assert listed == [record.id]
    assert [item["record"]["id"] for item in everything].count(record.id) == 1


def test_a_task_is_done_with_words(firm, record, caller):
    chief = caller("ding")
    task = next(one for one in chief("GET", "/inbox").get_json()["items"] if one["record"]["id"] == record.id)
    problems(chief("POST", f"/inbox/{task['id']}/reject", {}), 422)
    assert chief("POST", f"/inbox/{task['id']}/reject", {"comment": "贵"}).status_code == 200
    assert firm.standing(record).acts[-1].comment == "贵"


def test_absences_are_kept_listed_and_taken_back(firm, caller, instance, admin_api):
    now, lawyer = instance.clocks.business(), caller("wang")
    away = {"begins_at": moment_text(now), "ends_at": moment_text(now + DAY_MS), "deputy": firm.viewer("zhao").id}
    made = lawyer("POST", "/absences", away, Idempotency_Key="once")
    assert lawyer("POST", "/absences", away, Idempotency_Key="once").get_json() == made.get_json()
    [kept] = lawyer("GET", "/absences").get_json()["items"]
    assert (made.status_code, kept["id"], kept["deputy_name"]) == (201, made.get_json()["id"], "赵律师")
    wang = firm.viewer("wang").id
    problems(caller("ge")("GET", f"/absences?user={wang}"), 404)
    problems(caller("ge")("DELETE", f"/absences/{kept['id']}?user={wang}"), 404)
    assert admin_api("GET", f"/absences?user={wang}").get_json()["items"] == [kept]
    assert lawyer("DELETE", f"/absences/{kept['id']}").status_code == 204
    problems(lawyer("DELETE", f"/absences/{kept['id']}"), 404)
    for body in ({}, {"begins_at": "2026-11-24", "ends_at": away["ends_at"]}, {**away, "deputy": wang}):
        problems(lawyer("POST", "/absences", body), 422)


@FEW
@given(st.data(), st.sampled_from(["approve", "return", "transfer", "comment", "urge"]))
def test_whatever_fits_is_answered_as_described(firm, caller, data, act):
    record, chief = firm.apply(), caller("ding")
    path = f"/approvals/{firm.standing(record).id}/{act}"
    contract = chief.contract
    body = data.draw(fitting(contract, contract.body_schema(contract.operation("POST", path))))
    assert chief("POST", path, body).status_code in (200, 409, 422)


@FEW
@given(st.data())
def test_whatever_absence_fits_is_answered_as_described(caller, data):
    lawyer = caller("wang")
    contract = lawyer.contract
    body = data.draw(fitting(contract, contract.body_schema(contract.operation("POST", "/absences"))))
    assert lawyer("POST", "/absences", body).status_code in (201, 404, 422)
