"""Parameters of apps: what they are now, who set them, and setting them; it knows who may and nothing of rules.

A parameter that nobody set has the design's default. A blank value, and one that equals the default, go back to it:
then a later revision's default counts again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from engine.catalog.apps import App, Parameter
from engine.decision.changeset import Actor
from engine.decision.facts import PersonQuery
from engine.decision.problems import ABSENT
from engine.forms.definitions import scale_of
from engine.forms.field_types import FieldType
from engine.forms.writing import as_json
from engine.kernel.canonical import Json, compact
from engine.kernel.clocks import moment_text
from engine.kernel.identifiers import uuid7
from engine.kernel.problems import EngineError, Problem, Text
from engine.kernel.registries import Registry
from engine.kernel.values import Value
from engine.runtime.catalogs import Current
from engine.runtime.desk import Desk
from engine.runtime.directory import ADMIN_ROLE
from engine.runtime.problems import NO_PARAMETER, PARAMETER_MOVED
from engine.runtime.reading import Reading
from engine.runtime.timing import follow_parameters
from engine.runtime.views import FieldView, OptionView, ParameterChange, ParameterView, Viewer
from engine.storage import directory, journal
from engine.storage import parameters as stored
from engine.storage.journal import Authorship, JournalEntry
from engine.storage.locks import lock_name

if TYPE_CHECKING:
    from sqlalchemy import Connection

SHOWN_CHANGES = 50
SYSTEM = Text("系统", "System")


def may_set(app: App, roles: frozenset[tuple[str, str]]) -> bool:
    """Tell whether somebody with these roles may set an app's parameters: an administrator, or a role that says so."""
    giving = {(app.key, role.key) for role in app.definition.roles if role.parameters}
    return bool(app.parameters) and (ADMIN_ROLE in roles or bool(giving & roles))


def proposed(types: Registry[FieldType], app: App, wanted: Mapping[str, Json]) -> dict[str, Value]:
    """Return values for parameters in the engine's form, None being the default; EngineError with every problem."""
    found = {key: _proposed(types, app, key, raw) for key, raw in wanted.items()}
    problems = [value for value in found.values() if isinstance(value, Problem)]
    if problems:
        raise EngineError(problems)
    return {key: value for key, value in found.items() if not isinstance(value, Problem)}


def _proposed(types: Registry[FieldType], app: App, key: str, raw: Json) -> Value | Problem:
    item = app.parameters.get(key)
    if item is None:
        return NO_PARAMETER.at(key, key=key[:60], known=", ".join(app.parameters))
    value = _read(types, item, raw)
    return value.under(key) if isinstance(value, Problem) else value


class Parameters:
    """The parameters of apps, for a viewer. Every method raises EngineError (absent) for who may not set them."""

    def __init__(self, desk: Desk) -> None:
        """Read through ``desk`` and write with its execution."""
        self._desk = desk
        self._execution = desk.execution

    def list(self, viewer: Viewer, app: str) -> tuple[ParameterView, ...]:
        """Return the parameters of an app in the order of its design."""
        with self._desk.reading(viewer) as reading:
            found = _settable(reading.current, app, viewer.roles)
            last = journal.last_of_each(reading.connection, app, stored.SUBJECT)
            reading.fetch(PersonQuery(entry.actor) for _, entry in last.values() if entry.actor)
            return tuple(self._view(reading, found, item, last) for item in found.parameters.values())

    def changes(self, viewer: Viewer, app: str) -> tuple[ParameterChange, ...]:
        """Return the last changes of an app's parameters, newest first, at most ``SHOWN_CHANGES``."""
        with self._desk.reading(viewer) as reading:
            found = _settable(reading.current, app, viewer.roles)
            entries = journal.newest(reading.connection, app, stored.SUBJECT, SHOWN_CHANGES)
            reading.fetch(PersonQuery(entry.actor) for _, entry in entries if entry.actor)
            return tuple(self._change(reading, found, key, entry) for key, entry in entries)

    def set(
        self, viewer: Viewer, app: str, wanted: Mapping[str, Json], seen: Mapping[str, int] | None = None
    ) -> tuple[str, ...]:
        """Set parameters, all or none, and return the keys of those that are another now; None is the default.

        ``seen`` holds the versions on which a change was made: one that is older than now is a conflict, unless it asks
        for what is already so. EngineError carries every problem, the parameter's key as its place.
        """
        return self._execution.attempt(lambda connection: self._set(connection, viewer, app, wanted, seen or {}))

    def _set(
        self, connection: Connection, viewer: Viewer, app: str, wanted: Mapping[str, Json], seen: Mapping[str, int]
    ) -> tuple[str, ...]:
        execution = self._execution
        lock_name(connection, f"parameters/{app}")  # what is read here is what the change is made on
        current = execution.locked(connection)
        person = directory.persons(connection, (viewer.id,)).get(viewer.id)
        found = _settable(current, app, person.roles if person is not None and person.active else frozenset())
        setting = _Setting(found, current, execution.catalogs.types, connection, seen)
        steps = tuple(setting.steps(wanted))
        if setting.problems:
            raise EngineError(setting.problems)
        moment, random = execution.clocks.business(), execution.randomness
        by = Authorship(Actor(viewer.id), uuid7(moment, random(10)), moment, random)
        for step in steps:
            stored.put(connection, by, app, step.key, step.value, step.said)
        follow_parameters(execution, connection, found, [step.key for step in steps], by.command)
        return tuple(step.key for step in steps)

    def _view(
        self, reading: Reading, app: App, item: Parameter, last: Mapping[str, tuple[int, JournalEntry]]
    ) -> ParameterView:
        definition = item.definition.field
        group = definition.key.partition(".")[0]
        form = app.forms.get(group)
        version, entry = last.get(definition.key, (0, None))
        types = self._execution.catalogs.types
        return ParameterView(
            key=definition.key,
            group=group,
            group_labels=form.definition.labels if form else None,
            field=_field_view(types, item),
            value=_json(types, item, reading.current.parameters[app.key][definition.key]),
            default=_json(types, item, item.default),
            version=version,
            changed_at=moment_text(entry.at) if entry else None,
            changed_by=entry.actor if entry else None,
            changed_by_shown=_author(reading, entry) if entry else None,
        )

    def _change(self, reading: Reading, app: App, key: str, entry: JournalEntry) -> ParameterChange:
        item = app.parameters.get(key)
        return ParameterChange(
            id=entry.id,
            key=key,
            field=_field_view(self._execution.catalogs.types, item) if item else None,
            at=moment_text(entry.at),
            by_shown=_author(reading, entry),
            before=entry.values.get("from"),
            after=entry.values.get("to"),
            reset=entry.action == stored.RESET,
        )


@dataclass(frozen=True)
class _Step:
    """One parameter that becomes another: ``value`` is what is stored, None for the default."""

    key: str
    value: Json
    said: Mapping[str, Json]


@dataclass
class _Setting:
    """Works out what setting parameters comes to; ``problems`` gather on the way."""

    app: App
    current: Current
    types: Registry[FieldType]
    connection: Connection
    seen: Mapping[str, int]
    problems: list[Problem] = field(default_factory=list)

    def steps(self, wanted: Mapping[str, Json]) -> Iterator[_Step]:
        """Go through what has to be written."""
        kept = {key: value for (app, key), value in stored.values(self.connection).items() if app == self.app.key}
        for key, raw in wanted.items():
            value = _proposed(self.types, self.app, key, raw)
            if isinstance(value, Problem):
                self.problems.append(value)
                continue
            item = self.app.parameters[key]
            to_keep = None if value == item.default else _json(self.types, item, value)
            if kept.get(key) != to_keep and self._is_as_seen(key, item):
                before = _json(self.types, item, self.current.parameters[self.app.key][key])
                yield _Step(key, to_keep, {"from": before, "to": _json(self.types, item, value)})

    def _is_as_seen(self, key: str, item: Parameter) -> bool:
        """Tell whether nobody changed the parameter since the sender saw it; gather the conflict where somebody did."""
        if key not in self.seen:
            return True
        version = len(journal.entries_about(self.connection, self.app.key, stored.SUBJECT, key))
        if version == self.seen[key]:
            return True
        labels = item.definition.field.labels
        now = _json(self.types, item, self.current.parameters[self.app.key][key])
        self.problems.append(
            PARAMETER_MOVED.at(key, label_zh=labels.zh, label_en=labels.en, now=_written(now)),
        )
        return False


def _settable(current: Current, app: str, roles: frozenset[tuple[str, str]]) -> App:
    found = current.catalog.apps.get(app)
    if found is None or not may_set(found, roles):
        raise EngineError(ABSENT.at())
    return found


def _read(types: Registry[FieldType], item: Parameter, raw: Json) -> Value | Problem:
    """Return a JSON value in the engine's form, or the problem with it; what is blank is the default."""
    definition = item.definition.field
    value = None if raw is None else types[definition.type].parse(raw, definition)
    return item.default if value is None else value


def _json(types: Registry[FieldType], item: Parameter, value: Value) -> Json:
    definition = item.definition.field
    return as_json(types[definition.type].storage, value, scale_of(definition))


def _written(value: Json) -> str:
    return value if isinstance(value, str) else compact(value)


def _field_view(types: Registry[FieldType], item: Parameter) -> FieldView:
    """Return what a page must know to draw a parameter as a field."""
    definition = item.definition.field
    return FieldView(
        key=definition.key,
        widget=types[definition.type].widget,
        labels=definition.labels,
        help=definition.help,
        options=tuple(OptionView(option.key, option.labels, option.retired) for option in definition.options),
        scale=scale_of(definition),
        limits=definition.properties,
    )


def _author(reading: Reading, entry: JournalEntry) -> object:
    person = reading.person(entry.actor) if entry.actor else None
    return person.display_name if person else SYSTEM
