"""The chain of what was done with an envelope: every act holds the digest of the one before it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field

from engine.kernel.canonical import Json, digest
from engine.kernel.clocks import Moment

BEGINNING = "0" * 64
"""What stands before the first act."""


@dataclass(frozen=True, slots=True)
class Act:
    """One act: what was done, by which signer or user, when, from where, and about which content.

    ``sha256`` is the digest of the document as it was then; ``said`` is whatever else belongs to the act. ``ip`` and
    ``agent`` are what the request showed, None where the installation itself acted. ``hash`` covers all of it and
    ``previous``.
    """

    envelope: str
    number: int
    at: Moment
    act: str
    signer: int | None
    actor: str | None
    ip: str | None
    agent: str | None
    sha256: str
    said: Mapping[str, Json] = field(default_factory=dict)
    previous: str = BEGINNING
    hash: str = ""

    def hashed(self) -> str:
        """Return the digest of everything that the act says, and of the one before it."""
        return digest({key: value for key, value in asdict(self).items() if key != "hash"})


def first_break(acts: Iterable[Act]) -> int | None:
    """Return the number of the first act that is not what it was, or does not follow; None where the chain is whole."""
    previous = BEGINNING
    for number, act in enumerate(acts, 1):
        if act.number != number or act.previous != previous or act.hash != act.hashed():
            return number
        previous = act.hash
    return None
