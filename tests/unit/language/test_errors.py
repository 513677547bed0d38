"""Mistakes: each has a code, a place, a mend, and a suggestion where a known name is near."""

import pytest

from engine.kernel.problems import Text
from engine.language.scope import FieldScope, FormScope, RelationScope, Scope
from engine.language.types import BooleanType, DateType, NumberType, TextType
from tests.unit.language.deals import SCOPE, problems_of


@pytest.mark.parametrize(
    ("source", "code", "place"),
    [
        ("", "LANG-002", ""),
        ("amount ; 1", "LANG-003", ";"),
        ("amount > 1 && budget", "LANG-003", "&"),
        ('name = "abc', "LANG-004", '"abc'),
        (r'name = "a\q"', "LANG-005", r"\q"),
        (r'name = "\u12"', "LANG-005", r'\u12"'),
        (r'name = "a\u0000"', "LANG-006", r'"a\u0000"'),
        (r'name = "\ud800"', "LANG-006", r'"\ud800"'),
        ("due = 2026-02-30", "LANG-007", "2026-02-30"),
        ("amount > > 1", "LANG-008", ">"),
        ("amount count", "LANG-008", "count"),
        ("amount +", "LANG-009", ""),
        ("(amount", "LANG-009", ""),
        ("1 < amount < 3", "LANG-010", "<"),
        ("阶断 = 1", "LANG-020", "阶断"),
        ("amount > 1 且阶断为空", "LANG-020", "阶断"),
        ("customer.nmae", "LANG-020", "nmae"),
        ("roud(amount)", "LANG-021", "roud"),
        ("param.visit.day", "LANG-022", "param.visit.day"),
        ('stage = "谈盘"', "LANG-023", '"谈盘"'),
        ("name.level", "LANG-025", "name"),
        ("count(vists)", "LANG-026", "vists"),
        ("sum(1)", "LANG-026", "1"),
        ("visits > 1", "LANG-028", "visits"),
        ("param > 1", "LANG-029", "param"),
        ("amount and budget", "LANG-030", "amount"),
        ("name + name", "LANG-030", "name"),
        ("name & amount", "LANG-030", "amount"),
        ("amount contains name", "LANG-030", "amount"),
        ("amount in stage", "LANG-030", "stage"),
        ("sum(visits.outcome)", "LANG-030", "outcome"),
        ('amount = "1"', "LANG-031", 'amount = "1"'),
        ("seen >= today()", "LANG-031", "seen >= today()"),
        ('count in [1, "2"]', "LANG-031", '"2"'),
        ("owner = customer", "LANG-031", "owner = customer"),
        ('name < "b"', "LANG-032", "<"),
        ("budget < true", "LANG-032", "<"),
        ("amount > empty", "LANG-033", ">"),
        ('if(budget, 1, "a")', "LANG-034", '"a"'),
        ("left(name)", "LANG-035", "left(name)"),
        ("left(name, name)", "LANG-036", "name"),
        ("round(amount, count)", "LANG-037", "count"),
        ("stage in [empty]", "LANG-038", "empty"),
        ("[1, 2]", "LANG-039", "[1, 2]"),
        ("due + 2.3", "LANG-041", "2.3"),
        ("left(name where budget, 1)", "LANG-008", ","),
        ("len(name where budget)", "LANG-042", "budget"),
        ("sum(visits)", "LANG-043", "sum(visits)"),
        ("count(visits where count(visits) > 1)", "LANG-044", "count(visits)"),
    ],
)
def test_mistake_has_code_and_place_when_it_does_not_compile(source, code, place):
    problem = problems_of(source)[0]
    assert problem.code == code
    found = source[problem.start : problem.end]
    assert found == place
    assert all((problem.message.zh, problem.message.en, problem.hint.zh, problem.hint.en))


@pytest.mark.parametrize(
    ("source", "zh", "en"),
    [
        ("阶断 = 1", "没有字段“阶断”,是不是“阶段”?", "There is no field “阶断”; did you mean “阶段”?"),
        ("amuont > 1", "没有字段“amuont”,是不是“amount”?", "There is no field “amuont”; did you mean “amount”?"),
        ("today > due", "没有字段“today”,是不是“today()”?", "There is no field “today”; did you mean “today()”?"),
        ("roudn(amount)", "没有函数“roudn”,是不是“round”?", "There is no function “roudn”; did you mean “round”?"),
        (
            "param.visit.day",
            "没有参数“visit.day”,是不是“param.visit.days”?",
            "There is no parameter “visit.day”; did you mean “param.visit.days”?",
        ),
        ('stage = "谈盘"', "没有选项“谈盘”,是不是“谈判”?", "There is no option “谈盘”; did you mean “谈判”?"),
    ],
)
def test_message_suggests_a_name_when_one_is_near(source, zh, en):
    message = problems_of(source)[0].message
    assert (message.zh, message.en) == (zh, en)


@pytest.mark.parametrize(
    ("source", "mend"),
    [
        ('due = "2026-01-31"', "A date has no quotes: 2026-01-31"),
        ('amount = "1.5"', "A number has no quotes: 1.5"),
        ("seen >= today()", "Take the day of the moment: date(…)"),
        ("stage = negotiation", 'Put an option into quotes: "negotiation"'),
        ('tags = "won"', "Use contains: … contains …"),
        ("amount > empty", "Use “is empty” or “is not empty”"),
        ("name + name", "Join texts with &"),
    ],
)
def test_mend_says_what_to_write_when_types_do_not_meet(source, mend):
    assert problems_of(source)[0].hint.en == mend


def test_all_problems_are_told_at_once_in_order_when_there_are_several():
    found = problems_of('nope > 1 and stage = "nix" and foo(budget) and left(name)')
    assert [problem.code for problem in found] == ["LANG-020", "LANG-023", "LANG-021", "LANG-035"]
    assert [problem.start for problem in found] == sorted(problem.start for problem in found)


def test_offsets_count_code_points_when_texts_are_astral():
    problem = problems_of('name = "🐱🐱" and nope')[0]
    assert (problem.start, problem.end) == (16, 20)


def test_name_is_ambiguous_when_two_fields_share_a_label():
    same = Text("日期", "Date")
    fields = {key: FieldScope(key, key, DateType(), same) for key in ("signed", "paid")}
    problem = problems_of("日期 为空", Scope(FormScope("a", "b", fields)))[0]
    assert problem.code == "LANG-024"
    assert "signed, paid" in problem.hint.en


@pytest.mark.parametrize("source", ["old.amount > 1", "changed(amount)", "not changed(old.amount)"])
def test_old_values_are_refused_when_there_is_no_change(source):
    assert problems_of(source, Scope(SCOPE.form, SCOPE.forms))[0].code == "LANG-027"


@pytest.mark.parametrize("source", ["exists(parts where old.n > 1)", "exists(parts where changed(n))"])
def test_old_values_are_refused_when_they_would_be_of_related_records(source):
    related = RelationScope("parts", None, "crm", "part", "whole")
    form = FormScope("crm", "part", {"n": FieldScope("n", "n", NumberType(0, 9))}, {"parts": related})
    scope = Scope(form, {("crm", "part"): form}, with_old=True)
    assert [one.code for one in problems_of(source, scope)] == ["LANG-027"]


def test_result_is_refused_when_the_place_needs_another_type():
    assert problems_of("amount", expects=BooleanType)[0].code == "LANG-040"
    assert problems_of("1", expects=TextType())[0].code == "LANG-040"


@pytest.mark.parametrize(
    "source", ['old.customer.name = "x"', '原值.客户.名称 = "x"', "old.customer.region.rate is empty"]
)
def test_what_was_before_is_of_the_record_alone_when_a_path_goes_on(source):
    (problem,) = problems_of(source)
    assert problem.code == "LANG-120"
    name = source.split(".")[0] + "." + source.split(".")[1]
    assert f"{name} = …" in problem.hint.en
    assert f"{name} = …" in problem.hint.zh
