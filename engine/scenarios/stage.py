"""The stage on which a scenario plays: a throw-away instance with the pack installed, its users, and a clock of its own."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from engine.forms.field_types import FieldType
from engine.jobs.loop import JobsLoop
from engine.kernel import clocks
from engine.kernel.canonical import Json
from engine.kernel.clocks import Clocks, Moment
from engine.kernel.problems import EngineError
from engine.kernel.registries import Registry
from engine.packs.people import add_people
from engine.packs.reading import Pack
from engine.runtime.publishing import publish
from engine.runtime.services import Services, assemble
from engine.runtime.views import Viewer
from engine.scenarios import problems
from engine.decision.changeset import Actor
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
    """One throw-away instance. ``refs`` maps the names that a scenario gives to ``(form, id)``."""

    app: str
    zone: str
    services: Services
    jobs: JobsLoop
    clock: StageClock
    people: Mapping[str, str]
    refs: dict[str, tuple[str, str]] = field(default_factory=dict)

    def viewer(self, name: str) -> Viewer:
        """Return the user of that name as a viewer; EngineError where there is none."""
        if name not in self.people:
            raise EngineError(problems.NO_USER.at(name=name, known=", ".join(self.people)))
        return self.services.directory.viewer(self.people[name])

    def ref(self, name: str) -> tuple[str, str]:
        """Return the form and id of a record that the scenario has named."""
        if name not in self.refs:
            raise EngineError(problems.NO_REF.at(ref=name))
        return self.refs[name]

    def value(self, document: Json) -> Json:
        """Return a value of a scenario with names of records and users, and relative dates, resolved."""
        match document:
            case {"ref": str(name)}:
                return self.ref(name)[1]
            case {"user": str(name)}:
                return self.viewer(name).id
            case {"days": int(days), **rest}:
                return self._relative(days, rest.get("time"))
            case dict():
                return {key: self.value(inner) for key, inner in document.items()}
            case list():
                return [self.value(inner) for inner in document]
            case _:
                return document

    def _relative(self, days: int, time: str | None) -> str:
        local = clocks.datetime_of(self.clock.moment).astimezone(clocks.zone(self.zone)) + timedelta(days=days)
        return local.date().isoformat() if time is None else f"{local.date().isoformat()}T{time}:00{local:%:z}"

    def settle(self) -> None:
        """Let everything that follows from what was done happen."""
        self.jobs.run_until_quiet()


def set_up(pack: Pack, needs: Iterable[Pack], url: str, types: Registry[FieldType]) -> Stage:
    """Return a stage over a new database with the pack, what it needs, and its demo users."""
    database = open_database(url)
    migrate(database)
    clock = StageClock(clocks.real_moment())
    services = assemble(database, Clocks(business=clock), secrets.token_bytes, types)
    for item in (*needs, pack):
        publish(services.execution, item.documents, Actor(None))
    people = add_people(services.directory, pack.key, pack.users)
    with services.execution.database.read() as connection:
        zone = services.execution.catalogs.current(connection).catalog.apps[pack.key].zone
    return Stage(pack.key, zone, services, JobsLoop(services.execution), clock, people)


def moment_of(written: str) -> Moment:
    """Return the moment of an ISO text with its zone."""
    return clocks.moment_number(datetime.fromisoformat(written))
