"""Editing parameters: each edit does what it says, the documents stay sound, and nothing else is touched."""

from __future__ import annotations

from itertools import count

import pytest

from engine.catalog.documents import shape_problems
from engine.catalog.editing import parameters
from engine.catalog.editing.elements import Mint
from engine.forms.field_types import BUILT_IN
from engine.kernel.problems import EngineError
from tests.support.apps import app, field, form, item, library, problems_of


def mint():
    numbers = count(1)
    return Mint(lambda size: next(numbers).to_bytes(size, "big"), lambda _: "tian shu")


def uid(documents, key):
    return item(parameters.parameters_in(documents), key)["uid"]


def put(documents, key, property_of, typed, language="zh"):
    return parameters.with_parameter_set(documents, uid(documents, key), property_of, typed, language)


def test_a_parameter_is_added_set_and_removed():
    before = app(form("thing", field("name")))
    made = parameters.with_parameter(before, "天数", "zh", "number", mint())
    for key, typed in (("default", "3"), ("min", "1"), ("max", "30"), ("scale", "0"), ("help", "几天")):
        made = put(made, "tian_shu", key, typed)
    (one,) = parameters.parameters_in(made)
    assert (one["default"], one["min"], one["max"], one["scale"]) == ("3", "1", "30", 0)
    assert one["help"] == {"zh": "几天", "en": "几天"}
    assert problems_of(made) == []
    assert "default" not in parameters.parameters_in(put(made, "tian_shu", "default", " "))[0]
    assert parameters.without_parameter(made, one["uid"]) == before


@pytest.mark.parametrize("kind", [*parameters.TYPES, "made up"])
def test_a_parameter_of_any_type_is_sound(kind):
    made = parameters.with_parameter(app(form("thing", field("name"))), "天数", "zh", kind, mint())
    assert problems_of(made) == []
    said = put(made, "tian_shu", "default", {"boolean": "true", "date": "2026-01-02", "text": "a"}.get(kind, "0.5"))
    assert shape_problems(said, BUILT_IN) == []


@pytest.mark.parametrize(("key", "typed"), [("default", "much"), ("min", "1e9"), ("scale", "12"), ("made_up", "x")])
def test_what_cannot_stand_there_is_refused(key, typed):
    with pytest.raises(EngineError) as caught:
        put(library(), "loan.days", key, typed)
    assert [problem.code for problem in caught.value.problems] == ["APP-047"]


def test_what_is_set_to_what_it_is_changes_no_document():
    documents = library()
    for one in parameters.parameters_in(documents):
        assert put(documents, one["key"], "name", one["labels"]["zh"]) == documents
        assert put(documents, one["key"], "default", one["default"]) == documents
        assert put(documents, one["key"], "help", one.get("help", {}).get("zh", "")) == documents
