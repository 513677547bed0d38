"""What comes again in a template for every line or related record."""

from dataclasses import replace

import pytest

from engine.kernel.problems import EngineError
from engine.language.cases import shown
from engine.language.printing.templating import print_template
from engine.language.templates import MAX_EACH, MAX_ROWS, compile_template
from tests.unit.language.deals import APP, ROW, SCOPE, WORLD


def _rendered(source, row=ROW, world=WORLD, speech="zh"):
    return compile_template(source, SCOPE).render(row, world, lambda value, kind: str(shown(value, kind)), speech)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("{% each items %}[{{price}}]{% end %}", "[1.5][]"),
        ("{% 每个 明细 %}[{{单价}}]{% 结束 %}", "[1.5][]"),
        ("{% 每个明细 其中 单价 > 1 %}[{{单价}}]{% 结束 %}", "[1.5]"),
        ("{% each visits %}{{id}} {% end %}", "v1 v3 v2 "),
        ('{% each visits where outcome = "valid" %}{{id}} {% end %}', "v1 v3 "),
        ("a{% each visits where score > 1000 %}x{% end %}b", "ab"),
        ("{% each visits %}{% if good %}+{% else %}-{% end %}{% end %}", "+--"),
        ("{% if amount > 1 %}{% each items %}{{id}}{% end %}{% else %}{% each visits %}x{% end %}{% end %}", "l1l2"),
        ("{% if amount < 1 %}a{% else %}{% each items %}{{id}}{% end %}{% end %}", "l1l2"),
        ("{% each customer.deals where amount > 1 %}{{id}}{{name}} {% end %}{{name}}", "d1甲方 甲方"),
        ("{% each visits %}{{deal.name}}{% end %}", "甲方甲方甲方"),
        ("{{name}}{% each items %}{{ price }}{% end %}{{amount}}", "甲方1.512.5"),
    ],
)
def test_text_comes_again_when_there_are_rows(source, expected):
    rows = {**WORLD.rows, (APP, "deal"): (ROW,)}
    assert _rendered(source, world=replace(WORLD, rows=rows)) == expected


def test_nothing_stands_there_when_the_way_breaks_off():
    assert _rendered("{% each customer.deals %}x{% end %}.", row={**ROW, "customer": None}) == "."


@pytest.mark.parametrize(("speech", "told"), [("zh", "… 还有 7 条"), ("en", "… and 7 more")])
def test_rest_is_a_number_when_there_are_many(speech, told):
    lines = tuple({"id": f"l{number}", "price": 100, "position": number} for number in range(MAX_ROWS + 7))
    found = _rendered("{% each items %}.{% end %}", row={**ROW, "items": lines}, speech=speech)
    assert found == "." * MAX_ROWS + told


@pytest.mark.parametrize(
    ("source", "code", "place"),
    [
        ("{% each %}{% end %}", "LANG-085", " "),
        ("{% each amount %}{% end %}", "LANG-026", "amount"),
        ("{% each visits.score %}{% end %}", "LANG-085", " visits.score "),
        ("{% each items) + count(items %}{% end %}", "LANG-085", " items) + count(items "),
        ("a {% each itmes %}{{whatever}}{% end %}", "LANG-026", "itmes"),
        ("a {% each items where prize > 1 %}{% end %}", "LANG-020", "prize"),
        ("a {% each items where price %}{% end %}", "LANG-030", "price"),
        ("{% each items %}{{ amount }}{% end %}", "LANG-020", "amount"),
        ("{% each items %}{{ old.price }}{% end %}", "LANG-027", "old.price"),
        ("{% each visits %}{{ count(deal.items) }}{% end %}", "LANG-044", "count(deal.items)"),
        ("{% each items %}{% each visits %}{% end %}{% end %}", "LANG-086", "{% each visits %}"),
        ("x{% each items %}", "LANG-050", "{% each items %}"),
        ("{% each items %}{% else %}{% end %}", "LANG-052", "{% else %}"),
        ("{% each items where price > %}{% end %}", "LANG-009", ""),
    ],
)
def test_mistake_is_placed_in_the_template_when_a_block_is_wrong(source, code, place):
    with pytest.raises(EngineError) as caught:
        compile_template(source, SCOPE)
    problem = caught.value.problems[0]
    assert (problem.code, source[problem.start : problem.end]) == (code, place)


def test_template_is_refused_when_it_goes_over_too_much():
    assert compile_template("{% each items %}{% end %}" * MAX_EACH, SCOPE).each
    with pytest.raises(EngineError) as caught:
        compile_template("{% each items %}{% end %}" * (MAX_EACH + 2), SCOPE)
    assert [problem.code for problem in caught.value.problems] == ["LANG-088"]


def test_title_is_refused_when_it_goes_over_rows():
    with pytest.raises(EngineError) as caught:
        compile_template("{% each items %}{% end %}", SCOPE, with_each=False)
    assert [problem.code for problem in caught.value.problems] == ["LANG-087"]


def test_expressions_are_told_apart_when_some_see_the_rows():
    template = compile_template(
        "{{name}}{% each items where price > 2 %}{% end %}{% if budget %}{% each visits %}{{score}}{% end %}{% end %}",
        SCOPE,
    )
    assert [set(one.reads.fields) for one in template.expressions] == [{"name"}, {"budget"}]
    assert [[set(one.reads.fields) for one in each.expressions] for each in template.each] == [[], [{"score"}]]


@pytest.mark.parametrize(
    ("speech", "printed"),
    [
        ("keys", "{% each items where price > 1 %}{{price}}{% end %}"),
        ("zh", "{% each 明细 其中 单价 > 1 %}{{单价}}{% end %}"),
    ],
)
def test_names_are_printed_in_the_language_asked_for_when_a_block_goes_over_rows(speech, printed):
    assert print_template("{% each Items where 单价 > 1 %}{{Price}}{% end %}", SCOPE, speech) == printed
