"""Explanations: the parts of a condition with their values, those that decide, and how all of it reads in words."""

from __future__ import annotations

import pytest

from engine.kernel.problems import Text
from engine.language.compiling import compile_expression
from engine.language.explaining import deciding, explain
from engine.language.plain import Plain
from engine.language.printing.wording import in_words
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
        (
            "amount >= param.least and name is empty",
            "金额至少为「最少」 且 名称为空",
            "Amount is at least “least” and Name is empty",
        ),
        ("not name is not empty", "名称为空", "Name is empty"),
        (
            'kind != "new" or kind in ["old"]',
            "类型不是“new的中文” 或 类型是“old的中文”",
            "Kind is not “new in English” or Kind is “old in English”",
        ),
        (
            "(amount > 3 and name is empty) or amount < 1",
            "金额超过 3 且 名称为空,或者 金额低于 1",
            "Amount is more than 3 and Name is empty, or Amount is less than 1",
        ),
        ("amount > 3 and (name is empty or amount < 1)", "金额超过 3 且 (名称为空 或 金额低于 1)", None),
        (
            "not (amount > 3 and name is empty)",
            "金额没有超过 3 或 名称不为空",
            "Amount is not more than 3 or Name is not empty",
        ),
        ("parent_deal.amount * 2 < 10", "上级商机的金额 × 2 低于 10", "Parent deal’s Amount × 2 is less than 10"),
        (
            "sum(lines.part where part > 1) = 30000",
            "数量超过 1 的明细的数量合计是 30,000",
            "the sum of Quantity over Lines where Quantity is more than 1 is 30,000",
        ),
        ("exists(lines where part > 1)", "有数量超过 1 的明细", "there are Lines where Quantity is more than 1"),
        ("not exists(lines)", "没有明细", "there are no Lines"),
        ("today() > 2026-01-31", "今天晚于 2026-01-31", "today is after 2026-01-31"),
        ("days_since(created_at) >= 15", "创建时间距今至少 15 天", "Created at was at least 15 days ago"),
        ("15 > days_since(created_at)", "创建时间距今不到 15 天", "Created at was less than 15 days ago"),
        ("len(name) > 1", "名称的字数超过 1", "the length of Name is more than 1"),
        ('not (name contains "a")', "名称不包含“a”", "Name does not contain “a”"),
        ('switch(kind, "new", 1, 2) = 1', "按类型(“new的中文”取 1、其他取 2)是 1", None),
        ("if(amount > 3, 1, 2) < 2", "金额超过 3 时取 1,否则取 2 低于 2", None),
        ("owner = me", "负责人是本人", "Owner is me"),
        ("owner.manager = me", "负责人的上级是本人", "Owner’s manager is me"),
        ("not held", "没有冻结", "it is not on hold"),
        ("true", "总是成立", "always"),
        ("金额>3且名称为空", "金额超过 3 且 名称为空", "Amount is more than 3 and Name is empty"),
    ],
)
def test_an_expression_reads_in_words_when_it_is_shown_to_people(scope, source, zh, en):
    expression = compile_expression(source, scope)
    labels = {"least": Text("最少", "least")}
    assert in_words(expression, scope, "zh", labels) == zh
    assert en is None or in_words(expression, scope, "en", labels) == en
