"""Problems, canonical JSON, clocks, registries and persons: what every room stands on."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.kernel import clocks
from engine.kernel.canonical import compact, digest, pretty
from engine.kernel.persons import PersonsDef, persons_def
from engine.kernel.problems import EngineError, Nature, ProblemKind, Text
from engine.kernel.registries import Registry

KIND = ProblemKind("X-1", Text("“{key}”不行", "“{key}” will not do"), Text("改{key}", "Mend {key}"), Nature.CONFLICT)


def test_a_problem_is_filled_in_both_languages_when_it_is_placed():
    problem = KIND.at("a.b", key="k{ey}", start=1, end=3)
    assert problem.message == Text("“k{ey}”不行", "“k{ey}” will not do")
    assert problem.hint == Text("改k{ey}", "Mend k{ey}")
    assert (problem.nature, problem.start, problem.end) == (Nature.CONFLICT, 1, 3)
    assert problem.as_json() == {
        "code": "X-1",
        "path": "a.b",
        "message": {"zh": "“k{ey}”不行", "en": "“k{ey}” will not do"},
        "hint": {"zh": "改k{ey}", "en": "Mend k{ey}"},
        "start": 1,
        "end": 3,
    }
    assert "start" not in KIND.at(key="k").as_json()


@pytest.mark.parametrize(
    ("path", "prefix", "under"),
    [("", "fields", "fields"), ("name", "fields", "fields.name"), ("[0].a", "copies", "copies[0].a"),
     ("fields.a", "forms/b.json", "forms/b.json#fields.a"), ("[1]", "forms/b.json", "forms/b.json#[1]")],
)  # fmt: skip
def test_a_place_goes_before_the_path_when_a_problem_is_put_under_it(path, prefix, under):
    assert KIND.at(path, key="k").under(prefix).path == under


def test_an_error_carries_every_problem_when_there_are_several():
    error = EngineError(KIND.at(str(n), key="k") for n in range(3))
    assert [problem.path for problem in error.problems] == ["0", "1", "2"]
    assert error.nature is Nature.CONFLICT
    assert "X-1 2: “k” will not do" in str(error)
    assert EngineError(KIND.at(key="k")).problems[0].path == ""


def test_an_error_is_a_mistake_when_it_has_no_problem():
    with pytest.raises(ValueError, match="at least one"):
        EngineError(())


@pytest.mark.parametrize(("language", "text"), [("zh", "中"), ("zh-CN", "中"), ("en", "en"), ("de", "en"), ("", "en")])
def test_a_text_is_read_in_english_when_the_language_is_another(language, text):
    assert Text("中", "en").in_language(language) == text


def test_canonical_json_is_the_same_when_the_order_of_keys_is_not():
    one, other = {"b": [1, {"y": None, "x": "是"}], "a": True}, {"a": True, "b": [1, {"x": "是", "y": None}]}
    assert compact(one) == compact(other) == '{"a":true,"b":[1,{"x":"是","y":null}]}'
    assert digest(one) == digest(other)
    assert digest(one) != digest({**one, "a": False})
    assert pretty(one).endswith("}\n")


@pytest.mark.parametrize("value", [float("nan"), [float("inf")]])
def test_canonical_json_is_refused_when_a_number_is_not_finite(value):
    with pytest.raises(ValueError, match="not JSON compliant"):
        compact(value)


@given(st.dates())
def test_days_are_counted_back_and_forth_when_they_are_any_date(day):
    number = clocks.day_number(day)
    assert clocks.date_of(number) == day
    assert clocks.FIRST_DAY <= number <= clocks.LAST_DAY


@given(st.integers(clocks.FIRST_MOMENT, clocks.LAST_MOMENT))
def test_moments_are_counted_back_and_forth_when_they_are_any_millisecond(moment):
    assert clocks.moment_number(clocks.datetime_of(moment)) == moment
    written = clocks.moment_text(moment)
    assert written.endswith("Z")
    assert clocks.moment_number(dt.datetime.fromisoformat(written)) == moment
    assert ("." in written) == bool(moment % 1000)


def test_a_day_depends_on_the_zone_when_it_is_midnight_somewhere():
    moment = clocks.moment_number(dt.datetime(2026, 3, 1, 16, 30, tzinfo=dt.UTC))
    assert clocks.date_of(clocks.day_of(moment, "Asia/Shanghai")).isoformat() == "2026-03-02"
    assert clocks.date_of(clocks.day_of(moment, "Europe/Berlin")).isoformat() == "2026-03-01"
    before = clocks.moment_number(dt.datetime(1969, 12, 31, 23, 59, 59, tzinfo=dt.UTC))
    assert clocks.day_of(before, "UTC") == -1


def test_a_moment_is_cut_off_when_it_is_finer_than_a_millisecond():
    at = dt.datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=dt.UTC)
    assert clocks.moment_number(at) == -1


@dataclass(frozen=True)
class Thing:
    name: str


def test_a_registry_keeps_order_and_refuses_doubles_when_it_is_built():
    registry = Registry([Thing("b"), Thing("a")])
    assert list(registry) == ["b", "a"]
    assert registry["a"] == Thing("a")
    assert len(registry) == 2
    assert "c" not in registry
    with pytest.raises(ValueError, match="two things are named a"):
        Registry([Thing("a"), Thing("a")])


@pytest.mark.parametrize(
    ("document", "persons"),
    [({"owner": True}, PersonsDef("owner")), ({"creator": True}, PersonsDef("creator")),
     ({"role": "legal"}, PersonsDef("role", "legal")), ({"person": "csm"}, PersonsDef("person", "csm")),
     ({"manager_of": "owner"}, PersonsDef("manager_of", "owner"))],
)  # fmt: skip
def test_persons_are_named_when_a_document_names_them(document, persons):
    assert persons_def(document) == persons
