"""What runs of rules keep of decision tables: the rows that decided, where and when each action asked."""

from __future__ import annotations

import json

import pytest

from tests.support.apps import app, element, field, form, rule

N = field("n", "number")
ASK = 'lookup("t", n)'
POLICY = {"zh": "甲", "en": "A"}


def _table():
    rows = [("high", ">= 10", "7"), ("low", ">= 0", "3"), ("under", "< 0", "1")]
    return {
        "format": 1,
        "kind": "decision_table",
        **element("t"),
        "hit_policy": "first",
        "inputs": [element("n", type="number")],
        "outputs": [element("o", type="number")],
        "rows": [
            {"uid": element(key)["uid"], "key": key, "when": {"n": when}, "then": {"o": then}, "policy": POLICY}
            for key, when, then in rows
        ],
    }


def _runs(site, then, number, when=None, **more):
    """Return ``(fired, actions, rows named)`` of the runs of one rule on a new record, in their order."""
    lines = field("parts", "lines", fields=[field("k", "number"), field("got", "number")])
    made = form("made", field("n", "number"))
    thing = form("thing", N, field("m", "number"), field("b", "boolean"), lines)
    freed = rule("free", "thing", {"changed": ["parts"]}, {"release": True})
    docs = app(thing, made, freed, rule("r", "thing", {"created": True}, then, **({"when": when} if when else {})))
    site.publish({**docs, "decision_tables/t.json": _table()})
    me = site.person("me", ("shop", "staff"))
    site.services.records.create(me, "shop", "thing", {"n": number, **more})
    site.jobs().run_until_quiet()
    found = site.query("SELECT fired, trace FROM youju_rule_run WHERE rule = 'r' ORDER BY id")
    return [(bool(run.fired), json.loads(run.trace)) for run in found]


def _names(trace):
    return [row["row"] for asked in trace.get("tables", ()) for row in asked["rows"]]


def test_the_row_that_decided_is_named_when_an_action_before_has_changed_the_record(site):
    ((fired, trace),) = _runs(site, [{"set": {"n": "0 - 5"}}, {"set": {"m": ASK}}], "12")
    assert (fired, _names(trace)) == (True, ["under"])
    assert [row.m for row in site.query("SELECT m FROM thing")] == [1]


def test_both_rows_are_named_when_the_same_look_up_says_something_else_later(site):
    then = [{"set": {"m": ASK}}, {"set": {"n": "0 - 5"}}, {"set": {"m": ASK}}]
    ((_, trace),) = _runs(site, then, "12", when=f"{ASK} > 2")
    assert _names(trace) == ["high", "under"]


def test_only_the_condition_is_named_when_the_rule_has_not_fired(site):
    ((fired, trace),) = _runs(site, {"set": {"m": 'lookup("t", n - 100)'}}, "5", when=f"{ASK} > 5")
    assert (fired, _names(trace)) == (False, ["low"])


def test_nothing_is_named_when_a_rule_that_has_not_fired_asks_in_its_actions_only(site):
    ((fired, trace),) = _runs(site, {"set": {"m": ASK}}, "5", when="n > 5")
    assert (fired, "tables" in trace) == (False, False)


@pytest.mark.parametrize(
    ("then", "named"),
    [
        ({"if": {"when": "n > 1", "then": [{"set": {"m": ASK}}], "else": [{"set": {"m": 'lookup("t", 0)'}}]}}, "high"),
        ({"if": {"when": f"{ASK} > 5", "then": [{"set": {"b": "true"}}]}}, "high"),
        ({"if": {"when": f"{ASK} > 8", "then": [{"set": {"m": 'lookup("t", 0)'}}]}}, "high"),
        (
            {"open_task": {"key": "t", "to": [{"owner": True}], "title": POLICY, "due": f"add_days(today(), {ASK})"}},
            "high",
        ),
        ({"hold": {"reason": POLICY, "released_by": [{"persons": [{"owner": True}], "when": f"{ASK} > 5"}]}}, "high"),
        ({"create": {"form": "made", "fields": {"n": ASK}}}, "high"),
        ({"notify": {"to": [{"owner": True}], "text": {"zh": f"{{{{{ASK}}}}}", "en": "x"}}}, "high"),
        ({"set": {"m": f'if(n > 1, {ASK}, lookup("t", 0 - 1))'}}, "high"),
        ({"set": {"m": f'switch(n, 12, {ASK}, lookup("t", 0 - 1))'}}, "high"),
        ({"set": {"m": f'coalesce({ASK}, lookup("t", 0 - 1))'}}, "high"),
    ],
)
def test_the_row_is_named_when_a_part_of_an_action_asks(site, then, named):
    ((_, trace),) = _runs(site, [then], "12")
    assert _names(trace) == [named]


def test_only_what_is_said_is_named_when_a_message_has_alternatives(site):
    other = 'lookup("t", 0)'
    text = f"{{% if n > 1 %}}{{{{{ASK}}}}}{{% else %}}{{{{{other}}}}}{{% end %}}"
    then = {"notify": {"to": [{"owner": True}], "text": {"zh": text, "en": text}}}
    ((_, trace),) = _runs(site, [then], "12")
    assert _names(trace) == ["high"]


def test_the_rows_of_every_line_are_named_when_a_rule_goes_over_lines(site):
    step = {"create": {"form": "made", "fields": {"n": 'lookup("t", k)'}}}
    then = {"for_each": {"lines": "parts", "do": [step], "where": 'lookup("t", k) > 1'}}
    parts = [{"k": "1"}, {"k": "20"}, {"k": "-1"}, {"k": "2"}]
    ((_, trace),) = _runs(site, [then], "0", parts=parts)
    assert _names(trace) == ["low", "high", "under"]
    assert sorted(row.n for row in site.query("SELECT n FROM made")) == [3, 3, 7]


def test_a_run_names_its_actions_as_they_are_written_when_it_goes_one_way_of_a_branch(site):
    then = {"if": {"when": "n > 1", "then": [{"set": {"b": "true"}}, {"create": {"form": "made", "fields": {}}}]}}
    ((_, trace),) = _runs(site, [then], "12")
    assert trace["actions"] == ["set", "create"]
