"""A record as a line of an archive, and back: every column in its JSON form, no blank ones; it asks no database."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from engine.catalog.tables import ColumnSpec
from engine.kernel.canonical import Json
from engine.kernel.problems import EngineError
from engine.kernel.values import Row, StorageKind, Value
from engine.storage.app_rows import MOMENTS
from engine.storage.form_tables import FormTables
from engine.storage.rows import from_json, to_json
from engine.storage.system_columns import OWN_INTEGERS

_OF_LINES = frozenset(("parent", "position"))
"""What follows from where a line stands."""


class MisfitError(Exception):
    """A value that its column does not take; the text names the column."""


def said(row: Row, form: FormTables) -> dict[str, Json]:
    """Return what a line says of a record; its lines are lists of objects."""
    found = _values(row, form.main.columns)
    for field, lines in form.lines.items():
        if row[field]:
            found[field] = [_values(line, lines.columns) for line in row[field]]
    return found


def _values(row: Row, columns: Mapping[str, ColumnSpec]) -> dict[str, Json]:
    return {
        key: row[key] if column in OWN_INTEGERS else to_json(row[key], column)
        for key, column in columns.items()
        if key not in _OF_LINES and row[key] is not None
    }


def row_of(line: Mapping[str, Json], form: FormTables) -> Row:
    """Return the record that a line says; MisfitError with the first key that it has no place for."""
    row = dict(_read(line, form.main.columns, set(form.lines)))
    for field, lines in form.lines.items():
        listed = line.get(field)
        if listed is None:
            continue
        if not isinstance(listed, list) or not listed or not all(isinstance(item, dict) for item in listed):
            raise MisfitError(field)
        row[field] = tuple(dict(_read(item, lines.columns, set())) for item in listed)
    return row


def _read(line: Mapping[str, Json], columns: Mapping[str, ColumnSpec], beside: set[str]) -> Iterator[tuple[str, Value]]:
    known = columns.keys() - _OF_LINES
    for key in line.keys() - known - beside:
        raise MisfitError(key)
    if not isinstance(line.get("id"), str):
        raise MisfitError("id")
    for key in known & line.keys():
        yield key, _value(key, line[key], columns[key])


def _value(key: str, given: Json, column: ColumnSpec) -> Value:
    """Return a value that would be said in these very words."""
    if column in OWN_INTEGERS:
        if isinstance(given, int) and not isinstance(given, bool):
            return given
        raise MisfitError(key)
    if not _is_of(given, column.kind):
        raise MisfitError(key)
    try:
        value = from_json(given, column)
        again = to_json(value, column)
    except (EngineError, ArithmeticError, ValueError, TypeError) as error:
        raise MisfitError(key) from error
    if again != given or (column.kind is StorageKind.DATETIME and value not in MOMENTS):
        raise MisfitError(key)
    return value


def _is_of(given: Json, kind: StorageKind) -> bool:
    match kind:
        case StorageKind.JSON:
            return given is not None
        case StorageKind.BOOLEAN:
            return isinstance(given, bool)
        case StorageKind.TEXTS:
            return isinstance(given, list) and bool(given) and all(isinstance(item, str) for item in given)
        case _:
            return isinstance(given, str)
