"""What can be stated and not yet run: it is read, its names and expressions are checked, and publishing refuses it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.apps import app, field, form, places, problems_of, role, rule, state, transition, workflow

TOLD = {"notify": {"to": [{"owner": True}], "text": {"zh": "z", "en": "e"}}}
LOG = form("log", field("n", "number"))
LINES = field("parts", "lines", fields=[field("n", "number")])
THING = form(
    "thing",
    field("a", "number"),
    field("log", "reference", form="log"),
    LINES,
    field("due", "date"),
)
FLOW = workflow("thing", [state("new"), state("done", "won")], [transition("finish", ["new"], "done")])


def found(on: Any = None, then: Any = None, **more: Any) -> list[tuple[str, str]]:
    document = rule("r", "thing", on or {"created": True}, then or TOLD, **more)
    listed = problems_of(app(THING, LOG, FLOW, document, roles=[role("staff")]))
    return [(code, path.removeprefix("rules/r.json#")) for code, path in places(listed)]


@pytest.mark.parametrize(
    ("then", "place"),
    [
        ({"wait_until": "a > 1"}, "then[0].wait_until"),
        ({"snapshot": {}}, "then[0]"),
        ({"if": {"when": "a > 1", "then": [{"snapshot": {}}]}}, "then[0].if.then[0]"),
        ({"for_each": {"lines": "parts", "do": [TOLD]}}, "then[0].for_each.do"),
        ({"notify": {**TOLD["notify"], "to": [{"watchers": True}]}}, "then[0].notify.to[0].watchers"),
        ({"notify": {**TOLD["notify"], "copy": [{"watchers": True}]}}, "then[0].notify.copy[0].watchers"),
    ],
)
def test_an_action_is_refused_by_name_when_it_cannot_be_done_yet(then, place):
    assert found(then=then) == [("RULE-040", place)]


QUIET = {"from": "22:00", "to": "08:00"}


@pytest.mark.parametrize(
    "more",
    [
        {"channels": ["in_app"]},
        {
            "channels": ["mail"],
            "quiet_hours": QUIET,
            "digest": "daily",
            "retry": {"attempts": 3, "wait": {"minutes": 1}},
        },
        {"channels": ["in_app", "mail", "wecom", "dingtalk", "feishu"], "digest": "weekly"},
        {"channels": ["mail"], "urgent": True, "amount": "a * 2"},
    ],
)
def test_people_are_told_outside_when_a_rule_says_so(more):
    assert found(then={"notify": {**TOLD["notify"], **more}}) == []


@pytest.mark.parametrize(
    ("more", "code", "place"),
    [
        ({"quiet_hours": QUIET}, "RULE-090", "quiet_hours"),
        ({"channels": ["in_app"], "digest": "daily"}, "RULE-090", "digest"),
        ({"retry": {"attempts": 3}}, "RULE-090", "retry"),
        ({"urgent": True}, "RULE-090", "urgent"),
        ({"amount": "a"}, "RULE-090", "amount"),
        ({"channels": ["mail"], "amount": "due"}, "RULE-092", "amount"),
        ({"channels": ["mail"], "urgent": True, "digest": "daily"}, "RULE-093", "urgent"),
        ({"channels": ["mail"], "quiet_hours": {"from": "08:00", "to": "08:00"}}, "RULE-091", "quiet_hours"),
        ({"channels": ["mail"], "retry": {"attempts": 3, "wait": {"workdays": 1}}}, "RULE-055", "retry.wait"),
        ({"channels": ["mail"], "retry": {"attempts": 3, "wait": {"minutes": 0}}}, "RULE-055", "retry.wait"),
    ],
)
def test_a_delivery_is_refused_when_it_does_nothing_or_contradicts_itself(more, code, place):
    assert found(then={"notify": {**TOLD["notify"], **more}}) == [(code, f"then[0].notify.{place}")]


def test_what_is_waited_for_is_a_day_or_a_moment():
    assert found(then={"wait_until": "a + 1"}) == [("RULE-005", "then[0].wait_until")]
    assert found(then={"wait_until": "today() + 1"}) == []


@pytest.mark.parametrize(
    ("then", "problem"),
    [
        ({"link": {"field": "a", "record": "log"}}, ("RULE-001", "then[0].link.field")),
        ({"link": {"field": "log", "record": "a"}}, ("LANG-040", "then[0].link.record")),
        ({"run": ["zz"]}, ("RULE-001", "then[0].run")),
        ({"add_tag": {"tag": "x", "field": "zz"}}, ("RULE-001", "then[0].add_tag.field")),
    ],
)
def test_names_and_types_of_links_tags_and_runs_are_checked(then, problem):
    assert found(then=then) == [problem]


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"valid_from": "2026-02-30"}, ("RULE-041", "valid_from")),
        ({"valid_from": "2026-02-02", "valid_to": "2026-02-01"}, ("RULE-041", "valid_to")),
        ({"on": {"before": ["save"]}, "then": {"set": {"a": "1"}}, "once": "record"}, ("RULE-043", "once")),
        ({"on": {"schedule": {"cron": "0 * * * *", "timezone": "No/Where"}}}, ("RULE-042", "on[0].schedule.timezone")),
        ({"on": {"deadline": {"at": "due", "since": "due"}}}, ("RULE-045", "on[0].deadline.since")),
        ({"on": {"deadline": {"at": "due", "percent": 5, "since": "a"}}}, ("RULE-005", "on[0].deadline.since")),
    ],
)
def test_a_rule_is_refused_when_what_it_says_contradicts_itself(options, problem):
    assert found(**options) == [problem]


def test_once_per_state_is_refused_when_the_form_has_no_states():
    document = rule("r", "log", {"created": True}, TOLD, once="state")
    assert places(problems_of(app(THING, LOG, FLOW, document))) == [("RULE-044", "rules/r.json#once")]
