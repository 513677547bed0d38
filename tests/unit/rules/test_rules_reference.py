"""The reference of rules says what rules are now."""

from __future__ import annotations

import re

import pytest

from docs import generate_rules
from engine.rules.text.reading import read_rules
from engine.rules.text.shapes import ACTIONS, EVENTS, Body, Kind, Shape
from engine.rules.text.words import PERSONS
from tests.unit.rules.test_announced import found


@pytest.mark.parametrize("language", ["zh", "en"])
def test_page_is_current_when_rules_have_changed(language):
    written = (generate_rules.HERE / "reference" / generate_rules.PAGES[language]).read_text(encoding="utf-8")
    assert written == generate_rules.page(language), "run: python docs/generate_rules.py"
    example = re.search(r"```\n(.*?)```", written, re.DOTALL)
    assert example is not None
    assert read_rules(example[1])[0].document["key"] == "breaker_fuse"
    assert "[[" not in written


def _inner(shapes: list[Shape]) -> list[Shape]:
    deeper = [slot.inner for shape in shapes for slot in shape.slots if slot.inner is not None]
    return shapes + (_inner(deeper) if deeper else [])


@pytest.mark.parametrize("shape", _inner([*EVENTS.values(), *ACTIONS.values()]), ids=lambda shape: shape.word.en)
def test_every_part_is_told_from_the_others_when_a_rule_is_read(shape):
    said = [form.replace("_", " ") for slot in shape.slots for form in slot.word.forms]
    assert len(said) == len(set(said)), "no two parts have a word in common"
    persons = {form.replace("_", " ") for word in PERSONS.values() for form in word.forms}
    if any(slot.kind is Kind.PERSONS for slot in shape.slots):
        assert not persons & set(said), "a way to name persons is no word of a part"
    if shape.body is not Body.OBJECT:
        assert shape.body is Body.TRUE or shape.slots


@pytest.mark.parametrize("name", sorted(set(ACTIONS) - generate_rules.COMING))
def test_an_action_is_said_to_run_when_nothing_refuses_it(name):
    then = {
        "notify": {"to": [{"owner": True}], "text": {"zh": "z", "en": "e"}},
        "open_task": {"key": "t", "to": [{"owner": True}], "title": {"zh": "z", "en": "e"}},
        "set": {"a": "1"},
        "refuse": {"message": {"zh": "z", "en": "e"}},
        "fire": {"transition": "finish"},
        "create": {"form": "log", "fields": {}},
        "update": {"record": "log", "fields": {"n": "1"}},
        "post": {"ledger": "log", "account": "owner", "delta": "a", "reference": "id"},
        "reverse": {"ledger": "log", "of": "id", "reference": "id"},
        "hold": {"reason": {"zh": "z", "en": "e"}},
        "release": True,
        "call": {"connector": "erp", "operation": "ping"},
        "make_document": {"document": "offer", "field": "a"},
        "link": {"field": "a", "record": "a"},
        "add_tag": {"field": "a", "tag": "x"},
        "run": ["other"],
        "start_approval": {"approval": "look"},
        "send_for_signing": {"document": "offer"},
        "wait_for": {"hours": 1},
        "wait_until": "today()",
    }
    on = {"before": ["save"]} if name == "refuse" else {"created": True}
    assert "RULE-040" not in [code for code, _ in found(on, {name: then[name]})]
