"""Quick actions are checked when they are published: what they name is there, and each expression has its type."""

from __future__ import annotations

import pytest

from tests.support.apps import app, compiled, field, form, places, problems_of, state, transition, workflow

BOX = form("box", field("name"), field("number", "number", scale=0), title="{{name}}")
TAG = form(
    "tag",
    field("box", "reference", form="box"),
    field("text"),
    field("stamp", set_by="system"),
    field("notes", "lines", fields=[field("said")]),
    title="{{id}}",
)
FLOW = workflow("tag", [state("new"), state("done", "won")], [transition("finish", ["new"], "done")])


def shop(**action):
    document = {"uid": "q00000000001", "key": "tap", "labels": {"zh": "点", "en": "Tap"}, "form": "tag", **action}
    made = app(BOX, TAG, FLOW, key="shop")
    return {**made, "quick_actions.json": {"format": 1, "kind": "quick_actions", "quick_actions": [document]}}


def test_an_action_runs_when_all_that_it_names_is_there():
    made = compiled(
        shop(
            on="box",
            when="number > 1",
            link="box",
            values={"text": "name"},
            ask=["text"],
            find={"same": ["box"], "where": "text is not empty"},
            add={"notes": {"said": "text"}},
            transition="finish",
        )
    )
    action = made.apps["shop"].quick_actions["tap"]
    assert (action.form, action.on) == (("shop", "tag"), ("shop", "box"))


@pytest.mark.parametrize(
    ("action", "code", "place"),
    [
        ({"form": "nothing"}, "APP-010", "form"),
        ({"on": "nothing"}, "APP-010", "on"),
        ({"when": "1 = 1"}, "APP-022", "when"),
        ({"on": "box", "when": "name"}, "LANG-040", "when"),
        ({"on": "box", "link": "text"}, "APP-020", "link"),
        ({"link": "box"}, "APP-020", "link"),
        ({"values": {"nothing": "1"}}, "APP-021", "values"),
        ({"values": {"stamp": '"x"'}}, "APP-021", "values"),
        ({"on": "box", "values": {"text": "number"}}, "LANG-040", "values.text"),
        ({"values": {"text": "name"}}, "LANG-020", "values.text"),
        ({"ask": ["stamp"]}, "APP-021", "ask"),
        ({"transition": "nothing"}, "FLOW-010", "transition"),
        ({"find": {"same": ["notes"]}}, "APP-021", "find.same"),
        ({"find": {"same": ["text"], "where": "text"}}, "LANG-040", "find.where"),
        ({"add": {"text": {"said": "text"}}}, "APP-021", "add.text"),
        ({"add": {"notes": {"nothing": "text"}}}, "APP-021", "add.notes"),
        ({"choices": {"form": "nothing", "into": "box"}}, "APP-010", "choices.form"),
        ({"choices": {"form": "box", "into": "text"}}, "APP-020", "choices.into"),
        ({"choices": {"form": "box", "into": "box", "match": {"name": "name"}}}, "APP-022", "choices.match"),
        ({"choices": {"form": "box", "into": "box", "where": "text = 1"}}, "LANG-020", "choices.where"),
        ({"choices": {"form": "box", "into": "box", "sort": "nothing"}}, "APP-021", "choices.sort"),
        ({"choices": {"form": "box", "into": "box", "also": {"stamp": "name"}}}, "APP-021", "choices.also"),
    ],
)
def test_an_action_is_refused_with_its_place_when_something_is_wrong(action, code, place):
    assert (code, f"quick_actions.json#/tap.{place}") in places(problems_of(shop(**action)))


def test_two_actions_of_one_key_are_refused_when_they_are_published():
    documents = shop()
    listed = documents["quick_actions.json"]["quick_actions"]
    listed.append({**listed[0], "uid": "q00000000002"})
    assert [code for code, _ in places(problems_of(documents))] == ["APP-008"]


def test_an_expression_is_kept_by_keys_when_it_is_written_in_labels():
    made = compiled(shop(on="box", values={"text": "name的中文"}))
    (placed,) = [item for item in made.apps["shop"].placed if item.place.startswith("quick_actions.json")]
    assert placed.place == "quick_actions.json#/tap.values.text"
