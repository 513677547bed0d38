"""Which rules look at what happened."""

from __future__ import annotations

import pytest

from engine.rules.rules import Event, Rule
from tests.support import apps
from tests.support.apps import compiled, field, form, rule, state, transition, workflow

NOTIFY = {"notify": {"to": [{"owner": True}], "text": {"zh": "z", "en": "e"}}}
SET = {"set": {"a": '"x"'}}


def compiled_rule(on, then=NOTIFY) -> Rule:
    flow = workflow("thing", [state("new"), state("done", "won")], [transition("finish", ["new"], "done")])
    documents = apps.app(form("thing", field("a"), field("b")), flow, rule("r", "thing", on, then))
    return compiled(documents).apps["shop"].rules[0]


CREATED = Event(created=True, entered="new")
CHANGED = Event(changed=frozenset({"a", "version"}))
MOVED = Event(changed=frozenset({"state"}), left="new", entered="done")
DELETED = Event(deleted=True, changed=frozenset({"deleted_at"}))


@pytest.mark.parametrize(
    ("on", "seen"),
    [
        ({"created": True}, {CREATED}),
        ({"deleted": True}, {DELETED}),
        ({"changed": ["a"]}, {CHANGED}),
        ({"changed": ["b"]}, set()),
        ({"changed": ["b", "a"]}, {CHANGED}),
        ({"entered": "done"}, {MOVED}),
        ({"entered": "new"}, {CREATED}),
        ({"left": "new"}, {MOVED}),
        ({"left": "done"}, set()),
        ([{"created": True}, {"left": "new"}], {CREATED, MOVED}),
    ],
)
def test_a_rule_looks_when_its_event_happened_and_not_else(on, seen):
    found = compiled_rule(on)
    assert not found.looks_before
    assert {event for event in (CREATED, CHANGED, MOVED, DELETED, Event()) if found.looks_at(event)} == seen


@pytest.mark.parametrize(
    ("on", "actions"),
    [
        ({"before": ["save"]}, {"save", "finish", "other"}),
        ({"before": ["finish"]}, {"finish"}),
        ([{"before": ["save"]}, {"before": ["finish"]}], {"save", "finish", "other"}),
    ],
)
def test_a_before_rule_looks_at_every_save_when_it_says_so_and_else_at_its_transitions(on, actions):
    found = compiled_rule(on, SET)
    assert found.looks_before
    assert {action for action in ("save", "finish", "other") if found.looks_before_action(action)} == actions
    assert not any(found.looks_at(event) for event in (CREATED, CHANGED, MOVED, DELETED))


def test_rules_stand_in_their_order_when_they_look_and_disabled_ones_never():
    documents = apps.app(
        form("thing", field("a")),
        rule("c", "thing", {"created": True}, NOTIFY),
        rule("b", "thing", {"created": True}, NOTIFY, order=2),
        rule("a", "thing", {"created": True}, NOTIFY, order=2),
        rule("last", "thing", {"created": True}, NOTIFY, order=-1),
        rule("off", "thing", {"created": True}, NOTIFY, enabled=False),
        rule("before", "thing", {"before": ["save"]}, SET),
    )
    app = compiled(documents).apps["shop"]
    assert [found.key for found in app.rules_of("thing", before=False)] == ["last", "c", "a", "b"]
    assert [found.key for found in app.rules_of("thing", before=True)] == ["before"]
    assert app.rules_of("other", before=True) == ()


def test_what_a_rule_reads_around_is_known_when_any_of_its_parts_reads_it():
    documents = apps.app(
        form("o", field("name")),
        form("thing", field("a"), field("o", "reference", form="o"), field("n", "number")),
        rule(
            "r",
            "thing",
            {"created": True},
            [
                {"notify": {"to": [{"owner": True}], "text": {"zh": "{{o.name}}{{a}}", "en": "e"}}},
                {
                    "open_task": {
                        "key": "t",
                        "to": [{"owner": True}],
                        "title": {"zh": "z", "en": "{{o.name & a}}"},
                        "due": "today()",
                    }
                },
                {"set": {"a": "o.name", "n": "1"}},
                {"create": {"form": "thing", "fields": {"a": 'o.name & "!"'}}},
            ],
            when="o.name is not empty",
        ),
    )
    found = compiled(documents).apps["shop"].rules[0]
    assert sorted(expression.source.strip() for expression in found.reaching) == [
        "o.name",
        "o.name",
        'o.name & "!"',
        "o.name & a",
        "o.name is not empty",
    ]
    assert sorted(expression.source.strip() for expression in found.said) == ["a", "o.name", "o.name & a"]
