"""The JavaScript back end: what a tree becomes as JSON, and what the evaluator makes of what it should not get."""

import json

import pytest

from engine.language.backends.javascript.trees import VERSION, to_json
from engine.language.backends.javascript.worlds import world_json
from engine.language.compiling import compile_expression
from engine.language.functions.catalogue import FUNCTIONS
from engine.language.operations import Op
from engine.language.plain import Plain
from engine.language.scope import EMPTY_SCOPE, FormScope, Scope
from engine.storage.javascript import evaluator
from tests.property.language.worlds import SCOPE
from tests.support.node import node, told


def _tree(source):
    return to_json(compile_expression(source, SCOPE).tree)


@pytest.mark.parametrize(
    ("source", "tree"),
    [
        ("note is empty", ["blank", ["field", "note"]]),
        ("amount > 1", ["<", 100, ["field", "amount"]]),
        ("amount <= 1", ["<=", ["field", "amount"], 100]),
        ("not hot", ["not", ["field", "hot"]]),
        ('stage in ["won", "lost"]', ["in", ["field", "stage"], "won", "lost"]),
        ("if(hot, 1, 2)", ["if", ["field", "hot"], 1, 2]),
        ("customer.name", ["path", [["customer", "world", "customer"]], "name"]),
    ],
)
def test_tree_is_compact_json_when_written(source, tree):
    version, node, _ = _tree(source)
    assert version == VERSION
    assert node == tree


def test_number_is_written_as_text_when_javascript_could_not_hold_it():
    _, node, kind = _tree("9007199254740991 * 1 + 9007199254740993")
    assert json.dumps(node).count('"big"') == 1
    assert kind[0] == "number"


def test_tree_is_refused_when_its_version_is_another():
    assert told("try { language.compile([99, true]); } catch (error) { return String(error); }") == (
        "Error: tree of version 99"
    )


def test_tree_is_refused_when_it_has_an_unknown_node():
    code = 'try { language.compile([1, ["and", ["sleep", 1], true]]); } catch (error) { return String(error); }'
    assert told(code) == "Error: no such node: sleep"


HOLDS = """
  const { evaluate, holds } = language.compile(given.tree);
  return given.rows.map((row) => [evaluate(row, {}), holds(row, {})]);
"""


@pytest.mark.parametrize(
    ("source", "row", "value", "held"),
    [
        ("hot", {"hot": None}, None, False),
        ("hot", {"hot": True}, True, True),
        ("not hot", {"hot": None}, True, True),
        ("note", {"note": "true"}, "true", False),
        ("hot and not cold", {"hot": True, "cold": None}, True, True),
        ("coalesce(hot, cold)", {"hot": None, "cold": None}, None, False),
    ],
)
def test_condition_holds_only_when_its_value_is_true(source, row, value, held):
    assert told(HOLDS, {"tree": _tree(source), "rows": [row]}) == [[value, held]]


UNKNOWN = """
  const { evaluate } = language.compile(given.tree);
  try {
    return evaluate(given.row, given.around);
  } catch (error) {
    return [error instanceof language.Unknown, error.message];
  }
"""


@pytest.mark.parametrize(
    ("source", "row", "around", "what"),
    [
        ("amount > 1", {}, {}, "amount"),
        ("amount + 1", {"note": None}, {}, "amount"),
        ("note is empty", {}, {}, "note"),
        ("param.days > 1", {}, {"parameters": {}}, "days"),
    ],
)
def test_answer_is_unknown_when_the_page_was_not_sent_what_is_asked(source, row, around, what):
    assert told(UNKNOWN, {"tree": _tree(source), "row": row, "around": around}) == [True, what]


def test_rest_is_not_asked_for_when_the_answer_is_settled():
    assert told(UNKNOWN, {"tree": _tree("hot and amount > 1"), "row": {"hot": False}, "around": {}}) is False


SPELLED_OUT = {Op.RESCALE, Op.MATCHES, Op.IS_EMAIL, Op.IS_PHONE, Op.IS_USCC}
"""Operations that a tree for JavaScript writes as others."""


def test_evaluator_knows_every_operation_when_one_is_new():
    code = "return given.filter((op) => { try { language.compile([1, [op, 1, 1]]); } catch { return true; } });"
    assert told(code, [op.value for op in Op if op not in SPELLED_OUT]) == []


def test_every_example_of_a_function_is_true_when_javascript_runs_it():
    examples = [example for function in FUNCTIONS.values() for example in function.examples]
    trees = [to_json(compile_expression(source, EMPTY_SCOPE).tree) for source, _ in examples]
    world = world_json(Plain.at(1_790_000_000_000), Scope(FormScope("a", "f", {})), [{}])
    with evaluator(node()) as process:
        found = process.answer(trees, world)
    assert list(zip((source for source, _ in examples), found, strict=True)) == [
        (source, [expected]) for source, expected in examples
    ]
