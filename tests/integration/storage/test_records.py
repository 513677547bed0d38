"""Records come back as they were written, on both databases, and no two writers overwrite each other."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from engine.kernel.clocks import datetime_of
from engine.kernel.problems import EngineError, Nature
from engine.kernel.values import SYSTEM_FIELDS
from engine.storage import records
from tests.support.library import FULL_BOOK, NOON, SPECS, change, insertion
from tests.support.statements import recorded

COPIES = (
    {"id": "c1", "shelf": "A-1", "cost": 1250, "lent": True, "bought_on": 20_000},
    {"id": "c2", "shelf": None, "cost": None, "lent": None, "bought_on": None},
)


def fetch(library, form, record, **options):
    with library.database.read() as connection:
        return records.fetch(connection, library.tables["library", form], record, **options)


def test_a_record_comes_back_as_written_when_every_field_is_filled(library):
    donor = library.create("member", {"name": "王芳"})
    written = library.create("book", {**FULL_BOOK, "donor": donor.id, "copies": COPIES})
    row = fetch(library, "book", written.id)
    assert {key: row[key] for key in FULL_BOOK} == dict(FULL_BOOK)
    assert row["copies"] == COPIES
    assert row["donor"] == donor.id
    assert (row["version"], row["state"], row["created_at"], row["held"]) == (1, "draft", NOON, None)
    assert type(row["lendable"]) is bool
    assert type(row["price"]) is int


def test_blank_comes_back_as_none_when_nothing_was_given(library):
    row = fetch(library, "book", library.create("book", {}).id)
    fields = {column.key for column in SPECS[0].columns} | {"copies"}
    assert set(row) == {*SYSTEM_FIELDS, *fields}
    assert all(row[key] is None for key in fields)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("price", 999_999_999_999),
        ("price", -1),
        ("weight", 10**18 - 1),
        ("printed_on", -719_162),
        ("printed_on", 2_932_896),
        ("scanned_at", -62_135_596_800_000),
        ("scanned_at", 253_402_300_799_999),
        ("title", "👩‍👩‍👧 %s :x 'quote' \\ \" \n"),
        ("extra", {"deep": [[{}], "", 0, 10**25]}),
        ("extra", []),
        ("extra", False),
    ],
)
def test_extreme_values_come_back_exactly_when_written(library, field, value):
    written = library.create("book", {field: value})
    row = fetch(library, "book", written.id)
    assert row[field] == value
    assert type(row[field]) is type(value)


def test_an_update_changes_what_it_names_when_the_version_fits(library):
    first = library.create("book", FULL_BOOK)
    library.do(change(first, {"title": "石头记", "price": None, "held": {"reason": "盘点"}}))
    row = fetch(library, "book", first.id)
    assert (row["title"], row["price"], row["version"], row["pages"]) == ("石头记", None, 2, 1606)
    assert row["held"] == {"reason": "盘点"}


def test_an_update_is_a_conflict_when_somebody_was_faster(library):
    first = library.create("book", FULL_BOOK)
    library.do(change(first, {"title": "一"}))
    with pytest.raises(EngineError, match="STORE-010") as caught:
        library.do(change(first, {"title": "二"}))
    assert caught.value.nature is Nature.CONFLICT
    assert fetch(library, "book", first.id)["title"] == "一"


def test_an_update_is_a_conflict_when_the_record_is_absent(library):
    with pytest.raises(EngineError, match="STORE-010"):
        library.do(change(insertion("book", library.new_id(), {}), {"title": "无"}))


def test_lines_merge_by_id_when_some_stay_some_go_and_some_come(library):
    lines = tuple({"id": f"l{n}", "shelf": f"A-{n}", "cost": n, "lent": None, "bought_on": None} for n in range(4))
    first = library.create("book", {"copies": lines})
    wanted = (lines[3], {**lines[1], "shelf": "B-1", "lent": False}, {**lines[0], "id": "l9"})
    library.do(change(first, {"copies": wanted}))
    assert fetch(library, "book", first.id)["copies"] == wanted
    library.do(change(change(first, {}), {"copies": None}))
    assert fetch(library, "book", first.id)["copies"] is None


def test_lines_are_refused_when_one_is_there_twice_or_belongs_to_another_record(library):
    first = library.create("book", {"copies": COPIES})
    second = library.create("book", {})
    with pytest.raises(EngineError, match="STORE-016"):
        library.do(change(second, {"copies": ({"id": "x"}, {"id": "x"})}))
    with pytest.raises(EngineError, match="STORE-016"):
        library.do(change(second, {"copies": ({"id": "c1"},)}))
    assert fetch(library, "book", first.id)["copies"] == COPIES
    assert fetch(library, "book", second.id)["copies"] is None


def test_a_deleted_record_is_absent_unless_asked_for_when_read(library):
    first = library.create("book", FULL_BOOK)
    library.do(change(first, {"deleted_at": NOON}, "delete"))
    assert fetch(library, "book", first.id) is None
    assert fetch(library, "book", first.id, deleted=True)["deleted_at"] == NOON


def test_a_unique_value_is_refused_on_its_field_when_another_record_has_it(library):
    library.create("book", FULL_BOOK)
    with pytest.raises(EngineError) as caught:
        library.create("book", FULL_BOOK)
    (problem,) = caught.value.problems
    assert (problem.code, problem.path) == ("STORE-011", "fields.isbn")
    assert "isbn的中文" in problem.message.zh
    other = library.create("book", {"isbn": "2"})
    with pytest.raises(EngineError, match=r"STORE-011 fields\.isbn"):
        library.do(change(other, {"isbn": FULL_BOOK["isbn"]}))


def test_a_unique_value_is_free_again_when_its_record_is_deleted(library):
    first = library.create("book", FULL_BOOK)
    library.do(change(first, {"deleted_at": NOON}, "delete"))
    assert library.create("book", FULL_BOOK).id != first.id


def test_a_record_is_refused_when_its_id_is_taken(library):
    first = library.create("book", {})
    with pytest.raises(EngineError, match="STORE-012"):
        library.do(insertion("book", first.id, {}))


def test_all_values_that_do_not_fit_are_named_when_there_are_several(library):
    with pytest.raises(EngineError) as caught:
        library.create("book", {"price": 10**12, "pages": -(10**9), "isbn": "9" * 601})
    found = {(problem.code, problem.path) for problem in caught.value.problems}
    assert found == {("STORE-020", "fields.price"), ("STORE-020", "fields.pages"), ("STORE-021", "fields.isbn")}


def test_a_reference_is_refused_when_it_leads_nowhere(library):
    with pytest.raises(EngineError, match="STORE-013"):
        library.create("book", {"donor": library.new_id()})


def test_a_reference_may_be_written_before_what_it_refers_to_when_both_are_in_one_changeset(library):
    member, book = library.new_id(), library.new_id()
    library.do(insertion("book", book, {"donor": member}), insertion("member", member, {"name": "后来"}))
    assert fetch(library, "book", book)["donor"] == member


def test_many_records_take_one_query_each_for_records_and_lines_when_fetched(library):
    writes = [insertion("book", library.new_id(), {"copies": ({"id": f"c{n}"},)}) for n in range(20)]
    library.do(*writes)
    form = library.tables["library", "book"]
    with library.database.read() as connection:
        statements = []
        with recorded(library.database, statements):
            found = records.fetch_many(connection, form, [write.id for write in writes] + ["absent"])
    assert set(found) == {write.id for write in writes}
    assert all(len(row["copies"]) == 1 for row in found.values())
    assert len(statements) == 2


def test_people_read_decimals_dates_and_labels_when_they_open_the_view(library):
    donor = library.create("member", {"name": "王芳"})
    written = library.create("book", {**FULL_BOOK, "donor": donor.id, "copies": COPIES, "scanned_at": NOON})
    gone = library.create("book", {"copies": ({"id": "c3"},)})
    library.do(change(gone, {"deleted_at": NOON}, "delete"))
    with library.database.read() as connection:
        (row,) = connection.execute(text("SELECT * FROM v_book")).mappings()
        lines = connection.execute(text("SELECT id, cost, bought_on FROM v_book_copies ORDER BY position")).all()
    assert (row["id"], row["state"], row["state_label"]) == (written.id, "draft", "草稿")
    assert (str(row["price"]), str(row["weight"]), row["pages"]) == ("59.9" + "0" * _pads(library), _WEIGHT, 1606)
    assert (str(row["printed_on"]), row["scanned_at"]) == ("1969-12-31", "2026-09-21T14:13:20.123Z")
    assert (row["genre"], row["genre_label"], row["tags_label"]) == ("novel", "小说", "诗歌 100%'、小说")
    assert [(line.id, line.cost is None or float(line.cost), str(line.bought_on)) for line in lines] == [
        ("c1", 12.5, "2024-10-04"),
        ("c2", True, "None"),
    ]


_WEIGHT = "-123456789012345.678"


def _pads(library):
    """PostgreSQL's numbers keep their trailing zeros."""
    return 1 if library.database.dialect == "postgresql" else 0


@pytest.mark.parametrize("moment", [-1, -1000, -1001, 0, 999, 1000, 253_402_300_799_999, -62_135_596_800_000])
def test_moments_are_exact_in_the_view_when_they_lie_anywhere(library, moment):
    written = library.create("book", {"scanned_at": moment})
    with library.database.read() as connection:
        shown = connection.execute(text("SELECT scanned_at FROM v_book WHERE id = :id"), {"id": written.id}).scalar()
    assert shown == datetime_of(moment).isoformat(timespec="milliseconds").replace("+00:00", "Z")
