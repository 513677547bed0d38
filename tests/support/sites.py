"""A whole instance over a real database: apps published, people in it, and both clocks in the test's hand."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import text

from engine.connectors.outside import Outside
from engine.decision.changeset import Actor
from engine.forms.field_types import BUILT_IN
from engine.jobs.loop import JobsLoop
from engine.kernel.clocks import Clocks
from engine.runtime.publishing import publish
from engine.runtime.services import Services, assemble
from engine.runtime.views import Viewer
from engine.storage.database import Database
from tests.support.library import NOON


@dataclass
class Hand:
    """A clock that stands still until it is moved."""

    moment: int = NOON

    def __call__(self) -> int:
        return self.moment


@dataclass
class Site:
    """One instance; ``people`` are ids by name."""

    database: Database
    business: Hand = field(default_factory=Hand)
    real: Hand = field(default_factory=Hand)
    chance: random.Random = field(default_factory=lambda: random.Random(11))  # noqa: S311 - repeatable on purpose
    people: dict[str, str] = field(default_factory=dict)
    outside: Outside = field(default_factory=Outside)

    def __post_init__(self) -> None:
        self.services = self.assembled()

    def assembled(self) -> Services:
        """Return services of their own, as another process would have them."""
        clocks = Clocks(business=self.business, real=self.real)
        return assemble(self.database, clocks, self.chance.randbytes, BUILT_IN, outside=self.outside)

    def publish(self, documents: Mapping[str, Any]) -> int:
        return publish(self.services.execution, documents, Actor(None))

    def person(self, name: str, *roles: tuple[str, str], manager: str | None = None) -> Viewer:
        """Add a user with these roles ``(app, role)``."""
        above = self.people.get(manager or "")
        self.people[name] = self.services.directory.add_user(name, name, None, above)
        for app, role in roles:
            self.services.directory.grant(name, app, role)
        return self.viewer(name)

    def viewer(self, name: str) -> Viewer:
        return self.services.directory.viewer(self.people[name])

    def jobs(self) -> JobsLoop:
        return JobsLoop(self.services.execution)

    def query(self, statement: str, **parameters: Any) -> list[Any]:
        """Return the rows of a query, as whoever looks into the database would see them."""
        with self.database.read() as connection:
            return list(connection.execute(text(statement), parameters))

    def count(self, table: str) -> int:
        return int(self.query(f"SELECT count(*) FROM {table}")[0][0])  # noqa: S608 - the test's own names

    def tables(self) -> set[str]:
        """Return the names of everything in the database that is not the machinery's."""
        source = (
            "SELECT name FROM sqlite_master WHERE type IN ('table', 'view')"
            if self.database.dialect == "sqlite"
            else "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"
        )
        return {row[0] for row in self.query(source) if not row[0].startswith(("youju_", "sqlite_"))}
