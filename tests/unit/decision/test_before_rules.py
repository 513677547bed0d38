"""Before-rules: they set and refuse inside of a save, come to rest or are refused, and are no way around the form."""

from __future__ import annotations

import pytest

from engine.decision.before_rules import ROUNDS
from engine.decision.commands import Create, Fire, Update
from tests.support import apps
from tests.support.apps import field, form, rule, state, transition, workflow

THING = form("thing", field("a", "number"), field("b", "number"), field("c", "number"), field("t"))


def sets(key, when, on=("save",), order=0, **fields):
    return rule(key, "thing", {"before": list(on)}, {"set": fields}, when=when, order=order)


def refuses(key, when, en, on=("save",), **more):
    return rule(
        key, "thing", {"before": list(on)}, {"refuse": {"message": {"zh": f"{en}的", "en": en}, **more}}, when=when
    )


def create(**fields):
    return Create("shop", "thing", fields)


@pytest.mark.parametrize("order", [(1, 2, 3), (3, 2, 1), (2, 3, 1)])
def test_rules_set_off_each_other_when_one_makes_the_others_condition_true(shop, order):
    rules = [sets("one", "a = 1", order=order[0], b="1"), sets("two", "b = 1", order=order[1], c="1")]
    world, me = shop(THING, *rules, sets("three", "c = 1", order=order[2], t='"set"'))
    (write,) = world.do(me, create(a="1")).writes
    assert [write.row[key] for key in "bct"] == [1, 1, "set"]
    (write,) = world.do(me, create(a="2")).writes
    assert [write.row[key] for key in "bct"] == [None, None, None]


def test_rules_are_refused_when_they_never_come_to_rest(shop):
    world, me = shop(THING, sets("count", "a > 0", a="a + 1"))
    (problem,) = world.problems(me, create(a="1"))
    assert problem.code == "RULE-013"
    assert "“count”" in problem.message.en
    world.do(me, create(a="0"))


def test_rules_are_refused_when_two_undo_each_other(shop):
    world, me = shop(THING, sets("up", "a = 1", a="2"), sets("down", "a = 2", a="1"))
    assert [code for code, _ in world.refusal(me, create(a="1"))] == ["RULE-013"]


def test_a_rule_that_counts_to_a_bound_is_no_loop_when_it_stops_in_time(shop):
    world, me = shop(THING, sets("count", "a < 10", a="a + 1"))
    assert world.do(me, create(a=str(10 - ROUNDS + 1))).writes[0].row["a"] == 10
    assert [code for code, _ in world.refusal(me, create(a=str(10 - ROUNDS)))] == ["RULE-013"]


def test_rounds_are_few_when_rules_change_a_record():
    assert ROUNDS == 4


def test_computed_fields_follow_when_a_rule_sets_what_they_read(shop):
    fields = [field("a", "number"), field("twice", "number", computed="a * 2"), field("t")]
    world, me = shop(form("thing", *fields), sets("set", "a = 1", a="5"), sets("see", "twice = 10", t='"seen"'))
    row = world.do(me, create(a="1")).writes[0].row
    assert (row["a"], row["twice"], row["t"]) == (5, 10, "seen")


def test_what_a_rule_sets_is_held_to_the_form_when_it_breaks_it(shop):
    holds = {"uid": apps.uid(), "holds": "b < 10", "message": {"zh": "大", "en": "large"}}
    fields = [field("a", "number"), field("b", "number", validations=[holds]), field("need", required="create")]
    world, me = shop(form("thing", *fields), sets("r", "a = 1", b="10", need="empty"))
    assert world.refusal(me, create(a="1", need="x")) == [("FORM-013", "fields.b"), ("FORM-002", "fields.need")]


def test_all_refusals_are_told_with_their_places_when_several_rules_refuse(shop):
    world, me = shop(
        THING,
        refuses("one", "a > 0", "not {{a}}", field="a"),
        refuses("two", "b is empty", "b, please"),
        refuses("three", "a < 0", "never"),
    )
    found = world.problems(me, create(a="7"))
    assert [(p.path, p.message.en, p.message.zh) for p in found] == [
        ("fields.a", "not 7", "not 7的"),
        ("", "b, please", "b, please的"),
    ]
    assert "one in English" in found[0].hint.en
    world.do(me, create(a="0", b="1"))


def test_a_refusal_sees_what_other_rules_have_set_when_it_looks(shop):
    world, me = shop(THING, refuses("refuse", "b = 2", "two"), sets("set", "a = 1", b="2"))
    assert [p.message.en for p in world.problems(me, create(a="1"))] == ["two"]


FLOW = workflow(
    "thing",
    [state("draft", "draft"), state("open"), state("shut", "won")],
    [transition("submit", ["draft"], "open"), transition("shut", ["open"], "shut")],
)


def test_a_rule_looks_only_at_its_transition_when_it_names_one(shop):
    world, me = shop(THING, FLOW, sets("r", "true", on=("shut",), t='"shut"'))
    id = world.make(me, Create("shop", "thing", {}, "submit"))
    world.do(me, Update("shop", "thing", id, {"a": "1"}))
    assert world.rows["shop", "thing", id]["t"] is None
    world.do(me, Fire("shop", "thing", id, "shut"))
    assert world.rows["shop", "thing", id]["t"] == "shut"


def test_a_rule_of_every_save_looks_at_transitions_too_when_one_fires(shop):
    world, me = shop(THING, FLOW, sets("r", 'state = "open"', t='"seen"'))
    id = world.make(me, Create("shop", "thing", {}))
    assert world.rows["shop", "thing", id]["t"] is None
    world.do(me, Fire("shop", "thing", id, "submit"))
    assert world.rows["shop", "thing", id]["t"] == "seen", "a rule sees the state that the record moves to"


def test_what_a_transition_asks_for_may_come_from_a_rule_when_nobody_filled_it(shop):
    flow = workflow(
        "thing",
        [state("draft", "draft"), state("open")],
        [transition("submit", ["draft"], "open", fields=["a", "b", "t"], guard="b = 1")],
    )
    world, me = shop(THING, flow, sets("r", "true", on=("submit",), t='coalesce(t, "by rule")', b="1"))
    row = world.do(me, Create("shop", "thing", {"a": "1"}, "submit")).writes[0].row
    assert (row["t"], row["b"], row["state"]) == ("by rule", 1, "open")


def test_a_rule_writes_who_and_when_when_it_says_me_and_now(shop):
    world, me = shop(
        form("thing", field("by", "person"), field("at", "datetime")), sets("r", "true", by="me", at="now()")
    )
    row = world.do(me, create()).writes[0].row
    assert (row["by"], row["at"]) == (me, world.moment)


def test_a_rule_sets_what_people_may_not_when_the_field_is_the_systems(shop):
    world, me = shop(form("thing", field("a"), field("stamp", set_by="system")), sets("r", 'a = "x"', stamp='"ok"'))
    assert world.do(me, create(a="x")).writes[0].row["stamp"] == "ok"


def test_the_library_notes_damage_when_a_book_comes_back_so(library):
    world, anna = library.world, library.anna
    id = library.lend(library.member(), library.book())
    back = {"returned_on": "2026-09-22", "condition": "damaged"}
    assert world.refusal(anna, Fire("library", "loan", id, "give_back", back)) == [("FORM-002", "fields.damage")]
    world.do(anna, Fire("library", "loan", id, "give_back", {**back, "damage": "wet"}))
    assert world.rows["library", "loan", id]["note"] == "归还时已损坏"
