"""One life of an instance whose work goes over a queue on Redis: a scheduler and a worker, killed at the same points.

What goes to Redis is an effect, too, unless it only asks: the process is killed before each of them.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from redis.connection import AbstractConnection

from engine.boot import Instance
from engine.jobs.leading import Scheduler
from engine.jobs.queues import LANES
from engine.jobs.redis_queue import RedisQueue
from engine.jobs.relaying import Relay
from engine.jobs.serving import QueueWorker
from engine.jobs.working import Work
from tests.fault import living
from tests.fault.story import Player

if TYPE_CHECKING:
    from tests.support.kill_points import Points

ASKING = frozenset(
    (
        "CLIENT",
        "EXISTS",
        "HELLO",
        "HEXISTS",
        "HGETALL",
        "INFO",
        "LLEN",
        "LRANGE",
        "PING",
        "SELECT",
        "SMEMBERS",
        "ZRANGE",
    )
)

warm = living.warm


def live(request: dict[str, Any]) -> None:
    """Play the story over a queue of its own; ``base`` says where Redis is."""

    def player(instance: Instance, *rest: Any) -> Player:
        folder = Path(request["folder"])
        watch_redis(rest[2])
        url = (Path(request["base"]).parent / "redis").read_text()
        return QueuePlayer(instance, *rest, queue=RedisQueue(url, name=folder.name))

    living.live(request, player)


class QueuePlayer(Player):
    """Plays as the clients do; what follows from it goes from a scheduler over the queue to a worker."""

    def __init__(self, instance: Instance, *rest: Any, queue: RedisQueue) -> None:
        super().__init__(instance, *rest)
        execution, jobs = instance.services.execution, instance.jobs()
        self.scheduler = Scheduler(execution, jobs.chores, Relay(execution.database, execution.clocks, queue))
        self.worker = QueueWorker(queue, Work(execution, jobs.delivery), LANES)

    def _settle(self) -> None:
        """Let both take turns until neither has anything to do."""
        while self._round() or self._round():
            pass

    def _round(self) -> int:
        return self.scheduler.hand_out() + self.worker.drain()


def watch_redis(points: Points) -> None:
    """Let every command to Redis that changes something pass through the points, for good."""
    send = AbstractConnection.send_packed_command

    def watched(self: AbstractConnection, command: bytes | Iterable[bytes], check_health: bool = True) -> None:
        packed = command if isinstance(command, bytes) else b"".join(command)
        words = [line.decode(errors="replace") for line in packed.split(b"\r\n")]
        name = words[2] if len(words) > 2 else "?"
        if name not in ASKING:
            points.before(f"redis {name}")
        send(self, command, check_health)

    AbstractConnection.send_packed_command = watched  # type: ignore[method-assign]
