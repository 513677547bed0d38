"""Reading one value of every field type: what is good, what is blank, and what is refused and under which code."""

from __future__ import annotations

import pytest

from engine.forms.payloads import read_payload
from tests.support.apps import app, compiled, field, form, one_form, options

ID = "0192f0c1-2b3c-7d4e-8f50-617283940516"
OTHER = "0192f0c1-2b3c-7d4e-8f50-617283940517"
NUL, LONE = "a\0b", "a\ud800b"


@pytest.fixture(scope="module")
def thing():
    """A form with a field of every type, named after its type."""
    fields = [
        field(kind, kind) for kind in ("text", "long_text", "phone", "email", "url", "id_code", "money", "percent")
    ]
    fields += [field(kind, kind) for kind in ("rating", "boolean", "date", "datetime", "person", "persons", "json")]
    fields += [
        field("short", max_length=3),
        field("whole", "number"),
        field("exact", "number", scale=3, digits=6),
        field("long", "number", scale=9, digits=18),
        field("bounded", "number", scale=1, min="-0.55", max="9.5"),
        field("stars", "rating", min="0", max="10"),
        field("half", "rating", min="0.5", max="2.5"),
        field("choice", "choice", options=options("red", "green")),
        field("multi_choice", "multi_choice", options=options("red", "green", "blue")),
        field("reference", "reference", form="thing"),
        field("references", "references", form="thing"),
    ]
    fields[-4]["options"].append({**options("grey")[0], "retired": True})
    return compiled(app(form("thing", *fields))).apps["shop"].forms["thing"]


GOOD = [
    ("text", "王芳", "王芳"),
    ("text", " kept ", " kept "),
    ("text", "x" * 200, "x" * 200),
    ("text", "e\u0301", "é"),
    ("text", "😀" * 200, "😀" * 200),
    ("short", "e\u0301" * 3, "é" * 3),
    ("long_text", "line\nline\t中", "line\nline\t中"),
    ("long_text", "x" * 20_000, "x" * 20_000),
    ("phone", " 138 0013 8000 ", "138 0013 8000"),
    ("phone", "+86-0792-8123456", "+86-0792-8123456"),
    ("email", " li.wei@example.com ", "li.wei@example.com"),
    ("email", "王@例子.中国", "王@例子.中国"),
    ("url", "https://example.com/a?b=c#d", "https://example.com/a?b=c#d"),
    ("id_code", "91350100M000100Y43", "91350100M000100Y43"),
    ("id_code", " 91350100m000100y43 ", "91350100M000100Y43"),
    ("whole", "12", 12),
    ("whole", 12, 12),
    ("whole", "-0", 0),
    ("whole", "007", 7),
    ("whole", " 7 ", 7),
    ("whole", "5.000", 5),
    ("whole", "9" * 15, 10**15 - 1),
    ("whole", "-" + "9" * 15, 1 - 10**15),
    ("exact", "12.5", 12500),
    ("exact", "-999.999", -999999),
    ("exact", "1.500000000", 1500),
    ("long", "123456789.123456789", 123456789123456789),
    ("bounded", "-0.5", -5),
    ("bounded", "9.5", 95),
    ("money", "0.01", 1),
    ("percent", "12.5", 1250),
    ("rating", "5", 5),
    ("rating", 1, 1),
    ("stars", "0", 0),
    ("half", "1", 1),
    ("boolean", False, False),
    ("date", "1970-01-02", 1),
    ("date", "0001-01-01", -719162),
    ("date", "9999-12-31", 2932896),
    ("date", "2024-02-29", 19782),
    ("datetime", "1970-01-01T08:00:00+08:00", 0),
    ("datetime", "1970-01-01T00:00Z", 0),
    ("datetime", "1970-01-01T00:00:00.001999Z", 1),
    ("datetime", "1969-12-31T23:59:59.999Z", -1),
    ("choice", "red", "red"),
    ("multi_choice", ["blue", "red", "blue"], ("red", "blue")),
    ("person", ID, ID),
    ("persons", [OTHER, ID, OTHER], (OTHER, ID)),
    ("reference", ID, ID),
    ("references", [ID], (ID,)),
    ("json", {"a": [1, 2.5, None, True, "是"]}, {"a": [1, 2.5, None, True, "是"]}),
    ("json", False, False),
]


@pytest.mark.parametrize(("key", "raw", "value"), GOOD, ids=lambda item: str(item)[:24])
def test_a_value_is_read_when_it_fits_its_field(thing, key, raw, value):
    assert read_payload(thing, {key: raw}) == ({key: value}, [])


BLANK = [
    *((key, "") for key in ("text", "long_text", "phone", "email", "url", "id_code", "whole", "money", "rating")),
    *((key, "") for key in ("date", "datetime", "choice", "person", "reference")),
    *((key, " \t\u3000") for key in ("phone", "email", "url", "id_code", "whole", "rating", "date", "datetime")),
    *((key, []) for key in ("multi_choice", "persons", "references")),
    *((key, None) for key in ("text", "boolean", "json", "multi_choice", "persons", "date")),
]


@pytest.mark.parametrize(("key", "raw"), BLANK)
def test_a_value_is_blank_when_nothing_was_written(thing, key, raw):
    assert read_payload(thing, {key: raw}) == ({key: None}, [])


WRONG_TYPE, OPTION, LONG, RANGE = "FORM-003", "FORM-004", "FORM-005", "FORM-006"
PRECISE, UNCLEAN, FORMAT, MANY = "FORM-007", "FORM-008", "FORM-009", "FORM-019"
TEXTS = ("text", "long_text", "phone", "email", "url", "id_code")
NUMBERS = ("whole", "exact", "money", "percent")
DEEP: list[object] = []
for _ in range(60):
    DEEP = [DEEP]

BAD = [
    *((key, raw, WRONG_TYPE) for key in TEXTS for raw in (1, 1.5, True, [], {}, ["a"])),
    *((key, raw, UNCLEAN) for key in ("text", "long_text") for raw in (NUL, LONE, "\udfff")),
    ("email", "a\0b@example.com", UNCLEAN),
    ("email", "a\ud800@example.com", UNCLEAN),
    ("url", "https://example.com/\0", UNCLEAN),
    ("phone", "138\0 0013 8000", UNCLEAN),
    ("text", "x" * 201, LONG),
    ("short", "abcd", LONG),
    ("long_text", "x" * 20_001, LONG),
    *(("phone", raw, FORMAT) for raw in ("12345", "138-", "abc", "١٣٨٠٠١٣٨٠٠٠", "1" * 40, "138 0013 8000 ext 5")),
    *(("email", raw, FORMAT) for raw in ("a@b", "a b@example.com", "@example.com", "a@example.com, b@example.com")),
    *(("url", raw, FORMAT) for raw in ("example.com", "ftp://example.com", "javascript:alert(1)", "https://a b")),
    *((key, raw, WRONG_TYPE) for key in NUMBERS for raw in (1.5, True, False, [], {}, "abc", "1e3", "+5", "1,000")),
    *(
        (key, raw, WRONG_TYPE)
        for key in NUMBERS
        for raw in ("١٢", "１２", "²", ".5", "5.", "1 000", "0x1F", "NaN", "∞")
    ),
    *((key, raw, WRONG_TYPE) for key in NUMBERS for raw in (float("nan"), float("inf"), "9" * 31, "- 5", "--5")),
    *((key, raw, WRONG_TYPE) for key in NUMBERS for raw in (10**5_000, -(10**5_000))),
    ("whole", "1.5", PRECISE),
    ("whole", "1" + "0" * 15, PRECISE),
    ("whole", 10**15, PRECISE),
    ("exact", "1.0005", PRECISE),
    ("exact", "1000", PRECISE),
    ("money", "0.001", PRECISE),
    ("percent", "12.345", PRECISE),
    ("bounded", "-0.6", RANGE),
    ("bounded", "9.6", RANGE),
    *(("rating", raw, RANGE) for raw in ("0", "6", "2.5", "abc", "-1", 6)),
    *(("rating", raw, WRONG_TYPE) for raw in (2.0, True, [3], 10**5_000)),
    ("half", "0", RANGE),
    ("half", "3", RANGE),
    *(("boolean", raw, WRONG_TYPE) for raw in ("true", "", 0, 1, [], {})),
    *(("date", raw, WRONG_TYPE) for raw in ("2026-2-3", "2026-02-30", "0000-01-01", "10000-01-01", "20260203")),
    *(
        ("date", raw, WRONG_TYPE)
        for raw in ("2026-02-03T00:00:00Z", "2026-W05-1", "٢٠٢٦-٠٢-٠٣", " 2026-02-03", 20260203)
    ),
    *(("date", raw, WRONG_TYPE) for raw in ("2025-02-29", "2026-13-01", "-001-01-01", "今天", True)),
    *(("datetime", raw, WRONG_TYPE) for raw in ("2026-02-03", "2026-02-03T09:00:00", "2026-02-03 09:00:00Z", 0)),
    *(
        ("datetime", raw, WRONG_TYPE)
        for raw in ("2026-02-03T25:00:00Z", "2026-02-03T09:60:00Z", "2026-02-03T09:00:60Z")
    ),
    *(("datetime", raw, WRONG_TYPE) for raw in ("2026-02-03T09:00:00+0800", "2026-02-03T09:00:00+99:00", "now")),
    *(("datetime", raw, WRONG_TYPE) for raw in ("9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00")),
    *(("datetime", raw, WRONG_TYPE) for raw in ("9999-12-31T23:00:00Z", "0001-01-01T01:00:00Z")),
    *(("choice", raw, OPTION) for raw in ("Red", "red ", "红", "grey ", LONE)),
    ("choice", ["red"], WRONG_TYPE),
    ("choice", 1, WRONG_TYPE),
    ("multi_choice", ["red", "pink"], OPTION),
    ("multi_choice", ["red", ""], OPTION),
    *(("multi_choice", raw, WRONG_TYPE) for raw in ("red", ["red", 1], ["red", None], {"red": True}, [["red"]])),
    *((key, ID.upper(), WRONG_TYPE) for key in ("person", "reference")),
    *((key, "{" + ID + "}", WRONG_TYPE) for key in ("person", "reference")),
    *((key, ID.replace("-", ""), WRONG_TYPE) for key in ("person", "reference")),
    *((key, "urn:uuid:" + ID, WRONG_TYPE) for key in ("person", "reference")),
    *((key, raw, WRONG_TYPE) for key in ("person", "reference") for raw in ("１" + ID[1:], "me", 7, [ID], True)),
    *(
        (key, raw, WRONG_TYPE)
        for key in ("persons", "references")
        for raw in (ID, [ID, None], [ID.upper()], [[ID]], {})
    ),
    *((key, [f"0192f0c1-2b3c-7d4e-8f50-{n:012d}" for n in range(1_001)], MANY) for key in ("persons", "references")),
    ("json", {"a": [NUL]}, UNCLEAN),
    ("json", {LONE: 1}, UNCLEAN),
    ("json", [float("nan")], WRONG_TYPE),
    ("json", {"a": {"b": float("-inf")}}, WRONG_TYPE),
    ("json", DEEP, WRONG_TYPE),
]


@pytest.mark.parametrize(("key", "raw", "code"), BAD, ids=[f"{n}-{bad[0]}" for n, bad in enumerate(BAD)])
def test_a_value_is_refused_when_it_does_not_fit_its_field(thing, key, raw, code):
    values, found = read_payload(thing, {key: raw})
    assert values == {}
    assert [(problem.code, problem.path) for problem in found] == [(code, key)]
    (problem,) = found
    for text in (problem.message.zh, problem.message.en, problem.hint.zh, problem.hint.en):
        assert text.encode(), "texts can be sent"
        assert len(text) < 250
    assert f"{key} in English" in problem.message.en
    assert f"{key}的中文" in problem.message.zh


def test_an_option_is_refused_when_it_is_retired():
    gone = {**options("grey")[0], "retired": True}
    form = one_form(field("choice", "choice", options=[*options("red"), gone]))
    values, (problem,) = read_payload(form, {"choice": "grey"})
    assert (values, problem.code) == ({}, OPTION)
    assert "red in English (red)" in problem.hint.en
    assert "grey in English" not in problem.hint.en


def test_what_came_is_quoted_when_it_looks_like_a_place_in_the_message(thing):
    _, (problem,) = read_payload(thing, {"whole": "{label}"})
    assert '"{label}"' in problem.hint.en


CODES = "91350100M000100Y43"
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


@pytest.mark.parametrize("last", [char for char in ALPHABET if char != CODES[-1]])
def test_a_credit_code_is_refused_when_its_check_character_is_another(thing, last):
    _, (problem,) = read_payload(thing, {"id_code": CODES[:-1] + last})
    assert problem.code == FORMAT


@pytest.mark.parametrize("place", range(17))
def test_a_credit_code_is_refused_when_one_character_is_mistyped(thing, place):
    other = ALPHABET[(ALPHABET.index(CODES[place]) + 1) % len(ALPHABET)]
    _, (problem,) = read_payload(thing, {"id_code": CODES[:place] + other + CODES[place + 1 :]})
    assert problem.code == FORMAT


@pytest.mark.parametrize("raw", [CODES[:-1], CODES + "3", "I" + CODES[1:], "O" + CODES[1:], "9" * 18, "９" + CODES[1:]])
def test_a_credit_code_is_refused_when_it_has_another_form(thing, raw):
    _, (problem,) = read_payload(thing, {"id_code": raw})
    assert problem.code == FORMAT


@pytest.mark.parametrize("code", ["91110000600037341L", "91440300708461136T", "914403001922038216"])
def test_a_credit_code_is_taken_when_it_is_a_real_one(thing, code):
    assert read_payload(thing, {"id_code": code}) == ({"id_code": code}, [])
