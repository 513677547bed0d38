"""Lists: filtered by an expression, sorted, a page at a time; what is asked for wrongly is told with its place."""

from __future__ import annotations

import pytest

from engine.kernel.problems import EngineError
from tests.integration.runtime.conftest import refused


def titles(page):
    return [item.fields["title"] for item in page.items]


def test_every_record_stands_on_one_page_when_a_list_is_paged_through(library):
    names = ["b", "a", "c", "b", "e", "d", "b"]
    for name in names:
        library.book(title=name, author=name if name != "b" else None)
    for sort in ("title", "-title", "author", "-author", "id", "-created_at", "-copy_count", "owner"):
        seen, after, pages = [], None, 0
        while True:
            page = library.records.list(library.anna, "library", "book", sort=sort, limit=2, after=after)
            assert page.count.value == len(names)
            assert page.count.exact
            seen += [item.id for item in page.items]
            pages, after = pages + 1, page.next
            if after is None:
                break
        assert pages == 4
        assert len(set(seen)) == len(seen) == len(names), sort
    assert titles(library.records.list(library.anna, "library", "book")) == sorted(names), "in the form's own order"
    assert titles(library.records.list(library.anna, "library", "book", sort="-author"))[-3:] == ["b"] * 3, (
        "blanks last"
    )
    assert titles(library.records.list(library.anna, "library", "book", sort="author"))[-3:] == ["b"] * 3


def test_a_page_goes_on_where_it_stopped_when_records_come_and_go(library):
    books = {name: library.book(title=name) for name in "bdfh"}
    first = library.records.list(library.anna, "library", "book", limit=2)
    assert titles(first) == ["b", "d"]
    library.book(title="a")
    library.book(title="e")
    library.records.delete(library.anna, "library", "book", books["d"].id, 1)
    assert titles(library.records.list(library.anna, "library", "book", limit=3, after=first.next)) == ["e", "f", "h"]


FILTERS = [
    ('title = "a"', ["a"]),
    ("price >= 10 and price < 30", ["b"]),
    ("price is empty", ["c"]),
    ('subjects contains "novel"', ["a"]),
    ("published < 2000-01-01", ["a"]),
    ("count(copies) = 2", ["b"]),
    ("exists(copies where pages > 100)", ["b"]),
    ("not (price > 5)", ["c"]),
    ("owner = me", ["a", "b", "c"]),
    ("created_at <= now()", ["a", "b", "c"]),
    ("书名 = “b”", ["b"]),
    ("price * 2 = 20.00 or copy_count = 0 and price is empty", ["b", "c"]),
    ("", ["a", "b", "c"]),
    ("  ", ["a", "b", "c"]),
]


def test_a_list_holds_what_meets_the_filter_when_one_is_given(library):
    library.book(title="a", price="5.50", subjects=["novel"], published="1999-12-31")
    library.book(
        title="b", price="10", copies=[{"barcode": "1", "pages": "101"}, {"barcode": "2"}], published="2000-01-01"
    )
    library.book(title="c")
    for source, wanted in FILTERS:
        page = library.records.list(library.anna, "library", "book", filter=source)
        assert titles(page) == wanted, source
        assert page.count.value == len(wanted), source


def test_a_filter_follows_references_when_it_names_a_path(library):
    loan = library.loan(transition="lend")
    library.loan()
    page = library.records.list(library.anna, "library", "loan", filter='state = "lent" and book.title = "红楼梦"')
    assert [item.id for item in page.items] == [loan.id]


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ('titel = "a"', "LANG-020"),
        ("title", "LANG-040"),
        ('price > "x"', "LANG-"),
        ("title = ", "LANG-"),
        ("1 = 1 and (", "LANG-"),
        ("\0", "LANG-"),
        ("\ud800", "LANG-"),
        ("x" * 5_000, "LANG-"),
    ],
    ids=range(8),
)
def test_a_filter_is_refused_with_its_span_when_it_is_wrong(library, source, code):
    with pytest.raises(EngineError) as raised:
        library.records.list(library.anna, "library", "book", filter=source)
    for problem in raised.value.problems:
        assert problem.code.startswith(code), problem
        assert problem.path == "filter"
        assert 0 <= problem.start <= problem.end <= len(source) + 1


def test_every_problem_of_a_list_is_told_at_once_when_it_is_asked_for_wrongly(library):
    found = refused(library.records.list, library.anna, "library", "book", filter="titel = 1", sort="nope", limit=0)
    assert sorted(path for _, path in found) == ["filter", "limit", "sort"]


@pytest.mark.parametrize("limit", [0, -1, 201])
def test_a_page_is_refused_when_it_would_have_too_many_records(library, limit):
    assert refused(library.records.list, library.anna, "library", "book", limit=limit) == [("RUN-004", "limit")]


@pytest.mark.parametrize("sort", ["nope", "copies", "subjects", "held", "-", "title; DROP TABLE book", "--title"])
def test_a_sort_is_refused_when_nothing_can_be_sorted_by_it(library, sort):
    library.book(subjects=["novel"])
    assert [path for _, path in refused(library.records.list, library.anna, "library", "book", sort=sort)] == ["sort"]


@pytest.mark.parametrize("after", ["", "x", "e30", "W10", "\0", "é", "../..", "A" * 10_000])
def test_a_cursor_is_refused_when_no_list_gave_it(library, after):
    assert [path for _, path in refused(library.records.list, library.anna, "library", "book", after=after)] == [
        "after"
    ]


def test_a_cursor_is_refused_when_it_is_another_lists(library):
    for _ in range(3):
        library.book()
    cursor = library.records.list(library.anna, "library", "book", sort="title", limit=1).next
    for sort in ("-title", "isbn"):
        found = refused(library.records.list, library.anna, "library", "book", sort=sort, after=cursor)
        assert [path for _, path in found] == ["after"]
