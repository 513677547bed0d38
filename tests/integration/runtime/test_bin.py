"""The recycle bin, on both databases: what was deleted is listed, comes back, and is destroyed for good."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from engine.jobs.housekeeping import Housekeeping
from engine.kernel.clocks import DAY_MS
from engine.runtime.directory import ADMIN_ROLE
from engine.runtime.settings import Retention
from tests.integration.runtime.conftest import LIBRARIAN, refused

OURS = ("library", "book")
ABSENT = [("DECIDE-001", "")]


@pytest.fixture
def bin(library):
    return library.site.services.bin


@pytest.fixture
def root(library):
    """An administrator, who may destroy."""
    library.site.person("root", ADMIN_ROLE, LIBRARIAN)
    return library.site.viewer("root")


def thrown_away(library, **fields):
    book = library.book(**fields)
    library.records.delete(library.anna, *OURS, book.id, book.version)
    return book


def test_what_was_deleted_is_listed_the_last_first_a_page_at_a_time(library, bin):
    library.book()
    made = []
    for title in ("甲", "乙", "丙"):
        made.append(thrown_away(library, title=title))
        library.site.business.moment += 1_000
    first = bin.list(library.anna, *OURS, limit=2)
    assert [(one.title, one.version, one.deleted_by_shown.zh) for one in first.items] == [
        ("丙", 2, "anna"), ("乙", 2, "anna"),
    ]  # fmt: skip
    rest = bin.list(library.anna, *OURS, limit=2, after=first.next)
    assert ([one.id for one in rest.items], rest.next, rest.may_purge) == ([made[0].id], None, False)


def test_nothing_is_told_of_the_bin_to_who_may_not_delete(library, bin):
    book = thrown_away(library)
    assert refused(bin.list, library.john, *OURS) == ABSENT
    assert refused(bin.restore, library.john, *OURS, book.id) == [("DECIDE-006", "")]
    assert refused(bin.purge, library.anna, *OURS, book.id) == ABSENT


def test_a_record_is_as_it_was_when_it_is_put_back(library, bin):
    book = thrown_away(library, author="曹雪芹", copies=[{"barcode": "b1"}])
    bin.restore(library.anna, *OURS, book.id, 2)
    back = library.records.read(library.anna, *OURS, book.id)
    assert back.version == 3
    stamps = ("updated_at",)
    assert {k: v for k, v in back.fields.items() if k not in stamps} == {
        k: v for k, v in book.fields.items() if k not in stamps
    }
    assert [entry.labels.zh for entry in library.records.history(library.anna, *OURS, book.id)] == [
        "从回收站恢复", "删除", "新建",
    ]  # fmt: skip
    assert bin.list(library.anna, *OURS).items == ()
    assert [one.id for one in library.records.list(library.anna, *OURS).items] == [book.id]


def test_a_record_does_not_come_back_when_it_is_not_there_not_as_seen_or_in_the_way(library, bin):
    here = library.book()
    assert refused(bin.restore, library.anna, *OURS, here.id) == ABSENT
    gone = thrown_away(library)
    assert refused(bin.restore, library.anna, *OURS, gone.id, 1) == [("DECIDE-002", "")]
    library.records.create(library.anna, *OURS, {"title": "another", "isbn": gone.fields["isbn"]})
    assert refused(bin.restore, library.anna, *OURS, gone.id, 2) == [("FORM-014", "fields.isbn")]


def test_a_record_is_gone_with_all_that_was_kept_of_it_when_it_is_destroyed(library, bin, root):
    kept, gone = library.book(title="留下"), thrown_away(library, title="绝密书名", copies=[{"barcode": "x9"}])
    assert refused(bin.purge, root, *OURS, kept.id) == ABSENT
    bin.purge(root, *OURS, gone.id)
    assert refused(bin.restore, library.anna, *OURS, gone.id) == ABSENT
    assert library.site.count("book") == 1
    assert library.site.query("SELECT count(*) FROM book__copies")[0][0] == 0
    for table, column in (("youju_journal", "payload"), ("youju_outbox", "payload")):
        told = library.site.query(f"SELECT {column} FROM {table}")  # noqa: S608
        assert not any("绝密书名" in json.dumps(json.loads(row[0]), ensure_ascii=False) for row in told), table
    last = library.site.query("SELECT action FROM youju_journal WHERE record = :id ORDER BY version", id=gone.id)
    assert [row[0] for row in last] == ["create", "delete", "journal.erase", "journal.purge"]


def test_a_record_stays_when_others_refer_to_it(library, bin, root):
    loan = library.loan()
    book = loan.fields["book"]
    library.records.delete(library.anna, *OURS, book, 1)
    with_place = refused(bin.purge, root, *OURS, book)
    assert with_place == [("BIN-001", "")]
    library.records.delete(library.anna, "library", "loan", loan.id, loan.version)
    assert refused(bin.purge, root, *OURS, book) == [("BIN-001", "")]
    bin.purge(root, "library", "loan", loan.id)
    bin.purge(root, *OURS, book)
    assert library.site.count("book") == 0


def test_what_has_lain_in_the_bin_for_long_goes_by_itself_where_that_is_stated(library, bin):
    old, loan = thrown_away(library), library.loan()
    library.records.delete(library.anna, *OURS, loan.fields["book"], 1)
    library.site.business.moment += 10 * DAY_MS + 1
    fresh = thrown_away(library)
    never = Housekeeping(library.site.services.execution, Retention())
    never.do()
    assert library.site.count("book") == 3
    Housekeeping(library.site.services.execution, replace(Retention(), bin=10)).do()
    assert {one.id for one in bin.list(library.anna, *OURS).items} == {loan.fields["book"], fresh.id}
    assert old.id not in {row[0] for row in library.site.query("SELECT id FROM book")}
