"""The recycle bin over the API and on its page."""

from __future__ import annotations

import pytest

from tests.integration.web.test_api import problems
from tests.integration.web.test_pages import text_of


@pytest.fixture
def gone(api, book):
    """A deleted book."""
    made = book(title="丢掉的书")
    assert api("DELETE", f"/library/book/{made['id']}", If_Match="1").status_code == 204
    return made


def listed(api):
    return api("GET", "/library/book/bin").get_json()


def test_a_deleted_record_is_listed_and_put_back_over_the_api(api, gone):
    [one] = [item for item in listed(api)["items"] if item["id"] == gone["id"]]
    assert (one["title"], one["version"]) == ("丢掉的书", 2)
    at = f"/library/book/bin/{gone['id']}"
    problems(api("POST", f"{at}/restore", {}, If_Match="1"), 409)
    problems(api("DELETE", at), 404)
    back = api("POST", f"{at}/restore", {}, If_Match="2")
    assert (back.status_code, back.headers["ETag"], back.get_json()["fields"]["title"]) == (200, '"3"', "丢掉的书")
    assert gone["id"] not in {item["id"] for item in listed(api)["items"]}
    problems(api("POST", f"{at}/restore", {}), 404)


def test_a_record_is_put_back_from_the_page_that_its_list_leads_to(librarian, gone, api):
    assert 'href="/a/library/book/bin"' in librarian.get("/a/library/book/").get_data(as_text=True)
    page = librarian.get("/a/library/book/bin")
    assert "丢掉的书" in text_of(page)
    assert "彻底删除" not in text_of(page), "only administrators destroy"
    at = f"/a/library/book/bin/{gone['id']}"
    assert librarian.post(f"{at}/destroy").status_code == 404
    assert librarian.post(f"{at}/restore", {"_version": "1"}).status_code == 409
    back = librarian.post(f"{at}/restore", {"_version": "2"})
    assert back.headers["Location"].endswith(f"{gone['id']}?done=restored")
    assert "已恢复到原处" in text_of(librarian.get(back.headers["Location"]))


def test_what_stands_in_the_way_is_told_beside_the_record(librarian, gone, api):
    api.make("book", title="另一本", isbn=gone["fields"]["isbn"])
    answer = librarian.post(f"/a/library/book/bin/{gone['id']}/restore", {"_version": "2"})
    assert answer.status_code == 422
    assert "已被另一条记录使用" in text_of(answer)


def test_an_administrator_destroys_a_record_for_good(signed_in, gone, api, instance):
    instance.directory.grant("root", "library", "librarian")
    root = signed_in("root")
    assert "彻底删除" in text_of(root.get("/a/library/book/bin"))
    done = root.post(f"/a/library/book/bin/{gone['id']}/destroy")
    assert done.headers["Location"].endswith("bin?done=destroyed")
    assert "已彻底删除" in text_of(root.get(done.headers["Location"]))
    assert gone["id"] not in {item["id"] for item in listed(api)["items"]}


def test_no_bin_is_shown_to_who_may_not_delete(reader):
    assert "/a/library/book/bin" not in reader.get("/a/library/book/").get_data(as_text=True)
    assert reader.get("/a/library/book/bin").status_code == 404
