"""Rules that ask for the record as it was before the change: exactly that, however much has happened since."""

from __future__ import annotations

import json

import pytest

from tests.support.apps import (
    access,
    app,
    field,
    form,
    options,
    places,
    problems_of,
    role,
    rule,
    state,
    transition,
    workflow,
)

CHANGED = {"changed": ["stage", "amount", "tags"]}


def _deal():
    return form(
        "deal",
        field("name"),
        field("stage", "choice", options=options("lead", "offer", "won")),
        field("amount", "money"),
        field("tags", "multi_choice", options=options("a", "b", "c")),
        field("secret"),
        field("note"),
        field("log"),
    )


def _flow():
    return workflow("deal", [state("open"), state("shut", "won")], [transition("close", ["open"], "shut")])


def _rules():
    told = {
        "notify": {
            "to": [{"owner": True}],
            "text": {"zh": "从{{old.stage}}到{{stage}}", "en": "{{old.stage}}>{{stage}}"},
        }
    }
    return [
        rule("grown", "deal", CHANGED, {"set": {"log": 'coalesce(log, "") & name & "+"'}}, when="amount > old.amount"),
        rule("moved", "deal", CHANGED, told, when="changed(stage) and old.stage is not empty"),
        rule(
            "tagged",
            "deal",
            CHANGED,
            {"set": {"note": '"tagged"'}},
            when='tags contains "b" and not (old.tags contains "b")',
        ),
        rule("hushed", "deal", CHANGED, {"set": {"note": '"hushed"'}}, when='old.secret = "s" and old.amount > 0'),
        rule(
            "shut",
            "deal",
            {"entered": "shut"},
            {"set": {"log": 'if(old.state = "open", "open!")'}},
            when='old.state = "open"',
        ),
        rule(
            "kept",
            "deal",
            {"before": ["save"]},
            {"refuse": {"message": {"zh": "不能低于{{old.amount}}", "en": "not below {{old.amount}}"}}},
            when="amount < old.amount",
        ),
    ]


def _documents(*rules):
    roles = [role("staff", access("deal")), role("guest", access("deal", "read", hidden_fields=["secret"]))]
    return app(_deal(), _flow(), *rules, key="crm", roles=roles)


@pytest.fixture
def crm(site):
    site.publish(_documents(*_rules()))
    site.person("me", ("crm", "staff"))
    site.person("guest", ("crm", "guest"))
    return site


def _made(crm, **fields):
    given = {"name": "n", "stage": "lead", "amount": "1.00", **fields}
    return crm.services.records.create(crm.viewer("me"), "crm", "deal", given)


def _changed(crm, record, **fields):
    return crm.services.records.update(crm.viewer("me"), "crm", "deal", record.id, fields, None)


def _row(crm, record):
    (row,) = crm.query("SELECT * FROM deal WHERE id = :id", id=record.id)
    return row._mapping


def _runs(crm, rule):
    rows = crm.query("SELECT fired, trace FROM youju_rule_run WHERE rule = :rule ORDER BY id", rule=rule)
    return [(bool(row.fired), json.loads(row.trace).get("old")) for row in rows]


def test_rule_sees_each_change_by_itself_when_several_wait(crm):
    record = _made(crm)
    for amount in ("2.00", "3.00", "3.00"):
        _changed(crm, record, amount=amount)
    _changed(crm, record, stage="offer")
    crm.jobs().run_until_quiet()
    # The record stands at 3.00 when the rule comes to look; every event brings what was before that very change.
    assert _runs(crm, "grown") == [(True, {"amount": 100}), (True, {"amount": 200}), (False, {"amount": 300})]


def test_message_names_what_was_before_when_a_field_has_changed(crm):
    record = _made(crm)
    _changed(crm, record, stage="offer")
    _changed(crm, record, stage="won")
    crm.jobs().run_until_quiet()
    told = [item.text.en for item in crm.services.inbox.notifications(crm.viewer("me"))]
    assert sorted(told) == ["lead in English>won in English", "offer in English>won in English"]


def test_several_options_are_compared_when_they_were_others_before(crm):
    record = _made(crm, tags=["a"])
    _changed(crm, record, tags=["a", "b"])
    crm.jobs().run_until_quiet()
    assert _row(crm, record)["note"] == "tagged"
    assert _runs(crm, "tagged") == [(True, {"tags": ["a"]})]


def test_state_before_is_known_when_a_state_is_entered(crm):
    record = _made(crm)
    crm.services.records.transition(crm.viewer("me"), "crm", "deal", record.id, "close", {})
    crm.jobs().run_until_quiet()
    assert _row(crm, record)["log"] == "open!"


def test_change_is_refused_when_a_before_rule_compares_with_what_was(crm):
    record = _made(crm, amount="5.00")
    tried = crm.services.records.preview(crm.viewer("me"), "crm", "deal", {"amount": "4.00"}, id=record.id)
    assert [problem.message.en for problem in tried.problems] == ["not below 5"]
    assert _changed(crm, record, amount="6.00").fields["amount"] == "6.00"


def test_rule_that_is_younger_than_the_change_does_not_guess_when_nobody_kept_what_was(site):
    documents = _documents(rule("plain", "deal", CHANGED, {"set": {"log": '"x"'}}))
    site.publish(documents)
    site.person("me", ("crm", "staff"))
    record = _made(site)
    _changed(site, record, amount="2.00")
    site.publish({**documents, **{f"rules/{one['key']}.json": one for one in _rules()}})
    site.jobs().run_until_quiet()
    assert _runs(site, "grown") == []
    assert _row(site, record)["log"] == "x"


def test_explanation_shows_what_was_before_when_the_rule_has_looked(crm):
    record = _made(crm, secret="s")
    _changed(crm, record, amount="2.00")
    crm.jobs().run_until_quiet()
    explain = crm.services.explaining.explain
    told = explain(crm.viewer("me"), "crm", "deal", record.id, "hushed")
    assert [(one.label.zh, one.shown.zh) for one in told.runs[0].before] == [
        ("amount的中文", "1"),
        ("secret的中文", "s"),
    ]
    closed = explain(crm.viewer("guest"), "crm", "deal", record.id, "hushed")
    assert [one.label.zh for one in closed.runs[0].before] == ["amount的中文"]
    assert closed.rule.holds is None
    assert "secret" not in str(closed.condition)


def test_nothing_has_changed_when_the_rule_has_not_looked_at_the_record_as_it_is(crm):
    record = _made(crm)
    explain = crm.services.explaining.explain
    assert explain(crm.viewer("me"), "crm", "deal", record.id, "grown").rule.holds is False
    _changed(crm, record, amount="2.00", stage="offer")
    assert explain(crm.viewer("me"), "crm", "deal", record.id, "grown").rule.holds is False


@pytest.mark.parametrize(
    "events",
    [
        {"created": True},
        {"deleted": True},
        {"schedule": {"cron": "0 * * * *"}},
        {"deadline": "created_at"},
    ],
)
@pytest.mark.parametrize("when", ["old.amount > 1", "changed(amount)"])
def test_old_is_refused_when_a_rule_looks_at_no_change(events, when):
    found = problems_of(_documents(rule("r", "deal", events, {"set": {"log": '"x"'}}, when=when)))
    assert places(found) == [("LANG-027", "rules/r.json#when")]


BY_THE_CLOCK = ({"schedule": {"cron": "0 * * * *"}}, {"deadline": "created_at"})
TOLD = {"zh": "{{old.name}}", "en": "x"}
PLAIN = {"set": {"note": "name"}}


@pytest.mark.parametrize("event", BY_THE_CLOCK)
@pytest.mark.parametrize(
    ("action", "place"),
    [
        ({"set": {"log": "old.name"}}, ".set.log"),
        ({"set": {"log": 'if(changed(name), "x", "y")'}}, ".set.log"),
        ({"set": {"tags": {"a": "changed(name)"}}}, ".set.tags.a"),
        ({"notify": {"to": [{"owner": True}], "text": TOLD}}, ".notify.text.zh"),
        ({"if": {"when": "changed(name)", "then": [{"set": {"log": '"x"'}}]}}, ".if.when"),
        ({"if": {"when": "amount > 1", "then": [{"set": {"log": "old.name"}}]}}, ".if.then[0].set.log"),
        ({"if": {"when": "amount > 1", "then": [PLAIN], "else": [{"set": {"log": "old.log"}}]}}, ".if.else[0].set.log"),
    ],
)
def test_old_is_refused_anywhere_when_a_rule_looks_by_the_clock_too(event, action, place):
    found = problems_of(_documents(rule("r", "deal", [CHANGED, event], action)))
    assert places(found) == [("LANG-027", f"rules/r.json#then[0]{place}")]


@pytest.mark.parametrize("event", BY_THE_CLOCK)
@pytest.mark.parametrize("when", ["name = old.name", "changed(name)"])
def test_rule_is_refused_when_what_was_before_is_its_condition_and_it_looks_by_the_clock_too(event, when):
    found = problems_of(_documents(rule("r", "deal", [CHANGED, event], {"set": {"log": '"x"'}}, when=when)))
    assert places(found) == [("LANG-027", "rules/r.json#when")]


def test_nothing_was_before_when_the_record_is_new(site):
    both = rule("r", "deal", [{"created": True}, CHANGED], {"set": {"log": '"new"'}}, when="old.amount is empty")
    site.publish(_documents(both))
    site.person("me", ("crm", "staff"))
    record = _made(site)
    site.jobs().run_until_quiet()
    assert _row(site, record)["log"] == "new"
    _changed(site, record, log=None, amount="2.00")
    site.jobs().run_until_quiet()
    assert _row(site, record)["log"] is None
