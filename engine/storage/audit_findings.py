"""Gathers what a verification finds and counts what it looked at; knows nothing of either."""

from __future__ import annotations

from collections import Counter

from engine.kernel.problems import Problem


class Findings:
    """The findings of one verification: the first are kept, all are counted."""

    def __init__(self, most: int) -> None:
        """Keep at most ``most`` findings."""
        self.kept: list[Problem] = []
        self.found = 0
        self.unchecked: set[str] = set()
        self._most = most
        self._seen: Counter[str] = Counter()

    def add(self, problem: Problem) -> None:
        """Note a finding."""
        self.found += 1
        if len(self.kept) < self._most:
            self.kept.append(problem)

    def saw(self, what: str, number: int = 1) -> None:
        """Count what was looked at."""
        self._seen[what] += number

    def count(self, what: str) -> int:
        """Return how many of these were looked at."""
        return self._seen[what]
