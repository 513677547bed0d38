"""When rules look: once only, within their days, on a submission, so far from a deadline; and which way they go."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from engine.decision.commands import Create, Delete, Fire, Restore, RunRules, Update
from engine.decision.firing_once import over, period_of
from engine.decision.timing import due_of
from engine.kernel.clocks import DAY_MS, LAST_DAY, day_number, start_of_day
from tests.support.apps import app, compiled, field, form, rule, state, transition, workflow

ZONE = "Asia/Shanghai"
CREATED = {"created": True}
THING = form("thing", field("a", "number"), field("due", "date"), field("begun", "datetime"))
FLOW = workflow(
    "thing",
    [state("new", "draft"), state("open"), state("done", "won")],
    [
        transition("send", ["new"], "open"),
        transition("back", ["open"], "new"),
        transition("close", ["new", "open"], "done"),
    ],
)


def told(word: str = "x") -> dict[str, Any]:
    return {"notify": {"to": [{"owner": True}], "text": {"zh": word, "en": word}}}


def create(transition: str | None = None, **fields):
    return Create("shop", "thing", fields, transition)


def said(done):
    """Return what people were told in what followed."""
    return [m.payload["text"]["en"] for one in done for m in one.messages if m.kind == "notify"]


def change(world, me, id, value):
    return said(world.follow(world.do(me, Update("shop", "thing", id, {"a": value}))))


def fire(world, me, id, key):
    return said(world.follow(world.do(me, Fire("shop", "thing", id, key))))


# --- once


def test_a_rule_fires_no_more_when_it_has_fired_for_the_record(shop):
    world, me = shop(THING, rule("r", "thing", {"changed": ["a"]}, told(), when="a > 1", once="record"))
    id, other = world.make(me, create()), world.make(me, create())
    assert change(world, me, id, "1") == [], "that its condition did not hold is no firing"
    assert change(world, me, id, "2") == ["x"]
    world.moment += 400 * DAY_MS
    assert change(world, me, id, "3") == []
    assert change(world, me, other, "3") == ["x"]


def test_a_rule_fires_again_when_the_record_has_come_into_a_state_anew(shop):
    world, me = shop(THING, FLOW, rule("r", "thing", {"changed": ["a"]}, told(), once="state"))
    id = world.make(me, create())
    assert [change(world, me, id, "1"), change(world, me, id, "2")] == [["x"], []]
    for key, before in (("send", "3"), ("back", "5")):
        fire(world, me, id, key)
        assert [change(world, me, id, before), change(world, me, id, "4")] == [["x"], []], "all in one moment"


def test_a_rule_fires_in_the_new_state_when_it_has_just_gone_there_by_itself(shop):
    ways = {"if": {"when": 'state = "new"', "then": [{"fire": {"transition": "send"}}], "else": [told()]}}
    world, me = shop(THING, FLOW, rule("r", "thing", {"changed": ["a"]}, ways, once="state"))
    id = world.make(me, create())
    assert [change(world, me, id, str(n)) for n in range(3)] == [[], ["x"], []]


def test_a_rule_fires_in_the_new_state_when_another_rule_has_gone_there_at_the_same_event(shop):
    goes = rule("a", "thing", {"changed": ["a"]}, {"fire": {"transition": "send"}}, order=1)
    looks = rule("r", "thing", {"changed": ["a"]}, told(), once="state", order=2)
    world, me = shop(THING, FLOW, goes, looks)
    id = world.make(me, create())
    assert [change(world, me, id, str(n)) for n in range(2)] == [["x"], []]
    fire(world, me, id, "back")
    assert change(world, me, id, "5") == ["x"]


def test_a_rule_fires_by_its_own_uid_when_another_one_takes_over_its_key(shop):
    first = rule("r", "thing", {"changed": ["a"]}, told(), once="record")
    world, me = shop(THING, first)
    id = world.make(me, create())
    assert change(world, me, id, "1") == ["x"]
    world.catalog = compiled(app(THING, rule("r", "thing", {"changed": ["a"]}, told("y"), once="record")))
    assert [change(world, me, id, "2"), change(world, me, id, "3")] == [["y"], []]


def test_facts_are_asked_for_in_the_same_rounds_when_ever_more_rules_fire_once_only(shop):
    def rounds(count):
        rules = [rule(f"r{n}", "thing", {"changed": ["a"]}, told(), once="state") for n in range(count)]
        world, me = shop(THING, FLOW, *rules)
        id = world.make(me, create())
        assert len(change(world, me, id, "1")) == count
        return world.rounds

    assert rounds(1) == rounds(12)


@pytest.mark.parametrize(("period", "days"), [("day", 1), ("week", 7), ("month", 31)])
def test_a_rule_fires_again_when_its_period_is_over(shop, period, days):
    world, me = shop(THING, rule("r", "thing", {"changed": ["a"]}, told(), once=period))
    id = world.make(me, create())
    assert [change(world, me, id, "1"), change(world, me, id, "2")] == [["x"], []]
    world.moment += days * DAY_MS
    assert [change(world, me, id, "3"), change(world, me, id, "4")] == [["x"], []]


@pytest.mark.parametrize(
    ("once", "last", "named"),
    [
        ("day", "2026-03-19", "day:2026-03-19"),
        ("week", "2026-03-22", "week:2026-03-16"),
        ("month", "2026-03-31", "month:2026-03-01"),
        ("record", None, ""),
        ("state", None, "state:7"),
    ],
)
def test_a_period_ends_by_the_apps_days_when_it_is_a_day_a_week_or_a_month(once, last, named):
    day = day_number_of("2026-03-19")  # a Thursday
    assert period_of(once, day, 7) == named
    end = None if last is None else start_of_day(day_number_of(last) + 1, ZONE)
    assert over(once, day, ZONE) == end


@pytest.mark.parametrize("once", ["day", "week", "month"])
def test_a_period_has_an_end_when_it_is_the_last_there_is(once):
    assert over(once, LAST_DAY, ZONE) == start_of_day(LAST_DAY, ZONE)


def test_a_day_is_that_of_the_event_in_the_apps_zone_when_rules_get_to_it_later(shop):
    world, me = shop(THING, rule("r", "thing", {"changed": ["a"]}, told(), once="day"))
    id, midnight = world.make(me, create()), start_of_day(day_number_of("2026-03-19"), ZONE)
    world.moment = midnight + 3 * DAY_MS

    def look(happened):
        event = {"created": False, "deleted": False, "changed": ["a"], "left": None, "entered": None}
        return len(said([world.do(me, RunRules("shop", "thing", id, event, happened=happened))]))

    assert [look(midnight - 1), look(midnight), look(midnight + DAY_MS - 1), look(None)] == [1, 1, 0, 1]


def day_number_of(text: str) -> int:
    return day_number(date.fromisoformat(text))


# --- validity


@pytest.mark.parametrize(
    ("options", "fires"),
    [
        ({}, True),
        ({"valid_from": "2999-01-01"}, False),
        ({"valid_to": "2000-01-01"}, False),
        ({"valid_from": "2000-01-01", "valid_to": "2999-01-01"}, True),
    ],
)
def test_a_rule_looks_only_when_it_is_valid(shop, options, fires):
    before = rule("b", "thing", {"before": ["save"]}, {"set": {"a": "7"}}, **options)
    world, me = shop(THING, rule("r", "thing", CREATED, told(), **options), before)
    changeset = world.do(me, create())
    assert said(world.follow(changeset)) == (["x"] if fires else [])
    assert changeset.writes[0].row["a"] == (7 if fires else None)


# --- severity


@pytest.mark.parametrize(
    ("options", "text"),
    [({}, "x"), ({"severity": "info"}, "[Info] x"), ({"severity": "critical"}, "[Critical] x")],
)
def test_people_are_told_how_grave_it_is_when_the_rule_says_so(shop, options, text):
    world, me = shop(THING, rule("r", "thing", CREATED, told(), **options))
    done = world.follow(world.do(me, create()))
    assert said(done) == [text]
    assert [run.trace.get("severity") for run in done[0].rule_runs] == [options.get("severity")]


# --- events


def test_a_rule_on_submission_looks_when_the_record_leaves_its_first_state_and_not_else(shop):
    world, me = shop(THING, FLOW, rule("r", "thing", {"submitted": True}, told()))
    kept = world.do(me, create())
    assert said(world.follow(kept)) == []
    id = kept.writes[0].id
    assert [fire(world, me, id, "send"), fire(world, me, id, "back"), fire(world, me, id, "close")] == [
        ["x"],
        [],
        ["x"],
    ]
    assert said(world.follow(world.do(me, create("send")))) == ["x"], "made and sent at once"


def test_a_rule_on_submission_looks_at_what_is_created_when_there_is_no_workflow(shop):
    world, me = shop(THING, rule("r", "thing", {"submitted": True}, told()))
    changeset = world.do(me, create())
    assert said(world.follow(changeset)) == ["x"]
    assert change(world, me, changeset.writes[0].id, "1") == []


def test_a_rule_on_any_change_looks_when_something_changed_and_not_when_it_was_made(shop):
    world, me = shop(THING, rule("r", "thing", {"changed": True}, told()))
    changeset = world.do(me, create())
    assert said(world.follow(changeset)) == []
    assert change(world, me, changeset.writes[0].id, "1") == ["x"]


# --- branches


BRANCH = {"if": {"when": "a > 1", "then": [told("big"), {"set": {"a": "1"}}], "else": [told("small")]}}


def test_one_way_of_a_branch_is_gone_when_its_condition_holds_and_the_other_when_not(shop):
    world, me = shop(THING, rule("r", "thing", CREATED, [BRANCH, BRANCH]))
    done = world.follow(world.do(me, create(a="5")))
    assert said(done) == ["big", "small"], "the second branch sees what the first has set"
    assert done[0].rule_runs[0].trace["actions"] == ["notify", "set", "notify"]
    assert said(world.follow(world.do(me, create(a="1")))) == ["small", "small"]


def test_a_branch_sets_and_refuses_when_it_stands_before_a_save(shop):
    refuse = {"refuse": {"field": "a", "message": {"zh": "太大", "en": "too big"}}}
    inner = {"if": {"when": "a > 10", "then": [refuse], "else": [{"set": {"a": "10"}}]}}
    then = [{"if": {"when": "a > 5", "then": [inner]}}]
    world, me = shop(THING, rule("r", "thing", {"before": ["save"]}, then))
    assert [world.do(me, create(a=one)).writes[0].row["a"] for one in ("1", "6")] == [1, 10]
    assert world.refusal(me, create(a="11")) == [("RULE-010", "fields.a")]


# --- lines


def test_lines_are_left_alone_when_the_condition_of_for_each_does_not_hold(shop):
    lines = field("parts", "lines", fields=[field("n", "number")])
    log = form("log", field("n", "number"))
    made = {"create": {"form": "log", "fields": {"n": "n"}}}
    each = {"for_each": {"lines": "parts", "where": "n > 1", "do": [made]}}
    world, me = shop(form("thing", lines), log, rule("r", "thing", CREATED, each))
    done = world.follow(world.do(me, create(parts=[{"n": "1"}, {"n": "2"}, {"n": "3"}])))
    assert [write.row["n"] for write in done[0].writes] == [2, 3]


# --- deadlines


def deadline(shop, **ahead):
    event = {"deadline": {"at": "due", **ahead}}
    world, _ = shop(THING, rule("r", "thing", event, told()))
    return world.catalog.apps["shop"].rules[0], world.around("shop")


@pytest.mark.parametrize(
    ("ahead", "hours"),
    [
        ({"offset": {"days": -2}}, -48),
        ({"offset": {"hours": 3}}, 3),
        ({"offset": {"minutes": -60}}, -1),
        ({"offset": {"weeks": 1}}, 168),
        ({"offset": {"workdays": 2}}, 96),
        ({"offset": {"workdays": -4}}, -144),
        ({"percent": 50}, -120),
        ({"percent": 80, "since": "begun"}, -24),
        ({"percent": 100, "offset": {"hours": 1}}, 1),
    ],
)
def test_a_rule_looks_before_or_after_its_deadline_when_it_says_how_far(shop, ahead, hours):
    found, around = deadline(shop, **ahead)
    day = day_number_of("2026-03-19")
    due = start_of_day(day, ZONE)
    row = {"due": day, "created_at": due - 10 * DAY_MS, "begun": due - 5 * DAY_MS}
    assert due_of(found, row, around, ZONE) == due + hours * 3_600_000


def test_a_rule_has_no_deadline_when_what_it_counts_from_is_blank(shop):
    found, around = deadline(shop, percent=50, since="begun")
    row = {"due": day_number_of("2026-03-19"), "created_at": 0, "begun": None}
    assert due_of(found, row, around, ZONE) is None


def test_everybody_above_is_told_when_a_rule_names_the_chain_of_superiors(shop):
    chain = {"notify": {"to": [{"manager_chain": "owner"}], "text": {"zh": "x", "en": "x"}}}
    world, top = shop(THING, rule("r", "thing", CREATED, chain))
    middle = world.person("middle", ("shop", "staff"), manager=top)
    below = world.person("below", ("shop", "staff"), manager=middle)
    done = world.follow(world.do(below, create()))
    assert [m.payload["recipients"] for m in done[0].messages if m.kind == "notify"] == [[middle, top]]


def test_a_deadline_is_set_anew_when_a_record_is_put_back(shop):
    world, me = shop(THING, rule("r", "thing", {"deadline": {"at": "due", "offset": {"hours": 1}}}, told()))
    made = world.do(me, create(due="2026-12-01"))
    id = made.writes[0].id
    [gone] = world.do(me, Delete("shop", "thing", id)).timers
    [back] = world.do(me, Restore("shop", "thing", id)).timers
    assert (gone.due, back) == (None, made.timers[0])
