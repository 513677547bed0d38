"""The queue on Redis by RQ: each batch of hints is a job of RQ, written as JSON; nothing in it is ever executed.

RQ would import and call whatever a job names. Here a job is read as data, in the worker's own process: who can write
into Redis can make a worker look at rows that are due, and nothing else.
"""

from __future__ import annotations

import logging
import os
import secrets
import socket
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import redis
import rq
from rq.exceptions import DequeueTimeout
from rq.serializers import JSONSerializer

from engine.jobs.problems import BAD_QUEUE_URL, NOT_BY_RQ, QUEUE_AWAY
from engine.jobs.queues import LANES, Take
from engine.kernel.canonical import Json
from engine.kernel.problems import EngineError
from engine.storage.hints import Hint

if TYPE_CHECKING:
    from rq.job import Job

log = logging.getLogger(__name__)

PATIENCE_MS = 10_000
"""How long a hint may be on its way; then it is lost, and its message is found again."""

LASTS_SECONDS = 60
"""How long a hint stays in Redis: it is worth nothing long before."""

BATCH = 10
ROOM = 400
"""How many hints go together, and how many wait in a lane at most."""

CONNECT_SECONDS, ANSWER_SECONDS = 2.0, 15.0
"""How long a connection may take, and an answer: longer than anybody waits for a batch."""

BEAT_SECONDS, TIDY_SECONDS, BEATS = 15.0, 300.0, 60
"""How often a worker says that it is there, how often it tidies up what others left, and how long it is believed."""

CALLED = "engine.jobs.redis_queue.refuse"


def refuse(*_hints: Json) -> None:
    """Refuse to be called by a worker of RQ's own, which knows no instance; EngineError (JOB-007)."""
    raise EngineError(NOT_BY_RQ.at())


@dataclass
class RedisQueue:
    """A queue for any number of processes on any number of machines. Those of one ``name`` share it.

    It connects when it is first used: to make one needs no Redis. A lane is served by one thread of a process.
    """

    url: str
    name: str = "youju"
    patience: int = PATIENCE_MS
    _redis: redis.Redis = field(init=False, repr=False)
    _served: dict[str, tuple[rq.SimpleWorker, float, float]] = field(default_factory=dict, init=False, repr=False)

    def __post_init__(self) -> None:
        """Refuse an address that is none, EngineError (JOB-006)."""
        try:
            self._redis = redis.Redis.from_url(
                self.url, socket_connect_timeout=CONNECT_SECONDS, socket_timeout=ANSWER_SECONDS, protocol=2
            )
        except ValueError as error:
            raise EngineError(BAD_QUEUE_URL.at()) from error

    @property
    def place(self) -> str:
        """Where the queue is, without what opens it."""
        parts = urlsplit(self.url)
        return parts.path if parts.scheme == "unix" else f"{parts.hostname}:{parts.port or 6379}"

    def room(self, lane: str) -> int:
        """Return for how many more hints there is room, were each batch full."""
        with self._reached():
            return max(0, ROOM - BATCH * self._lane(lane).count)

    def hand_over(self, lane: str, hints: Sequence[Hint]) -> None:
        """Put hints into a lane, a few to a job, so that several workers have something to do."""
        if not hints:
            return
        pairs = [[id, fence] for id, fence in hints]
        jobs = [
            rq.Queue.prepare_data(
                CALLED,
                args=(pairs[start : start + BATCH],),
                description="hints",
                timeout=-1,
                result_ttl=0,
                ttl=LASTS_SECONDS,
                failure_ttl=LASTS_SECONDS,
            )
            for start in range(0, len(pairs), BATCH)
        ]
        with self._reached():
            self._lane(lane).enqueue_many(jobs)

    def serve(self, lane: str, take: Take, wait: float) -> bool:
        """Give the next batch of a lane to ``take``; ``wait`` counts in whole seconds, 0 for not at all."""
        with self._reached():
            self._appear(lane)
            job = self._next(lane, max(1, int(wait)) if wait else None)
        if job is None:
            return False
        take(_hints(job))
        return True

    def waiting(self) -> int:
        """Return how many batches wait."""
        with self._reached():
            return sum(self._lane(lane).count for lane in LANES)

    def leave(self) -> None:
        """Say that this process serves no more, and close what is open."""
        try:
            for worker, *_ in self._served.values():
                worker.register_death()
        except redis.RedisError as error:
            log.info("the queue at %s is not told who leaves: %s", self.place, error)
        self._served.clear()
        self._redis.close()

    def _lane(self, lane: str) -> rq.Queue:
        return rq.Queue(f"{self.name}-{lane}", connection=self._redis, serializer=JSONSerializer)

    def _next(self, lane: str, wait: int | None) -> Job | None:
        """Take the next job out of Redis, with all that RQ keeps of it."""
        queue = self._lane(lane)
        try:
            found = rq.Queue.dequeue_any([queue], wait, connection=self._redis, serializer=JSONSerializer)
        except DequeueTimeout:
            return None
        if found is None:
            return None
        job = found[0]
        with self._redis.pipeline() as pipeline:
            pipeline.lrem(queue.intermediate_queue_key, 1, job.id)
            pipeline.delete(job.key)
            pipeline.execute()
        return job

    def _appear(self, lane: str) -> None:
        """Let RQ's tools see this worker, also when all was forgotten meanwhile; tidy up after those who died."""
        now = time.monotonic()
        worker, beaten, tidied = self._served.get(lane) or (self._worker(lane), -BEAT_SECONDS, -TIDY_SECONDS)
        if now - beaten < BEAT_SECONDS:
            return
        if self._redis.hexists(worker.key, "birth"):
            worker.heartbeat(BEATS)
        else:
            worker.register_birth()
        if now - tidied >= TIDY_SECONDS:
            worker.clean_registries()
            tidied = now
        self._served[lane] = worker, now, tidied

    def _worker(self, lane: str) -> rq.SimpleWorker:
        name = f"{self.name}-{lane}-{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(3)}"
        return rq.SimpleWorker(
            [self._lane(lane)], name=name, connection=self._redis, serializer=JSONSerializer, worker_ttl=BEATS
        )

    @contextmanager
    def _reached(self) -> Iterator[None]:
        """Turn what befalls the connection into an EngineError (JOB-005)."""
        try:
            yield
        except (redis.RedisError, OSError) as error:
            raise EngineError(QUEUE_AWAY.at(place=self.place, reason=type(error).__name__)) from error


def _hints(job: Job) -> tuple[Hint, ...]:
    """Return the hints of a job; none of one that holds something else."""
    match job.args:
        case [list(batch)] if all(_is_hint(item) for item in batch):
            return tuple(Hint(id, fence) for id, fence in batch)
    log.warning("the queue brought something else than hints: job %s is left out", job.id)
    return ()


def _is_hint(item: Json) -> bool:
    match item:
        case [str(), int()]:
            return True
    return False
