"""State machines as they run: where a transition may start, and what is a draft."""

from __future__ import annotations

import pytest

from tests.support import apps
from tests.support.apps import compiled, field, form, state, transition, workflow

STATES = [
    *(state(key, key) for key in ("draft", "open", "held", "won")),
    state("lost", "lost", locked=True),
]


@pytest.fixture(scope="module")
def machine():
    moves = [
        transition("submit", ["draft"], "open"),
        transition("hold", ["draft", "open"], "held"),
        transition("lose", "*", "lost"),
        transition("win", ["held"], "won", by="system"),
    ]
    return (
        compiled(apps.app(form("thing", field("a")), workflow("thing", STATES, moves))).apps["shop"].workflows["thing"]
    )


@pytest.mark.parametrize(
    ("key", "states"),
    [("submit", {"draft"}), ("hold", {"draft", "open"}), ("lose", {"draft", "open", "held"}), ("win", {"held"})],
)
def test_a_transition_starts_when_the_record_is_in_one_of_its_states(machine, key, states):
    every = [None, *machine.states]
    assert {origin for origin in every if machine.may_start(machine.transitions[key], origin)} == states


def test_a_record_is_a_draft_when_its_state_is_of_that_kind(machine):
    assert [key for key in (None, *machine.states) if machine.is_draft(key)] == ["draft"]


def test_a_transition_is_the_systems_when_nobody_is_named(machine):
    assert [key for key, item in machine.transitions.items() if item.by_system] == ["win"]
    assert machine.states["lost"].locked
    assert not machine.states["open"].locked
