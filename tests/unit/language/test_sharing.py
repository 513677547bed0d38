"""What is written in one word many times is kept, compiled and bounded as one thing."""

from __future__ import annotations

import pytest

from engine.kernel.problems import EngineError
from engine.language.compiling import compile_expression
from engine.language.measuring import depth_of, nodes_of
from engine.language.operations import Op
from engine.language.plain import Plain
from engine.language.tree import Field, Literal, Operation
from engine.language.types import NumberType
from tests.support.apps import app, compiled, field, form

_COUNT = 60
_KEYS = [f"f{number}" for number in range(_COUNT)]
WORLD = Plain.at(1_790_000_000_000)


@pytest.fixture(scope="module")
def scope():
    fields = [
        {**field(key, "number"), "required_when": f"f{(number + 1) % _COUNT} > {number}"}
        for number, key in enumerate(_KEYS)
    ]
    return compiled(app(form("deal", *fields))).scope("shop", "deal")


def test_an_expression_is_refused_when_too_much_comes_of_it(scope):
    with pytest.raises(EngineError) as caught:
        compile_expression(" + ".join(["if(complete(), 1, 2)"] * 100), scope)
    assert [problem.code for problem in caught.value.problems] == ["LANG-110"]


def test_complete_means_the_same_when_it_is_written_many_times(scope):
    many = compile_expression(" + ".join(["if(complete(), 1, 2)"] * 20), scope)
    once = compile_expression("complete()", scope)
    for row in (dict.fromkeys(_KEYS), {**dict.fromkeys(_KEYS), "f1": 5}, {**dict.fromkeys(_KEYS), "f1": 5, "f0": 0}):
        assert many.evaluate(row, WORLD) == (20 if once.holds(row, WORLD) else 40)
    assert [once.holds({**dict.fromkeys(_KEYS), "f1": 5, "f0": filled}, WORLD) for filled in (None, 0)] == [False, True]
    assert many.reads == once.reads


def test_a_condition_stands_once_when_it_is_joined_with_itself(scope):
    assert (
        compile_expression(" and ".join(["complete()"] * 200), scope).tree
        == compile_expression("complete()", scope).tree
    )
    assert compile_expression("not complete() or complete()", scope).holds(dict.fromkeys(_KEYS), WORLD)


def test_trees_are_measured_at_once_when_their_parts_are_shared():
    node = Operation(Op.ADD, (Field("f0", NumberType()), Literal(1, NumberType())), NumberType())
    for _ in range(60):
        node = Operation(Op.ADD, (node, node), NumberType())
    assert depth_of(node) == 62
    assert nodes_of(node) == 2**62 - 1
