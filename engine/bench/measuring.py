"""How things are timed: alternating rounds of ours and the reference, medians, and a yardstick of the machine."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median
from time import perf_counter

from engine.kernel.canonical import Json

Work = Callable[[], object]

ROUNDS = 21
"""An odd number, and many: a round that something else disturbed must not decide."""
YARDSTICK_SECONDS = 0.05
"""What the yardstick takes on the reference machine: one idle core of the machine on which the bounds were set."""

_LOOPS = 400_000
_INSERTS = 20_000


@dataclass(frozen=True, slots=True)
class Line:
    """One figure: what was measured, in which unit, against what, and how far it may go."""

    name: str
    value: float
    reach: str
    holds: bool
    unit: str = "s"
    reference: float | None = None
    ratio: float | None = None
    note: str = ""

    def as_json(self) -> dict[str, Json]:
        """Return the line as a JSON object; ``reference`` and ``ratio`` are null for an absolute bound."""
        return {
            "name": self.name,
            "value": _rounded(self.value),
            "unit": self.unit,
            "reference": None if self.reference is None else _rounded(self.reference),
            "ratio": None if self.ratio is None else _rounded(self.ratio),
            "reach": self.reach,
            "holds": self.holds,
            **({"note": self.note} if self.note else {}),
        }


def _rounded(number: float) -> float:
    return float(f"{number:.4g}")


def timed(work: Work) -> float:
    """Return how many seconds the work took."""
    start = perf_counter()
    work()
    return perf_counter() - start


def alternating(ours: Work, reference: Work, rounds: int = ROUNDS) -> tuple[float, float, float]:
    """Return the median seconds of both and the median of the rounds' ratios.

    Each round runs both, in turns first, so that what else the machine does falls on both alike.
    """
    ours()
    reference()
    mine, theirs = list[float](), list[float]()
    for number in range(rounds):
        pair = ((ours, mine), (reference, theirs))
        for work, times in pair if number % 2 else reversed(pair):
            times.append(timed(work))
    return median(mine), median(theirs), median(one / other for one, other in zip(mine, theirs, strict=True))


def compared(name: str, ours: Work, reference: Work, reach: float, rounds: int = ROUNDS) -> Line:
    """Return the line of a ratio that may be at most ``reach``."""
    value, other, ratio = alternating(ours, reference, rounds)
    return Line(name, value, f"≤ {reach:g}×", ratio <= reach, reference=other, ratio=ratio)


def bounded(name: str, seconds: Sequence[float], limit: float, pace: float, *, worst: bool = False) -> Line:
    """Return the line of an absolute bound in seconds, at yardstick 1; ``pace`` is this machine's (``yardstick``)."""
    value = max(seconds) if worst else median(seconds)
    note = f"yardstick {pace:.2f}"
    return Line(name, value * 1000, f"≤ {limit * 1000:g} ms", value <= limit * pace, "ms", note=note)


def yardstick() -> float:
    """Return how much slower than the reference machine this one is now, at least 1."""
    return max(1.0, min(timed(_yardstick) for _ in range(3)) / YARDSTICK_SECONDS)


def _yardstick() -> None:
    """Do what every machine can do: count in Python, and insert rows into SQLite."""
    total = 0
    for number in range(_LOOPS):
        total += number & 7
    connection = sqlite3.connect(":memory:")
    try:
        connection.execute("CREATE TABLE t (a INTEGER, b TEXT)")
        connection.executemany("INSERT INTO t VALUES (?, ?)", ((number, str(number)) for number in range(_INSERTS)))
    finally:
        connection.close()
