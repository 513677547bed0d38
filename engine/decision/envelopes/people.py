"""Who answers for an envelope, in deciding as in reading: nobody else takes it back, and nobody else is told of it."""

from __future__ import annotations

from engine.decision.facts import PersonQuery
from engine.decision.persons import Asking, active, stand_in
from engine.kernel.values import Row


def in_charge(sight: Asking, sender: str | None, row: Row | None) -> tuple[str, ...]:
    """Return its sender and the owner of its record, as far as they are active.

    Where neither is (a rule has sent it, and nobody owns the record), it is who stands in for the owner: the superior,
    else the administrators.
    """
    listed = [str(id) for id in dict.fromkeys((sender, (row or {}).get("owner"))) if id]
    sight.fetch(PersonQuery(id) for id in listed)
    return tuple(active(sight, listed)) or tuple(stand_in(sight, row or {}))
