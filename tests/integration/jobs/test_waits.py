"""Rules that wait: what stands after the wait is done when its time has come, once, on the record as it is then."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import pytest

from engine.kernel.clocks import DAY_MS, day_number, start_of_day
from engine.kernel.problems import EngineError
from tests.support.apps import access, app, field, form, options, role, rule

HOUR = 3_600_000
TAGS = field("tags", "multi_choice", options=options("hot", "late", "vip"))
THING = form("thing", field("a", "number"), field("step", "number"), field("on", "date"), TAGS)
STAFF = role("staff", access("thing"))


def told(text):
    return {"notify": {"to": [{"owner": True}], "text": {"zh": text, "en": text}}}


def documents(*rules):
    return app(THING, *rules, key="crm", roles=[STAFF])


@pytest.fixture
def crm(site):
    site.person("me")

    def start(*rules):
        site.publish(documents(*rules))
        site.services.directory.grant("me", "crm", "staff")
        return site

    return start


def make(crm, **fields):
    return crm.services.records.create(crm.viewer("me"), "crm", "thing", fields)


def read(crm, record):
    return crm.services.records.read(crm.viewer("me"), "crm", "thing", record.id)


def pass_time(crm, milliseconds):
    crm.business.moment += milliseconds
    crm.real.moment += milliseconds
    crm.jobs().run_until_quiet()


def messages(crm):
    return sorted(item.text.en for item in crm.services.inbox.notifications(crm.viewer("me")))


def test_what_stands_after_a_wait_is_done_when_the_time_has_come_on_the_record_as_it_is_then(crm):
    then = [{"set": {"step": "1"}}, {"wait_for": {"hours": 3}}, {"set": {"step": "a + 1"}}, told("{{a}}")]
    site = crm(rule("r", "thing", {"created": True}, then))
    record = make(site, a="1")
    pass_time(site, 0)
    assert read(site, record).fields["step"] == "1"
    site.services.records.update(site.viewer("me"), "crm", "thing", record.id, {"a": "7"}, None)
    pass_time(site, 3 * HOUR - 1)
    assert (read(site, record).fields["step"], messages(site)) == ("1", [])
    pass_time(site, 1)
    pass_time(site, DAY_MS)
    assert (read(site, record).fields["step"], messages(site)) == ("8", ["7"])
    runs = site.services.explaining.explain(site.viewer("me"), "crm", "thing", record.id, "r").runs
    assert [(run.actions, run.after_wait, run.waits_until is None) for run in runs] == [
        (("set", "notify"), True, True),
        (("set", "wait_for"), False, False),
    ]


def test_a_wait_inside_of_a_branch_goes_on_inside_of_it_and_after_it(crm):
    inner = [told("in"), {"wait_for": {"days": 1}}, told("still in"), {"wait_for": {"days": 1}}]
    then = [{"if": {"when": "a > 1", "then": inner, "else": [told("else")]}}, told("after")]
    site = crm(rule("r", "thing", {"created": True}, then))
    record = make(site, a="2")
    pass_time(site, 0)
    assert messages(site) == ["in"]
    site.services.records.update(site.viewer("me"), "crm", "thing", record.id, {"a": "0"}, None)
    pass_time(site, DAY_MS)
    assert messages(site) == ["in", "still in"], "the way that was begun is gone to its end"
    pass_time(site, DAY_MS)
    assert messages(site) == ["after", "in", "still in"]


def test_workdays_are_counted_by_the_calendar(crm):
    site = crm(rule("r", "thing", {"created": True}, [{"wait_for": {"workdays": 2}}, told("on")]))
    thursday = start_of_day(day_number(date(2026, 9, 24)), "Asia/Shanghai")
    site.business.moment = thursday + 10 * HOUR  # the 25th to the 27th are days off: the mid-autumn festival
    make(site, a="1")
    for day, expected in (("25", 0), ("26", 0), ("27", 0), ("28", 0), ("29", 1)):
        pass_time(site, DAY_MS)
        assert (day, len(messages(site))) == (day, expected)


def test_a_rule_goes_on_when_the_day_has_come_that_its_record_named_as_it_began_to_wait(crm):
    site = crm(rule("r", "thing", {"created": True}, [{"wait_until": "add_days(today(), a)"}, told("on")]))
    site.business.moment = start_of_day(day_number(date(2026, 9, 24)), "Asia/Shanghai") + 10 * HOUR
    record = make(site, a="2")
    pass_time(site, 0)
    site.services.records.update(site.viewer("me"), "crm", "thing", record.id, {"a": "9"}, None)
    pass_time(site, 38 * HOUR - 1)
    assert messages(site) == []
    pass_time(site, 1)
    assert len(messages(site)) == 1


def test_a_rule_goes_on_at_once_when_the_day_is_past(crm):
    site = crm(rule("r", "thing", {"created": True}, [{"wait_until": "add_days(today(), -a)"}, told("on")]))
    make(site, a="2")
    pass_time(site, 0)
    assert len(messages(site)) == 1


def test_a_rule_says_that_it_cannot_wait_when_the_day_is_blank(crm):
    site = crm(rule("r", "thing", {"created": True}, [{"wait_until": "add_days(today(), a)"}, told("on")]))
    make(site, step="1")
    pass_time(site, 0)
    assert messages(site) == []
    assert [tuple(run) for run in site.query("SELECT rule, error FROM youju_rule_run")] == [("r", "RULE-065")]


def test_a_record_that_is_deleted_meanwhile_is_left_alone(crm):
    site = crm(rule("r", "thing", {"created": True}, [{"wait_for": {"hours": 1}}, {"set": {"step": "9"}}]))
    record = make(site, a="1")
    pass_time(site, 0)
    version = read(site, record).version
    site.services.records.delete(site.viewer("me"), "crm", "thing", record.id, version)
    pass_time(site, HOUR)
    assert site.query("SELECT count(*) FROM youju_outbox WHERE done_at IS NULL")[0][0] == 0
    assert site.count("youju_rule_run") == 1, "the one that began to wait"


def test_texts_may_change_while_a_rule_waits_and_steps_may_not(crm):
    site = crm(rule("r", "thing", {"created": True}, [{"wait_for": {"hours": 1}}, told("old")]))
    make(site, a="1")
    pass_time(site, 0)
    crm(rule("r", "thing", {"created": True}, [{"wait_for": {"hours": 1}}, told("new")]))
    pass_time(site, HOUR)
    assert messages(site) == ["new"]
    record = make(site, a="1")
    pass_time(site, 0)
    crm(rule("r", "thing", {"created": True}, [{"set": {"step": "1"}}, {"wait_for": {"hours": 1}}, told("newer")]))
    pass_time(site, HOUR)
    assert messages(site) == ["new"]
    first, *_ = site.services.explaining.explain(site.viewer("me"), "crm", "thing", record.id, "r").runs
    assert "等待期间改了步骤" in first.error.zh


def test_a_rule_that_is_switched_off_while_it_waits_does_no_more(crm):
    site = crm(rule("r", "thing", {"created": True}, [{"wait_for": {"hours": 1}}, told("on")]))
    make(site, a="1")
    pass_time(site, 0)
    crm(rule("r", "thing", {"created": True}, [{"wait_for": {"hours": 1}}, told("on")], enabled=False))
    pass_time(site, HOUR)
    assert messages(site) == []


def test_a_rule_runs_others_each_where_its_condition_holds(crm):
    never = {"changed": ["on"]}
    site = crm(
        rule("r", "thing", {"created": True}, [{"run": ["big", "small"]}, told("done")]),
        rule("big", "thing", never, told("big"), when="a > 5"),
        rule("small", "thing", never, told("small"), when="a <= 5", once="record"),
    )
    make(site, a="3")
    pass_time(site, 0)
    assert messages(site) == ["done", "small"]
    looks = site.query("SELECT rule, fired FROM youju_rule_run ORDER BY rule")
    assert [(key, bool(fired)) for key, fired in looks] == [("big", False), ("r", True), ("small", True)]


def test_a_tag_is_added_once_and_options_keep_their_order(crm):
    site = crm(rule("r", "thing", {"changed": ["a"]}, {"add_tag": {"tag": "hot", "field": "tags"}}))
    record = make(site, a="1", tags=["vip"])
    for value in ("2", "3"):
        site.services.records.update(site.viewer("me"), "crm", "thing", record.id, {"a": value}, None)
        pass_time(site, 0)
    assert read(site, record).fields["tags"] == ["hot", "vip"]


def test_a_schedule_for_workdays_has_no_slots_on_days_off(crm):
    daily = {"schedule": {"cron": "0 9 * * *", "workdays": True}}
    site = crm(rule("r", "thing", daily, {"set": {"step": "step + 1"}}, when="a = 1"))
    record = make(site, a="1", step="0")
    pass_time(site, 0)
    monday = day_number(date(2026, 10, 12))
    site.business.moment = start_of_day(monday, "Asia/Shanghai")
    seen = []
    for _ in range(7):
        pass_time(site, DAY_MS)
        seen.append(int(read(site, record).fields["step"]))
    assert [later - earlier for earlier, later in pairwise(seen)] == [1, 1, 1, 1, 0, 0]


@pytest.mark.parametrize(
    ("rules", "code"),
    [
        ([rule("r", "thing", {"created": True}, {"wait_for": {"hours": 0}})], "RULE-056"),
        ([rule("r", "thing", {"created": True}, {"add_tag": {"tag": "hot", "field": "a"}})], "RULE-057"),
        ([rule("r", "thing", {"created": True}, {"add_tag": {"tag": "cold", "field": "tags"}})], "RULE-001"),
        ([rule("r", "thing", {"created": True}, {"run": ["r"]})], "RULE-058"),
        (
            [
                rule("r", "thing", {"created": True}, {"run": ["s"]}),
                rule("s", "thing", {"created": True}, {"if": {"when": "a > 1", "then": [{"run": ["r"]}]}}),
            ],
            "RULE-058",
        ),
        (
            [
                rule("r", "thing", {"created": True}, {"run": ["s"]}),
                rule("s", "thing", {"before": ["save"]}, {"set": {"step": "1"}}),
            ],
            "RULE-059",
        ),
        ([rule("r", "thing", {"before": ["save"]}, {"wait_for": {"hours": 1}})], "RULE-002"),
    ],
)
def test_what_cannot_be_is_refused_at_publishing(crm, rules, code):
    with pytest.raises(EngineError) as refused:
        crm(*rules)
    assert [problem.code for problem in refused.value.problems] == [code]
