"""What rules do: set, fire, create, and how far a chain of them may go."""

from __future__ import annotations

from typing import Any

import pytest

from engine.decision.commands import Act, Create, Fire, RunRules, Update
from engine.decision.course import DEPTH, WRITES
from tests.support.apps import field, form, rule, state, transition, workflow

CREATED = {"created": True}


def told(*to: Any, zh: str = "好", en: str = "ok") -> dict[str, Any]:
    return {"notify": {"to": list(to), "text": {"zh": zh, "en": en}}}


def create(**fields):
    return Create("shop", "thing", fields)


def recipients(changeset):
    return [tuple(message.payload["recipients"]) for message in changeset.messages if message.kind == "notify"]


def events(changeset):
    return [message.payload for message in changeset.messages if message.kind == "event"]


# --- events


def test_a_rule_acts_for_the_system_when_it_sets_fields(shop):
    world, me = shop(
        form("thing", field("a"), field("stamp", set_by="system"), field("once", read_only_after_create=True)),
        rule("r", "thing", CREATED, {"set": {"stamp": '"by rule"', "once": "a"}}),
    )
    changeset = world.do(me, create(a="x"))
    (run,) = world.follow(changeset)
    (write,) = run.writes
    assert (write.actor.user, write.actor.rule, write.reason) == (None, "r", "r")
    assert write.version == 2
    assert (write.row["stamp"], write.row["once"], write.row["updated_by"]) == ("by rule", "x", None)
    assert run.actor.user == me, "the command itself goes on in the name of whoever set it off"


def test_two_rules_write_one_after_the_other_when_both_set_the_record(shop):
    world, me = shop(
        form("thing", field("a", "number"), field("b", "number")),
        rule("one", "thing", CREATED, {"set": {"a": "1"}}, order=1),
        rule("two", "thing", CREATED, [{"set": {"b": "a + 1"}}, {"set": {"a": "a + b"}}], order=2),
    )
    (run,) = world.follow(world.do(me, create()))
    assert [(write.version, write.row["a"], write.row["b"]) for write in run.writes] == [
        (2, 1, None),
        (3, 1, 2),
        (4, 3, 2),
    ]


def test_a_rule_moves_a_record_when_it_fires_a_transition_of_the_system(shop):
    flow = workflow("thing", [state("new"), state("done", "won")], [transition("finish", ["new"], "done", by="system")])
    world, me = shop(
        form("thing", field("a")), flow, rule("r", "thing", {"changed": ["a"]}, {"fire": {"transition": "finish"}})
    )
    id = world.make(me, create())
    (run,) = world.follow(world.do(me, Update("shop", "thing", id, {"a": "x"})))
    assert (run.writes[0].action, run.state_changes[0].actor.rule) == ("finish", "r")
    (again,) = world.follow(world.do(me, Update("shop", "thing", id, {"a": "y"})))
    assert again.writes == (), "one that cannot start any more is left alone"
    assert again.rule_runs[0].trace["actions"] == ["fire"]


def test_a_rule_makes_a_record_with_defaults_when_it_creates(shop):
    log = form("log", field("text", required="create"), field("on", "date", default="today()"), field("who", "person"))
    made = {"create": {"form": "log", "fields": {"text": "a", "owner": "owner", "who": "me"}}}
    world, me = shop(log, form("thing", field("a")), rule("r", "thing", CREATED, made))
    (run,) = world.follow(world.do(me, create(a="x")))
    (write,) = run.writes
    assert (write.kind, write.form, write.row["text"], write.row["owner"], write.row["who"]) == (
        "insert",
        "log",
        "x",
        me,
        me,
    )
    assert write.row["on"] is not None
    assert (write.actor.rule, write.row["created_by"]) == ("r", None)


def test_a_rule_is_refused_as_a_whole_when_what_it_makes_does_not_hold(shop):
    world, me = shop(
        form("log", field("text", required="create")),
        form("thing", field("a"), field("b")),
        rule("r", "thing", CREATED, [{"set": {"b": '"x"'}}, {"create": {"form": "log", "fields": {"text": "a"}}}]),
    )
    changeset = world.do(me, create())
    (event,) = events(changeset)
    found = world.refusal(me, RunRules("shop", "thing", event["record"], event["event"]))
    assert found == [("FORM-002", "fields.text")]


# --- bounds


def test_children_of_rules_run_their_rules_one_deeper_when_they_follow(shop):
    world, me = shop(
        form("thing", field("n", "number")),
        rule("r", "thing", {"changed": ["n"]}, {"set": {"n": "n + 1"}}, when="n < 3"),
    )
    id = world.make(me, create(n="0"))
    runs = world.follow(world.do(me, Update("shop", "thing", id, {"n": "1"})))
    assert world.rows["shop", "thing", id]["n"] == 3
    assert [event["depth"] for run in runs for event in events(run)] == [1, 2]


def test_a_chain_is_refused_when_rules_set_each_other_off_for_ever(shop):
    world, me = shop(
        form("thing", field("n", "number")), rule("loop", "thing", {"changed": ["n"]}, {"set": {"n": "n + 1"}})
    )
    id = world.make(me, create(n="0"))
    changeset = world.do(me, Update("shop", "thing", id, {"n": "1"}))
    for depth in range(DEPTH):
        (event,) = events(changeset)
        assert event["depth"] == depth
        changeset = world.do(me, RunRules("shop", "thing", id, event["event"], depth))
    (event,) = events(changeset)
    (problem,) = world.problems(me, RunRules("shop", "thing", id, event["event"], event["depth"]))
    assert problem.code == "RULE-011"
    assert "“loop”" in problem.message.en
    assert str(DEPTH) in problem.hint.en


def test_a_rule_whose_condition_fails_is_no_chain_when_it_is_deep(shop):
    world, me = shop(
        form("thing", field("n", "number")), rule("r", "thing", CREATED, told({"owner": True}), when="n > 5")
    )
    (event,) = events(world.do(me, create(n="0")))
    world.do(me, RunRules("shop", "thing", event["record"], event["event"], DEPTH + 1))


@pytest.mark.parametrize(("count", "holds"), [(WRITES, True), (WRITES + 1, False)])
def test_a_run_is_refused_when_it_writes_too_many_records(shop, count, holds):
    world, me = shop(
        form("log", field("text")),
        form("thing", field("a")),
        rule("flood", "thing", CREATED, [{"create": {"form": "log", "fields": {"text": "a"}}}] * count),
    )
    (event,) = events(world.do(me, create()))
    body = RunRules("shop", "thing", event["record"], event["event"])
    if holds:
        assert len(world.do(me, body).writes) == WRITES
    else:
        (problem,) = world.problems(me, body)
        assert problem.code == "RULE-012"
        assert "“flood”" in problem.message.en


# --- the library


def test_the_librarian_has_the_task_when_a_reader_asks_for_a_book(library):
    world, anna, john = library.world, library.anna, library.john
    asked = world.do(john, Create("library", "loan", {"member": library.member(), "book": library.book()}))
    (run,) = world.follow(asked)
    assert [(t.assignee, t.title.zh) for t in run.tasks_opened] == [(anna, "约翰想借《红楼梦》")]
    (task_id,) = world.tasks
    done = world.do(anna, Act(task_id, "lend"))
    assert [c.action for c in done.tasks_closed] == ["lend"]
    back = {"returned_on": "2026-12-31", "condition": "good"}
    returned = world.do(anna, Fire("library", "loan", asked.writes[0].id, "give_back", back))
    (run,) = world.follow(returned)
    (message,) = run.messages
    assert message.payload["recipients"] == [anna]
    assert "逾期" in message.payload["text"]["zh"]
