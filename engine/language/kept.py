"""What has been worked out once and is kept by the very thing it was worked out from; it goes when that thing goes.

It knows neither what is kept nor what for.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import lru_cache
from typing import Any, TypeVar

T = TypeVar("T")

KEPT = 1_024
"""So many things are kept unless another number is said; the one not asked for the longest makes room."""


class _Asked:
    """A key, and how to make what belongs to it; only the key counts."""

    __slots__ = ("key", "make")

    def __init__(self, key: Hashable, make: Callable[[], object]) -> None:
        """Keep both."""
        self.key = key
        self.make = make

    def __hash__(self) -> int:
        """Hash the key."""
        return hash(self.key)

    def __eq__(self, other: object) -> bool:
        """Compare the keys."""
        return isinstance(other, _Asked) and self.key == other.key


class Kept:
    """Results by their keys, for several threads: where two miss at once, both work."""

    def __init__(self, limit: int = KEPT) -> None:
        """Start with nothing."""
        self._made = lru_cache(maxsize=limit)(_made)

    def __len__(self) -> int:
        """Return how many results are kept."""
        return self._made.cache_info().currsize

    def of(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return what is kept under the key, else what ``make`` gives; what it raises is raised and not kept."""
        found: T = self._made(_Asked(key, make))
        return found


def _made(asked: _Asked) -> Any:  # noqa: ANN401
    return asked.make()
