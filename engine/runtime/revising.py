"""What the next revision of an app would be among the others, and what stands in its way; it only reads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.catalog.apps import App, Catalog
from engine.catalog.compiling import Installed
from engine.catalog.definitions import AppDef, load_app
from engine.catalog.naming import assign_names, with_columns
from engine.catalog.restating import restated
from engine.catalog.restating_tables import restated_tables
from engine.kernel.problems import Problem
from engine.runtime import problems
from engine.runtime.catalogs import held_names, taken_names
from engine.runtime.execution import Execution
from engine.runtime.reuse import Past, reused
from engine.runtime.turning import Turning, turnings
from engine.storage import revisions
from engine.storage.query import bounded_count

if TYPE_CHECKING:
    from sqlalchemy import Connection

COUNTED = 1_000
"""Records are counted up to here; beyond it there are "more than"."""

RESERVED_APPS = frozenset(("absences", "approvals", "apps", "files", "inbox"))
RESERVED_FORMS = frozenset(("actions", "boards", "moves", "parameters", "revisions", "runs", "studio"))
"""Keys that addresses of the API and of pages have for something else: what goes by them could not be reached."""


@dataclass(frozen=True)
class Next:
    """All apps as they would stand, the physical names of the new tables, and what forbids publishing, if anything.

    ``turnings`` are the fields that get another type.
    """

    catalog: Catalog
    names: Mapping[str, str]
    obstacles: tuple[Problem, ...]
    turnings: tuple[Turning, ...] = ()


def next_revision(connection: Connection, execution: Execution, definition: AppDef, before: Catalog) -> Next | None:
    """Return what publishing a design would make of the apps ``before``; None where it would change nothing.

    What it holds is stored by keys, whatever the design calls it. EngineError where it does not compile.
    """
    old = before.apps.get(definition.key)
    if old is not None and old.definition.digest == definition.digest:
        return None
    types = execution.catalogs.types
    past = execution.catalogs.pasts.of(connection, definition.key, old.revision if old is not None else 0)
    names = _names(connection, definition, past)
    after = _compiled(connection, execution, definition, before, names)
    written = after.apps[definition.key]
    stored = restated_tables(restated(definition.documents, written.placed), written.decision_tables)
    if stored is not definition.documents:
        definition = load_app(stored, types)
        if old is not None and old.definition.digest == definition.digest:
            return None
        after = _compiled(connection, execution, definition, before, names)
    found = [*reserved(definition), *_stranded(connection, execution, before, after.apps[definition.key])]
    found += reused(past, definition, types)
    last = {(name[0], name[1]): field for name, field in past.fields.items() if len(name) == len(("form", "field"))}
    turned = () if found else turnings(after.apps[definition.key], last, names, types)
    return Next(after, names, tuple(found), turned)


def _names(connection: Connection, definition: AppDef, past: Past) -> dict[str, str]:
    elsewhere = (app for app in revisions.ever(connection) if app != definition.key)
    held = held_names(connection, definition.key)
    if not any(":" in name for name in held):
        held |= past.shapes
    return with_columns(definition, assign_names(definition, held, taken_names(connection, elsewhere)))


def _compiled(
    connection: Connection, execution: Execution, definition: AppDef, before: Catalog, names: Mapping[str, str]
) -> Catalog:
    others = [app for app in before.apps.values() if app.key != definition.key]
    old = before.apps.get(definition.key)
    installed = [Installed(app.definition, app.revision, held_names(connection, app.key)) for app in others]
    new = Installed(definition, (old.revision if old else 0) + 1, names)
    return execution.catalogs.compiled([*installed, new])


def reserved(definition: AppDef) -> Iterator[Problem]:
    """Find an app or a form whose key is an address of something else."""
    if definition.key in RESERVED_APPS:
        yield problems.RESERVED_KEY.at("app.json#/key", key=definition.key)
    for form in definition.forms:
        if form.key in RESERVED_FORMS:
            yield problems.RESERVED_KEY.at(f"forms/{form.key}.json#/key", key=form.key)


def _stranded(connection: Connection, execution: Execution, before: Catalog, app: App) -> Iterator[Problem]:
    """Find states that the next revision does not have and records are in: nobody could read them or move them on."""
    tables = execution.catalogs.tables(before)
    for form, flow in app.workflows.items():
        table = tables.get((app.key, form))
        if table is None:
            continue
        state = table.main.table.c.state
        elsewhere = state.not_in(sorted(flow.states))
        count, _ = bounded_count(connection, table, [state.is_not(None), elsewhere], COUNTED)
        if count:
            place = f"workflows/{flow.definition.key}.json#/states"
            yield problems.STATE_IN_USE.at(place, form=form, count=count, states=", ".join(flow.states))
