"""The stage on which a scenario plays: a throw-away instance with the pack, its users and its own clock."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from engine.decision.changeset import Actor
from engine.forms.field_types import FieldType
from engine.jobs.loop import JobsLoop
from engine.kernel import clocks
from engine.kernel.clocks import Clocks, Moment
from engine.kernel.registries import Registry
from engine.packs.people import add_people
from engine.packs.placeholders import Placeholders
from engine.packs.reading import Pack
from engine.runtime.publishing import publish
from engine.runtime.services import Services, assemble
from engine.runtime.views import Viewer
from engine.storage import outbox
from engine.storage.database import open_database
from engine.storage.migrations import migrate


@dataclass
class StageClock:
    """The business time of one scenario; it stands still unless it is set."""

    moment: Moment = 0

    def __call__(self) -> Moment:
        """Return the moment."""
        return self.moment


@dataclass
class Stage:
    """One throw-away instance; ``names`` knows what the scenario's names of records and users stand for."""

    app: str
    services: Services
    jobs: JobsLoop
    clock: StageClock
    names: Placeholders

    def viewer(self, name: str) -> Viewer:
        """Return the user of that name as a viewer; EngineError where there is none."""
        return self.services.directory.viewer(self.names.person(name))

    def close(self) -> None:
        """Let go of the database."""
        self.services.execution.database.close()

    def settle(self) -> tuple[str, ...]:
        """Let everything that follows from what was done happen; return in words what could not be delivered."""
        self.jobs.run_until_quiet()
        with self.services.execution.database.read() as connection:
            behind = outbox.undelivered(connection, self.clock.moment)
        return tuple(f"{kind} was not delivered: {error or 'there is no end to it'}" for kind, error in behind)


def set_up(pack: Pack, needs: Iterable[Pack], url: str, types: Registry[FieldType]) -> dict[str, str]:
    """Make a database with a pack, what it needs and its people; return the ids of the people by name."""
    database = open_database(url)
    try:
        migrate(database)
        services = assemble(database, Clocks(), secrets.token_bytes, types)
        for item in (*needs, pack):
            publish(services.execution, item.documents, Actor(None))
        return add_people(services.directory, pack.key, pack.users)
    finally:
        database.close()


def open_stage(pack: Pack, url: str, people: Mapping[str, str], types: Registry[FieldType]) -> Stage:
    """Return a stage over a database that was set up."""
    database = open_database(url)
    clock = StageClock(clocks.real_moment())
    services = assemble(database, Clocks(business=clock), secrets.token_bytes, types)
    with database.read() as connection:
        zone = services.execution.catalogs.current(connection).catalog.apps[pack.key].zone
    names = Placeholders(people, zone, lambda: clocks.day_of(clock.moment, zone))
    return Stage(pack.key, services, JobsLoop(services.execution), clock, names)


def moment_of(written: str) -> Moment:
    """Return the moment of an ISO text with its zone."""
    return clocks.moment_number(datetime.fromisoformat(written))
