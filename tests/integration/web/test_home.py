"""The home of an app: every viewer has one, whatever its blocks ask."""

from __future__ import annotations

import copy
import re

import pytest

from engine.boot import open_instance
from engine.decision.changeset import Actor
from engine.packs.people import add_people
from engine.packs.reading import read_pack
from engine.runtime.publishing import publish
from engine.runtime.settings import read_settings
from tests.integration.web.conftest import LIBRARY, PASSWORD, Visitor
from tests.support.apps import access, app, field, form, role, state, transition, workflow
from web.app import create_app

MINE = {
    "uid": "minemineminx",
    "key": "mine",
    "labels": {"zh": "我借的书", "en": "My books"},
    "personal": True,
    "blocks": [
        {"kind": "text", "labels": {"zh": "数目", "en": "Count"}, "text": {"zh": "一共三本", "en": "Three in all"}}
    ],
}
OF_THE_KEEPER = {
    "uid": "keeperkeeper",
    "key": "kept",
    "labels": {"zh": "我管的书", "en": "I keep"},
    "for_roles": ["librarian"],
}


@pytest.fixture(scope="module")
def dear_books(tmp_path_factory):
    """A library whose home lists the books by their price, which readers may not see."""
    opened = open_instance(read_settings({"YOUJU_HOME": str(tmp_path_factory.mktemp("dear"))}))
    pack = read_pack(LIBRARY)
    documents = copy.deepcopy(dict(pack.documents))
    blocks = documents["pages.json"]["pages"][0]["blocks"]
    blocks[-1]["filter"] = "price > 10"
    documents["pages.json"]["pages"] += [MINE, MINE | OF_THE_KEEPER]
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


@pytest.mark.parametrize(("name", "named"), [("librarian", {"mine", "kept"}), ("reader", {"mine"})])
def test_the_page_of_oneself_leads_to_pages_that_are_about_oneself_when_they_are_for_one_s_roles(
    dear_books, name, named
):
    someone = Visitor(create_app(dear_books).test_client())
    someone.client.set_cookie("youju_session", dear_books.directory.sign_in(name, PASSWORD))
    text = someone.get("/me").get_data(as_text=True)
    assert set(re.findall(r'href="/a/library/pages/(\w+)"', text)) == named
    assert ("我借的书" in text, "我管的书" in text) == (True, "kept" in named)
    assert "一共三本" in someone.get("/a/library/pages/mine").get_data(as_text=True)


def test_the_page_of_oneself_leads_nowhere_when_one_has_no_part_in_the_app(dear_books):
    dear_books.directory.add_user("stranger", "生人", PASSWORD)
    someone = Visitor(create_app(dear_books).test_client())
    someone.client.set_cookie("youju_session", dear_books.directory.sign_in("stranger", PASSWORD))
    assert "/a/library/pages/" not in someone.get("/me").get_data(as_text=True)


def test_an_app_without_pages_offers_what_the_viewer_may_make_when_its_home_is_opened(dear_books):
    parts = [form("thing", field("name")), form("closed", field("name"))]
    keeper = role("keeper", access("thing"), access("closed", "read"))
    publish(dear_books.services.execution, app(*parts, key="bare", roles=[keeper]), Actor(None))
    dear_books.directory.grant("reader", "bare", "keeper")
    someone = Visitor(create_app(dear_books).test_client())
    someone.client.set_cookie("youju_session", dear_books.directory.sign_in("reader", PASSWORD))
    text = someone.get("/a/bare/").get_data(as_text=True)
    assert 'href="/a/bare/thing/new"' in text
    assert 'href="/a/bare/closed/new"' not in text


def test_a_new_record_is_saved_first_when_it_begins_as_no_draft(dear_books):
    flows = [
        workflow(
            key,
            [state("begun", kind), state("done", "won")],
            [transition("finish", ["begun"], "done")],
        )
        for key, kind in (("letter", "draft"), ("parcel", "open"))
    ]
    parts = [form(key, field("name"), workflow=key) for key in ("letter", "parcel")]
    keeper = role("keeper", access("letter"), access("parcel"))
    publish(dear_books.services.execution, app(*parts, *flows, key="post", roles=[keeper]), Actor(None))
    dear_books.directory.grant("reader", "post", "keeper")
    someone = Visitor(create_app(dear_books).test_client())
    someone.client.set_cookie("youju_session", dear_books.directory.sign_in("reader", PASSWORD))
    letter, parcel = (someone.get(f"/a/post/{key}/new").get_data(as_text=True) for key in ("letter", "parcel"))
    assert 'value="transition:finish"' in letter
    assert "transition:finish" not in parcel
    assert 'class="primary" name="_do" value="save"' in parcel
