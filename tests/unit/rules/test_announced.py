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
    ("on", "place"),
    [
        ({"task_done": {"task": "check"}}, "on[0].task_done"),
        ({"approval_done": {"approval": "price", "outcome": "approved"}}, "on[0].approval_done"),
        ({"button": {"key": "go", "labels": {"zh": "去", "en": "Go"}}}, "on[0].button"),
        ({"schedule": {"cron": "0 * * * *", "workdays": True}}, "on[0].schedule.workdays"),
        ({"deadline": {"at": "due", "offset": {"workdays": 1}}}, "on[0].deadline.offset"),
    ],
)
def test_an_event_is_refused_by_name_when_it_cannot_be_looked_for_yet(on, place):
    assert found(on) == [("RULE-040", place)]


@pytest.mark.parametrize(
    ("then", "place"),
    [
        ({"link": {"field": "log", "record": "log"}}, "then[0]"),
        ({"wait_for": {"hours": 1}}, "then[0]"),
        ({"wait_until": "a > 1"}, "then[0]"),
        ({"start_approval": {"approval": "price", "to": [{"role": "staff"}]}}, "then[0]"),
        ({"make_document": {"document": "offer", "field": "a"}}, "then[0]"),
        ({"add_tag": {"tag": "vip"}}, "then[0]"),
        ({"snapshot": {}}, "then[0]"),
        ({"run": ["r"]}, "then[0]"),
        ({"if": {"when": "a > 1", "then": [{"snapshot": {}}]}}, "then[0].if.then[0]"),
        ({"for_each": {"lines": "parts", "do": [TOLD]}}, "then[0].for_each.do"),
        ({"notify": {**TOLD["notify"], "channels": ["mail"]}}, "then[0].notify.channels"),
        ({"notify": {**TOLD["notify"], "quiet_hours": {"from": "22:00", "to": "08:00"}}}, "then[0].notify.quiet_hours"),
        ({"notify": {**TOLD["notify"], "digest": "daily"}}, "then[0].notify.digest"),
        ({"notify": {**TOLD["notify"], "retry": {"attempts": 3}}}, "then[0].notify.retry"),
        ({"notify": {**TOLD["notify"], "to": [{"watchers": True}]}}, "then[0].notify.to[0].watchers"),
        ({"notify": {**TOLD["notify"], "copy": [{"least_loaded": "staff"}]}}, "then[0].notify.copy[0].least_loaded"),
        (
            {"open_task": {"key": "t", "to": [{"owner": True}], "title": {"zh": "z", "en": "e"}, "priority": "high"}},
            "then[0].open_task.priority",
        ),
    ],
)
def test_an_action_is_refused_by_name_when_it_cannot_be_done_yet(then, place):
    assert found(then=then) == [("RULE-040", place)]


def test_telling_people_inside_is_what_is_done_when_no_other_way_is_asked_for():
    assert found(then={"notify": {**TOLD["notify"], "channels": ["in_app"]}}) == []


@pytest.mark.parametrize(
    ("then", "place"),
    [
        ({"wait_until": "a + 1"}, "then[0].wait_until"),
        ({"link": {"field": "a", "record": "log"}}, "then[0].link.field"),
        ({"run": ["zz"]}, "then[0].run"),
        ({"add_tag": {"tag": "x", "field": "zz"}}, "then[0].add_tag.field"),
    ],
)
def test_names_and_types_are_checked_when_an_action_cannot_be_done_yet(then, place):
    listed = found(then=then)
    assert ("RULE-040", "then[0]") in listed
    assert [path for code, path in listed if code != "RULE-040"] == [place]


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
