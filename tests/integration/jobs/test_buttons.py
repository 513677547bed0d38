"""Buttons, and what is done with tasks: rules that look because somebody has done something to a record."""

from __future__ import annotations

import pytest

from engine.kernel.problems import EngineError
from tests.support.apps import access, app, field, form, role, rule, state, transition, workflow

THING = form("thing", field("a", "number"), field("who", "person"), field("note"), workflow="thing")
FLOW = workflow("thing", [state("new"), state("done", "won")], [transition("finish", ["new"], "done")])
LABELS = {"zh": "认领", "en": "Claim"}
STAFF, READER = role("staff", access("thing")), role("reader", access("thing", "read"))


def button(**more):
    return {"button": {"key": "claim", "labels": LABELS, **more}}


@pytest.fixture
def crm(site):
    def start(*rules, thing=THING, flow=FLOW):
        site.publish(app(thing, flow, *rules, key="crm", roles=[STAFF, READER]))
        site.person("me", ("crm", "staff"))
        site.person("other", ("crm", "reader"))
        return site

    return start


def make(crm, **fields):
    return crm.services.records.create(crm.viewer("me"), "crm", "thing", fields)


def press(crm, record, name="me", key="claim", **more):
    return crm.services.records.press(crm.viewer(name), "crm", "thing", record.id, key, **more)


def offered(crm, record, name="me"):
    view = crm.services.records.read(crm.viewer(name), "crm", "thing", record.id)
    return [item.key for item in view.buttons]


def codes(refused):
    return [problem.code for problem in refused.value.problems]


CLAIM = {"set": {"who": "me", "note": '"taken"'}}


def test_a_button_is_offered_while_its_condition_holds_and_acts_at_once_for_who_presses(crm):
    site = crm(rule("claim", "thing", button(), CLAIM, when="is_empty(who)"))
    record = make(site, a="1")
    assert (offered(site, record), offered(site, record, "other")) == (["claim"], [])
    pressed = press(site, record, version=record.version)
    assert (pressed.fields["who"], pressed.fields["note"]) == (site.people["me"], "taken")
    assert (pressed.version, pressed.buttons, offered(site, record)) == (record.version + 1, (), [])
    first = site.services.records.history(site.viewer("me"), "crm", "thing", record.id)[0]
    assert (first.by_shown, first.rule, first.labels.en) == ("me", "claim", "claim in English"), "who pressed, and what"


def test_a_button_is_refused_with_its_reason(crm):
    site = crm(rule("claim", "thing", button(), CLAIM, when="is_empty(who)"))
    record = make(site, a="1")
    for name, key, version, code in (
        ("me", "nothing", None, "RULE-062"),
        ("other", "claim", None, "DECIDE-006"),
        ("me", "claim", 99, "DECIDE-002"),
    ):
        with pytest.raises(EngineError) as refused:
            press(site, record, name, key, version=version)
        assert codes(refused) == [code]
    press(site, record)
    with pytest.raises(EngineError) as refused:
        press(site, record)
    assert codes(refused) == ["RULE-063"]
    assert "认领" in refused.value.problems[0].message.zh


def test_a_second_tap_with_the_same_key_does_nothing_twice(crm):
    site = crm(rule("more", "thing", button(), {"set": {"a": "a + 1"}}))
    record = make(site, a="1")
    for _ in range(2):
        assert press(site, record, idempotency_key="k").fields["a"] == "2"
    assert press(site, record, idempotency_key="l").fields["a"] == "3"


def test_a_button_is_for_those_it_names(crm):
    site = crm(rule("note", "thing", button(by=[{"role": "reader"}]), {"set": {"note": '"read"'}}))
    record = make(site, a="1")
    assert (offered(site, record), offered(site, record, "other")) == ([], ["claim"])
    assert press(site, record, "other").fields["note"] == "read"
    with pytest.raises(EngineError) as refused:
        press(site, record)
    assert codes(refused) == ["DECIDE-006"]


def test_a_button_that_acts_once_says_that_it_has(crm):
    site = crm(rule("more", "thing", button(), {"set": {"a": "a + 1"}}, once="record"))
    record = make(site, a="1")
    press(site, record)
    with pytest.raises(EngineError) as refused:
        press(site, record)
    assert codes(refused) == ["RULE-064"]


def test_what_a_button_refuses_leaves_nothing(crm):
    barred = rule("bar", "thing", {"before": ["save"]}, {"refuse": {"message": LABELS}}, when="a > 5")
    site = crm(rule("claim", "thing", button(), [CLAIM, {"set": {"a": "9"}}]), barred)
    record = make(site, a="1")
    with pytest.raises(EngineError):
        press(site, record)
    assert site.services.records.read(site.viewer("me"), "crm", "thing", record.id) == record


def test_two_buttons_of_one_key_are_refused_and_names_are_checked(crm):
    with pytest.raises(EngineError) as refused:
        crm(rule("r", "thing", button(by=[{"role": "boss"}]), CLAIM), rule("s", "thing", button(), CLAIM))
    found = [(problem.code, problem.path) for problem in refused.value.problems]
    assert found == [
        ("APP-017", "rules/r.json#on[0].button.by[0].role"),
        ("RULE-061", "rules/s.json#on[0].button.key"),
    ]


TASK = {
    "open_task": {
        "key": "check",
        "to": [{"owner": True}],
        "title": LABELS,
        "actions": [
            {"key": "fine", "labels": LABELS},
            {"key": "end", "labels": LABELS, "transition": "finish"},
        ],
    }
}


@pytest.mark.parametrize(
    ("on", "did", "expected"),
    [
        ({"task": "check"}, "fine", "seen new"),
        ({"task": "check"}, "end", "seen done"),
        ({"task": "check", "action": "fine"}, "fine", "seen new"),
        ({"task": "check", "action": "fine"}, "end", None),
        ({"task": "other"}, "fine", None),
    ],
)
def test_a_rule_looks_once_a_task_is_done(crm, on, did, expected):
    seen = {"set": {"note": 'if(state = "done", "seen done", "seen new")'}}
    site = crm(rule("open", "thing", {"created": True}, TASK), rule("after", "thing", {"task_done": on}, seen))
    record = make(site, a="1")
    site.jobs().run_until_quiet()
    (task,) = site.services.inbox.open_tasks(site.viewer("me"))
    site.services.inbox.act(site.viewer("me"), task.id, did, {})
    site.jobs().run_until_quiet()
    after = site.services.records.read(site.viewer("me"), "crm", "thing", record.id)
    assert after.fields["note"] == expected


def test_a_button_opens_its_task_every_time_it_is_pressed(crm):
    site = crm(rule("ask", "thing", button(), TASK))
    record = make(site, a="1")
    for _ in range(2):
        press(site, record)
        (task,) = site.services.inbox.open_tasks(site.viewer("me"))
        site.services.inbox.act(site.viewer("me"), task.id, "fine", {})


def test_a_task_that_is_done_may_open_itself_again(crm):
    again = rule("again", "thing", {"task_done": {"task": "check", "action": "fine"}}, TASK)
    site = crm(rule("open", "thing", {"created": True}, TASK), again)
    make(site, a="1")
    for _ in range(3):
        site.jobs().run_until_quiet()
        (task,) = site.services.inbox.open_tasks(site.viewer("me"))
        site.services.inbox.act(site.viewer("me"), task.id, "fine", {})


def test_a_button_may_name_many_people(crm):
    people = [field(f"p{number}", "person") for number in range(12)]
    many = form("thing", *people, workflow="thing")
    to = [{"person": item["key"]} for item in people]
    told = {"notify": {"to": to, "text": {"zh": "x", "en": "x"}}}
    site = crm(rule("tell", "thing", button(), [told, {"wait_for": {"hours": 1}}, told]), thing=many)
    ids = [site.person(f"who{number}").id for number in range(12)]
    record = make(site, **{item["key"]: id for item, id in zip(people, ids, strict=True)})
    press(site, record)
    site.business.moment += 3_600_000
    site.jobs().run_until_quiet()
    assert [len(site.services.inbox.notifications(site.viewer(f"who{number}"))) for number in range(12)] == [2] * 12


def test_what_runs_others_runs_each_once_and_within_its_validity(crm):
    never = {"changed": ["who"]}
    site = crm(
        rule("all", "thing", button(), {"run": ["b", "c", "old"]}),
        rule("b", "thing", never, {"set": {"a": "a + 1"}}, once="record"),
        rule("c", "thing", never, {"run": ["b"]}),
        rule("old", "thing", never, {"set": {"a": "a + 100"}}, valid_to="2000-01-01"),
    )
    record = make(site, a="1")
    assert [press(site, record).fields["a"] for _ in range(2)] == ["2", "2"]


def test_a_button_is_not_offered_where_it_would_be_refused(crm):
    flow = workflow("thing", [state("new"), state("done", "won", locked=True)], [transition("finish", ["new"], "done")])
    site = crm(rule("once", "thing", button(), {"set": {"a": "a + 1"}}, once="record"), flow=flow)
    record, other = make(site, a="1"), make(site, a="1")
    press(site, record)
    assert (offered(site, record), offered(site, other)) == ([], ["claim"])
    site.services.records.transition(site.viewer("me"), "crm", "thing", other.id, "finish", {})
    assert offered(site, other) == []
    with pytest.raises(EngineError) as refused:
        press(site, other)
    assert codes(refused) == ["DECIDE-006"]


def test_a_button_is_for_people_who_can_be_found(crm):
    with pytest.raises(EngineError) as refused:
        crm(rule("r", "thing", button(by=[{"watchers": True}]), CLAIM))
    assert codes(refused) == ["RULE-040"]
