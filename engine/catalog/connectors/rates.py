"""How often something may go on, as documents state it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RateDef:
    """At most ``count`` in ``seconds``, whoever does it."""

    count: int
    seconds: int
