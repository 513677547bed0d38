"""After-rules: what follows from an event, for whom, how far, and what every run leaves behind."""

from __future__ import annotations

from typing import Any

import pytest

from engine.decision.commands import Act, Create, Delete, Fire, Update
from engine.decision.persons import ADMIN, ENGINE
from tests.support import apps
from tests.support.apps import element, field, form, rule, state, transition, workflow
from tests.unit.decision.conftest import leave

STAFF = ("shop", "staff")
CREATED = {"created": True}


def told(*to: Any, zh: str = "好", en: str = "ok") -> dict[str, Any]:
    return {"notify": {"to": list(to), "text": {"zh": zh, "en": en}}}


def task(key: str, *to: Any, **more: Any) -> dict[str, Any]:
    return {"open_task": {"key": key, "to": list(to), "title": {"zh": "做{{a}}", "en": "do {{a}}"}, **more}}


def create(**fields):
    return Create("shop", "thing", fields)


def recipients(changeset):
    return [tuple(message.payload["recipients"]) for message in changeset.messages if message.kind == "notify"]


def events(changeset):
    return [message.payload for message in changeset.messages if message.kind == "event"]


# --- events


def test_no_event_is_left_when_no_rule_looks_at_it(shop):
    world, me = shop(
        form("thing", field("a"), field("b")), rule("r", "thing", {"changed": ["a"]}, told({"owner": True}))
    )
    id = world.make(me, create(a="x"))
    assert events(world.do(me, Update("shop", "thing", id, {"b": "y"}))) == []
    (event,) = events(world.do(me, Update("shop", "thing", id, {"a": "y"})))
    assert (event["record"], event["version"], event["depth"], event["by"]) == (id, 3, 0, me)
    assert "a" in event["event"]["changed"]


def test_a_rule_of_changes_does_not_look_when_a_record_is_new(shop):
    world, me = shop(form("thing", field("a")), rule("r", "thing", {"changed": ["a"]}, told({"owner": True})))
    assert events(world.do(me, create(a="x"))) == []


def test_a_rule_sees_the_record_as_it_is_when_it_runs(shop):
    world, me = shop(
        form("thing", field("a")), rule("r", "thing", CREATED, told({"owner": True}, en="{{a}}"), when='a = "y"')
    )
    changeset = world.do(me, create(a="x"))
    world.do(me, Update("shop", "thing", changeset.writes[0].id, {"a": "y"}))
    (run,) = world.follow(changeset)
    assert [message.payload["text"]["en"] for message in run.messages] == ["y"]


def test_people_are_told_and_records_made_when_a_record_is_deleted(shop):
    world, me = shop(
        form("log", field("text")),
        form("thing", field("a"), field("b")),
        rule(
            "r",
            "thing",
            {"deleted": True},
            [
                told({"owner": True}, en="{{a}} is gone"),
                {"set": {"b": '"x"'}},
                task("t", {"owner": True}),
                {"create": {"form": "log", "fields": {"text": "a"}}},
            ],
            when='a = "x"',
        ),
    )
    other = world.make(me, create(a="y"))
    (run,) = world.follow(world.do(me, Delete("shop", "thing", other)))
    assert [item.fired for item in run.rule_runs] == [False]
    id = world.make(me, create(a="x"))
    (run,) = world.follow(world.do(me, Delete("shop", "thing", id)))
    assert [message.payload["text"]["en"] for message in run.messages] == ["x is gone"]
    assert [(write.form, write.row["text"]) for write in run.writes] == [("log", "x")]
    assert run.tasks_opened == (), "the record itself is left alone"
    assert run.rule_runs[0].trace["actions"] == ["notify", "create"]


def test_nothing_follows_when_the_record_is_gone(shop):
    world, me = shop(form("thing", field("a")), rule("r", "thing", CREATED, told({"owner": True})))
    changeset = world.do(me, create())
    world.do(me, Delete("shop", "thing", changeset.writes[0].id))
    (run,) = world.follow(changeset)
    assert (run.messages, run.rule_runs, run.writes) == ((), (), ())


# --- runs


def test_every_run_leaves_its_trace_when_it_fired_and_when_it_did_not(shop):
    world, me = shop(
        form("thing", field("a"), field("n", "number", scale=2), field("b")),
        rule("no", "thing", CREATED, told({"owner": True}), when='a = "y"'),
        rule(
            "yes", "thing", CREATED, [told({"owner": True}), {"set": {"b": '"x"'}}], when='a = "x" and n > 1', order=1
        ),
        rule("always", "thing", CREATED, told({"owner": True}), order=2),
        rule("else", "thing", {"deleted": True}, told({"owner": True})),
    )
    changeset = world.do(me, create(a="x", n="1.50"))
    run = world.follow(changeset)[0]
    assert [(item.rule, item.fired) for item in run.rule_runs] == [("no", False), ("yes", True), ("always", True)]
    no, yes, always = run.rule_runs
    assert no.trace["inputs"] == {"a": "x"}
    assert no.trace["actions"] == []
    assert yes.trace["inputs"] == {"a": "x", "n": 150}
    assert yes.trace["actions"] == ["notify", "set"]
    assert always.trace["inputs"] == {}
    assert yes.trace["event"]["created"] is True
    assert {(item.app, item.form, item.record, item.revision, item.at) for item in run.rule_runs} == {
        ("shop", "thing", changeset.writes[0].id, 1, world.moment)
    }
    assert len({item.id for item in run.rule_runs}) == 3


# --- whom


PEOPLE = form("thing", field("a"), field("helper", "person"), field("team", "persons"))


@pytest.mark.parametrize("who", ["owner", "creator", "helper", "team", "manager_of owner", "manager_of helper", "role"])
def test_somebody_is_told_when_a_rule_names_them(shop, who):
    kind, _, of = who.partition(" ")
    named = (
        {"role": "staff"}
        if kind == "role"
        else {kind: of}
        if of
        else {"person": kind}
        if kind in ("helper", "team")
        else {kind: True}
    )
    world, me = shop(PEOPLE, rule("r", "thing", CREATED, told(named)))
    chief = world.person("chief")
    boss = world.person("boss", manager=chief)
    helper, owner = world.person("helper", manager=chief), world.person("owner", STAFF, manager=boss)
    changeset = world.do(me, create(helper=helper, team=[boss, helper], owner=owner))
    (got,) = recipients(world.follow(changeset)[0])
    assert (
        got
        == {
            "owner": (owner,),
            "creator": (me,),
            "helper": (helper,),
            "team": (boss, helper),
            "manager_of owner": (boss,),
            "manager_of helper": (chief,),
            "role": (me, owner),
        }[who]
    )


def test_everybody_is_told_once_when_a_rule_names_them_twice(shop):
    world, me = shop(PEOPLE, rule("r", "thing", CREATED, told({"owner": True}, {"role": "staff"}, {"creator": True})))
    assert recipients(world.follow(world.do(me, create()))[0]) == [(me,)]


@pytest.mark.parametrize(
    "named", [{"person": "helper"}, {"role": "ghost"}, {"manager_of": "helper"}, {"person": "team"}]
)
def test_the_owners_superior_is_told_when_a_post_is_vacant(shop, named):
    roles = [apps.role("staff", apps.access("thing")), apps.role("ghost")]
    world, me = shop(PEOPLE, rule("r", "thing", CREATED, told(named)), roles=roles)
    boss, admin = world.person("boss"), world.person("admin", (ENGINE, ADMIN))
    owner = world.person("owner", STAFF, manager=boss)
    changeset = world.do(me, create(owner=owner))
    assert recipients(world.follow(changeset)[0]) == [(boss,)]
    leave(world, boss)
    assert recipients(world.follow(world.do(me, create(owner=owner)))[0]) == [(admin,)], "then the admins"


def test_somebody_else_is_told_when_who_is_named_has_left(shop):
    world, me = shop(PEOPLE, rule("r", "thing", CREATED, told({"owner": True}, {"person": "team"})))
    boss = world.person("boss")
    owner, one, other = world.person("owner", STAFF, manager=boss), world.person("one"), world.person("other")
    changeset = world.do(me, create(owner=owner, team=[one, other]))
    leave(world, owner)
    leave(world, one)
    assert recipients(world.follow(changeset)[0]) == [(boss, other)], "of several only those who are there"


def test_nobody_is_told_when_there_is_nobody_at_all(shop):
    world, me = shop(PEOPLE, rule("r", "thing", CREATED, told({"person": "helper"})))
    (run,) = world.follow(world.do(me, create()))
    assert run.messages == ()
    assert run.rule_runs[0].fired


def test_many_are_told_in_few_rounds_when_a_role_has_many(shop):
    world, me = shop(PEOPLE, rule("r", "thing", CREATED, [told({"role": "staff"}), task("t", {"role": "staff"})]))
    for number in range(60):
        world.person(f"p{number}", STAFF)
    (run,) = world.follow(world.do(me, create()))
    assert len(recipients(run)[0]) == 61
    assert len(run.tasks_opened) == 61
    assert world.rounds <= 4


# --- texts


ZH = "{{owner}}|{{customer}}|{{amount}}|{{on}}|{{yes}}|{{kind}}|{{at}}|{{a}}"
EN = "{{customer.name}}|{{yes}}|{{kind}}|{{amount * 2}}"


def test_a_message_is_said_in_both_languages_when_it_names_values(shop):
    world, me = shop(
        form("customer", field("name"), title="{{name}}"),
        form(
            "thing",
            field("a"), field("customer", "reference", form="customer"), field("amount", "money"), field("on", "date"),
            field("yes", "boolean"), field("kind", "choice", options=apps.options("red")), field("at", "datetime"),
        ),
        rule("r", "thing", CREATED, told({"owner": True}, zh=ZH, en=EN)),
    )  # fmt: skip
    customer = world.make(me, Create("shop", "customer", {"name": "九江"}))
    changeset = world.do(
        me,
        create(customer=customer, amount="12.50", on="2026-03-01", yes=True, kind="red", at="2026-03-01T00:30:00Z"),
    )
    (message,) = world.follow(changeset)[0].messages
    assert message.payload["text"] == {
        "zh": "me|九江|12.5|2026-03-01|是|red的中文|2026-03-01 08:30|",
        "en": "九江|yes|red in English|25",
    }
    assert (message.payload["app"], message.payload["form"], message.payload["record"]) == (
        "shop", "thing", changeset.writes[0].id,
    )  # fmt: skip


# --- tasks


ACTIONS = [{**{k: v for k, v in element("ok").items() if k != "uid"}, "transition": "finish", "fields": ["a"]}]
FLOW = workflow(
    "thing",
    [state("new", "draft"), state("open"), state("done", "won")],
    [
        transition("start", ["new", "done"], "open", by=[{"role": "staff"}]),
        transition("finish", ["open"], "done", by=[{"role": "staff"}], acknowledgement=True, optional_fields=["a"]),
        transition("again", ["open"], "new"),
    ],
)
OPENED = rule("r", "thing", {"entered": "open"}, task("do", {"role": "staff"}, actions=ACTIONS, due="today() + 3"))


@pytest.fixture
def tasks(shop):
    world, me = shop(form("thing", field("a")), FLOW, OPENED)
    other = world.person("other", STAFF)
    id = world.make(me, create(a="x"))
    return world, me, other, id


def start(world, me, id):
    changeset = world.do(me, Fire("shop", "thing", id, "start"))
    return world.follow(changeset)[0]


def test_everybody_named_gets_a_task_when_a_rule_opens_one(tasks):
    world, me, other, id = tasks
    run = start(world, me, id)
    assert [(t.assignee, t.key, t.record, t.state) for t in run.tasks_opened] == [
        (me, "do", id, "open"), (other, "do", id, "open"),
    ]  # fmt: skip
    first = run.tasks_opened[0]
    assert (first.title.zh, first.title.en) == ("做x", "do x")
    assert [(a.key, a.transition, a.fields) for a in first.actions] == [("ok", "finish", ("a",))]
    assert first.due_at is not None
    assert 2 * 86_400_000 < first.due_at - world.moment <= 3 * 86_400_000
    assert len({t.dedupe for t in run.tasks_opened}) == 2


def test_a_task_is_not_opened_again_when_the_same_event_is_run_twice(tasks):
    world, me, _, id = tasks
    changeset = world.do(me, Fire("shop", "thing", id, "start"))
    first, again = world.follow(changeset)[0], world.follow(changeset)[0]
    assert [t.dedupe for t in first.tasks_opened] == [t.dedupe for t in again.tasks_opened]
    assert {t.id for t in first.tasks_opened} & {t.id for t in again.tasks_opened} == set()
    assert len(world.tasks) == 2


def test_a_task_is_a_new_one_when_the_record_comes_into_the_state_again(tasks):
    world, me, _, id = tasks
    first = start(world, me, id)
    world.moment += 1_000
    world.do(me, Fire("shop", "thing", id, "again"))
    world.moment += 1_000
    second = start(world, me, id)
    assert {t.dedupe for t in first.tasks_opened} & {t.dedupe for t in second.tasks_opened} == set()


def test_all_tasks_of_the_state_are_over_when_one_of_them_is_done(tasks):
    world, me, other, id = tasks
    start(world, me, id)
    mine = next(t.id for t in world.tasks.values() if t.assignee == me)
    theirs = next(t.id for t in world.tasks.values() if t.assignee == other)
    changeset = world.do(me, Act(mine, "ok", {"a": "y"}))
    assert {(c.id, c.action, c.actor.user) for c in changeset.tasks_closed} == {(mine, "ok", me), (theirs, None, me)}
    assert world.rows["shop", "thing", id]["state"] == "done"
    assert world.rows["shop", "thing", id]["a"] == "y"
    assert world.tasks == {}


def test_a_task_stays_when_its_transition_is_refused(tasks):
    world, me, _, id = tasks
    start(world, me, id)
    mine = next(t.id for t in world.tasks.values() if t.assignee == me)
    refused = sorted(world.refusal(me, Act(mine, "ok", {"a": 5, "b": 1})))
    assert refused == [("FORM-001", "fields.b"), ("FORM-003", "fields.a")]
    assert mine in world.tasks


def test_one_field_is_enough_when_an_action_asks_for_one_of_several(shop):
    either = [{**ACTIONS[0], "fields": [], "one_of": ["a", "b"]}]
    opened = rule("r", "thing", {"entered": "open"}, task("do", {"role": "staff"}, actions=either))
    finish = transition("finish", ["open"], "done", by=[{"role": "staff"}], acknowledgement=True)
    flow = {**FLOW, "transitions": [FLOW["transitions"][0], {**finish, "optional_fields": ["a", "b"]}]}
    world, me = shop(form("thing", field("a"), field("b")), flow, opened)
    id = world.make(me, create())
    start(world, me, id)
    (mine,) = world.tasks
    assert world.refusal(me, Act(mine, "ok", {})) == [("FLOW-018", "fields.a")]
    world.do(me, Act(mine, "ok", {"b": "y"}))
    assert world.rows["shop", "thing", id]["state"] == "done"


def test_tasks_stay_when_the_record_changes_within_its_state(tasks):
    world, me, _, id = tasks
    start(world, me, id)
    assert world.do(me, Update("shop", "thing", id, {"a": "y"})).tasks_closed == ()


def test_tasks_are_over_when_the_record_is_deleted(tasks):
    world, me, _, id = tasks
    start(world, me, id)
    changeset = world.do(me, Delete("shop", "thing", id))
    assert len(changeset.tasks_closed) == 2
    assert world.tasks == {}


def test_a_task_can_only_be_done_when_it_has_no_actions_of_its_own(shop):
    world, me = shop(form("thing", field("a")), rule("r", "thing", CREATED, task("do", {"owner": True})))
    (run,) = world.follow(world.do(me, create(a="x")))
    (opening,) = run.tasks_opened
    assert [(a.key, a.transition) for a in opening.actions] == [("done", None)]
    changeset = world.do(me, Act(opening.id, "done"))
    assert (changeset.writes, [c.action for c in changeset.tasks_closed]) == ((), ["done"])


# --- what rules change
