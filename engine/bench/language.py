"""Times the rule language: compiling, and the five standard conditions on every back end."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from decimal import Decimal
from itertools import repeat
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy import Connection

from engine.bench.conditions import AROUND, CONDITIONS, LIMIT, SCOPE, TODAY, TYPES, Condition, made_rows
from engine.bench.malformed import GOOD, malformed
from engine.bench.measuring import ROUNDS, Line, Work, bounded, compared, timed, yardstick
from engine.kernel.clocks import date_of
from engine.kernel.problems import EngineError
from engine.language.backends.sql import sqlite_functions
from engine.language.backends.sql.queries import SqlContext, to_condition
from engine.language.backends.sql.terms import DialectName
from engine.language.compiling import compile_expression
from engine.language.types import BooleanType, DateType, NumberType, Type

PYTHON_REACH = SQL_REACH = 1.1
COMPILE_SECONDS = 0.001
MALFORMED_SECONDS = 0.05

_COMPILED_EACH = 40
_BATCH = 20_000
_TRIES = 3
_TABLE = "bench_case"


def python_lines(count: int, rounds: int = ROUNDS) -> Iterator[Line]:
    """Yield a line for each condition over ``count`` records, and one for all of them."""
    rows = made_rows(count)
    for condition in CONDITIONS:
        holds = compile_expression(condition.source, SCOPE).holds
        yield compared(
            f"lang python {condition.name}",
            lambda holds=holds: sum(map(holds, rows, repeat(AROUND))),  # type: ignore[misc]
            lambda hand=condition.by_hand: sum(map(hand, rows, repeat(AROUND))),  # type: ignore[misc]
            PYTHON_REACH,
            rounds,
        )


def compile_lines() -> Iterator[Line]:
    """Yield the line of parsing, checking and compiling one expression that nothing has seen before."""
    pace = yardstick()
    seconds = [
        timed(lambda source=f"{condition.source} and amount != {number}": compile_expression(source, SCOPE))  # type: ignore[misc]
        for number in range(_COMPILED_EACH)
        for condition in CONDITIONS
    ]
    yield bounded("lang compile", seconds, COMPILE_SECONDS, pace)


def malformed_lines() -> Iterator[Line]:
    """Yield the line of the slowest of hundreds of inputs that are no expressions."""
    _refused(GOOD[0])
    pace = yardstick()
    seconds = [_quickest(lambda source=source: _refused(source)) for source in malformed()]  # type: ignore[misc]
    yield bounded("lang malformed", seconds, MALFORMED_SECONDS, pace, worst=True)


def _quickest(work: Work) -> float:
    """Return the least of a few times: one input is timed once, and what else the machine does must not decide."""
    return min(timed(work) for _ in range(_TRIES))


def _refused(source: str) -> bool:
    try:
        compile_expression(source, SCOPE)
    except EngineError:
        return True
    return False


def sql_lines(url: str, count: int, rounds: int = ROUNDS) -> Iterator[Line]:
    """Yield a line for each condition as a filter over ``count`` rows of a table that is dropped afterwards."""
    with _filled(url, count) as (connection, table):
        name: DialectName = "sqlite" if connection.dialect.name == "sqlite" else "postgresql"
        scope = SqlContext(name, table, lambda _app, _form: table.alias(), AROUND)
        for condition in CONDITIONS:
            made = to_condition(compile_expression(condition.source, SCOPE), scope)
            ours = sa.select(sa.func.count()).select_from(table).where(made)
            theirs = _by_hand(condition, name)
            _same_rows(connection, condition, ours, theirs)
            yield compared(
                f"lang {name} {condition.name}",
                _counting(connection, ours),
                _counting(connection, theirs),
                SQL_REACH,
                rounds,
            )


def _counting(connection: Connection, statement: sa.Executable) -> Callable[[], object]:
    return lambda: connection.execute(statement).scalar_one()


def _same_rows(connection: Connection, condition: Condition, ours: sa.Executable, theirs: sa.Executable) -> None:
    counts = connection.execute(ours).scalar_one(), connection.execute(theirs).scalar_one()
    if counts[0] != counts[1]:
        message = f"{condition.name}: {counts[0]} rows, by hand {counts[1]}"
        raise ValueError(message)


def _by_hand(condition: Condition, dialect: DialectName) -> sa.Executable:
    written = condition.sqlite if dialect == "sqlite" else condition.postgresql
    values: dict[str, Any] = {"today": TODAY, "limit": LIMIT}
    if dialect == "postgresql":
        values = {"today": date_of(TODAY), "limit": Decimal(LIMIT).scaleb(-2)}
    used = {key: value for key, value in values.items() if f":{key}" in written}
    return sa.text(f"SELECT count(*) FROM {_TABLE} WHERE {written}").bindparams(**used)  # noqa: S608


@contextmanager
def _filled(url: str, count: int) -> Iterator[tuple[Connection, sa.Table]]:
    engine = sa.create_engine(url)
    native = engine.dialect.name != "sqlite"
    table = sa.Table(
        _TABLE, sa.MetaData(), *(sa.Column(key, _column_type(kind, native=native)) for key, kind in TYPES.items())
    )
    try:
        with engine.connect() as connection:
            if not native:
                sqlite_functions.register(cast("Any", connection.connection.dbapi_connection))
            table.drop(connection, checkfirst=True)
            table.create(connection)
            _fill(connection, table, count, native=native)
            try:
                yield connection, table
            finally:
                connection.rollback()
                table.drop(connection)
                connection.commit()
    finally:
        engine.dispose()


def _fill(connection: Connection, table: sa.Table, count: int, *, native: bool) -> None:
    rows = made_rows(min(count, _BATCH))
    stored = [_stored(row) for row in rows] if native else rows
    for start in range(0, count, len(stored)):
        connection.execute(sa.insert(table), stored[: count - start])
    connection.commit()
    connection.exec_driver_sql(f"ANALYZE {_TABLE}")
    connection.commit()


def _stored(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row as PostgreSQL keeps it: decimals and days as what they are."""
    return {key: _native(row[key], kind) for key, kind in TYPES.items()}


def _native(value: Any, kind: Type) -> object:  # noqa: ANN401
    match kind:
        case NumberType(scale) if value is not None:
            return Decimal(value).scaleb(-scale)
        case DateType() if value is not None:
            return date_of(value)
        case _:
            return value


def _column_type(kind: Type, *, native: bool) -> sa.types.TypeEngine[Any]:
    match kind:
        case NumberType(scale, digits):
            return sa.Numeric(digits, scale) if native else sa.BigInteger()
        case DateType():
            return sa.Date() if native else sa.Integer()
        case BooleanType():
            return sa.Boolean() if native else sa.Integer()
        case _:
            return sa.Text(collation="C") if native else sa.Text()


def as_text(lines: Sequence[Line], *, as_json: bool) -> Iterator[str]:
    """Yield the lines to print: JSON objects, or words in columns."""
    for line in lines:
        if as_json:
            yield json.dumps(line.as_json(), ensure_ascii=False)
            continue
        against = "" if line.ratio is None else f" ÷ {line.reference:.4g} {line.unit} = {line.ratio:.3f}×"
        mark = "✓" if line.holds else "✗"
        yield f"{mark} {line.name:32} {line.value:.4g} {line.unit}{against}  ({line.reach})  {line.note}".rstrip()
