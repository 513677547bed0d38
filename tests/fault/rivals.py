"""Two processes that want the same at once: each waits for the other right before its lock, then both go on."""

from __future__ import annotations

import multiprocessing
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine.forms.field_types import BUILT_IN
from engine.kernel.clocks import Clocks
from engine.kernel.problems import EngineError
from engine.runtime import execution
from engine.runtime.services import assemble
from engine.storage import database as opening
from engine.storage.database import open_database

if TYPE_CHECKING:
    from multiprocessing.connection import Connection as Pipe
    from multiprocessing.synchronize import Barrier

    from sqlalchemy import Connection, Table

DONE = "done"
SECONDS = 60.0

Deed = tuple[Any, ...]
"""The name of something that one does with records, and what it takes."""

WRITES = "youju_write"


@dataclass
class Gate:
    """Where both wait for each other, once in each round; tries after the first go through."""

    barrier: Barrier
    closed: bool = False

    def pass_together(self) -> None:
        if self.closed:
            self.closed = False
            self.barrier.wait(SECONDS)


def hold_before_the_lock(gate: Gate) -> None:
    """Wait before a lock on records is taken; on SQLite, before the one writer's turn."""
    lock, begin = execution.lock_records, opening._begin_sqlite

    def lock_together(*arguments: Any) -> None:
        gate.pass_together()
        lock(*arguments)

    def begin_together(connection: Connection) -> None:
        if connection.get_execution_options().get(WRITES):
            gate.pass_together()
        begin(connection)

    execution.lock_records = lock_together
    opening._begin_sqlite = begin_together


def take_away_the_lock(gate: Gate) -> None:
    """Let facts be read without any lock: none on records, and on SQLite the write begins when all is decided."""
    begin, apply = opening._begin_sqlite, execution.apply

    def no_lock(_connection: Connection, _table: Table, ids: Any) -> None:
        list(ids)

    def begin_later(connection: Connection) -> None:
        if not connection.get_execution_options().get(WRITES):
            begin(connection)

    def apply_together(connection: Connection, *arguments: Any) -> None:
        gate.pass_together()
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        apply(connection, *arguments)

    execution.lock_records = no_lock
    opening._begin_sqlite = begin_later
    execution.apply = apply_together


def rival(url: str, user: str, barrier: Barrier, pipe: Pipe, *, locked: bool) -> None:
    """Be one of the two: do each thing with records that comes, answer ``done`` or with the codes of the refusal."""
    gate = Gate(barrier)
    (hold_before_the_lock if locked else take_away_the_lock)(gate)
    database = open_database(url)
    services = assemble(database, Clocks(), secrets.token_bytes, BUILT_IN)
    viewer = services.directory.viewer(user)
    for what, *arguments in iter(pipe.recv, None):
        gate.closed = True
        try:
            getattr(services.records, what)(viewer, *arguments)
            pipe.send(DONE)
        except EngineError as error:
            pipe.send([problem.code for problem in error.problems])
    database.close()


@dataclass(frozen=True)
class Rivals:
    """Both processes, each at the end of a pipe."""

    pipes: tuple[Pipe, Pipe]

    def both(self, one: Deed, other: Deed) -> list[Any]:
        """Let each do its thing; return how that ended for the one and for the other."""
        for pipe, deed in zip(self.pipes, (one, other), strict=True):
            pipe.send(deed)
        return [_received(pipe) for pipe in self.pipes]


def _received(pipe: Pipe) -> Any:
    assert pipe.poll(SECONDS), "a rival does not answer"
    return pipe.recv()


@contextmanager
def rivals(url: str, user: str, *, locked: bool = True) -> Iterator[Rivals]:
    """Start both; ``locked`` False: with the lock taken away."""
    context = multiprocessing.get_context("spawn")
    barrier = context.Barrier(2)
    pipes = [context.Pipe() for _ in range(2)]
    started = [
        context.Process(target=rival, args=(url, user, barrier, far), kwargs={"locked": locked}, daemon=True)
        for _, far in pipes
    ]
    for process in started:
        process.start()
    try:
        yield Rivals((pipes[0][0], pipes[1][0]))
    finally:
        for (near, far), process in zip(pipes, started, strict=True):
            near.send(None)
            process.join(SECONDS)
            near.close()
            far.close()
