"""Which known name somebody may have meant; asked only once a name has turned out unknown."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Return the known name that the fewest changes of a character make of ``name``, if they are few for its length."""
    return _nearest(name, tuple(known))


@lru_cache(maxsize=256)
def _nearest(name: str, known: tuple[str, ...]) -> str | None:
    wanted = name.lower()
    allowed = max(1, len(wanted) // 3)
    letters = set(wanted)
    near = [
        (distance, _distance(name, candidate, allowed), candidate)
        for candidate in known
        # Each change brings at most one letter that was not there: most names need no closer look.
        if len(letters.difference(candidate.lower())) <= allowed
        and (distance := _distance(wanted, candidate.lower(), allowed)) <= allowed
        and distance < len(wanted)
    ]
    return min(near)[2] if near else None


def did_you_mean(suggestion: str | None) -> dict[str, object]:
    """Return the tail of a message that names the suggestion, in both languages."""
    if suggestion is None:
        return {"suggestion_zh": "", "suggestion_en": ""}
    return {"suggestion_zh": f",是不是“{suggestion}”?", "suggestion_en": f"; did you mean “{suggestion}”?"}


def _distance(left: str, right: str, limit: int) -> int:
    """Return how many characters to insert, drop, replace or swap part the two; beyond ``limit``, one more."""
    if abs(len(left) - len(right)) > limit:
        return limit + 1
    before, last = list[int](), list(range(len(right) + 1))
    for row, one in enumerate(left, 1):
        current = [row]
        for column, other in enumerate(right, 1):
            cost = min(last[column] + 1, current[column - 1] + 1, last[column - 1] + (one != other))
            if row > 1 and column > 1 and one == right[column - 2] and left[row - 2] == other:
                cost = min(cost, before[column - 2] + 1)
            current.append(cost)
        if min(current) > limit and min(last) > limit:
            return limit + 1
        before, last = last, current
    return last[-1]
