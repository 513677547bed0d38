"""The stage on which a scenario plays: a throw-away instance with the pack, its users and its own clock."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from engine.catalog.naming import form_name
from engine.decision.changeset import Actor
from engine.forms.field_types import FieldType
from engine.jobs.loop import JobsLoop
from engine.jobs.travelling import Travel
from engine.kernel import clocks
from engine.kernel.canonical import Json
from engine.kernel.clocks import Clocks, Moment
from engine.kernel.registries import Registry
from engine.packs.installing import install
from engine.packs.people import add_people
from engine.packs.placeholders import Placeholders
from engine.packs.reading import Pack
from engine.packs.seeding import sown
from engine.rules.schedules import slot_after
from engine.runtime.catalogs import CatalogSource
from engine.runtime.services import Services, assemble
from engine.runtime.views import Viewer
from engine.storage import outbox, rule_runs, schedules
from engine.storage.database import open_database
from engine.storage.migrations import migrate

if TYPE_CHECKING:
    from sqlalchemy import Connection


@dataclass
class StageClock:
    """The business time of one scenario; it stands still unless it is set."""

    moment: Moment = 0

    def __call__(self) -> Moment:
        """Return the moment."""
        return self.moment

    def move(self, _connection: Connection, seen: Moment, moment: Moment) -> bool:
        """Move on from where it was seen; False where it is elsewhere by now."""
        if self.moment != seen:
            return False
        self.moment = moment
        return True


@dataclass
class Stage:
    """One throw-away instance; ``names`` knows what the scenario's names of records and users stand for.

    ``entered`` keeps what was filled in to make each record, by the name of the record.
    """

    app: str
    services: Services
    jobs: JobsLoop
    clock: StageClock
    names: Placeholders
    travel: Travel
    known_refusals: set[str] = field(default_factory=set)
    entered: dict[str, Json] = field(default_factory=dict)

    def form(self, name: str) -> tuple[str, str]:
        """Return the app and the key of a form that the scenario names: the app's own, or another's by ``app.form``."""
        return form_name(self.app, name)

    def viewer(self, name: str) -> Viewer:
        """Return the user of that name as a viewer; EngineError where there is none."""
        return self.services.directory.viewer(self.names.person(name))

    def close(self) -> None:
        """Let go of the database."""
        self.services.execution.database.close()

    def begin(self, moment: Moment) -> None:
        """Put the clock at a moment, and every schedule before its first slot after it."""
        self.clock.moment = moment
        with self.services.execution.database.write() as connection:
            for schedule in schedules.due(connection, clocks.LAST_MOMENT):
                schedules.claim(connection, schedule, slot_after(schedule.cron, schedule.zone, moment))

    def settle(self) -> tuple[str, ...]:
        """Let everything that follows from what was done happen; return in words what could not, or was refused."""
        self.jobs.run_until_quiet()
        with self.services.execution.database.read() as connection:
            behind = outbox.undelivered(connection, self.clock.moment)
            refusals = [item for item in rule_runs.refused(connection) if item[0] not in self.known_refusals]
        self.known_refusals.update(id for id, _, _ in refusals)
        return (
            *(f"{kind} was not delivered: {error or 'there is no end to it'}" for kind, error in behind),
            *(f"the rule {rule} was refused: {error}" for _, rule, error in refusals),
        )


@dataclass(frozen=True)
class Ground:
    """A database that was set up, to be copied for every scenario: its people's ids by name, and its apps compiled."""

    people: Mapping[str, str]
    catalogs: CatalogSource


def set_up(pack: Pack, needs: Iterable[Pack], url: str, types: Registry[FieldType]) -> Ground:
    """Make a database with a pack, what it needs and its people."""
    database = open_database(url)
    try:
        migrate(database)
        services = assemble(database, Clocks(), secrets.token_bytes, types)
        for item in (*needs, pack):
            install(services, item, Actor(None))
        people = add_people(services.directory, pack.key, pack.users)
        with database.read() as connection:
            services.execution.catalogs.current(connection)
        return Ground(people, services.execution.catalogs)
    finally:
        database.close()


def open_stage(pack: Pack, url: str, ground: Ground) -> Stage:
    """Return a stage over a copy of a database that was set up."""
    database = open_database(url)
    clock = StageClock(clocks.real_moment())
    catalogs = ground.catalogs.for_a_copy()
    services = assemble(database, Clocks(business=clock), secrets.token_bytes, catalogs.types, catalogs)
    with database.read() as connection:
        zone = services.execution.catalogs.current(connection).catalog.apps[pack.key].zone
        brought = sown(connection, pack.key)
    names = Placeholders(ground.people, zone, lambda: clocks.day_of(clock.moment, zone), brought)
    travel = Travel(services.execution, clock)
    return Stage(pack.key, services, JobsLoop(services.execution), clock, names, travel)


def moment_of(written: str) -> Moment:
    """Return the moment of an ISO text with its zone."""
    return clocks.moment_number(datetime.fromisoformat(written))
