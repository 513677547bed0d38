"""Exports over HTTP: the file of the API, the page that asks how, and who is offered either."""

from __future__ import annotations

import csv
import io
import json
from urllib.parse import quote

from tests.integration.web.test_api import problems

MEDIA = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _books(api, isbn, *titles):
    return [api.make("book", title=title, isbn=isbn()) for title in titles]


def test_the_api_sends_the_records_of_a_list_as_a_file_when_one_may_export(api, isbn):
    mark = isbn()
    made = _books(api, isbn, f"b {mark}", f"a {mark}")
    asked = quote(f'title contains "{mark}"')
    answer = api("GET", f"/library/book/export/ndjson?filter={asked}&sort=-title")
    assert (answer.status_code, answer.content_type) == (200, "application/x-ndjson")
    found = [json.loads(line) for line in answer.get_data(as_text=True).splitlines()]
    assert [one["id"] for one in found] == [one["id"] for one in made]
    assert found[0]["fields"] == made[0]["fields"]
    table = api("GET", f"/library/book/export/csv?filter={asked}&sort=title&fields=title,version")
    assert table.content_type == "text/csv; charset=utf-8"
    rows = list(csv.reader(io.StringIO(table.get_data().decode("utf-8-sig"))))
    assert rows[1:] == [[f"a {mark}", "1"], [f"b {mark}", "1"]]
    assert table.headers["Content-Disposition"].startswith("attachment; filename*=UTF-8''")
    assert table.headers["Content-Disposition"].endswith(".csv")
    assert table.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    book = api("GET", f"/library/book/export/xlsx?filter={asked}")
    assert (book.content_type, book.get_data()[:2]) == (MEDIA, b"PK")


def test_the_api_refuses_before_it_sends_when_an_export_is_asked_for_wrongly(api, reader_api):
    at = "/library/book/export/csv"
    assert problems(api("GET", f"{at}?filter=nothing&sort=nothing"), 422).keys() == {"filter", "sort"}
    assert problems(api("GET", f"{at}?fields=nothing"), 422) == {"fields": "EXPORT-002"}
    assert problems(api("GET", f"{at}?limit=5"), 422) == {"limit": "WEB-013"}
    problems(api("GET", "/library/book/export/pdf"), 404)
    problems(api("GET", "/library/nothing/export/csv"), 404)
    assert problems(reader_api("GET", at), 422) == {"": "EXPORT-001"}


def test_nothing_is_kept_open_when_a_file_is_asked_for_by_head_or_left(api, librarian, instance):
    for _ in range(5):
        assert librarian.client.head("/api/v1/library/book/export/csv").status_code == 200
        answer = librarian.client.get("/api/v1/library/book/export/ndjson", buffered=False)
        answer.close()
    assert instance.database.engine.pool.checkedout() == 0


def test_the_page_asks_how_and_hands_out_the_file_when_a_list_is_exported(api, librarian, isbn):
    mark = isbn()
    _books(api, isbn, f"=1 {mark}")
    filter = f'title contains "{mark}"'
    listed = librarian.get("/a/library/book/", query_string={"filter": filter, "sort": "-title"})
    assert "/a/library/book/export?filter=" in listed.get_data(as_text=True)
    asked = {"filter": filter, "sort": "-title"}
    page = librarian.get("/a/library/book/export", query_string=asked).get_data(as_text=True)
    assert "共 1 条" in page
    assert mark in page
    assert 'name="fields" value="price" checked' in page
    got = librarian.get("/a/library/book/export/file", query_string={**asked, "format": "csv", "fields": ["title"]})
    assert got.get_data().decode("utf-8-sig") == f"书名\r\n'=1 {mark}\r\n"
    wrong = librarian.get("/a/library/book/export/file", query_string={"format": "pdf"})
    assert wrong.status_code == 404


def test_what_cannot_be_made_is_told_on_the_page_when_it_is_asked_for(librarian, instance, isbn, api, monkeypatch):
    _books(api, isbn, "a", "b")
    monkeypatch.setattr("engine.runtime.exports.exports.MOST_IN_EXCEL", 1)
    told = librarian.get("/a/library/book/export/file", query_string={"format": "xlsx"})
    assert told.status_code == 422
    assert "一份 Excel 文件放不下" in told.get_data(as_text=True)
    assert 'name="format" value="xlsx" checked' in told.get_data(as_text=True)


def test_nobody_is_offered_an_export_when_no_role_lets_them(reader):
    page = reader.get("/a/library/book/").get_data(as_text=True)
    assert "/export" not in page
    assert reader.get("/a/library/book/export").status_code == 422
    assert reader.get("/a/library/book/export/file", query_string={"format": "csv"}).status_code == 422
