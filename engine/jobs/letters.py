"""Dead letters: what could not be delivered, for whoever runs the instance to see and to send again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from engine.decision.changeset import Actor, Note
from engine.decision.problems import ABSENT
from engine.kernel.identifiers import uuid7
from engine.kernel.problems import EngineError
from engine.runtime.directory import is_admin
from engine.runtime.execution import Execution
from engine.runtime.views import Viewer
from engine.storage import dead_letters, journal
from engine.storage.dead_letters import DeadLetter
from engine.storage.directory import ENGINE_APP
from engine.storage.journal import Authorship
from engine.storage.problems import MESSAGE_NOT_DEAD

if TYPE_CHECKING:
    from sqlalchemy import Connection

SUBJECT = "outbox"
"""What the journal calls messages: that one is sent again is an entry of it."""

MOST = 500
"""How many letters one transaction sends again."""


@dataclass(frozen=True)
class Letters:
    """The dead letters of one instance."""

    execution: Execution

    def dead(self, limit: int = 100, after: str = "") -> tuple[DeadLetter, ...]:
        """Return the dead letters behind an id, in order of ids: that is about the order in which they were sent."""
        with self.execution.database.read() as connection:
            return dead_letters.found(connection, limit, after)

    def replay(self, letter: str, by: str | None = None) -> None:
        """Send a dead letter again, with fresh attempts; EngineError (STORE-055) where it is not dead."""
        if not self._replay([letter], by):
            raise EngineError(MESSAGE_NOT_DEAD.at(letter))

    def replay_all(self, by: str | None = None) -> int:
        """Send again whatever is dead now; return how many letters that were."""
        total, after = 0, ""
        while found := self.dead(MOST, after):
            total += self._replay([letter.id for letter in found], by)
            after = found[-1].id
        return total

    def seen_by(self, viewer: Viewer, limit: int = 100, after: str = "") -> tuple[DeadLetter, ...]:
        """Return the dead letters for an administrator; EngineError (absent) for anybody else."""
        _for_administrators(viewer)
        return self.dead(limit, after)

    def replay_by(self, viewer: Viewer, letter: str) -> None:
        """Send a dead letter again for an administrator; EngineError (absent) for anybody else."""
        _for_administrators(viewer)
        self.replay(letter, viewer.id)

    def replay_all_by(self, viewer: Viewer) -> int:
        """Send again whatever is dead now, for an administrator; return how many; EngineError (absent) for others."""
        _for_administrators(viewer)
        return self.replay_all(viewer.id)

    def _replay(self, letters: Sequence[str], by: str | None) -> int:
        return self.execution.attempt(partial(self._replayed, letters, by))

    def _replayed(self, letters: Sequence[str], by: str | None, connection: Connection) -> int:
        revived = dead_letters.revive(connection, letters)
        moment, random = self.execution.clocks.business(), self.execution.randomness
        author = Authorship(Actor(by), uuid7(moment, random(10)), moment, random)
        notes = [Note(ENGINE_APP, SUBJECT, one.id, "replay", {"kind": one.kind, "error": one.error}) for one in revived]
        if notes:
            journal.note(connection, author, notes)
        return len(revived)


def _for_administrators(viewer: Viewer) -> None:
    if not is_admin(viewer):
        raise EngineError(ABSENT.at())
