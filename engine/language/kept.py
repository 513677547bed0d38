"""What has been worked out once and is kept by the very thing it was worked out from; it goes when that thing goes.

It knows neither what is kept nor what for.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any, TypeVar

T = TypeVar("T")

KEPT = 1_024
"""So many things are kept unless another number is said; the one not asked for the longest makes room."""


class Kept:
    """Results by their keys, for several threads: where two miss at once both work, and one result is kept for both."""

    def __init__(self, limit: int = KEPT) -> None:
        """Start with nothing."""
        self._limit = limit
        self._found: OrderedDict[Hashable, Any] = OrderedDict()
        self._lock = Lock()

    def __len__(self) -> int:
        """Return how many results are kept."""
        return len(self._found)

    def of(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return what is kept under the key, else what ``make`` gives; what it raises is raised and not kept."""
        with self._lock:
            if key in self._found:
                self._found.move_to_end(key)
                kept: T = self._found[key]
                return kept
        made = make()
        with self._lock:
            made = self._found.setdefault(key, made)
            if len(self._found) > self._limit:
                self._found.popitem(last=False)
        return made
