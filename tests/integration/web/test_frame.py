"""The frame round every page: where one can go, what is found, and how pages look in this browser."""

from __future__ import annotations

import re

import pytest

FRAGMENT = {"HX-Request": "true", "HX-Current-URL": "/inbox"}


def test_the_sidebar_marks_the_page_when_it_is_one_of_its_places(librarian):
    page = librarian.get("/a/library/book/").get_data(as_text=True)
    side = page[page.index('id="side"') : page.index("</nav>", page.index('id="side"'))]
    assert re.findall(r'href="([^"]+)" aria-current="page"', side) == ["/a/library/book/"]


def test_a_theme_and_a_density_stay_when_they_were_chosen(librarian):
    librarian.get("/me")
    answer = librarian.post("/look", {"theme": "dark", "density": "compact", "next": "/inbox"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/inbox")
    page = librarian.get("/inbox").get_data(as_text=True)
    assert '<html lang="zh-CN" data-theme="dark" data-density="compact"' in page
    librarian.post("/look", {"theme": "system", "density": "comfortable"})
    assert 'data-theme="system"' in librarian.get("/inbox").get_data(as_text=True)


def test_a_look_is_refused_when_nobody_knows_it(librarian):
    librarian.get("/me")
    assert librarian.post("/look", {"theme": "pink"}).status_code == 404
    librarian.client.set_cookie("youju_theme", '"><b>')
    assert 'data-theme="system"' in librarian.get("/me").get_data(as_text=True)


def test_nobody_is_sent_elsewhere_when_a_look_is_chosen(librarian):
    librarian.get("/me")
    answer = librarian.post("/look", {"theme": "system", "next": "https://elsewhere.example"})
    assert answer.headers["Location"] == "/me"


def test_a_form_is_found_when_it_is_asked_for_in_either_language(librarian):
    for text in ("图书", "Book"):
        assert 'href="/a/library/book/"' in librarian.get(f"/search?q={text}").get_data(as_text=True)


def test_a_record_is_found_when_its_title_has_the_text(librarian, instance):
    author = instance.directory.viewer_of_session(librarian.client.get_cookie("youju_session").value)
    made = instance.records.create(author, "library", "member", {"name": "欧阳寻梅", "card_no": "S-77"})
    found = librarian.get("/search?q=寻梅", headers=FRAGMENT).get_data(as_text=True)
    assert f'href="/a/library/member/{made.id}"' in found
    assert "<html" not in found


def test_places_deeds_and_records_are_found_when_their_pinyin_is_typed(librarian, instance):
    author = instance.directory.viewer_of_session(librarian.client.get_cookie("youju_session").value)
    made = instance.records.create(author, "library", "member", {"name": "诸葛听雨", "card_no": "S-79"})
    for text, href in (
        ("zgty", f"/a/library/member/{made.id}"),
        ("zhugety", f"/a/library/member/{made.id}"),
        ("ts", "/a/library/book/"),
        ("xjts", "/a/library/book/new"),
    ):
        found = librarian.get(f"/search?q={text}", headers=FRAGMENT).get_data(as_text=True)
        assert f'href="{href}"' in found, text


def test_a_record_is_not_found_when_it_is_not_the_seekers(librarian, reader, instance):
    author = instance.directory.viewer_of_session(librarian.client.get_cookie("youju_session").value)
    instance.records.create(author, "library", "member", {"name": "司空见慣", "card_no": "S-78"})
    assert "司空见慣</span>" not in reader.get("/search?q=司空").get_data(as_text=True)


def test_the_search_says_so_when_nothing_is_found(librarian):
    page = librarian.get("/search?q=%3Cb%3Ezzz").get_data(as_text=True)
    assert "没有找到“&lt;b&gt;zzz”" in page


def test_the_palette_goes_back_to_its_page_when_a_setting_is_chosen(librarian):
    found = librarian.get("/search", headers=FRAGMENT).get_data(as_text=True)
    assert 'name="next" value="/inbox"' in found


def test_the_search_is_closed_when_nobody_is_signed_in(visitor):
    assert visitor.get("/search?q=a").status_code == 303
    assert visitor.get("/search?q=a", headers=FRAGMENT).status_code == 401


@pytest.mark.parametrize(
    ("host", "secure"), [("localhost:8000", True), ("127.0.0.1", True), ("[::1]:8000", True), ("10.1.2.3:8000", False)]
)
def test_the_mend_is_said_when_the_address_is_not_a_secure_one(visitor, host, secure):
    page = visitor.get("/secure", headers={"Host": host}).get_data(as_text=True)
    assert ("youju serve --tls auto" in page) is not secure
    assert ('href="/secure"' in page) is not secure
    assert ('href="/phone"' in page) is not secure


def test_the_design_page_is_absent_when_its_viewer_is_no_administrator(reader):
    assert reader.get("/design").status_code == 404
