"""Turns values into what a column holds and back, and into the JSON that journals keep; knows types, not forms."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from engine.catalog.tables import ColumnSpec
from engine.forms.writing import as_json
from engine.kernel.canonical import Json, compact
from engine.kernel.clocks import date_of, datetime_of, day_number, moment_number
from engine.kernel.problems import EngineError, Problem
from engine.kernel.values import Row, StorageKind, Value
from engine.storage import problems
from engine.storage.database import Dialect
from engine.storage.system_columns import OWN_INTEGERS

Physical = Any
"""What a database driver takes and gives for a column."""

LONGEST_INDEXED = 600
"""Characters that fit an index entry of PostgreSQL, whatever the characters are; the limit holds on SQLite too."""


@dataclass(frozen=True, slots=True)
class Codec:
    """How a table's rows are turned: only columns whose two forms differ have an entry."""

    keys: tuple[str, ...]
    encoders: Mapping[str, Callable[[Value], Physical]]
    decoders: tuple[tuple[str, Callable[[Physical], Value]], ...]

    def encode(self, values: Row) -> dict[str, Physical]:
        """Return the physical form of these values; raises ``EngineError`` with every value that does not fit."""
        physical: dict[str, Physical] = {}
        found: list[Problem] = []
        for key, value in values.items():
            turn = None if value is None else self.encoders.get(key)
            try:
                physical[key] = value if turn is None else turn(value)
            except EngineError as error:
                found.extend(problem.under(key) for problem in error.problems)
        if found:
            raise EngineError(problem.under("fields") for problem in found)
        return physical

    def decode(self, physical: Iterable[Physical]) -> dict[str, Value]:
        """Return a row from the values of all columns in the order of ``keys``."""
        row = dict(zip(self.keys, physical, strict=True))
        for key, turn in self.decoders:
            value = row[key]
            if value is not None:
                row[key] = turn(value)
        return row


def codec_for(columns: Mapping[str, ColumnSpec], dialect: Dialect) -> Codec:
    """Return the codec of a table with these columns."""
    encoders: dict[str, Callable[[Value], Physical]] = {}
    decoders: list[tuple[str, Callable[[Physical], Value]]] = []
    for key, column in columns.items():
        encode, decode = _turns(column, dialect)
        if encode is not None:
            encoders[key] = encode
        if decode is not None:
            decoders.append((key, decode))
    return Codec(tuple(columns), encoders, tuple(decoders))


_Turn = Callable[[Any], Any]


def _turns(column: ColumnSpec, dialect: Dialect) -> tuple[_Turn | None, _Turn | None]:
    """Return how a column's values go in and come out; None where they stay as they are."""
    sqlite = dialect == "sqlite"
    if column in OWN_INTEGERS:
        return None, None
    if column.kind is StorageKind.NUMBER:
        return _number_encoder(column, sqlite), None if sqlite else _number_decoder(column)
    if column.kind is StorageKind.TEXT and (column.indexed or column.unique):
        return _short_text, None
    return (_SQLITE_TURNS if sqlite else _POSTGRES_TURNS).get(column.kind, (None, None))


def _number_encoder(column: ColumnSpec, sqlite: bool) -> _Turn:
    bound = 10**column.digits
    scale, digits = -column.scale, column.digits

    def encode(value: int) -> Physical:
        if not -bound < value < bound:
            raise EngineError(problems.NUMBER_TOO_LARGE.at(digits=digits))
        return value if sqlite else Decimal(value).scaleb(scale)

    return encode


def _number_decoder(column: ColumnSpec) -> _Turn:
    factor = 10**column.scale
    return lambda value: int(value * factor)


def _short_text(value: str) -> str:
    if len(value) > LONGEST_INDEXED:
        raise EngineError(problems.TEXT_TOO_LONG.at(most=LONGEST_INDEXED))
    return value


def _json_list(value: Sequence[str]) -> str:
    return compact(list(value))


def _loaded_tuple(value: str) -> tuple[str, ...]:
    return tuple(json.loads(value))


_SQLITE_TURNS: Mapping[StorageKind, tuple[_Turn | None, _Turn | None]] = MappingProxyType(
    {
        StorageKind.BOOLEAN: (int, bool),
        StorageKind.TEXTS: (_json_list, _loaded_tuple),
        StorageKind.JSON: (compact, json.loads),
    }
)
_POSTGRES_TURNS: Mapping[StorageKind, tuple[_Turn | None, _Turn | None]] = MappingProxyType(
    {
        StorageKind.DATE: (date_of, day_number),
        StorageKind.DATETIME: (datetime_of, moment_number),
        StorageKind.TEXTS: (list, tuple),
    }
)


def to_physical(value: Value, column: ColumnSpec, dialect: Dialect) -> Physical:
    """Return one value as the column holds it; for what is compared with a column rather than stored in it."""
    if value is None or (column.kind is StorageKind.TEXT):
        return value
    encode, _ = _turns(column, dialect)
    return value if encode is None else encode(value)


def from_physical(value: Physical, column: ColumnSpec, dialect: Dialect) -> Value:
    """Return one value from what the column holds."""
    _, decode = _turns(column, dialect)
    return value if value is None or decode is None else decode(value)


def to_json(value: Value, column: ColumnSpec) -> Json:
    """Return the value in its JSON form: numbers as decimal text, ISO dates, moments in UTC with ``Z``."""
    return as_json(column.kind, value, column.scale)


def from_json(value: Json, column: ColumnSpec) -> Value:
    """Return the value of a JSON form that ``to_json`` wrote."""
    if value is None:
        return None
    match column.kind:
        case StorageKind.NUMBER:
            return int(Decimal(value).scaleb(column.scale))
        case StorageKind.DATE:
            return day_number(date.fromisoformat(value))
        case StorageKind.DATETIME:
            return moment_number(datetime.fromisoformat(value))
        case StorageKind.TEXTS:
            return tuple(value)
        case _:
            return value


def lines_to_json(lines: Sequence[Row] | None, columns: Mapping[str, ColumnSpec]) -> Json:
    """Return a record's lines in their JSON form: objects with an id, and the design's fields that are not blank."""
    if not lines:
        return None
    return [
        {"id": line["id"]}
        | {key: to_json(line[key], column) for key, column in columns.items() if line.get(key) is not None}
        for line in lines
    ]
