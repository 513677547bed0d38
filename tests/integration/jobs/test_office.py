"""Who runs the jobs and how they stand: leaders take over, no message outlives its lease, and status says how it is."""

from __future__ import annotations

import pytest

from engine.jobs.chores import Chores
from engine.jobs.delivering import DELIVERIES, Delivery
from engine.jobs.leading import HELD_MS, Scheduler
from engine.jobs.letters import Letters
from engine.jobs.problems import QUEUE_AWAY
from engine.jobs.queues import CALLS, MAIN, EmbeddedQueue
from engine.jobs.relaying import ASK_MS, LONGEST_MS, Relay, away
from engine.jobs.serving import QueueWorker
from engine.jobs.standing import LATE_MS, standing
from engine.jobs.working import RENEWALS, Work
from engine.kernel.clocks import moment_text
from engine.kernel.problems import EngineError
from engine.storage.hints import Hint
from tests.integration.jobs.shops import START, open_shop, timed

LOOK = timed("late", "seen_at", {"set": {"n": "1"}})


@pytest.fixture
def shop(site):
    """A shop in which five deadlines have come."""
    me = open_shop(site, LOOK)
    for number in range(5):
        site.services.records.create(me, "shop", "thing", {"name": str(number), "seen_at": moment_text(START)})
    site.jobs().run_until_quiet()
    with site.database.write() as connection:
        connection.exec_driver_sql("UPDATE youju_outbox SET done_at = NULL, available_at = 0, kind = 'job'")
    return site


def work(site, deliver, lease=60_000):
    return Work(site.services.execution, Delivery(site.services.execution, {**DELIVERIES, "job": deliver}), lease)


def nothing(*_arguments):
    return None


def scheduler(site, relay=None):
    return Scheduler(site.services.execution, Chores(site.services.execution), relay)


def relay_of(site, queue):
    return Relay(site.database, site.services.execution.clocks, queue)


def open_rows(site):
    return site.query("SELECT count(*) FROM youju_outbox WHERE done_at IS NULL")[0][0]


def test_a_message_is_delivered_once_when_its_hint_comes_twice(shop):
    queue, done = EmbeddedQueue(), []
    waiting = open_rows(shop)
    assert relay_of(shop, queue).do() == waiting
    hints = []
    queue.serve(MAIN, hints.extend, 0)
    worker = work(shop, lambda _e, _c, message: done.append(message.id))
    assert worker.take(hints) == waiting
    assert worker.take(hints) == 0
    assert worker.take([Hint(hints[0].id, hints[0].fence + 1), Hint("unknown", 0)]) == 0
    assert len(done) == len(set(done)) == waiting


def test_a_message_is_found_again_when_its_hint_is_lost(shop):
    queue = EmbeddedQueue()
    relay, waiting = relay_of(shop, queue), open_rows(shop)
    relay.do()
    lost = []
    queue.serve(MAIN, lost.extend, 0)
    assert relay.do() == 0, "whoever was hinted at has a while"
    shop.real.moment += queue.patience
    assert relay.do() == waiting
    worker = work(shop, nothing)
    assert worker.take(lost) == 0, "the old hint is worth nothing by now"
    queue.serve(MAIN, worker.take, 0)
    assert open_rows(shop) == 0


def test_what_is_behind_a_slow_message_is_taken_anew_when_its_lease_runs_out(shop):
    queue, waiting = EmbeddedQueue(), open_rows(shop)
    relay_of(shop, queue).do()
    held = []

    def slow(_execution, connection, message):
        ((until,),) = connection.exec_driver_sql(
            f"SELECT available_at FROM youju_outbox WHERE id = '{message.id}'"  # noqa: S608
        )
        held.append(until - shop.real.moment)
        shop.real.moment += 50_000

    queue.serve(MAIN, work(shop, slow, 60_000).take, 0)
    assert len(held) == waiting
    assert min(held) >= 60_000 - 60_000 // RENEWALS, "each was begun under a lease that held"


def test_calls_have_a_lane_of_their_own(shop):
    with shop.database.write() as connection:
        connection.exec_driver_sql(
            "UPDATE youju_outbox SET kind = 'call' WHERE id = (SELECT min(id) FROM youju_outbox)"
        )
    queue = EmbeddedQueue()
    relay_of(shop, queue).do()
    got = {MAIN: [], CALLS: []}
    for lane, hints in got.items():
        queue.serve(lane, hints.extend, 0)
    assert len(got[CALLS]) == 1
    assert len(got[MAIN]) == open_rows(shop) - 1


def test_one_scheduler_leads_and_the_other_takes_over_when_it_is_gone(site):
    one, other = scheduler(site), scheduler(site)
    assert (one.leads(), other.leads()) == (True, False)
    site.real.moment += HELD_MS // 2
    assert (one.leads(), other.leads()) == (True, False), "it goes on leading"
    site.real.moment += HELD_MS
    assert (other.leads(), one.leads()) == (True, False), "who slept too long finds another one in the lead"
    other.run(lambda: True)
    site.real.moment += HELD_MS // 2
    assert one.leads(), "the lead was given back"


def test_a_slot_is_played_once_when_two_believe_that_they_lead(shop):
    queue, waiting = EmbeddedQueue(), open_rows(shop)
    first = [scheduler(shop, relay_of(shop, queue)) for _ in range(2)]
    assert sum(one.hand_out() for one in first) == waiting


class Away(EmbeddedQueue):
    """A queue that cannot be reached as long as it is told so."""

    gone = True

    def waiting(self):
        if self.gone:
            raise EngineError(QUEUE_AWAY.at(place="there", reason="gone"))
        return super().waiting()

    def room(self, lane):
        self.waiting()
        return super().room(lane)


def test_the_relay_asks_less_and_less_and_says_so_when_the_queue_is_away(shop):
    queue, waiting = Away(), open_rows(shop)
    relay, tries = relay_of(shop, queue), []
    for _ in range(200):
        assert relay.do() == 0
        with shop.database.read() as connection:
            found = away(connection)
        tries.append(found.tries)
        shop.real.moment += 1_000
    assert found.since == shop.real.moment - 200_000
    assert 10 <= found.tries <= 16
    queue.gone = False
    shop.real.moment += LONGEST_MS
    assert relay.do() == waiting, "nothing was found in vain: all of it is due at once"
    with shop.database.read() as connection:
        assert away(connection) is None


def test_the_relay_sees_that_the_queue_is_away_when_nothing_is_due(site):
    queue = Away()
    queue.gone = False
    relay = relay_of(site, queue)
    relay.do()
    queue.gone = True
    site.real.moment += ASK_MS
    relay.do()
    with site.database.read() as connection:
        assert away(connection).tries == 1


def test_status_says_what_is_wrong(shop):
    execution = shop.services.execution
    found = standing(execution, None)
    assert (found.wrong, found.workers, found.queue.kind) == ((), (), "embedded")
    shop.business.moment += LATE_MS + 1
    assert set(standing(execution, None).wrong) == {"late", "no_worker", "unsealed"}
    assert "queue_away" in standing(execution, Away()).wrong
    assert standing(execution, Away()).as_json()["queue"]["reached"] is False


def test_a_worker_is_seen_while_it_works(shop):
    seen = []

    def once():
        seen.append(standing(shop.services.execution, None).workers)
        return len(seen) > 1

    QueueWorker(EmbeddedQueue(), work(shop, nothing)).run(once)
    assert [len(workers) for workers in seen] == [0, 1]
    assert standing(shop.services.execution, None).workers == ()


def test_all_dead_letters_come_again_when_they_are_replayed_together(shop):
    waiting = open_rows(shop)
    with shop.database.write() as connection:
        connection.exec_driver_sql("UPDATE youju_outbox SET dead_at = 1, attempts = 12, error = 'no luck'")
    letters = Letters(shop.services.execution)
    assert len(letters.dead()) == waiting
    assert "dead_letters" in standing(shop.services.execution, None).wrong
    assert (letters.replay_all(), letters.replay_all()) == (waiting, 0)
    assert shop.query("SELECT count(*) FROM youju_journal WHERE subject = 'outbox'")[0][0] == waiting
    queue = EmbeddedQueue()
    assert relay_of(shop, queue).do() == waiting
