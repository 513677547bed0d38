"""complete() as a guard, a filter and a rule's condition: one answer in Python and in both databases."""

from __future__ import annotations

import pytest

from tests.integration.runtime.conftest import refused
from tests.support.apps import access, app, field, form, role, rule, state, transition, workflow

CLOCK = {"schedule": {"cron": "0 * * * *"}}


def _deal():
    return form(
        "deal",
        field("name"),
        field("size", "number"),
        field("why", required_when="size > 10"),
        field("far", required="submit", visible_when="size > 5"),
        field("photo", "json", required_when="size > 20"),
        field("flag", "boolean"),
        field(
            "items",
            "lines",
            fields=[field("what", required="submit"), field("price", "number", required_when='what = "sold"')],
        ),
    )


@pytest.fixture
def crm(site):
    move = transition("go", ["draft"], "open", guard="complete()", guard_message={"zh": "没填完", "en": "gaps"})
    flow = workflow("deal", [state("draft", "draft"), state("open")], [move])
    found = rule("found", "deal", CLOCK, {"set": {"flag": "true"}}, when="not complete()")
    roles = [role("staff", access("deal")), role("guest", access("deal", "read", hidden_fields=["why"]))]
    site.publish(app(_deal(), flow, found, key="crm", roles=roles))
    site.person("me", ("crm", "staff"))
    site.person("guest", ("crm", "guest"))
    return site


ROWS = {
    "small": ({"size": "1"}, True),
    "big": ({"size": "11", "far": "f"}, False),
    "told": ({"size": "11", "far": "f", "why": "w"}, True),
    "near": ({"size": "6"}, False),
    "pictured": ({"size": "21", "far": "f", "why": "w", "photo": {"a": 1}}, True),
    "unseen": ({"size": "21", "far": "f", "why": "w"}, False),
    "lines": ({"items": [{"what": "x"}, {"price": "2"}]}, False),
    "sold": ({"items": [{"what": "sold"}]}, False),
    "paid": ({"items": [{"what": "sold", "price": "2"}, {"what": "x"}]}, True),
}
DONE = {name for name, (_, complete) in ROWS.items() if complete}


def _made(crm):
    make = crm.services.records.create
    return {name: make(crm.viewer("me"), "crm", "deal", {"name": name, **given}) for name, (given, _) in ROWS.items()}


def test_records_are_told_apart_when_a_list_is_filtered(crm):
    _made(crm)

    def listed(filter):
        found = crm.services.records.list(crm.viewer("me"), "crm", "deal", filter=filter).items
        return {one.shown["name"] for one in found}

    assert listed("complete()") == DONE
    assert listed("not complete()") == ROWS.keys() - DONE


def test_transition_waits_when_something_is_missing(crm):
    made = _made(crm)
    fire = crm.services.records.transition
    for name, record in made.items():
        if name in DONE:
            assert fire(crm.viewer("me"), "crm", "deal", record.id, "go", {}).state == "open"
        else:
            assert "FLOW-013" in {
                code for code, _ in refused(fire, crm.viewer("me"), "crm", "deal", record.id, "go", {})
            }


def test_rule_finds_what_is_missing_something_when_its_slot_comes(crm):
    _made(crm)
    crm.business.moment = crm.real.moment = crm.business.moment + 3_600_000
    crm.jobs().run_until_quiet()
    assert {row.name for row in crm.query("SELECT name FROM deal WHERE flag")} == ROWS.keys() - DONE


def test_explanation_says_so_when_something_is_missing(crm):
    made = _made(crm)
    told = crm.services.explaining.explain(crm.viewer("me"), "crm", "deal", made["big"].id, "found")
    assert told.rule.holds is True
    assert [text.zh for text in told.because] == ["必填项没有填完"]
    closed = crm.services.explaining.explain(crm.viewer("guest"), "crm", "deal", made["big"].id, "found")
    assert closed.rule.holds is None


def test_completeness_is_not_told_when_a_required_field_is_hidden(crm):
    found = refused(crm.services.records.list, crm.viewer("guest"), "crm", "deal", filter="complete()")
    assert {code for code, _ in found} == {"RUN-013"}
