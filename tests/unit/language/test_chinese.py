"""Chinese: aliases, labels, full-width signs, and names that ran together."""

import pytest

from engine.language.compiling import compile_expression
from engine.language.functions.catalogue import AGGREGATES, FUNCTIONS
from engine.language.scope import FormScope, Scope
from engine.language.types import BooleanType, NumberType, TextType
from tests.unit.language.deals import SCOPE, field, value


@pytest.mark.parametrize(
    ("chinese", "english"),
    [
        (
            '阶段 = "谈判" 且 距今天数(更新时间) >= 15 且 客户预算确认 为空',
            'stage = "negotiation" and days_since(seen) >= 15 and budget is empty',
        ),
        (
            "阶段＝“谈判”且距今天数（更新时间）≥１５且客户预算确认为空",
            'stage = "negotiation" and days_since(seen) >= 15 and budget is empty',
        ),
        ("金额大于1.5并且非客户预算确认或者名称不为空", "amount > 1.5 and not budget or name is not empty"),
        ('阶段不属于【"谈判"，“won”】', 'stage not in ["negotiation", "won"]'),
        ("如果(金额 ≠ 0, 金额 ÷ 3 × 2, 空)", "if(amount != 0, amount / 3 * 2, empty)"),
        ('计数(拜访 其中 结果 = "有效") 小于等于 3', 'count(visits where outcome = "valid") <= 3'),
        ("客户.大区.费率 > 1", "customer.region.rate > 1"),
        ("负责人 = 我", "owner = me"),
        ("参数.visit.days + 原.数量", "param.visit.days + old.count"),
        ("`备注(内部)` 为空", "note is empty"),
        ("3年计划 + 3", "plan + 3"),
        ("IF(NOT Budget, TRUE, FALSE)", "if(not budget, true, false)"),
        ("标签包含“成交”", 'tags contains "won"'),
        ("真 且 非 假", "true and not false"),
    ],
)
def test_chinese_means_the_same_when_it_is_written_out_in_english(chinese, english):
    assert compile_expression(chinese, SCOPE).tree == compile_expression(english, SCOPE).tree


def test_every_function_has_a_chinese_name_when_it_is_in_the_catalogue():
    assert all(
        function.aliases and all(not alias.isascii() for alias in function.aliases) for function in FUNCTIONS.values()
    )
    assert {english for chinese, english in AGGREGATES.items() if not chinese.isascii()} == set(AGGREGATES.values())


def test_quoted_name_is_a_field_when_it_is_spelled_like_a_keyword():
    assert value("`count` + 1") == 8
    assert value("count + 1") == 8


@pytest.mark.parametrize(
    ("together", "apart"),
    [
        ("非标且金额上限大于1", "`非标` and `金额上限` > 1"),
        ("非非标或金额不为空", "not `非标` or `金额` is not empty"),
        ("金额大于金额上限且不为空值", "`金额` > `金额上限` and `不为空值`"),
        ("客户ID为空", "`客户ID` is empty"),
        ("金额大于等于金额上限", "`金额` >= `金额上限`"),
    ],
)
def test_longest_known_name_is_taken_when_names_ran_together(together, apart):
    kinds = {
        "非标": BooleanType(),
        "金额": NumberType(2),
        "金额上限": NumberType(2),
        "不为空值": BooleanType(),
        "客户ID": TextType(),
    }
    fields = {f"f{number}": field(f"f{number}", kind, label) for number, (label, kind) in enumerate(kinds.items())}
    scope = Scope(FormScope("a", "b", fields))
    assert compile_expression(together, scope).tree == compile_expression(apart, scope).tree
