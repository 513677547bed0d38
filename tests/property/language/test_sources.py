"""Whatever is written either compiles or is told its problems, each with a place within the source."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.kernel.problems import EngineError
from engine.language.compiling import compile_expression
from engine.language.templates import compile_template
from tests.property.language.worlds import APP, SCOPE, made_rows, plain

ROW = made_rows()[APP, "deal"][0]
WORLD = plain(made_rows(), "Asia/Shanghai")
_WORDS = (
    "amount", "name", "stage", "tags", "hot", "due", "seen", "customer", ".", "level", "visits", "score",
    "(", ")", "[", "]", ",", "+", "-", "*", "/", "&", "=", "!=", "<", ">=", "and", "or", "not", "in",
    "contains", "is", "empty", "where", "true", "1", "2.5", '"won"', '""', "'y", "2026-01-31", "2026-02-30",
    "if", "sum", "count", "latest", "round", "me", "switch", "old", "param", "days", "today()", "且", "非",
    "为空", "阶段", "`name`", "`", "（", "”", "“", "\\", "{{", "}}", "{%", "🐱", "\0",
)  # fmt: skip
soup = st.lists(st.sampled_from(_WORDS), max_size=12).flatmap(
    lambda words: st.sampled_from((" ", "")).map(lambda gap: gap.join(words))
)


def _placed(error, source):
    assert all(0 <= problem.start <= problem.end <= len(source) for problem in error.problems), source
    assert all(problem.code.startswith("LANG-") for problem in error.problems)


@settings(deadline=None, max_examples=400)
@given(st.one_of(soup, st.text(max_size=40)))
def test_expression_compiles_or_is_told_its_problems_when_it_is_anything(source):
    try:
        expression = compile_expression(source, SCOPE)
    except EngineError as error:
        _placed(error, source)
    else:
        assert expression.holds(ROW, WORLD) in {True, False}


@settings(deadline=None, max_examples=200)
@given(soup)
def test_template_compiles_or_is_told_its_problems_when_it_is_anything(source):
    try:
        template = compile_template(source, SCOPE)
    except EngineError as error:
        _placed(error, source)
    else:
        assert template.render(ROW, WORLD, lambda value, _: str(value)).count("{{") <= source.count("{{")
