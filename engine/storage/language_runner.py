"""Runs cases of the language on every back end in reach; knows no form's tables, only those that a case brings."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from math import isfinite
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy import Connection, FromClause
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.pool import StaticPool

from engine.kernel.canonical import Json
from engine.kernel.clocks import real_moment
from engine.kernel.problems import EngineError, Problem
from engine.kernel.values import Row
from engine.language.backends.javascript.trees import to_json
from engine.language.backends.javascript.worlds import world_json
from engine.language.backends.sql import sqlite_functions
from engine.language.backends.sql.people import PEOPLE
from engine.language.backends.sql.queries import SqlContext, from_database, to_value
from engine.language.backends.sql.terms import DialectName
from engine.language.case_shapes import is_deep
from engine.language.case_values import bad_case, is_whole
from engine.language.cases import Case, Table, read_case, shown
from engine.language.compiling import compile_expression
from engine.language.expressions import Expression
from engine.language.scope import FieldScope, FormScope
from engine.language.tree import DIRECTORY
from engine.language.types import (
    TextType,
    type_key,
)
from engine.storage.case_rows import rows_as_table
from engine.storage.javascript import LEAST_NODE, NODE_VARIABLE, Evaluator, evaluator, find_node
from engine.storage.problems import UNFORESEEN

log = logging.getLogger(__name__)

BACKENDS = ("python", "sqlite", "javascript", "postgresql")
DATABASE_VARIABLE = "YOUJU_DATABASE_URL"
_LONGEST_REASON = 200

Runner = Callable[[Case, Expression], Json]
"""Answers a case on one back end: the value in the form of the contract, or why it declines."""


def run_lines(
    lines: Iterable[str], backends: Sequence[str] | None = None, database: str | None = None
) -> Iterator[str]:
    """Yield one line of JSON for every line of JSON that is not blank, in order.

    ``backends`` are of ``BACKENDS``; without it all that are reachable: PostgreSQL by the URL ``database``, else the
    one in ``YOUJU_DATABASE_URL``, JavaScript where there is a Node.js.
    """
    with ExitStack() as opened:
        names = backends if backends is not None else reachable(database)
        runners = {name: _runner(name, opened, database) for name in names}
        for line in lines:
            if line.strip():
                yield _line(_answered(line, runners))


def _line(answer: Json) -> str:
    """Return the answer as a line that can be written: an id may hold half of a character, which is escaped."""
    text = json.dumps(answer, ensure_ascii=False)
    return text if is_whole(text) else json.dumps(answer)


def reachable(database: str | None = None) -> tuple[str, ...]:
    """Return the back ends that can run here; ``database`` is the URL of PostgreSQL, if not that of the environment."""
    absent = {
        "javascript": find_node() is None,
        "postgresql": not _url(database).startswith("postgresql"),
    }
    return tuple(name for name in BACKENDS if not absent.get(name))


def _url(database: str | None) -> str:
    return os.environ.get(DATABASE_VARIABLE, "") if database is None else database


def _runner(name: str, opened: ExitStack, database: str | None) -> Runner:
    match name:
        case "python":
            return _on_python
        case "javascript":
            node = find_node()
            return _without_node if node is None else partial(_on_javascript, opened.enter_context(evaluator(node)))
        case _:
            try:
                return partial(_on_database, opened.enter_context(_connection(name, database)))
            except SQLAlchemyError as error:
                return partial(_without_database, str(error).partition("\n")[0])


@contextmanager
def _connection(name: str, database: str | None) -> Iterator[Connection]:
    if name == "sqlite":
        engine = sa.create_engine("sqlite://", poolclass=StaticPool)
    else:
        engine = sa.create_engine(_url(database), isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            if name == "sqlite":
                sqlite_functions.register(cast("Any", connection.connection.dbapi_connection))
            else:
                connection.exec_driver_sql("SET TIME ZONE 'UTC'")
            # Every case is another statement: keeping their compiled forms would only cost.
            yield connection.execution_options(compiled_cache=None)
    finally:
        engine.dispose()


def _answered(line: str, runners: Mapping[str, Runner]) -> Json:
    """Answer one line, whatever it is: what no one has foreseen is logged, and the next line has its turn."""
    case_id: Json = None
    try:
        document = _document(line)
        case_id = document.get("id")
        case = read_case(document, real_moment())
        expression = compile_expression(case.source, case.scope)
        answer: dict[str, Json] = {"id": case_id, "type": type_key(expression.type)}
        return answer | {name: run(case, expression) for name, run in runners.items()}
    except EngineError as error:
        return {"id": case_id, "error": _shown_problem(error.problems[0])}
    except Exception as error:
        log.exception("the line of case %r could not be answered", case_id)
        reason = f"{type(error).__name__}: {error}"[:_LONGEST_REASON]
        return {"id": case_id, "error": _shown_problem(UNFORESEEN.at("", start=0, end=0, reason=reason))}


def _document(line: str) -> dict[str, Json]:
    try:
        document = json.loads(line, parse_constant=_no_number, parse_float=_finite)
    except (ValueError, RecursionError) as error:
        raise bad_case(str(error)) from None
    if not isinstance(document, dict):
        raise bad_case("{}")
    if is_deep(document):
        raise bad_case("[[[[…]]]]")
    return document


def _finite(written: str) -> float:
    """Read a number that is no whole one; beyond the range it would be infinite, which JSON does not know."""
    number = float(written)
    if not isfinite(number):
        raise bad_case(written)
    return number


def _no_number(constant: str) -> Json:
    """Refuse NaN and the infinities, which Python's reader takes and JSON does not know."""
    raise bad_case(constant)


def _shown_problem(problem: Problem) -> Json:
    start = problem.start or 0
    message = f"第 {start + 1} 列: {problem.message.zh}"
    hint = problem.hint.zh
    return {"code": problem.code, "message": message, "hint": hint, "start": start, "end": problem.end or start}


def _on_python(case: Case, expression: Expression) -> Json:
    return shown(expression.evaluate(case.row, case.surroundings), expression.type)


def _on_javascript(process: Evaluator, case: Case, expression: Expression) -> Json:
    world = world_json(case.surroundings, case.scope, [case.row])
    try:
        values = process.answer([to_json(expression.tree)], world)[0]
    except EngineError as error:
        return {"declined": error.problems[0].message.en}
    value = values[0] if isinstance(values, list) else values
    return {"declined": str(*value.values())} if isinstance(value, dict) else value


def _without_database(reason: str, _: Case, __: Expression) -> Json:
    return {"declined": f"no database at {DATABASE_VARIABLE}: {reason}"}


def _without_node(_: Case, __: Expression) -> Json:
    return {"declined": f"no Node.js {LEAST_NODE} or newer was found; name one in {NODE_VARIABLE}"}


def _on_database(connection: Connection, case: Case, expression: Expression) -> Json:
    dialect: DialectName = "sqlite" if connection.dialect.name == "sqlite" else "postgresql"
    around = case.surroundings
    table = case.tables[case.scope.form.key] if case.scope.form is not None else None
    row = _selected([case.row], table, dialect)
    scope = SqlContext(
        dialect,
        row,
        lambda app, form: _directory(case, form, dialect) if app == DIRECTORY else _rows_of(case.tables[form], dialect),
        around,
        around.old,
    )
    try:
        found = connection.execute(sa.select(to_value(expression, scope)).select_from(row)).scalar_one()
    except DBAPIError as error:
        return {"declined": str(error.orig)}
    except SQLAlchemyError as error:
        return {"declined": str(error)}
    except EngineError as error:
        return {"declined": error.problems[0].message.en}
    return shown(from_database(found, expression.type, dialect), expression.type)


def _rows_of(table: Table, dialect: DialectName) -> FromClause:
    return _selected(table.rows, table, dialect)


def _directory(case: Case, form: str, dialect: DialectName) -> FromClause:
    """Return the people of a case, or the roles of those who are active, as a table."""
    people = case.surroundings.people
    if form == PEOPLE:
        fields = {key: FieldScope(key, key, TextType()) for key in ("id", "name", "department", "manager")}
        rows: tuple[Row, ...] = tuple(
            {"id": id, "name": one.display_name, "department": one.department, "manager": one.manager}
            for id, one in people.items()
        )
    else:
        fields = {key: FieldScope(key, key, TextType()) for key in ("person", "app", "role")}
        rows = tuple(
            {"person": id, "app": app, "role": role}
            for id, one in people.items()
            for app, role in sorted(one.held_roles)
        )
    return _selected(rows, Table(FormScope(DIRECTORY, form, fields), rows), dialect)


def _selected(rows: Sequence[Row], table: Table | None, dialect: DialectName) -> FromClause:
    kinds = {} if table is None else {key: field.type for key, field in table.scope.fields.items()}
    return rows_as_table(rows, kinds, dialect)
