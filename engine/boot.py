"""The composition root: it opens an instance from its settings and wires the rooms; everything above asks it."""

from __future__ import annotations

import os
import secrets
import socket
from dataclasses import dataclass

from engine.forms.field_types import BUILT_IN
from engine.jobs.loop import JobsLoop
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
from engine.storage import outbox, revisions, schedules, timers
from engine.storage.audit import Report, verify
from engine.storage.contents.store import FolderContents
from engine.storage.database import Database, open_database
from engine.storage.migrations import migrate, pending
from engine.storage.sealer import Sealer
from engine.storage.stored_clock import StoredClock

__all__ = ["Instance", "open_instance", "read_settings"]


@dataclass(frozen=True)
class Instance:
    """One installation, open: its settings, its database and the services over it."""

    settings: Settings
    database: Database
    services: Services
    clocks: Clocks
    live: Live
    works: Works
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
        """Return the loop of a jobs process, which also seals the journal."""
        return JobsLoop(self.services.execution, self.sealer())

    def sealer(self) -> Sealer:
        """Return the sealer of this process."""
        holder = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
        key = read_key(self.settings.journal_key)
        return Sealer(self.database, key, self.settings.journal_witness, holder, self.clocks.real)

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
        now = self.clocks.business()
        with self.database.read() as connection:
            depth = outbox.depth(connection, now)
            apps = revisions.current(connection)
            coming = (schedules.next_slot(connection), timers.next_due(connection))
        lag = 0 if depth.oldest_due is None else max(0, now - depth.oldest_due)
        return {
            **self.health(),
            "apps": apps,
            "outbox_waiting": depth.waiting,
            "outbox_lag_ms": lag,
            "dead_letters": depth.dead,
            "business_time": moment_text(now),
            "test_clock": self.test_clock is not None,
            "next_slot": coming[0] and moment_text(coming[0]),
            "next_deadline": coming[1] and moment_text(coming[1]),
        }

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
    services = assemble(database, ticking, secrets.token_bytes, BUILT_IN, contents=FolderContents(settings.files))
    return Instance(settings, database, services, ticking, Live(database), Works(database, ticking.real), stored)


def travel_of(instance: Instance) -> Travel:
    """Return what moves the clock of an installation; EngineError (JOB-002) where it has no test clock."""
    if instance.test_clock is None:
        raise EngineError(NO_TEST_CLOCK.at())
    return Travel(instance.services.execution, instance.test_clock)
