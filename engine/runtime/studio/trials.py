"""The apps as they would be if a draft were published: read and tried by whoever designs, stored and run nowhere."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from threading import Lock
from typing import TYPE_CHECKING, Final

from engine.catalog.definitions import load_app
from engine.catalog.documents import Documents
from engine.decision.facts import PersonQuery
from engine.kernel.problems import EngineError, Problem
from engine.runtime.bonds import bonds_of
from engine.runtime.catalogs import Current
from engine.runtime.desk import Desk
from engine.runtime.drafting import current_of, said_by
from engine.runtime.reading import Reading
from engine.runtime.revising import next_revision
from engine.runtime.studio.trial_tables import TrialTables
from engine.runtime.views import Viewer
from engine.storage import drafts as stored
from engine.storage import revisions

if TYPE_CHECKING:
    from sqlalchemy import Connection

KEPT: Final = 3
"""So many drafts stay compiled; a compiled design takes some megabytes."""


class Trials:
    """Compiles drafts, each once for each of its versions and for the revisions of the apps beside it."""

    def __init__(self, desk: Desk) -> None:
        """Read through ``desk``; nothing is compiled yet."""
        self._desk = desk
        self._lock = Lock()
        self._kept: OrderedDict[object, Current | tuple[Problem, ...]] = OrderedDict()

    def desk(self, app: str, role: str | None = None) -> TrialDesk:
        """Return a desk at which the app is as its draft says, and whoever reads has all of its roles, or that one."""
        return TrialDesk(self._desk.execution, self, app, role)

    def own_desk(self, app: str) -> TrialDesk:
        """Return a desk at which the app is as its draft says, and whoever reads has the roles that they have."""
        return TrialDesk(self._desk.execution, self, app, with_own_roles=True)

    def current(self, connection: Connection, viewer: Viewer, app: str) -> Current:
        """Return the apps with the draft of one in place of what is in use; as they are where there is no draft.

        EngineError (absent) for who does not design; with all that is wrong where the draft does not compile.
        """
        reading = self._desk.over(connection, viewer)
        current_of(reading, app)
        draft = stored.get(connection, app)
        if draft is None:
            return reading.current
        name = (app, draft.version, tuple(sorted(revisions.current(connection).items())))
        with self._lock:
            found = self._kept.get(name) or self._keep(name, self._made(reading, said_by(draft).documents))
        if isinstance(found, tuple):
            raise EngineError(found)
        days = reading.current.catalog.calendars
        if found.catalog.calendars != days:
            # Nobody compiles anew because of a day off; the draft goes by the days of now all the same.
            found = replace(found, catalog=replace(found.catalog, calendars=days))
            with self._lock:
                self._keep(name, found)
        return replace(found, parameters=self._desk.execution.catalogs.parameters(connection, found.catalog))

    def _keep(self, name: object, found: Current | tuple[Problem, ...]) -> Current | tuple[Problem, ...]:
        self._kept[name] = found
        if len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return found

    def _made(self, reading: Reading, documents: Documents) -> Current | tuple[Problem, ...]:
        """Return the compiled apps, or why they cannot be: kept, too, for the same draft is asked about often."""
        execution = self._desk.execution
        before = reading.current.catalog
        try:
            definition = load_app(documents, execution.catalogs.types)
            made = next_revision(reading.connection, execution, definition, before)
        except EngineError as error:
            return error.problems
        catalog = before if made is None else made.catalog
        tables = execution.catalogs.tables(catalog)
        return Current(catalog, tables, {}, execution.catalogs.dialect, bonds_of(catalog))


@dataclass(frozen=True)
class TrialDesk(Desk):
    """A desk at which one app is as its draft says. Nothing may be written here: its new tables are nowhere yet.

    All that is read at one desk is of the same version of the draft, whoever changes it meanwhile; and of records only
    what the reader may see of them without the draft.
    """

    trials: Trials
    app: str
    role: str | None = None
    with_own_roles: bool = False
    pinned: list[Current] = field(default_factory=list)
    """The apps as they were when something was first read here."""

    @contextmanager
    def reading(self, viewer: Viewer) -> Iterator[Reading]:
        """Give one snapshot in which the draft is in use, as somebody with the desk's roles reads it."""
        with self.execution.database.read() as connection:
            if not self.pinned:
                self.pinned.append(self.trials.current(connection, viewer, self.app))
            tables = TrialTables(self.pinned[0].tables, self.over(connection, viewer))
            current = replace(self.pinned[0], tables=tables)
            roles = viewer.roles if self.with_own_roles else self._roles(current, viewer)
            reading = self.seen(connection, replace(viewer, roles=roles), current)
            person = reading.person(viewer.id)
            if person is not None:
                reading.facts[PersonQuery(viewer.id)] = replace(person, roles=roles)
            yield reading

    def _roles(self, current: Current, viewer: Viewer) -> frozenset[tuple[str, str]]:
        """Return the roles that are tried, and those that somebody has elsewhere."""
        definition = current.catalog.apps[self.app].definition
        tried = {(self.app, one.key) for one in definition.roles if self.role in (None, one.key)}
        return frozenset(tried | {(app, key) for app, key in viewer.roles if app != self.app})
