"""The composition root: it opens an instance from its settings and wires the rooms; everything above asks it."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from functools import partial

from engine.connectors.egress import Guard, read_allowed
from engine.connectors.outside import Outside
from engine.connectors.secrets import Secrets
from engine.connectors.telling.ways import read_ways
from engine.forms.field_types import BUILT_IN
from engine.jobs.loop import JobsLoop
from engine.jobs.office import Office
from engine.jobs.presence import new_holder
from engine.jobs.problems import NO_TEST_CLOCK
from engine.jobs.supervising import JobsProcess
from engine.jobs.travelling import Travel
from engine.kernel.clocks import Clocks, moment_text
from engine.kernel.problems import EngineError
from engine.runtime.apps import Apps
from engine.runtime.directory import Directory
from engine.runtime.inbox import Inbox
from engine.runtime.live import Live
from engine.runtime.parameters import Parameters
from engine.runtime.records import Records
from engine.runtime.services import Services, assemble
from engine.runtime.settings import Settings, make_home, read_key, read_settings
from engine.runtime.turning import turns_of
from engine.runtime.works import Works
from engine.storage import revisions
from engine.storage.audit import Report, verify
from engine.storage.contents.store import FolderContents
from engine.storage.database import Database, open_database
from engine.storage.migrations import migrate, pending
from engine.storage.sealer import Sealer
from engine.storage.stored_clock import StoredClock

__all__ = ["Instance", "open_instance", "read_settings"]


@dataclass(frozen=True)
class Instance:
    """One installation, open: its settings, its database, the services over it, and the office that runs its jobs."""

    settings: Settings
    database: Database
    services: Services
    clocks: Clocks
    live: Live
    works: Works
    office: Office
    test_clock: StoredClock | None = None

    @property
    def apps(self) -> Apps:
        """The installed apps."""
        return self.services.apps

    @property
    def records(self) -> Records:
        """Records for a viewer."""
        return self.services.records

    @property
    def inbox(self) -> Inbox:
        """Tasks and notifications for a viewer."""
        return self.services.inbox

    @property
    def parameters(self) -> Parameters:
        """The parameters of apps for a viewer."""
        return self.services.parameters

    @property
    def directory(self) -> Directory:
        """Users, sessions and tokens."""
        return self.services.directory

    def jobs(self) -> JobsLoop:
        """Return the loop of an embedded jobs process, which also seals the journal."""
        return self.office.loop()

    def sealer(self) -> Sealer:
        """Return the sealer of this process."""
        return self.office.sealer()

    def start_jobs(self) -> JobsProcess:
        """Start a jobs process beside this one; it is started again if it ends, until it is stopped."""
        return JobsProcess.start(self.settings)

    def verify_journal(self) -> Report:
        """Prove that nothing in the journal, its seals and the records was altered behind the engine's back."""
        with self.database.read() as connection:
            current = self.services.execution.catalogs.current(connection)
            turns = turns_of(connection, current.catalog, BUILT_IN)
        key, witness = read_key(self.settings.journal_key), self.settings.journal_witness
        return verify(self.database, current.tables, key, witness, turns=turns)

    def health(self) -> dict[str, str]:
        """Return what state the instance is in; EngineError where the database cannot be reached."""
        behind = pending(self.database)
        return {"database": self.database.dialect, "migrations": "pending" if behind else "current"}

    def status(self) -> dict[str, object]:
        """Return how the instance stands: its apps, what waits to be delivered, what could not be delivered."""
        found = self.office.standing()
        with self.database.read() as connection:
            apps = revisions.current(connection)
        clock = {"business_time": moment_text(found.now), "test_clock": self.test_clock is not None}
        return {**self.health(), "apps": apps, **clock, **found.as_json()}

    def close(self) -> None:
        """End the streams to open pages and close the database."""
        self.live.close()
        self.database.close()


def open_instance(settings: Settings, clocks: Clocks | None = None) -> Instance:
    """Open an installation, bringing its system tables up to date; EngineError where the database cannot be opened.

    A test clock begins at the real moment at which it is first needed.
    """
    make_home(settings)
    database = open_database(settings.database_url)
    migrate(database)
    stored = StoredClock(database) if settings.test_clock and clocks is None else None
    ticking = clocks or Clocks()
    if stored is not None:
        stored.begin(ticking.real())
        ticking = Clocks(business=stored)
    contents, outside = FolderContents(settings.files), outside_of(settings)
    services = assemble(database, ticking, secrets.token_bytes, BUILT_IN, contents=contents, outside=outside)
    sealer = partial(_sealer, settings, database, ticking)
    office = Office(settings, services.execution, sealer)
    return Instance(
        settings, database, services, ticking, Live(database), Works(database, ticking.real), office, stored
    )


def _sealer(settings: Settings, database: Database, clocks: Clocks) -> Sealer:
    return Sealer(database, read_key(settings.journal_key), settings.journal_witness, new_holder(), clocks.real)


def outside_of(settings: Settings) -> Outside:
    """Return the way out of an installation; EngineError (CONN-016, TELL-001 to 003) where a setting cannot be read."""
    guard, secrets_known = Guard(read_allowed(settings.egress_allow)), Secrets(settings.home, os.environ)
    ways = read_ways(settings.mail, settings.mail_from, settings.public_url)
    return Outside(guard, secrets_known, is_open=True, ways=ways)


def travel_of(instance: Instance) -> Travel:
    """Return what moves the clock of an installation; EngineError (JOB-002) where it has no test clock."""
    if instance.test_clock is None:
        raise EngineError(NO_TEST_CLOCK.at())
    return Travel(instance.services.execution, instance.test_clock)
