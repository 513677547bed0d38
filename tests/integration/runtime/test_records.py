"""Records through the services, on both databases: made, changed, moved, deleted, listed, read and remembered."""

from __future__ import annotations

import threading

import pytest

from engine.kernel.problems import EngineError, Nature
from tests.integration.runtime.conftest import READER, refused
from tests.support.statements import recorded

GONE = "0192f0c1-2b3c-7d4e-8f50-617283940516"
ABSENT = [("DECIDE-001", "")]


def test_a_record_is_answered_as_it_was_kept_when_it_is_made(library):
    made = library.book(
        price="12.50", subjects=["science", "novel"], published="1791-01-01", note="说明\n第二行",
        copies=[{"barcode": "b1", "pages": "320"}, {"barcode": "b2", "acquired": None}],
    )  # fmt: skip
    assert made == library.records.read(library.anna, "library", "book", made.id)
    assert made.version == 1
    assert made.title == "红楼梦"
    fields = made.fields
    assert (fields["price"], fields["subjects"], fields["published"], fields["note"], fields["copy_count"]) == (
        "12.50", ["novel", "science"], "1791-01-01", "说明\n第二行", "2",
    )  # fmt: skip
    assert [(line["barcode"], line["pages"], line["acquired"]) for line in fields["copies"]] == [
        ("b1", "320", "2026-09-21"), ("b2", None, None),
    ]  # fmt: skip
    assert (fields["owner"], fields["created_by"], fields["created_at"]) == (
        library.anna.id, library.anna.id, "2026-09-21T14:13:20.123Z",
    )  # fmt: skip


def test_nothing_is_kept_when_a_record_is_refused(library):
    assert refused(library.records.create, library.anna, "library", "book", {"title": "a", "price": "x"}) == [
        ("FORM-003", "fields.price"),
        ("FORM-002", "fields.isbn"),
    ]
    for table in ("book", "youju_outbox"):
        assert library.site.count(table) == 0
    assert library.site.query("SELECT count(*) FROM youju_journal WHERE subject = 'book'")[0][0] == 0


def test_a_record_changes_as_asked_when_it_is_updated(library):
    book = library.book(copies=[{"barcode": "b1"}, {"barcode": "b2"}])
    first, second = book.fields["copies"]
    changed = library.records.update(
        library.anna, "library", "book", book.id,
        {"title": "石头记", "copies": [{"id": second["id"], "shelf": "A"}, {"barcode": "b3"}]}, 1,
    )  # fmt: skip
    assert changed.version == 2
    assert [(line["barcode"], line["shelf"]) for line in changed.fields["copies"]] == [("b2", "A"), ("b3", None)]
    assert changed.fields["copies"][0]["id"] == second["id"]
    assert first["id"] not in {line["id"] for line in changed.fields["copies"]}
    assert changed.fields["isbn"] == book.fields["isbn"]


@pytest.mark.parametrize(("seen", "code"), [(0, "DECIDE-002"), (1, "DECIDE-009"), (3, "DECIDE-002")])
def test_a_change_is_a_conflict_when_the_version_is_not_the_present_one(library, seen, code):
    book = library.book()
    library.records.update(library.anna, "library", "book", book.id, {"title": "b"}, 1)
    with pytest.raises(EngineError) as raised:
        library.records.update(library.anna, "library", "book", book.id, {"title": "c"}, seen)
    assert raised.value.problems[0].code == code
    assert raised.value.nature is Nature.CONFLICT
    assert library.records.read(library.anna, "library", "book", book.id).title == "b"
    library.records.update(library.anna, "library", "book", book.id, {"title": "d"}, None)


def test_a_record_is_absent_when_it_is_deleted(library):
    book = library.book()
    assert refused(library.records.delete, library.anna, "library", "book", book.id, 7)[0][0] == "DECIDE-002"
    library.records.delete(library.anna, "library", "book", book.id, 1)
    assert refused(library.records.read, library.anna, "library", "book", book.id) == ABSENT
    assert refused(library.records.history, library.anna, "library", "book", book.id) == ABSENT
    assert library.records.list(library.anna, "library", "book").items == ()
    assert library.site.count("book") == 1, "it is in the recycle bin"
    library.book(isbn=book.fields["isbn"])


@pytest.mark.parametrize("id", [GONE, "", "1", "x" * 1_000, GONE.upper(), "' OR 1=1 --", "a\0b"])
def test_a_record_is_absent_when_its_id_is_nothing_that_is_there(library, id):
    records, anna = library.records, library.anna
    assert refused(records.read, anna, "library", "book", id) == ABSENT
    assert refused(records.update, anna, "library", "book", id, {"title": "x"}, 1) == ABSENT
    assert refused(records.delete, anna, "library", "book", id, 1) == ABSENT
    assert refused(records.transition, anna, "library", "loan", id, "lend", {}) == ABSENT
    assert refused(records.history, anna, "library", "book", id) == ABSENT


@pytest.mark.parametrize(("app", "form"), [("nope", "book"), ("library", "nope"), ("library", "book.copies"), ("", "")])
def test_a_form_is_absent_when_there_is_none_of_that_name(library, app, form):
    records, anna = library.records, library.anna
    assert refused(records.create, anna, app, form, {}) == ABSENT
    assert refused(records.update, anna, app, form, GONE, {}, 1) == ABSENT
    assert refused(records.delete, anna, app, form, GONE, 1) == ABSENT
    assert refused(records.transition, anna, app, form, GONE, "lend", {}) == ABSENT
    assert refused(records.read, anna, app, form, GONE) == ABSENT
    assert refused(records.list, anna, app, form) == ABSENT
    assert refused(records.preview, anna, app, form, {}) == ABSENT


def test_a_loan_goes_its_way_when_the_librarian_moves_it(library):
    loan = library.loan(library.john)
    assert loan.state == "requested"
    assert refused(library.records.transition, library.john, "library", "loan", loan.id, "lend", {}) == [
        ("FLOW-012", "")
    ]
    lent = library.records.transition(library.anna, "library", "loan", loan.id, "lend", {}, version=1)
    assert (lent.state, lent.version) == ("lent", 2)
    assert {item.key for item in lent.transitions} == {"give_back", "report_lost"}
    back = {"returned_on": "2026-12-01", "condition": "good"}
    returned = library.records.transition(library.anna, "library", "loan", loan.id, "give_back", back)
    assert (returned.state, returned.may_update, returned.transitions) == ("returned", False, ())
    assert returned.fields["days_over"] == "43"
    assert returned.fields["fine"] == "8.60"
    log = library.site.query("SELECT origin, target, transition FROM youju_state_log ORDER BY id")
    assert {tuple(row) for row in log} == {
        (None, "requested", None), ("requested", "lent", "lend"), ("lent", "returned", "give_back"),
    }  # fmt: skip


def test_the_limit_holds_when_loans_are_lent_at_the_same_time(library):
    member, books = library.member(), [library.book() for _ in range(6)]
    outcomes: list[str] = []

    def lend(book):
        try:
            library.records.create(library.anna, "library", "loan", {"member": member.id, "book": book.id}, "lend")
        except EngineError as error:
            outcomes.append(error.problems[0].code)
        else:
            outcomes.append("lent")

    threads = [threading.Thread(target=lend, args=(book,)) for book in books]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes.count("lent") == 3, outcomes
    assert set(outcomes) == {"lent", "FLOW-013"}


def test_one_of_two_is_refused_when_both_take_a_unique_value_at_once(library):
    outcomes: list[tuple[str, str]] = []

    def make():
        try:
            library.records.create(library.anna, "library", "book", {"title": "a", "isbn": "978"})
        except EngineError as error:
            outcomes.append((error.problems[0].code, error.problems[0].path))
        else:
            outcomes.append(("made", ""))

    threads = [threading.Thread(target=make) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes.count(("made", "")) == 1
    assert {path for code, path in outcomes if code != "made"} == {"fields.isbn"}, outcomes


def test_one_of_two_is_a_conflict_when_both_change_the_same_version(library):
    book = library.book()
    outcomes: list[str] = []

    def change(title):
        try:
            library.records.update(library.anna, "library", "book", book.id, {"title": title}, 1)
        except EngineError as error:
            outcomes.append(str(error.nature))
        else:
            outcomes.append("changed")

    threads = [threading.Thread(target=change, args=(str(n),)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["changed", "conflict", "conflict", "conflict"]
    assert library.records.read(library.anna, "library", "book", book.id).version == 2


def test_access_is_the_same_in_every_way_when_somebody_looks(library):
    records, anna, john = library.records, library.anna, library.john
    own, strange = library.loan(john), library.loan(anna)
    other = library.site.person("berta", READER)
    nobody = library.site.person("carl")
    for viewer, visible in ((anna, {own.id, strange.id}), (john, {own.id}), (other, set()), (nobody, None)):
        if visible is None:
            assert refused(records.list, viewer, "library", "loan") == ABSENT
        else:
            assert {item.id for item in records.list(viewer, "library", "loan").items} == visible
            assert records.list(viewer, "library", "loan").count.value == len(visible)
            assert {id for id, _ in records.choices(viewer, "library", "loan", "")} == visible
        for loan in (own, strange):
            if loan.id in (visible or ()):
                assert records.read(viewer, "library", "loan", loan.id).id == loan.id
                assert records.history(viewer, "library", "loan", loan.id)
            else:
                assert refused(records.read, viewer, "library", "loan", loan.id) == ABSENT
                assert refused(records.history, viewer, "library", "loan", loan.id) == ABSENT
                assert refused(records.update, viewer, "library", "loan", loan.id, {"note": "x"}, 1) == ABSENT
                assert refused(records.transition, viewer, "library", "loan", loan.id, "report_lost", {}) == ABSENT
                assert refused(records.delete, viewer, "library", "loan", loan.id, 1) == ABSENT


def test_a_hidden_field_is_hidden_in_every_way_when_a_role_hides_it(library):
    records, anna, john = library.records, library.anna, library.john
    book = library.book(price="12.50")
    records.update(anna, "library", "book", book.id, {"price": "13.00"}, 1)
    seen = records.read(john, "library", "book", book.id)
    assert "price" not in seen.fields
    assert "price" not in seen.shown
    for entry in records.history(john, "library", "book", book.id):
        assert all(change.key != "price" for change in entry.changes)
    (item,) = records.list(john, "library", "book").items
    assert "price" not in item.fields
    for wrong in ({"filter": "price > 5"}, {"sort": "price"}, {"sort": "-price"}, {"filter": "not (price is empty)"}):
        assert refused(records.list, john, "library", "book", **wrong) == [("RUN-013", next(iter(wrong)))]
    assert refused(records.list, john, "library", "loan", filter="book.price > 5") == [("RUN-013", "filter")]
    form = library.site.services.apps.form(john, "library", "book")
    assert "price" not in form.fields
    assert "price" in records.read(anna, "library", "book", book.id).fields


def test_related_records_cannot_be_counted_when_not_all_of_them_are_the_viewers_to_see(library):
    loan = library.loan(library.anna, "lend")
    assert refused(library.records.list, library.john, "library", "book", filter="count(loans) > 0") == [
        ("RUN-013", "filter")
    ]
    page = library.records.list(library.anna, "library", "book", filter="count(loans) > 0")
    assert [item.id for item in page.items] == [loan.fields["book"]]


# --- history


def test_a_history_tells_every_change_in_words_when_it_is_read(library):
    records, anna, john = library.records, library.anna, library.john
    loan = library.loan(john)
    library.site.business.moment += 60_000
    records.update(john, "library", "loan", loan.id, {"note": "bald"}, 1)
    records.transition(anna, "library", "loan", loan.id, "lend", {})
    back = {"returned_on": "2026-12-01", "condition": "damaged", "damage": "nass"}
    records.transition(anna, "library", "loan", loan.id, "give_back", back)
    history = records.history(anna, "library", "loan", loan.id)
    assert [(entry.version, entry.action, entry.by) for entry in history] == [
        (4, "give_back", anna.id), (3, "lend", anna.id), (2, "update", john.id), (1, "create", john.id),
    ]  # fmt: skip
    assert (history[0].labels.zh, history[0].by_shown) == ("归还", "anna")
    assert history[2].at == "2026-09-21T14:14:20.123Z"
    (note,) = history[2].changes
    assert (note.key, note.before, note.after, note.labels.en) == ("note", None, "bald", "Note")
    by_key = {change.key: change for change in history[0].changes}
    assert (by_key["condition"].after, by_key["condition"].after_shown.en) == ("damaged", "Damaged")
    assert (by_key["state"].before_shown.en, by_key["state"].after_shown.en) == ("Lent", "Returned")
    assert (by_key["fine"].before, by_key["fine"].after) == ("0.00", "8.60") or by_key["fine"].after == "8.60"
    created = {change.key: change for change in history[3].changes}
    assert created["book"].after_shown == "红楼梦"
    assert not {"version", "created_at", "updated_at"} & set(created)


# --- trying without saving


def test_a_preview_keeps_nothing_when_a_form_is_being_filled(library):
    records, anna = library.records, library.anna
    state = records.preview(anna, "library", "book", {"title": "a", "price": "x", "copies": [{"barcode": "1"}]})
    assert [(p.code, p.path) for p in state.problems] == [("FORM-003", "fields.price"), ("FORM-002", "fields.isbn")]
    assert state.fields["copy_count"] == "1"
    assert state.states["isbn"].required
    loan = library.loan()
    state = records.preview(anna, "library", "loan", {"condition": "damaged"}, id=loan.id)
    assert not state.states["condition"].visible
    assert library.site.count("book") == 1
    assert records.read(anna, "library", "loan", loan.id).version == 1
    state = records.preview(anna, "library", "loan", {}, id=loan.id, transition="lend")
    assert (state.problems, records.read(anna, "library", "loan", loan.id).state) == ((), "requested")


def test_apps_and_forms_are_shown_to_those_with_access_when_they_ask(library):
    apps = library.site.services.apps
    nobody = library.site.person("carl")
    assert [app.key for app in apps.installed(library.john)] == ["library"]
    assert apps.installed(nobody) == ()
    for ask in (lambda: apps.app(nobody, "library"), lambda: apps.form(nobody, "library", "book"),
                lambda: apps.definition(nobody, "library"), lambda: apps.app(library.anna, "nope")):  # fmt: skip
        assert refused(ask) == ABSENT
    assert not apps.form(library.john, "library", "book").may_create
    assert apps.form(library.john, "library", "loan").may_create
    definition = apps.definition(library.anna, "library")
    assert (definition["revision"], definition["key"]) == (1, "library")
    assert definition["documents"]["forms/book.json"]["key"] == "book"


def test_apps_and_people_are_looked_up_seldom_when_a_record_is_made(library):
    statements: list[str] = []
    with recorded(library.site.database, statements):
        library.book()
    asked = [statement for statement in statements if statement.startswith("SELECT")]
    assert len([one for one in asked if "youju_parameter" in one]) == 1
    assert len([one for one in asked if "youju_role_grant" in one]) == 1
    most = 2 if library.site.database.dialect == "sqlite" else 3  # once more for the locks, once more as it is written
    assert len([one for one in asked if "FROM youju_app" in one]) <= most
