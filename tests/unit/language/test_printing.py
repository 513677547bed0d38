"""The canonical style: spacing, parentheses, quotes and the words of each language."""

from __future__ import annotations

import pytest

from engine.kernel.problems import EngineError
from engine.language.compiling import checked
from engine.language.printing.formatting import format_source, print_expression
from engine.language.types import BooleanType
from tests.support.apps import app, compiled, field, form, options, parameter, role


def _labelled(item, zh, en):
    return {**item, "labels": {"zh": zh, "en": en}}


@pytest.fixture(scope="module")
def scope():
    lines = field("lines", "lines", fields=[_labelled(field("part", "number"), "数量", "Quantity")])
    deal = form(
        "deal",
        _labelled(field("amount", "number"), "金额", "Amount"),
        _labelled(field("plan", "number"), "3年计划", "3-year plan"),
        _labelled(field("note"), "空", "Note"),
        _labelled(field("first"), "名称", "Name"),
        _labelled(field("second"), "名称", "Second name"),
        _labelled(field("stage", "choice", options=options("new", "won")), "阶段", "Stage"),
        _labelled(field("seen_at", "datetime"), "最近更新", "Last update"),
        _labelled(field("above", "reference", form="deal"), "上级", "Parent"),
        _labelled(lines, "明细", "Lines"),
    )
    return compiled(app(deal, parameters=[parameter("least", "number", default="3")])).scope("shop", "deal")


@pytest.mark.parametrize(
    ("source", "zh", "en", "keys"),
    [
        (
            '(阶段="new")AND days_since(seen_at)>=15',
            '阶段 = "new的中文" 且 距今天数(最近更新) >= 15',
            'Stage = "new in English" and days_since(`Last update`) >= 15',
            'stage = "new" and days_since(seen_at) >= 15',
        ),
        ("((a_b))", None, None, None),
        ("amount is not empty", "金额 不为空", "Amount is not empty", "amount is not empty"),
        ("plan<>1.50", "`3年计划` != 1.5", "`3-year plan` != 1.5", "plan != 1.5"),
        ("note = null", "`空` = 空", "Note = empty", "note = empty"),
        ("first & second", "first & second", "Name & `Second name`", "first & second"),
        ("above.above.amount", "上级.上级.金额", "Parent.Parent.Amount", "above.above.amount"),
        (
            "sum(明细.数量 其中 数量>1)<参数.least",
            "合计(明细.数量 其中 数量 > 1) < 参数.least",
            "sum(Lines.Quantity where Quantity > 1) < param.least",
            "sum(lines.part where part > 1) < param.least",
        ),
        (
            "not(amount in[1,2])or first not contains'a'",
            '非 金额 属于 [1, 2] 或 first 不包含 "a"',
            'not Amount in [1, 2] or Name not contains "a"',
            'not amount in [1, 2] or first not contains "a"',
        ),
        ("owner=我", "负责人 = 本人", "Owner = me", "owner = me"),
        (
            "min(amount,plan)+max(lines.part)",
            "最小(金额, `3年计划`) + 最大(明细.数量)",
            "min(Amount, `3-year plan`) + max(Lines.Quantity)",
            "min(amount, plan) + max(lines.part)",
        ),
    ],
)
def test_an_expression_is_printed_in_each_language_when_its_names_are_known(scope, source, zh, en, keys):
    for speech, wanted in (("zh", zh), ("en", en), ("keys", keys)):
        if wanted is None:
            with pytest.raises(EngineError):
                print_expression(source, scope, speech)
            continue
        assert print_expression(source, scope, speech) == wanted
        assert checked(wanted, scope) == checked(source, scope)


@pytest.mark.parametrize(
    ("source", "wanted"),
    [
        ("(a+b)+c", "a + b + c"),
        ("a+(b+c)", "a + (b + c)"),
        ("a-(b-c)*d/(e/f)", "a - (b - c) * d / (e / f)"),
        ("-(a+b)*-c", "-(a + b) * -c"),
        ("(a and b) or (c and (d or e))", "a and b or c and (d or e)"),
        ("a and (b and c)", "a and b and c"),
        ("not (not a)", "not not a"),
        ("(not a) = b", "(not a) = b"),
        ("not (a = b)", "not a = b"),
        ("(a = b) is empty", "(a = b) is empty"),
        ("(a contains b) contains c", "a contains b contains c"),
        ("a contains (b contains c)", "a contains (b contains c)"),
        ("x，1．5 ≥ y", None),
        ("a ≥ 1.50 且 b ≤ 007", "a >= 1.5 and b <= 7"),
        ('f(「a"b」, 2026-01-31 ,[1,2])', 'f("a\\"b", 2026-01-31, [1, 2])'),
        ('"\\u200b\\n\\\\" & "\\U0001F600 é"', '"\\u200B\\n\\\\" & "😀 é"'),
        ("`and`.b & `plain`", "`and`.b & plain"),
        ("如果(真,空,假)", "if(true, empty, false)"),
        ("count(visits 其中 我=owner)", "count(visits where me = owner)"),
    ],
)
def test_a_source_is_written_in_one_way_when_nothing_is_known_of_its_names(source, wanted):
    if wanted is None:
        with pytest.raises(EngineError):
            format_source(source)
        return
    assert format_source(source) == wanted
    assert format_source(wanted) == wanted


def test_an_option_is_printed_by_its_label_when_the_place_alone_tells_that_it_is_one(scope):
    kind = scope.form.fields["stage"].type
    assert print_expression('"new"', scope, "zh", expects=kind) == '"new的中文"'
    assert print_expression('"new的中文"', scope, "keys", expects=kind) == '"new"'
    assert print_expression('"new"', scope, "zh") == '"new"'


def test_a_source_that_does_not_compile_is_told_its_problems_when_it_is_printed(scope):
    with pytest.raises(EngineError) as caught:
        print_expression("阶断 = 1 and amount", scope, "zh", expects=BooleanType)
    assert {problem.code for problem in caught.value.problems} >= {"LANG-020"}


@pytest.mark.parametrize(
    ("source", "zh", "keys"),
    [
        ('role_in(owner, "boss")', '担任(负责人, "主管")', 'role_in(owner, "boss")'),
        ('担任(负责人.上级, "主管")', '担任(负责人.上级, "主管")', 'role_in(owner.manager, "boss")'),
        ("department in me.departments_below", "部门 属于 本人.所辖部门", "department in me.departments_below"),
    ],
)
def test_roles_and_what_is_asked_of_people_is_printed_when_they_have_labels(source, zh, keys):
    boss = {**role("boss"), "labels": {"zh": "主管", "en": "Boss"}}
    scope = compiled(app(form("deal", field("a")), roles=[boss])).scope("shop", "deal")
    assert print_expression(source, scope, "zh") == zh
    assert print_expression(zh, scope, "keys") == keys
