"""What PostgreSQL refuses and SQLite takes is answered all the same: no text with a NUL gets as far as a failure."""

from __future__ import annotations

import json
import re

import pytest

from engine.boot import open_instance
from engine.decision.changeset import Actor
from engine.packs.installing import install_with_needs
from engine.packs.people import add_people
from engine.packs.reading import read_pack
from engine.runtime.settings import read_settings
from tests.integration.web.conftest import LIBRARY, PASSWORD, Visitor
from web.app import create_app


@pytest.fixture(scope="module")
def opened(postgres_server, tmp_path_factory):
    """A library on PostgreSQL."""
    home = str(tmp_path_factory.mktemp("postgres"))
    url = postgres_server.create("web_on_postgres")
    instance = open_instance(read_settings({"YOUJU_HOME": home, "YOUJU_DATABASE_URL": url}))
    pack = read_pack(LIBRARY)
    install_with_needs(instance.services, pack, Actor(None))
    add_people(instance.directory, pack.key, pack.users, {user["name"]: PASSWORD for user in pack.users})
    yield instance
    instance.close()
    postgres_server.drop("web_on_postgres")


@pytest.fixture
def somebody(opened):
    visitor = Visitor(create_app(opened).test_client())
    visitor.client.set_cookie("youju_session", opened.directory.sign_in("librarian", PASSWORD))
    visitor.get("/me")
    return visitor


def test_a_sign_in_is_wrong_when_the_name_holds_a_nul(opened):
    visitor = Visitor(create_app(opened).test_client())
    answer = visitor.sign_in("libra\0rian")
    assert answer.status_code == 401
    assert "用户名或密码不对" in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/a/library/loan/choices/book?f.book._text=a%00b", 200),
        ("/a/library/book/?filter=title%20=%20%22a%00b%22", 422),
        ("/api/v1/library/book?filter=title%20=%20%22a%00b%22", 422),
        ("/api/v1/library/book?after=%00", 422),
        ("/api/v1/library/book?sort=%00", 422),
        ("/a/library/bo%00ok/", 404),
        ("/a/li%00brary/", 404),
        ("/a/library/book/new?title=a%00b", 200),
        ("/a/library/loan/new?book=a%00b", 200),
    ],
)
def test_an_address_is_answered_when_it_holds_a_nul(somebody, path, status):
    assert somebody.get(path).status_code == status


@pytest.mark.parametrize(
    ("typed", "status"),
    [
        ({"_key": "a\0b"}, 400),
        ({"f.title": "a\0b"}, 422),
        ({"f.subjects": "a\0b"}, 422),
        ({"f.x": "a\0b"}, 422),
        ({"f.copies.n1.barcode": "a\0b"}, 422),
        ({"f.copies.n1.id": "a\0b", "f.copies.n1.barcode": "1"}, 422),
        ({"_do": "transition:a\0b"}, 422),
    ],
)
def test_a_form_is_refused_when_it_holds_a_nul(somebody, typed, status):
    sent = {"f.title": "标题", "f.isbn": "978-5", "_do": "save", "_key": "k-1", **typed}
    answer = somebody.post("/a/library/book/new", sent)
    assert answer.status_code in (status, 404), re.sub(r"<[^>]+>", "", answer.get_data(as_text=True))


def test_a_typed_name_is_unknown_when_it_holds_a_nul(somebody):
    answer = somebody.post("/a/library/loan/new", {"f.book._text": "a\0b", "_do": "save", "_key": "k-2"})
    assert answer.status_code == 422
    assert "没有找到" in answer.get_data(as_text=True)


def test_a_text_is_refused_when_it_has_no_utf_8_and_the_request_a_key(opened):
    token = opened.directory.issue_token("librarian", "t")
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": "odd"}
    for text in ("\ud800", "\0"):
        body = {"fields": {"title": text, "isbn": "978-6"}}
        answer = create_app(opened).test_client().post("/api/v1/library/book", json=body, headers=headers)
        assert answer.status_code == 422
        assert json.loads(answer.data)["errors"][0]["path"] == "fields.title"
