"""Publishing in the browser keeps nobody waiting: where records are converted first, the page tells how far that is."""

from __future__ import annotations

import re

import pytest

from engine.decision.changeset import Actor
from engine.jobs.converting import Converting
from engine.runtime import preparing
from engine.runtime.directory import ADMIN_ROLE
from engine.runtime.publishing import publish
from engine.storage import filling
from tests.integration.web.conftest import PASSWORD
from tests.support.apps import access, app, field, form, role

DRAFT = re.compile(r'/revisions/publish".*?name="seen" value="([0-9]+)"', re.S)


@pytest.fixture
def counted(instance, monkeypatch, request):
    """An app of its own: five things whose size is a text, and few records are many already."""
    monkeypatch.setattr(preparing, "AT_ONCE", 2)
    monkeypatch.setattr(filling.fill, "__defaults__", (2,))
    key = f"counted_{request.node.name[:20]}"
    documents = app(form("thing", field("name"), field("size")), key=key, roles=[role("staff", access("thing"))])
    publish(instance.services.execution, documents, Actor(None))
    instance.directory.add_user(key, "Keeper", PASSWORD)
    instance.directory.grant(key, key, "staff")
    instance.directory.grant(key, *ADMIN_ROLE)
    keeper = instance.directory.viewer_of_session(instance.directory.sign_in(key, PASSWORD))
    for size in ("0", "1", "2", "3", "so groß"):
        instance.records.create(keeper, key, "thing", {"name": size, "size": size})
    return keeper


def text(answer):
    return answer.get_data(as_text=True)


def drafted(instance, keeper, **more):
    """Make sizes numbers in the draft of the keeper's app; return the draft's version."""
    documents = dict(instance.services.studio.design(keeper, keeper.name).documents)
    made = documents["forms/thing.json"]
    fields = [{**one, "type": "number", **more} if one["key"] == "size" else one for one in made["fields"]]
    documents["forms/thing.json"] = {**made, "fields": fields}
    return instance.services.draft_documents.put(keeper, keeper.name, {"documents": documents}, None)


def convert(instance):
    jobs = Converting(instance.services.execution)
    while jobs.do():
        pass


def test_the_page_tells_how_far_a_publication_is_and_that_it_is_done(instance, counted, signed_in):
    somebody, app = signed_in(counted.name), counted.name
    version = drafted(instance, counted)
    assert DRAFT.search(text(somebody.get(f"/a/{app}/revisions/")))[1] == str(version)
    answer = somebody.post(f"/a/{app}/revisions/publish", {"seen": str(version)})
    assert answer.status_code == 303
    page = text(somebody.get(answer.headers["Location"]))
    assert "正在发布:5条记录已转换" in page
    assert 'http-equiv="refresh"' in page
    assert instance.apps.form(counted, app, "thing").fields["size"].widget == "text"
    convert(instance)
    page = text(somebody.get(answer.headers["Location"]))
    assert "正在发布" not in page
    assert 'http-equiv="refresh"' not in page
    assert instance.apps.form(counted, app, "thing").fields["size"].widget == "number"


def test_what_could_not_be_published_in_the_end_is_told(instance, counted, signed_in):
    somebody, app = signed_in(counted.name), counted.name
    instance.records.create(counted, app, "thing", {"name": "twin", "size": "3.0"})
    version = drafted(instance, counted, unique=True)
    assert somebody.post(f"/a/{app}/revisions/publish", {"seen": str(version)}).status_code == 303
    convert(instance)
    page = text(somebody.get(f"/a/{app}/revisions/"))
    assert "最后没能发布;正在用的不变" in page
    assert 'http-equiv="refresh"' not in page
    assert instance.apps.form(counted, app, "thing").fields["size"].widget == "text"
