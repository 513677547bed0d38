"""The home of an app: every viewer has one, whatever its blocks ask."""

from __future__ import annotations

import copy

import pytest

from engine.boot import open_instance
from engine.decision.changeset import Actor
from engine.packs.people import add_people
from engine.packs.reading import read_pack
from engine.runtime.publishing import publish
from engine.runtime.settings import read_settings
from tests.integration.web.conftest import LIBRARY, PASSWORD, Visitor
from web.app import create_app


@pytest.fixture(scope="module")
def dear_books(tmp_path_factory):
    """A library whose home lists the books by their price, which readers may not see."""
    opened = open_instance(read_settings({"YOUJU_HOME": str(tmp_path_factory.mktemp("dear"))}))
    pack = read_pack(LIBRARY)
    documents = copy.deepcopy(dict(pack.documents))
    blocks = documents["pages.json"]["pages"][0]["blocks"]
    blocks[-1]["filter"] = "price > 10"
    publish(opened.services.execution, documents, Actor(None))
    add_people(opened.directory, pack.key, pack.users, {user["name"]: PASSWORD for user in pack.users})
    librarian = opened.directory.sign_in("librarian", PASSWORD)
    viewer = opened.directory.viewer_of_session(librarian)
    opened.records.create(viewer, "library", "book", {"title": "善本", "isbn": "978-1", "price": "88.00"})
    yield opened
    opened.close()


@pytest.mark.parametrize(("name", "sees"), [("librarian", True), ("reader", False)])
def test_the_home_is_calm_when_a_block_asks_what_its_viewer_may_not_see(dear_books, name, sees):
    someone = Visitor(create_app(dear_books).test_client())
    someone.client.set_cookie("youju_session", dear_books.directory.sign_in(name, PASSWORD))
    page = someone.get("/a/library/")
    text = page.get_data(as_text=True)
    assert page.status_code == 200
    assert ("善本" in text) is sees
    assert (">图书</h2>" in text) is sees, "a block that is closed is left out"
    assert ("price" in text) is sees
    assert "借一本书" in text
