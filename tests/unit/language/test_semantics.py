"""What expressions mean: blanks, logic, arithmetic, texts and dates, on the Python back end, the reference."""

from dataclasses import replace

import pytest

from engine.language.compiling import compile_expression
from engine.language.types import BooleanType, ChoiceType, NumberType
from tests.unit.language.deals import ROW, SCOPE, STAGES, WORLD, holds, value


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("empty = empty", True),
        ("amount = empty", True),
        ("amount != empty", False),
        ("amount = 0", False),
        ("amount != 0", True),
        ("amount < 1", False),
        ("not amount < 1", True),
        ("amount >= 0 or amount < 0", False),
        ('name = ""', True),
        ('stage = ""', True),
        ("budget", False),
        ("not budget", True),
        ("budget or true", True),
        ("budget = false", False),
        ("budget != true", True),
        ("tags is empty", True),
        ('tags contains "won"', False),
        ('name contains ""', False),
        ('stage in ["won"]', False),
        ('stage not in ["won"]', True),
        ("due is empty and seen is empty", True),
        ("customer.level is empty", True),
        ("1 in []", False),
        ("if(budget, true, false)", False),
    ],
)
def test_conditions_are_two_valued_when_fields_are_blank(source, expected):
    blank = dict.fromkeys(ROW) | {"id": "d1"}
    assert compile_expression(source, SCOPE).holds(blank, WORLD) is expected


@pytest.mark.parametrize("source", ["budget", "if(true, budget, true)", "coalesce(budget, empty)", "if(1 = 2, true)"])
def test_boolean_values_keep_their_blank_when_they_are_no_condition(source):
    assert value(source) is None
    assert holds(source) is False


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("amount + 1.5", 1_400),
        ("amount - count", 550),
        ("2 + 3 * 4", 14),
        ("(2 + 3) * 4", 20),
        ("-count * 2", -14),
        ("10 - 3 - 2", 5),
        ("amount * 0.1", 12_500 // 10),
        ("amount / 3", 4_166_667),
        ("-amount / 3", -4_166_667),
        ("0.0000005 / 1", 1),
        ("-0.0000005 / 1", -1),
        ("1 / 3 * 3", 999_999),
        ("count / 0", None),
        ("plan + 1", None),
        ("plan * 0", None),
        ("discount + 1", 100),
        ("or_zero(plan) + 1", 1),
        ("sum(visits.score where good = empty)", 0),
        ("123456789012345 * 123456789012345 * 123456789012345", 123456789012345**3),
    ],
)
def test_arithmetic_is_exact_when_numbers_have_scales(source, expected):
    assert value(source) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ('name & "-" & empty & "x"', "甲方-x"),
        ('empty & ""', None),
        ('mid("abcdef", 2, 3)', "bcd"),
        ('mid("abc", -1, 4)', "ab"),
        ('left("🐱😀", 1)', "🐱"),
        ('lower("ÀB")', "Àb"),
        ('trim("\\u200b a\\u2009")', "\u200b a"),
        ('"e\\u0301" = "é"', True),
    ],
)
def test_texts_are_code_points_when_they_are_cut_and_joined(source, expected):
    assert value(source) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("due + 17", 20_717),
        ("today() - due", 17),
        ("days_since(seen)", 11),
        ("days_since(due) >= 15", True),
        ("9999-12-31 + 1", None),
        ("0001-01-01 - 1", None),
        ("due - 0.0", 20_700),
        ("weekday(2026-11-23)", 1),
        ("date(seen) = 2026-09-10", True),
        ("seen < now()", True),
    ],
)
def test_days_are_those_of_the_zone_when_dates_are_compared(source, expected):
    assert value(source) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("customer.level", 3),
        ("customer.region.rate", 105),
        ("customer.parent.level", 9),
        ("customer.parent.region.rate", None),
        ("old.amount", 1_000),
        ("changed(amount)", True),
        ("changed(name)", False),
        ('changed(stage) and old.stage = "won"', True),
        ("param.visit.days + 1", 16),
        ("param.word is empty", True),
        ("owner = me", True),
        ('tags contains "丢单" and "won" in tags', True),
        ('switch(stage, "谈判", 1, "won", 2)', 1),
        ("ifs(amount > 100, 1, amount > 10, 2, 3)", 2),
    ],
)
def test_names_lead_to_their_values_when_they_are_paths_and_parameters(source, expected):
    assert value(source) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("count(visits)", 3),
        ("count(visits.score)", 2),
        ('count(visits where outcome = "valid")', 2),
        ("sum(visits.score)", 35),
        ("avg(visits.score)", 1_750_000),
        ("min(visits.score where score > 1.5)", 20),
        ("max(visits.visited)", 20_716),
        ("max(visits.score where false)", None),
        ("any(visits.good)", True),
        ("all(visits.good)", False),
        ("all(visits.good where good)", True),
        ("all(visits.good where false)", True),
        ("exists(visits where visited >= today() - 7)", True),
        ("exists(visits where score > 50)", False),
        ("latest(visits.outcome)", "void"),
        ("latest(visits.score)", 20),
        ("sum(items.price)", 150),
        ("latest(items.price)", 150),
        ("count(customer.deals where amount > 1)", 1),
        ("count(customer.parent.deals)", 0),
        ("min(amount, 3)", 300),
    ],
)
def test_aggregates_go_over_what_is_related_when_it_is_not_deleted(source, expected):
    assert value(source) == expected


def test_result_is_rounded_when_a_place_keeps_fewer_decimals():
    expression = compile_expression("amount / 3", SCOPE, expects=NumberType(2))
    assert expression.type == NumberType(2, expression.type.digits)
    assert expression.evaluate(ROW, WORLD) == 417


def test_label_becomes_an_option_when_a_place_is_a_choice():
    expression = compile_expression('if(budget, "成交", "lost")', SCOPE, expects=ChoiceType(STAGES))
    assert expression.evaluate({**ROW, "budget": True}, WORLD) == "won"


def test_blank_fits_when_a_condition_is_expected():
    assert compile_expression("empty", SCOPE, expects=BooleanType).holds(ROW, WORLD) is False


def test_compiled_code_has_no_builtins_when_it_runs():
    function = compile_expression("len(name) + round(amount)", SCOPE).evaluate
    assert function.__globals__["__builtins__"] == {}


def test_reads_name_everything_when_an_expression_looks_around():
    reads = compile_expression(
        "customer.parent.level > param.visit.days and owner = me and count(visits where visited > today()) > 1"
        " and exists(customer.deals where seen < now()) and changed(name)",
        SCOPE,
    ).reads
    assert reads.fields == {"customer", "owner", "name"}
    assert reads.paths == {("customer", "parent"), ("customer.parent", "level"), ("customer", "id")}
    assert reads.forms == {"customer": ("sales", "customer"), "customer.parent": ("sales", "customer")}
    assert [one.form for one in reads.aggregates] == ["visit"]
    assert [(reference, one.form) for reference, one in reads.distant] == [("customer", "deal")]
    assert reads.parameters == {"visit.days"}
    assert reads.old_fields == {"name"}
    assert all((reads.reads_me, reads.reads_now, reads.reads_today, reads.reads_old))


@pytest.mark.parametrize(("source", "expected"), [("me is empty", True), ("owner = me", False), ("owner != me", True)])
def test_nobody_is_blank_when_the_system_runs_an_expression(source, expected):
    assert compile_expression(source, SCOPE).holds(ROW, replace(WORLD, me=None)) is expected
