"""Options by the words for them: a key, a label or an alias, and nothing where two go by the same word."""

from __future__ import annotations

import pytest

from engine.forms.converting import converter
from engine.forms.definitions import field_def
from engine.forms.field_types import BUILT_IN
from engine.forms.payloads import read_payload
from tests.support.apps import app, element, field, form, one_form, problems_of

LEFT = element("left") | {"labels": {"zh": "左边", "en": "Left"}, "aliases": ["左", "port"]}
RIGHT = element("right") | {"labels": {"zh": "右边", "en": "Right"}, "aliases": ["右"]}
SAME = element("other") | {"labels": {"zh": "左边", "en": "Other"}}
GONE = element("gone") | {"labels": {"zh": "没了", "en": "Gone"}, "retired": True, "aliases": ["away"]}


def read(value, *options, kind="choice"):
    values, problems = read_payload(one_form(field("side", kind, options=list(options))), {"side": value})
    return [problem.code for problem in problems] or values["side"]


@pytest.mark.parametrize("word", ["left", "左边", "Left", "左", "port"])
def test_an_option_is_read_by_each_of_its_words(word):
    assert read(word, LEFT, RIGHT) == "left"
    assert read([word, "右"], LEFT, RIGHT, kind="multi_choice") == ("left", "right")


@pytest.mark.parametrize("word", ["port ", "PORT", "左右", "", "gone", "没了", "away"])
def test_no_option_is_guessed_and_none_that_is_retired(word):
    assert read(word, LEFT, RIGHT, GONE) == (["FORM-004"] if word else None)


def test_a_word_that_two_options_have_names_neither_but_a_key_always_does():
    assert read("左边", LEFT, SAME) == ["FORM-004"]
    assert read("other", LEFT, {**RIGHT, "labels": {"zh": "other", "en": "other"}}, SAME) == "other"
    assert read("左边", {**LEFT, "retired": True}, SAME) == "other"


def test_a_text_is_converted_by_an_alias():
    old = field_def(field("side"), {})
    new = field_def(field("side", "choice", options=[LEFT, RIGHT]), {})
    assert converter(old, new, BUILT_IN, "UTC")(" port ") == "left"


def clashes(*options):
    return problems_of(app(form("thing", field("name"), field("side", "choice", options=list(options)))))


def test_an_alias_of_two_options_is_refused_where_it_stands():
    twice = {**RIGHT, "aliases": ["port"]}
    found = clashes(LEFT, twice)
    assert [problem.code for problem in found] == ["APP-049", "APP-049"]
    assert found[0].path == "forms/thing.json#/fields/1/options/0/aliases"
    assert "port" in found[0].message.en
    assert [problem.code for problem in clashes({**LEFT, "aliases": ["右边"]}, RIGHT)] == ["APP-049"]
    assert [problem.code for problem in clashes({**LEFT, "aliases": ["right"]}, RIGHT)] == ["APP-049"]


def test_the_same_label_of_two_options_and_the_alias_of_a_retired_one_are_no_problem():
    assert clashes(LEFT, SAME) == []
    assert clashes(LEFT, {**GONE, "aliases": ["port"]}) == []


@pytest.mark.parametrize("aliases", [[], [""], [" a"], ["a "], ["a\n"], ["a", "a"], "a", ["x" * 101]])
def test_aliases_have_a_shape(aliases):
    assert clashes({**LEFT, "aliases": aliases}, RIGHT)
