"""The catalog of now: compiled once for each set of revisions and shared by all threads of the process."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from threading import Lock
from typing import TYPE_CHECKING

from engine.catalog.apps import Catalog, Parameter
from engine.catalog.compiling import Installed, compile_catalog
from engine.catalog.definitions import AppDef, load_app
from engine.catalog.naming import table_names
from engine.decision.work import Parameters
from engine.forms.field_types import FieldType
from engine.kernel.canonical import Json
from engine.kernel.clocks import Moment, day_of
from engine.kernel.problems import Problem
from engine.kernel.registries import Registry
from engine.kernel.values import Value
from engine.language.surroundings import Moments
from engine.runtime.bonds import Bonds, bonds_of
from engine.runtime.calendars.known import Changes, calendars
from engine.runtime.reuse import Pasts
from engine.storage import parameters as stored_parameters
from engine.storage import revisions, settings
from engine.storage.database import Dialect
from engine.storage.directory import ENGINE_APP
from engine.storage.form_tables import Tables, form_tables

if TYPE_CHECKING:
    from sqlalchemy import Connection

TABLES = "tables."
"""Settings under this name keep the physical names of an app's tables, fixed when each was first published."""


@dataclass(frozen=True, eq=False)
class Current:
    """The apps as one transaction sees them: compiled, with their tables and the value of every parameter.

    ``bonds`` are the references over which some aggregate goes.
    """

    catalog: Catalog
    tables: Tables
    parameters: Parameters
    dialect: Dialect
    bonds: Bonds

    def around(self, app: str, moment: Moment, me: str | None) -> Moments:
        """Return what expressions of an app see around every row at a moment, for a user."""
        zone = self.catalog.apps[app].zone
        parameters = self.parameters.get(app, {})
        return Moments(moment, day_of(moment, zone), zone, me, parameters, self.catalog.calendar(app))


class CatalogSource:
    """Gives the current catalog; a new revision is seen by the first transaction that reads after it was published."""

    def __init__(self, types: Registry[FieldType], dialect: Dialect) -> None:
        """Know the field types and the database's dialect; nothing is compiled yet."""
        self.types = types
        self.dialect: Dialect = dialect
        self._lock = Lock()
        self._revisions: Mapping[str, int] | None = None
        self._days: Changes = {}
        self._catalog = Catalog({})
        self._tables: Tables = {}
        self._bonds: Bonds = {}
        self._definitions: dict[tuple[str, int], AppDef] = {}
        self.pasts = Pasts()

    def for_a_copy(self) -> CatalogSource:
        """Return a source for a copy of the database: it knows what this one has compiled, and goes its own way."""
        other = CatalogSource(self.types, self.dialect)
        with self._lock:
            other._revisions, other._catalog, other._days = self._revisions, self._catalog, self._days
            other._tables, other._bonds = self._tables, self._bonds
            other._definitions = dict(self._definitions)
        return other

    def current(self, connection: Connection) -> Current:
        """Return the apps as this transaction sees them."""
        now, stored = revisions.current(connection), stored_parameters.values(connection)
        days = {zone: kept for (app, zone), kept in stored.items() if app == ENGINE_APP}
        with self._lock:
            old_days, self._days = self._days, days
            if self._revisions != now:
                installed = [self._installed(connection, app, number) for app, number in sorted(now.items())]
                self._keep(self.compiled(installed))
            elif old_days != days:
                self._keep(replace(self._catalog, calendars=calendars(days)))
            catalog, tables, bonds = self._catalog, self._tables, self._bonds
        return Current(catalog, tables, self._values(catalog, stored), self.dialect, bonds)

    def learn(self, catalog: Catalog) -> None:
        """Keep a catalog as it has been published: whoever looks next need not compile it once more.

        Nothing of it may be undone any more, for what is kept of an app goes by the number of its revision.
        """
        with self._lock:
            self._definitions.update({(app.key, app.revision): app.definition for app in catalog.apps.values()})
            known = calendars(self._days)
            self._keep(catalog if catalog.calendars == known else replace(catalog, calendars=known))

    def _keep(self, catalog: Catalog) -> None:
        if catalog is not self._catalog:
            self._catalog, self._revisions = catalog, catalog.revisions
            self._tables, self._bonds = self.tables(catalog), bonds_of(catalog)

    def compiled(self, installed: Iterable[Installed]) -> Catalog:
        """Return the catalog of these apps with the work calendars that are known; raises like ``compile_catalog``."""
        return compile_catalog(installed, self.types, calendars(self._days))

    def tables(self, catalog: Catalog) -> Tables:
        """Return the tables of every form of a catalog."""
        return form_tables((spec for app in catalog.apps.values() for spec in app.tables), self.dialect)

    def _installed(self, connection: Connection, app: str, number: int) -> Installed:
        if (app, number) not in self._definitions:
            documents = revisions.documents(connection, app, number)
            self._definitions[app, number] = load_app(documents, self.types)
        return Installed(self._definitions[app, number], number, held_names(connection, app))

    def parameters(self, connection: Connection, catalog: Catalog) -> Parameters:
        """Return the value of every parameter of a catalog's apps."""
        return self._values(catalog, stored_parameters.values(connection))

    def _values(self, catalog: Catalog, stored: Mapping[tuple[str, str], Json]) -> Parameters:
        return {
            app.key: {
                key: self._value(item, stored[app.key, key]) if (app.key, key) in stored else item.default
                for key, item in app.parameters.items()
            }
            for app in catalog.apps.values()
        }

    def _value(self, parameter: Parameter, written: Json) -> Value:
        """Return what an administrator set in the engine's form; what no longer fits the type reads as the default."""
        if written is None:
            return None
        field = parameter.definition.field
        read = self.types[field.type].parse(written, field)
        return parameter.default if isinstance(read, Problem) else read


def held_names(connection: Connection, app: str) -> dict[str, str]:
    """Return the physical names that an app's tables have."""
    written = settings.read(connection, TABLES + app)
    return {} if written is None else dict(json.loads(written))


def taken_names(connection: Connection, others: Iterable[str]) -> set[str]:
    """Return the physical names that other apps' tables have."""
    return {name for app in others for name in table_names(held_names(connection, app))}
