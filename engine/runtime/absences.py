"""Absences: who is away when, and who acts for them; each for themselves, an administrator for everybody."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.decision.problems import ABSENT
from engine.kernel.canonical import digest
from engine.kernel.clocks import Moment, moment_text
from engine.kernel.identifiers import uuid7
from engine.kernel.problems import EngineError
from engine.runtime import problems
from engine.runtime.directory import is_admin
from engine.runtime.execution import Execution
from engine.runtime.granting import authorship
from engine.runtime.repeating import once
from engine.runtime.views import Viewer
from engine.storage import absences, directory
from engine.storage.absences import AbsencePeriod

if TYPE_CHECKING:
    from sqlalchemy import Connection

LONGEST_MS = 366 * 86_400_000
LONGEST_NOTE = 200


@dataclass(frozen=True)
class AbsenceView:
    """A time for which somebody is away; ``deputy`` and ``deputy_name`` are empty where nobody was named."""

    id: str
    begins_at: str
    ends_at: str
    deputy: str
    deputy_name: str
    note: str


@dataclass(frozen=True)
class Absences:
    """The absences of an instance's people."""

    execution: Execution

    def of(self, viewer: Viewer, user: str | None = None) -> tuple[AbsenceView, ...]:
        """Return the absences of the viewer that are not over, or, for administrators, of somebody else."""
        with self.execution.database.read() as connection:
            found = absences.of_user(connection, _theirs(viewer, user), self.execution.clocks.business())
            return tuple(_view(connection, one) for one in found)

    def add(
        self,
        viewer: Viewer,
        begins_at: Moment,
        ends_at: Moment,
        deputy: str | None,
        note: str = "",
        user: str | None = None,
        idempotency_key: str | None = None,
    ) -> str:
        """Keep that somebody is away; return its id. EngineError where the time or the deputy cannot be.

        The same request again, by its key, keeps nothing twice.
        """
        whose, now = _theirs(viewer, user), self.execution.clocks.business()
        if not begins_at < ends_at <= begins_at + LONGEST_MS or ends_at <= now:
            raise EngineError(problems.NO_SUCH_TIME.at("ends_at"))
        if len(note) > LONGEST_NOTE:
            raise EngineError(problems.NOTE_TOO_LONG.at("note", most=LONGEST_NOTE))
        with self.execution.database.write() as connection:
            person = None if deputy is None else directory.user_by_id(connection, deputy)
            if deputy is not None and (deputy == whose or person is None or not person.active):
                raise EngineError(problems.NO_DEPUTY.at("deputy"))
            period = AbsencePeriod(
                uuid7(now, self.execution.randomness(10)), whose, begins_at, ends_at, deputy, note or None
            )

            def do() -> str:
                absences.add(connection, authorship(self.execution, viewer.id), period)
                return period.id

            asked = digest(["Absence", whose, begins_at, ends_at, deputy, note])
            return once(connection, viewer.id, idempotency_key, lambda: asked, now, do)[0]

    def remove(self, viewer: Viewer, id: str, user: str | None = None) -> None:
        """Take back that somebody is away; absent where there is no such time of theirs."""
        whose = _theirs(viewer, user)
        with self.execution.database.write() as connection:
            found = absences.of_user(connection, whose, self.execution.clocks.business())
            period = next((one for one in found if one.id == id), None)
            if period is None:
                raise EngineError(ABSENT.at())
            absences.remove(connection, authorship(self.execution, viewer.id), period)


def _theirs(viewer: Viewer, user: str | None) -> str:
    if user is not None and user != viewer.id and not is_admin(viewer):
        raise EngineError(ABSENT.at())
    return user or viewer.id


def _view(connection: Connection, one: AbsencePeriod) -> AbsenceView:
    deputy = directory.user_by_id(connection, one.deputy) if one.deputy else None
    return AbsenceView(
        id=one.id,
        begins_at=moment_text(one.begins_at),
        ends_at=moment_text(one.ends_at),
        deputy=one.deputy or "",
        deputy_name=deputy.display_name if deputy else "",
        note=one.note or "",
    )
