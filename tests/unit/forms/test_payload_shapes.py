"""Reading whole payloads: unknown keys, lines, system fields, and every problem at once with its place."""

from __future__ import annotations

import pytest

from engine.forms.payloads import read_payload
from tests.support.apps import field, one_form, places

ID = "0192f0c1-2b3c-7d4e-8f50-617283940516"
LINES = (field("title"), field("pages", "number", min="1"), field("on", "date"))


@pytest.fixture(scope="module")
def book():
    return one_form(field("name"), field("amount", "money"), field("copies", "lines", fields=list(LINES)))


def test_keys_not_named_stay_out_when_a_payload_is_read(book):
    assert read_payload(book, {}) == ({}, [])


@pytest.mark.parametrize("payload", [None, [], "name", 1, True, [{"name": "x"}]])
def test_a_payload_is_refused_when_it_is_no_object(book, payload):
    values, found = read_payload(book, payload)
    assert (values, places(found)) == ({}, [("FORM-017", "")])


@pytest.mark.parametrize(
    ("key", "suggested"),
    [("nmae", "name"), ("amont", "amount"), ("ownr", "owner"), ("departement", "department"), ("zzz", None)],
)
def test_a_near_key_is_suggested_when_a_key_is_unknown(book, key, suggested):
    values, (problem,) = read_payload(book, {key: "x"})
    assert values == {}
    assert (problem.code, problem.path) == ("FORM-001", key)
    assert f"“{key}”" in problem.message.en
    for hint in (problem.hint.zh, problem.hint.en):
        assert (f"({suggested}?)" in hint) if suggested else ("?" not in hint)


@pytest.mark.parametrize(
    "key", ["_schema", "", "a.b", "copies[0].title", "__proto__", "字段", "name ", "NAME", "0", "*"]
)
def test_a_key_is_refused_as_it_stands_when_it_is_unknown(book, key):
    values, (problem,) = read_payload(book, {key: {"deep": 1}})
    assert (values, problem.code, problem.path) == ({}, "FORM-001", key)
    assert f"“{key}”" in problem.message.zh


def test_a_key_is_told_as_it_can_be_sent_when_it_holds_half_a_character(book):
    _, (problem,) = read_payload(book, {"a\ud800": 1})
    assert (problem.code, problem.path) == ("FORM-001", "a\\ud800")
    assert problem.message.zh.encode()


@pytest.mark.parametrize(
    "key",
    [
        "id",
        "version",
        "state",
        "state_since",
        "held",
        "created_at",
        "created_by",
        "updated_at",
        "updated_by",
        "deleted_at",
    ],
)
def test_a_system_field_is_refused_when_a_payload_names_it(book, key):
    values, (problem,) = read_payload(book, {key: None})
    assert (values, problem.code, problem.path) == ({}, "FORM-001", key)


def test_owner_and_department_are_read_when_a_payload_names_them(book):
    assert read_payload(book, {"owner": ID, "department": "借阅台"}) == ({"owner": ID, "department": "借阅台"}, [])
    _, found = read_payload(book, {"owner": "anna", "department": 7})
    assert places(found) == [("FORM-003", "owner"), ("FORM-003", "department")]


def test_a_field_is_unknown_when_it_is_retired():
    form = one_form(field("name"), field("old", retired=True))
    _, found = read_payload(form, {"old": "x"})
    assert places(found) == [("FORM-001", "old")]


@pytest.mark.parametrize(
    "key",
    [
        "fields",
        "load",
        "dump",
        "context",
        "opts",
        "validate",
        "exclude",
        "only",
        "unknown",
        "many",
        "handle_error",
        "meta",
    ],
)
def test_a_field_is_read_when_its_key_is_a_word_of_the_machinery(key):
    form = one_form(field(key), field("lines", "lines", fields=[field(key)]))
    assert read_payload(form, {key: "x", "lines": [{key: "y"}]}) == ({key: "x", "lines": ({key: "y"},)}, [])


def test_lines_are_read_in_their_order_when_they_are_good(book):
    values, found = read_payload(book, {"copies": [{"title": "b", "pages": "2"}, {"id": ID, "on": "1970-01-02"}, {}]})
    assert found == []
    assert values == {"copies": ({"title": "b", "pages": 2}, {"id": ID, "on": 1}, {})}


@pytest.mark.parametrize("empty", [[], None])
def test_lines_are_blank_when_there_are_none(book, empty):
    assert read_payload(book, {"copies": empty}) == ({"copies": None}, [])


@pytest.mark.parametrize("raw", [{}, "title", 1, True, {"0": {}}])
def test_lines_are_refused_when_they_are_no_list(book, raw):
    values, found = read_payload(book, {"copies": raw})
    assert (values, places(found)) == ({}, [("FORM-003", "copies")])


def test_lines_are_refused_when_there_are_too_many(book):
    assert read_payload(book, {"copies": [{}] * 1_000})[1] == []
    values, (problem,) = read_payload(book, {"copies": [{}] * 1_001})
    assert (values, problem.code, problem.path) == ({}, "FORM-019", "copies")
    assert "1001" in problem.hint.en


def test_every_problem_of_lines_is_told_at_its_place_when_several_are_bad(book):
    lines = [
        {"title": 1, "pages": "0", "titel": "x"},
        None,
        {"title": "good"},
        "text",
        {"id": "not an id", "owner": ID},
        [],
    ]
    values, found = read_payload(book, {"copies": lines})
    assert values == {}
    assert sorted(places(found)) == [
        ("FORM-001", "copies[0].titel"),
        ("FORM-001", "copies[4].owner"),
        ("FORM-003", "copies[0].title"),
        ("FORM-003", "copies[4].id"),
        ("FORM-006", "copies[0].pages"),
        ("FORM-017", "copies[1]"),
        ("FORM-017", "copies[3]"),
        ("FORM-017", "copies[5]"),
    ]
    hint = next(problem.hint.en for problem in found if problem.path == "copies[0].titel")
    assert "(title?)" in hint, "keys of the lines are suggested, not the form's"


def test_good_values_are_kept_and_all_bad_ones_told_when_a_payload_is_mixed(book):
    values, found = read_payload(
        book, {"name": "ok", "amount": "1.005", "copies": [{"pages": "x"}], "typo": 1, "owner": 5}
    )
    assert values == {"name": "ok"}
    assert sorted(places(found)) == [
        ("FORM-001", "typo"),
        ("FORM-003", "copies[0].pages"),
        ("FORM-003", "owner"),
        ("FORM-007", "amount"),
    ]
