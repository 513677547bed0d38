"""Importing over the API and on pages: a file is sent, planned, tried, begun and watched, by who may write alone."""

from __future__ import annotations

import io
import re

import pytest

API = "/library/book/imports"
PAGE = "/a/library/book/imports"
ABSENT = "01890000-0000-7000-8000-000000000000"


@pytest.fixture
def send(api):
    """Send a file over the API as the librarian; return the answer."""

    def sent(content, path=API, **parts):
        content = content.encode() if isinstance(content, str) else content
        data = {"file": (io.BytesIO(content), "books.csv"), **parts}
        headers = {"Authorization": f"Bearer {api.token}"}
        answer = api.client.post(f"/api/v1{path}", data=data, headers=headers)
        api.contract.check("POST", path, None, answer)
        return answer

    return sent


def codes(answer):
    return [(error["code"], error["path"]) for error in answer.get_json(force=True)["errors"]]


def test_a_file_is_imported_over_the_api_from_beginning_to_end(api, send, isbn, work):
    first, second = isbn(), isbn()
    answer = send(f"书名,isbn,price\n红楼梦,{first},59.00\n西游记,{second},贵\n")
    one = answer.get_json()
    at = f"{API}/{one['id']}"
    assert (answer.status_code, answer.headers["Location"]) == (201, f"/api/v1{at}")
    assert (one["state"], one["rows"], one["mode"]) == ("ready", 2, "add")
    assert [column["field"] for column in one["columns"]] == ["title", "isbn", "price"]
    found = api("GET", f"{at}/preview").get_json()
    assert (found["make"], found["refuse"], found["rows"][1]["errors"][0]["path"]) == (1, 1, "fields.price")
    assert api("POST", f"{at}/plan", {"columns": {"price": None}}).get_json()["columns"][2]["field"] is None
    assert api("POST", f"{at}/plan", {"columns": {"price": "price"}, "clears": True}).get_json()["clears"] is True
    assert api("POST", f"{at}/start").get_json()["state"] == "running"
    assert api("POST", f"{at}/start").status_code == 409
    assert api("POST", f"{at}/stop").get_json()["state"] == "stopped"
    assert api("POST", f"{at}/resume").get_json()["state"] == "running"
    work()
    done = api("GET", at).get_json()
    assert (done["state"], done["made"], done["refused"], done["left"]) == ("done", 1, 1, 0)
    [refused] = api("GET", f"{at}/refused").get_json()["items"]
    assert (refused["line"], refused["cells"][2]) == (3, "贵")
    file = api("GET", f"{at}/refused.csv")
    assert file.mimetype == "text/csv"
    assert file.headers["Content-Disposition"].startswith("attachment")
    assert file.data.decode("utf-8-sig").splitlines()[1].startswith(f"西游记,{second},贵,3,")
    assert api("GET", API).get_json()["items"][0]["id"] == one["id"]
    listed = api("GET", f'/library/book?filter=isbn = "{first}"').get_json()
    assert [book["fields"]["price"] for book in listed["items"]] == ["59.00"]


def test_what_is_wrong_is_said_at_its_place_over_the_api(api, send, isbn):
    assert codes(send("\n")) == [("IMP-003", "file")]
    assert codes(send("a\n1\n", more=(io.BytesIO(b"x"), "x"))) != []
    at = f"{API}/{send(f'书名,isbn{chr(10)}a,{isbn()}{chr(10)}').get_json()['id']}/plan"
    assert codes(api("POST", at, {"columns": {"nein": "title"}})) == [("IMP-017", "columns.nein")]
    assert codes(api("POST", at, {"mode": "change"})) == [("IMP-013", "by")]
    assert codes(api("POST", at, {"columns": {"书名": "copies"}})) == [("IMP-010", "fields[0]")]
    wrong = {"columns": [], "mode": 1, "by": "isbn", "clears": "yes", "transition": 3, "more": 1}
    assert len(codes(api("POST", at, wrong))) == 1, "what is not known is told first"
    del wrong["more"]
    assert [path for _, path in codes(api("POST", at, wrong))] == ["columns", "by", "mode", "clears", "transition"]


def test_imports_are_their_importers_and_who_may_not_write_has_none(api, reader_api, admin_api, send, isbn):
    one = send(f"title,isbn\na,{isbn()}\n").get_json()
    at = f"{API}/{one['id']}"
    for caller in (reader_api, admin_api):
        for method, path in (("GET", API), ("GET", at), ("POST", f"{at}/start"), ("GET", f"{at}/refused.csv")):
            assert caller("GET" if method == "GET" else "POST", path).status_code == 404
    assert api("GET", f"{API}/{ABSENT}").status_code == 404
    assert api("GET", f"{API}/nothing").status_code == 404
    assert api("GET", f"/library/loan/imports/{one['id']}").status_code == 404, "it is an import into another form"


def test_the_pages_lead_from_the_file_to_the_records(librarian, isbn, work):
    assert f'href="{PAGE}"' in librarian.get("/a/library/book/?filter=").get_data(as_text=True)
    librarian.get(PAGE)
    content = f"题目,书号\n页面一,{isbn()}\n页面二,\n".encode()
    answer = librarian.post(PAGE, {"file": (io.BytesIO(content), "书.csv")}, content_type="multipart/form-data")
    assert answer.status_code == 303
    at = answer.headers["Location"]
    first = librarian.get(at).get_data(as_text=True)
    assert "没有选择要导入的列" in first, "no column has the name of a field"
    known = {"column.0": "title", "column.1": "isbn", "mode": "add"}
    assert librarian.post(at, {**known, "_do": "plan"}).status_code == 303
    seen = librarian.get(at).get_data(as_text=True)
    assert "1 行不能导入" in seen
    assert re.search(r'<option value="isbn" selected>', seen)
    bad = librarian.post(at, {**known, "column.1": "title", "_do": "start"})
    assert bad.status_code == 422
    assert "有两列都导入到" in bad.get_data(as_text=True)
    assert librarian.post(at, {**known, "_do": "start"}).status_code == 303
    running = librarian.get(at).get_data(as_text=True)
    assert "data-again" in running
    work()
    done = librarian.get(at).get_data(as_text=True)
    assert "data-again" not in done
    assert "导入完成,1 行没有导入" in done
    file = librarian.get(f"{at}/refused.csv")
    assert file.data.decode("utf-8-sig").splitlines()[1].startswith("页面二,,3,")
    assert "书.csv" in librarian.get(PAGE).get_data(as_text=True)


def test_a_cell_is_never_markup_on_the_page(librarian, isbn):
    librarian.get(PAGE)
    content = f"title,isbn,<i>x</i>\n<script>alert(1)</script>,{isbn()},y\n".encode()
    answer = librarian.post(PAGE, {"file": (io.BytesIO(content), "a.csv")}, content_type="multipart/form-data")
    seen = librarian.get(answer.headers["Location"]).get_data(as_text=True)
    assert "<script>alert" not in seen
    assert "<i>x" not in seen


def test_pages_of_imports_are_absent_for_who_may_not_write(reader):
    assert reader.get(PAGE).status_code == 404
    assert reader.get(f"{PAGE}/{ABSENT}").status_code == 404
    assert "imports" not in reader.get("/a/library/book/?filter=").get_data(as_text=True)


def test_the_pages_speak_english_too(librarian, isbn):
    librarian.get(PAGE)
    librarian.post("/language", {"language": "en", "next": PAGE})
    content = f"title,isbn\na,{isbn()}\n".encode()
    answer = librarian.post(PAGE, {"file": (io.BytesIO(content), "a.csv")}, content_type="multipart/form-data")
    seen = librarian.get(answer.headers["Location"]).get_data(as_text=True)
    librarian.post("/language", {"language": "zh", "next": PAGE})
    assert "Import 1 row" in seen
    assert "Of the first row: 1 make a record." in seen
