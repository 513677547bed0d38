"""Kills a story at every point and compares what it then ends as with the run that nobody killed; one database each.

Two servers of forks work at a time. For each point there is a copy of the base, a life that is killed there, and a life
after it, in which the same clients come again.
"""

from __future__ import annotations

import json
import queue
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from tests.support.dumping import Dump
from tests.support.receivers import Received, Receivers

WORKERS = 2
KILLED = {"signal": 9}
ENDED = {"exit": 0}
HOUR = 3_600_000


class Ground(Protocol):
    """Where instances of one database come from: each a copy of the base."""

    def copy(self, folder: Path) -> str:
        """Return the URL of a new database like the base; ``folder`` holds the instance's home."""

    def left(self, url: str) -> None:
        """Wait until nobody is connected any more: what a killed process had begun is undone."""

    def drop(self, url: str) -> None:
        """Throw the database away."""


@dataclass(frozen=True)
class Play:
    """How stories are played: ``live`` is called with a request that names one; ``base`` is a folder, ready to copy.

    ``broken`` names a way in which the spine is broken before it starts.
    """

    live: str
    base: Path
    real: int
    broken: str | None = None


@dataclass(frozen=True)
class Life:
    """How a life ended: its report, where it lived to give one, and what it said when it failed."""

    ended: Mapping[str, int]
    report: Mapping[str, Any] | None
    trouble: str

    def last_words(self) -> list[str]:
        return self.trouble.splitlines()[-12:]

    def dump(self) -> Dump:
        assert self.report is not None, self.trouble
        return Dump(tuple(self.report["rows"]), tuple(self.report["shallow"]))


@dataclass(frozen=True)
class Uncrashed:
    """The run that nobody killed: its points, what it ended as, what clients were answered, what others received."""

    points: tuple[str, ...]
    dump: Dump
    answers: tuple[str, ...]
    received: Received


@dataclass(frozen=True)
class Findings:
    """The points that were killed at, and what was different after each that made a difference."""

    points: int
    different: Mapping[str, list[str]] = field(default_factory=dict)

    def words(self) -> str:
        """Return the findings for people."""
        listed = [f"{point}\n    " + "\n    ".join(lines[:12]) for point, lines in self.different.items()]
        return f"{len(listed)} of {self.points} points end differently:\n" + "\n".join(listed)


class Server:
    """The process that forks; see ``kill_server``."""

    def __init__(self, *modules: str) -> None:
        """Start it, with these modules imported."""
        command = [sys.executable, "-m", "tests.support.kill_server", *modules]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, request: Mapping[str, object]) -> dict[str, int]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{json.dumps(request)}\n")
        self._process.stdin.flush()
        answer: dict[str, int] = json.loads(self._process.stdout.readline())
        return answer

    def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(timeout=60)
        assert self._process.stdout is not None
        self._process.stdout.close()


def _nobody(_folder: Path) -> AbstractContextManager[Receivers | None]:
    """Give nobody who could be told anything from outside."""
    return nullcontext()


@dataclass
class Killing:
    """Plays over one ground, by the servers at hand; the lives are put into ``place``.

    ``outside`` starts those who are told from outside; each run has its own.
    """

    ground: Ground
    play: Play
    servers: queue.SimpleQueue[Server]
    place: Path
    outside: Callable[[Path], AbstractContextManager[Receivers | None]] = _nobody

    def uncrashed(self, story: str) -> Uncrashed:
        """Play without killing anybody."""
        with self._place() as (folder, url):
            with self.outside(folder) as others:
                life = self._live(story, folder, url, None, self.play.real, others)
            assert life.report is not None, life.trouble
            assert not life.report["findings"], life.report["findings"]
            assert not life.report["unsealed"], "the journal of the uncrashed run is not sealed"
            answers = _answers(folder)
            assert not [answer for answer in answers if "refused" in answer], answers
            return Uncrashed(tuple(life.report["points"]), life.dump(), answers, _received(others))

    def at_points(self, story: str, whole: Uncrashed, points: Iterable[int], *, first: bool = False) -> Findings:
        """Kill at each of these points (counted from 1); ``first``: stop at the first that makes a difference."""
        waiting = queue.SimpleQueue[int]()
        for point in points:
            waiting.put(point)
        found: dict[str, list[str]] = {}
        done: list[int] = []
        errors: list[BaseException] = []

        def work() -> None:
            try:
                while not (errors or (first and found)):
                    point = waiting.get_nowait()
                    lines = self._at(story, point, whole)
                    done.append(point)
                    if lines:
                        found[f"{point:4} before {whole.points[point - 1]}"] = lines
            except queue.Empty:
                return
            except BaseException as error:  # noqa: BLE001 - raised again where the threads are awaited
                errors.append(error)

        threads = [threading.Thread(target=work) for _ in range(WORKERS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if errors:
            raise errors[0]
        return Findings(len(done), dict(sorted(found.items())))

    def _at(self, story: str, point: int, whole: Uncrashed) -> list[str]:
        """Kill at a point, let the clients come again, and tell what is different then."""
        with self._place() as (folder, url):
            with self.outside(folder) as others:
                killed = self._live(story, folder, url, point, self.play.real, others)
                if killed.ended != KILLED:
                    return [f"was not killed there but ended by itself: {killed.ended}", *killed.last_words()]
                self.ground.left(url)
                before = _answers(folder)
                again = self._live(story, folder, url, None, self.play.real + HOUR, others)
            if again.report is None:
                return [f"the life after it failed: {again.ended}", *again.last_words()]
            broken = _broken_promises(before, _answers(folder)[len(before) :], whole.answers)
            unsealed = ["the journal is not sealed"] * bool(again.report["unsealed"])
            broken += _received(others).broken_promises(whole.received, crashes=1)
            return [*again.dump().difference(whole.dump), *again.report["findings"], *unsealed, *broken]

    def _live(self, story: str, folder: Path, url: str, fatal: int | None, real: int, others: Receivers | None) -> Life:
        report, trouble = folder / "report", folder / "trouble"
        request = {
            "call": self.play.live, "story": story, "broken": self.play.broken,
            "base": str(self.play.base / "base.json"), "folder": str(folder), "url": url,
            "fatal": fatal, "real": real, "report": str(report), "trouble": str(trouble),
            "settings": {} if others is None else dict(others.settings),
        }  # fmt: skip
        server = self.servers.get()
        try:
            ended = server.ask(request)
        finally:
            self.servers.put(server)
        read = json.loads(report.read_text(encoding="utf-8")) if report.exists() else None
        return Life(ended, read, trouble.read_text(encoding="utf-8") if trouble.exists() else "")

    @contextmanager
    def _place(self) -> Iterator[tuple[Path, str]]:
        with tempfile.TemporaryDirectory(dir=self.place) as name:
            folder = Path(name)
            shutil.copytree(self.play.base / "home", folder / "home")
            url = self.ground.copy(folder)
            try:
                yield folder, url
            finally:
                self.ground.drop(url)


def _received(others: Receivers | None) -> Received:
    return Received() if others is None else others.received()


def _answers(folder: Path) -> tuple[str, ...]:
    path = folder / "answers"
    return tuple(path.read_text(encoding="utf-8").splitlines()) if path.exists() else ()


def _broken_promises(before: Collection[str], after: Collection[str], whole: Collection[str]) -> list[str]:
    """Tell which answers a client was given and then, asking again, were other ones; statuses are those of any run."""
    taken_back = [f"answered {one}, and then {two}" for one, two in zip(before, after, strict=False) if one != two]
    statuses = [json.loads(answer)[:2] for answer in after]
    usual = [json.loads(answer)[:2] for answer in whole]
    return taken_back + ([] if statuses == usual else [f"the answers were {statuses}, not {usual}"])


@contextmanager
def servers(*modules: str) -> Iterator[queue.SimpleQueue[Server]]:
    """Start the servers of forks, with these modules imported."""
    at_hand = queue.SimpleQueue[Server]()
    started = [Server(*modules) for _ in range(WORKERS)]
    for server in started:
        at_hand.put(server)
    try:
        yield at_hand
    finally:
        for server in started:
            server.close()
