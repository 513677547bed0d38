"""What one process writes, another hears soon: which records, on SQLite and on PostgreSQL."""

from __future__ import annotations

import queue
import threading

import pytest

from engine.kernel.problems import Text
from engine.runtime.live import STREAMS, STREAMS_EACH, Live, Topic
from engine.storage import signals
from engine.storage.database import open_database
from engine.storage.notifications import Telling, tell
from engine.storage.signals import EVERYTHING, Signal, watch
from tests.support.library import LIBRARIAN, NOON, insertion

PATIENCE = 10.0
BOOK, SHELF = Topic("library", "book"), Topic("library", "member")


@pytest.fixture
def heard(library):
    """What a watcher hears, in order; it has begun when the test does."""
    stopped, said = threading.Event(), queue.Queue()

    def listen():
        for written in watch(library.database, stopped):
            said.put(written)

    thread = threading.Thread(target=listen)
    thread.start()
    assert said.get(timeout=PATIENCE) == {EVERYTHING}
    yield said
    stopped.set()
    thread.join(PATIENCE)
    assert not thread.is_alive()


@pytest.fixture
def live(library):
    running = Live(library.database)
    yield running
    running.close()


def begun(live, viewer="ann", *topics, since=""):
    """Return a stream that knows that its watcher has begun."""
    stream = live.open(viewer, topics or (BOOK,), since)
    assert stream.wait(PATIENCE) == (True, True)
    return stream


def test_a_record_is_named_when_it_is_written(library, heard):
    book = library.create("book", {"title": "红楼梦"})
    assert heard.get(timeout=PATIENCE) == {Signal("library", "book", book.id)}


def test_nothing_is_heard_when_a_transaction_is_undone(library, heard):
    with library.database.write() as connection:
        signals.announce(connection, [Signal("library", "book", "1")])
        connection.rollback()
    book = library.create("book", {"title": "呐喊"})
    assert heard.get(timeout=PATIENCE) == {Signal("library", "book", book.id)}


def test_something_is_heard_when_only_a_message_is_written(library, heard):
    telling = Telling(library.new_id(), Text("好", "good"), "library", "book", library.new_id(), NOON)
    with library.database.write() as connection:
        assert tell(connection, telling, [LIBRARIAN.user], library.chance.randbytes) == 1
    assert heard.get(timeout=PATIENCE) == frozenset()


def test_a_form_or_everything_is_named_when_very_many_records_are_written(library, heard):
    library.do(*(insertion("book", library.new_id(), {"title": str(number)}) for number in range(1_200)))
    assert heard.get(timeout=PATIENCE) in ({Signal("library", "book", "")}, {EVERYTHING})


def test_a_watcher_goes_on_when_the_database_was_away(library, monkeypatch):
    monkeypatch.setattr(signals, "AGAIN_SECONDS", 0.05)
    stopped = threading.Event()
    with library.database.engine.connect() as connection:
        url = connection.engine.url.render_as_string(hide_password=False)
    other = open_database(url)
    words = watch(other, stopped)
    assert next(words) == {EVERYTHING}
    assert words.throw(OSError("away")) == {EVERYTHING}
    book = library.create("book", {"title": "边城"})
    assert next(words) == {Signal("library", "book", book.id)}
    words.close()
    other.close()


def test_a_page_is_told_when_what_it_shows_is_written(library, live):
    books = begun(live)
    members = live.open("bob", [SHELF], live.position)
    library.create("book", {"title": "家"})
    assert books.wait(PATIENCE) == (True, True)
    assert members.wait(PATIENCE) == (True, False)
    assert books.wait(0) == (False, False)


def test_a_page_of_one_record_is_not_told_when_another_is_written(library, live):
    book = library.create("book", {"title": "家"})
    stream = begun(live, "ann", Topic("library", "book", book.id))
    library.create("book", {"title": "春"})
    assert stream.wait(PATIENCE) == (True, False)


def test_a_page_that_comes_back_is_told_what_it_missed(library, live):
    first = begun(live)
    position = live.position
    library.create("book", {"title": "秋"})
    assert first.wait(PATIENCE) == (True, True)
    assert live.open("ann", [BOOK], position).wait(0) == (True, True)
    assert live.open("ann", [SHELF], position).wait(0) == (True, False)
    assert live.open("ann", [BOOK], live.position).wait(0) == (False, False)
    assert live.open("ann", [BOOK], "another-process-1").wait(0) == (True, True)


def test_the_oldest_page_makes_room_when_one_person_opens_many(live):
    opened = [live.open("ann", [BOOK]) for _ in range(STREAMS_EACH + 1)]
    assert [stream.is_closed for stream in opened] == [True] + [False] * STREAMS_EACH


def test_a_page_is_refused_when_there_are_too_many(live):
    opened = [live.open(str(number), [BOOK]) for number in range(STREAMS)]
    assert None not in opened
    assert live.open("late", [BOOK]) is None
    live.leave(opened[0])
    assert live.open("late", [BOOK]) is not None
