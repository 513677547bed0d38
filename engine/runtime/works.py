"""Work that takes longer than a request: it runs in a thread, says how far it is, and everybody can look."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import Literal

from engine.kernel.clocks import Moment
from engine.kernel.problems import EngineError, Nature
from engine.runtime import problems
from engine.storage import settings
from engine.storage.database import Database
from engine.storage.locks import lock_name

log = logging.getLogger(__name__)

WORK = "work."
"""The settings that keep how far each work is."""

EVERY_MS = 400
"""How often a work at most writes down how far it is."""

SILENT_MS = 60_000
"""A work of another process that says nothing for so long has ended with it."""

Report = Callable[[int, int], None]
"""Takes how many parts are done, of how many. It writes: never call it inside of a writing transaction."""


@dataclass(frozen=True, slots=True)
class Work:
    """How far a work is. ``problems`` are ``(code, zh, en)``: why it failed."""

    state: Literal["running", "done", "failed"]
    done: int
    total: int
    at: Moment
    problems: tuple[tuple[str, str, str], ...] = ()


class Works:
    """The long works of an installation, one of each name at a time."""

    def __init__(self, database: Database, clock: Callable[[], Moment]) -> None:
        """Keep what they say in that database; ``clock`` is real time."""
        self._database, self._clock = database, clock
        self._threads: dict[str, threading.Thread] = {}

    def look(self, name: str) -> Work | None:
        """Return how far the work of that name is, or how it ended; None where there never was one."""
        with self._database.read() as connection:
            kept = settings.read(connection, WORK + name)
        return None if kept is None else self._living(name, _work(kept))

    def start(self, name: str, do: Callable[[Report], None]) -> threading.Thread:
        """Begin a work in a thread of its own; EngineError (RUN-…, conflict) where it is running already."""
        with self._database.write() as connection:
            lock_name(connection, WORK + name)
            kept = settings.read(connection, WORK + name)
            if kept is not None and self._living(name, _work(kept)).state == "running":
                raise EngineError(problems.WORK_RUNNING.at())
            settings.write(connection, WORK + name, _text(Work("running", 0, 0, self._clock())))
        thread = threading.Thread(target=self._do, args=(name, do), name=f"work-{name}", daemon=True)
        self._threads[name] = thread
        thread.start()
        return thread

    def _living(self, name: str, work: Work) -> Work:
        """Return the work, which has failed where nobody has heard of it for long and no thread of ours is at it."""
        if work.state != "running" or self._clock() < work.at + SILENT_MS:
            return work
        thread = self._threads.get(name)
        if thread is not None and thread.is_alive():  # it is at something long, as a transaction that writes much
            return work
        lost = problems.WORK_LOST
        return replace(work, state="failed", problems=((lost.code, lost.message.zh, lost.message.en),))

    def _do(self, name: str, do: Callable[[Report], None]) -> None:
        last = Work("running", 0, 0, self._clock())

        def report(done: int, total: int) -> None:
            nonlocal last
            now = self._clock()
            if now >= last.at + EVERY_MS or last.total == 0:
                last = Work("running", done, total, now)
                self._tell(name, last)

        try:
            do(report)
        except EngineError as error:
            said = tuple((found.code, found.message.zh, found.message.en) for found in error.problems)
            self._keep(name, replace(last, state="failed", at=self._clock(), problems=said))
        except Exception:
            log.exception("the work %s failed", name)
            lost = problems.WORK_FAILED
            said = ((lost.code, lost.message.zh, lost.message.en),)
            self._keep(name, replace(last, state="failed", at=self._clock(), problems=said))
        else:
            self._keep(name, Work("done", last.total, last.total, self._clock()))

    def _tell(self, name: str, work: Work) -> None:
        """Write down how far a work is; where others write for long, the next time will do."""
        try:
            self._keep(name, work)
        except EngineError as error:
            if error.nature is not Nature.BUSY:
                raise
            log.warning("how far the work %s is could not be written down: %s", name, error)

    def _keep(self, name: str, work: Work) -> None:
        with self._database.write() as connection:
            settings.write(connection, WORK + name, _text(work))


def _text(work: Work) -> str:
    return json.dumps(asdict(work), ensure_ascii=False)


def _work(text: str) -> Work:
    read = json.loads(text)
    return Work(read["state"], read["done"], read["total"], read["at"], tuple(map(tuple, read["problems"])))
