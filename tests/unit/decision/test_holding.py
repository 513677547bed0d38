"""Holds: what a held record refuses, who must agree before it is let go, and what follows from that."""

from __future__ import annotations

from typing import Any

import pytest

from engine.decision.commands import Act, Create, Delete, Fire, RunRules, Update
from tests.support.apps import access, app, field, form, places, problems_of, role, rule, state, transition, workflow
from tests.unit.decision.conftest import STAFF, leave

HELD, NOT_HELD, NOT_ENTITLED = "FLOW-016", "FLOW-017", "FLOW-012"
BOSS, BANKER = [{"manager_of": "owner"}], [{"person": "customer.banker"}]


def deals(*more: Any, parties: Any = None) -> list[Any]:
    """Return the parts of an app in which a rule holds every deal whose risk is set."""
    parties = [{"persons": BOSS}, {"persons": BANKER, "when": "risk = 2"}] if parties is None else parties
    named = {"released_by": parties} if parties else {}
    then = {"hold": {"reason": {"zh": "风险{{risk}}", "en": "risk {{risk}}"}, **named}}
    flow = workflow(
        "deal",
        [state("new"), state("won", "won"), state("lost", "lost")],
        [
            transition("win", ["new"], "won"),
            transition("lose", "*", "lost", while_held=True),
            release(),
        ],
    )
    return [
        form("customer", field("banker", "person")),
        form("deal", field("risk", "number"), field("why"), field("customer", "reference", form="customer")),
        flow,
        rule("freeze", "deal", {"changed": ["risk"]}, [then, *more], when="risk > 0"),
    ]


def release(**more: Any) -> Any:
    made = transition("release", "*", "new", releases=True, fields=["why"], acknowledgement=True, **more)
    del made["to"]
    return made


@pytest.fixture
def held(shop):
    """Makes a world with a deal of the risk given: its owner, the owner's boss and the customer's banker."""

    def make(*more: Any, risk: str = "1", parties: Any = None) -> tuple[Any, dict[str, str]]:
        world, _ = shop(*deals(*more, parties=parties), roles=[role("staff", access("deal"), access("customer"))])
        boss = world.person("boss", STAFF)
        owner = world.person("owner", STAFF, manager=boss)
        banker = world.person("banker", STAFF)
        customer = world.make(owner, Create("shop", "customer", {"banker": banker}))
        deal = world.make(owner, Create("shop", "deal", {"customer": customer}))
        world.moment += 1_000
        world.follow(world.do(owner, Update("shop", "deal", deal, {"risk": risk})))
        return world, {"owner": owner, "boss": boss, "banker": banker, "deal": deal}

    return make


def row_of(world: Any, names: dict[str, str]) -> Any:
    return world.rows["shop", "deal", names["deal"]]


def fire(names: dict[str, str], key: str = "release", **fields: str) -> Fire:
    return Fire("shop", "deal", names["deal"], key, {"why": "好了", **fields} if key == "release" else fields)


def test_a_held_record_refuses_transitions_with_reason_and_releasers(held):
    world, names = held()
    entry = row_of(world, names)["held"]
    assert (entry["reason"], entry["since"], entry["rule"]) == (
        {"zh": "风险1", "en": "risk 1"},
        world.moment,
        "freeze",
    )
    (problem,) = world.problems(names["owner"], fire(names, "win"))
    assert problem.code == HELD
    assert "风险1" in problem.message.zh
    assert "boss" in problem.hint.zh
    assert "banker" not in problem.hint.zh, "the second party was not asked for"
    assert world.refusal(names["owner"], Delete("shop", "deal", names["deal"])) == [(HELD, "")]
    world.do(names["owner"], Update("shop", "deal", names["deal"], {"why": "still noting things"}))


def test_only_the_party_named_releases_when_there_is_one(held):
    world, names = held()
    for name in ("owner", "banker"):
        (problem,) = world.problems(names[name], fire(names))
        assert (problem.code, "boss" in problem.hint.zh) == (NOT_ENTITLED, True)
    changeset = world.do(names["boss"], fire(names))
    assert changeset.writes[0].action == "release"
    assert (row_of(world, names)["held"], row_of(world, names)["state"]) == (None, "new")
    assert changeset.state_changes == ()
    assert world.refusal(names["boss"], fire(names)) == [(NOT_HELD, "")]
    world.do(names["owner"], fire(names, "win"))


@pytest.mark.parametrize("order", [("boss", "banker"), ("banker", "boss")])
def test_the_second_party_releases_when_two_must_agree(held, order):
    world, names = held(risk="2")
    first, second = order
    world.do(names[first], fire(names))
    entry = row_of(world, names)["held"]
    assert [item["by"] for item in entry["agreed"]] == [names[first]]
    assert world.refusal(names[first], fire(names)) == [(NOT_ENTITLED, "")], "nobody agrees twice"
    (problem,) = world.problems(names["owner"], fire(names, "win"))
    assert (second in problem.hint.zh, first in problem.hint.zh) == (True, False)
    world.do(names[second], fire(names))
    assert row_of(world, names)["held"] is None


def test_one_firing_agrees_for_both_parties_when_one_person_is_both(held):
    both = [{"persons": BOSS}, {"persons": BOSS}]
    world, names = held(parties=both)
    world.do(names["boss"], fire(names))
    assert row_of(world, names)["held"] is None


def test_the_one_who_has_the_post_now_releases_when_it_changed_hands(held):
    world, names = held()
    new_boss = world.person("new boss", STAFF)
    world.people[names["owner"]] = type(world.people[names["owner"]])(
        names["owner"], "owner", "owner", new_boss, None, frozenset({STAFF}), True
    )
    assert world.refusal(names["boss"], fire(names)) == [(NOT_ENTITLED, "")]
    world.do(new_boss, fire(names))
    assert row_of(world, names)["held"] is None


def test_the_superior_stands_in_when_a_party_is_vacant(held):
    world, names = held(parties=[{"persons": BANKER}])
    leave(world, names["banker"])
    world.do(names["boss"], fire(names))
    assert row_of(world, names)["held"] is None


def test_whoever_may_fire_it_releases_when_the_hold_names_nobody(held):
    world, names = held(parties=[])
    assert world.refusal(names["boss"], fire(names)) == [(NOT_ENTITLED, "")]
    world.do(names["owner"], fire(names))
    assert row_of(world, names)["held"] is None


def test_a_second_hold_changes_nothing_when_the_record_is_held(held):
    world, names = held()
    before = row_of(world, names)["held"]
    world.moment += 1_000
    (run,) = world.follow(world.do(names["owner"], Update("shop", "deal", names["deal"], {"risk": "2"})))
    assert run.writes == ()
    assert row_of(world, names)["held"] == before


def test_a_hold_ends_when_the_record_comes_to_its_end(held):
    world, names = held()
    world.do(names["owner"], fire(names, "lose"))
    assert (row_of(world, names)["state"], row_of(world, names)["held"]) == ("lost", None)
    world.follow(world.do(names["owner"], Update("shop", "deal", names["deal"], {"risk": "3"})))
    assert row_of(world, names)["held"] is None, "what has come to its end is not held again"


TASK = {
    "open_task": {
        "key": "check",
        "to": [*BOSS, *BANKER],
        "title": {"zh": "核查", "en": "Check"},
        "actions": [
            {"key": "verify", "labels": {"zh": "核查", "en": "Verify"}},
            {"key": "release", "labels": {"zh": "解除", "en": "Release"}, "transition": "release", "fields": ["why"]},
        ],
    }
}


def test_tasks_that_ask_for_a_release_close_when_it_is_given(held):
    world, names = held(TASK, risk="2")
    tasks = {task.assignee: task for task in world.tasks.values()}
    assert set(tasks) == {names["boss"], names["banker"]}
    world.do(names["boss"], fire(names))
    assert {task.assignee for task in world.tasks.values()} == {names["banker"]}, "the first has done their part"
    world.do(names["banker"], Act(tasks[names["banker"]].id, "release", {"why": "好"}))
    assert (world.tasks, row_of(world, names)["held"]) == ({}, None)


def test_the_other_tasks_close_when_one_who_has_none_lets_go(held):
    world, names = held(TASK, parties=[{"persons": BOSS}])
    assert {task.assignee for task in world.tasks.values()} == {names["boss"], names["banker"]}
    world.do(names["boss"], fire(names))
    assert world.tasks == {}


def test_before_rules_see_whether_the_release_is_complete(held, shop):
    rearm = rule("rearm", "deal", {"before": ["release"]}, {"set": {"risk": "0"}}, when="not held")
    parts = deals()
    world, _ = shop(*parts, rearm)
    boss = world.person("boss", STAFF)
    owner = world.person("owner", STAFF, manager=boss)
    banker = world.person("banker", STAFF)
    customer = world.make(owner, Create("shop", "customer", {"banker": banker}))
    deal = world.make(owner, Create("shop", "deal", {"customer": customer}))
    world.follow(world.do(owner, Update("shop", "deal", deal, {"risk": "2"})))
    names = {"deal": deal}
    world.do(boss, fire(names))
    assert row_of(world, names)["risk"] == 2
    world.do(banker, fire(names))
    assert (row_of(world, names)["risk"], row_of(world, names)["held"]) == (0, None)


def test_expressions_see_whether_a_record_is_held(held, shop):
    follow = rule("r", "note", {"created": True}, {"set": {"text": 'if(deal.held, "冻结", "正常")'}})
    world, me = shop(*deals(parties=[]), form("note", field("text"), field("deal", "reference", form="deal")), follow)
    deal = world.make(me, Create("shop", "deal", {}))
    texts = []
    for risk in ("0", "1"):
        world.follow(world.do(me, Update("shop", "deal", deal, {"risk": risk})))
        note = world.make(me, Create("shop", "note", {"deal": deal}))
        event = {"created": True, "deleted": False, "changed": [], "left": None, "entered": None, "version": 1}
        world.do(me, RunRules("shop", "note", note, event))
        texts.append(world.rows["shop", "note", note]["text"])
    assert texts == ["正常", "冻结"]


def test_a_rule_lets_go_when_it_says_so(held, shop):
    lift = rule("lift", "deal", {"changed": ["why"]}, {"release": True})
    world, me = shop(*deals(parties=[]), lift)
    deal = world.make(me, Create("shop", "deal", {}))
    world.follow(world.do(me, Update("shop", "deal", deal, {"risk": "1"})))
    assert world.rows["shop", "deal", deal]["held"] is not None
    world.follow(world.do(me, Update("shop", "deal", deal, {"why": "paid"})))
    assert world.rows["shop", "deal", deal]["held"] is None


# --- nobody gets a say by the way


def test_writing_ones_own_name_into_a_post_gives_no_say_when_the_record_is_held(held):
    world, names = held(risk="2")
    customer = row_of(world, names)["customer"]
    world.do(names["owner"], Update("shop", "customer", customer, {"banker": names["owner"]}))
    world.do(names["boss"], fire(names))
    assert world.refusal(names["owner"], fire(names)) == [(NOT_ENTITLED, "")]
    world.do(names["banker"], fire(names))
    assert row_of(world, names)["held"] is None


def test_the_owner_speaks_for_no_party_when_a_field_names_them(shop):
    world, _ = shop(*deals(parties=[{"persons": BANKER}]))
    boss = world.person("boss", STAFF)
    owner = world.person("owner", STAFF, manager=boss)
    customer = world.make(owner, Create("shop", "customer", {"banker": owner}))
    deal = world.make(owner, Create("shop", "deal", {"customer": customer}))
    world.follow(world.do(owner, Update("shop", "deal", deal, {"risk": "1"})))
    assert world.refusal(owner, fire({"deal": deal})) == [(NOT_ENTITLED, "")]
    world.do(boss, fire({"deal": deal}))
    assert world.rows["shop", "deal", deal]["held"] is None


def test_who_stands_in_releases_when_nobody_may_fire_it(shop):
    parts = deals(parties=[])
    parts[2]["transitions"][-1]["by"] = [{"role": "keeper"}]
    world, _ = shop(*parts, roles=[role("staff", access("deal"), access("customer")), role("keeper", access("deal"))])
    boss = world.person("boss", STAFF)
    owner = world.person("owner", STAFF, manager=boss)
    deal = world.make(owner, Create("shop", "deal", {}))
    world.follow(world.do(owner, Update("shop", "deal", deal, {"risk": "1"})))
    assert world.refusal(owner, fire({"deal": deal})) == [(NOT_ENTITLED, "")]
    world.do(boss, fire({"deal": deal}))
    assert world.rows["shop", "deal", deal]["held"] is None


@pytest.mark.parametrize("by", ["system", None])
def test_a_hold_without_a_way_out_is_not_published(by):
    parts = deals()
    if by is None:
        parts[2]["transitions"].pop()
    else:
        parts[2]["transitions"][-1]["by"] = by
    assert ("RULE-016", "rules/freeze.json#then[0].hold") in places(problems_of(app(*parts)))
    parts.append(rule("lift", "deal", {"changed": ["why"]}, {"release": True}))
    assert problems_of(app(*parts)) == []


def test_a_rule_fires_nothing_that_a_hold_holds_up(shop):
    push = rule("push", "deal", {"changed": ["why"]}, {"fire": {"transition": "win"}})
    world, me = shop(*deals(push_on(), parties=[]), push)
    deal = world.make(me, Create("shop", "deal", {}))
    world.follow(world.do(me, Update("shop", "deal", deal, {"risk": "1"})))
    world.follow(world.do(me, Update("shop", "deal", deal, {"why": "now"})))
    assert world.rows["shop", "deal", deal]["state"] == "new"


def push_on() -> Any:
    """Return an action that a hold holds up as soon as it stands: firing in the same run."""
    return {"fire": {"transition": "win"}}
