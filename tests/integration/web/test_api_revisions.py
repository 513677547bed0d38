"""Designs over the API: drafts are read, sent, changed, looked over and published, and revisions come back."""

from __future__ import annotations

import copy
import shutil

import pytest

from engine.boot import open_instance, read_settings
from engine.decision.changeset import Actor
from engine.jobs.converting import Converting
from engine.runtime import preparing
from engine.runtime.publishing import publish
from engine.storage import filling
from tests.integration.web.conftest import Api
from tests.integration.web.test_api import problems
from web.app import create_app

DRAFT = "/library/revisions/draft"


@pytest.fixture
def instance(library_home, tmp_path):
    """A library of the test's own: what it publishes nobody else sees."""
    home = shutil.copytree(library_home, tmp_path / "home")
    opened = open_instance(read_settings({"YOUJU_HOME": str(home)}))
    yield opened
    opened.close()


@pytest.fixture
def app(instance):
    return create_app(instance)


@pytest.fixture
def admin(app, instance):
    return Api(app.test_client(), instance.directory.issue_token("root", "test"))


def documents_of(admin, number=1):
    return admin("GET", f"/library/revisions/{number}").get_json()["documents"]


def book_with(admin, change, number=1):
    """Return the form of books, changed."""
    form = copy.deepcopy(documents_of(admin, number)["forms/book.json"])
    change(form)
    return form


def labelled(form, key, text):
    next(one for one in form["fields"] if one["key"] == key)["labels"] = {"zh": text, "en": text}


def drafted(admin, text="书名", seen=None):
    form = book_with(admin, lambda form: labelled(form, "title", text))
    headers = {} if seen is None else {"If_Match": f'"{seen}"'}
    return admin("PATCH", DRAFT, {"documents": {"forms/book.json": form}}, **headers)


def test_a_document_is_drafted_looked_over_published_and_taken_back(admin, api):
    first = drafted(admin)
    assert (first.status_code, first.headers["ETag"], first.get_json()) == (201, '"1"', {"version": 1})
    look = admin("GET", f"{DRAFT}/check").get_json()
    assert (look["publishable"], look["behind"], look["problems"]) == (True, None, [])
    assert [(one["kind"], one["path"].partition("#")[0]) for one in look["changes"]] == [("changed", "forms/book.json")]
    published = admin("POST", f"{DRAFT}/publish", {}, If_Match='"1"')
    assert (published.status_code, published.get_json()) == (200, {"revision": 2, "progress": None, "lost": []})
    assert problems(admin("GET", DRAFT), 404) == {"": "DRAFT-002"}
    listed = admin("GET", "/library/revisions").get_json()["items"]
    assert [(one["number"], one["current"], one["by"]) for one in listed] == [(2, True, "Root"), (1, False, None)]
    said = admin("GET", "/library/revisions/2/changes").get_json()["items"]
    assert [one["kind"] for one in said] == ["changed"]
    assert admin("GET", "/library/revisions/1/changes?since=2").get_json()["items"] != said
    assert admin("POST", "/library/revisions/1/publish", If_Match='"2"').get_json()["revision"] == 3
    assert documents_of(admin, 3) == documents_of(admin, 1) != documents_of(admin, 2)


def test_a_whole_design_is_drafted_as_it_was_exported(admin):
    file = admin("GET", "/apps/library/export").get_json()
    assert admin("PUT", DRAFT, file).status_code == 201
    draft = admin("GET", DRAFT)
    assert draft.headers["ETag"] == '"1"'
    assert draft.get_json()["documents"] == file["documents"]
    assert admin("GET", f"{DRAFT}/check").get_json()["changes"] == []
    again = admin("PUT", DRAFT, {"documents": draft.get_json()["documents"]}, If_Match="1")
    assert (again.status_code, again.get_json()) == (200, {"version": 2})
    assert admin("GET", DRAFT).get_json()["pack"] == draft.get_json()["pack"]


def test_a_stale_change_is_a_conflict_that_says_who_was_faster(admin):
    drafted(admin)
    for answer in (
        drafted(admin, "另一个"),
        drafted(admin, "另一个", seen=7),
        admin("PUT", DRAFT, {"documents": documents_of(admin)}),
        admin("DELETE", DRAFT, If_Match="7"),
        admin("POST", f"{DRAFT}/publish", {}, If_Match="7"),
        admin("POST", f"{DRAFT}/renew", {}, If_Match="7"),
        admin("POST", "/library/revisions/1/draft"),
    ):
        assert problems(answer, 409) == {"": "DRAFT-001"}
        assert "Root" in answer.get_json(force=True)["errors"][0]["message"]["zh"]
    assert problems(admin("POST", "/library/revisions/1/publish", {}, If_Match="7"), 409) == {"": "DRAFT-003"}
    assert admin("DELETE", DRAFT, If_Match="1").status_code == 204
    assert problems(admin("DELETE", DRAFT, If_Match="1"), 409) == {"": "DRAFT-002"}


def test_what_was_published_meanwhile_is_not_overwritten_by_a_draft_that_goes_on(admin, instance):
    drafted(admin)
    theirs = book_with(admin, lambda form: labelled(form, "isbn", "书号"))
    publish(instance.services.execution, {**documents_of(admin), "forms/book.json": theirs}, Actor(None))
    assert drafted(admin, "又改的", seen=1).get_json() == {"version": 2}
    look = admin("GET", f"{DRAFT}/check").get_json()
    assert (look["behind"], look["publishable"]) == (2, False)
    assert problems(admin("POST", f"{DRAFT}/publish", {}, If_Match="2"), 409) == {"": "DRAFT-003"}
    assert admin("POST", f"{DRAFT}/renew", If_Match="2").get_json() == {"version": 3}
    assert admin("POST", f"{DRAFT}/publish", If_Match="3").get_json()["revision"] == 3
    labels = {one["key"]: one["labels"]["zh"] for one in documents_of(admin, 3)["forms/book.json"]["fields"]}
    assert (labels["title"], labels["isbn"]) == ("又改的", "书号")


def test_a_draft_may_be_wrong_and_says_so_when_it_is_looked_over(admin):
    form = book_with(admin, lambda form: form.update(title="{{nothing}}"))
    assert admin("PATCH", DRAFT, {"documents": {"forms/book.json": form}}).status_code == 201
    look = admin("GET", f"{DRAFT}/check").get_json()
    assert (look["publishable"], [one["code"] for one in look["problems"]]) == (False, ["LANG-020"])
    assert set(problems(admin("POST", f"{DRAFT}/publish", If_Match="1"), 422).values()) == {"LANG-020"}
    assert admin("PATCH", DRAFT, {"documents": {"forms/book.json": None}}, If_Match="1").status_code == 200
    assert "forms/book.json" not in admin("GET", DRAFT).get_json()["documents"]


def test_what_removing_touches_is_counted_before_it_is_published(admin, api, isbn):
    api.make("member", name="约翰", card_no=isbn(), email="john@example.com")
    form = copy.deepcopy(documents_of(admin)["forms/member.json"])
    form["fields"] = [one for one in form["fields"] if one["key"] != "email"]
    admin("PATCH", DRAFT, {"documents": {"forms/member.json": form}})
    look = admin("GET", f"{DRAFT}/check").get_json()
    assert [(one["records"], one["exact"]) for one in look["touched"]] == [(1, True)]


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ({}, {"documents": "WEB-003"}),
        ({"documents": {}}, {"documents": "WEB-003"}),
        ({"documents": []}, {"documents": "WEB-003"}),
        ({"documents": {"app.json": {"key": "other"}}, "surplus": 1}, {"surplus": "WEB-002"}),
        ({"documents": {"app.json": {"key": "other"}}}, {"draft.json#/app": "RUN-033"}),
        ({"app": "other", "documents": {"app.json": {"key": "other"}}}, {"draft.json#/app": "DRAFT-004"}),
        ({"documents": {"app.json": 5}}, {"draft.json#/documents/app.json": "APP-006"}),
    ],
)
def test_a_body_that_is_no_design_is_refused_with_its_place(admin, body, found):
    assert problems(admin("PUT", DRAFT, body), 422) == found
    assert admin("GET", DRAFT).status_code == 404


def test_a_design_of_some_size_gets_through_and_anything_else_of_that_size_does_not(admin):
    large = {"documents": {"texts.json": {"x": "y" * 2_000_000}}}
    assert admin("PATCH", DRAFT, large).status_code == 201
    assert len(admin("GET", DRAFT).data) > 2_000_000
    assert problems(admin("POST", f"{DRAFT}/publish", large, If_Match="1"), 413) == {"": "WEB-009"}


def test_a_version_has_to_be_named_where_something_is_ended(admin):
    drafted(admin)
    for method, path in (
        ("DELETE", DRAFT),
        ("POST", f"{DRAFT}/publish"),
        ("POST", f"{DRAFT}/renew"),
        ("POST", "/library/revisions/1/publish"),
    ):
        assert problems(admin(method, path), 428) == {"If-Match": "WEB-007"}


@pytest.mark.parametrize("number", ["0", "9", "x", "-1", "99999999999999999999", "²"])
def test_a_revision_that_there_is_not_is_absent(admin, number):
    for path in (f"/library/revisions/{number}", f"/library/revisions/{number}/changes"):
        assert admin("GET", path).status_code == 404
    assert admin("POST", f"/library/revisions/{number}/draft").status_code == 404
    assert admin("POST", f"/library/revisions/{number}/publish", If_Match="1").status_code == 404


def test_questions_that_are_no_questions_are_refused(admin):
    assert problems(admin("GET", "/library/revisions/1/changes?since=x"), 422) == {"since": "WEB-025"}
    assert problems(admin("GET", "/library/revisions/1/changes?until=1"), 422) == {"until": "WEB-013"}
    assert problems(admin("POST", f"{DRAFT}/publish", {"wait": "no"}, If_Match="1"), 422) == {"wait": "WEB-003"}
    assert problems(admin("POST", f"{DRAFT}/renew", {"wait": True}, If_Match="1"), 422) == {"wait": "WEB-002"}


def test_designs_are_absent_for_who_does_not_design(admin, api, reader_api):
    drafted(admin)
    for caller in (api, reader_api):
        for method, path, body in (
            ("GET", "/library/revisions", None),
            ("GET", "/library/revisions/1", None),
            ("GET", "/library/revisions/1/changes", None),
            ("GET", DRAFT, None),
            ("GET", f"{DRAFT}/check", None),
            ("GET", "/library/revisions/publication", None),
            ("GET", "/library/revisions/retired", None),
            ("POST", "/library/revisions/purge", {"items": [{"name": "x", "records": 0, "entries": 0, "files": 0}]}),
            ("PUT", DRAFT, {"documents": documents_of(admin)}),
            ("PATCH", DRAFT, {"documents": {"rules/x.json": None}}),
            ("DELETE", DRAFT, None),
            ("POST", f"{DRAFT}/renew", None),
            ("POST", f"{DRAFT}/publish", None),
            ("POST", "/library/revisions/1/draft", None),
            ("POST", "/library/revisions/1/publish", None),
        ):
            assert problems(caller(method, path, body, If_Match="1"), 404) == {"": "DECIDE-001"}
        assert not [path for path in caller.contract.document["paths"] if "revisions" in path]
    assert admin("GET", DRAFT).get_json()["version"] == 1


def test_what_was_removed_is_purged_when_the_very_counts_are_confirmed(admin, api, instance, isbn):
    made = api.make("member", name="约翰", card_no=isbn(), email="john@example.com")
    form = copy.deepcopy(documents_of(admin)["forms/member.json"])
    form["fields"] = [one for one in form["fields"] if one["key"] != "email"]
    admin("PATCH", DRAFT, {"documents": {"forms/member.json": form}})
    assert admin("GET", "/library/revisions/retired").get_json() == {"items": []}
    admin("POST", f"{DRAFT}/publish", If_Match="1")
    sealer = instance.sealer()
    sealer.seal()
    listed = admin("GET", "/library/revisions/retired").get_json()
    labels = {"zh": "邮箱", "en": "E-mail"}
    assert listed == {"items": [{"name": "member.email", "labels": labels, "records": 1, "entries": 1, "files": 0}]}
    wrong = {"items": [{**listed["items"][0], "records": 2}]}
    assert problems(admin("POST", "/library/revisions/purge", wrong), 409) == {"member.email": "PURGE-003"}
    assert admin("POST", "/library/revisions/purge", listed).get_json() == listed
    sealer.seal()
    report = instance.verify_journal()
    assert (report.findings, report.erased, report.unsealed) == ((), 1, 0)
    assert admin("GET", "/library/revisions/retired").get_json() == {"items": []}
    back = admin("POST", "/library/revisions/1/publish", If_Match="2").get_json()
    assert (back["revision"], [one["code"] for one in back["lost"]]) == (3, ["PURGE-004"])
    assert api("GET", f"/library/member/{made['id']}").get_json()["fields"]["email"] is None


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ({}, {"items": "WEB-003"}),
        ({"items": [], "yes": True}, {"yes": "WEB-002"}),
        ({"items": [{"name": "member.email"}]}, {"items/0": "WEB-003"}),
        (
            {"items": [{"name": "a", "records": True, "entries": 0, "files": 0}, 5]},
            {"items/0": "WEB-003", "items/1": "WEB-003"},
        ),
        ({"items": [{"name": "member.name", "records": 0, "entries": 0, "files": 0}]}, {"member.name": "PURGE-001"}),
    ],
)
def test_a_purge_that_does_not_say_what_is_refused(admin, body, found):
    assert problems(admin("POST", "/library/revisions/purge", body), 422) == found


@pytest.fixture
def many(monkeypatch):
    """Let three records be very many."""
    monkeypatch.setattr(preparing, "AT_ONCE", 2)
    monkeypatch.setattr(filling, "CHUNK", 2)


def begun(admin, api):
    """Begin a publication that waits for five members to get a number for their card; return the answer."""
    for number in range(5):
        api.make("member", name="成员", card_no=f"{number}")
    form = copy.deepcopy(documents_of(admin)["forms/member.json"])
    next(one for one in form["fields"] if one["key"] == "card_no")["type"] = "number"
    admin("PATCH", DRAFT, {"documents": {"forms/member.json": form}})
    answer = admin("POST", f"{DRAFT}/publish", {"wait": False}, If_Match="1")
    assert (answer.status_code, answer.get_json()["revision"]) == (202, None)
    return answer


def converted(instance):
    converting = Converting(instance.services.execution)
    while converting.do():
        pass


def test_nobody_waits_for_very_many_records_when_they_are_told_not_to(admin, api, instance, many):
    answer = begun(admin, api)
    address = answer.headers["Location"].removeprefix("/api/v1")
    assert answer.get_json()["progress"] == f"/api/v1{address}"
    waits = admin("GET", address).get_json()
    assert (waits["state"], waits["revision"], waits["progress"]["records"]) == ("converting", 1, 5)
    assert admin("GET", DRAFT).get_json()["version"] == 1
    converted(instance)
    assert admin("GET", address).get_json() == {"state": "done", "revision": 2, "progress": None}
    assert admin("GET", DRAFT).status_code == 404


def test_a_publication_that_waits_ends_with_its_draft(admin, api, instance, many):
    begun(admin, api)
    assert admin("DELETE", DRAFT, If_Match="1").status_code == 204
    converted(instance)
    assert admin("GET", "/library/revisions/publication").get_json()["revision"] == 1


def test_what_was_changed_while_it_waited_is_a_draft_still(admin, api, instance, many):
    begun(admin, api)
    assert drafted(admin, seen=1).get_json() == {"version": 2}
    converted(instance)
    draft = admin("GET", DRAFT).get_json()
    assert (draft["version"], draft["base"], draft["behind"]) == (2, 1, 2)
