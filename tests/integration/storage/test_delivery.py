"""The outbox delivers at least once, and its effects in this database happen once, whoever dies in between."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from engine.decision.changeset import OutboxMessage
from engine.kernel.problems import EngineError, Text
from engine.storage import leases, notifications, outbox
from engine.storage.notifications import Telling
from engine.storage.outbox import Retry
from tests.support.library import NOON

REAL = 1_000_000


@pytest.fixture
def sent(library):
    """Three messages: due now, due before, and due later."""
    for name, due in (("now", NOON), ("before", NOON - 1), ("later", NOON + 1)):
        library.do(messages=(OutboxMessage(name, "notify", {"to": [name]}, due),))
    return library


def claim(library, business=NOON, real=REAL, **more):
    with library.database.write() as connection:
        return outbox.claim(connection, business_now=business, real_now=real, **more)


def finish(library, message, real=REAL):
    with library.database.write() as connection:
        outbox.finish(connection, message, real)


def test_what_is_due_comes_in_order_when_claimed(sent):
    first, second = claim(sent)
    assert (first.id, second.id) == ("before", "now")
    assert (first.kind, first.payload, first.attempts, first.fence) == ("notify", {"to": ["before"]}, 0, 1)
    assert claim(sent) == ()
    assert [message.id for message in claim(sent, business=NOON + 1)] == ["later"]


def test_a_message_comes_no_more_when_it_is_finished(sent):
    for message in claim(sent):
        finish(sent, message)
    assert claim(sent, real=REAL + 10**9) == ()


def test_a_message_comes_again_when_its_lease_ran_out(sent):
    (first,) = claim(sent, limit=1, lease=100)
    assert [message.id for message in claim(sent, real=REAL + 99)] == ["now"]
    (again,) = claim(sent, real=REAL + 100)
    assert (again.id, again.fence) == (first.id, 2)
    with pytest.raises(EngineError, match="STORE-051"):
        finish(sent, first)
    finish(sent, again)
    with pytest.raises(EngineError, match="STORE-051"):
        finish(sent, again)


def deliver(library, message):
    with library.database.write() as connection:
        tell(connection, library, message.id, [f"told by {message.fence}"])
        outbox.finish(connection, message, REAL)


def test_the_effects_are_undone_when_another_deliverer_took_over(sent):
    (slow,) = claim(sent, limit=1, lease=100)
    (quick,) = claim(sent, limit=1, lease=100, real=REAL + 100)
    deliver(sent, quick)
    with pytest.raises(EngineError, match="STORE-051"):
        deliver(sent, slow)
    with sent.database.read() as connection:
        assert notifications.count_unread(connection, "told by 2") == 1
        assert notifications.count_unread(connection, "told by 1") == 0


def test_a_message_pauses_longer_each_time_and_dies_with_its_error_when_it_fails(sent):
    retry = Retry(first=100, longest=250, most=4)
    real, pauses = REAL, []
    for attempt in range(4):
        (message,) = claim(sent, limit=1, real=real, lease=1)
        assert message.attempts == attempt
        with sent.database.write() as connection:
            is_dead = outbox.fail(connection, message, f"no answer {attempt}", real, retry)
        assert is_dead is (attempt == 3)
        pauses.append(retry.pause(attempt + 1))
        assert "before" not in [other.id for other in claim(sent, real=real + pauses[-1] - 1, lease=1)]
        real += pauses[-1]
    assert pauses == [100, 200, 250, 250]
    with sent.database.read() as connection:
        ((dead, kind, error, _),) = outbox.dead_letters(connection)
        depth = outbox.depth(connection, NOON)
    assert (dead, kind, error) == ("before", "notify", "no answer 3")
    assert (depth.waiting, depth.dead, depth.oldest_due) == (1, 1, NOON)


def test_a_dead_letter_lives_again_when_it_is_replayed(sent):
    (message,) = claim(sent, limit=1)
    with sent.database.write() as connection:
        assert outbox.fail(connection, message, "no", REAL, Retry(most=1))
        with pytest.raises(EngineError, match="STORE-055"):
            outbox.replay(connection, "now")
        outbox.replay(connection, message.id)
    (again,) = claim(sent, limit=1)
    assert (again.id, again.attempts) == (message.id, 0)


def test_the_next_moment_is_known_when_nothing_is_due_yet(sent):
    for message in claim(sent):
        finish(sent, message)
    with sent.database.read() as connection:
        assert outbox.next_due(connection) == NOON + 1
        assert outbox.depth(connection, NOON).oldest_due is None


def test_delivered_messages_are_forgotten_when_they_are_old(sent):
    for message in claim(sent):
        finish(sent, message, real=REAL + (message.id == "now"))
    with sent.database.write() as connection:
        assert [outbox.forget(connection, REAL + 1, 1) for _ in range(2)] == [1, 0]


def test_no_message_is_claimed_twice_when_many_claim_at_once(library):
    library.do(messages=tuple(OutboxMessage(f"m{n:02}", "notify", {}, NOON) for n in range(40)))

    def take(_):
        return [message.id for message in claim(library, limit=7)]

    with ThreadPoolExecutor(4) as pool:
        taken = [one for some in pool.map(take, range(12)) for one in some]
    assert sorted(taken) == [f"m{n:02}" for n in range(40)]


def tell(connection, library, message, recipients):
    told = Telling(message, Text("你好", "Hello"), "library", "book", "b1", NOON)
    return notifications.tell(connection, told, recipients, library.chance.randbytes)


def test_everybody_is_told_once_when_a_message_is_delivered_twice(library):
    with library.database.write() as connection:
        assert tell(connection, library, "m1", ["u1", "u2", "u1"]) == 2
        assert tell(connection, library, "m1", ["u2", "u3"]) == 1
        assert tell(connection, library, "m2", ["u2"]) == 1
    with library.database.read() as connection:
        newest, oldest = sorted(notifications.latest(connection, "u2"), key=lambda told: told.id, reverse=True)
        assert notifications.latest(connection, "u2") == (newest, oldest)
        assert notifications.latest(connection, "u2", 1) == (newest,)
        assert notifications.latest(connection, "u2", before=newest.id) == (oldest,)
        assert notifications.count_unread(connection, "u2") == 2
    assert (oldest.text, oldest.record, oldest.read_at) == (Text("你好", "Hello"), "b1", None)


def test_a_notification_is_read_when_its_recipient_reads_it(library):
    with library.database.write() as connection:
        tell(connection, library, "m1", ["u1", "u2"])
        tell(connection, library, "m2", ["u1"])
        first, second = notifications.latest(connection, "u1")
        notifications.mark_read(connection, "u2", first.id, NOON)
        assert notifications.count_unread(connection, "u1") == 2
        notifications.mark_read(connection, "u1", first.id, NOON)
        notifications.mark_read(connection, "u1", first.id, NOON + 1)
        assert {told.id: told.read_at for told in notifications.latest(connection, "u1")} == {
            first.id: NOON,
            second.id: None,
        }
        assert notifications.mark_all_read(connection, "u1", NOON) == 1


def test_one_holds_a_lease_when_two_want_it(database):
    with database.write() as connection:
        first = leases.acquire(connection, "job", "a", REAL, 100)
        assert leases.acquire(connection, "job", "b", REAL + 99, 100) is None
        second = leases.acquire(connection, "job", "b", REAL + 100, 100)
        assert (first.fence, second.fence) == (1, 2)
        with pytest.raises(EngineError, match="STORE-051"):
            leases.confirm(connection, first, REAL, 100)
        leases.confirm(connection, second, REAL + 150, 100)
        assert leases.acquire(connection, "job", "a", REAL + 249, 100) is None
        leases.release(connection, second)
        assert leases.acquire(connection, "job", "a", REAL + 249, 100).fence == 3
