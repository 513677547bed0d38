"""The REST API: what it answers, and what it refuses."""

from __future__ import annotations

import json

import pytest

from engine.runtime.exporting import export_app

ABSENT = "01a200e2-0000-7000-8000-000000000000"


def problems(answer, status):
    assert answer.status_code == status, answer.get_data(as_text=True)
    assert answer.content_type == "application/problem+json"
    body = json.loads(answer.data)
    assert body["status"] == status
    assert body["code"] == body["errors"][0]["code"]
    for error in body["errors"]:
        assert set(error) >= {"code", "path", "message", "hint"}
        assert error["message"]["zh"]
        assert error["message"]["en"]
    return {error["path"]: error["code"] for error in body["errors"]}


def test_a_record_is_made_read_changed_and_deleted_when_the_caller_may(api, isbn):
    made = api("POST", "/library/book", {"fields": {"title": "红楼梦", "isbn": isbn(), "price": "59.90"}})
    assert made.status_code == 201
    record = made.get_json()
    assert set(record) == {"id", "version", "state", "held", "fields"}
    assert made.headers["ETag"] == '"1"'
    assert made.headers["Location"] == f"/api/v1/library/book/{record['id']}"
    at = f"/library/book/{record['id']}"
    assert api("GET", at).get_json()["fields"]["price"] == "59.90"
    changed = api("PATCH", at, {"fields": {"author": "曹雪芹"}}, If_Match=made.headers["ETag"])
    assert (changed.status_code, changed.get_json()["version"]) == (200, 2)
    gone = api("DELETE", at, If_Match="2")
    assert (gone.status_code, gone.data) == (204, b"")
    problems(api("GET", at), 404)


def test_everything_wrong_comes_back_at_once_when_a_record_is_refused(api):
    fields = {"published": "soon", "price": 1.5, "nonsense": 1, "copies": [{"shelf": "A"}, {"barcode": 7}]}
    found = problems(api("POST", "/library/book", {"fields": fields}), 422)
    assert {"fields.published", "fields.price", "fields.nonsense", "fields.copies[1].barcode"} <= set(found)


def test_a_record_is_made_once_when_the_same_request_comes_twice(api, isbn):
    body = {"fields": {"title": "西游记", "isbn": isbn()}}
    first, second = (api("POST", "/library/book", body, Idempotency_Key="again-1") for _ in range(2))
    assert first.get_json()["id"] == second.get_json()["id"]
    other = {"fields": {"title": "别的", "isbn": isbn()}}
    assert api("POST", "/library/book", other, Idempotency_Key="again-1").status_code in (409, 422)


@pytest.mark.parametrize("key", ["", "a" * 201, "with space"])
def test_an_idempotency_key_is_refused_when_it_is_no_token(api, isbn, key):
    answer = api("POST", "/library/book", {"fields": {"title": "x", "isbn": isbn()}}, Idempotency_Key=key)
    assert problems(answer, 422) == {"Idempotency-Key": "WEB-014"}


def test_a_change_is_a_conflict_when_its_version_is_stale(api, isbn):
    book = api.make("book", title="三国", isbn=isbn())
    at = f"/library/book/{book['id']}"
    assert api("PATCH", at, {"fields": {"author": "罗贯中"}}, If_Match="1").status_code == 200
    problems(api("PATCH", at, {"fields": {"author": "别人"}}, If_Match="1"), 409)
    assert api("GET", at).get_json()["fields"]["author"] == "罗贯中"
    problems(api("DELETE", at, If_Match="1"), 409)


@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
def test_a_change_is_refused_when_it_names_no_version(api, isbn, method):
    book = api.make("book", title="水浒", isbn=isbn())
    at = f"/library/book/{book['id']}"
    assert problems(api(method, at, {"fields": {}}), 428) == {"If-Match": "WEB-007"}
    assert problems(api(method, at, {"fields": {}}, If_Match="*"), 422) == {"If-Match": "WEB-008"}


@pytest.mark.parametrize(
    ("body", "place"),
    [
        (b'{"fields": {', "第 1 行"),
        (b'{"fields":\n {"a": tru}}', "第 2 行"),
        (b'{"fields": {"a": 1, "a": 2}}', "第 1 行"),
        (b'{"fields": {"a": NaN}}', "第 1 行"),
        (b'{"fields": {"a": 1e999}}', "第 1 行"),
        (b'{"fields": \xff}', "第 1 行第 12 列"),
        (b'{"fields": {"a": ' + b"9" * 5000 + b"}}", "第 1 行"),
        (b"[" * 100_000, "第 1 行"),
    ],
)
def test_a_body_is_refused_with_its_place_when_it_is_not_json(api, body, place):
    headers = {"Authorization": f"Bearer {api.token}"}
    answer = api.client.post("/api/v1/library/book", data=body, content_type="application/json", headers=headers)
    problems(answer, 400)
    assert place in json.loads(answer.data)["errors"][0]["message"]["zh"]


def test_a_body_is_refused_when_its_shape_is_another(api):
    assert problems(api("POST", "/library/book", [1]), 422) == {"": "WEB-003"}
    body = {"fields": [], "transition": 7, "owner": "me"}
    assert problems(api("POST", "/library/book", body), 422) == {
        "owner": "WEB-002",
        "fields": "WEB-003",
        "transition": "WEB-003",
    }


def test_a_body_is_refused_when_it_is_no_json_by_type_or_too_large(api):
    headers = {"Authorization": f"Bearer {api.token}"}
    post = api.client.post
    problems(post("/api/v1/library/book", data=b"{}", content_type="text/plain", headers=headers), 415)
    large = b'{"fields": {"title": "' + b"x" * (1024 * 1024) + b'"}}'
    problems(post("/api/v1/library/book", data=large, content_type="application/json", headers=headers), 413)


def test_texts_that_cannot_be_kept_are_refused_when_they_are_escaped(api, isbn):
    fields = {"title": "a\ud800b", "isbn": isbn()}
    assert list(problems(api("POST", "/library/book", {"fields": fields}), 422)) == ["fields.title"]


def test_a_list_pages_by_key_when_it_is_longer_than_the_limit(api, isbn):
    made = {api.make("book", title=f"丛书{n}", author="合集", isbn=isbn())["id"] for n in range(5)}
    seen, after = [], ""
    while True:
        page = api("GET", f'/library/book?filter=author = "合集"&sort=-title&limit=2{after}').get_json()
        assert page["count"] == {"value": 5, "exact": True}
        seen += [item["fields"]["title"] for item in page["items"]]
        assert {item["id"] for item in page["items"]} <= made
        if page["next"] is None:
            break
        after = f"&after={page['next']}"
    assert seen == [f"丛书{n}" for n in (4, 3, 2, 1, 0)]


def test_a_filter_is_refused_with_its_place_when_it_has_an_error(api):
    answer = api("GET", '/library/book?filter=autor = "x"')
    problems(answer, 422)
    error = json.loads(answer.data)["errors"][0]
    assert (error["start"], error["end"]) == (0, 5)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("limit=0&colour=red", {"limit": "WEB-012", "colour": "WEB-013"}),
        ("limit=201", {"limit": "WEB-012"}),
        ("limit=x", {"limit": "WEB-012"}),
        ("limit=１", {"limit": "WEB-012"}),
    ],
)
def test_a_list_is_refused_when_its_parameters_are_wrong(api, query, found):
    assert problems(api("GET", f"/library/book?{query}"), 422) == found


@pytest.mark.parametrize("query", ["sort=nonsense", "after=nonsense", "after=%00"])
def test_a_list_is_refused_when_it_cannot_be_ordered_or_resumed(api, query):
    problems(api("GET", f"/library/book?{query}"), 422)


def test_a_loan_is_lent_and_its_history_told_when_the_librarian_acts(api, reader_api, isbn, work):
    book = api.make("book", title="呐喊", isbn=isbn())
    member = api.make("member", name="约翰", card_no=isbn())
    loan = api.make("loan", book=book["id"], member=member["id"])
    assert loan["state"] == "requested"
    work()
    at = f"/library/loan/{loan['id']}"
    tasks = [item for item in api("GET", "/inbox").get_json()["items"] if item["record"]["id"] == loan["id"]]
    assert [(task["key"], task["actions"]) for task in tasks] == [("lend_book", ["lend"])]
    problems(reader_api("POST", f"/inbox/{tasks[0]['id']}/lend", {}), 404)
    lent = api("POST", f"/inbox/{tasks[0]['id']}/lend", {"fields": {}})
    assert lent.status_code == 200
    assert api("GET", at).get_json()["state"] == "lent"
    problems(api("POST", f"/inbox/{tasks[0]['id']}/lend", {}), 404)
    refused = api("POST", f"{at}/transitions/give_back", {"fields": {}})
    assert set(problems(refused, 422)) == {"fields.returned_on", "fields.condition"}
    fields = {"returned_on": loan["fields"]["due_date"], "condition": "good"}
    back = api("POST", f"{at}/transitions/give_back", {"fields": fields})
    assert back.get_json()["state"] == "returned"
    entries = api("GET", f"{at}/history").get_json()["items"]
    assert [entry["action"] for entry in entries] == ["give_back", "lend", "create"]
    assert any(change["key"] == "condition" and change["after"] == "good" for change in entries[0]["changes"])


def test_a_preview_writes_nothing_when_it_is_asked_for(api):
    before = api("GET", "/library/book").get_json()["count"]
    shown = api("POST", "/library/book/preview", {"fields": {"title": "试"}}).get_json()
    assert shown["standing"]["isbn"] == {"visible": True, "required": True, "read_only": False}
    assert [error["path"] for error in shown["errors"]] == ["fields.isbn"]
    assert api("GET", "/library/book").get_json()["count"] == before


def test_apps_and_their_definition_are_listed_when_the_caller_has_access(api):
    listed = api("GET", "/apps").get_json()["items"]
    assert [item["key"] for item in listed] == ["library"]
    assert "forms/book.json" in json.dumps(api("GET", "/apps/library/definition").get_json())
    problems(api("GET", "/apps/nothing/definition"), 404)


def test_an_app_is_downloaded_as_a_file_when_an_administrator_asks(api, admin_api, reader_api, instance):
    answer = admin_api("GET", "/apps/library/export")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="library.json"'
    assert answer.data == export_app(instance.services.execution, "library")
    for caller, app in ((api, "library"), (reader_api, "library"), (admin_api, "nothing"), (admin_api, "a%22%0db")):
        problems(caller("GET", f"/apps/{app}/export"), 404)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/apps"),
        ("GET", "/apps/library/export"),
        ("GET", "/inbox"),
        ("GET", "/library/book"),
        ("POST", "/library/book"),
        ("PATCH", f"/library/book/{ABSENT}"),
        ("DELETE", f"/library/book/{ABSENT}"),
        ("GET", f"/library/book/{ABSENT}/history"),
        ("POST", f"/inbox/{ABSENT}/lend"),
    ],
)
def test_nobody_comes_in_when_the_token_is_missing_or_wrong(api, method, path):
    for token in (None, "wrong"):
        api.token = token
        answer = api(method, path, {} if method != "GET" else None)
        assert problems(answer, 401) == {"": "WEB-005"}
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_absent_and_forbidden_look_alike_when_a_record_is_asked_for(api, reader_api):
    hidden = api.make("member", name="别人", card_no="S-1")
    for tail in ("", "/history"):
        forbidden = reader_api("GET", f"/library/member/{hidden['id']}{tail}")
        absent = reader_api("GET", f"/library/member/{ABSENT}{tail}")
        problems(forbidden, 404)
        assert forbidden.data == absent.data
    for method in ("PATCH", "DELETE"):
        forbidden = reader_api(method, f"/library/member/{hidden['id']}", {"fields": {}}, If_Match="1")
        absent = reader_api(method, f"/library/member/{ABSENT}", {"fields": {}}, If_Match="1")
        assert (forbidden.status_code, forbidden.data) == (404, absent.data)


def test_a_hidden_field_is_absent_when_the_caller_may_not_see_it(api, reader_api, isbn):
    book = api.make("book", title="价签", isbn=isbn(), price="10.00")
    assert "price" not in reader_api("GET", f"/library/book/{book['id']}").get_json()["fields"]
    problems(reader_api("GET", "/library/book?sort=price"), 422)
    problems(reader_api("GET", "/library/book?filter=price > 5"), 422)


@pytest.mark.parametrize(
    "path", ["/library/book/not-an-id", "/library/nothing", "/nothing/at/all/here/x", "/inbox/x/y/z"]
)
def test_an_unknown_address_is_a_problem_document_when_it_is_asked_for(api, path):
    problems(api("GET", path), 404)


def test_a_wrong_method_names_the_right_ones_when_it_is_used(api):
    answer = api("PUT", "/library/book")
    problems(answer, 405)
    assert "POST" in answer.headers["Allow"]


def test_a_session_may_call_when_it_sends_the_csrf_token(librarian, isbn):
    body = {"fields": {"title": "会话", "isbn": isbn()}}
    post = librarian.client.post
    assert problems(post("/api/v1/library/book", json=body), 403) == {"": "WEB-006"}
    made = post("/api/v1/library/book", json=body, headers={"X-CSRF-Token": librarian.token})
    assert made.status_code == 201
    assert librarian.client.get("/api/v1/apps").status_code == 200


def test_a_wrong_token_is_not_helped_by_a_session_when_both_are_sent(librarian):
    answer = librarian.client.get("/api/v1/apps", headers={"Authorization": "Bearer wrong"})
    problems(answer, 401)


def test_a_task_is_a_conflict_when_its_record_has_changed_since(api, isbn, work):
    member = api.make("member", name="韩梅", card_no=isbn())
    loan = api.make("loan", book=api.make("book", title="家", isbn=isbn())["id"], member=member["id"])
    work()
    task = next(t for t in api("GET", "/inbox").get_json()["items"] if t["record"]["id"] == loan["id"])
    at = f"/library/loan/{loan['id']}"
    seen = str(api("GET", at).get_json()["version"])
    assert api("PATCH", at, {"fields": {"due_date": "2026-12-31"}}, If_Match=seen).status_code == 200
    problems(api("POST", f"/inbox/{task['id']}/lend", {}, If_Match=seen), 409)
    assert problems(api("POST", f"/inbox/{task['id']}/lend", {}, If_Match="*"), 422) == {"If-Match": "WEB-008"}
    assert api("POST", f"/inbox/{task['id']}/lend", {}, If_Match=str(int(seen) + 1)).status_code == 200


def test_another_body_is_refused_when_it_holds_a_lone_surrogate_and_a_key_that_was_used(api, isbn):
    fields = {"title": "活着", "isbn": isbn()}
    assert api("POST", "/library/book", {"fields": fields}, Idempotency_Key="surrogate").status_code == 201
    body = {"fields": fields | {"title": "\ud800"}}
    assert list(problems(api("POST", "/library/book", body, Idempotency_Key="surrogate"), 422).values()) == ["RUN-002"]
