"""Publishing while people work: one revision after the other, nobody's request fails, nothing is half there."""

from __future__ import annotations

import copy
import threading
import time

import pytest
from sqlalchemy import inspect

from engine.decision.changeset import Actor
from engine.kernel.problems import EngineError
from engine.packs.reading import read_pack
from engine.runtime.publishing import publish
from tests.support.apps import LIBRARY
from tests.support.statements import recorded

WORKERS = 4
SECONDS = 2.0
SHELF = {"uid": "shelfshelf01", "key": "shelf", "type": "text", "labels": {"zh": "书架", "en": "Shelf"}}


@pytest.fixture
def documents():
    """The library's documents, to change."""
    return copy.deepcopy(dict(read_pack(LIBRARY).documents))


def _with_shelf(documents):
    documents["forms/book.json"]["fields"].append(SHELF)
    return documents


def _book(services, viewer, number):
    fields = {"title": f"第{number}本", "isbn": f"978-{number}"}
    return services.records.create(viewer, "library", "book", fields)


def test_documents_are_not_read_back_when_they_have_just_been_published(services, documents, librarian):
    statements = []
    publish(services.execution, _with_shelf(documents), Actor(None))
    documents["forms/book.json"]["fields"].clear()
    with recorded(services.execution.database, statements):
        made = services.records.create(librarian, "library", "book", {"title": "红楼梦", "isbn": "1", "shelf": "A"})
    assert made.fields["shelf"] == "A"
    assert not [statement for statement in statements if "youju_revision" in statement]


def test_revision_stays_when_the_same_documents_are_published(services, documents):
    first = publish(services.execution, documents, Actor(None))
    assert publish(services.execution, documents, Actor(None)) == first


def test_field_is_there_when_it_is_added_to_a_table_with_rows(services, librarian, documents):
    old = _book(services, librarian, 1)
    assert publish(services.execution, _with_shelf(documents), Actor(None)) == 2
    assert services.records.read(librarian, "library", "book", old.id).fields["shelf"] is None
    changed = services.records.update(librarian, "library", "book", old.id, {"shelf": "A-3"}, old.version)
    assert changed.fields["shelf"] == "A-3"
    page = services.records.list(librarian, "library", "book", filter="shelf is empty")
    assert page.count.value == 0


def test_data_is_kept_when_a_field_is_removed_and_comes_back(services, librarian, documents):
    before = copy.deepcopy(documents)
    publish(services.execution, _with_shelf(documents), Actor(None))
    made = services.records.create(librarian, "library", "book", {"title": "书", "isbn": "1", "shelf": "A-3"})
    assert publish(services.execution, before, Actor(None)) == 3
    assert "shelf" not in services.records.read(librarian, "library", "book", made.id).fields
    assert publish(services.execution, documents, Actor(None)) == 4
    assert services.records.read(librarian, "library", "book", made.id).fields["shelf"] == "A-3"


def test_nothing_is_published_when_a_document_is_broken(services, librarian, documents):
    form = {**copy.deepcopy(documents["forms/book.json"]), "uid": "brandnewform", "key": "shelf_plan"}
    form |= {"fields": [SHELF], "title": "{{shelf}}", "sections": [], "relations": [], "list": {"fields": ["shelf"]}}
    documents["forms/shelf_plan.json"] = form
    documents["rules/tell_librarian.json"] = {"format": 1, "kind": "rule", "broken": True}
    with pytest.raises(EngineError):
        publish(services.execution, documents, Actor(None))
    assert services.apps.app(librarian, "library").revision == 1
    assert "shelf_plan" not in inspect(services.execution.database.engine).get_table_names()


def test_no_request_fails_when_a_revision_is_published_meanwhile(services, librarian, documents):
    old = [_book(services, librarian, number) for number in range(5)]
    stop, failures, done = threading.Event(), [], [0] * WORKERS

    def work(worker):
        while not stop.is_set():
            try:
                made = _book(services, librarian, f"{worker}-{done[worker]}")
                services.records.read(librarian, "library", "book", made.id)
                services.records.list(librarian, "library", "book", limit=5)
            except Exception as error:  # noqa: BLE001 - whatever it is, it is a failed request
                failures.append(error)
            done[worker] += 1

    threads = [threading.Thread(target=work, args=(worker,)) for worker in range(WORKERS)]
    for thread in threads:
        thread.start()
    time.sleep(SECONDS / 4)
    assert publish(services.execution, _with_shelf(documents), Actor(None)) == 2
    time.sleep(SECONDS)
    stop.set()
    for thread in threads:
        thread.join()
    assert not failures, failures[:3]
    assert all(count > 1 for count in done), done
    for record in old:
        assert services.records.read(librarian, "library", "book", record.id).fields["shelf"] is None
