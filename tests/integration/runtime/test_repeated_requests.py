"""The same request again: what was made before is answered, for one user and one body."""

from __future__ import annotations

import threading

import pytest

from tests.integration.runtime.conftest import refused


def test_the_record_made_before_is_answered_when_the_same_request_comes_again(library):
    fields = {"title": "a", "isbn": "1"}
    first = library.records.create(library.anna, "library", "book", fields, None, "key")
    again = library.records.create(library.anna, "library", "book", dict(reversed(fields.items())), None, "key")
    assert (again.id, again.version) == (first.id, 1)
    assert library.site.count("book") == 1
    library.records.update(library.anna, "library", "book", first.id, {"title": "b"}, 1)
    later = library.records.create(library.anna, "library", "book", fields, None, "key")
    assert (later.id, later.title) == (first.id, "b"), "as it is now"


def test_a_change_and_a_transition_happen_once_when_they_come_again(library):
    loan = library.loan()
    for _ in range(2):
        changed = library.records.update(library.anna, "library", "loan", loan.id, {"note": "n"}, 1, "a")
        assert changed.version == 2
    for _ in range(2):
        lent = library.records.transition(
            library.anna, "library", "loan", loan.id, "lend", {}, version=2, idempotency_key="b"
        )
        assert (lent.version, lent.state) == (3, "lent")


@pytest.mark.parametrize(
    ("form", "fields", "transition"),
    [
        ("book", {"title": "a", "isbn": "2"}, None),
        ("member", {"title": "a", "isbn": "1"}, None),
        ("book", {"title": "a", "isbn": "1"}, "x"),
    ],
)
def test_a_key_is_refused_when_it_comes_with_another_request(library, form, fields, transition):
    library.records.create(library.anna, "library", "book", {"title": "a", "isbn": "1"}, None, "key")
    assert refused(library.records.create, library.anna, "library", form, fields, transition, "key") == [
        ("RUN-002", "")
    ]


def test_a_key_is_free_when_its_request_was_refused(library):
    assert refused(library.records.create, library.anna, "library", "book", {"title": "a"}, None, "key")
    library.records.create(library.anna, "library", "book", {"title": "a", "isbn": "1"}, None, "key")


def test_a_key_is_anothers_when_another_user_sends_it(library):
    other = library.site.person("berta", ("library", "librarian"))
    first = library.records.create(library.anna, "library", "book", {"title": "a", "isbn": "1"}, None, "key")
    second = library.records.create(other, "library", "book", {"title": "a", "isbn": "2"}, None, "key")
    assert first.id != second.id


@pytest.mark.parametrize("key", ["", "x" * 201])
def test_a_key_is_refused_when_it_is_none(library, key):
    assert refused(library.records.create, library.anna, "library", "book", {}, None, key) == [("RUN-001", "")]


@pytest.mark.parametrize(
    "fields", [{"title": "\ud800"}, {"price": float("nan")}, {"\ud800": 1}, {"price": float("inf")}]
)
def test_a_request_with_a_key_is_refused_not_crashed_on_when_its_body_is_unclean(library, fields):
    payload = {"title": "a", "isbn": "1", **fields}
    found = refused(library.records.create, library.anna, "library", "book", payload, None, "key")
    assert {code for code, _ in found} <= {"FORM-001", "FORM-003", "FORM-008"}


def test_one_record_is_made_when_the_same_request_comes_at_once(library):
    made: list[str] = []

    def make():
        made.append(
            library.records.create(library.anna, "library", "book", {"title": "a", "isbn": "1"}, None, "key").id
        )

    threads = [threading.Thread(target=make) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 4
    assert len(set(made)) == 1
