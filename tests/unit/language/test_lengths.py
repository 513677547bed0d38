"""How long texts can be, told from the expression alone: only what can pass the bound is looked at before."""

from dataclasses import replace

import pytest

from engine.kernel.problems import Text
from engine.language.backends.javascript.trees import to_json
from engine.language.checking.answering import Decider
from engine.language.compiling import compile_expression
from engine.language.lengths import is_tested, longest
from engine.language.tables import Column
from engine.language.tree import Operation, walk
from engine.language.types import LONGEST_STORED, LONGEST_TEXT, TextType
from engine.rules.tables.compiling import compile_table
from engine.rules.tables.definitions import table_def
from tests.unit.language.deals import APP, DEAL, SCOPE, field, value

STORED = LONGEST_STORED


def _tree(source, scope=SCOPE):
    return compile_expression(source, scope).tree


def _tests(source, scope=SCOPE):
    return sum(isinstance(node, Operation) and is_tested(node) for node in walk(_tree(source, scope)))


@pytest.mark.parametrize(
    ("source", "length"),
    [
        ('"abc"', 3),
        ("name", STORED),
        ('name & "abc"', STORED + 3),
        ("left(name, 5) & mid(note, 2, 7) & right(name, 1)", 13),
        ("left(name, count)", STORED),
        ('upper(trim(lower("ab")))', 2),
        ('if(budget, "abc", "abcd")', 4),
        ('switch(count, 1, "abc", "ab")', 3),
        ('coalesce("ab", "abc")', 3),
        ('replace(name, "a", "b")', STORED),
        ('replace(name, "aa", "b")', STORED),
        ('replace(name, "a", "bb")', 2 * STORED),
        ('replace(name, "aa", "bbb")', STORED * 3 // 2),
        ('replace(name, "", note)', STORED),
        ('replace(name, note, "bb")', 2 * STORED),
        ('join("--", name, "a", "b")', STORED + 6),
        ("replace(name, note, note)", LONGEST_TEXT),
        ('replace(name, "a", "01234567890")', LONGEST_TEXT),
        ("latest(visits.id)", STORED),
        ("owner.name & owner.department", 2 * STORED),
    ],
)
def test_length_is_bounded_by_the_parts_when_an_expression_is_read(source, length):
    assert longest(_tree(source)) == length


@pytest.mark.parametrize(
    ("source", "tests"),
    [
        (" & ".join(["name"] * 10), 0),
        (" & ".join(["name"] * 10) + ' & "a"', 1),
        ('replace(name, "a", "0123456789")', 0),
        ('replace(replace(name, "a", "0123456789"), "a", "b")', 0),
        ('replace(replace(name, "a", "0123456789"), "a", "bb")', 1),
        ("join(name, name, name, name, name)", 0),
        ("join(name, name, name, name, name, name, name)", 1),
    ],
)
def test_operation_looks_first_when_it_can_pass_the_bound_and_only_then(source, tests):
    assert _tests(source) == tests
    assert str(to_json(_tree(source))).count(" within'") == tests


def test_computed_field_can_be_as_long_as_a_text_can_be_when_it_is_read():
    computed = field("title", TextType(LONGEST_TEXT), "标题")
    form = replace(DEAL, fields={**DEAL.fields, "title": computed})
    scope = replace(SCOPE, form=form, forms={**SCOPE.forms, (APP, "deal"): form})
    assert _tests('title & "a"', scope) == 1
    assert _tests("if(budget, name, title)", scope) == 0


def test_texts_are_of_one_type_when_their_lengths_differ():
    assert TextType(5) == TextType()
    assert hash(TextType(5)) == hash(TextType())


def _doubling():
    """A table that says its input twice."""
    element = {"uid": "u", "labels": {"zh": "表", "en": "table"}}
    columns = [Column(key, Text(key, key), TextType()) for key in ("word", "twice")]
    document = {
        **element,
        "key": "doubling",
        "hit_policy": "first",
        "inputs": [{**element, "key": "word"}],
        "outputs": [{**element, "key": "twice"}],
        "rows": [{"uid": "row", "when": {}, "then": {"twice": "word & word"}}],
    }
    table, _ = compile_table(table_def(document), columns[:1], columns[1:], {})
    return replace(SCOPE, tables={"doubling": Decider(table)})


@pytest.mark.parametrize(("times", "length"), [(3, 800_000), (4, 0), (30, 0)])
def test_text_is_blank_when_a_table_doubles_it_again_and_again(times, length):
    source = "lookup('doubling', " * times + "name" + ")" * times
    assert value(f"len({source})", _doubling(), name="a" * STORED) == length


@pytest.mark.parametrize("length", [LONGEST_TEXT, LONGEST_TEXT + 1])
def test_text_is_blank_when_it_is_longer_than_the_longest(length):
    row = {"name": "a" * STORED, "note": "b" * (length - LONGEST_TEXT) or None}
    expected = length if length <= LONGEST_TEXT else 0
    assert value('len(replace(name & note, "a", "0123456789"))', **row) == expected
    assert value("len(" + "name & " * 10 + "note)", **row) == expected
    assert value("len(join(empty, note, " + ", ".join(["name"] * 10) + "))", **row) == expected
