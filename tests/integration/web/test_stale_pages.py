"""Pages of a record that somebody else has changed since it was opened."""

from __future__ import annotations

import pytest

from tests.integration.web.test_pages import hidden, task_of, text_of


@pytest.mark.parametrize(("holds", "author"), [("mine", "丙"), ("theirs", "乙")])
def test_who_changed_what_is_shown_when_somebody_was_faster(librarian, book, api, holds, author):
    made = book(author="甲")
    at = f"/a/library/book/{made['id']}"
    version = hidden(librarian.get(f"{at}/edit"), "_version")
    assert (
        api("PATCH", f"/library/book/{made['id']}", {"fields": {"author": "乙"}}, If_Match=version).status_code == 200
    )
    typed = {"f.author": "丙", "f.note": "我的备注", "_version": version, "_do": "save"}
    stale = librarian.post(f"{at}/edit", typed)
    page = text_of(stale)
    assert stale.status_code == 409
    assert "安娜" in page
    assert "乙" in page
    assert "丙" in page
    assert 'value="我的备注"' in stale.get_data(as_text=True)
    assert (hidden(stale, "_version"), hidden(stale, "_settled")) == ("1", "2")
    undecided = librarian.post(f"{at}/edit", {**typed, "_settled": "2"})
    assert undecided.status_code == 409
    chosen = librarian.post(f"{at}/edit", {**typed, "_settled": "2", "_holds.author": holds})
    assert chosen.headers["Location"].endswith("done=merged")
    kept = api("GET", f"/library/book/{made['id']}").get_json()["fields"]
    assert (kept["author"], kept["note"]) == (author, "我的备注")


def test_what_others_changed_stays_when_somebody_else_saves_their_part_of_it(librarian, book, api):
    made = book(author="甲", copies=[{"barcode": "b1", "shelf": "A"}])
    at = f"/a/library/book/{made['id']}"
    form = librarian.get(f"{at}/edit")
    line = made["fields"]["copies"][0]
    change = {"fields": {"author": "乙", "copies": [{**line, "shelf": "B"}, {"barcode": "b2"}]}}
    assert api("PATCH", f"/library/book/{made['id']}", change, If_Match="1").status_code == 200
    typed = {"f.author": "甲", "f.note": "我的备注", "f.copies.s0.id": line["id"], "f.copies.s0.barcode": "b1x"}
    typed |= {"f.copies.s0.shelf": "A", "f.copies.s0.acquired": "2026-09-21", "f.copies.s0.pages": ""}
    saved = librarian.post(f"{at}/edit", {**typed, "_version": hidden(form, "_version"), "_do": "save"})
    assert saved.headers["Location"].endswith("done=merged")
    kept = api("GET", f"/library/book/{made['id']}").get_json()["fields"]
    assert (kept["author"], kept["note"]) == ("乙", "我的备注")
    assert [(one["barcode"], one["shelf"]) for one in kept["copies"]] == [("b1x", "B"), ("b2", None)]
    assert "期间他人改动的其他内容也都保留" in text_of(librarian.get(saved.headers["Location"]))


def test_who_changed_what_is_shown_when_a_task_was_seen_before_the_change(librarian, loan, api, work):
    made = loan()
    work()
    at = f"/library/loan/{made['id']}"
    task = task_of(librarian, made)
    change = {"fields": {"due_date": "2026-12-31", "note": "等等"}}
    assert api("PATCH", at, change, If_Match=str(made["version"])).status_code == 200
    answer = librarian.post(task, {"_do": "fire", "_version": str(made["version"])})
    assert answer.status_code == 409
    assert "等等" in text_of(answer)
    assert "已被他人改为“2026-12-31”" in text_of(answer)
    assert api("GET", at).get_json()["state"] == "requested"


def test_nothing_is_merged_before_all_that_was_typed_can_be_read(librarian, book, api):
    made = book(price="100", copies=[{"barcode": "b1", "shelf": "A"}])
    at, line = f"/a/library/book/{made['id']}", made["fields"]["copies"][0]
    assert api("PATCH", f"/library/book/{made['id']}", {"fields": {"price": "200"}}, If_Match="1").status_code == 200
    lines = {"f.copies.s0.id": line["id"], "f.copies.s0.barcode": "mine", "f.copies.s0.pages": "abc"}
    sent = {"_version": "1", "_do": "save"}
    for typed in ({"f.price": "abc"}, lines):
        answer = librarian.post(f"{at}/edit", {**typed, **sent})
        assert (answer.status_code, hidden(answer, "_version")) == (422, "1")
        assert next(iter({"mine", "abc"} & set(typed.values()))) in answer.get_data(as_text=True)
    assert librarian.post(f"{at}/edit", {"f.price": "150", **sent}).status_code == 409, "both changed it"
    kept = api("GET", f"/library/book/{made['id']}").get_json()["fields"]
    assert (kept["price"], kept["copies"][0]["barcode"]) == ("200.00", "b1")


@pytest.mark.parametrize(("note", "status"), [("丢在车上", 303), ("别的", 409)])
def test_nobody_is_in_the_way_when_two_fill_the_same_for_a_transition(librarian, loan, api, note, status):
    made = loan()
    at = f"/library/loan/{made['id']}"
    lent = api("POST", f"{at}/transitions/lend", {}).get_json()
    assert api("PATCH", at, {"fields": {"note": "丢在车上"}}, If_Match=str(lent["version"])).status_code == 200
    sent = {"_do": "fire", "_version": str(lent["version"]), "f.note": note}
    assert librarian.post(f"/a{at}/do/report_lost", sent).status_code == status
    assert api("GET", at).get_json()["state"] == ("lost" if status == 303 else "lent")
