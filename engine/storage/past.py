"""Lays the records of forms as they were over those of now, on one connection, and moves that picture forward in time.

A temporary view under the name of a form's table hides the table: every statement of the engine then reads the past,
unchanged. Only records that have changed since are stored beside it, from what the journal says of them. Nothing of it
outlives the connection's transaction (``Database.aside``), and nobody else sees anything.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection, MetaData, column, delete, func, insert, literal, select, table

from engine.catalog.tables import ColumnSpec
from engine.kernel.canonical import Json
from engine.kernel.clocks import Moment
from engine.kernel.problems import EngineError
from engine.kernel.values import Row, Value
from engine.storage import problems, system_tables
from engine.storage.form_tables import FormTables, PhysicalTable
from engine.storage.records import CHUNK, chunks
from engine.storage.rows import Physical, from_json, to_physical

MOST_RECORDS = 20_000
"""How many records of a form may have changed since; what they were is kept in memory."""

_PREFIX = "youju_past_"
_JOURNAL = system_tables.journal.c
_SAID = tuple(_JOURNAL[name] for name in ("record", "at", "actor", "rule", "version", "action", "payload"))

Place = tuple[str, str]
"""A form, by app and key."""


@dataclass(frozen=True, slots=True)
class Change:
    """One change of a record, as the journal tells it: ``values`` are what became another, in their JSON form."""

    place: Place
    record: str
    at: Moment
    actor: str | None
    rule: str | None
    version: int
    action: str
    values: Mapping[str, Json]


@dataclass
class _Layer:
    """The past of one form: what its changed records were, by id, up to the moment that the picture shows."""

    form: FormTables
    number: int
    past: dict[str, dict[str, Json]] = field(default_factory=dict)

    @property
    def own(self) -> str:
        """The table that holds the past of the records."""
        return f"{_PREFIX}{self.number}"

    def lines(self) -> Iterator[tuple[str, str, PhysicalTable]]:
        """Go through the lines of the form: the field, the table that holds their past, and the one that is hidden."""
        for at, (key, hidden) in enumerate(self.form.lines.items()):
            yield key, f"{self.own}_{at}", hidden


class Past:
    """The records of some forms as they were at ``moment``, from ``since`` on, as far as ``until``.

    What the rule ``without`` (its app and key) did meanwhile is left out: what is shown is what it had to look at.
    """

    def __init__(
        self,
        connection: Connection,
        forms: Iterable[FormTables],
        since: Moment,
        until: Moment,
        without: tuple[str, str] | None = None,
    ) -> None:
        """Show these forms as they were at ``since``; raises ``EngineError`` (STORE-065) where too much has changed."""
        self._connection = connection
        self._without = without
        self._changes: list[Change] = []
        self._passed = 0
        self._behind: dict[Place, dict[str, None]] = {}
        self._layers: dict[Place, _Layer] = {}
        self.moment = since
        for number, form in enumerate(forms):
            self._begin(_Layer(form, number), since, until)
        self._changes.sort(key=lambda change: (change.at, change.record, change.version))

    @property
    def changes(self) -> Sequence[Change]:
        """What happened between ``since`` and ``until``, in order of time."""
        return self._changes

    def move(self, moment: Moment) -> None:
        """Show the forms as they were at a later moment, with all that was done by then."""
        while self._passed < len(self._changes) and self._changes[self._passed].at <= moment:
            self.step()
        self.moment = moment
        self.show()

    def step(self) -> Change:
        """Let the next change happen and return it; the tables follow with ``show``."""
        change = self._changes[self._passed]
        self._passed += 1
        _fold(self._layers[change.place], change)
        self._behind.setdefault(change.place, {})[change.record] = None
        self.moment = change.at
        return change

    def show(self) -> None:
        """Let the tables follow what has happened."""
        for place, records in self._behind.items():
            layer, ids = self._layers[place], list(records)
            for name, key in ((layer.own, "id"), *((name, "parent") for _, name, _ in layer.lines())):
                self._connection.execute(delete(table(name, column(key))).where(column(key).in_(ids)))
            self._write(layer, ids)
        self._behind.clear()

    def row(self, place: Place, record: str) -> Row | None:
        """Return a record that has changed since, as it is in the picture; None where it is not there."""
        layer = self._layers[place]
        values = layer.past.get(record)
        if values is None:
            return None
        own = {key: _value(spec, values.get(key)) for key, spec in layer.form.main.columns.items()}
        return own | {key: _lines(physical, values.get(key)) for key, _, physical in layer.lines()}

    def _begin(self, layer: _Layer, since: Moment, until: Moment) -> None:
        place = (layer.form.app, layer.form.form)
        main, self._layers[place] = layer.form.main, layer
        changed = main.table.c.updated_at > literal(
            to_physical(since, main.columns["updated_at"], main.dialect), main.table.c.updated_at.type
        )
        ids = list(self._connection.execute(select(main.table.c.id).where(changed).limit(MOST_RECORDS + 1)).scalars())
        if len(ids) > MOST_RECORDS:
            raise EngineError(problems.TOO_MUCH_PAST.at(most=MOST_RECORDS))
        if not ids:
            return
        for change in self._told(place, ids):
            if self._is_left_out(change):
                continue
            if change.at > since:
                if change.at <= until:
                    self._changes.append(change)
            else:
                _fold(layer, change)
        self._lay(layer, ids)

    def _told(self, place: Place, ids: Sequence[str]) -> Iterator[Change]:
        """Go through what the journal says of records, each in the order of its versions."""
        about = (_JOURNAL.app == place[0], _JOURNAL.subject == place[1])
        for chunk in chunks(sorted(ids), CHUNK):
            query = select(*_SAID).where(*about, _JOURNAL.record.in_(chunk), _JOURNAL.version.is_not(None))
            for found in self._connection.execute(query.order_by(_JOURNAL.record, _JOURNAL.version, _JOURNAL.id)):
                values = {key: value for key, (_, value) in json.loads(found.payload).items()}
                yield Change(
                    place, found.record, found.at, found.actor, found.rule, found.version, found.action, values
                )

    def _is_left_out(self, change: Change) -> bool:
        """Tell whether the rule itself did it; a record that it made was made all the same."""
        return self._without == (change.place[0], change.rule) and change.version > 1

    def _lay(self, layer: _Layer, ids: Sequence[str]) -> None:
        """Hide the form's tables behind views that leave its changed records to those of the past."""
        schema = self._connection.dialect.identifier_preparer.quote_identifier(self._schema())
        touched = f"{layer.own}_ids"
        run = self._connection.exec_driver_sql
        run(f"CREATE TEMPORARY TABLE {touched} (id TEXT PRIMARY KEY)")
        self._connection.execute(insert(table(touched, column("id"))), [{"id": id} for id in ids])
        tables = [(layer.own, layer.form.main, "id"), *((name, lines, "parent") for _, name, lines in layer.lines())]
        for name, physical, key in tables:
            hidden = self._quoted(physical.table.name)
            columns = ", ".join(self._quoted(one.name) for one in physical.table.columns)
            run(f"CREATE TEMPORARY TABLE {name} AS SELECT {columns} FROM {schema}.{hidden} WHERE 1 = 0")  # noqa: S608 - names of ours
            for at, one in enumerate((key, *_followed(physical))):
                run(f"CREATE INDEX {name}_by_{at} ON {name} ({self._quoted(physical.table.c[one].name)})")
            there = (
                f"SELECT {columns} FROM {schema}.{hidden} WHERE {self._quoted(key)} NOT IN (SELECT id FROM {touched})"  # noqa: S608 - names of ours
            )
            run(f"CREATE TEMPORARY VIEW {hidden} AS {there} UNION ALL SELECT {columns} FROM {name}")  # noqa: S608 - names of ours
        self._write(layer, layer.past)

    def _schema(self) -> str:
        if self._connection.dialect.name == "sqlite":
            return "main"
        return str(self._connection.execute(select(func.current_schema())).scalar_one())

    def _quoted(self, name: str) -> str:
        return self._connection.dialect.identifier_preparer.quote_identifier(name)

    def _write(self, layer: _Layer, ids: Iterable[str]) -> None:
        """Put what these records were into the tables of the past."""
        listed = [(id, layer.past[id]) for id in ids if id in layer.past]
        self._insert(layer.own, layer.form.main, [values for _, values in listed])
        for key, name, hidden in layer.lines():
            lines = [(id, enumerate(values.get(key) or ())) for id, values in listed]
            self._insert(name, hidden, [line | {"parent": id, "position": at} for id, own in lines for at, line in own])

    def _insert(self, name: str, hidden: PhysicalTable, listed: Sequence[Mapping[str, Json]]) -> None:
        rows = [{key: _physical(hidden, key, one.get(key)) for key in hidden.columns} for one in listed]
        if rows:
            self._connection.execute(insert(hidden.table.to_metadata(MetaData(), name=name)), rows)


def _fold(layer: _Layer, change: Change) -> None:
    own = layer.past.setdefault(change.record, {"id": change.record})
    own.update(change.values)
    own["version"] = change.version


def _followed(hidden: PhysicalTable) -> Iterator[str]:
    """Go through the columns that lead to another record: what is related is found by them."""
    return (spec.key for spec in hidden.spec.columns if spec.references is not None)


def _lines(physical: PhysicalTable, said: Json) -> tuple[Row, ...] | None:
    columns = {key: spec for key, spec in physical.columns.items() if key not in {"parent", "position"}}
    return tuple({key: _value(spec, line.get(key)) for key, spec in columns.items()} for line in said or ()) or None


def _value(spec: ColumnSpec, said: Json) -> Value:
    """Return a value as the journal tells it; one that the column no longer takes is blank: its type was another."""
    try:
        return from_json(said, spec)
    except (ArithmeticError, ValueError, TypeError, EngineError):
        return None


def _physical(hidden: PhysicalTable, key: str, said: Json) -> Physical:
    spec = hidden.columns[key]
    try:
        return to_physical(_value(spec, said), spec, hidden.dialect)
    except (ArithmeticError, ValueError, TypeError, EngineError):
        return None
