"""Decision tables: what cells say, what each hit policy answers, and where a table's problems are told."""

from __future__ import annotations

import pytest

from engine.kernel.problems import EngineError
from engine.language.compiling import compile_expression
from engine.language.decisions import decided, decided_by
from engine.language.tree import Lookup
from engine.language.types import ChoicesType, NumberType
from tests.unit.rules.tables import (
    AMOUNT,
    AROUND,
    DAY,
    GRADE,
    LINE,
    NAME,
    PERCENT,
    PLAN,
    TODAY,
    VIP,
    WHOLE,
    WORDS,
    asked,
    compiled,
    scope_of,
    table,
)


@pytest.mark.parametrize(
    ("column", "cell", "hit", "missed"),
    [
        (AMOUNT, ">= 100", [10_000, 10_001], [9_999, None]),
        (AMOUNT, "≥ 100", [10_000], [9_999]),
        (AMOUNT, "100..200", [10_000, 20_000], [9_999, 20_001, None]),
        (AMOUNT, "100..<200", [10_000, 19_999], [20_000]),
        (AMOUNT, "-5..5", [-500, 0, 500], [-501]),
        (AMOUNT, "99.5", [9_950], [9_951, None]),
        (AMOUNT, "-99.5", [-9_950], [9_950]),
        (AMOUNT, "[1, 2.5]", [100, 250], [200, None]),
        (AMOUNT, "not in [1]", [200, None], [100]),
        (AMOUNT, "!= 1", [200, None], [100]),
        (AMOUNT, "> param.limit", [5_001], [5_000, None]),
        (AMOUNT, "amount > 10 and amount < 20 or amount is empty", [1_500, None], [1_000]),
        (AMOUNT, "> 10 or amount is empty", [1_001, None], [1_000]),
        (AMOUNT, "1..2 or amount is empty", [100, None], [99]),
        (AMOUNT, "in [1, 2] and amount != 2", [100], [200, None]),
        (AMOUNT, "为空", [None], [0]),
        (AMOUNT, "is not empty", [0], [None]),
        (AMOUNT, "empty", [None], [0]),
        (AMOUNT, "-", [None, 0], []),
        (AMOUNT, "", [None, 0], []),
        (AMOUNT, "大于 3 ", [301], [300]),
        (GRADE, "a", ["a"], ["b", None]),
        (GRADE, "甲级", ["a"], ["b"]),
        (GRADE, "或有客户", ["c"], ["a"]),
        (GRADE, '"Grade A"', ["a"], ["b"]),
        (GRADE, "[a, 乙级]", ["a", "b"], ["c", None]),
        (GRADE, "不属于 [a]", ["b", None], ["a"]),
        (GRADE, "!= a", ["b", None], ["a"]),
        (DAY, "2026-01-01..2026-03-31", [20_454, 20_543], [20_453, 20_544]),
        (DAY, "< today()", [TODAY - 1], [TODAY, None]),
        (VIP, "true", [True], [False, None]),
        (VIP, "真", [True], [False]),
        (VIP, "not vip", [False, None], [True]),
        (NAME, '"ab"', ["ab"], ["a", None]),
        (NAME, 'contains "b"', ["abc"], ["ac", None]),
        (NAME, 'starts_with(name, "a")', ["ab"], ["b"]),
    ],
)
def test_a_cell_hits_when_its_value_is_met(column, cell, hit, missed):
    made = table("first", [column], [PERCENT], [({column.key: cell}, "1")])
    source = f'lookup("rates", {column.key})'
    assert [asked(made, source, limit=5_000, **{column.key: value}) for value in hit] == [100] * len(hit)
    assert [asked(made, source, limit=5_000, **{column.key: value}) for value in missed] == [None] * len(missed)


REBATES = [
    ({"amount": ">= 1000", "grade": "a"}, "12.5"),
    ({"amount": ">= 1000"}, "amount * 0.01"),
    ({"grade": "[a, b]"}, "5"),
]


@pytest.mark.parametrize(
    ("policy", "amount", "grade", "expected"),
    [
        ("first", 100_000, "a", 1_250),
        ("first", 123_456, "b", 1_235),
        ("first", 100, "a", 500),
        ("first", 100, None, None),
        ("unique", 100_000, "a", None),
        ("unique", 100_000, None, 1_000),
        ("unique", 100, "c", None),
        ("max", 100_000, "a", 1_250),
        ("max", 900_000, "a", 9_000),
        ("max", 100, "c", None),
        ("sum", 100_000, "a", 2_750),
        ("sum", 100, "c", 0),
    ],
)
def test_a_policy_says_which_row_counts_when_several_hit(policy, amount, grade, expected):
    made, _ = compiled(policy, [AMOUNT, GRADE], [PERCENT], REBATES)
    assert asked(made, 'lookup("rates", amount, grade)', amount=amount, grade=grade) == expected


def test_a_unique_table_answers_like_the_first_when_no_two_rows_can_hit():
    made = table("unique", [AMOUNT], [PERCENT], [({"amount": "< 10"}, "1"), ({"amount": ">= 10"}, "2")])
    assert made.exclusive
    assert asked(made, 'lookup("rates", amount)', amount=1_000) == 200


def test_texts_are_joined_when_a_table_collects():
    rows = [({"amount": "> 1"}, '"甲"'), ({"amount": "> 2"}, "-"), ({"amount": "> 2"}, '"乙"'), ({}, '"丙"')]
    made = table("collect", [AMOUNT], [WORDS], rows)
    assert asked(made, 'lookup("rates", amount)', amount=300) == "甲、乙、丙"
    assert asked(made, 'lookup("rates", amount)', amount=200) == "甲、丙"
    limited = table("collect", [AMOUNT], [WORDS], rows, limit=2, separator=" / ")
    assert asked(limited, 'lookup("rates", amount)', amount=200) == "甲 / 丙"


def test_options_come_in_their_own_order_when_a_table_collects():
    rows = [({"amount": "> 1"}, "c"), ({"amount": "> 2"}, "a"), ({"amount": "> 3"}, "grade")]
    made = table("collect", [AMOUNT, GRADE], [PLAN], rows)
    source = 'lookup("rates", amount, grade)'
    assert asked(made, source, amount=500, grade="b") == ("a", "b", "c")
    assert asked(made, source, amount=500, grade="c") == ("a", "c")
    assert asked(made, source, amount=100) is None
    assert isinstance(compile_expression(source, scope_of(made)).type, ChoicesType)
    assert asked(made, 'lookup("rates", amount, grade) contains "a"', amount=500) is True


def test_every_output_comes_from_the_winning_row_when_a_table_takes_the_greatest():
    rows = [({}, {"percent": "3", "words": '"三"'}), ({}, {"percent": "amount", "words": '"额"'})]
    made = table("max", [AMOUNT], [PERCENT, WORDS], rows)
    assert asked(made, 'lookup("rates.words", amount)', amount=400) == "额"
    assert asked(made, 'lookup("rates.words", amount)', amount=300) == "三"
    assert asked(made, 'lookup("rates.words", amount)') == "三"


def test_rows_are_valid_on_the_day_of_the_table_when_they_have_a_period():
    rows = [
        ({}, "1", {"valid_to": "2026-09-20"}),
        ({}, "2", {"valid_from": "2026-09-21", "valid_to": "2026-09-21"}),
        ({}, "3", {"valid_from": "2026-09-22"}),
    ]
    today = table("first", [AMOUNT], [PERCENT], rows)
    assert asked(today, 'lookup("rates", 1)') == 200
    by_order = table("first", [DAY], [PERCENT], rows, valid_on="day")
    source = 'lookup("rates", day)'
    assert [asked(by_order, source, day=TODAY + shift) for shift in (-1, 0, 1)] == [100, 200, 300]
    assert asked(by_order, source) is None


def test_the_row_and_its_policy_are_told_when_they_are_asked_for():
    policy = {"zh": "返利细则第三条", "en": "Rebates, § 3"}
    rows = [({"amount": "> 1"}, "1", {"policy": policy, "key": "third"}), ({}, "2")]
    made = table("first", [AMOUNT], [PERCENT], rows)
    assert asked(made, 'lookup_policy("rates", amount)', amount=200) == "返利细则第三条"
    assert asked(made, '查表依据("rates.en", amount)', amount=200) == "Rebates, § 3"
    assert asked(made, 'lookup_policy("rates", amount)', amount=100) is None
    assert asked(made, 'lookup_row("rates", amount)', amount=200) == "third"
    assert asked(made, 'lookup_row("rates", amount)', amount=100) == "row2"


def test_a_decision_names_every_row_when_several_hit():
    made = table("first", [AMOUNT, GRADE], [PERCENT], REBATES)
    found = decided(made, {"amount": 100_000, "grade": "a"}, AROUND)
    assert [(hit.row.number, hit.decides, hit.results["percent"]) for hit in found.hits] == [
        (1, True, 1_250),
        (2, False, 1_000),
        (3, False, 500),
    ]
    assert found.results["percent"][0] == 1_250
    tree = compile_expression('lookup("rates", amount * 2, grade)', scope_of(made)).tree
    assert isinstance(tree, Lookup)
    told = decided_by(tree, made, {"amount": 50_000, "grade": "b"}, AROUND)
    assert [hit.row.number for hit in told.deciding] == [2]
    assert told.inputs["amount"] == 100_000


@pytest.mark.parametrize(
    ("source", "code", "said"),
    [
        ('lookup("rate", amount, grade)', "LANG-100", "did you mean “rates”"),
        ('lookup("rates.percnt", amount, grade)', "LANG-101", "did you mean “percent”"),
        ('lookup_policy("rates.fr", amount, grade)', "LANG-101", "“fr”"),
        ("lookup(name, amount, grade)", "LANG-102", "written out"),
        ('lookup("rates", amount)', "LANG-035", 'lookup("rates", amount, grade)'),
        ('lookup("rates", name, grade)', "LANG-036", "“amount”"),
        ('lookup("rates", amount / 3, grade)', "LANG-103", "keeps 2 decimals, but this has 6"),
        ('lookup("rates", amount, "z")', "LANG-023", "“z”"),
        ('lookup("rates", amount, name)', "LANG-036", "“grade”"),
        ('lookup("rates", amount, line)', "LANG-036", "“grade”"),
    ],
)
def test_a_look_up_is_refused_with_a_mend_when_it_does_not_fit_the_table(source, code, said):
    made = table("first", [AMOUNT, GRADE], [PERCENT], REBATES)
    with pytest.raises(EngineError) as raised:
        compile_expression(source, scope_of(made))
    (problem,) = raised.value.problems
    assert problem.code == code
    assert said in problem.message.en
    assert problem.hint.zh
    assert problem.start is not None


def test_a_look_up_is_a_number_of_its_output_when_arguments_are_longer():
    made = table("first", [AMOUNT, GRADE], [PERCENT], REBATES)
    found = compile_expression('lookup("rates", amount * 1000000 * 1000000, "乙级")', scope_of(made))
    assert isinstance(found.type, NumberType)
    assert found.type.scale == 2
    assert asked(made, 'lookup("rates", round(amount / 3, 2), "b")', amount=1_000_000) == 3_333


@pytest.mark.parametrize(
    ("policy", "columns", "row", "place", "code"),
    [
        ("first", [AMOUNT], ({"amount": ">= x"}, "1"), "rows[0].when.amount", "LANG-020"),
        ("first", [AMOUNT], ({"amount": ">="}, "1"), "rows[0].when.amount", "LANG-002"),
        ("first", [AMOUNT], ({"amount": "1.."}, "1"), "rows[0].when.amount", "LANG-002"),
        ("first", [AMOUNT], ({"amount": '"x"'}, "1"), "rows[0].when.amount", None),
        ("first", [GRADE], ({"grade": "z"}, "1"), "rows[0].when.grade", "LANG-023"),
        ("first", [GRADE], ({"grade": "> a"}, "1"), "rows[0].when.grade", None),
        ("first", [AMOUNT], ({"amount": "1"}, '"x"'), "rows[0].then.percent", None),
        ("first", [AMOUNT], ({"amount": "1"}, "count(visits)"), "rows[0].then.percent", None),
        ("first", [AMOUNT], ({"nothing": "1"}, "1"), "rows[0].when.nothing", "TABLE-002"),
        ("first", [AMOUNT], ({"amount": "me is empty"}, "1"), "rows[0].when.amount", "TABLE-006"),
        ("first", [AMOUNT], ({}, "1", {"valid_from": "2026-02-30"}), "rows[0].valid_from", "TABLE-005"),
        ("first", [AMOUNT], ({}, "1", {"valid_from": "2026-02-02", "valid_to": "2026-02-01"}), "rows[0].valid_to",
         "TABLE-005"),
        ("collect", [AMOUNT], ({}, "1"), "hit_policy", "TABLE-003"),
    ],
)  # fmt: skip
def test_a_table_is_refused_with_row_and_column_when_a_cell_is_wrong(policy, columns, row, place, code):
    _, found = compiled(policy, columns, [PERCENT], [row])
    assert [problem.path for problem in found] == [place]
    assert code is None or found[0].code == code
    assert found[0].message.zh
    assert found[0].hint.en


@pytest.mark.parametrize(
    ("more", "code"),
    [({"valid_on": "amount"}, "TABLE-004"), ({"limit": 2}, "TABLE-007"), ({"separator": ";"}, "TABLE-007")],
)
def test_a_table_is_refused_when_an_option_does_not_suit_it(more, code):
    _, found = compiled("first", [AMOUNT], [PERCENT], [({}, "1")], **more)
    assert [problem.code for problem in found] == [code]


def test_every_wrong_cell_is_told_when_there_are_several():
    rows = [
        ({"amount": ">= 100 and < 200"}, "1"),
        ({"grade": "级别 = a"}, '"x"'),
        ({"amount": "1..2", "grade": "[a b]"}, "1"),
    ]
    _, found = compiled("first", [AMOUNT, GRADE], [PERCENT], rows)
    assert {problem.path for problem in found} == {
        "rows[0].when.amount",
        "rows[1].when.grade",
        "rows[1].then.percent",
        "rows[2].when.grade",
    }


def test_offsets_are_those_of_the_cell_when_a_part_of_it_is_wrong():
    _, found = compiled("first", [AMOUNT, LINE, WHOLE], [PERCENT], [({"amount": "1..abcd"}, "1")])
    assert (found[0].start, found[0].end) == (3, 7)
