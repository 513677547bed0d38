"""Long work: one of a name at a time, everybody sees how far it is, and how it ended."""

from __future__ import annotations

import threading

import pytest

from engine.kernel.problems import EngineError, ProblemKind, Text
from engine.runtime.works import SILENT_MS, Works
from tests.support.sites import Hand

REFUSED = ProblemKind("TEST-001", Text("不行", "No"), Text("改", "Change it"))


@pytest.fixture
def clock():
    return Hand()


@pytest.fixture
def works(database, clock):
    return Works(database, clock)


def test_it_says_how_far_it_is_and_that_it_is_done(works, database, clock):
    going, go = threading.Event(), threading.Event()

    def do(report):
        report(3, 7)
        going.set()
        assert go.wait(20)

    thread = works.start("one", do)
    assert going.wait(20)
    seen = Works(database, clock).look("one")
    assert (seen.state, seen.done, seen.total) == ("running", 3, 7)
    with pytest.raises(EngineError) as caught:
        works.start("one", do)
    assert caught.value.problems[0].code == "RUN-050"
    go.set()
    thread.join(20)
    assert (works.look("one").state, works.look("one").done) == ("done", 7)
    assert works.look("another") is None


def test_it_says_why_when_it_is_refused(works):
    def do(_):
        raise EngineError(REFUSED.at())

    works.start("one", do).join(20)
    assert works.look("one").state == "failed"
    assert works.look("one").problems == (("TEST-001", "不行", "No"),)


def test_it_says_that_it_failed_when_something_unforeseen_happens(works, caplog):
    works.start("one", lambda _: 1 / 0).join(20)
    assert works.look("one").problems[0][0] == "RUN-046"
    assert "ZeroDivisionError" in caplog.text


def test_it_may_begin_again_when_its_process_has_gone(works, database, clock):
    stuck = threading.Event()
    thread = works.start("one", lambda _: stuck.wait(20))
    clock.moment += SILENT_MS
    later = Works(database, clock)
    assert later.look("one").problems[0][0] == "RUN-051"
    later.start("one", lambda report: report(1, 1)).join(20)
    assert later.look("one").state == "done"
    stuck.set()
    thread.join(20)


def test_it_is_not_lost_when_its_thread_is_silent_and_lives(works, clock):
    silent = threading.Event()
    thread = works.start("one", lambda _: silent.wait(20))
    clock.moment += 10 * SILENT_MS
    assert works.look("one").state == "running"
    with pytest.raises(EngineError, match="RUN-050"):
        works.start("one", lambda _: None)
    silent.set()
    thread.join(20)
    assert works.look("one").state == "done"
