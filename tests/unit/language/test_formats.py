"""Named formats and globs: exactly what counts, and what does not."""

import time

import pytest

from engine.language import formats, globs
from engine.language.compiling import compile_expression
from engine.language.functions.catalogue import FUNCTIONS
from engine.language.operations import Op
from engine.language.scope import EMPTY_SCOPE
from engine.language.tree import Operation
from tests.unit.language.deals import SCOPE, problems_of, value

_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a@b.cn", True),
        ("li.wei+sales@mail.example.com", True),
        ("x@xn--fiqs8s.xn--fiqz9s", True),
        ("o'neil@example.com", True),
        ("a" * 64 + "@example.com", True),
        ("a" * 65 + "@example.com", False),
        ("a@" + "b." * 125 + "cn", True),
        ("a@" + "b." * 126 + "cn", False),
        ("a@" + "b" * 63 + ".cn", True),
        ("a@" + "b" * 64 + ".cn", False),
        (".a@b.cn", False),
        ("a.@b.cn", False),
        ("a..b@c.cn", False),
        ("a@b", False),
        ("a@b.c", False),
        ("a@b.1n", False),
        ("a@-b.cn", False),
        ("a@b-.cn", False),
        ("a@b..cn", False),
        ("a@@b.cn", False),
        ("a@b@c.cn", False),
        ("@b.cn", False),
        ("李@b.cn", False),
        ("a b@c.cn", False),
        ("a@b.cn\n", False),
        (" a@b.cn", False),
    ],
)
def test_email_counts_when_it_has_the_form(text, expected):
    assert formats.is_email(text) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("13800138000", True),
        ("19912345678", True),
        ("138 0013 8000", True),
        ("138-0013-8000", True),
        ("+8613800138000", True),
        ("+86 138 0013 8000", True),
        ("0086-13800138000", True),
        ("8613800138000", True),
        ("010-62345678", True),
        ("01062345678", True),
        ("(010) 62345678", True),
        ("0571 87654321-123", True),
        ("0756-3456789", True),
        ("+86 10 62345678", True),
        ("400-800-8000", True),
        ("8008208820", True),
        ("12800138000", False),
        ("1380013800", False),
        ("138001380000", False),
        ("138-0013 8000", False),
        ("62345678", False),
        ("010-12345678", False),
        ("010-623456", False),
        ("86 010-62345678", False),
        ("(010-62345678", False),
        ("１３８００１３８０００", False),
        ("13800138000\n", False),
        ("110", False),
        ("+1 415 555 2671", False),
    ],
)
def test_telephone_number_counts_when_it_is_one_of_the_mainland(text, expected):
    assert formats.is_phone(text) is expected


@pytest.mark.parametrize("code", ["91350100M000100Y43", "911100001011101010", "9111000071093123XX"])
def test_credit_code_fails_when_any_one_character_is_changed(code):
    if not formats.is_uscc(code):
        code = next(code[:17] + last for last in _ALPHABET if formats.is_uscc(code[:17] + last))
    changed = [
        code[:place] + other + code[place + 1 :]
        for place in range(18)
        for other in (_ALPHABET if not 2 <= place < 8 else "0123456789")
        if other != code[place]
    ]
    assert len(changed) > 400
    assert not any(map(formats.is_uscc, changed))


@pytest.mark.parametrize(
    "text",
    ["91350100M000100Y4", "91350100M000100Y433", "91350100M000100Y43 ", "9135010OM000100Y43", "I1350100M000100Y43"],
)
def test_credit_code_fails_when_it_is_not_eighteen_of_its_characters(text):
    assert not formats.is_uscc(text)


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("A?C", "ABC", True),
        ("A?C", "A🐱C", True),
        ("A?C", "AC", False),
        ("?*", "x", True),
        ("*?*?*", "x", False),
        ("a*b*c", "axxbyyc", True),
        ("a*b*c", "acb", False),
        ("*ab", "aab", True),
        ("a*a", "a", False),
        (r"\*?", "*x", True),
        (r"\*?", "ax", False),
        (r"\?", "x", False),
        (r"\\*", "\\rest", True),
        (r"\d", r"\d", True),
        ("[ab]?", "[ab]x", True),
        ("%_?", "%_x", True),
        ("%_?", "axx", False),
        ("a*\n?", "a1\n2", True),
        ("ab?", "abc\n", False),
    ],
)
def test_text_matches_when_the_glob_says_so(pattern, text, expected):
    assert globs.matches(text, pattern) is expected


def test_matching_takes_no_time_when_pattern_and_text_are_hostile():
    began = time.perf_counter()
    assert not globs.matches("a" * 20_000, "*a" * 49 + "?b")
    assert time.perf_counter() - began < 1


@pytest.mark.parametrize(
    ("source", "op"),
    [
        ('matches(name, "AB*")', Op.STARTS_WITH),
        ('matches(name, "*AB")', Op.ENDS_WITH),
        ('matches(name, "**AB*")', Op.CONTAINS),
        ('matches(name, "A*B")', Op.MATCHES),
    ],
)
def test_glob_becomes_a_simpler_test_when_that_says_the_same(source, op):
    tree = compile_expression(source, SCOPE).tree
    assert isinstance(tree, Operation)
    assert tree.op is op


@pytest.mark.parametrize(
    "source", ["matches(name, name)", 'matches(name, "")', "matches(name, empty)", f'matches(name, "{"a" * 101}")']
)
def test_pattern_is_refused_when_it_is_not_written_out(source):
    problem = problems_of(source)[0]
    assert problem.code == "LANG-070"
    assert source[problem.start : problem.end] == source.partition(", ")[2][:-1]


def test_format_is_false_when_the_text_is_blank():
    for source in ('matches(empty, "?*")', 'matches(empty, "a")', 'matches(empty, "*")', "is_email(empty)"):
        assert value(source) is False
    assert value('not is_phone(empty) and not is_uscc("")') is True


def test_named_formats_are_called_in_chinese_when_written_so():
    for name in ("匹配", "是邮箱", "是电话", "是统一社会信用代码"):
        assert any(name in function.aliases for function in FUNCTIONS.values())
    assert compile_expression('是电话("13800138000")', EMPTY_SCOPE).holds({}, None)
