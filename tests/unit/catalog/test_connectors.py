"""Connectors of an app: every name and expression is checked, and rules call what is there with what it needs."""

from __future__ import annotations

import copy
import json
import re
from pathlib import Path
from typing import Any

import pytest

from engine.catalog.connectors.answers import at_pointer, read_answer
from engine.catalog.connectors.definitions import BreakerDef
from engine.catalog.connectors.preparing import prepared
from engine.catalog.connectors.rates import RateDef
from engine.catalog.connectors.turns import Standing, after_call, turn
from engine.catalog.restating import missed, restated
from engine.kernel.problems import EngineError
from engine.language.plain import Plain
from tests.support.apps import app, compiled, element, field, form, places, problems_of, rule

CUSTOMER = form(
    "customer", field("code"), field("credit", "money"), field("items", "lines", fields=[field("n", "number")])
)
OPERATION = {
    "method": "GET",
    "path": "/customers/{{ code }}",
    "form": "customer",
    "arguments": [field("day", "date", required=True)],
    "query": {"day": "day"},
    "answer": {"values": [field("left", "money", at="/left")], "accepted_when": "left > 0", "set": {"credit": "left"}},
}
PING = element("ping", method="GET", path="/ping")
CALL = {"connector": "erp", "operation": "credit", "with": {"day": "today()"}}
FILE = "connectors/erp.json"


def document(operation: Any = None, **more: Any) -> dict[str, Any]:
    erp = {
        "format": 1, "kind": "connector", **element("erp"), "base_url": "https://erp.example.com/api",
        "operations": [element("credit", **{**OPERATION, **(operation or {})}), PING], **more,
    }  # fmt: skip
    return {key: value for key, value in erp.items() if value is not None}


def shop(operation: Any = None, call: Any = None, form: str = "customer", **more: Any) -> dict[str, Any]:
    other = copy.deepcopy(CUSTOMER) | element("other")
    other["fields"] = [field("code")]
    asking = rule("ask", form, {"created": True}, {"call": {**CALL, **(call or {})}})
    return {**app(CUSTOMER, other, asking), FILE: document(operation, **more)}


def found(*given: Any, **more: Any) -> list[tuple[str, str]]:
    return places(problems_of(shop(*given, **more)))


def operation(**stated: Any) -> Any:
    return compiled(shop(stated)).apps["shop"].connectors["erp"].operations["credit"]


def test_a_connector_is_part_of_the_app_when_all_is_well() -> None:
    assert found(health="ping") == []


@pytest.mark.parametrize(
    ("stated", "code", "place"),
    [
        ({"path": "/customers/{{ code"}, "LANG", "operations[0].path"),
        ({"path": "/customers/{code}"}, "APP-050", "operations[0].path"),
        ({"path": "/customers?a={{ code }}"}, "APP-050", "operations[0].path"),
        ({"path": "/{% if code = '1' %}a{% end %}"}, "LANG", "operations[0].path"),
        ({"path": '/{% if code = "1" %}a{% end %}'}, "APP-050", "operations[0].path"),
        ({"path": "/customers/{{ name }}"}, "LANG-010", "operations[0].path"),
        ({"form": "nothing"}, "APP-010", "operations[0].form"),
        ({"query": {"a": "1 +"}}, "LANG-001", "operations[0].query.a"),
        ({"body": {"a": [{"b": "nothing"}]}}, "LANG-010", "operations[0].body.a[0].b"),
        ({"body": {"each": "lines", "item": {"n": "n"}}}, "APP-053", "operations[0].body.each"),
        ({"answer": {"accepted_when": "1"}}, "LANG-020", "operations[0].answer.accepted_when"),
        ({"answer": {"set": {"nothing": "1"}}}, "APP-021", "operations[0].answer.set.nothing"),
        ({"answer": {"set": {"id": "1"}}}, "APP-021", "operations[0].answer.set.id"),
        ({"arguments": [field("code")]}, "APP-008", "operations[0].arguments[0].key"),
    ],
)
def test_a_connector_is_refused_at_its_place_when_a_part_is_wrong(stated: Any, code: str, place: str) -> None:
    problems = found(stated)
    assert f"{FILE}#{place}" in [at for _, at in problems]
    if not code.startswith("LANG"):
        assert (code, f"{FILE}#{place}") in problems


@pytest.mark.parametrize("key", ["nothing", "credit"])
def test_a_health_check_is_refused_when_it_needs_something(key: str) -> None:
    assert found(health=key) == [("APP-052", f"{FILE}#health")]


@pytest.mark.parametrize(
    "stated",
    [
        {"base_url": "ftp://erp.example.com"},
        {"base_url": "https://user:word@erp.example.com"},
        {"base_url": "https://erp.example.com/?key=1"},
        {"auth": {"bearer": "the token itself"}},
        {"auth": {"header": {"name": "Host", "value": {"secret": "a"}}}},
        {"timeout_seconds": 600},
        {"retry": {"attempts": 3, "wait": {"workdays": 1}}},
        {"operations": []},
    ],
)
def test_a_connector_is_refused_when_its_shape_is_wrong(stated: Any) -> None:
    problems = found(**stated)
    assert problems
    assert all(code in {"APP-004", "APP-005", "APP-006"} and place.startswith(FILE) for code, place in problems)


@pytest.mark.parametrize("name", ["Authorization", "host", "Content-Length", "idempotency-key", "a\nb"])
def test_a_header_is_refused_when_the_system_sets_it(name: str) -> None:
    assert found({"headers": {name: '"a"'}})


@pytest.mark.parametrize(
    ("call", "form", "problem"),
    [
        ({"connector": "crm"}, "customer", ("RULE-001", "call.connector")),
        ({"operation": "orders"}, "customer", ("RULE-001", "call.operation")),
        ({"with": {"day": "today()", "year": "1"}}, "customer", ("RULE-001", "call.with")),
        ({"with": {}}, "customer", ("RULE-054", "call.with")),
        ({}, "other", ("RULE-053", "call.operation")),
        ({"retry": {"attempts": 3, "wait": {"workdays": 1}}}, "customer", ("RULE-055", "call.retry.wait")),
        ({"retry": {"attempts": 3, "wait": {"hours": -1}}}, "customer", ("RULE-055", "call.retry.wait")),
    ],
)
def test_a_call_is_refused_when_the_connector_does_not_take_it(call: Any, form: str, problem: Any) -> None:
    assert found(None, call, form) == [(problem[0], f"rules/ask.json#then[0].{problem[1]}")]


ROW = {"id": "1", "code": "a/b", "credit": 125, "day": 0, "items": ()}


def test_a_value_in_the_path_stays_apart_when_it_holds_a_slash() -> None:
    made = prepared(operation(), ROW, Plain.at(0))
    assert (made["path"], made["query"], made["body"]) == (["/customers/", "a/b", ""], {"day": "1970-01-01"}, None)


@pytest.mark.parametrize("code", [None, ".", ".."])
def test_nothing_is_asked_when_a_value_of_the_path_is_no_segment(code: str | None) -> None:
    with pytest.raises(EngineError) as caught:
        prepared(operation(), {**ROW, "code": code}, Plain.at(0))
    assert caught.value.problems[0].code == "APP-054"


def test_nothing_is_asked_when_a_header_would_break_its_line() -> None:
    with pytest.raises(EngineError) as caught:
        prepared(operation(headers={"X-Code": "code"}), {**ROW, "code": "a\r\nEvil: 1"}, Plain.at(0))
    assert caught.value.problems[0].code == "APP-055"


def test_numbers_are_exact_when_a_body_is_written() -> None:
    body = {"short": "credit", "long": "123456789012345.67", "tiny": "0.000001", "whole": "3.00"}
    made = prepared(operation(body=body), ROW, Plain.at(0))
    assert made["body"] == '{"short":1.25,"long":"123456789012345.67","tiny":1e-06,"whole":3}'


def test_values_are_taken_from_an_answer_when_they_stand_where_they_should() -> None:
    assert read_answer(operation(), {"left": "12.5"}) == ({"left": 1250}, [])
    assert read_answer(operation(), {"left": 12})[0] == {"left": 1200}
    assert read_answer(operation(), [])[0] == {"left": None}
    assert read_answer(operation(), {"left": {"a": 1}})[1]


@pytest.mark.parametrize(
    ("pointer", "value"),
    [("", {"a/b": [1, {"~": 2}]}), ("/a~1b/1/~0", 2), ("/a~1b/2", None), ("/a~1b/01", None), ("/a~1b/0/x", None)],
)
def test_a_pointer_finds_what_it_names_when_it_is_there(pointer: str, value: Any) -> None:
    assert at_pointer({"a/b": [1, {"~": 2}]}, pointer) == value


def calls(rate: RateDef, moments: list[int]) -> list[int]:
    """Return at which of the moments a call goes out."""
    standing, gone = Standing(), list[int]()
    for moment in moments:
        taken = turn(standing, rate, BreakerDef(), moment)
        if isinstance(taken, Standing):
            standing = taken
            gone.append(moment)
        else:
            assert taken > moment
    return gone


def test_no_window_holds_more_calls_than_a_bucket_and_its_filling_when_they_are_many() -> None:
    gone = calls(RateDef(3, 9), list(range(0, 60_000, 100)))
    assert gone[:4] == [0, 100, 200, 3_000]
    assert len(gone) == 3 + 19


def test_a_postponed_call_goes_out_when_its_moment_has_come() -> None:
    standing: Standing | int = Standing()
    for _ in range(2):
        assert isinstance(standing, Standing)
        standing = turn(standing, RateDef(2, 10), BreakerDef(), 1_000)
    assert isinstance(standing, Standing)
    again = turn(standing, RateDef(2, 10), BreakerDef(), 1_000)
    assert isinstance(again, int)
    assert isinstance(turn(standing, RateDef(2, 10), BreakerDef(), again), Standing)


def test_one_call_tries_when_the_breaker_has_paused() -> None:
    breaker, standing = BreakerDef(2, 60), Standing()
    for _ in range(2):
        standing = after_call(standing, breaker, 0, well=False)
    assert turn(standing, None, breaker, 59_999) == 60_000
    trying = turn(standing, None, breaker, 60_000)
    assert isinstance(trying, Standing)
    assert turn(trying, None, breaker, 60_001) == 120_000
    assert after_call(trying, breaker, 61_000, well=True) == Standing()
    assert turn(after_call(trying, breaker, 61_000, well=False), None, breaker, 61_001) == 121_000


def test_the_example_of_the_reference_is_an_app_when_it_is_read() -> None:
    page = (Path(__file__).parents[3] / "docs" / "reference" / "connectors.md").read_text(encoding="utf-8")
    erp, call = (json.loads(block) for block in re.findall(r"```json\n(.*?)```", page, re.DOTALL))
    customer = form("customer", field("code"), field("credit_left", "money"))
    asking = rule("ask", "customer", {"created": True}, call)
    assert problems_of({**app(customer, asking), FILE: erp}) == []


def test_a_call_is_refused_when_the_rule_runs_before_the_save() -> None:
    documents = shop()
    documents["rules/ask.json"]["on"] = [{"before": ["save"]}]
    assert [code for code, _ in places(problems_of(documents))] == ["RULE-002"]


def test_expressions_are_kept_by_keys_when_they_are_written_by_labels() -> None:
    label = CUSTOMER["fields"][0]["labels"]["zh"]
    body = {"数 量": {"each": "items", "item": [{"n": "n+1"}]}, "a": [f'{label}="1"']}
    documents = shop({"path": f"/c/{{{{{label}}}}}/x", "body": body, "headers": {"X-Code": label}})
    compiled_app = compiled(documents).apps["shop"]
    assert list(missed(documents, compiled_app.placed)) == []
    kept = restated(documents, compiled_app.placed)[FILE]["operations"][0]
    assert (kept["path"], kept["headers"]) == ("/c/{{code}}/x", {"X-Code": "code"})
    assert kept["body"] == {"数 量": {"each": "items", "item": [{"n": "n + 1"}]}, "a": ['code = "1"']}
    assert problems_of({**documents, FILE: {**documents[FILE], "operations": [kept, PING]}}) == []


@pytest.mark.parametrize("part", [{"query": {"a.b": "code"}}, {"body": {"a.b": "code"}}, {"body": {"a[0]": "code"}}])
def test_a_name_is_refused_when_no_place_could_be_told_by_it(part: Any) -> None:
    assert found(part)
