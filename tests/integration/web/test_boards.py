"""Boards and narrowed lists through the web: page and API say the same, every figure leads to its records."""

from __future__ import annotations

import html
import re

import pytest

from tests.integration.web.conftest import PASSWORD

LINK = re.compile(r'href="([^"]+)"')


def links(page, part):
    """Return the addresses on a page that hold a text."""
    found = (html.unescape(address) for address in LINK.findall(page.get_data(as_text=True)))
    return [address for address in found if part in address]


@pytest.fixture
def lent(api, isbn):
    """A loan that is out, of a member and a book of its own."""
    number = isbn()
    member = api.make("member", name=f"读者{number}", card_no=number)
    book = api.make("book", title=f"书{number}", isbn=number, price="30.00")
    sent = {"fields": {"member": member["id"], "book": book["id"]}, "transition": "lend"}
    return member, book, api("POST", "/library/loan", sent).get_json()


def test_page_and_api_agree_when_a_board_is_shown(api, librarian, lent):
    member, _, loan = lent
    board = api("GET", "/library/boards/lending").get_json()
    widgets = {widget["key"]: widget for widget in board["widgets"]}
    row = next(row for row in widgets["by_member"]["rows"] if row["values"]["member"] == member["id"])
    assert row["values"]["loans"] == "1"
    page = librarian.get("/a/library/boards/lending")
    text = page.get_data(as_text=True)
    assert page.status_code == 200
    assert f"读者{member['fields']['card_no']}" in text
    found = api("GET", f"/library/loan?filter={row['drill']['filter']}").get_json()
    assert [item["id"] for item in found["items"]] == [loan["id"]]
    (total,) = (row["values"]["lent"] for row in widgets["now"]["rows"])
    assert re.search(rf'在借</span><span class="value">{total}<', text)


def test_every_figure_opens_a_list_with_the_way_back_when_it_is_tapped(librarian, lent):
    page = librarian.get("/a/library/boards/lending")
    behind = links(page, "/a/library/loan/?")
    assert len(set(behind)) >= 5
    for address in set(behind):
        found = librarian.get(address)
        assert found.status_code == 200, address
        assert links(found, "/a/library/boards/lending")
        assert "条件有误" not in found.get_data(as_text=True)


def test_hidden_figures_are_nowhere_when_the_reader_opens_the_board(reader_api, signed_in, lent):
    board = reader_api("GET", "/library/boards/stock").get_json()
    assert [column["key"] for column in board["widgets"][1]["columns"]] == ["reference_only", "titles"]
    text = signed_in("reader").get("/a/library/boards/stock").get_data(as_text=True)
    assert "总价" not in text
    assert "种数" in text


def test_boards_are_listed_and_found_when_somebody_looks_for_one(api, librarian, visitor):
    assert [item["key"] for item in api("GET", "/library/boards").get_json()["items"]] == ["lending", "stock", "desk"]
    assert "藏书看板" in librarian.get("/a/library/boards?q=藏书").get_data(as_text=True)
    assert "没有叫这个名字的看板" in librarian.get("/a/library/boards?q=zz").get_data(as_text=True)
    for path in ("/a/library/boards/nothing", "/a/nothing/boards", "/a/nothing/boards/lending"):
        assert librarian.get(path).status_code == 404
    assert api("GET", "/library/boards/nothing").status_code == 404
    assert visitor.get("/a/library/boards").status_code in (302, 303)


def test_condition_is_a_chip_that_goes_away_when_it_is_tapped(librarian):
    page = librarian.get('/a/library/loan/?filter=state = "lent" and waived')
    assert "状态是“已借出”" in page.get_data(as_text=True)
    assert "/a/library/loan/?filter=waived" in links(page, "filter=waived")
    added = [one for one in links(page, "filter=") if "requested" in one]
    assert librarian.get(added[0]).status_code == 200


def test_range_leads_to_the_list_when_it_is_typed_with_signs(librarian):
    answer = librarian.get("/a/library/loan/narrow?key=fine&kind=numbers&low=¥1,000.50&filter=waived&sort=fine")
    assert answer.status_code == 303
    assert answer.headers["Location"].endswith("?filter=waived+and+fine+%3E%3D+1000.50&sort=fine")
    wrong = librarian.get("/a/library/loan/narrow?key=fine&kind=numbers&low=much&filter=waived", follow_redirects=True)
    assert "这不是数字或日期" in wrong.get_data(as_text=True)


def test_list_opens_with_the_saved_filter_when_it_is_the_usual_one(librarian):
    librarian.get('/a/library/member/?filter=name contains "王"')
    saved = librarian.post(
        "/a/library/member/filters", {"name": "姓王", "filter": 'name contains "王"', "default": "1"}
    )
    assert saved.status_code == 303
    opened = librarian.get("/a/library/member/")
    assert opened.status_code == 303
    assert "filter=name+contains" in opened.headers["Location"]
    page = librarian.get("/a/library/member/?filter=")
    assert "姓王" in page.get_data(as_text=True)
    shown = librarian.get(opened.headers["Location"])
    (change,) = (one for one in re.findall(r'action="([^"]+/filters/[^"]+)"', shown.get_data(as_text=True)))
    librarian.post(change, {"do": "remove"})
    assert librarian.get("/a/library/member/").status_code == 200


def test_name_is_asked_for_again_when_it_was_blank(librarian):
    librarian.get("/a/library/member/?filter=name is empty")
    answer = librarian.post(
        "/a/library/member/filters", {"name": " ", "filter": "name is empty"}, follow_redirects=True
    )
    assert "没有保存" in answer.get_data(as_text=True)


@pytest.mark.parametrize(("ending", "begins"), [("pdf", b"%PDF-"), ("png", b"\x89PNG"), ("xlsx", b"PK")])
def test_page_and_api_hand_out_the_board_as_a_file_when_it_is_asked_for(api, librarian, lent, ending, begins):
    for answer in (
        librarian.get(f"/a/library/boards/lending/file/{ending}"),
        api("GET", f"/library/boards/lending/file/{ending}"),
    ):
        assert answer.status_code == 200
        assert answer.data.startswith(begins)
        assert answer.headers["Content-Disposition"].startswith("attachment; filename*=UTF-8''%E5%80%9F%E9%98%85")
        assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert librarian.get("/a/library/boards/lending/file/exe").status_code == 404
    assert f"/a/library/boards/lending/file/{ending}" in links(librarian.get("/a/library/boards/lending"), "/file/")


def test_every_shape_leads_to_records_when_all_kinds_of_widgets_are_shown(librarian, lent):
    page = librarian.get("/a/library/boards/desk")
    text = page.get_data(as_text=True)
    assert page.status_code == 200
    for part in ('class="chart"', 'class="month"', 'class="cloud"', 'class="leaders"', 'class="spans"', "board-said"):
        assert part in text, part
    assert "style=" not in text
    behind = links(page, "/a/library/loan/?") + links(page, "/a/library/loan/0")
    assert len(set(behind)) >= 5
    assert all(librarian.get(address).status_code == 200 for address in set(behind))


def test_light_says_that_there_is_no_data_when_what_it_goes_by_is_blank(instance, signed_in):
    instance.directory.add_user("fresh", "Fresh", PASSWORD)
    instance.directory.grant("fresh", "library", "reader")
    page = signed_in("fresh").get("/a/library/boards/lending").get_data(as_text=True)
    figures = page.split('class="board-figures"')[1].split("</section>")[0]
    assert "没有数据" in figures
    assert "light-unknown" in figures


def test_board_is_wanted_by_mail_and_no_more_when_that_is_sent(librarian):
    page, address = "/a/library/boards/lending", "/a/library/boards/lending/mail"
    librarian.get(page)
    assert librarian.post(address, {"period": "weekly", "hour": "9"}).status_code == 303
    shown = librarian.get(page).get_data(as_text=True)
    assert "发邮件 · 每周" in shown
    assert re.search(r'<option value="9" selected', shown)
    assert librarian.post(address, {"period": "weekly", "hour": "25"}).status_code == 422
    assert librarian.post("/a/library/boards/nothing/mail", {"period": "daily", "hour": "8"}).status_code == 404
    librarian.get(page)
    librarian.post(address, {"period": ""})
    assert "· 每周" not in librarian.get(page).get_data(as_text=True)
