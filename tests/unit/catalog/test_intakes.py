"""What comes in from partners, as documents: every wrong part is named with its code and its place."""

from __future__ import annotations

from typing import Any

import pytest

from engine.catalog.restating import missed, restated
from tests.integration.connectors.arriving import TIMED, bills_shop, hook, intake, listing, pull, signature, values
from tests.support.apps import compiled, element, field, places, problems_of, rule

FILE = "connectors/erp.json"
TOLD = {"notify": {"to": [{"owner": True}], "text": {"zh": "到", "en": "in"}}}


def found(**more: Any) -> list[tuple[str, str]]:
    problems = problems_of(bills_shop(**more))
    assert all(one.message.zh and one.message.en and one.hint.zh and one.hint.en for one in problems)
    return [(code, place.removeprefix(f"{FILE}#")) for code, place in places(problems)]


def test_what_comes_in_is_part_of_the_app_when_all_is_well() -> None:
    connector = compiled(bills_shop()).apps["shop"].connectors["erp"]
    assert (list(connector.intakes), list(connector.hooks), list(connector.pulls)) == (["bills"], ["paid"], ["fetch"])
    assert connector.definition.every_secret == {"erp_hook"}


def test_a_partner_that_only_sends_needs_no_address() -> None:
    assert found(url=None, base_url=None, operations=None, pulls=None) == []


@pytest.mark.parametrize(
    ("stated", "code", "place"),
    [
        ({"form": "nothing"}, "APP-010", "form"),
        ({"values": [*values(), field("number", at="/n")]}, "APP-008", "values[5].key"),
        ({"by": {"nothing": "number"}}, "APP-021", "by.nothing"),
        ({"by": {"id": "number"}}, "APP-021", "by.id"),
        ({"by": {"number": "nothing"}}, "LANG", "by.number"),
        ({"by": {"number": "amount"}}, "LANG", "by.number"),
        ({"set": {"nothing": "amount"}}, "APP-021", "set.nothing"),
        ({"set": {"amount": "number"}}, "LANG", "set.amount"),
        ({"set": {"note": {"code": "code"}}}, "APP-062", "set.note"),
        ({"set": {"customer": {"nothing": "code"}}}, "APP-011", "set.customer.nothing"),
        ({"set": {"customer": {"code": "amount"}}}, "LANG", "set.customer.code"),
        ({"when": "amount"}, "LANG", "when"),
        ({"newest": {"note": "number"}}, "APP-063", "newest.note"),
        ({"newest": {"told": "number"}}, "LANG", "newest.told"),
    ],
)
def test_an_intake_is_refused_at_its_place_when_a_part_is_wrong(stated: Any, code: str, place: str) -> None:
    [(told, at)] = [one for one in found(intakes=[intake(**stated)]) if one[1].startswith("intakes")]
    assert told.startswith(code)
    assert at == f"intakes[0].{place}"


@pytest.mark.parametrize(
    ("stated", "problem"),
    [
        ({"intake": "nothing"}, ("APP-061", "intake")),
        ({"signature": {**TIMED, "content": "{body}"}}, ("APP-064", "signature.content")),
        ({"signature": signature(content="{timestamp}.{body}")}, ("APP-064", "signature.content")),
        ({"signature": signature(content="{body}{other}")}, ("APP-064", "signature.content")),
        ({"signature": signature(content="nothing")}, ("APP-064", "signature.content")),
        ({"signature": signature(content="{id}.{body}")}, ("APP-065", "signature.content")),
    ],
)
def test_a_hook_is_refused_at_its_place_when_a_part_is_wrong(stated: Any, problem: tuple[str, str]) -> None:
    assert found(hooks=[hook(**stated)]) == [(problem[0], f"hooks[0].{problem[1]}")]


@pytest.mark.parametrize(
    ("stated", "problem"),
    [
        ({"intake": "nothing"}, ("APP-061", "intake")),
        ({"operation": "nothing"}, ("APP-061", "operation")),
        ({"operation": "needing"}, ("APP-066", "operation")),
        ({"operation": "of_form"}, ("APP-066", "operation")),
        ({"paging": {"cursor": {"at": "/next", "argument": "page"}}}, ("APP-067", "paging.cursor.argument")),
        ({"paging": {"page": {"argument": "cursor", "size": 5}}}, ("APP-067", "paging.page.argument")),
        ({"since": {"argument": "cursor"}}, ("APP-067", "since.argument")),
        ({"schedule": {"cron": "soon"}}, ("APP-068", "schedule.cron")),
        ({"schedule": {"cron": "0 * * * *", "timezone": "Mars"}}, ("APP-068", "schedule.timezone")),
    ],
)
def test_a_pull_is_refused_at_its_place_when_a_part_is_wrong(stated: Any, problem: tuple[str, str]) -> None:
    needing = element("needing", method="GET", path="/", arguments=[field("cursor"), field("a", required=True)])
    of_form = element("of_form", method="GET", path="/", form="bill", arguments=[field("cursor")])
    listed = found(pulls=[pull(**stated)], operations=[listing(), needing, of_form])
    assert listed == [(problem[0], f"pulls[0].{problem[1]}")]


def test_a_page_may_be_a_required_argument() -> None:
    operation = element("list", method="GET", path="/", arguments=[field("page", "number", required=True)])
    assert found(pulls=[pull(paging={"page": {"argument": "page", "size": 5}})], operations=[operation]) == []


def test_names_stand_once() -> None:
    twice = found(intakes=[intake(), intake()], hooks=[hook(), hook()], pulls=[pull(), pull()])
    assert twice == [("APP-008", f"{part}[1].key") for part in ("intakes", "hooks", "pulls")]


def test_two_connectors_have_no_hook_of_one_name() -> None:
    documents = bills_shop()
    other = bills_shop()[FILE]
    documents["connectors/other.json"] = {**other, **element("other")}
    assert places(problems_of(documents)) == [("APP-069", "connectors/other.json#hooks")]


def test_operations_need_an_address() -> None:
    assert found(base_url=None) == [("APP-060", "base_url")]


@pytest.mark.parametrize(
    ("part", "stated"),
    [
        ("intakes", intake(by={})),
        ("intakes", intake(newest={"told": "edition", "number": "number"})),
        ("intakes", intake(missing="perhaps")),
        ("hooks", hook(signature=signature(scheme="md5"))),
        ("hooks", hook(signature=signature(secret="the secret itself"))),
        ("hooks", hook(items="data")),
        ("pulls", pull(paging={"cursor": {"at": "/a"}})),
        ("pulls", pull(most_pages=0)),
    ],
)
def test_what_comes_in_is_refused_when_its_shape_is_wrong(part: str, stated: Any) -> None:
    listed = found(**{part: [stated]})
    assert listed
    assert all(code in {"APP-004", "APP-005", "APP-006"} for code, _ in listed)


def test_expressions_of_intakes_are_stored_by_keys() -> None:
    documents = bills_shop(intakes=[intake(set={"amount": "`amount的中文` + 1", "customer": {"code": "`code的中文`"}})])
    app = compiled(documents).apps["shop"]
    assert list(missed(documents, app.placed)) == []
    kept = restated(documents, app.placed)[FILE]["intakes"][0]["set"]
    assert kept == {"amount": "amount + 1", "customer": {"code": "code"}}


@pytest.mark.parametrize(("name", "problems"), [("paid", []), ("nothing", ["RULE-001"])])
def test_a_rule_hears_the_hooks_that_bring_items_for_its_form(name: str, problems: list[str]) -> None:
    listed = places(problems_of(bills_shop("https://a.example", rule("heard", "bill", {"webhook": name}, TOLD))))
    assert listed == [(code, "rules/heard.json#on[0].webhook") for code in problems]
    other = places(problems_of(bills_shop("https://a.example", rule("heard", "customer", {"webhook": name}, TOLD))))
    assert other == [("RULE-001", "rules/heard.json#on[0].webhook")]
