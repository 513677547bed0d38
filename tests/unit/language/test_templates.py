"""Message templates."""

import pytest

from engine.kernel.problems import EngineError, Text
from engine.language.cases import shown
from engine.language.reading.lexing import tokens
from engine.language.reading.quoting import sign_outside_quotes
from engine.language.reading.vocabulary import Words, narrowed
from engine.language.scope import FieldScope, FormScope, Scope
from engine.language.templates import MAX_CHARACTERS, MAX_OPEN, compile_template
from engine.language.types import TextType
from tests.unit.language.deals import ROW, SCOPE, WORLD

WORDS = Words(SCOPE, lambda _: False)


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
        ("{{ “it's” & name }}", "it's甲方"),
        ("{{ replace(name, “甲”, “}}”) }}", "}}方"),
        ("{{ ‘}}’ & 「%}」 & 『}}』 & ”}}“ }}", "}}%}}}}}"),
        ("{{ '\\'}}\\\\' }}", "'}}\\"),
        ("{% if name != “%}” %}a{% end %}", "a"),
    ],
)
def test_places_are_filled_when_a_template_is_rendered(source, expected):
    assert _rendered(source) == expected


def test_places_are_filled_when_names_hold_signs_of_their_own():
    named = {"a": "it's", "b": "{{ }}", "c": "100%}“"}
    form = FormScope(
        "a", "f", {key: FieldScope(key, key, TextType(), Text(label, label)) for key, label in named.items()}
    )
    found = compile_template("{{ `it's` & ｀{{ }}｀ }}{% if `100%}“` = 'x' %}.{% end %}", Scope(form))
    assert found.render({"a": "1", "b": "2", "c": "x"}, WORLD, lambda value, _: str(value)) == "12."


@pytest.mark.parametrize(
    "quoted",
    [
        "“it's”",
        "'”'",
        '"“"',
        "”a}}“",
        "「'」",
        "『`』",
        "`it's`",
        "｀}}｀",
        r"'\'}}'",
        "‘%}’ & “`”",
        "'“' & `“`",
        r"`\`",
    ],
)
def test_place_ends_where_the_lexer_ends_what_is_in_quotes(quoted):
    assert list(tokens(quoted, WORDS))
    assert sign_outside_quotes(narrowed(f"{quoted} }}}} b"), 0, "}}") == len(quoted) + 1


@pytest.mark.parametrize("quoted", ["'a", "“}}", "`a", r"「\」", "”a”“", "'“' & “'", "`'` & 'x`"])
def test_place_does_not_end_when_the_lexer_misses_the_end_of_what_is_in_quotes(quoted):
    with pytest.raises(EngineError):
        list(tokens(quoted, WORDS))
    assert sign_outside_quotes(narrowed(f"{quoted} }}}} b"), 0, "}}") is None


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


def _open_blocks(count, end="{% end %}"):
    return "{%if true%}" * (count - 1) + "{%each items%}x" + end * count


def test_blocks_stand_inside_one_another_when_they_are_as_many_as_may_be():
    assert _rendered(_open_blocks(MAX_OPEN)) == "xx"
    assert _rendered("{% if true %}a{% end %}" * (MAX_OPEN + 5)) == "a" * (MAX_OPEN + 5)


@pytest.mark.parametrize("end", ["{% end %}", ""])
@pytest.mark.parametrize("more", [1, 2, 900])
def test_first_block_too_many_is_told_once_when_blocks_stand_too_deep(more, end):
    source = _open_blocks(MAX_OPEN + more, end)[:MAX_CHARACTERS]
    with pytest.raises(EngineError) as caught:
        compile_template(source, SCOPE)
    told = [problem for problem in caught.value.problems if problem.code == "LANG-053"]
    opening = "{%if true%}" if more > 1 else "{%each items%}"
    assert [source[problem.start : problem.end] for problem in told] == [opening]


def test_template_is_refused_when_it_is_too_long():
    assert _rendered("长" * MAX_CHARACTERS) == "长" * MAX_CHARACTERS
    with pytest.raises(EngineError) as caught:
        compile_template("长" * (MAX_CHARACTERS + 2), SCOPE)
    assert [(problem.code, problem.start, problem.end) for problem in caught.value.problems] == [
        ("LANG-054", MAX_CHARACTERS, MAX_CHARACTERS + 2)
    ]
