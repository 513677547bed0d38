"""Holds, rules, messages and oneself over the API: whatever is answered is as the API describes it."""

from __future__ import annotations

import json

import pytest

from tests.integration.web.deals import APP
from tests.integration.web.test_api import ABSENT, problems


@pytest.fixture
def rep(api_of):
    return api_of("rep")


def at(deal):
    return f"/{APP}/deal/{deal.id}"


def test_the_caller_is_told_who_it_is_when_it_asks(rep, deals):
    me = rep("GET", "/me").get_json()
    assert me == {
        "id": deals.viewer("rep").id,
        "name": "rep",
        "display_name": "葛明",
        "language": "zh",
        "roles": [{"app": APP, "role": "staff"}],
    }


@pytest.mark.parametrize("path", ["/me", "/notifications"])
def test_nothing_is_told_when_nobody_is_signed_in(rep, path):
    rep.token = None
    problems(rep("GET", path), 401)


def test_messages_come_newest_first_with_their_records_when_something_happened(rep, deals):
    first, second = deals.deal(15, name="一号"), deals.deal(16, name="二号")
    found = rep("GET", "/notifications").get_json()["items"]
    assert [item["text"]["zh"] for item in found[:2]] == ["【严重】已冻结:二号", "【严重】已冻结:一号"]
    assert [item["record"]["id"] for item in found[:2]] == [second.id, first.id]
    assert found[0]["record"] == {"app": APP, "form": "deal", "id": second.id, "title": "二号"}
    assert found[0]["read"] is False
    assert len(rep("GET", "/notifications?limit=1").get_json()["items"]) == 1
    assert problems(rep("GET", "/notifications?limit=0&x=1"), 422) == {"limit": "WEB-012", "x": "WEB-013"}


def test_a_hold_is_told_alike_in_lists_and_records_when_there_is_one(rep, deals):
    deal = deals.deal(15)
    held = rep("GET", at(deal)).get_json()["held"]
    assert set(held) == {"reason", "since", "releasers"}
    assert held["reason"]["zh"] == "预算没确认,15天没有进展"
    assert held["releasers"] == [deals.viewer("boss").id, deals.viewer("banker").id]
    listed = rep("GET", f"/{APP}/deal?filter=held&limit=200").get_json()["items"]
    assert next(item for item in listed if item["id"] == deal.id)["held"] == held
    assert rep("GET", at(deals.deal(1))).get_json()["held"] is None


def test_a_move_is_refused_naming_reason_and_releasers_when_the_record_is_held(rep, deals):
    deal = deals.deal(15)
    answer = rep("POST", f"{at(deal)}/transitions/advance", {"fields": {"amount": "5", "no_rival": True}})
    assert problems(answer, 422) == {"": "FLOW-016"}
    told = json.loads(answer.data)["errors"][0]
    assert "预算没确认,15天没有进展" in told["message"]["zh"]
    assert told["hint"]["zh"] == "可以解除的人:丁主管 + 王会计"


def test_fields_of_a_held_record_are_changed_when_its_version_is_named(rep, deals):
    deal = deals.deal(15)
    changed = rep("PATCH", at(deal), {"fields": {"budget": "已批"}}, If_Match=str(deal.version))
    assert (changed.status_code, changed.get_json()["fields"]["budget"]) == (200, "已批")
    assert changed.get_json()["held"] is not None


def test_both_parties_let_go_when_each_releases(api_of, deals):
    deal, boss, banker = deals.deal(15), api_of("boss"), api_of("banker")
    fields = {"fields": {"why": "客户已答复", "next_step": "周五复核"}}
    half = boss("POST", f"{at(deal)}/transitions/release", fields).get_json()
    assert half["held"]["releasers"] == [deals.viewer("banker").id]
    assert problems(boss("POST", f"{at(deal)}/transitions/release", {"fields": {}}), 422)
    assert banker("POST", f"{at(deal)}/transitions/release", {"fields": {}}).get_json()["held"] is None


def test_one_of_a_group_is_asked_for_when_none_is_filled(rep, deals):
    deal = deals.deal(1)
    answer = rep("POST", f"{at(deal)}/transitions/advance", {"fields": {"amount": "5"}})
    assert set(problems(answer, 422).values()) == {"FLOW-018"}


def test_the_rules_of_a_record_are_listed_when_it_is_the_callers_to_read(rep, deals):
    found = rep("GET", f"{at(deals.deal(14))}/rules").get_json()["items"]
    assert [(item["key"], item["enabled"], item["holds"], item["severity"]) for item in found] == [
        ("off", False, True, None),
        ("stop", True, False, "critical"),
    ]
    assert [item["fired_at"] for item in found] == [None, None]
    held = rep("GET", f"{at(deals.deal(15))}/rules").get_json()["items"]
    assert [(item["key"], item["fired_at"] is not None) for item in held] == [("off", False), ("stop", True)]
    problems(rep("GET", f"/{APP}/deal/{ABSENT}/rules"), 404)
    problems(rep("GET", f"/{APP}/deal/x/rules"), 404)


def test_it_is_explained_why_a_rule_does_not_fire_when_a_day_is_missing(rep, deals):
    deal = deals.deal(14)
    told = rep("GET", f"{at(deal)}/rules/stop").get_json()
    assert set(told) == {"rule", "because", "kept_by", "condition", "runs", "at", "next_at"}
    assert told["rule"]["holds"] is False
    (because,) = told["because"]
    assert "14" in because["zh"]
    assert "15" in because["zh"]
    assert told["condition"]["joins"] == "all"
    assert [part["holds"] for part in told["condition"]["parts"]] == [True, False, True]
    assert told["runs"][0]["fired"] is False
    assert told["runs"][0]["severity"] == "critical"
    assert told["next_at"] > told["at"]
    off = rep("GET", f"{at(deal)}/rules/off").get_json()
    assert (off["condition"], off["because"], off["next_at"]) == (None, [], None)
    problems(rep("GET", f"{at(deal)}/rules/none"), 404)


def test_what_is_hidden_stays_hidden_in_an_explanation_when_a_guest_asks(api_of, deals):
    told = api_of("guest")("GET", f"{at(deals.deal(15))}/rules/stop").get_json()
    parts = told["condition"]["parts"]
    assert [part["closed"] for part in parts] == [False, False, True]
    assert "预算" not in json.dumps(parts, ensure_ascii=False)
