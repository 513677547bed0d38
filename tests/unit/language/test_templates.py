"""Message templates."""

import pytest

from engine.kernel.problems import EngineError
from engine.language.cases import shown
from engine.language.templates import compile_template
from tests.unit.language.deals import ROW, SCOPE, WORLD


def _rendered(source):
    return compile_template(source, SCOPE).render(ROW, WORLD, lambda value, kind: str(shown(value, kind)))


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("", ""),
        ("商机 {{名称}} 已熔断", "商机 甲方 已熔断"),
        ("{{name}}{{note}}:{{ amount * 2 }}", "甲方:25"),
        ('{{ if(amount > 1, "}}", "{{") }}', "}}"),
        ("{ }} {", "{ }} {"),
        ("{{ '\"' & name }}", '"甲方'),
    ],
)
def test_places_are_filled_when_a_template_is_rendered(source, expected):
    assert _rendered(source) == expected


@pytest.mark.parametrize(
    ("source", "code", "place"),
    [
        ("a {{ nmae }} b", "LANG-020", "nmae"),
        ("a {{ name", "LANG-050", "{{ name"),
        ("{% for visits %}", "LANG-051", "{% for visits %}"),
        ("{% if amount > 1 %} a", "LANG-050", "{% if amount > 1 %}"),
        ("a {% end %}", "LANG-052", "{% end %}"),
        ("{% if true %}a{% else %}b{% else %}c{% end %}", "LANG-052", "{% else %}"),
        ("{% if nmae %}a{% end %}", "LANG-020", "nmae"),
        ("{% if amount %}a{% end %}", "LANG-040", " amount "),
        ("{% end now %}", "LANG-051", "{% end now %}"),
        ("{% if true", "LANG-050", "{% if true"),
        ("a {{}}", "LANG-002", ""),
    ],
)
def test_mistake_is_placed_in_the_template_when_an_expression_is_wrong(source, code, place):
    with pytest.raises(EngineError) as caught:
        compile_template(source, SCOPE)
    problem = caught.value.problems[0]
    assert (problem.code, source[problem.start : problem.end]) == (code, place)


def test_all_places_are_checked_when_several_are_wrong():
    with pytest.raises(EngineError) as caught:
        compile_template("{{ nope }} {{ nix }} {{ name }}", SCOPE)
    assert [problem.start for problem in caught.value.problems] == [3, 14]
