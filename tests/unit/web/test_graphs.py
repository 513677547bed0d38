"""What is drawn of a workflow: every state, a line for each way, and where they lead."""

from __future__ import annotations

import json

from flask import Flask

from tests.support.apps import state, transition, workflow
from web.graphs import ANY, graph_of

FLOW = workflow(
    "case",
    [state("new", "draft"), state("open"), state("old", retired=True), state("shut", "won")],
    [
        transition("start", ["new"], "open"),
        transition("finish", ["open", "old"], "shut"),
        transition("drop", "*", "old"),
        {key: said for key, said in transition("let_go", ["open"], "open", releases=True).items() if key != "to"},
    ],
)


def drawn(*more):
    with Flask(__name__).test_request_context():
        return json.loads(graph_of(FLOW, *more))


def test_a_way_is_drawn_from_each_state_that_it_leads_away_from():
    ways = [(one["from"], one["to"]) for one in drawn()["ways"]]
    assert ways == [("new", "open"), ("open", "shut"), ("old", "shut"), (ANY, "old")]


def test_a_way_from_any_state_begins_at_a_mark_of_its_own():
    states = drawn()["states"]
    assert [one["key"] for one in states] == ["new", "open", "old", "shut", ANY]
    assert [one["key"] for one in states if one.get("begins")] == [FLOW["initial"]]
    assert [one["key"] for one in states if one.get("faded")] == ["old"]


def test_states_say_what_is_noted_and_lead_where_they_are_to():
    states = drawn({"open": "3 条"}, lambda one: f"/{one['key']}")["states"]
    assert (states[1]["note"], states[1]["href"], states[0]["note"]) == ("3 条", "/open", "")
