"""What is printed means what it was printed from, in every language and under labels that nobody should give."""

from __future__ import annotations

import re
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.kernel.problems import EngineError, Text
from engine.language.compiling import checked, compile_expression
from engine.language.explaining import explain
from engine.language.printing.formatting import format_source, print_expression
from engine.language.printing.spelling import SPEECHES
from engine.language.printing.wording import wording
from engine.language.scope import FormScope, RelationScope, Scope
from engine.language.types import ChoicesType, ChoiceType, Option
from tests.property.language.generating import expressions
from tests.property.language.test_sources import ROW, WORLD, soup
from tests.property.language.worlds import APP, DEAL, FORMS, OPTIONS, SCOPE

_LABELS = (
    "金额", "阶段", "空", "为空", "且", "不属于", "or", "IN", "Is empty", "3年计划", "2026-01-31", "15", "金额（元）",
    "a b", "back`tick", "", " 边 ", "本人", "me", "原值", "old", "param", "参数", "amount", "name", "visits", "拜访",
    "金额且阶段", "大于等于", "今天", "如果", "count", "ａｍｏｕｎｔ", "e\u0301", "é", "\"", "\\", "}}", "a.b", "🐱",
    "真", "不", "score", "第1步", "Ⅻ", "_", "x\u200by", "换\n行", "其中", "in", "customer", "level",
)  # fmt: skip
_words = st.sampled_from(_LABELS)
_texts = st.builds(Text, _words, _words)


@st.composite
def _form(draw, form, options):
    """A form whose fields, relations and options have labels out of a bag of bad ones."""
    kinds = {ChoiceType: ChoiceType(options), ChoicesType: ChoicesType(options)}
    fields = {
        key: replace(item, labels=draw(_texts), type=kinds.get(type(item.type), item.type))
        for key, item in form.fields.items()
    }
    relations = {
        key: RelationScope(key, draw(_texts), item.app, item.form, item.reference)
        for key, item in form.relations.items()
    }
    return FormScope(form.app, form.key, fields, relations)


@st.composite
def labelled(draw):
    """The world under other labels."""
    options = tuple(Option(item.key, draw(_texts)) for item in OPTIONS)
    forms = {(APP, key): draw(_form(form, options)) for key, form in FORMS.items()}
    return Scope(forms[APP, DEAL.key], forms, SCOPE.parameters, with_old=draw(st.booleans()))


def _means(source, scope):
    try:
        return checked(source, scope)
    except EngineError:
        return None


@settings(deadline=None, max_examples=250)
@given(labelled(), expressions(3), st.lists(st.sampled_from(SPEECHES), min_size=1, max_size=3))
def test_an_expression_means_the_same_when_it_is_printed_again_and_again(scope, source, speeches):
    meant = _means(source, scope)
    if meant is None:
        return  # a bad label may be the word of a relation or an option that the source writes
    for speech in speeches:
        source = print_expression(source, scope, speech)
        assert checked(source, scope) == meant, source
        assert print_expression(source, scope, speech) == source


@settings(deadline=None, max_examples=250)
@given(labelled(), expressions(2))
def test_an_expression_by_keys_is_the_same_when_everything_is_called_otherwise(scope, source):
    if _means(source, SCOPE) is None or _means(source, scope) is None:
        return
    by_labels = print_expression(source, scope, "zh")
    assert print_expression(by_labels, scope, "keys") == print_expression(source, SCOPE, "keys")


@settings(deadline=None, max_examples=300)
@given(soup, st.sampled_from(SPEECHES))
def test_what_is_written_stays_when_nothing_of_it_is_known(source, speech):
    try:
        printed = format_source(source, speech)
    except EngineError:
        return
    assert format_source(printed, speech) == printed
    assert _means(printed, SCOPE) == _means(source, SCOPE) or _means(source, SCOPE) is None


@settings(deadline=None, max_examples=250)
@given(expressions(3), st.sampled_from(("zh", "en")))
def test_an_expression_reads_without_code_when_it_is_put_into_words(source, speech):
    if _means(source, SCOPE) is None:
        return
    expression = compile_expression(source, SCOPE)
    words = wording(expression, SCOPE, {}, speech)
    told = [words.whole, *(words.stated(expression.tree.at, holds) for holds in (True, False))]
    for text in told:
        assert text.strip()
        assert not re.search(r"\b(days_since|is_empty|or_zero|param\.|!=|>=|<=)|`|\{\d\}", text), text


@settings(deadline=None, max_examples=250)
@given(expressions(3))
def test_every_part_has_words_when_an_expression_is_explained(source):
    if _means(source, SCOPE) is None:
        return
    expression = compile_expression(source, SCOPE)
    words = wording(expression, SCOPE, {}, "en")
    waiting = [explain(expression, ROW, WORLD)]
    while waiting:
        part = waiting.pop()
        assert words.of(part.at).strip(), source
        waiting.extend(part.parts)
