"""Blocks on pages: cards with buttons that work without a script, figures that open records, a book at a glance."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest

LENT_OUT = re.compile(r'action="(/a/library/loan/[0-9a-f-]{36}/do/lend)"')
FORM = re.compile(r'<form method="post" action="([^"]+)">(.*?)</form>', re.DOTALL)
HIDDEN = re.compile(r'name="(_\w+)" value="([^"]*)"')


def _day(ahead):
    return (datetime.now(UTC) + timedelta(days=ahead)).date().isoformat()


@pytest.fixture
def member(instance, isbn):
    """Somebody who has borrowed nothing yet."""
    return _made(instance, "member", name="约翰", card_no=isbn())


def _made(instance, form, **fields):
    session = instance.directory.sign_in("librarian", "correct horse")
    viewer = instance.directory.viewer_of_session(session)
    return instance.records.create(viewer, "library", form, fields).id


def _home(someone):
    return someone.get("/a/library/").get_data(as_text=True)


@pytest.fixture
def loan(instance, member, isbn):
    """A loan that is asked for, of a book of its own."""
    title = f"书 {isbn()}"
    book = _made(instance, "book", title=title, isbn=isbn())
    return title, book, _made(instance, "loan", member=member, book=book, due_date=_day(20))


def _button(page, address):
    """Return what the form with this address sends."""
    inner = next(inner for action, inner in FORM.findall(page) if action == address)
    sent = {name: value for name, value in HIDDEN.findall(inner) if name != "_csrf"}
    return sent | {"_do": "fire"}


def test_a_card_is_done_with_in_one_tap(librarian, loan):
    title, _, id = loan
    page = _home(librarian)
    address = f"/a/library/loan/{id}/do/lend"
    assert title in page
    answer = librarian.post(address, _button(page, address))
    assert (answer.status_code, answer.location) == (303, f"/a/library/loan/{id}?done=moved")
    assert address not in _home(librarian), "it is no longer to be done"


def test_a_second_tap_changes_nothing_when_the_first_was_slow(librarian, loan):
    page, address = _home(librarian), f"/a/library/loan/{loan[2]}/do/lend"
    sent = _button(page, address)
    assert [librarian.post(address, sent).status_code for _ in range(2)] == [303, 303]


def test_several_cards_are_done_with_from_one_page(librarian, instance, member, isbn):
    loans = [
        _made(instance, "loan", member=member, book=_made(instance, "book", title=f"一{n}", isbn=isbn()))
        for n in (1, 2)
    ]
    page = _home(librarian)
    for id in loans:
        address = f"/a/library/loan/{id}/do/lend"
        answer = librarian.post(address, _button(page, address))
        assert (answer.status_code, answer.location) == (303, f"/a/library/loan/{id}?done=moved")


def test_a_quick_action_is_a_button_for_each_choice_and_brings_one_back(librarian, instance, member, isbn):
    book = _made(instance, "book", title=f"〇{isbn()}", isbn=isbn())
    page = librarian.get(f"/a/library/member/{member}").get_data(as_text=True)
    fitting = [inner for action, inner in FORM.findall(page) if action.endswith("/actions/lend_book") and book in inner]
    (inner,) = fitting
    sent = dict(re.findall(r'name="(\w+)" value="([^"]*)"', inner))
    sent.pop("_csrf")
    for _ in range(2):
        answer = librarian.post("/a/library/actions/lend_book", sent)
        assert answer.status_code == 303
        assert answer.location.startswith(f"/a/library/member/{member}?done=acted")
    viewer = instance.directory.viewer_of_session(instance.directory.sign_in("librarian", "correct horse"))
    page = instance.services.pages.record(viewer, "library", "book", book)
    (related,) = [block for block in page.blocks if block.kind == "related"]
    assert [item.state for item in related.records] == ["lent"], "two taps lend once"


def test_a_quick_action_is_told_on_its_page_when_it_is_refused(librarian, member):
    sent = {"_record": member, "_form": "member", "_key": "k-refused", "book": "nonsense"}
    answer = librarian.post("/a/library/actions/lend_book", sent)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.get_data(as_text=True)


def test_a_reader_sees_no_button_that_is_not_theirs(reader, loan):
    assert LENT_OUT.search(_home(reader)) is None


def test_what_is_left_is_said_with_the_time_when_nothing_presses(reader):
    text = _home(reader)
    assert re.search(r"其余都按时,\d\d:\d\d更新", text)


def test_a_figure_opens_the_records_behind_it(librarian):
    found = re.search(r'class="figure[^"]*" href="([^"]+)"><span class="label">借出', _home(librarian))
    assert found
    assert librarian.get(found.group(1).replace("&amp;", "&")).status_code == 200


def test_a_book_at_a_glance_says_what_is_lent_and_what_happened(librarian, loan):
    title, book, _ = loan
    text = librarian.get(f"/a/library/book/{book}").get_data(as_text=True)
    assert "在借0册" in text
    assert "约翰借阅" in text, "a loan stands in the timeline of its book"
    assert f'href="/a/library/loan/new?book={book}"' in text, "what is filled in beforehand travels in the address"
    assert f"<h1>{title}</h1>" in text


def test_a_form_is_filled_beforehand_but_takes_no_more_than_it_would_from_hand(librarian, reader, loan):
    text = librarian.get(f"/a/library/loan/new?book={loan[1]}&state=lent&fine=9").get_data(as_text=True)
    assert loan[0] in text
    assert "state=lent" not in text
    assert reader.get("/a/library/book/new?title=x").status_code == 404, "an address gives no rights"


def test_the_tab_bar_is_that_of_the_app_when_it_declares_one(librarian):
    nav = re.search(r'<nav class="tabs".*?</nav>', _home(librarian), re.DOTALL)
    assert nav
    assert re.findall(r"<span>([^<]+)</span>", nav.group())[:3] == ["首页", "图书", "借书"]


def test_a_page_is_absent_when_no_document_states_it(librarian):
    assert librarian.get("/a/library/pages/nowhere").status_code == 404
    assert librarian.get("/a/library/pages/book_page").status_code == 404, "it is the page of a record"
    assert librarian.get("/a/library/pages/home").status_code == 200


def test_a_widget_of_a_board_stands_on_a_page_and_opens_its_board(librarian, loan):
    text = _home(librarian)
    assert loan[0], "there is something to tell"
    assert 'class="card widget' in text
    assert 'href="/a/library/boards/lending"' in text
