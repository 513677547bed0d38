"""What the outbox tells of itself before anybody claims from it."""

from __future__ import annotations

import threading
import time

import pytest
from sqlalchemy import select

from engine.decision.changeset import OutboxMessage
from engine.storage import hints, outbox, system_tables
from engine.storage.outbox import Retry
from tests.support.library import NOON

REAL = 1_000_000


@pytest.fixture
def sent(library):
    """One message that is due at noon."""
    library.do(messages=(OutboxMessage("m", "notify", {}, NOON),))
    return library


def is_due(library, business=NOON, real=REAL):
    with library.database.read() as connection:
        return outbox.is_due(connection, business, real)


def undelivered(library, business=NOON):
    with library.database.read() as connection:
        return outbox.undelivered(connection, business)


def claim(library, lease):
    with library.database.write() as connection:
        (message,) = outbox.claim(connection, business_now=NOON, real_now=REAL, lease=lease)
    return message


def test_nothing_is_due_when_its_moment_has_not_come(sent):
    assert (is_due(sent, NOON - 1), undelivered(sent, NOON - 1)) == (False, ())
    assert (is_due(sent), undelivered(sent)) == (True, (("notify", None),))


def test_nothing_is_due_when_another_deliverer_holds_it(sent):
    claim(sent, lease=100)
    assert (is_due(sent, real=REAL + 99), is_due(sent, real=REAL + 100)) == (False, True)


def test_nothing_is_due_when_it_pauses_after_a_failure(sent):
    message = claim(sent, lease=1)
    with sent.database.write() as connection:
        outbox.fail(connection, message, "no answer", REAL, Retry(first=500))
    assert (is_due(sent, real=REAL + 499), is_due(sent, real=REAL + 500)) == (False, True)
    assert undelivered(sent) == (("notify", "no answer"),)


def test_the_dead_are_undelivered_and_not_due_when_they_failed_too_often(sent):
    message = claim(sent, lease=1)
    with sent.database.write() as connection:
        outbox.fail(connection, message, "no answer", REAL, Retry(most=1))
    assert (is_due(sent, real=REAL + 10**9), undelivered(sent)) == (False, (("notify", "no answer"),))


def test_nothing_is_undelivered_when_it_is_finished(sent):
    message = claim(sent, lease=1)
    with sent.database.write() as connection:
        outbox.finish(connection, message, REAL)
    assert (is_due(sent, real=REAL + 10**9), undelivered(sent)) == (False, ())


def test_what_was_found_is_taken_although_somebody_else_has_just_looked_at_it(sent):
    """Another relay locks the row while it sees that it is taken; who found it waits the moment that this lasts."""
    found = claim(sent, lease=100)
    looks, row = threading.Event(), system_tables.outbox

    def look():
        with sent.database.write() as connection:
            connection.execute(select(row.c.id).where(row.c.id == "m").with_for_update()).all()
            looks.set()
            time.sleep(0.2)

    other = threading.Thread(target=look)
    other.start()
    looks.wait()
    with sent.database.write() as connection:
        taken = hints.take(connection, hints.hints_of([found]), REAL, lease=100)
    other.join()
    assert [message.id for message in taken] == ["m"]
    with sent.database.write() as connection:
        assert hints.take(connection, hints.hints_of([found]), REAL, lease=100) == (), "once"
