"""Whatever is written, there is an answer: a problem with a code and a place, never a crash and never a wait."""

import time

import pytest

from engine.kernel.problems import EngineError
from engine.language.compiling import compile_expression
from engine.language.functions.catalogue import function_names
from tests.unit.language.deals import SCOPE, problems_of, value
from tests.unit.language.malformed import TURNING, UNSEEN, malformed

INPUTS = malformed()
SLOWEST = 0.25
"""Seconds, on a machine that does other things too; ``youju bench lang`` measures what it really takes."""


def test_there_are_five_hundred_when_they_are_made():
    assert len(INPUTS) >= 500


def test_every_one_ends_in_a_problem_with_its_place_when_it_is_compiled():
    slow = []
    for source in INPUTS:
        began = time.perf_counter()
        with pytest.raises(EngineError) as raised:
            compile_expression(source, SCOPE)
        took = time.perf_counter() - began
        for problem in raised.value.problems:
            assert problem.code.startswith("LANG-"), source
            assert problem.start is not None, source
            assert problem.end is not None, source
            assert 0 <= problem.start <= problem.end <= len(source), source
            for text in (problem.message.zh, problem.message.en, problem.hint.zh, problem.hint.en):
                assert text.encode("utf8"), source
        if took > SLOWEST:
            slow.append((round(took, 3), source[:60]))
    assert not slow


@pytest.mark.parametrize("character", [one for one in UNSEEN if one not in "\x1c\x1d\x1e\x1f"])
def test_unseen_character_is_named_by_its_number_when_it_stands_outside_quotes(character):
    for source in (f"amount{character} > 1", f"amo{character}unt > 1", f"1 +{character} 2"):
        problem = problems_of(source)[0]
        assert problem.code == "LANG-071", repr(source)
        assert source[problem.start : problem.end] == character
        assert f"U+{ord(character):04X}" in problem.message.zh


@pytest.mark.parametrize("character", list(TURNING))
def test_turning_character_is_refused_when_it_stands_in_quotes(character):
    for source in (f'name = "a{character}b"', f"`a{character}b` > 1"):
        problem = problems_of(source)[0]
        assert problem.code == "LANG-072"
        assert source[problem.start : problem.end] == character
        assert f"\\u{ord(character):04X}" in problem.hint.en
    assert problems_of(f"{character}amount > 1")[0].code == "LANG-071"


def test_characters_of_emoji_and_escapes_are_kept_when_they_stand_in_a_text():
    assert value('"\U0001f469\u200d\U0001f680 a\u200bb"') == "\U0001f469\u200d\U0001f680 a\u200bb"
    assert value('len("\\u202E\\u2066")') == 2


def test_mark_at_the_very_beginning_is_passed_over_when_an_editor_has_put_it_there():
    assert value("\ufeff1 + 1") == 2


def test_names_of_functions_are_found_in_a_run_when_they_are_as_long_as_any():
    assert max(map(len, function_names())) <= 24
    assert value("真且是统一社会信用代码(empty)") is False
    assert [problem.code for problem in problems_of("且" * 3_999 + "阶")] != []
