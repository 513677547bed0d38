"""The laws of the text of rules: it and the document are two views of one thing."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.catalog.documents import document_problems
from engine.kernel.problems import EngineError
from engine.rules.text.printing import print_rule, print_rules
from engine.rules.text.reading import read_rules
from tests.property.rules.stating import documents

languages = st.sampled_from(["zh", "en"])
slowly = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


def read(text):
    return [found.document for found in read_rules(text)]


@slowly
@given(documents(), languages)
def test_a_document_comes_back_when_its_text_is_read(document, language):
    assert document_problems("rule", "rules/r.json", document) == []
    text = print_rule(document, language)
    assert read(text) == [document]
    assert print_rule(read(text)[0], language) == text


@slowly
@given(st.lists(documents(), min_size=2, max_size=3), languages)
def test_every_rule_comes_back_when_several_stand_in_one_text(some, language):
    text = print_rules(some, language)
    assert read(text) == some


MARKS = [
    "",
    "(",
    ")",
    "{",
    "}",
    "]",
    ",",
    "=",
    '"',
    "`",
    "\\",
    "#",
    "//",
    " then ",
    "rule",
    "则",
    "\\ud83d",
    '"\\uD800"',
    '"\\U0000dfff\\u0000',
    "\udc00",
    "\u202e",
    "\u200b",
    "\0",
    "🙂",
]


escapes = st.builds(
    lambda sign, code: f"\\{sign}{code:0{4 if sign == 'u' else 8}x}",
    st.sampled_from("uU"),
    st.sampled_from([0, 0xD800, 0xDFFF]) | st.integers(0, 0xFFFF),
)
pieces = st.characters(exclude_characters='\\"\n') | st.characters(categories=["Cs"]) | escapes


@slowly
@given(st.lists(pieces, min_size=1, max_size=12).map("".join), languages)
def test_a_text_can_be_kept_or_is_told_when_any_characters_and_escapes_stand_in_it(text, language):
    told, found = set[str](), []
    try:
        found = read(f'rule "{text}" on created for f then refuse("{text}")')
    except EngineError as error:
        told = {one.code for one in error.problems}
    assert told <= {"RULE-049", "RULE-023"}
    for document in found:
        assert document_problems("rule", "rules/r.json", {**document, "key": "r"}) == []
        assert read(print_rule(document, language)) == [document]


@slowly
@given(documents(), languages, st.data())
def test_a_broken_text_ends_in_positioned_problems_when_it_does_not_read(document, language, data):
    text = print_rule(document, language)
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 5)) | st.just(len(text)))
    broken = text[:start] + data.draw(st.sampled_from(MARKS)) + text[end:]
    try:
        read(broken)
    except EngineError as error:
        for problem in error.problems:
            assert 0 <= problem.start <= problem.end <= len(broken)
            assert problem.path.replace(":", "").isdigit()
            assert problem.message.zh
            assert problem.message.en
            assert problem.hint.zh
            assert problem.hint.en
