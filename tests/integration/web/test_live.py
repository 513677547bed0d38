"""Open pages are told soon when to look again: what they show, what waits, and nothing of what others may not see."""

from __future__ import annotations

import json
import re
from itertools import count

import pytest
from flask import before_render_template

from engine.runtime.live import STREAMS

PLACE = re.compile(r'<main[^>]* data-live="([^"]*)" data-since="([^"]*)"')
MOST_PARTS = 60


class Stream:
    """The events of one stream, in order."""

    def __init__(self, visitor, query):
        self.answer = visitor.client.get(f"/live?{query}")
        self._parts = self.answer.iter_encoded()

    def next(self, *names):
        """Return the next event of one of these names and what it says; a silent second counts as a part."""
        for _ in range(MOST_PARTS):
            part = next(self._parts).decode()
            found = re.search(r"^event: (\w+)\ndata: (.*)$", part, re.MULTILINE)
            if found and found[1] in names:
                return found[1], json.loads(found[2])
        raise AssertionError(names)

    def until_it_beats(self):
        """Return all that is said up to the next beat, which follows whatever was written."""
        said = ""
        while not said.endswith(":\n\n"):
            said += next(self._parts).decode()
        return said

    def close(self):
        self.answer.close()


@pytest.fixture
def streams():
    opened = []

    def follow(visitor, query):
        opened.append(Stream(visitor, query))
        return opened[-1]

    yield follow
    for stream in opened:
        stream.close()


@pytest.fixture(scope="module")
def shelve(instance, sessions):
    viewer, numbers = instance.directory.viewer_of_session(sessions("librarian")), count(1)

    def add(title):
        return instance.records.create(viewer, "library", "book", {"title": title, "isbn": f"live-{next(numbers)}"})

    return add


def test_a_list_is_told_when_a_record_of_it_is_made(shelve, librarian, streams):
    stream = streams(librarian, "topic=library.book")
    assert stream.answer.mimetype == "text/event-stream"
    stream.next("changed")  # the watcher has begun
    shelve("围城")
    assert stream.next("changed") == ("changed", {})


def test_the_stream_says_how_much_waits_when_it_begins(librarian, streams):
    assert set(streams(librarian, "topic=library").next("inbox")[1]) == {"tasks", "unread"}


def test_nobody_is_told_of_a_form_that_is_closed_to_them(shelve, deals, signed_in, librarian, streams):
    closed, opened = streams(signed_in("guest"), "topic=library.book"), streams(librarian, "topic=library.book")
    opened.next("changed")
    shelve("边城")
    opened.next("changed")
    assert "event: changed" not in closed.until_it_beats()


def test_a_page_names_its_place_when_it_is_one_that_is_drawn_again(librarian):
    for path, topic in (("/a/library/", "library"), ("/a/library/book/", "library.book"), ("/inbox", "inbox")):
        found = PLACE.search(librarian.get(path).get_data(as_text=True))
        assert found, path
        assert found[1] == topic
    assert not PLACE.search(librarian.get("/a/library/book/new").get_data(as_text=True))


def test_a_page_is_told_of_a_change_when_it_came_while_the_page_was_drawn(app, shelve, librarian, streams):
    stream = streams(librarian, "topic=library.book")
    stream.next("changed")  # the watcher has begun

    def change(*_, **__):
        shelve("倾城之恋")
        stream.next("changed")

    with before_render_template.connected_to(change, app):
        place = PLACE.search(librarian.get("/a/library/book/").get_data(as_text=True))
    later = streams(librarian, f"topic={place[1]}&since={place[2]}")
    assert "event: changed" in later.until_it_beats()


def test_a_stream_is_refused_when_the_process_serves_too_many(instance, librarian):
    others = [instance.live.open(str(number), []) for number in range(STREAMS)]
    refused = librarian.client.get("/live?topic=library")
    for other in filter(None, others):
        instance.live.leave(other)
    assert refused.status_code == 503
    assert refused.headers["Retry-After"] == "15"


@pytest.mark.parametrize("query", ["topic=", "topic=library..", "topic=a.b.c.d", "topic=library.book.nothing", ""])
def test_what_is_no_topic_is_left_out(librarian, streams, query):
    assert streams(librarian, query).next("inbox")[0] == "inbox"
