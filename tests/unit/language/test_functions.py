"""The catalogue of functions: every example is true, and a wrong call is told how it is written."""

import pytest

from engine.language.cases import shown
from engine.language.compiling import compile_expression
from engine.language.expressions import Plain
from engine.language.functions.catalogue import FUNCTIONS, function_named
from engine.language.scope import EMPTY_SCOPE
from tests.unit.language.deals import problems_of

_EXAMPLES = [(source, expected) for function in FUNCTIONS.values() for source, expected in function.examples]
_WITHOUT_EXAMPLES = {"changed", "role_in", "complete", "lookup", "lookup_policy", "lookup_row"}


@pytest.mark.parametrize(("source", "expected"), _EXAMPLES)
def test_example_is_true_when_it_runs(source, expected):
    expression = compile_expression(source, EMPTY_SCOPE)
    assert shown(expression.evaluate({}, Plain.at(1_790_000_000_000)), expression.type) == expected


def test_every_function_has_examples_when_it_needs_no_record():
    assert {function.name for function in FUNCTIONS.values() if not function.examples} == _WITHOUT_EXAMPLES


def test_functions_are_found_when_called_by_any_of_their_names():
    for function in FUNCTIONS.values():
        assert all(
            function_named(name) is function for name in (function.name, function.name.upper(), *function.aliases)
        )


@pytest.mark.parametrize(
    ("source", "usage"),
    [
        ("if(true)", "if(condition, value, [otherwise])"),
        ("today(1)", "today()"),
        ("min()", "min(value, …)"),
        ("switch(1, 2)", "switch(value, case, result, …)"),
        ("ifs(true, 1, 2, 3, 4, 5, 6)", None),
    ],
)
def test_usage_is_told_when_a_call_has_a_wrong_number_of_arguments(source, usage):
    problem = problems_of(source)[0]
    assert problem.code == ("LANG-035" if usage else "LANG-030")
    assert usage is None or usage in problem.message.en
