"""Decision tables of the installed apps: find one, and ask it outside of any record."""

from __future__ import annotations

from collections.abc import Mapping

from engine.kernel.canonical import Json
from engine.kernel.problems import EngineError, Problem
from engine.kernel.values import Value
from engine.language.case_values import bad_case, read_value
from engine.language.decisions import Decision, decided
from engine.language.plain import Plain
from engine.language.tables import Column, DecisionTable
from engine.language.types import ChoiceType, type_words
from engine.language.zones import day_of
from engine.rules.tables.problems import BAD_INPUT, NO_SUCH_COLUMN, NO_SUCH_TABLE
from engine.runtime.execution import Execution
from engine.runtime.problems import NO_APP


def find_table(execution: Execution, app: str, key: str) -> DecisionTable:
    """Return a table of an installed app; EngineError where there is none of that name."""
    with execution.database.read() as connection:
        apps = execution.catalogs.current(connection).catalog.apps
    if app not in apps:
        raise EngineError(NO_APP.at("app", app=app, known=", ".join(apps)))
    found = apps[app].decision_tables.get(key)
    if found is None:
        raise EngineError(NO_SUCH_TABLE.at("key", app=app, key=key, known=", ".join(apps[app].decision_tables)))
    return found.design


def ask_table(execution: Execution, app: str, key: str, given: Mapping[str, Json]) -> Decision:
    """Return what a table says for inputs in the JSON form of the language; one that is left out is blank."""
    table = find_table(execution, app, key)
    inputs = _inputs(table, given)
    with execution.database.read() as connection:
        catalog = execution.catalogs.current(connection).catalog
        parameters = execution.catalogs.parameters(connection, catalog)[app]
    now, zone = execution.clocks.business(), catalog.apps[app].zone
    return decided(table, inputs, Plain(now, day_of(now, zone) or 0, zone, None, parameters))


def _inputs(table: DecisionTable, given: Mapping[str, Json]) -> dict[str, Value]:
    columns = {column.key: column for column in table.inputs}
    known = ", ".join(columns)
    found: list[Problem] = [NO_SUCH_COLUMN.at(key, key=key, known=known) for key in given if key not in columns]
    values: dict[str, Value] = {}
    for key, column in columns.items():
        try:
            values[key] = _value(given.get(key), column)
        except EngineError:
            wanted = type_words(column.type)
            found.append(BAD_INPUT.at(key, key=key, got=repr(given[key]), wanted_zh=wanted.zh, wanted_en=wanted.en))
    if found:
        raise EngineError(found)
    return values


def _value(raw: Json, column: Column) -> Value:
    value = read_value(raw, column.type)
    if isinstance(column.type, ChoiceType) and value not in {None, *(option.key for option in column.type.options)}:
        raise bad_case("option", raw)
    return value
