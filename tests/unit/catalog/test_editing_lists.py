"""Editing option lists: each edit does what it says, the documents stay sound, and nothing else is touched."""

from __future__ import annotations

from itertools import count

import pytest

from engine.catalog.comparing import compare
from engine.catalog.definitions import load_app
from engine.catalog.documents import shape_problems
from engine.catalog.editing import lists
from engine.catalog.editing.elements import Mint
from engine.forms.field_types import BUILT_IN
from engine.kernel.problems import EngineError
from tests.support.apps import app, field, form, library, options

NAMED = {"zh": "去向", "en": "Destination"}


def mint(main=""):
    numbers = count(1)
    return Mint(lambda size: next(numbers).to_bytes(size, "big"), lambda _: "qu xiang", main)


@pytest.fixture
def design():
    return lists.with_list(
        app(form("thing", field("name"), field("side", "choice", options=options("a", "b")))), NAMED, mint()
    )


def uid(documents, key):
    return next(one["uid"] for one in forms_fields(documents) if one["key"] == key)


def forms_fields(documents):
    return documents["forms/thing.json"]["fields"]


def is_sound(documents):
    return shape_problems(documents, BUILT_IN) == [] and load_app(documents, BUILT_IN).key == "shop"


def code(action, *arguments):
    with pytest.raises(EngineError) as caught:
        action(*arguments)
    return [problem.code for problem in caught.value.problems]


def test_a_list_begins_with_two_options_and_the_first_one_makes_the_document(design):
    (made,) = lists.lists_in(design)
    assert (made["key"], made["labels"], len(made["options"])) == ("destination", NAMED, 2)
    assert is_sound(design)
    again = lists.with_list(design, NAMED, mint("abcdefghijkl"))
    assert [one["key"] for one in lists.lists_in(again)] == ["destination", "destination_2"]
    assert lists.lists_in(again)[1]["uid"] == "abcdefghijkl"


def test_a_field_takes_a_list_and_has_its_own_options_again(design):
    path, side = "forms/thing.json", uid(design, "side")
    taken = lists.with_field_list(design, path, side, "destination", mint())
    assert forms_fields(taken)[1]["option_list"] == "destination"
    assert "options" not in forms_fields(taken)[1]
    assert is_sound(taken)
    assert [one.zh for one in lists.users_of(taken, "destination")] == ["thing的中文·side的中文"]
    own = lists.with_field_list(
        taken, path, side, None, Mint(lambda size: b"\xff" * (size - 1) + bytes([next(tail)]), str)
    )
    assert [one["key"] for one in forms_fields(own)[1]["options"]] == ["option_1", "option_2"]
    assert "option_list" not in forms_fields(own)[1]
    assert is_sound(own)
    assert code(lists.with_field_list, design, path, side, "nowhere", mint()) == ["APP-040"]


tail = count(1)


def test_a_list_that_is_used_stays_and_the_last_one_takes_its_document_along(design):
    (made,) = lists.lists_in(design)
    taken = lists.with_field_list(design, "forms/thing.json", uid(design, "side"), "destination", mint())
    assert code(lists.without_list, taken, made["uid"]) == ["APP-043"]
    assert lists.LISTS not in lists.without_list(design, made["uid"])
    assert code(lists.without_list, design, "gonegonegone") == ["APP-040"]


def test_a_name_and_the_aliases_of_one_option_change_and_nothing_else(design):
    (made,) = lists.lists_in(design)
    renamed = lists.with_list_named(design, made["uid"], "去哪儿", "zh")
    assert lists.lists_in(renamed)[0]["labels"] == {"zh": "去哪儿", "en": "Destination"}
    assert len(compare(design, renamed)) == 1
    assert code(lists.with_list_named, design, made["uid"], " ", "zh") == ["APP-042"]
    first = made["options"][0]["uid"]
    said = lists.with_list_changed(
        design, made["uid"], lambda one: lists.with_aliases(one, first, "客户, 甲方、 甲方;option_1")
    )
    assert lists.lists_in(said)[0]["options"][0]["aliases"] == ["客户", "甲方"]
    assert is_sound(said)
    assert len(compare(design, said)) == 1
    unsaid = lists.with_list_changed(said, made["uid"], lambda one: lists.with_aliases(one, first, " ,"))
    assert unsaid == design


def test_what_is_set_to_what_it_is_changes_no_document():
    documents = library()
    for one in lists.lists_in(documents):
        assert lists.with_list_named(documents, one["uid"], one["labels"]["zh"], "zh") == documents
        for option in one["options"]:
            typed = "、".join(option.get("aliases", ()))
            changed = lists.with_list_changed(
                documents, one["uid"], lambda it, o=option, t=typed: lists.with_aliases(it, o["uid"], t)
            )
            assert changed == documents
