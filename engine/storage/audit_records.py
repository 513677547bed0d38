"""Compares the records' tables with what the journal says of them, column by column; trusts neither."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, inspect, select

from engine.kernel.canonical import Json
from engine.kernel.problems import EngineError
from engine.storage import problems
from engine.storage.audit_findings import Findings
from engine.storage.audit_turns import Turns, Written, possible
from engine.storage.form_tables import FormTables, PhysicalTable, Tables
from engine.storage.records import CHUNK
from engine.storage.rows import from_json, to_physical
from engine.storage.system_columns import CONVERTED

PURGE = "journal.purge"
"""The action of the last entry of a record that was purged: its row is gone for good."""

Stored = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class History:
    """What the journal says of a record in the end; ``version`` is None for what is not a record.

    ``written`` is what was ever written into fields whose type has changed.
    """

    values: Mapping[str, Json]
    version: int | None
    action: str
    written: Mapping[str, Written] = field(default_factory=dict)


class RecordCheck:
    """Goes through the records of all forms beside the journal, which names them in the same order."""

    def __init__(self, connection: Connection, tables: Tables, findings: Findings, turns: Turns) -> None:
        """Begin before the first form."""
        self._turns = turns
        self._connection = connection
        self._tables = tables
        self._findings = findings
        self._left = dict.fromkeys(sorted(tables))
        self._form: FormTables | None = None
        self._records: Iterator[Stored] = iter(())
        self._next: Stored | None = None

    def compare(self, app: str, form: str, record: str, history: History) -> None:
        """Compare one record with its history; records come in the order of app, form and id."""
        if not self._turn_to(app, form):
            self._findings.unchecked.add(f"{app}.{form}")
            return
        self._skip_below(record)
        row = self._next if self._next is not None and self._next["id"] == record else None
        place = f"{app}.{form}.{record}"
        if row is None:
            if history.action != PURGE:
                self._findings.add(problems.RECORD_MISSING.at(place))
            return
        self._next = next(self._records, None)
        self._findings.saw("records")
        if history.action == PURGE:
            self._findings.add(problems.RECORD_UNJOURNALLED.at(place))
        for key in self._differing(row, record, history):
            self._findings.add(problems.RECORD_DIFFERS.at(f"{place}.{key}", field=key))

    def finish(self) -> None:
        """Say that records which the journal does not name are not in it."""
        self._skip_below(None)
        for app, form in list(self._left):
            self._turn_to(app, form)
            self._skip_below(None)

    def _turn_to(self, app: str, form: str) -> bool:
        if self._form is not None and (self._form.app, self._form.form) == (app, form):
            return True
        if (app, form) not in self._left:
            return False
        self._skip_below(None)
        del self._left[app, form]
        self._form = self._tables[app, form]
        self._note_unchecked(self._form)
        self._records = _stored_records(self._connection, self._form)
        self._next = next(self._records, None)
        return True

    def _note_unchecked(self, form: FormTables) -> None:
        for table in (form.main, *form.lines.values()):
            there = {column["name"] for column in inspect(self._connection).get_columns(table.spec.name)}
            place = f"{table.spec.app}.{table.spec.form}"
            known = {column.name for column in table.columns.values()} | {CONVERTED.key}
            self._findings.unchecked |= {f"{place}.{column}" for column in there - known}

    def _skip_below(self, record: str | None) -> None:
        while self._next is not None and (record is None or str(self._next["id"]) < record):
            if self._form is not None:
                place = f"{self._form.app}.{self._form.form}.{self._next['id']}"
                self._findings.add(problems.RECORD_UNJOURNALLED.at(place))
            self._next = next(self._records, None)

    def _differing(self, row: Stored, record: str, history: History) -> Iterator[str]:
        if self._form is None:
            return
        expected = {**history.values, "id": record, "version": history.version}
        turned = self._turns.get((self._form.app, self._form.form), {})
        for key in self._form.main.columns:
            if key in turned:
                values = list(possible(history.written[key], turned[key], self._form.main.dialect))
            elif key in {"id", "version"}:
                values = [expected[key]]
            else:
                values = [_physical(self._form.main, key, expected.get(key))]
            if not any(same(value, row[key]) for value in values):
                yield key
        for key, lines in self._form.lines.items():
            if not same(list(_expected_lines(lines, record, expected.get(key))), row[key]):
                yield key


def _stored_records(connection: Connection, form: FormTables) -> Iterator[Stored]:
    """Yield all records of a form in order of their ids as the database has them, each with the rows of its lines."""
    main, last = form.main.table, None
    while True:
        query = form.main.everything.order_by(main.c.id).limit(CHUNK)
        found = connection.execute(query if last is None else query.where(main.c.id > last)).all()
        rows = [dict(zip(form.main.columns, row, strict=True)) for row in found]
        lines = {key: _stored_lines(connection, table, rows) for key, table in form.lines.items()}
        for row in rows:
            yield {**row, **{key: found.get(row["id"], []) for key, found in lines.items()}}
        if len(rows) < CHUNK:
            return
        last = rows[-1]["id"]


def _stored_lines(connection: Connection, lines: PhysicalTable, rows: Sequence[Any]) -> dict[str, list[Stored]]:
    gathered: dict[str, list[Stored]] = {}
    table = lines.table
    query = select(*table.columns).where(table.c.parent.in_([row["id"] for row in rows]))
    for found in connection.execute(query.order_by(table.c.parent, table.c.position, table.c.id)):
        line = dict(zip(lines.columns, found, strict=True))
        gathered.setdefault(line["parent"], []).append(line)
    return gathered


def _expected_lines(lines: PhysicalTable, record: str, value: Json) -> Iterator[Stored]:
    for position, line in enumerate(value or ()):
        fields = {column.key: _physical(lines, column.key, line.get(column.key)) for column in lines.spec.columns}
        yield {"id": line["id"], "parent": record, "position": position, **fields}


class _NoValue:
    """Stands for what no column can hold; it differs from everything."""


def _physical(table: PhysicalTable, key: str, value: Json) -> Any:  # noqa: ANN401 - whatever the driver takes
    column = table.columns[key]
    try:
        return to_physical(from_json(value, column), column, table.dialect)
    except (EngineError, ArithmeticError, ValueError, TypeError):
        return _NoValue()


def same(expected: Any, found: Any) -> bool:  # noqa: ANN401 - two values of a driver
    """Tell whether two physical values are the same, true and 1 apart."""
    if isinstance(expected, dict) and isinstance(found, dict):
        return expected.keys() == found.keys() and all(same(value, found[key]) for key, value in expected.items())
    if isinstance(expected, list) and isinstance(found, list):
        return len(expected) == len(found) and all(map(same, expected, found))
    return isinstance(expected, bool) is isinstance(found, bool) and bool(expected == found)
