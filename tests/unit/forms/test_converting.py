"""Values become those of another type as people meant them, or not at all."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from engine.forms.converting import converter, shape_of
from engine.forms.definitions import field_def
from engine.forms.field_types import BUILT_IN
from engine.forms.writing import as_json
from engine.kernel.problems import Problem
from tests.support import apps
from tests.support.apps import field

ZONE = "Asia/Shanghai"
GENRES = [apps.element("novel") | {"labels": {"zh": "小说", "en": "Novel"}}, *apps.options("poetry")]


def of(type, **more):
    options = {"options": GENRES} if type in ("choice", "multi_choice") else {}
    return field_def(field("a", type, **options, **more), {})


def turned(value, old, new):
    """Return what a value, given as JSON, becomes: JSON again, or the code of why it does not convert."""
    read = BUILT_IN[old.type].parse(value, old)
    assert not isinstance(read, Problem)
    made = converter(old, new, BUILT_IN, ZONE)(read)
    if isinstance(made, Problem):
        return made.code
    return as_json(BUILT_IN[new.type].storage, made, int(new.properties.get("scale", 0)))


NUMBER, EXACT = of("number", scale=0), of("number", scale=3)
YES_NO = field_def(field("a", "choice", options=[apps.element("y") | {"labels": {"zh": "是", "en": "Yes"}}]), {})

CONVERTED = [
    ("12", of("text"), EXACT, "12.000"),
    (" 1,234.5 ", of("text"), EXACT, "1234.500"),
    ("１２", of("text"), NUMBER, "12"),
    ("1.5", of("text"), NUMBER, "FORM-007"),
    ("12 元", of("text"), NUMBER, "FORM-003"),
    ("12", NUMBER, EXACT, "12.000"),
    ("1.250", EXACT, of("number", scale=2), "1.25"),
    ("1.251", EXACT, of("number", scale=2), "FORM-007"),
    ("1.250", EXACT, of("text"), "1.250"),
    ("2026-01-31", of("text"), of("date"), "2026-01-31"),
    ("2026/1/5", of("text"), of("date"), "2026-01-05"),
    ("2026年1月5日", of("text"), of("date"), "2026-01-05"),
    ("2026-02-30", of("text"), of("date"), "FORM-003"),
    ("2026-01-31 08:30", of("text"), of("datetime"), "2026-01-31T00:30:00Z"),
    ("2026-01-31", of("date"), of("datetime"), "2026-01-30T16:00:00Z"),
    ("0001-01-01", of("date"), of("datetime"), "FORM-003"),
    ("9999-12-31", of("date"), of("datetime"), "9999-12-30T16:00:00Z"),
    ("2026-01-30T16:30:00Z", of("datetime"), of("date"), "2026-01-31"),
    ("2026-01-30T16:30:00Z", of("datetime"), of("text"), "2026-01-31 00:30"),
    ("2026-01-31", of("date"), of("long_text"), "2026-01-31"),
    ("novel", of("choice"), of("text"), "小说"),
    ("小说", of("text"), of("choice"), "novel"),
    (" Novel ", of("text"), of("choice"), "novel"),
    ("戏剧", of("text"), of("choice"), "FORM-004"),
    ("小说、poetry", of("text"), of("multi_choice"), ["novel", "poetry"]),
    ("novel", of("choice"), of("multi_choice"), ["novel"]),
    (["novel"], of("multi_choice"), of("choice"), "novel"),
    (["novel", "poetry"], of("multi_choice"), of("choice"), "FORM-003"),
    (True, of("boolean"), of("text"), "是"),
    (True, of("boolean"), YES_NO, "y"),
    ("否", of("text"), of("boolean"), False),
    ("也许", of("text"), of("boolean"), "FORM-003"),
    ("a@b.cn", of("text"), of("email"), "a@b.cn"),
    ("nobody", of("text"), of("email"), "FORM-009"),
]


@pytest.mark.parametrize(("value", "old", "new", "expected"), CONVERTED)
def test_a_value_is_what_was_meant_or_a_problem_when_its_field_gets_another_type(value, old, new, expected):
    assert turned(value, old, new) == expected


def test_blank_stays_blank_when_a_field_gets_another_type():
    assert converter(of("text"), NUMBER, BUILT_IN, ZONE)(None) is None


@given(some.integers(-(10**14), 10**14))
def test_a_number_comes_back_when_it_was_a_text_in_between(number):
    forth, back = converter(EXACT, of("text"), BUILT_IN, ZONE), converter(of("text"), EXACT, BUILT_IN, ZONE)
    assert back(forth(number)) == number


@pytest.mark.parametrize("types", [("text", "long_text"), ("number", "money"), ("phone", "text")])
def test_types_share_a_shape_when_every_value_of_one_is_a_value_of_the_other(types):
    first, second = (of(name, **({"scale": 2} if name == "number" else {})) for name in types)
    assert (shape_of(first) == shape_of(second)) is (types != ("phone", "text"))


@pytest.mark.parametrize("type", ["json", "person", "reference", "photo", "attachment", "lines"])
def test_a_field_has_no_shape_when_its_values_are_of_its_type_alone(type):
    assert shape_of(of(type, **({"form": "thing"} if type == "reference" else {}))) is None


def test_a_moment_that_no_calendar_of_the_zone_has_is_not_lost_when_it_comes_from_elsewhere():
    last = 253_402_300_799_000
    assert converter(of("datetime"), of("text"), BUILT_IN, ZONE)(last) == "9999-12-31T23:59:59Z"
    assert isinstance(converter(of("datetime"), of("date"), BUILT_IN, ZONE)(last), Problem)
