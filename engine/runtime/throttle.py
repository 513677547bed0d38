"""Holding back whoever guesses passwords: after some failures for one name, each further try has to wait longer."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock

from engine.kernel.clocks import Moment
from engine.kernel.problems import EngineError
from engine.runtime.problems import THROTTLED

FREE_TRIES = 5
FIRST_WAIT_MS = 2_000
LONGEST_WAIT_MS = 300_000
KEPT = 10_000


class Throttle:
    """Counts failures by name, for this process; a success forgets them."""

    def __init__(self, now: Callable[[], Moment]) -> None:
        """Count by the real clock ``now``."""
        self._now = now
        self._lock = Lock()
        self._failures: dict[str, tuple[int, Moment]] = {}

    def check(self, name: str) -> None:
        """Raise EngineError (busy) while ``name`` has to wait."""
        with self._lock:
            count, since = self._failures.get(name, (0, 0))
        wait = self._wait(count) - (self._now() - since)
        if count >= FREE_TRIES and wait > 0:
            raise EngineError(THROTTLED.at(seconds=-(-wait // 1000)))

    def failed(self, name: str) -> None:
        """Count one more failure."""
        with self._lock:
            count, _ = self._failures.pop(name, (0, 0))
            self._failures[name] = (count + 1, self._now())
            while len(self._failures) > KEPT:
                self._failures.pop(next(iter(self._failures)))

    def succeeded(self, name: str) -> None:
        """Forget the failures of ``name``."""
        with self._lock:
            self._failures.pop(name, None)

    @staticmethod
    def _wait(count: int) -> int:
        return int(min(FIRST_WAIT_MS * 2 ** min(count - FREE_TRIES, 20), LONGEST_WAIT_MS)) if count >= FREE_TRIES else 0
