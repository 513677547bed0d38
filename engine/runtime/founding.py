"""Apps that come with their whole history of revisions to where they were not: tables are made, revisions are kept.

Nothing is journalled here and no schedule begins: the history that an app brings along says what was published when,
and its rows say what comes next. It knows neither files nor where the history comes from.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from engine.catalog.apps import Catalog
from engine.catalog.compiling import Installed
from engine.catalog.definitions import AppDef, load_app
from engine.catalog.documents import Documents
from engine.catalog.naming import Names, assign_names, table_names, with_columns
from engine.catalog.tables import TableSpec
from engine.forms.field_types import FieldType
from engine.kernel.problems import EngineError, Problem
from engine.kernel.registries import Registry
from engine.runtime import problems
from engine.runtime.catalogs import TABLES, held_names, taken_names
from engine.runtime.execution import Execution
from engine.runtime.revising import reserved
from engine.runtime.timing import follow_app
from engine.runtime.whole_tables import merged, shaping, without_earlier_shapes
from engine.storage import ddl, revisions, settings
from engine.storage.form_tables import Tables, form_tables
from engine.storage.locks import PUBLISHING, lock_for_publish, lock_name
from engine.storage.revisions import Published

if TYPE_CHECKING:
    from sqlalchemy import Connection


@dataclass(frozen=True)
class History:
    """An app as it comes: its revisions, oldest first, numbered from 1 without gaps, each with its documents."""

    app: str
    published: Sequence[tuple[Published, Documents]]

    @property
    def documents(self) -> Documents:
        """Those of the newest revision."""
        return self.published[-1][1]


@dataclass(frozen=True)
class Founded:
    """The apps as they stand when this is committed, and every table of those that came, with all columns."""

    catalog: Catalog
    tables: Tables
    judged: Tables
    """The same without what fields held before their types changed: what the journal says the records are now."""


def hold_back(connection: Connection, apps: Iterable[str]) -> None:
    """Hold back every other publication until the transaction ends: what is looked at before these apps come holds."""
    lock_name(connection, PUBLISHING)
    for app in apps:
        lock_for_publish(connection, app)


def found(connection: Connection, execution: Execution, histories: Sequence[History]) -> Founded:
    """Keep these apps with all their revisions; they may speak of each other and of apps that are there.

    EngineError where one of them is here already (RUN-053), was here and was taken out of use, or does not hold.
    """
    hold_back(connection, [history.app for history in histories])
    ever = revisions.ever(connection)
    _refuse_known(histories, ever)
    types = execution.catalogs.types
    every = {(app, form): name for app in ever for form, name in held_names(connection, app).items()}
    _refuse_broken(histories, types)
    past = {item.app: shaping(item.app, (documents for _, documents in item.published)) for item in histories}
    names = _names(past, taken_names(connection, ever))
    every |= {(app, form): name for app, own in names.items() for form, name in own.items()}
    catalog = _compiled(connection, execution, histories, names)
    whole = tuple(spec for app, definitions in past.items() for spec in merged(definitions, names[app], every, types))
    now = tuple(spec for item in histories for spec in catalog.apps[item.app].tables)
    ddl.apply(connection, ddl.plan((), whole))
    ddl.apply(connection, ddl.plan(whole, _widened(now, whole)))
    for item in histories:
        settings.write(connection, TABLES + item.app, json.dumps(names[item.app], sort_keys=True))
        for one, documents in item.published:
            revisions.publish(connection, item.app, one.number, one.digest, documents, one.at, one.user)
    dialect = execution.catalogs.dialect
    return Founded(catalog, form_tables(whole, dialect), form_tables(without_earlier_shapes(whole), dialect))


def begin(connection: Connection, execution: Execution, founded: Founded, apps: Sequence[str]) -> None:
    """Let what goes by the clock follow, now that the apps' rows are there: a schedule keeps the slot that it has."""
    for app in apps:
        follow_app(connection, None, founded.catalog.apps[app], execution.clocks.business())


def _refuse_known(histories: Sequence[History], ever: Sequence[str]) -> None:
    known = [problems.APP_THERE.at(item.app, app=item.app) for item in histories if item.app in ever]
    if known:
        raise EngineError(known)


def _refuse_broken(histories: Sequence[History], types: Registry[FieldType]) -> None:
    """Raise with all that is wrong with the documents of any revision: each of them may be published once more."""
    broken: list[Problem] = []
    for item in histories:
        for one, documents in item.published:
            try:
                load_app(documents, types)
            except EngineError as error:
                broken.extend(
                    replace(problem, path=f"{item.app}/revisions/{one.number}/{problem.path}")
                    for problem in error.problems
                )
    if broken:
        raise EngineError(broken)


def _names(past: Mapping[str, Sequence[AppDef]], taken: set[str]) -> dict[str, Names]:
    """Return the physical names of each app's tables, as publishing revision after revision would have chosen them."""
    found: dict[str, Names] = {}
    for app, definitions in past.items():
        own: Names = {}
        for definition in definitions:
            own = with_columns(definition, assign_names(definition, own, taken))
        found[app] = own
        taken |= table_names(own)
    return found


def _compiled(
    connection: Connection, execution: Execution, histories: Sequence[History], names: Mapping[str, Names]
) -> Catalog:
    """Return the apps that are there and those that come, compiled together; EngineError with every problem."""
    before = execution.catalogs.current(connection).catalog
    there = [Installed(app.definition, app.revision, held_names(connection, app.key)) for app in before.apps.values()]
    types = execution.catalogs.types
    coming = [
        Installed(load_app(item.documents, types), item.published[-1][0].number, names[item.app]) for item in histories
    ]
    kept = list(_kept_out(coming))
    if kept:
        raise EngineError(kept)
    return execution.catalogs.compiled([*there, *coming])


def _kept_out(coming: Sequence[Installed]) -> Iterator[Problem]:
    return (problem for item in coming for problem in reserved(item.definition))


def _widened(now: Sequence[TableSpec], whole: Sequence[TableSpec]) -> Sequence[TableSpec]:
    """Return the tables of now, their numbers with the digits that they ever had: no column becomes narrower."""
    digits = {(spec.name, column.name): column.digits for spec in whole for column in spec.columns}
    return tuple(
        replace(spec, columns=tuple(replace(one, digits=digits[spec.name, one.name]) for one in spec.columns))
        for spec in now
    )
