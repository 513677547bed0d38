"""Explanations: the parts of a condition with their values, those that decide, and how all of it reads in words."""

from __future__ import annotations

import pytest

from engine.kernel.problems import Text
from engine.language.compiling import compile_expression
from engine.language.explaining import deciding, explain
from engine.language.plain import Plain
from engine.language.printing.wording import wording
from tests.support.apps import app, compiled, field, form, options, parameter

NOW = 1_773_600_000_000


def _labelled(item, zh, en):
    return {**item, "labels": {"zh": zh, "en": en}}


@pytest.fixture(scope="module")
def scope():
    lines = field("lines", "lines", fields=[_labelled(field("part", "number"), "数量", "Quantity")])
    deal = form(
        "deal",
        _labelled(field("amount", "number"), "金额", "Amount"),
        _labelled(field("name"), "名称", "Name"),
        _labelled(field("kind", "choice", options=options("new", "old")), "类型", "Kind"),
        _labelled(field("parent_deal", "reference", form="deal"), "上级商机", "Parent deal"),
        _labelled(lines, "明细", "Lines"),
    )
    return compiled(app(deal, parameters=[parameter("least", "number", default="3")])).scope("shop", "deal")


def _row(**fields):
    blank = dict.fromkeys(("amount", "name", "kind", "parent_deal", "lines"))
    return {**blank, "id": "d", "deleted_at": None, **fields}


def _because(scope, source, **fields):
    around = Plain.at(NOW)
    whole = explain(compile_expression(source, scope), _row(**fields), around)
    return whole.holds, [source[part.at[0] : part.at[1]] for part in deciding(whole)]


@pytest.mark.parametrize(
    ("fields", "wanted"),
    [
        ({"amount": 5, "name": "a"}, (True, ["amount > 3", "name is not empty"])),
        ({"amount": 2, "name": "a"}, (False, ["amount > 3", 'kind = "new"'])),
        ({"amount": 2, "kind": "new"}, (True, ['kind = "new"'])),
        ({"amount": 5}, (False, ["name is not empty", 'kind = "new"'])),
    ],
)
def test_those_conditions_decide_that_make_the_whole_hold_or_not(scope, fields, wanted):
    assert _because(scope, '(amount > 3 and name is not empty) or kind = "new"', **fields) == wanted


def test_what_is_negated_decides_by_its_own_conditions_when_it_joins_some(scope):
    assert _because(scope, "not (amount > 3 and amount < 9)", amount=5) == (False, ["amount > 3", "amount < 9"])
    assert _because(scope, "not (amount > 3)", amount=5) == (False, ["not (amount > 3"])


def test_parts_carry_the_values_that_they_read(scope):
    source = "amount * 2 + 1 >= 10"
    whole = explain(compile_expression(source, scope), _row(amount=4), Plain.at(NOW))
    (sum_,) = whole.parts
    assert (whole.holds, sum_.value, source[sum_.at[0] : sum_.at[1]]) == (False, 9, "amount * 2 + 1")
    leaves = [sum_]
    while leaves[0].parts:
        leaves = list(leaves[0].parts)
    assert [leaf.value for leaf in leaves] == [4]


@pytest.mark.parametrize(
    ("source", "zh", "en"),
    [
        ("amount >= param.least and name is empty", "金额 ≥ 最少 且 名称 为空", "Amount ≥ least and Name is empty"),
        ("not name is not empty", "不是 名称 不为空", "not Name is not empty"),
        ('kind != "new" or kind in ["old"]', None, None),
        ("parent_deal.amount * 2 < 10", "上级商机的金额 × 2 < 10", "Parent deal’s Amount × 2 < 10"),
        (
            "sum(lines.part where part > 1) = 3",
            "合计(明细的数量 其中 数量 > 1) = 3",
            "sum(Lines’s Quantity where Quantity > 1) = 3",
        ),
        ("today() > 2026-01-31", "今天 > 2026-01-31", "today > 2026-01-31"),
        ("len(name) > 1", "字数(名称) > 1", "len(Name) > 1"),
        ("not (name is empty)", "不是 (名称 为空)", "not (Name is empty)"),
        ("金额>3且名称为空", "金额>3 且 名称为空", None),
    ],
)
def test_an_expression_reads_in_words_when_it_is_shown_to_people(scope, source, zh, en):
    expression = compile_expression(source, scope)
    words = {
        speech: wording(expression, scope, {"least": Text("最少", "least")}, speech).of(expression.tree.at)
        for speech in ("zh", "en")
    }
    if zh is not None:
        assert words["zh"] == zh
    if en is not None:
        assert words["en"] == en
    assert "param" not in words["zh"]
    assert "kind" not in words["zh"]
