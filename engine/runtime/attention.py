"""How often people are interrupted a day: the limit of the installation, and how somebody stands to it today."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.catalog.definitions import DEFAULT_ZONE
from engine.connectors.telling.problems import NO_LIMIT
from engine.decision.attention import COUNTED, MOST_ALLOWED, URGENT, USUAL_LIMIT
from engine.decision.changeset import Note
from engine.decision.problems import ABSENT
from engine.decision.telling import IN_APP
from engine.kernel.clocks import day_of
from engine.kernel.problems import EngineError, Text
from engine.runtime.directory import is_admin
from engine.runtime.execution import Execution
from engine.runtime.granting import authorship
from engine.runtime.views import Viewer
from engine.storage import gathered, interruptions, journal, settings
from engine.storage.directory import ENGINE_APP

if TYPE_CHECKING:
    from sqlalchemy import Connection

LIMIT = "attention.limit"
"""The setting that says how often somebody is interrupted a day."""

SUBJECT = "attention"
MOST_SHOWN = 100


def limit_of(connection: Connection) -> int:
    """Return how often somebody is interrupted a day at most, what is urgent apart."""
    written = settings.read(connection, LIMIT)
    return USUAL_LIMIT if written is None else int(written)


@dataclass(frozen=True, slots=True)
class Waiting:
    """Something that waits for the morning, and the record that it is about."""

    text: Text
    app: str
    form: str
    record: str


@dataclass(frozen=True, slots=True)
class AttentionView:
    """How often somebody was interrupted today, how often beside that by what is urgent, and what waits."""

    limit: int
    counted: int
    urgent: int
    waiting: tuple[Waiting, ...]


@dataclass(frozen=True)
class Attention:
    """The attention of people, as rows keep it."""

    execution: Execution

    def limit(self) -> int:
        """Return how often somebody is interrupted a day at most."""
        with self.execution.database.read() as connection:
            return limit_of(connection)

    def of(self, viewer: Viewer) -> AttentionView:
        """Return how the viewer stands today, by the zone of the first app in which they have a role."""
        with self.execution.database.read() as connection:
            apps = self.execution.catalogs.current(connection).catalog.apps
            own = {app for app, _ in viewer.roles}
            zone = next((app.zone for key, app in apps.items() if key in own), DEFAULT_ZONE)
            day = day_of(self.execution.clocks.business(), zone)
            found = gathered.waiting(connection, IN_APP, viewer.id, MOST_SHOWN)
            return AttentionView(
                limit=limit_of(connection),
                counted=interruptions.count(connection, viewer.id, day, COUNTED),
                urgent=interruptions.count(connection, viewer.id, day, URGENT),
                waiting=tuple(Waiting(one.text, one.app, one.form, one.record) for one in found),
            )

    def set_limit(self, viewer: Viewer, limit: int) -> None:
        """Set the limit, with a line in the journal; EngineError (absent) for all but administrators."""
        if not is_admin(viewer):
            raise EngineError(ABSENT.at())
        self.keep_limit(limit, viewer.id)

    def keep_limit(self, limit: int, by: str | None = None) -> None:
        """Do the same in somebody's name, or the command line's; EngineError (TELL-019) for no such number."""
        if not 0 <= limit <= MOST_ALLOWED:
            raise EngineError(NO_LIMIT.at("limit", most=MOST_ALLOWED))
        with self.execution.database.write() as connection:
            before = limit_of(connection)
            if limit != before:
                settings.write(connection, LIMIT, str(limit))
                note = Note(ENGINE_APP, SUBJECT, LIMIT, "set", {"from": before, "to": limit})
                journal.note(connection, authorship(self.execution, by), [note])
