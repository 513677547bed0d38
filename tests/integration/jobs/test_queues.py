"""Both queues keep one contract: what it promises, and what it leaves to the rows of the outbox."""

from __future__ import annotations

import itertools

import pytest
import redis
import rq
from rq.serializers import JSONSerializer

from engine.jobs.queues import CALLS, MAIN, EmbeddedQueue
from engine.jobs.redis_queue import CALLED, RedisQueue, refuse
from engine.kernel.problems import EngineError
from engine.storage.hints import Hint
from tests.support.redis_server import running_redis

HINTS = tuple(Hint(f"message-{number}", number) for number in range(25))
_numbers = itertools.count(1)


@pytest.fixture(scope="module")
def server():
    with running_redis() as running:
        yield running


@pytest.fixture(params=["embedded", "redis"])
def queue(request):
    if request.param == "embedded":
        yield EmbeddedQueue()
        return
    made = RedisQueue(request.getfixturevalue("server").url(next(_numbers)))
    yield made
    made.leave()


@pytest.fixture
def on_redis(server):
    made = RedisQueue(server.url(next(_numbers)))
    yield made
    made.leave()


def everything(queue, lane):
    """Return all hints of a lane, and how many batches they came in."""
    got = []
    while queue.serve(lane, got.append, 0):
        pass
    return [hint for batch in got for hint in batch], len(got)


def test_hints_come_out_as_they_went_in_when_a_lane_is_served(queue):
    queue.hand_over(MAIN, HINTS[:7])
    queue.hand_over(MAIN, HINTS[7:])
    assert everything(queue, MAIN)[0] == list(HINTS)
    assert everything(queue, MAIN) == ([], 0), "once"


def test_a_lane_brings_nothing_of_another(queue):
    queue.hand_over(CALLS, HINTS[:3])
    assert everything(queue, MAIN)[0] == []
    assert everything(queue, CALLS)[0] == list(HINTS[:3])


def test_waiting_ends_without_a_batch_when_none_comes(queue):
    assert not queue.serve(MAIN, pytest.fail, 1)


def test_what_was_taken_is_gone_when_whoever_takes_it_fails(queue):
    queue.hand_over(MAIN, HINTS[:1])
    with pytest.raises(ZeroDivisionError):
        queue.serve(MAIN, lambda _hints: 1 / 0, 0)
    assert everything(queue, MAIN) == ([], 0), "its messages are found again, and hinted at anew"


def test_there_is_less_room_when_batches_wait(queue):
    room = queue.room(MAIN)
    assert room > 0
    assert queue.waiting() == 0
    while queue.room(MAIN) > 0:
        queue.hand_over(MAIN, HINTS)
    assert queue.room(MAIN) <= 0
    assert queue.room(CALLS) == room
    assert queue.waiting() > 0
    everything(queue, MAIN)
    assert (queue.room(MAIN), queue.waiting()) == (room, 0)


def test_nothing_is_put_in_when_there_is_no_hint(queue):
    queue.hand_over(MAIN, ())
    assert queue.waiting() == 0


def test_several_workers_have_something_to_do_when_many_hints_are_handed_over(on_redis):
    on_redis.hand_over(MAIN, HINTS)
    assert everything(on_redis, MAIN)[1] == 3


def test_nothing_stays_in_redis_when_a_batch_was_taken(on_redis, server):
    on_redis.hand_over(MAIN, HINTS)
    everything(on_redis, MAIN)
    with server.client(int(on_redis.url.rpartition("=")[2])) as client:
        left = {key.decode() for key in client.scan_iter()}
    assert {key for key in left if not key.startswith("rq:worker")} <= {"rq:queues", "rq:clean_registries:youju-main"}


def test_a_hint_is_no_more_when_nobody_wanted_it_for_long(on_redis, server):
    on_redis.hand_over(MAIN, HINTS[:1])
    with server.client(int(on_redis.url.rpartition("=")[2])) as client:
        (job,) = [key for key in client.scan_iter() if key.startswith(b"rq:job:")]
        assert 0 < client.ttl(job) <= 60
        client.delete(job)
    assert everything(on_redis, MAIN) == ([], 0)


def test_tools_of_rq_see_who_serves_also_when_redis_has_forgotten_everything(on_redis, server, monkeypatch):
    monkeypatch.setattr("engine.jobs.redis_queue.BEAT_SECONDS", 0)
    with server.client(int(on_redis.url.rpartition("=")[2])) as client:
        for _ in range(2):
            everything(on_redis, MAIN)
            (worker,) = rq.SimpleWorker.all(client)
            assert worker.queue_names() == ["youju-main"]
            client.flushdb()


@pytest.mark.parametrize("arguments", [(), ("rm -rf",), ([["id", "fence"]],), ([["id", 1], 2],), ([["id", True, 3]],)])
def test_what_is_no_batch_of_hints_is_left_out_and_never_run(on_redis, server, arguments, caplog):
    with server.client(int(on_redis.url.rpartition("=")[2])) as client:
        foreign = rq.Queue("youju-main", connection=client, serializer=JSONSerializer)
        foreign.enqueue_call("os.abort", args=arguments)
    on_redis.hand_over(MAIN, HINTS[:1])
    assert everything(on_redis, MAIN)[0] == list(HINTS[:1])
    assert "something else than hints" in caplog.text


def test_a_worker_of_rq_itself_is_refused(on_redis):
    assert f"{refuse.__module__}.{refuse.__name__}" == CALLED
    with pytest.raises(EngineError, match="JOB-007"):
        refuse([])


def test_the_queue_is_away_when_nothing_answers_and_back_when_it_does(server):
    queue = RedisQueue(server.url(next(_numbers)))
    queue.hand_over(MAIN, HINTS)
    server.stop()
    asks = [lambda: queue.room(MAIN), queue.waiting, lambda: queue.serve(MAIN, pytest.fail, 1)]
    for ask in [*asks, lambda: queue.hand_over(MAIN, HINTS)]:
        with pytest.raises(EngineError, match=r"JOB-005.*/s cannot be reached"):
            ask()
    server.start()
    queue.hand_over(MAIN, HINTS[:1])
    assert everything(queue, MAIN)[0] == list(HINTS[:1]), "what it knew before is lost"
    queue.leave()


@pytest.mark.parametrize("url", ["localhost:6379", "http://localhost", "redis://localhost:six/0"])
def test_an_address_that_is_none_is_refused(url):
    with pytest.raises(EngineError, match="JOB-006"):
        RedisQueue(url)


def test_a_password_is_never_told(monkeypatch):
    def away(*_arguments, **_options):
        raise redis.ConnectionError("secret")

    monkeypatch.setattr(redis.Redis, "execute_command", away)
    with pytest.raises(EngineError) as refused:
        RedisQueue("redis://me:secret@example.org:6380/1").waiting()
    assert "secret" not in str(refused.value)
    assert "example.org:6380" in str(refused.value)
